"""What an initiative has realised: the points of its lines, cost, case and present values, ready to be added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from models.domain.benefit_line import WhyNot
from models.domain.bridge import Cause, InitiativeBridge
from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import Entry, Ledger, TieState, UnsharedRow
from models.domain.measure import BenefitClass
from models.domain.policy import DiscountBasis, Policy
from models.value.bridge import CaseToDate, case_to_date
from models.value.bridge_factors import ObservedCell, RealisedLine
from models.value.bridge_initiative import bridge_initiative
from models.value.claims import claims_to_date, counted_claims
from models.value.cost import CostPlan, plan_costs
from models.value.facts import AccountWeight, InitiativeFacts, LineFacts
from models.value.hours_to_cash import NO_CASH, CashEvidence
from models.value.monetise import LineMoney
from models.value.parts import Grid, InitiativePart, LinePart, Totals, UnsharedWeight, add_keyed, present_factors
from models.value.run_rate import RunRate, persistence_factors
from models.value.spans import full_year_minor, full_year_span
from models.value.tie_out import LocatedPosting, RealisedPosting, fiscal_year_label

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LineWorth:
    """A benefit line with its money or the reason why there is none.

    `in_production` runs over the posted fiscal periods; `run_rate` is a text where there is none. Where periods are
    locked, `money` is what stands posted, `posted_realised` what of it is realised, and `estimate` today's estimate.
    """

    facts: LineFacts
    grade: EvidenceGrade | None
    money: LineMoney | None
    why_not: WhyNot | None
    in_production: tuple[bool, ...]
    run_rate: RunRate | str
    posted_realised: tuple[int, ...] | None = None
    estimate: LineMoney | None = None
    true_up_minor: tuple[int, ...] = ()
    cash: CashEvidence = NO_CASH
    observed: tuple[ObservedCell, ...] = ()
    baseline: float | None = None

    @property
    def cashable_minor(self) -> tuple[int, ...]:
        """What of each realised amount is cashable: all of it by its class, else what was evidenced as cash."""
        if self.facts.benefit_class.is_cashable:
            return self.realised_minor
        return self.cash.by_period(len(self.realised_minor))

    @property
    def realised_minor(self) -> tuple[int, ...]:
        """Money of the periods in production, zero for the others; of locked periods what was locked."""
        if self.money is None:
            return ()
        if self.posted_realised is not None:
            return self.posted_realised
        return tuple(a if on else 0 for a, on in zip(self.money.amount_minor, self.in_production, strict=True))

    @property
    def last_measured_on(self) -> date | None:
        """The last day that counts to date: of what is measured, wherever its true-ups are posted."""
        measured = self.estimate or self.money
        return None if measured is None or not measured.fiscal else measured.fiscal[-1].last_on


@dataclass(frozen=True, slots=True)
class Setting:
    """What all figures of a publication share."""

    policy: Policy
    as_of: date
    grid: Grid
    n_draws: int

    @property
    def calendar(self) -> FiscalCalendar:
        """The fiscal calendar of the policy."""
        return self.policy.calendar


def realised_postings(worths: Sequence[LineWorth]) -> list[RealisedPosting]:
    """Return every realised amount by class: what became cash on its account, the rest on those in force then."""
    found: list[RealisedPosting] = []
    for worth in worths:
        if worth.money is None or worth.grade is None:
            continue
        facts, cash = worth.facts, worth.cash.by_period(len(worth.money.fiscal))
        for part in worth.cash.parts:
            month = worth.money.fiscal[part.place]
            account = AccountWeight(*part.account, month.start_on, Decimal(1))
            found.append(_posting(worth, worth.grade, BenefitClass.CASHABLE, month, part.amount_minor, (account,)))
        for month, amount, evidenced in zip(worth.money.fiscal, worth.realised_minor, cash, strict=True):
            if rest := amount - evidenced:
                accounts = facts.accounts_on(month.last_on)
                found.append(_posting(worth, worth.grade, facts.benefit_class, month, rest, accounts))
    return found


def _posting(
    worth: LineWorth,
    grade: EvidenceGrade,
    benefit_class: BenefitClass,
    month: Period,
    amount_minor: int,
    accounts: tuple[AccountWeight, ...],
) -> RealisedPosting:
    facts = worth.facts
    return RealisedPosting(facts.initiative, facts.key, benefit_class, grade, month, amount_minor, accounts)


def horizon_of(initiative: InitiativeFacts, policy: Policy, as_of: date) -> date:
    """Return the last day that counts: the case's horizon, without a case the policy's months after as-of."""
    if initiative.case is not None:
        return policy.calendar.period_of(initiative.case.horizon_on).last_on
    period = policy.calendar.period_of(as_of)
    for _ in range(policy.horizon_months):
        period = policy.calendar.period_of(period.end_on)
    return period.last_on


def agreeing_rate(initiative: InitiativeFacts, policy: Policy) -> Decimal | None:
    """Return the discount rate that agrees with pre-tax nominal flows: the case's, else the policy's, else None."""
    if initiative.case is not None and initiative.case.discount_basis == DiscountBasis.PRE_TAX_NOMINAL.value:
        return initiative.case.discount_rate
    return policy.discount_rate if policy.discount_basis is DiscountBasis.PRE_TAX_NOMINAL else None


@dataclass(frozen=True, slots=True)
class InitiativeWorth:
    """An initiative with its lines, cost and case: the points of everything."""

    facts: InitiativeFacts
    lines: tuple[LineWorth, ...]
    costs: CostPlan
    case: CaseToDate | None
    bridge: InitiativeBridge
    horizon_on: date
    part: InitiativePart


def value_initiative(
    facts: InitiativeFacts,
    lines: Sequence[LineWorth],
    ledger: Ledger,
    located: Sequence[LocatedPosting],
    setting: Setting,
) -> InitiativeWorth:
    """Return the points of an initiative, with the parts that make its draws.

    `located` are the postings of this initiative alone.
    """
    horizon_on = horizon_of(facts, setting.policy, setting.as_of)
    costs = plan_costs(facts, setting.grid, horizon_on, setting.as_of)
    measured = [line for line in lines if line.money is not None]
    last_measured = {line.facts.key: day for line in measured if (day := line.last_measured_on) is not None}
    case = case_to_date(facts, last_measured, setting.as_of)
    bridge = bridge_initiative(facts, [_realised_line(line) for line in measured], setting.calendar, setting.as_of)
    entries = [entry for entry in ledger.entries if entry.initiative == facts.key]
    parts = tuple(_line_part(facts, line, entries, ledger.unshared, located, horizon_on, setting) for line in measured)
    rate = agreeing_rate(facts, setting.policy)
    approved_on = facts.case.first_approved_on if facts.case else facts.approved_on
    since, forward = present_factors(rate, approved_on, setting.policy.timing, setting.grid)
    totals = _totals(facts, lines, parts, entries, costs, case, bridge, since, forward, setting)
    days = [day for line, part in zip(measured, parts, strict=True) if part.has_cash and (day := line.last_measured_on)]
    span = full_year_span(facts, max(days, default=None), setting.grid, setting.calendar)
    if span is not None and span.is_complete:
        totals = replace(totals, full_year=full_year_minor(span, totals.benefit_path), n_with_full_year=1)
    reasons = _reasons(facts, lines, costs, rate, approved_on)
    priced = None if forward is None else _present(costs.priced_path, forward)
    part = InitiativePart(
        facts.key, totals, parts, rate, approved_on, reasons, full_year=span, priced_present_forward=priced
    )
    return InitiativeWorth(facts, tuple(lines), costs, case, bridge, horizon_on, part)


def _realised_line(line: LineWorth) -> RealisedLine:
    """Return a measured line as a bridge takes it."""
    money = line.money
    if money is None:
        raise ValueError(f"{line.facts.key} has no money")
    # A line that is measured no more has locked amounts and their reversal alone: none of it is measured.
    last_on = line.last_measured_on or money.fiscal[0].start_on - timedelta(days=1)
    known = {cell.start_on: cell for cell in line.observed}
    on = dict(zip(money.fiscal, line.in_production, strict=True))
    observed = tuple(known.get(month.start_on) if on[month] else None for month in money.fiscal)
    return RealisedLine(line.facts, money.fiscal, line.cashable_minor, observed, line.baseline, last_on)


def _line_part(
    facts: InitiativeFacts,
    line: LineWorth,
    entries: Sequence[Entry],
    unshared: Sequence[UnsharedRow],
    located: Sequence[LocatedPosting],
    horizon_on: date,
    setting: Setting,
) -> LinePart:
    money = line.money
    if money is None:
        raise ValueError(f"{line.facts.key} has no money")
    years = [fiscal_year_label(setting.calendar, month) for month in money.fiscal]
    realised: dict[str, int] = defaultdict(int)
    for year, amount in zip(years, line.realised_minor, strict=True):
        realised[year] += amount
    tied: dict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.benefit_line == line.facts.key:
            tied[entry.fiscal_year] += entry.tied_minor
    stage = facts.stage_on(setting.as_of)
    is_on = stage is not None and stage.stage.is_in_production
    is_cashable = line.facts.benefit_class.is_cashable
    has_rate = isinstance(line.run_rate, RunRate) and is_on and (is_cashable or bool(line.cash.parts))
    ahead = [p for p in setting.grid.periods[setting.grid.n_past :] if p.last_on <= horizon_on]
    return LinePart(
        recipe=money.recipe,
        is_cashable=is_cashable,
        amount_minor=money.amount_minor,
        in_production=line.in_production,
        grid_places=tuple(_place(setting.grid, month) for month in money.fiscal),
        tied_minor=sum(tied.values()),
        tied_shares=tuple(_share(tied[year], realised[year]) for year in years),
        unshared=_unshared_weights(line, years, realised, unshared, located, setting.calendar),
        month_minor=line.run_rate.month_minor if has_rate and isinstance(line.run_rate, RunRate) else None,
        run_rate_weights=line.run_rate.weights if has_rate and isinstance(line.run_rate, RunRate) else (),
        forecast_months=len(ahead) if has_rate else 0,
        realised_minor=line.posted_realised or (),
        cash_minor=line.cash.by_period(len(money.fiscal)) if line.cash.parts else (),
    )


def _place(grid: Grid, month: Period) -> int:
    place = grid.place_of(month.start_on)
    if place is None:
        raise ValueError(f"the grid does not reach {month.start_on}")
    return place


def _share(part: int, whole: int) -> float:
    """Return how much of a deviation follows into a part, between nothing and all."""
    return min(1.0, max(0.0, part / whole)) if whole else 0.0


def _unshared_weights(
    line: LineWorth,
    years: Sequence[str],
    realised: dict[str, int],
    unshared: Sequence[UnsharedRow],
    located: Sequence[LocatedPosting],
    calendar: FiscalCalendar,
) -> tuple[UnsharedWeight, ...]:
    weights = []
    for row_no, row in enumerate(unshared):
        held = sum(
            posting.amount_minor
            for posting in located
            if posting.source.benefit_line == line.facts.key
            and posting.key == (row.pl_line, row.entity, row.cost_centre)
            and fiscal_year_label(calendar, posting.source.period) == row.fiscal_year
        )
        if held and realised[row.fiscal_year]:
            ratio = _share(row.tied_minor, row.entries_minor) * held / realised[row.fiscal_year]
            shares = tuple(ratio if year == row.fiscal_year else 0.0 for year in years)
            weights.append(UnsharedWeight(row_no, shares))
    return tuple(weights)


def _totals(
    facts: InitiativeFacts,
    lines: Sequence[LineWorth],
    parts: Sequence[LinePart],
    entries: Sequence[Entry],
    costs: CostPlan,
    case: CaseToDate | None,
    bridge: InitiativeBridge,
    since: Floats | None,
    forward: Floats | None,
    setting: Setting,
) -> Totals:
    measured = [line for line in lines if line.money is not None]
    path = benefit_path(measured, parts, setting)
    claims = claims_to_date(facts, setting.as_of)
    cashable = sum(sum(line.cashable_minor) for line in measured)
    return Totals(
        claimed_by=add_keyed([[(claimant, amount)] for (claimant, _), amount in claims.items()]),
        claimed=counted_claims(claims),
        measured=sum(sum(line.money.amount_minor) for line in measured if line.money is not None),
        realised=sum(sum(line.realised_minor) for line in measured),
        cashable=cashable,
        tied=sum(entry.tied_minor for entry in entries),
        invested=costs.invested,
        case_to_date=case.to_date if case else 0,
        case_like_for_like=case.like_for_like if case else 0,
        late_recoverable=-bridge.benefit.amount_of(Cause.TIMING_RECOVERABLE),
        case_to_horizon=case.to_horizon if case else 0,
        case_cost_to_date=case.cost_to_date if case else 0,
        case_cost_to_horizon=case.cost_to_horizon if case else 0,
        run_rate=sum(12 * part.month_minor for part in parts if part.month_minor is not None),
        forecast=sum(path[setting.grid.n_past :]),
        forecast_cost=costs.forecast,
        cost_present_since=_present(costs.cash_path, since),
        cost_present_forward=_present(costs.forward_path, forward),
        benefit_present_since=_present(path, since),
        benefit_present_forward=_present(path, forward),
        dependent_low=cashable,
        dependent_high=cashable,
        by_grade=add_keyed([[(line.grade, sum(line.realised_minor))] for line in measured if line.grade is not None]),
        by_class=add_keyed([realised_by_class(line) for line in measured]),
        by_state=states_of(entries),
        benefit_path=path,
        cost_path=costs.cash_path,
        n_initiatives=1,
        n_measured=int(any(line.why_not is None for line in measured)),
        n_with_case=int(case is not None),
        n_with_run_rate=int(any(part.month_minor is not None for part in parts)),
        n_with_approval=int(since is not None),
    )


def benefit_path(measured: Sequence[LineWorth], parts: Sequence[LinePart], setting: Setting) -> tuple[int, ...]:
    """Return realised cashable by grid period with its forecast after as-of, each forecast month rounded once."""
    path = [0] * len(setting.grid.periods)
    for line, part in zip(measured, parts, strict=True):
        for place, amount in zip(part.grid_places, line.cashable_minor, strict=True):
            path[place] += amount
        if part.month_minor is not None:
            kept = persistence_factors(setting.policy, part.forecast_months)
            for k, factor in enumerate(kept):
                path[setting.grid.n_past + k] += round(part.month_minor * float(factor))
    return tuple(path)


def realised_by_class(line: LineWorth) -> list[tuple[BenefitClass, int]]:
    """Split what a line realised into its class and what of it became cash."""
    cash = 0 if line.facts.benefit_class.is_cashable else sum(line.cashable_minor)
    own = (line.facts.benefit_class, sum(line.realised_minor) - cash)
    return [part for part in (own, (BenefitClass.CASHABLE, cash)) if part[1]] if cash else [own]


def states_of(entries: Sequence[Entry]) -> tuple[tuple[TieState, int], ...]:
    """Split entries into what is tied out and what is in each other state; the parts sum to the entries."""
    tied = [
        [(TieState.TIED_OUT, entry.tied_minor), (entry.state, entry.amount_minor - entry.tied_minor)]
        for entry in entries
    ]
    return tuple((state, amount) for state, amount in add_keyed(tied) if amount)


def _present(path: Sequence[int], factors: Floats | None) -> float:
    # The last bits depend on the machine's kernel; a thousandth of a minor unit does not matter.
    return 0.0 if factors is None else round(float(np.asarray(path, dtype=np.float64) @ factors), 3)


def _reasons(
    facts: InitiativeFacts,
    lines: Sequence[LineWorth],
    costs: CostPlan,
    rate: Decimal | None,
    approved_on: date | None,
) -> tuple[str, ...]:
    reasons = [*facts.untranslated, *costs.reasons]
    reasons += [
        f"{line.facts.name}: {line.run_rate}" for line in lines if line.money and isinstance(line.run_rate, str)
    ]
    if rate is None:
        reasons.append(
            "No present value: the flows are pre-tax nominal and no discount rate of that basis is approved."
        )
    elif approved_on is None:
        reasons.append("No present value since approval: the day of approval is not known.")
    if facts.case is None:
        reasons.append("No approved case to hold against.")
    return tuple(dict.fromkeys(reasons))

"""What an initiative has realised: the points of its lines, cost, case and present values, ready to be added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from models.domain.benefit_line import WhyNot
from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import Entry, Ledger, TieState, UnsharedRow
from models.domain.policy import DiscountBasis, Policy
from models.value.bridge import CaseToDate, case_to_date
from models.value.cost import CostPlan, plan_costs
from models.value.facts import InitiativeFacts, LineFacts
from models.value.monetise import LineMoney
from models.value.parts import Grid, InitiativePart, LinePart, Totals, UnsharedWeight, add_keyed, present_factors
from models.value.run_rate import RunRate, persistence_factors
from models.value.tie_out import LocatedPosting, RealisedPosting, fiscal_year_label

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LineWorth:
    """A benefit line with its money or the reason why there is none.

    `in_production` runs over the posted fiscal periods; `run_rate` is a text where there is none.
    """

    facts: LineFacts
    grade: EvidenceGrade | None
    money: LineMoney | None
    why_not: WhyNot | None
    in_production: tuple[bool, ...]
    run_rate: RunRate | str

    @property
    def realised_minor(self) -> tuple[int, ...]:
        """Money of the periods in production, zero for the others."""
        if self.money is None:
            return ()
        return tuple(a if on else 0 for a, on in zip(self.money.amount_minor, self.in_production, strict=True))

    @property
    def last_measured_on(self) -> date | None:
        """The last day that counts to date."""
        return None if self.money is None else self.money.fiscal[-1].last_on


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
    """Return every realised amount with the accounts in force in its period."""
    return [
        RealisedPosting(
            worth.facts.initiative,
            worth.facts.key,
            worth.facts.benefit_class,
            worth.grade,
            month,
            amount,
            worth.facts.accounts_on(month.last_on),
        )
        for worth in worths
        if worth.money is not None and worth.grade is not None
        for month, amount in zip(worth.money.fiscal, worth.realised_minor, strict=True)
        if amount
    ]


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
    case = case_to_date(
        facts,
        {line.facts.key: line.money.fiscal[-1].last_on for line in measured if line.money is not None},
        {line.facts.key: sum(line.realised_minor) for line in measured if line.facts.benefit_class.is_cashable},
        calendar=setting.calendar,
        as_of=setting.as_of,
    )
    entries = [entry for entry in ledger.entries if entry.initiative == facts.key]
    parts = tuple(_line_part(facts, line, entries, ledger.unshared, located, horizon_on, setting) for line in measured)
    rate = agreeing_rate(facts, setting.policy)
    approved_on = facts.case.first_approved_on if facts.case else facts.approved_on
    since, forward = present_factors(rate, approved_on, setting.policy.timing, setting.grid)
    totals = _totals(facts, lines, parts, entries, costs, case, since, forward, setting)
    part = InitiativePart(facts.key, totals, parts, rate, approved_on, _reasons(facts, lines, costs, rate, approved_on))
    return InitiativeWorth(facts, tuple(lines), costs, case, horizon_on, part)


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
    has_rate = isinstance(line.run_rate, RunRate) and is_on and line.facts.benefit_class.is_cashable
    ahead = [p for p in setting.grid.periods[setting.grid.n_past :] if p.last_on <= horizon_on]
    return LinePart(
        recipe=money.recipe,
        is_cashable=line.facts.benefit_class.is_cashable,
        amount_minor=money.amount_minor,
        in_production=line.in_production,
        grid_places=tuple(_place(setting.grid, month) for month in money.fiscal),
        tied_minor=sum(tied.values()),
        tied_shares=tuple(_share(tied[year], realised[year]) for year in years),
        unshared=_unshared_weights(line, years, realised, unshared, located, setting.calendar),
        month_minor=line.run_rate.month_minor if has_rate and isinstance(line.run_rate, RunRate) else None,
        run_rate_weights=line.run_rate.weights if has_rate and isinstance(line.run_rate, RunRate) else (),
        forecast_months=len(ahead) if has_rate else 0,
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
            and posting.key == (row.pl_line, row.entity)
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
    since: Floats | None,
    forward: Floats | None,
    setting: Setting,
) -> Totals:
    measured = [line for line in lines if line.money is not None]
    path = benefit_path(measured, parts, setting)
    claims = claims_to_date(facts, setting.as_of)
    cashable = sum(sum(line.realised_minor) for line in measured if line.facts.benefit_class.is_cashable)
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
        late_recoverable=case.late_recoverable if case else 0,
        case_to_horizon=case.to_horizon if case else 0,
        case_cost_to_date=case.cost_to_date if case else 0,
        run_rate=sum(12 * part.month_minor for part in parts if part.month_minor is not None),
        forecast=sum(path[setting.grid.n_past :]),
        forecast_cost=costs.forecast,
        cost_present_since=_present(costs.cash_path, since),
        cost_present_forward=_present(costs.cash_path, forward),
        benefit_present_since=_present(path, since),
        benefit_present_forward=_present(path, forward),
        dependent_low=cashable,
        dependent_high=cashable,
        by_grade=add_keyed([[(line.grade, sum(line.realised_minor))] for line in measured if line.grade is not None]),
        by_class=add_keyed([[(line.facts.benefit_class, sum(line.realised_minor))] for line in measured]),
        by_state=states_of(entries),
        benefit_path=path,
        cost_path=costs.cash_path,
        n_initiatives=1,
        n_measured=int(bool(measured)),
        n_with_case=int(case is not None),
        n_with_run_rate=int(any(part.month_minor is not None for part in parts)),
        n_with_approval=int(since is not None),
    )


def benefit_path(measured: Sequence[LineWorth], parts: Sequence[LinePart], setting: Setting) -> tuple[int, ...]:
    """Return realised cashable by grid period with its forecast after as-of, each forecast month rounded once."""
    path = [0] * len(setting.grid.periods)
    for line, part in zip(measured, parts, strict=True):
        if not part.is_cashable:
            continue
        for place, amount in zip(part.grid_places, line.realised_minor, strict=True):
            path[place] += amount
        if part.month_minor is not None:
            kept = persistence_factors(setting.policy, part.forecast_months)
            for k, factor in enumerate(kept):
                path[setting.grid.n_past + k] += round(part.month_minor * float(factor))
    return tuple(path)


def states_of(entries: Sequence[Entry]) -> tuple[tuple[TieState, int], ...]:
    """Split entries into what is tied out and what is in each other state; the parts sum to the entries."""
    tied = [
        [(TieState.TIED_OUT, entry.tied_minor), (entry.state, entry.amount_minor - entry.tied_minor)]
        for entry in entries
    ]
    return tuple((state, amount) for state, amount in add_keyed(tied) if amount)


def claims_to_date(facts: InitiativeFacts, as_of: date) -> dict[tuple[str, date], int]:
    """Sum claims to as-of by claimant and first day of the period; forecasts of claimants are not claims to date."""
    totals: dict[tuple[str, date], int] = defaultdict(int)
    for claim in facts.claims:
        if claim.purpose == "claim" and claim.period.last_on <= as_of:
            totals[claim.claimant, claim.period.start_on] += claim.amount_minor
    return dict(totals)


def counted_claims(claims: dict[tuple[str, date], int]) -> int:
    """Return what is claimed: where owner and vendor claim the same initiative and period, the larger figure once."""
    largest: dict[date, int] = {}
    for (_, start_on), amount in claims.items():
        largest[start_on] = max(largest.get(start_on, amount), amount)
    return sum(largest.values())


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

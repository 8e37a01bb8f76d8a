"""The published records of lines and initiatives, from their points and draws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.domain.benefit_line import AccountLink, HoursChain, LineStatus, LineValuation, Posting, WhyNot
from models.domain.effect import Design, EvidenceGrade
from models.domain.figures import Figures, MoneyInterval
from models.domain.interval import Interval
from models.domain.ledger import Entry, Ledger
from models.domain.money import Money
from models.domain.valuation import CaseMark, ClaimRow, CostCell, CumulativePoint, InitiativeValuation
from models.value.bridge_forecast import owner_months
from models.value.class_rules import class_notes
from models.value.draws import certain_money, money_interval, round_outwards
from models.value.facts import InitiativeFacts
from models.value.hours_chain import describe_cuts
from models.value.parts import DrawTotals, Grid, LinePart
from models.value.realise import InitiativeWorth, LineWorth, Setting, agreeing_rate
from models.value.views import build_views

Floats = NDArray[np.float64]
_INNER_LEVEL = 0.80


@dataclass(frozen=True, slots=True)
class EffectBrief:
    """What a published estimate says in short."""

    estimate_id: int
    design: Design
    grade: EvidenceGrade
    grade_reason: str
    average: Interval
    p_value: float


def describe_line(
    worth: LineWorth,
    part: LinePart | None,
    money_draws: Floats | None,
    brief: EffectBrief | None,
    ledger: Ledger,
    initiative: InitiativeFacts,
    setting: Setting,
    *,
    names: Mapping[str, str],
    hours: HoursChain | None,
    notes: Sequence[str],
) -> LineValuation:
    """Return the record of a benefit line; draws have shape (n_draws, n_posted), None where it has no money."""
    facts, policy = worth.facts, setting.policy
    currency, level = policy.reporting_currency, policy.interval_level
    entries = tuple(entry for entry in ledger.entries if entry.benefit_line == facts.key)
    figures = _line_figures(worth, part, money_draws, entries, currency, level)
    value = facts.value_on(setting.as_of) or (facts.values[-1] if facts.values else None)
    return LineValuation(
        benefit_line=facts.key,
        name=facts.name,
        initiative=facts.initiative,
        benefit_class=facts.benefit_class,
        kpi=facts.kpi.key,
        kpi_name=facts.kpi.name,
        unit_of_measure=facts.kpi.unit_of_measure,
        status=_status(worth, brief),
        why_not=worth.why_not,
        grade=brief.grade if brief else None,
        grade_reason=brief.grade_reason if brief else "",
        design=brief.design if brief else None,
        estimate_id=brief.estimate_id if brief else None,
        effect=brief.average if brief else None,
        p_value=brief.p_value if brief else None,
        better_sign=facts.kpi.better.sign,
        unit_value=value.value if value else None,
        unit_value_low=value.low if value else None,
        unit_value_high=value.high if value else None,
        unit_value_source=value.source if value else "",
        unit_value_owner=value.owner if value else "",
        currency=value.currency if value else "",
        measured=figures[0],
        realised=figures[1],
        realised_cashable=figures[2],
        tied_out=figures[3],
        is_zero_possible=brief is not None and worth.money is not None and brief.average.spans_zero,
        case_to_date=Money(case_of_line(initiative, facts.key, setting.as_of), currency),
        last_measured_on=worth.last_measured_on,
        run_rate=_yearly_rate(part, money_draws, currency, level),
        postings=_postings(worth, initiative, setting),
        entries=entries,
        accounts=tuple(
            AccountLink(a.pl_line, names.get(a.pl_line, a.pl_line), a.entity, a.cost_centre, a.weight)
            for a in facts.accounts_on(setting.as_of)
        ),
        hours=hours,
        notes=(*class_notes(facts), *notes),
        cuts=describe_cuts(facts.cuts, setting.calendar, setting.as_of, names),
        cash_tests=tuple(replace(test, name=names.get(test.pl_line, test.pl_line)) for test in worth.cash.tests),
    )


def _yearly_rate(part: LinePart | None, draws: Floats | None, currency: str, level: float) -> MoneyInterval | None:
    if part is None or part.month_minor is None or draws is None:
        return None
    yearly = 12.0 * part.month_draws(draws)
    return money_interval(12 * part.month_minor, yearly, currency=currency, level=level)


def _status(worth: LineWorth, brief: EffectBrief | None) -> LineStatus:
    if worth.money is not None and worth.why_not is None:
        return LineStatus.MEASURED
    if brief is not None:
        return LineStatus.NOT_VALUED
    is_missing = worth.why_not is not None and worth.why_not.rule == "not_estimated"
    return LineStatus.NOT_ESTIMATED if is_missing else LineStatus.NOT_ESTIMABLE


def _line_figures(
    worth: LineWorth,
    part: LinePart | None,
    draws: Floats | None,
    entries: Sequence[Entry],
    currency: str,
    level: float,
) -> tuple[MoneyInterval, MoneyInterval, MoneyInterval, MoneyInterval]:
    """Return measured, realised, realised cashable and tied out."""
    nothing = certain_money(0, currency=currency, level=level)
    if worth.money is None or part is None or draws is None:
        return nothing, nothing, nothing, nothing
    realised = part.realised_draws(draws)
    measured_interval = money_interval(sum(worth.money.amount_minor), draws.sum(axis=1), currency=currency, level=level)
    realised_interval = money_interval(sum(worth.realised_minor), realised.sum(axis=1), currency=currency, level=level)
    if not part.has_cash:
        return measured_interval, realised_interval, nothing, nothing
    cash = part.cash_draws(realised).sum(axis=1)
    cash_interval = money_interval(sum(worth.cashable_minor), cash, currency=currency, level=level)
    point = np.array(part.realised_points, dtype=np.float64)
    tied_draws = part.tied_minor + (realised - point) @ np.array(part.tied_shares)
    tied = money_interval(sum(entry.tied_minor for entry in entries), tied_draws, currency=currency, level=level)
    return measured_interval, realised_interval, cash_interval, tied


def case_of_line(initiative: InitiativeFacts, line: str, as_of: date) -> int:
    """Return what the held case promised of a benefit line to as-of, minor units."""
    cells = initiative.case.cells if initiative.case else ()
    return sum(c.amount_minor for c in cells if c.is_benefit and c.line == line and c.period.last_on <= as_of)


def _postings(worth: LineWorth, initiative: InitiativeFacts, setting: Setting) -> tuple[Posting, ...]:
    if worth.money is None:
        return ()
    promised: dict[date, int] = defaultdict(int)
    for cell in initiative.case.cells if initiative.case else ():
        if cell.is_benefit and cell.line == worth.facts.key:
            promised[cell.period.start_on] += cell.amount_minor
    money, estimated = worth.money, worth.estimate
    today = dict(zip(estimated.fiscal, estimated.amount_minor, strict=True)) if estimated else {}
    corrections = worth.true_up_minor or (0,) * len(money.fiscal)
    return tuple(
        Posting(
            month.start_on,
            month.end_on,
            setting.calendar.label(month),
            native,
            measured,
            realised,
            promised.get(month.start_on, 0),
            estimated_minor=today.get(month, 0) if estimated is not None and today.get(month, 0) != measured else None,
            true_up_minor=correction,
            evidenced_minor=evidenced,
        )
        for month, native, measured, realised, correction, evidenced in zip(
            money.fiscal,
            money.native_minor,
            money.amount_minor,
            worth.realised_minor,
            corrections,
            worth.cash.by_period(len(money.fiscal)),
            strict=True,
        )
    )


def describe_initiative(
    worth: InitiativeWorth, figures: Figures, draws: DrawTotals, lines: Sequence[LineValuation], setting: Setting
) -> InitiativeValuation:
    """Return the record of an initiative."""
    facts = worth.facts
    stage = facts.stage_on(setting.as_of)
    grades = [line.grade for line in lines if line.status is LineStatus.MEASURED and line.grade is not None]
    return InitiativeValuation(
        key=facts.key,
        name=facts.name,
        description=facts.description,
        owner=facts.owner,
        owner_name=facts.owner_name,
        business_unit=facts.business_unit,
        business_unit_name=facts.business_unit_name,
        delivery_model=facts.delivery_model,
        archetype=facts.archetype,
        stage=stage.stage if stage else None,
        stage_from_on=stage.from_on if stage else None,
        approved_on=facts.case.first_approved_on if facts.case else facts.approved_on,
        case_version=facts.case.version if facts.case else None,
        case_go_live_on=facts.case.go_live_on if facts.case else None,
        go_live_on=facts.go_live_on,
        first_spend_on=worth.costs.first_spend_on,
        horizon_on=worth.horizon_on,
        discount_rate=agreeing_rate(facts, setting.policy),
        grade=min(grades, default=None),
        why_not=None if grades else _why_not(lines),
        case_mark=_case_mark(worth, figures, is_measured=bool(grades)),
        figures=figures,
        lines=tuple(lines),
        cumulative=_cumulative(worth, draws, setting),
        costs=_cost_cells(facts, setting),
        claims=_claim_rows(facts, setting.as_of),
        has_been_in_production=any(
            each.stage.is_in_production and each.from_on <= setting.as_of for each in facts.stages
        ),
        bridge=worth.bridge,
        views=build_views(worth, setting),
        owner_forecast=owner_months(
            facts, worth.part.totals.benefit_path, setting.grid, setting.calendar, setting.as_of
        ),
    )


def _why_not(lines: Sequence[LineValuation]) -> WhyNot:
    for line in lines:
        if line.why_not is not None:
            return line.why_not
    return WhyNot("no_benefit_line", "No benefit line is defined.", "Define a benefit line with a KPI that it moves.")


def _case_mark(worth: InitiativeWorth, figures: Figures, *, is_measured: bool) -> CaseMark:
    if worth.case is None:
        return CaseMark.NO_CASE
    if not is_measured:
        return CaseMark.NOT_MEASURED
    promised = figures.case_like_for_like.amount_minor
    if figures.realised_cashable.low_minor > promised:
        return CaseMark.AHEAD
    return CaseMark.BEHIND if figures.realised_cashable.high_minor < promised else CaseMark.ON_CASE


def _cumulative(worth: InitiativeWorth, draws: DrawTotals, setting: Setting) -> tuple[CumulativePoint, ...]:
    """Return cumulative benefit and cost from the first thing that happened to the horizon."""
    grid, totals = setting.grid, worth.part.totals
    benefit, cost = np.cumsum(totals.benefit_path), np.cumsum(worth.costs.accrual_path)
    promised, promised_cost = _case_paths(worth.facts, grid)
    bands = _bands(np.cumsum(draws.path, axis=1), setting.policy.interval_level)
    first = _first_place(totals.benefit_path, worth.costs.accrual_path, promised, promised_cost)
    has_case = worth.facts.case is not None
    points = []
    for i in range(first, len(grid.periods)):
        period = grid.periods[i]
        if period.last_on > worth.horizon_on and i >= grid.n_past:
            break
        at = int(benefit[i])
        low, high = round_outwards(float(bands[0, i]), float(bands[3, i]))
        low_80, high_80 = round_outwards(float(bands[1, i]), float(bands[2, i]))
        points.append(
            CumulativePoint(
                start_on=period.start_on,
                end_on=period.end_on,
                period=setting.calendar.label(period),
                is_forecast=i >= grid.n_past,
                projected_minor=sum(promised[: i + 1]) if has_case else None,
                projected_cost_minor=sum(promised_cost[: i + 1]) if has_case else None,
                benefit_minor=at,
                low_minor=min(low, at),
                high_minor=max(high, at),
                low_80_minor=min(low_80, at),
                high_80_minor=max(high_80, at),
                cost_minor=int(cost[i]),
                period_minor=totals.benefit_path[i],
            )
        )
    return tuple(points)


def _bands(draws: Floats, level: float) -> Floats:
    """Return the outer and inner limits of each column, shape (4, n_columns): low, low at 80 %, high at 80 %, high."""
    outer, inner = (1.0 - level) / 2.0, (1.0 - _INNER_LEVEL) / 2.0
    return np.asarray(np.quantile(draws, [outer, inner, 1.0 - inner, 1.0 - outer], axis=0), dtype=np.float64)


def _first_place(*paths: Sequence[int]) -> int:
    places = [i for path in paths for i, amount in enumerate(path) if amount]
    return min(places, default=len(paths[0]))


def _case_paths(facts: InitiativeFacts, grid: Grid) -> tuple[list[int], list[int]]:
    """Return the promised cashable benefit and the approved cost by grid period."""
    benefit, cost = [0] * len(grid.periods), [0] * len(grid.periods)
    not_cashable = {line.key for line in facts.lines if not line.benefit_class.is_cashable}
    for cell in facts.case.cells if facts.case else ():
        place = grid.place_of(cell.period.start_on)
        if place is None or (cell.is_benefit and cell.line in not_cashable):
            continue
        (benefit if cell.is_benefit else cost)[place] += cell.amount_minor
    return benefit, cost


def _cost_cells(facts: InitiativeFacts, setting: Setting) -> tuple[CostCell, ...]:
    totals: dict[tuple[date, date, str, str, str, str, str], int] = defaultdict(int)
    labels: dict[date, str] = {}
    for cost in facts.costs:
        if cost.status == "actual" and cost.period.last_on <= setting.as_of:
            period = cost.period
            labels[period.start_on] = setting.calendar.label(period)
            kinds = (cost.category, cost.nature, cost.recurrence, cost.treatment, cost.allocated_from)
            totals[period.start_on, period.end_on, *kinds] += cost.amount_minor
    return tuple(
        CostCell(start, end, labels[start], category, nature, recurrence, treatment, amount, allocated_from=platform)
        for (start, end, category, nature, recurrence, treatment, platform), amount in sorted(totals.items())
    )


def _claim_rows(facts: InitiativeFacts, as_of: date) -> tuple[ClaimRow, ...]:
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for claim in facts.claims:
        if claim.purpose == "claim" and claim.period.last_on <= as_of:
            totals[claim.claimant, claim.benefit_line, claim.statement] += claim.amount_minor
    return tuple(
        ClaimRow(claimant, line, statement, amount) for (claimant, line, statement), amount in sorted(totals.items())
    )

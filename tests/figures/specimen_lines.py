"""Initiatives of the specimen, from benefit line to figures, with sums that hold exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from models.domain.effect import Design, EvidenceGrade
from models.domain.interval import Interval
from models.domain.ledger import (
    Entry,
    TieState,
)
from models.domain.measure import BenefitClass
from models.domain.valuation import (
    AccountLink,
    CaseMark,
    ClaimantShare,
    ClaimRow,
    ClassShare,
    CostCell,
    CumulativePoint,
    Figures,
    GapBridge,
    GradeShare,
    HoursChain,
    InitiativeValuation,
    LineStatus,
    LineValuation,
    Payback,
    Posting,
    PublicationContext,
    TieShare,
)
from tests.figures.specimen_plots import (
    AS_OF,
    CALENDAR,
    EUR,
    PL_LINES,
    WHY,
    K,
    Plot,
    around,
    eur,
    periods,
    spread,
)


def make_context(**changes: object) -> PublicationContext:
    context = PublicationContext(
        load_seq=41,
        input_seq=40,
        as_of=AS_OF,
        as_of_period="FY26-P09",
        as_of_basis="last closed period",
        as_known_on=date(2026, 10, 12),
        currency=EUR,
        level=0.95,
        rate_set="budget",
        horizon_on=date(2028, 12, 31),
        first_spend_on=date(2024, 7, 1),
        discount_rate=Decimal("0.08"),
        discount_basis="pre-tax nominal",
        timing="mid-period",
        policy_version=2,
        is_policy_provisional=False,
        is_provisional=True,
        computed_at=datetime(2026, 10, 12, 8, 30, tzinfo=UTC),
        n_draws=4000,
        engine_version=1,
        dependence="Benefit lines that share a KPI and treated units share their randomness; all others are "
        "independent.",
    )
    return replace(context, **changes)  # type: ignore[arg-type]


def make_line(plot: Plot) -> LineValuation:
    measured_to = AS_OF if plot.grade is not None else None
    live = periods(plot.go_live, AS_OF) if plot.grade is not None else []
    amounts = (
        spread(plot.realised_k * K + (37 if plot.grade else 0), [1 + 0.35 * math.sin(i) for i in range(len(live))])
        if live
        else []
    )
    case_periods = live or periods(plot.go_live, AS_OF)
    case = spread(plot.case_k * K, [min(1.0, (i + 1) / 6) for i in range(len(case_periods))])
    realised = sum(amounts)
    is_cash = plot.benefit_class.is_cashable
    tied = realised if plot.state is TieState.TIED_OUT else 0
    entries = (
        ()
        if plot.grade is None
        else (
            Entry(
                plot.key,
                f"{plot.key}-A",
                plot.benefit_class,
                plot.grade,
                plot.pl_line,
                "",
                "FY26",
                realised,
                tied,
                plot.state,
                _state_reason(plot),
            ),
        )
    )
    spans_zero = abs(plot.realised_k) <= 2 * plot.sd_k
    sd = plot.sd_k * K
    return LineValuation(
        benefit_line=f"{plot.key}-A",
        name=f"{plot.name}: {PL_LINES.get(plot.pl_line, 'hours').lower()}",
        initiative=plot.key,
        benefit_class=plot.benefit_class,
        kpi="cost_per_case",
        kpi_name="Cost per case",
        unit_of_measure="EUR",
        status=LineStatus.MEASURED if plot.grade is not None else LineStatus.NOT_ESTIMABLE,
        why_not=WHY.get(plot.rule),
        grade=plot.grade,
        grade_reason="Every check of the design passed." if plot.grade is not None else "",
        design=Design.DIFFERENCE if plot.grade is not None else None,
        estimate_id=7 if plot.grade is not None else None,
        effect=Interval(-4.1, -3.2, -2.3, 0.95) if plot.grade is not None else None,
        p_value=0.002 if plot.grade is not None else None,
        better_sign=-1,
        unit_value=Decimal("1.00"),
        unit_value_low=Decimal("0.90"),
        unit_value_high=Decimal("1.10"),
        unit_value_source="Contract rate card 2025",
        unit_value_owner="M. Okafor",
        currency=EUR,
        measured=around(realised, sd),
        realised=around(realised, sd),
        realised_cashable=around(realised if is_cash else 0, sd if is_cash else 0),
        tied_out=around(tied, sd if tied else 0),
        is_zero_possible=spans_zero and plot.grade is not None,
        case_to_date=eur(plot.case_k * K),
        last_measured_on=measured_to,
        run_rate=around(realised // 2, sd // 2) if plot.grade is not None else None,
        postings=tuple(
            Posting(p.start_on, p.end_on, CALENDAR.label(p), amount, amount, amount, promised)
            for p, amount, promised in zip(live, amounts, case, strict=False)
        ),
        entries=entries,
        accounts=(AccountLink(plot.pl_line, PL_LINES[plot.pl_line], "", "", Decimal(1)),) if plot.pl_line else (),
        hours=HoursChain(Decimal(61200), Decimal(43100), Decimal(38800), Decimal(0))
        if plot.benefit_class is BenefitClass.RELEASED_CAPACITY
        else None,
        notes=(),
    )


def _state_reason(plot: Plot) -> str:
    return {
        TieState.TIED_OUT: "",
        TieState.NON_CASH: "hours, no account linked",
        TieState.OVERLAP_OPEN: "Freight is short by EUR 1.1m and two initiatives claim it",
        TieState.LOCATED_NOT_SUPPORTED: "the line moved the other way"
        if plot.realised_k < 0
        else "grade E1 is below E2",
        TieState.TOO_SMALL_TO_SEE: "below twice the noise of the line",
    }.get(plot.state, "no account named")


def make_figures(lines: Sequence[LineValuation], *, claimed: int, invested: int, sd: int) -> Figures:
    realised = sum(line.realised.point_minor for line in lines)
    cashable = sum(line.realised_cashable.point_minor for line in lines)
    tied = sum(line.tied_out.point_minor for line in lines)
    case = sum(line.case_to_date.amount_minor for line in lines)
    unseen = sum(line.case_to_date.amount_minor for line in lines if line.status is not LineStatus.MEASURED)
    late = max(0, (case - tied - unseen) // 3)
    roi = cashable / invested - 1 if invested else None
    return Figures(
        claimed=eur(claimed),
        claimed_by_claimant=(
            ClaimantShare("owner", eur(claimed // 3)),
            ClaimantShare("vendor", eur(claimed - claimed // 3)),
        ),
        measured=around(realised, sd),
        realised=around(realised, sd),
        realised_cashable=around(cashable, sd),
        tied_out=around(tied, sd),
        invested=eur(invested),
        net=around(tied - invested, sd),
        case_to_date=eur(case),
        case_like_for_like=eur(case - unseen),
        not_yet_evidenced=eur(unseen),
        case_to_horizon=eur(case * 2),
        case_cost_to_date=eur(invested * 9 // 10),
        realisation_rate=Interval(0.61, 0.76, 0.92, 0.95) if case else None,
        realisation_rate_overall=Interval(0.5, 0.63, 0.76, 0.95) if case else None,
        probability_case_met=0.12 if case else None,
        run_rate=around(cashable // 2, sd // 2),
        forecast=around(cashable, 2 * sd),
        forecast_cost=eur(invested // 2),
        roi_to_date=Interval(roi - 0.4, roi, roi + 0.4, 0.95) if roi is not None else None,
        roi_horizon=Interval(roi, roi + 0.5, roi + 1.0, 0.95) if roi is not None else None,
        benefit_cost_ratio=Interval(roi + 0.6, roi + 1, roi + 1.4, 0.95) if roi is not None else None,
        npv_since_approval=around(cashable // 2, sd),
        npv_go_forward=around(cashable, sd),
        npv_go_forward_p80=eur(cashable - sd),
        irr=None,
        payback=Payback(1.9, date(2026, 6, 15), 0.97, None),
        probability_of_payback=0.97,
        by_grade=tuple(
            GradeShare(g, eur(_sum(line.realised.point_minor for line in lines if line.grade is g)))
            for g in EvidenceGrade
        ),
        by_class=tuple(
            ClassShare(c, eur(_sum(line.realised.point_minor for line in lines if line.benefit_class is c)))
            for c in BenefitClass
        ),
        by_tie_state=tuple(_tie_shares(lines)),
        gap=GapBridge(eur(case), eur(tied), eur(late), eur(unseen), eur(case - tied - unseen - late)),
        dependent_bound=around(cashable, 2 * sd),
        reasons=(),
    )


def _sum(amounts: Iterable[int]) -> int:
    return sum(amounts)


def _tie_shares(lines: Sequence[LineValuation]) -> list[TieShare]:
    entries = [entry for line in lines for entry in line.entries]
    amounts = dict.fromkeys(TieState, 0)
    for entry in entries:
        amounts[TieState.TIED_OUT] += entry.tied_minor
        amounts[entry.state] += entry.amount_minor - entry.tied_minor
    return [TieShare(state, eur(amount)) for state, amount in amounts.items()]


def make_cumulative(plot: Plot, line: LineValuation) -> tuple[CumulativePoint, ...]:
    points: list[CumulativePoint] = []
    benefit, cost, projected = 0, 0, 0.0
    by_period = {posting.period: posting.realised_minor for posting in line.postings}
    for p in periods(date(2024, 7, 1), date(2028, 12, 31)):
        label, is_forecast = CALENDAR.label(p), p.start_on > AS_OF
        amount = 40 * K if is_forecast and line.grade is not None else by_period.get(label, 0)
        benefit += amount
        cost += plot.invested_k * K // (27 if not is_forecast else 60)
        projected += plot.case_k * K / 20 if p.start_on >= plot.go_live else 0
        ahead = max(0, (p.start_on.year - 2026) * 12 + p.start_on.month - 9) if is_forecast else 0
        sd = (
            int(plot.sd_k * K * min(1.0, benefit / max(1, plot.realised_k * K)) + ahead * 6 * K)
            if line.grade is not None
            else 0
        )
        points.append(
            CumulativePoint(
                p.start_on,
                p.end_on,
                label,
                is_forecast,
                int(projected) if plot.case_k else None,
                cost if plot.case_k else None,
                benefit,
                benefit - 2 * sd,
                benefit + 2 * sd,
                int(benefit - 1.3 * sd),
                int(benefit + 1.3 * sd),
                cost,
                amount,
            )
        )
    return tuple(points)


def make_costs(plot: Plot) -> tuple[CostCell, ...]:
    cells = []
    months = periods(date(2024, 7, 1), AS_OF)
    for i, (p, amount) in enumerate(zip(months, spread(plot.invested_k * K, [1.0] * len(months)), strict=True)):
        build = amount * 3 // 4 if i < 12 else amount // 5
        for category, nature, part in (("people", "build", build), ("software and inference", "run", amount - build)):
            cells.append(CostCell(p.start_on, p.end_on, CALENDAR.label(p), category, nature, "recurring", "opex", part))
    return tuple(cells)


def make_initiative(plot: Plot) -> InitiativeValuation:
    line = make_line(plot)
    mark = (
        CaseMark.NO_CASE
        if not plot.case_k
        else CaseMark.NOT_MEASURED
        if plot.grade is None
        else (
            CaseMark.AHEAD
            if plot.realised_k > plot.case_k * 1.05
            else CaseMark.BEHIND
            if plot.realised_k < plot.case_k * 0.9
            else CaseMark.ON_CASE
        )
    )
    return InitiativeValuation(
        key=plot.key,
        name=plot.name,
        description=f"{plot.name} across the sites of {plot.unit}.",
        owner="j.novak",
        owner_name="Jana Novak",
        business_unit=plot.unit.lower(),
        business_unit_name=plot.unit,
        delivery_model="bought",
        archetype="document processing",
        stage=plot.stage,
        stage_from_on=plot.go_live,
        approved_on=date(2024, 6, 15),
        case_version=1 if plot.case_k else None,
        case_go_live_on=date(2025, 1, 1),
        go_live_on=plot.go_live if plot.stage.is_in_production else None,
        first_spend_on=date(2024, 7, 1),
        horizon_on=date(2028, 12, 31),
        discount_rate=Decimal("0.08"),
        grade=plot.grade,
        why_not=WHY.get(plot.rule),
        case_mark=mark,
        figures=make_figures([line], claimed=plot.claimed_k * K, invested=plot.invested_k * K, sd=plot.sd_k * K),
        lines=(line,),
        cumulative=make_cumulative(plot, line),
        costs=make_costs(plot),
        claims=(ClaimRow("vendor", line.benefit_line, "31 min saved per user and day", plot.claimed_k * K),)
        if plot.claimed_k
        else (),
    )

"""The sentences of the initiative page, each computed from the figures that stand below it."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.format import (
    format_date,
    format_money,
    format_percent,
    format_quantity,
    format_quantity_range,
    format_words,
)
from models.domain.benefit_line import WhyNot
from models.domain.effect import Design, EffectEstimate
from models.domain.ledger import TieState
from models.domain.money import Money
from models.domain.valuation import (
    CostCell,
    Figures,
    InitiativeValuation,
    LineStatus,
    LineValuation,
    PublicationContext,
)

DESIGN_WORDS: dict[Design, str] = {
    Design.RANDOMISED: "randomised units",
    Design.STAGGERED: "staggered roll-out",
    Design.DIFFERENCE: "difference to a comparison group",
    Design.INTERRUPTED_SERIES: "interrupted time series",
    Design.BEFORE_AFTER: "before and after",
}
NOT_VALUED = "not valued"
NOT_ESTIMABLE = "not estimable"


def initiative_title(ini: InitiativeValuation, context: PublicationContext) -> str:
    """Return the message of an initiative: what ties out against case, or why there is nothing to tie out."""
    figures, currency = ini.figures, context.currency
    if ini.grade is None:
        return _unmeasured_title(ini, currency)
    since = f" since go-live in {ini.go_live_on:%b %Y}" if ini.go_live_on is not None else ""
    if figures.realised_cashable.point_minor < 0:
        return f"{_harm(figures, ini.name)}{since}"
    if figures.tied_out.point_minor:
        both = (
            ""
            if figures.tied_out.point_minor == figures.realised_cashable.point_minor
            else f" of {format_money(figures.realised_cashable.point)} realised"
        )
        return _tidy(
            f"{ini.name} ties out {format_money(figures.tied_out.point, currency)}{both}{_against_case(figures)}{since}"
        )
    if figures.realised_cashable.point_minor:
        held = (
            f"{ini.name} realises {format_money(figures.realised_cashable.point, currency)} "
            f"cashable{_against_case(figures)}{since}"
        )
        return f"{_tidy(held)}; none of it ties out: {_main_state(figures).label}"
    if figures.realised.point_minor:
        return (
            f"{ini.name} realises {format_money(figures.realised.point, currency)}{since}, none of it "
            f"cashable: {_main_state(figures).label}"
        )
    return (
        f"{ini.name} measures {format_money(figures.measured.point, currency)}; nothing is realised, "
        "because it is not in production"
    )


def _unmeasured_title(ini: InitiativeValuation, currency: str) -> str:
    spent = format_money(ini.figures.invested, currency)
    if ini.is_spend_without_production and ini.go_live_on is None:
        since = f" since {ini.first_spend_on:%b %Y}" if ini.first_spend_on is not None else ""
        return f"{ini.name} has spent {spent}{since} and is not in production"
    if unmeasured_words(ini) == NOT_VALUED:
        valued = [line.why_not for line in ini.lines if line.status is LineStatus.NOT_VALUED]
        return f"{ini.name} has an effect but no money{_because(valued[0])}"
    return f"{ini.name} cannot be measured yet{_because(ini.why_not)}"


def _because(why: WhyNot | None) -> str:
    return "" if why is None else f": {why.reason.rstrip('.')}"


def unmeasured_words(ini: InitiativeValuation) -> str:
    """Return what an initiative without a figure is: not valued, not estimable, or not estimated yet."""
    known = {line.status for line in ini.lines}
    if LineStatus.NOT_VALUED in known:
        return NOT_VALUED
    return NOT_ESTIMABLE if LineStatus.NOT_ESTIMABLE in known or ini.why_not is not None else "not estimated yet"


def _harm(figures: Figures, name: str) -> str:
    """Return that an initiative lowers profit, or that nobody can tell it from doing nothing."""
    lost = figures.realised_cashable
    words = f"{name} lowers profit by {format_money(abs(lost.point), lost.currency)}"
    words += ", which cannot be told from zero," if lost.spans_zero else ""
    promised = figures.case_like_for_like
    return f"{words} where its case promised {format_money(promised)}" if promised.amount_minor > 0 else words


def _against_case(figures: Figures) -> str:
    case = figures.case_like_for_like.amount_minor
    if case <= 0:
        return ""
    change = (figures.realised_cashable.point_minor - case) / case
    if abs(change) < 0.005:
        return ", on case"
    side = "less" if change < 0 else "more"
    return f", {format_percent(abs(change))} {side} than its case,"


def _tidy(sentence: str) -> str:
    """Return a sentence without a comma at its end."""
    return sentence.rstrip(",")


def _main_state(figures: Figures) -> TieState:
    shares = [share for share in figures.by_tie_state if share.realised.amount_minor]
    return max(shares, key=lambda share: abs(share.realised.amount_minor)).state if shares else TieState.UNLOCATED


def initiative_subtitle(ini: InitiativeValuation) -> str:
    """Return what an initiative is: key, business unit, owner, delivery model, stage."""
    stage = f"{ini.stage.label} since {format_date(ini.stage_from_on)}" if ini.stage is not None else "no stage"
    parts = [
        ini.key,
        ini.business_unit_name or ini.business_unit,
        f"owner {ini.owner_name or ini.owner}",
        format_words(ini.delivery_model),
        format_words(ini.archetype),
        stage,
    ]
    return " · ".join(part for part in parts if part)


def effect_title(line: LineValuation, estimate: EffectEstimate) -> str:
    """Return the message of actual against counterfactual, in the unit of the KPI."""
    average, unit = estimate.average, line.unit_of_measure
    words = format_quantity_range(average.low, average.point, average.high, unit)
    if average.spans_zero:
        return f"{line.kpi_name} cannot be told from what it would have been: {words}"
    side = "below" if average.point < 0 else "above"
    verdict = "" if average.point * line.better_sign > 0 else "; that is worse"
    size = format_quantity(abs(average.point))
    limits = sorted((abs(average.low), abs(average.high)))
    return (
        f"{line.kpi_name} is {size} {unit} {side} what it would have been ({format_quantity(limits[0])} "
        f"to {format_quantity(limits[1])}){verdict}"
    )


def cumulative_title(ini: InitiativeValuation, context: PublicationContext) -> str:
    """Return the message of projected against realised: where it stands against case, and when it pays back."""
    figures, payback = ini.figures, ini.figures.payback
    case, realised = figures.case_to_date, figures.realised_cashable
    if ini.grade is None:
        missing = (
            "no effect of it has a value yet"
            if unmeasured_words(ini) == NOT_VALUED
            else "none of it can be measured yet"
        )
        return f"{format_money(case, context.currency)} was promised by now; {missing}"
    if case.amount_minor:
        stand = (
            f"{format_money(realised.point, context.currency)} of the {format_money(case)} promised by now is realised"
        )
    else:
        stand = f"{format_money(realised.point, context.currency)} is realised; no case was approved"
    if payback.on is None:
        return f"{stand}; it does not pay back by the horizon"
    tense = "paid back" if payback.on <= context.as_of else "pays back"
    return f"{stand}; it {tense} in {payback.on:%b %Y}"


def cost_title(costs: Sequence[CostCell], currency: str) -> str:
    """Return the message of the costs: total, and how much of it built rather than ran."""
    total = sum(cell.amount_minor for cell in costs)
    build = sum(cell.amount_minor for cell in costs if cell.nature == "build")
    share = f", {format_percent(build / total)} of it to build" if total > 0 else ""
    return f"{format_money(Money(total, currency), currency)} is spent to date{share}"

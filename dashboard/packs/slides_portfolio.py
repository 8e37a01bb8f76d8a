"""The slides about the portfolio: the same sentences and bridges as the page, with the numbers that they say."""

from __future__ import annotations

from decimal import Decimal

from dashboard.components.portfolio_words import (
    RANKED,
    fiscal_span,
    gap_title,
    grade_title,
    portfolio_sentence,
    ranking_title,
)
from dashboard.figures.cascade import cascade_steps, cascade_unit
from dashboard.figures.gap import cast_gap, gap_steps
from dashboard.figures.unit import common_unit, finer_unit
from dashboard.format import (
    MISSING,
    format_cell,
    format_money,
    format_percent,
    format_probability,
    format_range,
    format_variance,
)
from dashboard.packs.board_words import short_name
from dashboard.packs.cells import Number
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import LEVEL_OF_P80, Said, Speaker, cast_part, derived
from dashboard.packs.parts import Box, BridgePart, Slide, TablePart
from models.domain.figures import Figures
from models.domain.valuation import InitiativeValuation

WIDE = Box(0.5, 1.75, 12.3, 4.95)
LEFT, RIGHT = Box(0.5, 1.75, 7.6, 4.95), Box(8.4, 1.75, 4.4, 4.95)
#: Rows of the table of initiatives, and bars of the comparison with case.
SHOWN = 14


def _nowhere(_figure: str) -> str:
    return ""


def gap_numbers(content: PackContent) -> list[Said]:
    """Return the parts of the gap as they are cast on page and slide, with the levels between them."""
    gap = content.summary.figures.gap
    shown = cast_gap(gap)
    digits = shown.unit.decimals - shown.unit.scale.value[1]
    parts = (
        ("promised by now", "Case_to_date", gap.case_to_date.major, shown.promised),
        ("tied out", "Tied_out", gap.tied_out.major, shown.tied),
        ("promised less tied out", "Case_gap", gap.gap.major, shown.difference),
        ("late, recoverable", "Late_recoverable", gap.late_recoverable.major, shown.late),
        ("not yet evidenced", "Not_yet_evidenced", gap.not_yet_evidenced.major, shown.unseen),
        ("short", "Short", gap.short.major, shown.short),
        ("late, recoverable, as a loss", "-Late_recoverable", -gap.late_recoverable.major, -shown.late),
        ("not yet evidenced, as a loss", "-Not_yet_evidenced", -gap.not_yet_evidenced.major, -shown.unseen),
        ("short, as a loss", "-Short", -gap.short.major, -shown.short),
    )
    return [cast_part(words, formula, exact, as_shown, digits) for words, formula, exact, as_shown in parts]


def plan_headline(content: PackContent, speaker: Speaker) -> Slide:
    """Return the first slide: the sentence of the portfolio over the cascade."""
    figures = content.summary.figures
    names = ("Claimed", "Measured", "Realised", "Realised_cashable", "Tied_out", "Invested", "Net")
    limits = ("Measured", "Realised", "Realised_cashable", "Tied_out", "Net")
    return Slide(
        portfolio_sentence(figures, content.context),
        f"From claimed to net, {cascade_unit(figures).header(content.currency)}, go-live to "
        f"{content.context.as_of_period}; claimed (E0) stands beside the total, never in it",
        [BridgePart(LEFT, cascade_steps(figures, _nowhere)), _return_table(content, figures)],
        [
            *speaker.total(*names),
            *speaker.limits(*limits),
            *_cascade_changes(figures),
            *gap_numbers(content),
            *return_numbers(content, speaker),
        ],
        grade=grade_title(figures),
        source="KPI extracts, cost actuals, ledger",
    )


def _cascade_changes(figures: Figures) -> list[Said]:
    steps = (
        ("not measured", "Measured-Claimed", figures.measured.point - figures.claimed.major),
        ("not in production", "Realised-Measured", figures.realised.point - figures.measured.point),
        ("not cashable", "Realised_cashable-Realised", figures.realised_cashable.point - figures.realised.point),
        ("not tied out", "Tied_out-Realised_cashable", figures.tied_out.point - figures.realised_cashable.point),
        ("invested, as a loss", "-Invested", -figures.invested.major),
    )
    return [derived(*step) for step in steps]


def return_numbers(content: PackContent, speaker: Speaker) -> list[Said]:
    """Return the numbers of the table of returns."""
    names = ("Roi_to_date", "Roi_horizon", "Realisation_rate", "Npv_since_approval", "Npv_go_forward", "Run_rate")
    single = ("Npv_go_forward_p80", "Probability_case_met", "Probability_of_payback", "Case_like_for_like")
    return [
        *speaker.total(*names, *single),
        *speaker.limits(*names),
        *speaker.estimates_of(-1, "payback_on", "dependent_bound_low", "dependent_bound_high"),
        LEVEL_OF_P80,
        *([] if content.initiative else speaker.total("Benefit_cost_ratio")),
    ]


def _return_table(content: PackContent, figures: Figures) -> TablePart:
    points = [point for ini in content.initiatives for point in ini.cumulative]
    past = fiscal_span([point.period for point in points if not point.is_forecast])
    whole = fiscal_span([point.period for point in points])
    heads = ("Figure", f"{content.currency} or %, with its interval at {format_percent(content.context.level)}")
    bound = figures.dependent_bound
    rows = [*return_rows(figures, past, whole), ("  if all moved together", _money(bound))]
    return TablePart(RIGHT, heads, rows, (1.75, 2.65), frozenset({0}), 10)


def return_rows(figures: Figures, past: str, whole: str) -> list[tuple[str, str]]:
    """Return what an investment returned: each figure with its interval, horizon and basis."""
    safe = figures.npv_go_forward_p80
    return [
        ("Realised cashable", _money(figures.realised_cashable)),
        ("Tied out", _money(figures.tied_out)),
        ("Invested", format_money(figures.invested)),
        ("Net", _money(figures.net)),
        ("Realisation rate", _percent(figures.realisation_rate)),
        (f"ROI {past}", _percent(figures.roi_to_date)),
        (f"ROI {whole}", _percent(figures.roi_horizon)),
        ("Run-rate, a year", _money(figures.run_rate)),
        ("NPV since approval", _money(figures.npv_since_approval)),
        ("Go-forward NPV", _money(figures.npv_go_forward)),
        ("  80 % chance of at least", format_money(safe) if safe is not None else MISSING),
        ("P(case met)", format_probability(figures.probability_case_met)),
        ("Pays back", f"{figures.payback.on:%b %Y}" if figures.payback.on is not None else MISSING),
        ("P(payback by horizon)", format_probability(figures.probability_of_payback)),
    ]


def _money(interval: object) -> str:
    low, point, high = (getattr(interval, name, None) for name in ("low", "point", "high"))
    return format_range(low, point, high)


def _percent(interval: object) -> str:
    low, point, high = (getattr(interval, name, None) for name in ("low", "point", "high"))
    return MISSING if point is None else f"{format_percent(point)} ({format_percent(low)} to {format_percent(high)})"


def plan_gap(content: PackContent, speaker: Speaker) -> Slide:
    """Return the bridge from what was promised by now to what ties out."""
    gap = content.summary.figures.gap
    unit = cast_gap(gap).unit
    rows = [
        (step.label, format_cell(Decimal(str(step.amount)), decimals=2)) for step in gap_steps(gap, _nowhere)
    ]  # fmt: skip
    share = gap.gap.major / gap.case_to_date.major if gap.case_to_date.amount_minor else None
    levels = (
        ("promised less late", "Case_to_date-Late_recoverable", gap.case_to_date.major - gap.late_recoverable.major),
        ("promised less late and not yet evidenced", "Case_to_date-Late_recoverable-Not_yet_evidenced",
         gap.case_to_date.major - gap.late_recoverable.major - gap.not_yet_evidenced.major),
    )  # fmt: skip
    said = [
        *gap_numbers(content),
        *(derived(*level) for level in levels),
        *speaker.total("Case_to_date", "Tied_out", "Late_recoverable", "Not_yet_evidenced", "Short", "Case_gap"),
        derived("late, recoverable, exact", "-Late_recoverable", -gap.late_recoverable.major),
        derived("not yet evidenced, exact", "-Not_yet_evidenced", -gap.not_yet_evidenced.major),
        derived("short, exact", "-Short", -gap.short.major),
    ]
    if share is not None:
        said.append(derived("gap of case", "Case_gap/Case_to_date", share, Number.PERCENT))
    return Slide(
        gap_title(gap),
        f"Approved cases against what ties out, cashable classes, {unit.header(content.currency)}, to "
        f"{content.context.as_of_period}",
        [
            BridgePart(LEFT, gap_steps(gap, _nowhere)),
            TablePart(RIGHT, ("Step", content.currency), rows, (2.7, 1.7), frozenset({0})),
        ],
        said,
        grade=grade_title(content.summary.figures),
        source="approved cases, ledger",
    )


def plan_ranking(content: PackContent, speaker: Speaker) -> Slide:
    """Return the table of the first initiatives."""
    initiatives, figures = content.initiatives, content.summary.figures
    shown = initiatives[:SHOWN]
    unit = finer_unit(common_unit([ini.figures.claimed.major for ini in shown]))
    scale, decimals = unit.scale, unit.decimals
    rows = [_ranking_row(ini, unit.scale, decimals) for ini in shown]
    heads = ("Initiative", "Grade", "Claimed (E0)", "Realised cashable", "Tied out", "Invested", "Net",
             "Case, like for like", "Variance", "ROI to date")  # fmt: skip
    said = [
        *speaker.total("Tied_out"),
        *_carried(content, speaker),
        *(each for place in range(len(shown)) for each in _row_numbers(speaker, place)),
    ]
    left_out = len(initiatives) - len(shown)
    more = derived("initiatives left out", f"Initiative_count-{len(shown)}", left_out, Number.COUNT)
    rest = f"; {left_out} more in the workbook" if left_out else ""
    return Slide(
        ranking_title(initiatives, figures.tied_out),
        f"{unit.header(content.currency) if scale.letter else content.currency}, to {content.context.as_of_period}, "
        f"ranked by what ties out{rest}",
        [TablePart(WIDE, heads, rows, (3.0, 0.7, 1.1, 1.15, 1.05, 1.05, 1.05, 1.15, 1.2, 0.85), frozenset({0, 1}))],
        [*said, more],
        grade=grade_title(figures),
        source="estimates, approved cases, ledger",
    )


def _ranking_row(ini: InitiativeValuation, scale: object, decimals: int) -> tuple[str, ...]:
    figures, is_measured = ini.figures, ini.grade is not None

    def cell(amount: Decimal | None) -> str:
        return format_cell(amount, scale, decimals)  # type: ignore[arg-type]

    variance = figures.realised_cashable.point - figures.case_like_for_like.major
    has_case = is_measured and figures.case_like_for_like.amount_minor > 0
    return (
        short_name(ini.name),
        ini.grade.label if ini.grade is not None else MISSING,
        cell(figures.claimed.major),
        cell(figures.realised_cashable.point if is_measured else None),
        cell(figures.tied_out.point if is_measured else None),
        cell(figures.invested.major),
        cell(figures.net.point if is_measured else None),
        cell(figures.case_like_for_like.major if is_measured else None),
        format_variance(variance, scale=scale, decimals=decimals).text if has_case else MISSING,  # type: ignore[arg-type]
        format_percent(figures.roi_to_date.point) if is_measured and figures.roi_to_date is not None else MISSING,
    )


def _row_numbers(speaker: Speaker, place: int) -> list[Said]:
    keys = ("claimed", "realised_cashable", "tied_out", "invested", "net", "case_like_for_like", "variance",
            "roi_to_date")  # fmt: skip
    return [*speaker.of(place, *keys), *speaker.words_of(place, "name")]


def _carried(content: PackContent, speaker: Speaker) -> list[Said]:
    """Return what the message of the ranking adds up: how many initiatives, and what they tie out together."""
    tied = [(ini.figures.tied_out.point, i) for i, ini in enumerate(content.initiatives)]
    top = [pair for pair in sorted(tied, key=lambda pair: -pair[0])[:RANKED] if pair[0] > 0]
    sheet = speaker.sheets.initiatives
    text = "+".join(sheet.cell("tied_out", place) for _, place in top) or "0"
    total = sum((amount for amount, _ in top), start=Decimal(0))
    count = derived("initiatives added up", f"MIN({RANKED},Tied_count)", len(top), Number.COUNT)
    return [count, derived("tied out by the first", text, total)]

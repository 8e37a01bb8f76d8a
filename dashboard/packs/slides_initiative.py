"""The slide of one initiative: its message, projected against realised, and its figures with their intervals."""

from __future__ import annotations

from decimal import Decimal

from dashboard.components.evidence import GRADE_WORDS
from dashboard.components.initiative_words import cumulative_title, initiative_subtitle, initiative_title
from dashboard.components.portfolio_words import fiscal_span
from dashboard.figures.unit import common_unit
from dashboard.format import MISSING, format_money, format_range
from dashboard.packs.board_words import scaled_format
from dashboard.packs.cells import Number, Sheet
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import LEVEL_OF_P80, Said, Speaker, derived, typed_words
from dashboard.packs.parts import Box, LinesPart, NotesPart, Part, Series, Slide, TablePart
from dashboard.packs.slides_portfolio import RIGHT, return_rows
from models.domain.figures import Figures
from models.domain.interval import MoneyInterval
from models.domain.money import to_major
from models.domain.valuation import InitiativeValuation

_CHART = Box(0.5, 2.05, 7.6, 4.65)
_HEAD = Box(0.5, 1.72, 7.6, 0.35)
_FIGURES = ("claimed", "measured", "measured_low", "measured_high", "realised", "realised_cashable",
            "realised_cashable_low", "realised_cashable_high", "tied_out", "tied_out_low", "tied_out_high", "invested",
            "net", "case_to_date", "case_like_for_like", "variance", "realisation_rate", "run_rate", "forecast",
            "roi_to_date", "roi_horizon", "npv_since_approval", "npv_go_forward", "npv_go_forward_p80",
            "probability_case_met", "probability_of_payback", "payback_on", "go_live_on", "first_spend_on",
            "approved_on", "stage_from_on", "in_year", "full_year", "at_completion", "at_completion_low",
            "at_completion_high")  # fmt: skip
_LIMITS = ("net", "run_rate", "npv_since_approval", "npv_go_forward", "realisation_rate", "roi_to_date", "roi_horizon",
           "in_year", "full_year")  # fmt: skip


def plan_initiative(content: PackContent, speaker: Speaker, place: int) -> Slide:
    """Return the slide of the initiative at a place of the ranking."""
    ini = content.initiatives[place]
    past = [point.period for point in ini.cumulative if not point.is_forecast]
    whole = [point.period for point in ini.cumulative]
    figures, is_measured = ini.figures, ini.grade is not None
    rows = [("Claimed (E0)", format_money(figures.claimed))]
    if is_measured:
        measured = figures.measured
        rows.append(("Measured", format_range(measured.low, measured.point, measured.high)))
        rows += return_rows(figures, fiscal_span(past), fiscal_span(whole))
        rows += _span_rows(figures)
    else:
        rows += [("Invested", format_money(figures.invested)), ("Promised by now", format_money(figures.case_to_date))]
    table = TablePart(RIGHT, ("Figure", f"{content.currency} or %, with its interval"), rows, (1.75, 2.65),
                      frozenset({0}), 10)  # fmt: skip
    chart, blocks = _chart(content, speaker, ini)
    unit = f" (cumulative, {content.currency} {chart[0].unit})" if chart else ""
    head = NotesPart(_HEAD, f"{cumulative_title(ini, content.context)}{unit}", (), 9.5)
    parts: list[Part] = [head, *chart, table]
    why = _why(ini)
    if why:
        parts.append(NotesPart(Box(8.4, 3.3, 4.4, 3.2), why[0], why[1:], 10.5))
    return Slide(
        initiative_title(ini, content.context),
        initiative_subtitle(ini),
        parts,
        [*_numbers(content, speaker, place), *blocks],
        grade=_grade(ini),
        source="estimates, approved case, cost actuals, ledger",
    )


def _span_rows(figures: Figures) -> list[tuple[str, str]]:
    """Return in-year, full-year and completion: three spans that never add."""
    year, full, done = figures.in_year, figures.full_year, figures.at_completion
    label = f"In-year {year.fiscal_year}" if year is not None else "In-year"
    basis = "" if full is None or full.is_complete else ", annualised"
    return [
        (label, _span(year.interval if year is not None else None)),
        (f"Full-year{basis}", _span(full.interval if full is not None else None)),
        ("At completion", _span(done)),
    ]


def _span(interval: MoneyInterval | None) -> str:
    return MISSING if interval is None else format_range(interval.low, interval.point, interval.high)


def _grade(ini: InitiativeValuation) -> str:
    return f"{ini.grade.label}, {GRADE_WORDS[ini.grade]}" if ini.grade is not None else "none"


def _why(ini: InitiativeValuation) -> tuple[str, ...]:
    """Return why there is no figure, and what would help."""
    if ini.grade is not None or ini.why_not is None:
        return ()
    return ("Why there is no figure", ini.why_not.reason, f"What would help: {ini.why_not.what_would_help}")


def _numbers(content: PackContent, speaker: Speaker, place: int) -> list[Said]:
    ini, sheet = content.initiatives[place], speaker.sheets.initiatives
    limits = [f"{key}_{end}" for key in _LIMITS for end in ("low", "high")]
    said = [
        *speaker.of(place, *_FIGURES),
        *speaker.estimates_of(place, *limits),
        *speaker.words_of(place, "name", "why_not"),
        LEVEL_OF_P80,
        *_subtitle_words(ini),
    ]
    case = ini.figures.case_like_for_like.amount_minor
    if case > 0 and ini.grade is not None:
        change = f"({sheet.cell('variance', place)})/{sheet.cell('case_like_for_like', place)}"
        value = (ini.figures.realised_cashable.point_minor - case) / case
        said.append(derived("realised cashable less case, of case", change, value, Number.PERCENT))
    return said


def _subtitle_words(ini: InitiativeValuation) -> list[Said]:
    """Return the words of the slide that may hold digits and stand in no column."""
    reasons = (ini.why_not.reason.rstrip("."), ini.why_not.what_would_help) if ini.why_not is not None else ()
    texts = [ini.owner_name, ini.business_unit_name, ini.archetype, ini.delivery_model, *reasons]
    return [typed_words("words", text) for text in texts if any(character.isdigit() for character in text)]


def _chart(content: PackContent, speaker: Speaker, ini: InitiativeValuation) -> tuple[list[LinesPart], list[Said]]:
    """Return the cumulative lines and the blocks of the workbook that they draw."""
    points = ini.cumulative
    if not points:
        return [], []
    first, last = speaker.sheets.inputs.case_places[ini.key]
    n_past = sum(1 for point in points if not point.is_forecast)

    def majors(values: list[int | None]) -> list[float | None]:
        return [None if value is None else float(to_major(value, content.currency)) for value in values]

    benefit: list[int | None] = [point.benefit_minor for point in points]
    actual = [*benefit[:n_past], *([None] * (len(points) - n_past))]
    ahead = [*([None] * max(0, n_past - 1)), *benefit[max(0, n_past - 1) :]]
    promised = [point.projected_minor for point in points]
    spent: list[int | None] = [point.cost_minor for point in points]
    series = [Series("Cost", "prior", majors(spent))]
    if any(value is not None for value in promised):
        series.append(Series("Approved case (PL)", "plan", majors(promised)))
    if ini.grade is not None:
        series.append(Series("Realised cashable (AC)", "actual", majors(actual)))
        if n_past < len(points):
            series.append(Series("Forecast (FC)", "forecast", majors(ahead)))
    unit = common_unit([Decimal(str(value)) for one in series for value in one.values if value is not None])
    case: Sheet = speaker.sheets.inputs.case
    keys = ("benefit_cumulative", "cost_cumulative", "promised_cumulative")
    blocks = [speaker.block(case, key, first, last) for key in keys]
    labels = [point.period for point in points]
    return [LinesPart(_CHART, labels, series, scaled_format(unit), unit.scale.letter)], blocks

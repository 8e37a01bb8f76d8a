"""The ranked initiatives: one row each, intervals on one common scale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dash.development.base_component import Component

from dashboard.components.grids import RowSource, grid
from dashboard.components.initiative_words import unmeasured_words
from dashboard.components.portfolio_filters import NOT_GRADED
from dashboard.format import (
    MISSING,
    Scale,
    common_scale,
    format_cell,
    format_money,
    format_percent,
    format_range,
    format_variance,
    unit_header,
)
from dashboard.ids import initiative_path, lineage_path
from models.domain.horizon import FullYearEffect, SpannedEffect
from models.domain.money import Money, to_major
from models.domain.valuation import CaseMark, InitiativeValuation, MoneyInterval

SPARK_PERIODS = 12

#: What a case mark says on screen.
CASE_WORDS: dict[CaseMark, str] = {
    CaseMark.AHEAD: "ahead of case",
    CaseMark.ON_CASE: "on case",
    CaseMark.BEHIND: "behind case",
    CaseMark.NO_CASE: "no case",
    CaseMark.NOT_MEASURED: "not measured",
}


def initiatives_grid(
    initiatives: Sequence[InitiativeValuation],
    currency: str,
    *,
    known_on: date | None,
    name: str = "initiatives",
    source: RowSource | None = None,
) -> Component:
    """Return the grid of initiatives in the order given; its rows come from `source` where one is named.

    Parameters
    ----------
    initiatives
        Ranked.
    currency
        Of the amounts; the unit stands in the headings.
    known_on
        Date of knowledge, kept in the links.
    name
        Unique on the page.
    """
    minimum, maximum = common_limits(initiatives)
    rows = initiative_rows(initiatives, currency, known_on=known_on) if source is None else None
    unit = unit_header(currency, _scale_of(initiatives))
    return grid(
        name,
        _columns(unit, minimum, maximum),
        rows,
        label="Initiatives, ranked by what ties out",
        page_size=25 if len(initiatives) > 25 else 0,
        source=source,
        rowHeight=50,
        headerHeight=48,
    )


def initiative_rows(
    initiatives: Sequence[InitiativeValuation], currency: str, *, known_on: date | None
) -> list[dict[str, Any]]:
    """Return the rows of the grid, in the unit of its largest amount; `keep` holds what a page filters by."""
    scale = _scale_of(initiatives)
    return [_row(rank, ini, currency, scale, known_on) for rank, ini in enumerate(initiatives, start=1)]


def _scale_of(initiatives: Sequence[InitiativeValuation]) -> Scale:
    return common_scale(
        [money for ini in initiatives for money in (ini.figures.realised_cashable.point, ini.figures.case_to_date)]
    )


def common_limits(initiatives: Sequence[InitiativeValuation]) -> tuple[float, float]:
    """Return the ends of the one scale on which every interval and case of the initiatives is drawn, zero included."""
    ends = [0.0]
    for figures in (ini.figures for ini in initiatives):
        ends += [
            float(figures.realised_cashable.low),
            float(figures.realised_cashable.high),
            float(figures.case_like_for_like.major),
        ]
    room = (max(ends) - min(ends)) * 0.03 or 1.0
    return min(ends) - room, max(ends) + room


def _columns(unit: str, minimum: float, maximum: float) -> list[dict[str, Any]]:
    drawn = {"cellDataType": False, "sortable": False, "wrapHeaderText": True}
    sized = {
        "cellDataType": False,
        "comparator": {"function": "tieoutBySize"},
        "wrapHeaderText": True,
        "type": "rightAligned",
    }
    linked = {**sized, "cellRenderer": "TieoutLink", "cellClass": "numeric ag-right-aligned-cell"}
    return [
        {"field": "rank", "headerName": "#", "minWidth": 46, "maxWidth": 54},
        {
            "field": "initiative",
            "headerName": "Initiative",
            "cellRenderer": "TieoutInitiative",
            "cellDataType": False,
            "comparator": {"function": "tieoutByText"},
            "minWidth": 160,
            "flex": 3,
        },
        {"field": "grade", "headerName": "Grade", "cellRenderer": "TieoutGrade", "minWidth": 64, "maxWidth": 70},
        {
            "field": "course",
            "headerName": f"{SPARK_PERIODS} periods",
            "cellRenderer": "TieoutSparkline",
            "minWidth": 84,
            "maxWidth": 92,
            **drawn,
        },
        {"field": "cashable", "headerName": f"Realised cashable, {unit}", "minWidth": 88, "flex": 1, **linked},
        {"field": "tied", "headerName": f"Tied out, {unit}", "minWidth": 78, "flex": 1, **linked},
        {
            "field": "interval",
            "headerName": "Interval and case (dotted)",
            "cellRenderer": "TieoutInterval",
            "cellRendererParams": {"minimum": minimum, "maximum": maximum},
            "minWidth": 140,
            "flex": 2,
            **drawn,
        },
        {
            "field": "variance",
            "headerName": f"Against case, {unit}",
            "cellRenderer": "TieoutAgainstCase",
            "minWidth": 112,
            "flex": 1,
            **sized,
        },
        {"field": "roi", "headerName": "ROI to date", "minWidth": 72, "maxWidth": 80, **linked},
        {"field": "in_year", "headerName": f"In-year, {unit}", "minWidth": 74, "maxWidth": 80, **linked},
        {"field": "run_rate", "headerName": f"Run-rate a year, {unit}", "minWidth": 78, "maxWidth": 84, **linked},
        {"field": "full_year", "headerName": f"Full-year, {unit}", "minWidth": 86, "maxWidth": 92, **linked},
    ]


def _row(rank: int, ini: InitiativeValuation, currency: str, scale: Scale, known_on: date | None) -> dict[str, Any]:
    figures, is_measured = ini.figures, ini.grade is not None
    variance = case_variance(ini)
    roi = figures.roi_to_date if is_measured else None
    stage = ini.stage.label if ini.stage is not None else "no stage"
    return {
        "rank": rank,
        "keep": {
            "business_unit": ini.business_unit,
            "stage": ini.stage.value if ini.stage is not None else "",
            "grade": ini.grade.name if ini.grade is not None else NOT_GRADED,
        },
        "initiative": {
            "text": ini.name,
            "href": initiative_path(ini.key, known_on),
            "note": f"{ini.business_unit_name or ini.business_unit} · {stage}",
        },
        "grade": ini.grade.label if ini.grade is not None else MISSING,
        "course": {
            "values": period_course(ini),
            "label": f"{ini.name}: realised cashable of the last {SPARK_PERIODS} periods",
        },
        "cashable": _amount(
            figures.realised_cashable,
            scale,
            lineage_path("realised_cashable", initiative=ini.key, known_on=known_on),
            is_measured,
        ),
        "tied": _amount(
            figures.tied_out, scale, lineage_path("tied_out", initiative=ini.key, known_on=known_on), is_measured
        ),
        "interval": _interval(ini, currency),
        "variance": _variance(variance, scale, CASE_WORDS[ini.case_mark]),
        "roi": {
            "text": format_percent(roi.point) if roi is not None else MISSING,
            "sort": roi.point if roi is not None else None,
        },
        "in_year": _effect(figures.in_year if is_measured else None, scale),
        "run_rate": _effect(figures.run_rate_effect if is_measured else None, scale),
        "full_year": _effect(figures.full_year if is_measured else None, scale),
    }


def _amount(amount: MoneyInterval, scale: Scale, href: str, is_measured: bool) -> dict[str, Any]:
    if not is_measured:
        return {"text": MISSING, "sort": None}
    return {"text": format_cell(amount.point, scale, 1), "href": href, "sort": amount.point_minor}


def _effect(effect: SpannedEffect | None, scale: Scale) -> dict[str, Any]:
    """Return one effect in its own column; a full year that is annualised says so."""
    if effect is None:
        return {"text": MISSING, "sort": None}
    is_annualised = isinstance(effect, FullYearEffect) and not effect.is_complete
    text = format_cell(effect.amount, scale, 1)
    return {"text": f"{text} ann." if is_annualised else text, "sort": effect.amount.amount_minor}


def _interval(ini: InitiativeValuation, currency: str) -> dict[str, Any]:
    if ini.grade is None:
        return {"label": unmeasured_words(ini)}
    cashable, case = ini.figures.realised_cashable, ini.figures.case_like_for_like
    words = f"{ini.name}: {format_range(cashable.low, cashable.point, cashable.high, currency)}"
    drawn = {"low": float(cashable.low), "point": float(cashable.point), "high": float(cashable.high), "label": words}
    if case.amount_minor:
        drawn |= {"mark": float(case.major), "label": f"{words}, case {format_money(case)}"}
    return drawn


def _variance(variance: Money | None, scale: Scale, note: str) -> dict[str, Any]:
    if variance is None:
        return {"text": MISSING, "tone": "level", "sort": None, "note": note}
    shown = format_variance(variance, scale=scale)
    return {"text": shown.text, "tone": shown.tone, "sort": variance.amount_minor, "note": note}


def case_variance(ini: InitiativeValuation) -> Money | None:
    """Return realised cashable less the case, like for like; None where nothing is measured or promised."""
    if ini.grade is None or ini.figures.case_like_for_like.amount_minor == 0:
        return None
    return (
        Money(ini.figures.realised_cashable.point_minor, ini.figures.claimed.currency) - ini.figures.case_like_for_like
    )


def period_course(ini: InitiativeValuation) -> list[float | None]:
    """Return realised cashable of the last periods, None where nothing was measured."""
    past = [point for point in ini.cumulative if not point.is_forecast][-SPARK_PERIODS:]
    if ini.grade is None:
        return [None for _ in past]
    return [float(to_major(point.period_minor, ini.figures.claimed.currency)) for point in past]

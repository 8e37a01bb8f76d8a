"""Every benefit line with its design, effect and grade, weakest evidence for the money first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash.development.base_component import Component

from dashboard.components.grids import grid
from dashboard.components.initiative_words import DESIGN_WORDS
from dashboard.components.portfolio_reading import Reading
from dashboard.format import (
    MISSING,
    Scale,
    common_scale,
    format_cell,
    format_p_value,
    format_quantity_range,
    format_words,
    unit_header,
)
from dashboard.ids import initiative_path, line_evidence_path, lineage_line_path
from models.domain.valuation import InitiativeValuation, LineStatus, LineValuation


def evidence_grid(initiatives: Sequence[InitiativeValuation], reading: Reading) -> Component:
    """Return the grid of benefit lines in a person's scope, largest realised amount first."""
    lines = sorted(
        ((ini, line) for ini in initiatives for line in ini.lines),
        key=lambda pair: (-abs(pair[1].measured.point_minor), pair[1].benefit_line),
    )
    scale = common_scale([line.measured.point for _, line in lines])
    rows = [_row(ini, line, reading, scale) for ini, line in lines]
    return grid(
        "lines",
        _columns(unit_header(reading.currency, scale)),
        rows,
        label="Benefit lines with their evidence",
        page_size=25 if len(rows) > 25 else 0,
        rowHeight=58,
        headerHeight=48,
    )


def _columns(unit: str) -> list[dict[str, Any]]:
    linked = {"cellRenderer": "TieoutInitiative", "cellDataType": False, "comparator": {"function": "tieoutByText"}}
    sized = {
        "cellRenderer": "TieoutLink",
        "cellDataType": False,
        "comparator": {"function": "tieoutBySize"},
        "type": "rightAligned",
        "wrapHeaderText": True,
    }
    return [
        {"field": "line", "headerName": "Benefit line", "minWidth": 250, "flex": 3, **linked},
        {"field": "grade", "headerName": "Grade", "cellRenderer": "TieoutGrade", "minWidth": 74, "maxWidth": 84},
        {
            "field": "design",
            "headerName": "Design",
            "cellRenderer": "TieoutLink",
            "cellDataType": False,
            "comparator": {"function": "tieoutByText"},
            "minWidth": 150,
            "flex": 2,
            "wrapText": True,
            "cellClass": "wrap",
        },
        {
            "field": "effect",
            "headerName": "Effect per unit and period",
            "minWidth": 230,
            "flex": 3,
            "wrapText": True,
            "cellClass": "wrap",
            "wrapHeaderText": True,
        },
        {"field": "p", "headerName": "p", "minWidth": 74, "maxWidth": 84, **sized},
        {
            "field": "measured",
            "headerName": f"Measured, {unit}",
            "minWidth": 110,
            "maxWidth": 140,
            **sized,
            "cellClass": "numeric ag-right-aligned-cell",
        },
        {"field": "verdict", "headerName": "Told from zero", "minWidth": 150, "flex": 1},
    ]


def _row(ini: InitiativeValuation, line: LineValuation, reading: Reading, scale: Scale) -> dict[str, Any]:
    is_measured = line.status is LineStatus.MEASURED
    effect = line.effect
    amount: dict[str, Any] = {"text": MISSING, "sort": None}
    if is_measured:
        href = lineage_line_path(line.benefit_line, known_on=reading.known_on)
        amount = {"text": format_cell(line.measured.point, scale, 1), "sort": line.measured.point_minor, "href": href}
    return {
        "line": {
            "text": line.name,
            "href": initiative_path(ini.key, reading.known_on),
            "note": f"{ini.name} · {line.benefit_class.label}",
        },
        "grade": line.grade.label if line.grade is not None else MISSING,
        "design": {
            "text": DESIGN_WORDS[line.design] if line.design is not None else format_words(line.status.value),
            "href": line_evidence_path(ini.key, line.benefit_line, known_on=reading.known_on),
        },
        "effect": format_quantity_range(effect.low, effect.point, effect.high, line.unit_of_measure)
        if effect is not None
        else MISSING,
        "p": {"text": format_p_value(line.p_value), "sort": line.p_value},
        "measured": amount,
        "verdict": ("no: spans zero" if line.is_zero_possible else "yes")
        if is_measured
        else format_words(line.status.value),
    }

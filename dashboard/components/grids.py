"""Tables of many rows: AG Grid community with the house's look, keyboard and cell renderers.

Renderers for `cellRenderer`, drawn as SVG in assets/grid.js:

- `TieoutLink`: value {text, href}
- `TieoutGrade`: value E0-E5 or n/a
- `TieoutSparkline`: value a list of numbers and nulls, or {values, label}
- `TieoutInterval`: value {low, point, high, mark, label}; `cellRendererParams` {minimum, maximum}, one scale
- `TieoutVariance`: value {text, tone}
- `TieoutSeverity`: value error, warning or note
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid
from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes

Definition = Mapping[str, Any]


def grid(
    name: str,
    columns: Sequence[Definition],
    rows: Sequence[Mapping[str, Any]],
    *,
    label: str,
    height: int | None = None,
    page_size: int = 0,
    **options: Any,
) -> Component:
    """Return a grid with id `grid-<name>`.

    Parameters
    ----------
    name
        Unique on the page.
    columns
        AG Grid column definitions. Where one has `flex`, those with it share the width that is left; without any, all
        are scaled to fit.
    rows
        One mapping per row.
    label
        What the table holds, for a screen reader.
    height
        Pixels; as tall as its rows if None (up to 25 rows or one page).
    page_size
        Rows per page; 0 shows all.
    options
        Further `dashGridOptions`.
    """
    settled: dict[str, Any] = {
        "domLayout": "normal" if height else "autoHeight", "rowHeight": 40, "headerHeight": 40, "animateRows": False,
        "ensureDomOrder": True, "enableCellTextSelection": True, "suppressMovableColumns": True,
        "suppressColumnVirtualisation": True, "theme": {"function": "tieoutGridTheme(agGrid)"},
    }  # fmt: skip
    if page_size:
        settled |= {"pagination": True, "paginationPageSize": page_size, "paginationPageSizeSelector": False}
    has_flex = any("flex" in column for column in columns)
    table = dash_ag_grid.AgGrid(
        id=f"grid-{name}",
        columnDefs=[dict(column) for column in columns],
        rowData=[dict(row) for row in rows],
        defaultColDef={
            "resizable": True,
            "sortable": True,
            "filter": False,
            "suppressHeaderMenuButton": True,
            "cellDataType": False,
        },
        columnSize=None if has_flex else "responsiveSizeToFit",
        dashGridOptions=settled | options,
        style={"height": f"{height}px" if height else None, "width": "100%"},
        className=f"grid grid-{name}",
    )
    return html.Div(table, role="region", **attributes({"aria-label": label}))


def number_column(field: str, label: str, **more: Any) -> dict[str, Any]:
    """Return a column of numbers that come as text from `dashboard.format`; set right."""
    return {"field": field, "headerName": label, "type": "rightAligned", "cellClass": "numeric", **more}

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
from dataclasses import dataclass
from typing import Any

import dash_ag_grid
import orjson
from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes

Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowSource:
    """An address that answers with rows, and the values of `keep` that a shown row has; an empty one chooses all."""

    href: str
    keep: Mapping[str, str]


def grid(
    name: str,
    columns: Sequence[Definition],
    rows: Sequence[Mapping[str, Any]] | None,
    *,
    label: str,
    height: int | None = None,
    page_size: int = 0,
    source: RowSource | None = None,
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
        One mapping per row; None where the browser fetches them from `source`.
    label
        What the table holds, for a screen reader.
    height
        Pixels; as tall as its rows if None (up to 25 rows or one page).
    page_size
        Rows per page; 0 shows all.
    source
        Where the browser fetches the rows, and which it keeps.
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
        rowData=None if rows is None else [dict(row) for row in rows],
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
    named = {"aria-label": label}
    if source is not None:
        kept = orjson.dumps(dict(source.keep)).decode()
        named |= {"data-rows": source.href, "data-keep": kept, "data-grid": f"grid-{name}"}
    return html.Div(table, role="region", **attributes(named))


def number_column(field: str, label: str, **more: Any) -> dict[str, Any]:
    """Return a column of numbers that come as text from `dashboard.format`; set right."""
    return {"field": field, "headerName": label, "type": "rightAligned", "cellClass": "numeric", **more}

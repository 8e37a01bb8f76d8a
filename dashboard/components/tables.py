"""Plain tables: what a screen reader walks, what a chart's data stand in, what prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes

Cell = str | Component | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading with the unit (`Realised, EUR k`), and whether its cells are numbers, set right."""

    label: str
    is_numeric: bool = False


@dataclass(frozen=True, slots=True)
class TableData:
    """The data of a chart or a small table: columns, rows of text, and the caption that says what it is.

    `raw` holds the same rows with all digits, for the download; the shown rows if None.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    raw: Sequence[Sequence[str | float | int | None]] | None = None


def data_table(data: TableData, *, is_caption_shown: bool = False, name: str = "") -> Component:
    """Return a table with a caption, column headings, and the first cell of each row as its heading."""
    head = html.Tr(
        [
            html.Th(column.label, scope="col", className="numeric" if column.is_numeric else None)
            for column in data.columns
        ]
    )
    body = [
        html.Tr(
            [
                _cell(cell, column, is_first=i == 0)
                for i, (cell, column) in enumerate(zip(row, data.columns, strict=True))
            ]
        )
        for row in data.rows
    ]
    caption = html.Caption(data.caption, className=None if is_caption_shown else "visually-hidden")
    table = html.Table([caption, html.Thead(head), html.Tbody(body)], className=f"table {name}".strip())
    return html.Div(
        table, className="table-scroll", tabIndex=0, role="region", **attributes({"aria-label": data.caption})
    )


def _cell(cell: Cell, column: Column, *, is_first: bool) -> Component:
    shown = "n/a" if cell is None else cell
    if is_first:
        return html.Th(shown, scope="row", className="numeric" if column.is_numeric else None)
    return html.Td(shown, className="numeric" if column.is_numeric else None)

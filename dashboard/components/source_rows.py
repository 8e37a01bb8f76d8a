"""Rows of extracts as a grid in which each leads to its place in its file."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.grids import grid
from dashboard.components.states import empty_state
from dashboard.format import format_count, format_exact, format_words
from dashboard.ids import extract_path, extract_row_path
from models.queries.sources import RowSource, SourceTable, Value

PAGE_SIZE = 25


def format_value(value: Value) -> str:
    """Return a value of a contract column with all its digits; missing is empty, as in the file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format_exact(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def place_of(source: RowSource) -> str:
    """Return where a row is: `Data!27` in a workbook, `line 27` in a text file, `row 27` in a Parquet file."""
    return place_text(source.filename, source.sheet, source.row_no)


def place_text(filename: str, sheet: str, row_no: int) -> str:
    """Return where a row of a file is."""
    if sheet:
        return f"{sheet}!{row_no}"
    return f"row {row_no}" if filename.lower().endswith(".parquet") else f"line {row_no}"


def source_rows_card(table: SourceTable, *, may_open_extract: bool, title: str = "", subtitle: str = "") -> Component:
    """Return a card with the rows of one kind, each with a link to its row and, for who may open it, to its extract."""
    name = f"{table.kind.value}-platform" if table.is_platform else table.kind.value
    kind = format_words(table.kind.value)
    words = kind.capitalize().replace("Kpi", "KPI").replace("Pl rows", "P&L rows").replace("Fx ", "FX ")
    heading = title or (f"{words} of shared platforms" if table.is_platform else words)
    count = f"{format_count(len(table.rows))} row{'' if len(table.rows) == 1 else 's'} of {kind}"
    if table.is_platform:
        count += "; the drivers say what part of each is borne here"
    if not table.rows:
        return card(
            empty_state("No rows", "No posted extract holds rows of this kind here."),
            title=heading,
            subtitle=subtitle or count,
        )
    return card(
        grid(
            f"rows-{name}",
            _definitions(table),
            _records(table, may_open_extract=may_open_extract),
            label=heading,
            page_size=PAGE_SIZE if len(table.rows) > PAGE_SIZE else 0,
        ),
        title=heading,
        subtitle=subtitle or count,
    )


def _shown(table: SourceTable) -> list[int]:
    """Return the columns in which any row says something, amounts with their currency first."""
    said = [i for i in range(len(table.columns)) if any(row.values[i] not in {None, ""} for row in table.rows)]
    is_first = {i: any(isinstance(row.values[i], Decimal) for row in table.rows) for i in said}
    has_amount = any(is_first.values())
    return sorted(said, key=lambda i: (not is_first[i], not (has_amount and table.columns[i] == "currency"), i))


def _width(table: SourceTable, i: int) -> int:
    """Return pixels in which every value of a column, and its heading, can be read; at most 300."""
    longest = max(len(_cell(table.columns[i], row.values[i])) for row in table.rows)
    return min(300, 44 + 8 * max(longest, len(table.columns[i])))


def _definitions(table: SourceTable) -> list[dict[str, Any]]:
    definitions: list[dict[str, Any]] = [
        {
            "field": "place",
            "headerName": "Row",
            "cellRenderer": "TieoutLink",
            "minWidth": 130,
            "pinned": "left",
            "sortable": False,
        },
    ]
    for i in _shown(table):
        is_number = any(
            isinstance(row.values[i], Decimal | int) and not isinstance(row.values[i], bool) for row in table.rows
        )
        definitions.append(
            {"field": f"c{i}", "headerName": format_words(table.columns[i]), "minWidth": _width(table, i), "flex": 1}
            | ({"type": "rightAligned", "cellClass": "numeric"} if is_number else {})
        )
    return [
        *definitions,
        {
            "field": "extract",
            "headerName": "Extract",
            "cellRenderer": "TieoutLink",
            "minWidth": 230,
            "flex": 2,
            "sortable": False,
        },
    ]


def _records(table: SourceTable, *, may_open_extract: bool) -> list[dict[str, Any]]:
    records, shown = [], _shown(table)
    for row in table.rows:
        record: dict[str, Any] = {f"c{i}": _cell(table.columns[i], row.values[i]) for i in shown}
        if row.source is not None:
            source = row.source
            record["place"] = {
                "text": place_of(source),
                "href": extract_row_path(source.extract_id, source.part_no, source.row_no),
            }
            record["extract"] = {
                "text": source.filename + (" (provisional)" if source.is_provisional else ""),
                "href": extract_path(source.extract_id) if may_open_extract else "",
            }
        records.append(record)
    return records


def _cell(column: str, value: Value) -> str:
    # A period is stored with the day after its last; people read the last.
    return format_value(value - timedelta(days=1) if column == "to" and isinstance(value, date) else value)

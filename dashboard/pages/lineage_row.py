"""One row in its file: the end of every walk."""

from __future__ import annotations

from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, card, columns, facts_list, page_head, pill, provisional_pill
from dashboard.components.downloads import download_link
from dashboard.components.source_rows import format_value, place_text
from dashboard.components.tables import Column, TableData, data_table
from dashboard.context import current_person, current_settings, current_store, read_number
from dashboard.format import format_instant, format_words
from dashboard.ids import LINEAGE, extract_original_path, extract_path, extract_row_path
from dashboard.page import Page
from models.domain.people import Permission
from models.queries.source_row import ExtractRowView, extract_row
from models.queries.sources import Value
from models.store.unit_of_work import read


def draw_row(extract_id: str = "", part: str = "", row: str = "", **_: str) -> Component:
    """Return the page."""
    person = current_person()
    named = ((extract_id, "extract"), (part, "part"), (row, "row"))
    extract_no, part_no, row_no = (read_number(text, f"the {what} of a row") for text, what in named)
    with read(current_store()) as session:
        view = extract_row(session, person, extract_no, part_no, row_no)
    place = place_text(view.filename, view.sheet, view.row_no)
    may_open = person.may(Permission.VIEW_EXTRACTS)
    head = page_head(
        f"{view.filename}, {place}",
        f"Row of {format_words(view.kind.value)}",
        crumbs=[
            Crumb("Lineage", LINEAGE),
            *([Crumb(view.filename, extract_path(view.extract_id))] if may_open else []),
        ],
        marks=[provisional_pill()] if view.is_provisional else [pill("approved")],
        actions=[download_link("Original file", extract_original_path(view.extract_id))] if may_open else [],
    )
    values = [
        (format_words(column), _shown(column, value) or html.Span("empty", className="muted"))
        for column, value in zip(view.columns, view.values, strict=True)
    ]
    return html.Div(
        [
            head,
            columns(
                card(facts_list(values), title="What the row says"), card(_origin(view), title="Where it came from")
            ),
            _history(view),
        ],
        className="stack",
    )


def _shown(column: str, value: Value) -> str:
    return format_value(value - timedelta(days=1) if column == "to" and isinstance(value, date) else value)


def _origin(view: ExtractRowView) -> Component:
    zone = current_settings().time_zone
    decided = (
        f"{view.decided_by}, {format_instant(view.decided_at, zone)}"
        if view.decided_by
        else "nobody yet (posted by policy)"
    )
    return facts_list(
        [
            ("File", view.filename),
            ("Place", place_text(view.filename, view.sheet, view.row_no)),
            ("SHA-256", html.Code(view.sha256)),
            ("Uploaded", f"{view.uploaded_by}, {format_instant(view.received_at, zone)}"),
            ("Approved", decided),
        ]
    )


def _history(view: ExtractRowView) -> Component:
    zone = current_settings().time_zone
    changing = [i for i in range(len(view.columns)) if len({version.values[i] for version in view.versions}) > 1]
    heads = [
        Column("Load"),
        Column("Posted"),
        Column("File and row"),
        *(Column(format_words(view.columns[i])) for i in changing),
        Column("Standing"),
    ]
    rows = [
        [
            str(version.load_seq),
            format_instant(version.posted_at, zone),
            dcc.Link(
                f"{version.filename}, row {version.row_no}",
                href=extract_row_path(version.extract_id, version.part_no, version.row_no),
            ),
            *(_shown(view.columns[i], version.values[i]) for i in changing),
            "withdrawn" if version.is_retracted else "current" if version.is_current else "restated later",
        ]
        for version in view.versions
    ]
    title = "Said once, never restated" if len(view.versions) == 1 else f"Said {len(view.versions)} times"
    return card(
        data_table(TableData("Every version of this row", heads, rows)),
        title=title,
        subtitle="What was known before is kept",
    )


PAGE = Page("/lineage/row/<extract_id>", "Row of an extract", Permission.VIEW_LINEAGE, draw_row)

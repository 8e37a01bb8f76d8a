"""Uploads: the door for files, and every file ever received."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, page_head
from dashboard.components.downloads import download_link
from dashboard.components.extracts import extracts_grid
from dashboard.components.states import empty_state
from dashboard.context import current_person, current_settings, current_store
from dashboard.format import format_count, format_words
from dashboard.ids import UPLOAD_ROUTE, UPLOADS, export_path
from dashboard.page import Export, ExportTable, Page
from models.domain.extract import ExtractKind, ExtractState
from models.domain.people import Permission, Person
from models.queries.extracts import ExtractSummary, list_extracts
from models.store.unit_of_work import read


def draw_uploads(**_: str) -> Component:
    """Return the page."""
    person, settings = current_person(), current_settings()
    with read(current_store()) as session:
        extracts = list_extracts(session, person)
    parts: list[Component] = [
        page_head(_message(extracts), "Every file is kept byte for byte, with its findings and who decided.")
    ]
    if person.may(Permission.UPLOAD_EXTRACT):
        parts.append(drop_zone(settings.max_upload_bytes))
    listed: Component = extracts_grid(extracts, settings.time_zone)
    if not extracts:
        listed = empty_state(
            "No file has been received",
            "Drop the extracts that finance already has: KPIs, costs, P&L rows. docs/contracts.md names their columns.",
        )
    parts.append(
        card(
            listed,
            title="Received files",
            subtitle="Newest first",
            actions=[download_link("CSV", export_path("extracts"))] if extracts else [],
        )
    )
    return html.Div(parts, className="stack")


def _message(extracts: list[ExtractSummary]) -> str:
    waiting = sum(extract.state is ExtractState.AWAITING_APPROVAL or extract.is_provisional for extract in extracts)
    wrong = sum(extract.state is ExtractState.CHECKED for extract in extracts)
    if not extracts:
        return "No file has been received yet"
    parts = [
        f"{format_count(n)} {'file' if n == 1 else 'files'} {words}"
        for n, words in ((waiting, "await a second person"), (wrong, "have errors"))
        if n
    ]
    if not parts:
        return "Every file received is decided"
    sentence = "; ".join(parts)
    return sentence.replace("1 file await ", "1 file awaits ").replace("1 file have ", "1 file has ")


def drop_zone(max_bytes: int) -> Component:
    """Return the drop zone, drawn by assets/upload.js."""
    kinds: list[list[Any]] = [[kind.value, format_words(kind.value)] for kind in ExtractKind]
    return html.Div(
        className="drop-zone",
        **attributes(
            {"data-route": UPLOAD_ROUTE, "data-max-bytes": str(max_bytes), "data-kinds": orjson.dumps(kinds).decode()}
        ),
    )


def export_extracts(person: Person, _query: Mapping[str, str]) -> ExportTable:
    """Return the received files."""
    columns = (
        "id",
        "filename",
        "sha256",
        "size_bytes",
        "kind",
        "state",
        "is_provisional",
        "uploaded_by",
        "received_at",
        "decided_by",
        "decided_at",
        "decision_reason",
        "load_seq",
    )
    with read(current_store()) as session:
        extracts = list_extracts(session, person, limit=100_000)
    return ExportTable(
        "tieout-extracts", columns, [tuple(getattr(extract, column) for column in columns) for extract in extracts]
    )


PAGE = Page(
    UPLOADS,
    "Uploads",
    Permission.VIEW_EXTRACTS,
    draw_uploads,
    navigation="Uploads",
    group="Data",
    icon="upload",
    exports=(Export("extracts", Permission.VIEW_EXTRACTS, export_extracts),),
)

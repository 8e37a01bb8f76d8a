"""The card of auditor's packs: make one, and which were made with the hash by which each is known."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.pack_buttons import audit_pack_button
from dashboard.components.states import empty_state
from dashboard.components.tables import Column, TableData, data_table
from dashboard.format import format_count, format_instant, format_size
from models.queries.audit import AuditEvent


def audit_packs_card(events: Sequence[AuditEvent], zone: str) -> Component:
    """Return the card from the events that recorded packs, newest first."""
    words = html.P(
        "One zip of the last publication: posted files, every row, panels, policy, seeds, versions and approvals, and "
        "a script that computes the published figures again without network. The script prints the manifest's SHA-256: "
        "it is the one listed here.",
        className="muted",
    )
    button = html.Div([audit_pack_button(known_on=None)], className="button-row")
    listed = _table(events, zone) if events else empty_state("No pack was made yet", "Make the first one above.")
    return card(html.Div([words, button, listed], className="stack"), title="Auditor's packs")


def _table(events: Sequence[AuditEvent], zone: str) -> Component:
    columns = (
        Column("Made"),
        Column("By"),
        Column("Publication", is_numeric=True),
        Column("Holds"),
        Column("Size", is_numeric=True),
        Column("SHA-256 of the manifest"),
    )
    return data_table(TableData("Auditor's packs made last", columns, [_row(event, zone) for event in events]))


def _row(event: AuditEvent, zone: str) -> tuple[str | Component, ...]:
    detail = event.detail
    holds = str(detail.get("filters", ""))
    return (
        format_instant(event.recorded_at, zone),
        event.person_name,
        format_count(_number(detail.get("publication"))),
        "everything" if holds == "no filter" else holds,
        format_size(_number(detail.get("size_bytes"))),
        html.Span(str(detail.get("manifest_sha256", "")), className="mono hash"),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None

"""The audit log: who changed what, when, in a chain that shows any alteration."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.audit_packs import audit_packs_card
from dashboard.components.cards import card, page_head
from dashboard.components.downloads import button, download_link
from dashboard.components.fields import choice_field, date_field
from dashboard.components.grids import grid
from dashboard.components.states import empty_state, notice
from dashboard.context import current_person, current_settings, current_store, read_day
from dashboard.format import format_count, format_instant, format_words
from dashboard.ids import AUDIT, export_path, extract_path, filtered
from dashboard.page import Export, ExportTable, Page
from dashboard.permissions import permitted_callback
from models.domain.joint import JOINT_PREFIX
from models.domain.people import Permission, Person
from models.queries.audit import AuditEvent, AuditFilter, audit_chain_problems, list_audit_events, list_audit_words
from models.store.unit_of_work import read

LIMIT = 500
PACKS_LISTED = 5
HASHES = frozenset({"sha256", "fingerprint", "manifest_sha256"})
PART_WORDS = (("rows_in", "rows"), ("new", "new"), ("changed", "restated"), ("same", "unchanged"))
FILTERS = ("person", "action", "from", "to")


def draw_audit(**query: str) -> Component:
    """Return the page; its filters are in the address."""
    viewer, zone = current_person(), current_settings().time_zone
    wanted = filter_of(query, zone)
    with read(current_store()) as session:
        events = list_audit_events(session, viewer, wanted, limit=LIMIT)
        actions, people = list_audit_words(session, viewer)
        packs = list_audit_events(session, viewer, AuditFilter(action="build_audit_pack"), limit=PACKS_LISTED)
    filters = {name: query.get(name, "") for name in FILTERS}
    head = page_head(
        _message(events),
        "Each event holds the hash of the one before, written in the same transaction as the change.",
        actions=[
            button("Verify the chain", "audit-verify"),
            download_link("CSV", filtered(export_path("audit"), filters)),
        ],
    )
    fields = html.Div(
        [
            choice_field(
                "audit-person", "Person", [("", "everybody"), *((key, key) for key in people)], value=filters["person"]
            ),
            choice_field(
                "audit-action",
                "What was done",
                [("", "everything"), *((key, format_words(key)) for key in actions)],
                value=filters["action"],
            ),
            date_field("audit-from", "From", value=filters["from"]),
            date_field("audit-to", "To", value=filters["to"]),
        ],
        className="fields",
    )
    listed = _grid(events, viewer, zone) if events else empty_state("No event matches", "Widen the filters above.")
    return html.Div(
        [
            dcc.Location(id="audit-address", refresh="callback-nav"),
            head,
            html.Div(id="audit-answer", **attributes({"aria-live": "polite"})),
            *([audit_packs_card(packs, zone)] if viewer.may(Permission.DOWNLOAD_AUDIT_PACK) else []),
            card(fields),
            card(listed),
        ],
        className="stack",
    )


def _message(events: list[AuditEvent]) -> str:
    if len(events) == LIMIT:
        return f"The latest {format_count(LIMIT)} events of the audit log"
    return f"{format_count(len(events))} event{'' if len(events) == 1 else 's'} in the audit log"


def filter_of(query: Mapping[str, str], zone: str) -> AuditFilter:
    """Return the filter of an address; days are those of the organisation's time zone.

    Raises
    ------
    InvalidInputError
        If a day is not an ISO date.
    """
    return AuditFilter(
        person=query.get("person", ""),
        action=query.get("action", ""),
        from_at=_start_of(query.get("from", ""), zone, 0),
        to_at=_start_of(query.get("to", ""), zone, 1),
    )


def _start_of(text: str, zone: str, days_later: int) -> datetime | None:
    if not text:
        return None
    day = read_day(text, "day") + timedelta(days=days_later)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _grid(events: list[AuditEvent], viewer: Person, zone: str) -> Component:
    columns = [
        {
            "field": "no",
            "headerName": "No.",
            "type": "rightAligned",
            "cellClass": "numeric",
            "minWidth": 80,
            "maxWidth": 100,
        },
        {"field": "at", "headerName": "When", "minWidth": 175, "sortable": False},
        {"field": "person", "headerName": "Who", "minWidth": 150},
        {"field": "action", "headerName": "What", "minWidth": 160},
        {
            "field": "subject",
            "headerName": "On",
            "cellRenderer": "TieoutLink",
            "minWidth": 190,
            "flex": 2,
            "wrapText": True,
            "cellClass": "wrap",
            "sortable": False,
        },
        {
            "field": "detail",
            "headerName": "Detail",
            "minWidth": 300,
            "flex": 3,
            "wrapText": True,
            "autoHeight": True,
            "cellClass": "wrap",
        },
        {"field": "hash", "headerName": "Hash", "minWidth": 110, "cellClass": "mono"},
    ]
    return grid(
        "audit",
        [{"flex": 1, **column} for column in columns],
        [_record(event, viewer, zone) for event in events],
        label="Audit events",
        page_size=50 if len(events) > 50 else 0,
    )


def _subject_words(key: str) -> str:
    """Return a subject as people name it; what several benefit lines did together by those lines."""
    return key.removeprefix(JOINT_PREFIX).replace("+", " + ") if key.startswith(JOINT_PREFIX) else key


def _record(event: AuditEvent, viewer: Person, zone: str) -> dict[str, Any]:
    is_linked = event.subject_kind == "extract" and viewer.may(Permission.VIEW_EXTRACTS)
    return {
        "no": event.event_no,
        "at": format_instant(event.recorded_at, zone),
        "person": event.person_name,
        "action": format_words(event.action),
        "subject": {
            "text": f"{format_words(event.subject_kind)} {_subject_words(event.subject_key)}",
            "href": extract_path(event.subject_key) if is_linked else "",
        },
        "detail": describe_detail(event.detail),
        "hash": event.hash[:10],
    }


def describe_detail(detail: Mapping[str, object]) -> str:
    """Return the detail of an event in one line."""
    parts = []
    for name, value in detail.items():
        if name == "parts" and isinstance(value, list):
            parts.append(_describe_parts(value))
            continue
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        parts.append(f"{format_words(name)}: {text[:10] + '…' if name in HASHES else text}")
    return "; ".join(parts)


def _describe_parts(parts: list[dict[str, object]]) -> str:
    """Return the parts of a posting in words: `costs 24 rows, 24 new`."""
    words = []
    for part in parts:
        counts = [f"{part[name]} {word}" for name, word in PART_WORDS if part.get(name)]
        words.append(f"{format_words(str(part.get('kind', '')))} {', '.join(counts)}")
    return "; ".join(words)


@permitted_callback(
    Output("audit-address", "href"),
    Input("audit-person", "value"),
    Input("audit-action", "value"),
    Input("audit-from", "value"),
    Input("audit-to", "value"),
    State("audit-address", "search"),
    prevent_initial_call=True,
    permission=Permission.VIEW_AUDIT,
)
def change_filters(
    person: str | None, action: str | None, from_on: str | None, to_on: str | None, search: str | None
) -> Any:
    """Put the filters into the address, so that a link is a view."""
    target = filtered(AUDIT, dict(zip(FILTERS, (person, action, from_on, to_on), strict=True)))
    return no_update if target == f"{AUDIT}{search or ''}" else target


@permitted_callback(
    Output("audit-answer", "children"),
    Input("audit-verify", "n_clicks"),
    prevent_initial_call=True,
    permission=Permission.VIEW_AUDIT,
)
def verify_log(_clicks: int) -> Component:
    """Walk the chain from its first event."""
    with read(current_store()) as session:
        problems = audit_chain_problems(session, current_person())
    if problems:
        return notice(
            " ".join(problems[:3]), tone="error", title=f"{len(problems)} event(s) do not follow from the one before."
        )
    return notice("Every event follows from the one before; nothing was altered.", tone="success")


def export_audit(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return all events of a filter."""
    with read(current_store()) as session:
        events = list_audit_events(session, person, filter_of(query, current_settings().time_zone), limit=None)
    columns = ("event_no", "recorded_at", "person", "action", "subject_kind", "subject_key", "detail", "hash")
    rows = [
        (
            e.event_no,
            e.recorded_at.isoformat(),
            e.person,
            e.action,
            e.subject_kind,
            e.subject_key,
            orjson.dumps(e.detail).decode(),
            e.hash,
        )
        for e in events
    ]
    return ExportTable("tieout-audit", columns, rows)


PAGE = Page(
    AUDIT,
    "Audit log",
    Permission.VIEW_AUDIT,
    draw_audit,
    navigation="Audit log",
    group="Governance",
    icon="audit",
    exports=(Export("audit", Permission.VIEW_AUDIT, export_audit),),
    has_strip=False,
)

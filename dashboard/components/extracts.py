"""What is shown of an extract: its steps, counts, findings, restatements, history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, kpi_tile, pill, provisional_pill, tile_row
from dashboard.components.downloads import download_link
from dashboard.components.grids import grid
from dashboard.components.source_rows import place_text
from dashboard.components.states import empty_state
from dashboard.components.tables import Column, TableData, data_table
from dashboard.format import count_words, format_count, format_instant, format_size, format_words
from dashboard.ids import extract_bad_rows_path, extract_findings_path, extract_path
from models.domain.extract import ExtractState, Finding, Restatement, Severity
from models.queries.audit import AuditEvent
from models.queries.extracts import ExtractDetail, ExtractSummary

_TONES = {ExtractState.POSTED: "strong", ExtractState.REFUSED: "adverse", ExtractState.AWAITING_APPROVAL: "provisional"}


def describe_extract(summary: ExtractSummary) -> str:
    """Return the message of an extract's page: what is there and what it needs."""
    rows = count_words(summary.rows_in, "row")
    if summary.state is ExtractState.REFUSED:
        return f"Refused by {summary.decider_name}: nothing was posted"
    if summary.state is ExtractState.POSTED:
        changes = sum(part.counts.new + part.counts.changed for part in summary.parts)
        return (
            f"Posted: {format_count(changes)} of {rows} changed what is known"
            if changes
            else f"Posted: all {rows} said what was known already"
        )
    if summary.error_count:
        verb = "keeps" if summary.error_count == 1 else "keep"
        return f"{count_words(summary.error_count, 'error')} {verb} this file from posting; nothing was changed"
    if summary.state is ExtractState.AWAITING_APPROVAL:
        return f"{rows} {'is ready and waits' if summary.rows_in == 1 else 'are ready and wait'} for a second person"
    return "Received; not checked yet"


def state_pill(summary: ExtractSummary) -> Component:
    """Return the state of an extract in words."""
    if summary.state is ExtractState.POSTED and summary.is_provisional:
        return provisional_pill()
    text = (
        "has errors"
        if summary.state is ExtractState.CHECKED and summary.error_count
        else format_words(summary.state.value)
    )
    return pill(text, tone="adverse" if text == "has errors" else _TONES.get(summary.state, ""))


def extract_steps(summary: ExtractSummary) -> Component:
    """Return how far the extract is: received, checked, approved, posted."""
    reached = {
        ExtractState.RECEIVED: 1,
        ExtractState.CHECKED: 1,
        ExtractState.AWAITING_APPROVAL: 2,
        ExtractState.POSTED: 4,
        ExtractState.REFUSED: 2,
    }[summary.state]
    last = "Refused" if summary.state is ExtractState.REFUSED else "Posted"
    names = ["Received", "Checked", "Approved" if reached > 2 else "Approval", last]
    if summary.is_provisional:
        names[2] = "Approval"
    items = []
    for i, name in enumerate(names):
        is_open = summary.is_provisional and i == 2
        is_done, is_now = i < reached and not is_open, (i == reached and not summary.is_provisional) or is_open
        items.append(
            html.Li(
                [html.Span("✓" if is_done else str(i + 1), className="step-no"), name],
                className="is-done" if is_done else "is-now" if is_now else None,
            )
        )
    return html.Ol(items, className="steps", **attributes({"aria-label": "Steps"}))


def count_tiles(summary: ExtractSummary) -> Component:
    """Return rows = new + restated + unchanged + bad."""
    counts = [part.counts for part in summary.parts]
    is_posted = summary.state is ExtractState.POSTED
    return tile_row(
        [
            kpi_tile(
                "Rows",
                format_count(summary.rows_in),
                notes=[f"{count_words(len(counts), 'part')}, {format_size(summary.size_bytes)}"],
            ),
            kpi_tile("New", format_count(sum(c.new for c in counts)), notes=["not known before"]),
            kpi_tile(
                "Restated",
                format_count(sum(c.changed for c in counts)),
                notes=["known with another value" if not is_posted else "the value before is kept"],
            ),
            kpi_tile("Unchanged", format_count(sum(c.same for c in counts)), notes=["known as it is"]),
            kpi_tile(
                "With errors", format_count(sum(c.bad for c in counts)), notes=["an error posts nothing of the file"]
            ),
        ]
    )


def parts_card(summary: ExtractSummary) -> Component:
    """Return the counts of each part."""
    heads = [
        Column("Contract"),
        Column("Sheet"),
        *(Column(name, is_numeric=True) for name in ("Rows", "New", "Restated", "Unchanged", "With errors")),
    ]
    rows = [
        (
            format_words(part.kind.value),
            part.sheet or "-",
            *(
                format_count(n)
                for n in (part.counts.rows_in, part.counts.new, part.counts.changed, part.counts.same, part.counts.bad)
            ),
        )
        for part in summary.parts
    ]
    return card(data_table(TableData("Parts of the file", heads, rows)), title="Parts", subtitle="One contract each")


def findings_card(detail: ExtractDetail) -> Component:
    """Return the findings, each with its place, what was found, what is allowed and what to do."""
    if not detail.findings:
        return card(empty_state("No findings", "Every row keeps to its contract."), title="Findings")
    errors = sum(finding.severity is Severity.ERROR for finding in detail.findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in detail.findings)
    title = (
        f"{count_words(errors, 'error')} to correct"
        if errors
        else "Nothing to correct; have a look at these"
        if warnings
        else "Nothing to correct"
    )
    columns = [
        {"field": "place", "headerName": "Where", "minWidth": 150, "cellClass": "wrap"},
        {
            "field": "severity",
            "headerName": "Severity",
            "cellRenderer": "TieoutSeverity",
            "minWidth": 95,
            "maxWidth": 110,
        },
        {"field": "found", "headerName": "What was found", "minWidth": 210, "flex": 2, "cellClass": "wrap"},
        {"field": "allowed", "headerName": "What is allowed", "minWidth": 200, "flex": 2, "cellClass": "wrap"},
        {"field": "advice", "headerName": "What to do", "minWidth": 230, "flex": 2, "cellClass": "wrap"},
        {"field": "suggestion", "headerName": "Did you mean", "minWidth": 120, "cellClass": "wrap"},
        {"field": "code", "headerName": "Code", "minWidth": 95, "maxWidth": 120},
    ]
    flexible = [{"flex": 1, **column} for column in columns]
    wrapped = [
        column | {"wrapText": True, "autoHeight": True} if column.get("cellClass") == "wrap" else column
        for column in flexible
    ]
    return card(
        grid(
            "findings",
            wrapped,
            [_finding_record(finding) for finding in detail.findings],
            label="Findings",
            page_size=25 if len(detail.findings) > 25 else 0,
        ),
        title=title,
        subtitle=f"{count_words(len(detail.findings), 'finding')} of the latest check, all at once",
        actions=_finding_downloads(detail.summary),
    )


def _finding_downloads(summary: ExtractSummary) -> list[Component]:
    links = [download_link("Findings (CSV)", extract_findings_path(summary.id))]
    if any(part.counts.bad for part in summary.parts):
        links.append(download_link("Bad rows with reasons", extract_bad_rows_path(summary.id)))
    return links


def _finding_record(finding: Finding) -> dict[str, Any]:
    return {
        "place": finding.place,
        "severity": finding.severity.value,
        "found": finding.found,
        "allowed": finding.allowed,
        "advice": finding.advice,
        "suggestion": finding.suggestion,
        "code": finding.code,
    }


def restatements_card(
    restatements: Sequence[Restatement], summary: ExtractSummary, *, is_posted: bool, total: int
) -> Component:
    """Return each restated value, before and after, with the sheet and row that says it."""
    title = "What it restated" if is_posted else "What it would restate"
    if not restatements:
        return card(empty_state("No value changes", "No row says something else than what is known."), title=title)
    heads = [
        Column("Row"),
        Column("Contract"),
        Column("Key"),
        Column("Column"),
        Column("Known before", is_numeric=True),
        Column("This file", is_numeric=True),
    ]
    rows = [
        (
            _restated_place(r, summary), format_words(r.kind), r.key, format_words(r.column),
            html.Span(r.before or "empty", className="before"), html.Strong(r.after or "empty"),
        )
        for r in restatements
    ]  # fmt: skip
    shown = count_words(len(restatements), "value")
    subtitle = f"{count_words(total, 'row')}; the first {shown}" if total > len(restatements) else shown
    return card(data_table(TableData(title, heads, rows)), title=title, subtitle=subtitle)


def _restated_place(restatement: Restatement, summary: ExtractSummary) -> str:
    """Return where the row is; in a workbook the sheet is that of its contract, where only one sheet holds it."""
    sheets = [part.sheet for part in summary.parts if part.kind.value == restatement.kind]
    return place_text(summary.filename, sheets[0] if len(sheets) == 1 else "", restatement.line)


def history_card(events: Sequence[AuditEvent], zone: str) -> Component:
    """Return what happened to an extract, oldest first."""
    items = []
    for event in sorted(events, key=lambda event: event.event_no):
        reason = event.detail.get("reason")
        words = [
            html.Strong(format_words(event.action).capitalize()),
            html.Div(f"{event.person_name}, {format_instant(event.recorded_at, zone)}", className="muted"),
        ]
        items.append(html.Li([*words, html.Div(f"Reason: {reason}")] if reason else words))
    return card(
        html.Ol(items, className="trail") if items else empty_state("No history", "Nothing has happened yet."),
        title="History",
    )


def extracts_grid(extracts: Sequence[ExtractSummary], zone: str) -> Component:
    """Return the received files, newest first."""
    columns = [
        {
            "field": "file",
            "headerName": "File",
            "cellRenderer": "TieoutLink",
            "minWidth": 250,
            "flex": 3,
            "sortable": False,
        },
        {"field": "kind", "headerName": "Contract", "minWidth": 145},
        {"field": "state", "headerName": "State", "minWidth": 145},
        {
            "field": "rows",
            "headerName": "Rows",
            "type": "rightAligned",
            "cellClass": "numeric",
            "minWidth": 76,
            "maxWidth": 96,
            "comparator": {"function": "tieoutByNumber"},
        },
        {"field": "findings", "headerName": "Findings", "minWidth": 100},
        {"field": "uploader", "headerName": "Uploaded by", "minWidth": 130},
        {"field": "received", "headerName": "Received", "minWidth": 150, "sortable": False},
        {"field": "decider", "headerName": "Decided by", "minWidth": 135},
    ]
    return grid(
        "extracts",
        [{"flex": 1, **column} for column in columns],
        [_extract_record(extract, zone) for extract in extracts],
        label="Received files",
        page_size=20 if len(extracts) > 20 else 0,
    )


def _extract_record(extract: ExtractSummary, zone: str) -> dict[str, Any]:
    counts = [(extract.error_count, "error"), (extract.warning_count, "warning")]
    findings = ", ".join(count_words(n, word) for n, word in counts if n) or "none"
    state = (
        "provisional"
        if extract.state is ExtractState.POSTED and extract.is_provisional
        else format_words(extract.state.value)
    )
    if extract.state is ExtractState.CHECKED and extract.error_count:
        state = "has errors"
    return {
        "file": {"text": extract.filename, "href": extract_path(extract.id)},
        "kind": format_words(extract.kind or (extract.parts[0].kind.value if len(extract.parts) == 1 else "workbook")),
        "state": state,
        "rows": format_count(extract.rows_in),
        "findings": findings,
        "uploader": extract.uploader_name,
        "received": format_instant(extract.received_at, zone),
        "decider": extract.decider_name or "",
    }

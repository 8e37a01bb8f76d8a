"""One extract: what it holds, what is wrong, what it would change, and the decision of a second person."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, card, columns, facts_list, page_head
from dashboard.components.downloads import button, download_link
from dashboard.components.extracts import (
    count_tiles,
    describe_extract,
    extract_steps,
    findings_card,
    history_card,
    parts_card,
    restatements_card,
    state_pill,
)
from dashboard.components.fields import long_text_field
from dashboard.components.policy import preview_card
from dashboard.components.states import loading_state, notice
from dashboard.context import current_person, current_settings, current_store, current_time, read_number
from dashboard.format import format_instant, format_size
from dashboard.ids import UPLOADS, extract_original_path
from dashboard.page import Page
from dashboard.permissions import permitted_callback
from ingest.check import CheckedExtract
from ingest.pipeline import approve_extract, check_for_store
from ingest.policy_file import last_policy
from models.actions.extracts import approve_posted, refuse_extract
from models.domain.errors import ConflictError, TieoutError
from models.domain.extract import ExtractState
from models.domain.people import Permission, Person
from models.queries.audit import AuditFilter, list_audit_events
from models.queries.extracts import ExtractDetail, extract_detail
from models.queries.policy_preview import preview_policy
from models.queries.restatements import kept_file, posted_restatements
from models.store.unit_of_work import read


def draw_extract(extract_id: str = "", again: str = "", **_: str) -> Component:
    """Return the page; `again` says that the same bytes were sent once more."""
    detail = _load(extract_id, current_person())
    answer = notice("These very bytes were received before, as this extract. Nothing was changed.") if again else None
    content = html.Div(_content(detail, answer), id="extract-content", className="stack")
    return html.Div([dcc.Store(id="extract-number", data=detail.summary.id), content])


def _load(extract_id: str, person: Person) -> ExtractDetail:
    number = read_number(extract_id, "the name of an extract")
    with read(current_store()) as session:
        return extract_detail(session, number, person)


def _content(detail: ExtractDetail, answer: Component | None = None) -> list[Component]:
    summary, zone = detail.summary, current_settings().time_zone
    head = page_head(
        describe_extract(summary),
        f"{summary.filename} · {format_size(summary.size_bytes)} · SHA-256 {summary.sha256[:8]}… · "
        f"uploaded by {summary.uploader_name} on {format_instant(summary.received_at, zone)}",
        crumbs=[Crumb("Uploads", UPLOADS)],
        marks=[state_pill(summary)],
        actions=[download_link("Original file", extract_original_path(summary.id))],
    )
    with read(current_store()) as session:
        person = current_person()
        events = list_audit_events(session, person, AuditFilter(subject_kind="extract", subject_key=str(summary.id)))
    parts: list[Component] = [head, extract_steps(summary)]
    parts += [answer] if answer is not None else []
    parts += [_decision(detail)]
    if summary.parts:
        parts.append(count_tiles(summary))
    parts.append(findings_card(detail))
    if summary.state in {ExtractState.AWAITING_APPROVAL, ExtractState.POSTED}:
        parts.append(
            html.Div(card(loading_state("Comparing with what is known"), title="What changes"), id="extract-changes")
        )
    side = card(facts_list(_facts(detail)), title="The file")
    lower = columns(parts_card(summary), side, widths="2fr 1fr") if summary.parts else side
    return [*parts, lower, history_card(events, zone)]


def _facts(detail: ExtractDetail) -> list[tuple[str, Any]]:
    summary, zone = detail.summary, current_settings().time_zone
    facts: list[tuple[str, Any]] = [
        ("File", summary.filename),
        ("Format", summary.format or "n/a"),
        ("SHA-256", html.Code(summary.sha256)),
    ]
    if summary.load_seq is not None:
        facts.append(("Posted", f"{format_instant(summary.posted_at, zone)}, load {summary.load_seq}"))
    if summary.decided_by:
        facts.append(("Decided", f"{summary.decider_name}, {format_instant(summary.decided_at, zone)}"))
    if summary.decision_reason:
        facts.append(("Reason", summary.decision_reason))
    return facts


def _decision(detail: ExtractDetail) -> Component:
    """Return what this person can do now, or why not. The same names always exist, so that one callback serves all."""
    summary = detail.summary
    buttons: list[Component] = []
    if detail.may_approve:
        buttons.append(
            button("Approve and post" if not summary.is_provisional else "Approve", "extract-approve", is_primary=True)
        )
    if detail.may_refuse:
        is_own = summary.uploaded_by == current_person().key
        buttons.append(button("Withdraw" if is_own else "Refuse", "extract-refuse", is_danger=True))
    fields: list[Component] = (
        [long_text_field("extract-reason", "Reason (needed to refuse)", placeholder="What should be different?")]
        if detail.may_refuse
        else []
    )
    shown = {"extract-approve": detail.may_approve, "extract-refuse": detail.may_refuse}
    hidden = [html.Div(id=name, hidden=True) for name, is_shown in shown.items() if not is_shown]
    if not detail.may_refuse:
        hidden.append(html.Div(id="extract-reason", hidden=True))
    if not buttons:
        return html.Div([*_why_none(detail), *hidden])
    return card(
        [*_why_none(detail), *fields, html.Div(buttons, className="button-row"), *hidden],
        title="Your decision",
        name="decision",
    )


def _why_none(detail: ExtractDetail) -> list[Component]:
    summary = detail.summary
    if summary.is_provisional and not detail.may_approve:
        return [
            notice(
                "The policy posted this file by itself. It stays provisional until a second person approves it.",
                tone="warning",
            )
        ]
    if summary.state is ExtractState.AWAITING_APPROVAL and not detail.may_approve:
        own = summary.uploaded_by == current_person().key
        text = (
            "You uploaded this file, so another person approves it."
            if own
            else "A controller other than the uploader approves it."
        )
        return [notice(text)]
    if summary.state is ExtractState.CHECKED and summary.error_count:
        return [
            notice(
                "Correct the places below in the source, export again and drop the new file. This one stays here.",
                tone="warning",
            )
        ]
    return []


@permitted_callback(
    Output("extract-content", "children"),
    Input("extract-approve", "n_clicks"),
    Input("extract-refuse", "n_clicks"),
    State("extract-number", "data"),
    State("extract-reason", "value"),
    prevent_initial_call=True,
    permission=Permission.VIEW_EXTRACTS,
)
def decide(_approve: int | None, _refuse: int | None, extract_id: int, reason: str | None) -> Any:
    """Approve or refuse; the actions check who may."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    person, store, now = current_person(), current_store(), current_time()
    try:
        if ctx.triggered_id == "extract-refuse":
            refuse_extract(store, extract_id, reason=reason or "", person=person, now=now)
            answer = notice("Refused. The file stays here with its findings and your reason.")
        elif _load(str(extract_id), person).summary.is_provisional:
            approve_posted(store, extract_id, person=person, now=now)
            answer = notice("Approved: it is provisional no longer.", tone="success")
        else:
            outcome = approve_extract(store, extract_id, person=person, now=now)
            answer = notice(outcome.message, tone="success" if outcome.state == ExtractState.POSTED else "warning")
    except TieoutError as error:
        answer = notice(f"{error}.", tone="error")
    return _content(_load(str(extract_id), person), answer)


@permitted_callback(
    Output("extract-changes", "children"),
    Input("extract-number", "data"),
    Input("extract-content", "children"),
    permission=Permission.VIEW_EXTRACTS,
)
def show_changes(extract_id: int, _content_drawn: Any) -> Any:
    """Return what the extract restated, or would restate if it were posted now."""
    person = current_person()
    summary = _load(str(extract_id), person).summary
    total = sum(part.counts.changed for part in summary.parts)
    if summary.state is ExtractState.POSTED:
        with read(current_store()) as session:
            restated = posted_restatements(session, person, extract_id)
        return restatements_card(restated, summary, is_posted=True, total=total)
    if summary.state is not ExtractState.AWAITING_APPROVAL:
        return no_update
    store = current_store()
    with read(store) as session:
        kept = kept_file(session, person, extract_id)
    where = store.content.path(kept.sha256)
    checked = check_for_store(store, where, kept.filename, current_time(), kept.kind, control=kept.control)
    changed = sum(counts.changed for counts in checked.counts)
    values = restatements_card(checked.restatements, summary, is_posted=False, total=changed)
    return [*_policy_preview(checked, person), values]


def _policy_preview(checked: CheckedExtract, person: Person) -> list[Component]:
    """Return what the policy of a waiting file would change in money, for who decides on it."""
    policy = last_policy(checked) if person.may(Permission.VIEW_POLICY) else None
    if policy is None or checked.has_errors:
        return []
    try:
        with read(current_store()) as session:
            return [preview_card(preview_policy(session, person, policy, now=current_time()))]
    except ConflictError as error:
        return [notice(f"What the policy would change cannot be shown: {error}.", tone="warning")]


PAGE = Page("/uploads/<extract_id>", "Extract", Permission.VIEW_EXTRACTS, draw_extract)

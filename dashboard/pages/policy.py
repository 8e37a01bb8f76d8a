"""Policy: the finance assumptions in force, every version, and another one proposed with its effect in money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dash import Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import page_head
from dashboard.components.policy import policy_card, preview_card, versions_card
from dashboard.components.policy_form import FORM_COLUMNS, policy_form
from dashboard.components.states import notice
from dashboard.context import current_person, current_settings, current_store, current_time, known_on_of
from dashboard.format import count_words, format_date
from dashboard.ids import POLICY, extract_path
from dashboard.page import Export, ExportTable, Page
from dashboard.permissions import permitted_callback
from ingest.check import CheckedExtract
from ingest.policy_file import POLICY_COLUMNS, check_policy, last_policy, policy_csv, policy_texts, propose_policy
from models.domain.errors import TieoutError
from models.domain.people import Permission, Person
from models.queries.knowledge import organisation
from models.queries.policies import PoliciesView, list_policies
from models.queries.policy_preview import preview_policy
from models.store.unit_of_work import read


def draw_policy(**filters: str) -> Component:
    """Return the page."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        view = list_policies(session, person, known_on=known_on)
        today = organisation(session).day_of(current_time())
    parts: list[Component] = [
        page_head(
            policy_title(view),
            "Currency, calendar, rates, horizon and persistence: agreed by two people, dated, stamped on every figure",
        ),
        *_waiting(view, may_open=person.may(Permission.VIEW_EXTRACTS)),
        policy_card(view),
        versions_card(view, current_settings().time_zone, may_open=person.may(Permission.VIEW_EXTRACTS)),
    ]
    if person.may(Permission.PROPOSE_POLICY):
        payback = view.versions[0].payback_horizon_months if view.versions else None
        newest = max((version.policy.version for version in view.versions), default=0)
        values = policy_texts(replace(view.policy, version=newest + 1, effective_on=today), payback)
        parts.append(policy_form(values))
        parts.append(html.Div(id="policy-answer", className="stack", **attributes({"aria-live": "polite"})))
    return html.Div(parts, className="stack")


def policy_title(view: PoliciesView) -> str:
    """Return the message of the page."""
    if not view.policy.version:
        return "The initial assumptions hold until a policy is approved"
    if view.is_provisional:
        return f"Policy version {view.policy.version} is in force, and nobody has approved it yet"
    if view.waiting:
        return f"Policy version {view.policy.version} is in force; {count_words(len(view.waiting), 'proposal')} waiting"
    return f"Policy version {view.policy.version} is in force since {format_date(view.policy.effective_on)}"


def _waiting(view: PoliciesView, *, may_open: bool) -> list[Component]:
    found = []
    for waiting in view.waiting:
        name: str | Component = (
            dcc.Link(waiting.filename, href=extract_path(waiting.extract_id)) if may_open else waiting.filename
        )
        found.append(
            notice(html.Span([name, f", proposed by {waiting.sent_by}, awaits a second person."]), tone="warning")
        )
    return found


@permitted_callback(
    Output("policy-answer", "children"),
    Input("policy-preview", "n_clicks"),
    Input("policy-propose", "n_clicks"),
    *(State(f"policy-{column}", "value") for column in FORM_COLUMNS),
    prevent_initial_call=True,
    permission=Permission.PROPOSE_POLICY,
)
def answer_form(_to_preview: int | None, _to_propose: int | None, *given: Any) -> Any:
    """Show what the policy in the form changes, or send it in; the same check stands before both."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    values = {column: "" if value is None else str(value) for column, value in zip(FORM_COLUMNS, given, strict=True)}
    person, store, now = current_person(), current_store(), current_time()
    try:
        checked = check_policy(store, policy_csv(values), "policy.csv", now)
        if checked.has_errors:
            return _problems(checked)
        if ctx.triggered_id == "policy-preview":
            return _preview(checked, person)
        outcome = propose_policy(store, values, person=person, now=now)
    except TieoutError as error:
        return notice(f"{error}.", tone="error")
    if outcome.extract_id is None:
        return notice(outcome.message, tone="warning")
    words: Sequence[str | Component] = [
        f"{outcome.message} ",
        dcc.Link("Open the file", href=extract_path(outcome.extract_id)),
    ]
    return notice(html.Span(words), tone="success")


def _problems(checked: CheckedExtract) -> Component:
    errors = [finding for finding in checked.findings if finding.severity.value == "error"]
    return notice(html.Ul([html.Li(f"{each.column}: {each.sentence}") for each in errors]), tone="error")


def _preview(checked: CheckedExtract, person: Person) -> Component:
    policy = last_policy(checked)
    if policy is None:
        return notice("The form holds no policy.", tone="error")
    with read(current_store()) as session:
        return preview_card(preview_policy(session, person, policy, now=current_time()))


def export_policies(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the versions of the policy, in the columns of their contract, with who sent and approved them."""
    with read(current_store()) as session:
        view = list_policies(session, person, known_on=known_on_of(query))
    rows = []
    for version in view.versions:
        texts = policy_texts(version.policy, version.payback_horizon_months)
        rows.append(
            [*(texts[name] for name in POLICY_COLUMNS), version.sent_by, version.decided_by, version.decided_at]
        )
    return ExportTable("tieout-policies", (*POLICY_COLUMNS, "sent_by", "approved_by", "approved_at"), rows)


PAGE = Page(
    POLICY,
    "Policy",
    Permission.VIEW_POLICY,
    draw_policy,
    navigation="Policy",
    group="Governance",
    icon="check",
    exports=(Export("policies", Permission.VIEW_POLICY, export_policies),),
)

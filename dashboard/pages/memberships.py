"""Memberships: whose initiatives are whose, proposed by one person and approved by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, page_head, pill
from dashboard.components.downloads import button
from dashboard.components.fields import choice_field, date_field, text_field
from dashboard.components.states import empty_state, notice
from dashboard.components.tables import Column, TableData, data_table
from dashboard.context import current_person, current_store, current_time
from dashboard.format import format_count, format_date
from dashboard.ids import MEMBERSHIPS
from dashboard.page import Page
from dashboard.permissions import permitted_callback
from models.actions.memberships import approve_membership, end_membership, propose_membership, refuse_membership
from models.domain.errors import InvalidInputError, TieoutError
from models.domain.people import Permission, Person
from models.queries.knowledge import organisation
from models.queries.people import AccountView, MembershipView, account_views, membership_views
from models.store.unit_of_work import read

_EITHER = {"permission": Permission.APPROVE_MEMBERSHIP, "or_permission": Permission.MANAGE_PEOPLE}


def draw_memberships(**_: str) -> Component:
    """Return the page, for a controller who approves or an administrator who proposes."""
    answer = html.Div(id="members-answer", **attributes({"aria-live": "polite"}))
    return html.Div(
        [answer, html.Div(_content(current_person()), id="members-content", className="stack")], className="stack"
    )


def _today() -> date:
    with read(current_store()) as session:
        return organisation(session).day_of(current_time())


def _content(person: Person) -> list[Component]:
    today = _today()
    with read(current_store()) as session:
        accounts = account_views(session, person)
        memberships = membership_views(session, person, on=today)
    waiting = sum(membership.state == "proposed" for membership in memberships)
    title = (
        f"{format_count(waiting)} membership{' waits' if waiting == 1 else 's wait'} for approval"
        if waiting
        else "Every membership is decided"
    )
    head = page_head(title, "A membership lets an initiative owner see an initiative. No uploaded file changes it.")
    return [head, _memberships_card(memberships, person), _propose_card(accounts, today)]


def _memberships_card(memberships: list[MembershipView], person: Person) -> Component:
    if not memberships:
        return card(
            empty_state("No memberships", "Propose one below; a controller approves it."),
            title="Whose initiatives are whose",
        )
    heads = [
        Column("Person"),
        Column("Initiative"),
        Column("From"),
        Column("To"),
        Column("Proposed by"),
        Column("State"),
        Column("Decision"),
    ]
    rows = [
        (
            html.Span(m.person_name, title=m.person),
            html.Span(m.initiative_name, title=m.initiative),
            format_date(m.from_on),
            format_date(m.to_on) if m.to_on else "open",
            html.Span(m.proposed_by_name, title=m.proposed_by),
            pill(m.state, tone="provisional" if m.state == "proposed" else ""),
            _membership_buttons(m, person),
        )
        for m in memberships
    ]
    return card(
        data_table(TableData("Memberships", heads, rows)),
        title="Whose initiatives are whose",
        subtitle="Proposed by one person, approved by another who is not its subject",
    )


def _membership_buttons(membership: MembershipView, person: Person) -> Component:
    def small(text: str, verb: str) -> Component:
        label = f"{text} {membership.person_name} in {membership.initiative_name}"
        return html.Button(
            text,
            id={"type": f"membership-{verb}", "index": membership.id},
            className="button",
            type="button",
            n_clicks=0,
            **attributes({"aria-label": label}),
        )

    buttons = []
    if membership.may_approve:
        buttons.append(small("Approve", "approve"))
    if membership.state == "proposed" and person.may(Permission.APPROVE_MEMBERSHIP):
        buttons.append(small("Refuse", "refuse"))
    if membership.state == "approved" and membership.to_on is None:
        buttons.append(small("End today", "end"))
    return html.Div(buttons or "-", className="button-row")


def _propose_card(accounts: list[AccountView], today: date) -> Component:
    people = [(account.key, f"{account.name} ({account.key})") for account in accounts if account.is_active]
    fields = html.Div(
        [
            choice_field("member-person", "Person", people, value=people[0][0] if people else ""),
            text_field("member-initiative", "Initiative (its key)"),
            date_field("member-from", "From", value=today.isoformat()),
            text_field("member-reason", "Reason"),
            button("Propose", "member-propose", is_primary=True),
        ],
        className="fields",
    )
    return card(fields, title="Propose a membership")


def _answered(act: Callable[[Person], str]) -> tuple[Any, Any]:
    """Do something for the person who asks and say what came of it; then draw the page anew."""
    person = current_person()
    try:
        said = notice(act(person), tone="success")
    except TieoutError as error:
        return notice(f"{error}.", tone="error"), no_update
    return said, _content(person)


_ANSWER = (
    Output("members-answer", "children", allow_duplicate=True),
    Output("members-content", "children", allow_duplicate=True),
)


@permitted_callback(
    *_ANSWER,
    Input("member-propose", "n_clicks"),
    State("member-person", "value"),
    State("member-initiative", "value"),
    State("member-from", "value"),
    State("member-reason", "value"),
    prevent_initial_call=True,
    **_EITHER,
)
def propose(clicks: int, who: str, initiative: str, from_on: str, reason: str) -> tuple[Any, Any]:
    """Propose a membership; the action checks who may."""
    if not clicks:
        return no_update, no_update

    def act(by: Person) -> str:
        try:
            first = date.fromisoformat(from_on or "")
        except ValueError as error:
            raise InvalidInputError("give the first day of the membership") from error
        propose_membership(
            current_store(),
            person=who,
            initiative=initiative.strip(),
            from_on=first,
            reason=reason,
            by=by,
            now=current_time(),
        )
        return f"Proposed: {who} in {initiative}. It holds once a second person approves it."

    return _answered(act)


@permitted_callback(
    *_ANSWER,
    Input({"type": "membership-approve", "index": ALL}, "n_clicks"),
    Input({"type": "membership-refuse", "index": ALL}, "n_clicks"),
    Input({"type": "membership-end", "index": ALL}, "n_clicks"),
    prevent_initial_call=True,
    **_EITHER,
)
def decide_membership(*_clicks: Any) -> tuple[Any, Any]:
    """Approve, refuse or end a membership; the actions check who may."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update, no_update
    verb, number = ctx.triggered_id["type"], ctx.triggered_id["index"]
    store, now, today = current_store(), current_time(), _today()

    def act(by: Person) -> str:
        if verb == "membership-approve":
            approve_membership(store, number, by=by, now=now)
            return "The membership is approved."
        if verb == "membership-refuse":
            refuse_membership(store, number, reason="refused on the people page", by=by, now=now)
            return "The membership is refused."
        end_membership(store, number, to_on=today, by=by, now=now)
        return "The membership ends today."

    return _answered(act)


PAGE = Page(
    MEMBERSHIPS,
    "Memberships",
    Permission.APPROVE_MEMBERSHIP,
    draw_memberships,
    navigation="Memberships",
    group="Governance",
    icon="people",
    has_strip=False,
    or_permission=Permission.MANAGE_PEOPLE,
)

"""People: who can sign in, and in which role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, columns, page_head, pill
from dashboard.components.downloads import button, button_link
from dashboard.components.fields import choice_field, password_field, text_field
from dashboard.components.states import notice
from dashboard.components.tables import Column, TableData, data_table
from dashboard.context import current_person, current_settings, current_store, current_time
from dashboard.format import format_count, format_instant, format_words
from dashboard.ids import MEMBERSHIPS, PEOPLE
from dashboard.page import Page
from dashboard.permissions import permitted_callback
from models.actions.people import (
    MIN_PASSWORD_LENGTH,
    add_account,
    disable_account,
    enable_account,
    set_password,
    set_role,
)
from models.domain.errors import TieoutError
from models.domain.people import Permission, Person, Role
from models.queries.people import AccountView, account_views
from models.store.unit_of_work import read

ROLES = [(role.value, format_words(role.value)) for role in Role]


def draw_people(**_: str) -> Component:
    """Return the page."""
    return html.Div(
        [
            html.Div(id="people-answer", **attributes({"aria-live": "polite"})),
            html.Div(_content(current_person()), id="people-content", className="stack"),
        ],
        className="stack",
    )


def _content(person: Person) -> list[Component]:
    with read(current_store()) as session:
        accounts = account_views(session, person)
    active = sum(account.is_active for account in accounts)
    head = page_head(
        f"{format_count(active)} people can sign in",
        "Roles change here and on the command line alone; no uploaded file changes them.",
        actions=[button_link("Memberships", MEMBERSHIPS)],
    )
    return [head, _accounts_card(accounts), columns(_add_card(), _change_card(accounts))]


def _accounts_card(accounts: list[AccountView]) -> Component:
    zone = current_settings().time_zone
    rows = [
        (
            account.key,
            account.name,
            format_words(account.role.value),
            "active" if account.is_active else pill("disabled"),
            format_instant(account.last_sign_in_at, zone) if account.last_sign_in_at else "never",
        )
        for account in accounts
    ]
    heads = [Column("Signs in as"), Column("Name"), Column("Role"), Column("State"), Column("Last sign-in")]
    return card(data_table(TableData("People who can sign in", heads, rows)), title="Who can sign in")


def _add_card() -> Component:
    form = html.Div(
        [
            text_field("people-key", "Signs in as"),
            text_field("people-name", "Full name"),
            choice_field("people-role", "Role", ROLES, value=Role.INITIATIVE_OWNER.value),
            password_field(
                "people-password",
                f"First password (at least {MIN_PASSWORD_LENGTH} characters)",
                autocomplete="new-password",
            ),
            html.Div(button("Add person", "people-add", is_primary=True)),
        ],
        className="form",
    )
    return card(form, title="Add a person")


def _change_card(accounts: list[AccountView]) -> Component:
    people = [("", "choose a person"), *((account.key, f"{account.name} ({account.key})") for account in accounts)]
    form = html.Div(
        [
            choice_field("people-who", "Person", people, value=""),
            choice_field("people-new-role", "New role", ROLES, value=Role.INITIATIVE_OWNER.value),
            html.Div(button("Change role", "people-set-role")),
            password_field("people-new-password", "New password", autocomplete="new-password"),
            html.Div(
                [
                    button("Set password", "people-set-password"),
                    button("Disable", "people-disable", is_danger=True),
                    button("Enable", "people-enable"),
                ],
                className="button-row",
            ),
        ],
        className="form",
    )
    return card(form, title="Change a person", subtitle="Their open sessions end")


def _answered(act: Callable[[Person], str]) -> tuple[Any, Any]:
    """Do something for the person who asks and say what came of it; then draw the page anew."""
    person = current_person()
    try:
        said = notice(act(person), tone="success")
    except TieoutError as error:
        return notice(f"{error}.", tone="error"), no_update
    return said, _content(person)


_ANSWER = (
    Output("people-answer", "children", allow_duplicate=True),
    Output("people-content", "children", allow_duplicate=True),
)


@permitted_callback(
    *_ANSWER,
    Input("people-add", "n_clicks"),
    State("people-key", "value"),
    State("people-name", "value"),
    State("people-role", "value"),
    State("people-password", "value"),
    prevent_initial_call=True,
    permission=Permission.MANAGE_PEOPLE,
)
def add_person(clicks: int, key: str, name: str, role: str, password: str) -> tuple[Any, Any]:
    """Let a person sign in."""
    if not clicks:
        return no_update, no_update

    def act(by: Person) -> str:
        add_account(
            current_store(),
            key=key.strip(),
            name=name.strip(),
            role=Role(role),
            password=password,
            by=by,
            now=current_time(),
        )
        return f"{name} can sign in as {key}."

    return _answered(act)


@permitted_callback(
    *_ANSWER,
    Input("people-set-role", "n_clicks"),
    Input("people-set-password", "n_clicks"),
    Input("people-disable", "n_clicks"),
    Input("people-enable", "n_clicks"),
    State("people-who", "value"),
    State("people-new-role", "value"),
    State("people-new-password", "value"),
    prevent_initial_call=True,
    permission=Permission.MANAGE_PEOPLE,
)
def change_person(*given: Any) -> tuple[Any, Any]:
    """Change role, password or standing of a person."""
    who, role, password = given[4:]
    if not ctx.triggered[0]["value"]:
        return no_update, no_update
    if not who:
        return notice("Choose the person first.", tone="error"), no_update
    store, now, verb = current_store(), current_time(), ctx.triggered_id

    def act(by: Person) -> str:
        if verb == "people-set-role":
            set_role(store, key=who, role=Role(role), by=by, now=now)
            return f"{who} is now {format_words(role)}."
        if verb == "people-set-password":
            set_password(store, key=who, password=password or "", by=by, now=now)
            return f"The password of {who} is changed."
        (disable_account if verb == "people-disable" else enable_account)(store, key=who, by=by, now=now)
        return f"{who} can no longer sign in." if verb == "people-disable" else f"{who} can sign in again."

    return _answered(act)


PAGE = Page(
    PEOPLE,
    "People",
    Permission.MANAGE_PEOPLE,
    draw_people,
    navigation="People",
    group="Governance",
    icon="people",
    has_strip=False,
)

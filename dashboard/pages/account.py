"""Your account: who you are here, what you may do, a new password."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, html
from dash.development.base_component import Component

from dashboard.auth.sessions import open_session
from dashboard.auth.throttle import current_throttle
from dashboard.components.attributes import attributes
from dashboard.components.cards import card, columns, facts_list, page_head
from dashboard.components.downloads import button
from dashboard.components.fields import password_field
from dashboard.components.states import notice
from dashboard.context import current_person, current_store, current_time
from dashboard.format import format_words
from dashboard.ids import ACCOUNT
from dashboard.page import Page
from dashboard.permissions import permitted_callback
from models.actions.people import MIN_PASSWORD_LENGTH, authenticate, set_password
from models.domain.errors import InvalidInputError
from models.domain.people import ROLE_PERMISSIONS, Permission
from models.queries.strip import describe_scope


def draw_account(**_: str) -> Component:
    """Return the page."""
    person = current_person()
    rights = ", ".join(sorted(format_words(permission.value) for permission in ROLE_PERMISSIONS[person.role]))
    about = facts_list(
        [
            ("Name", person.name),
            ("Signs in as", person.key),
            ("Role", format_words(person.role.value)),
            ("Sees", describe_scope(person)),
            ("May", rights),
        ]
    )
    form = html.Div(
        [
            password_field("account-current", "Current password", autocomplete="current-password"),
            password_field(
                "account-new", f"New password (at least {MIN_PASSWORD_LENGTH} characters)", autocomplete="new-password"
            ),
            password_field("account-again", "New password again", autocomplete="new-password"),
            html.Div(button("Change password", "account-change", is_primary=True)),
            html.Div(id="account-answer", **attributes({"aria-live": "polite"})),
        ],
        className="form",
    )
    return html.Div(
        [
            page_head("Your account"),
            columns(
                card(about, title="You"),
                card(
                    form,
                    title="Change your password",
                    subtitle="Other browsers in which you are signed in are signed out.",
                ),
            ),
        ],
        className="stack",
    )


@permitted_callback(
    Output("account-answer", "children"),
    Output("account-current", "value"),
    Output("account-new", "value"),
    Output("account-again", "value"),
    Input("account-change", "n_clicks"),
    State("account-current", "value"),
    State("account-new", "value"),
    State("account-again", "value"),
    prevent_initial_call=True,
    permission=Permission.MANAGE_OWN_ACCOUNT,
)
def change_password(_clicks: int, current: str | None, new: str | None, again: str | None) -> tuple[Any, str, str, str]:
    """Change the person's own password and go on in a fresh session."""
    person, now = current_person(), current_time()
    if new != again or not new:
        return notice("The two new passwords differ.", tone="error"), current or "", "", ""
    names = (f"person:{person.key.casefold()}",)
    if current_throttle().wait_s(names, now) > 0:
        return notice("Too many attempts. Wait a few minutes.", tone="error"), "", "", ""
    if authenticate(current_store(), key=person.key, password=current or "", now=now) is None:
        current_throttle().fail(names, now)
        return notice("The current password is not right.", tone="error"), "", new, again or ""
    try:
        set_password(current_store(), key=person.key, password=new, by=person, now=now)
    except InvalidInputError as error:
        return notice(f"{error}.", tone="error"), current or "", "", ""
    renewed = authenticate(current_store(), key=person.key, password=new, now=now)
    if renewed is not None:
        open_session(renewed, now)
    return notice("Your password is changed.", tone="success"), "", "", ""


PAGE = Page(ACCOUNT, "Your account", Permission.MANAGE_OWN_ACCOUNT, draw_account, has_strip=False)

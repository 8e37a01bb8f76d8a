"""Overlaps: what nobody can tell apart, the rules that share it, shared platforms, and the portfolio without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import page_head, provisional_pill
from dashboard.components.downloads import download_link
from dashboard.components.overlaps import joint_cards, overlaps_title, platforms_card, unshared_lines_card
from dashboard.components.overlaps_removal import removal_card, removal_form
from dashboard.components.overlaps_rules import propose_card, rules_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.states import notice
from dashboard.context import current_person, current_store, current_time, known_on_of
from dashboard.ids import OVERLAPS, export_path
from dashboard.overlap_exports import EXPORTS
from dashboard.page import Page
from dashboard.permissions import permitted_callback
from models.actions.sharing import propose_sharing_rule, refuse_sharing_rule, sign_sharing_rule
from models.domain.errors import InvalidInputError, TieoutError
from models.domain.people import Permission, Person
from models.domain.sharing import RemovalBridge, ShareRule, SharingState, SignedAs, SubjectKind
from models.queries.overlaps import OverlapsView, overlaps_view, removal_view
from models.store.unit_of_work import read


def draw_overlaps(without: str = "", **filters: str) -> Component:
    """Return the page for the person who asks; `without` is the initiative to leave out."""
    answer = html.Div(id="sharing-answer", **attributes({"aria-live": "polite"}))
    content = _content(current_person(), known_on_of(filters), without)
    return html.Div([answer, html.Div(content, id="sharing-content", className="stack")], className="stack")


def _content(person: Person, known_on: date | None = None, without: str = "") -> list[Component]:
    with read(current_store()) as session:
        view = overlaps_view(session, person, known_on=known_on)
        bridge = None
        if view is not None and without and view.may_remove:
            bridge = removal_view(session, person, without, known_on=known_on)
    if view is None:
        return [nothing_valued(person)]
    return render_overlaps(
        view,
        bridge,
        known_on=known_on,
        without=without,
        may_open_ledger=person.may(Permission.VIEW_LEDGER),
    )


def render_overlaps(
    view: OverlapsView,
    bridge: RemovalBridge | None,
    *,
    known_on: date | None,
    without: str = "",
    may_open_ledger: bool,
) -> list[Component]:
    """Return the parts of the page."""
    reading = Reading(view.context, known_on, may_open_ledger, names=dict(view.initiatives), lines=view.lines)
    marks = [provisional_pill()] if view.context.is_provisional else []
    parts: list[Component | None] = [
        page_head(
            overlaps_title(view),
            "No effect is counted twice: what several initiatives did together stands once, until a rule shares it",
            marks=marks,
            actions=[download_link("CSV", export_path("overlaps", known_on=known_on))],
        ),
        *joint_cards(view, reading),
        unshared_lines_card(view.unshared, reading, is_whole=view.may_remove),
        rules_card(view, download=download_link("CSV", export_path("sharing-rules", known_on=known_on))),
        propose_card(view, reading),
        platforms_card(
            view.allocated,
            reading,
            download=download_link("CSV", export_path("allocated-cost", known_on=known_on)) if view.allocated else None,
        ),
    ]
    if view.may_remove and view.initiatives:
        parts.append(removal_form(view.initiatives, without, known_on))
    if bridge is not None:
        parts.append(removal_card(bridge, reading))
    return [part for part in parts if part is not None]


_ANSWER = (
    Output("sharing-answer", "children", allow_duplicate=True),
    Output("sharing-content", "children", allow_duplicate=True),
)


def _answered(act: Callable[[Person], str]) -> tuple[Any, Any]:
    """Do something for the person who asks and say what came of it; then draw the page anew."""
    person = current_person()
    try:
        said = notice(act(person), tone="success")
    except TieoutError as error:
        return notice(f"{error}.", tone="error"), no_update
    return said, _content(person)


@permitted_callback(
    *_ANSWER,
    Input("sharing-propose", "n_clicks"),
    State("sharing-subject", "value"),
    State("sharing-rule", "value"),
    State("sharing-from", "value"),
    State("sharing-reason", "value"),
    prevent_initial_call=True,
    permission=Permission.PROPOSE_SHARING,
)
def propose(clicks: int, subject: str, rule: str, valid_from_on: str, reason: str) -> tuple[Any, Any]:
    """Propose a rule; the action checks who may."""
    if not clicks:
        return no_update, no_update

    def act(by: Person) -> str:
        try:
            first, by_what = date.fromisoformat(valid_from_on or ""), ShareRule(rule or "")
        except ValueError as error:
            raise InvalidInputError("choose by what it is shared, and give the first day of the rule") from error
        is_line = (subject or "").startswith("ledger:")
        number = propose_sharing_rule(
            current_store(),
            subject_kind=SubjectKind.LEDGER_LINE if is_line else SubjectKind.JOINT_EFFECT,
            subject=subject or "",
            rule=by_what,
            valid_from_on=first,
            reason=reason or "",
            by=by,
            now=current_time(),
        )
        return f"Rule {number} is proposed. It holds once finance and an owner of every initiative have signed."

    return _answered(act)


def _buttons(verb: str) -> Input:
    return Input({"type": f"sharing-{verb}", "rule": ALL, "side": ALL, "initiative": ALL}, "n_clicks")


@permitted_callback(
    *_ANSWER,
    _buttons("sign"),
    _buttons("refuse"),
    State("sharing-refusal", "value"),
    prevent_initial_call=True,
    permission=Permission.SIGN_SHARING,
)
def decide(_sign: Any, _refuse: Any, reason: str) -> tuple[Any, Any]:
    """Sign or refuse a rule; the actions check who may."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update, no_update
    asked = ctx.triggered_id
    number, side, initiative = asked["rule"], SignedAs(asked["side"]), asked["initiative"]
    store, now = current_store(), current_time()

    def act(by: Person) -> str:
        if asked["type"] == "sharing-refuse":
            refuse_sharing_rule(
                store, number, signed_as=side, initiative=initiative, reason=reason or "", by=by, now=now
            )
            return f"Rule {number} is refused."
        outcome = sign_sharing_rule(store, number, signed_as=side, initiative=initiative, by=by, now=now)
        if outcome.state is SharingState.IN_FORCE:
            return f"Rule {number} is in force. The portfolio is being valued anew."
        return f"Rule {number} is signed; {len(outcome.missing)} more to sign."

    return _answered(act)


PAGE = Page(
    OVERLAPS,
    "Overlaps",
    Permission.VIEW_LEDGER,
    draw_overlaps,
    navigation="Overlaps",
    group="Books",
    icon="overlap",
    or_permission=Permission.SIGN_SHARING,
    exports=EXPORTS,
)

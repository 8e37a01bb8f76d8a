"""Periods: which are open, closed or locked, on what they stand, what was trued up, and the next step of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import page_head
from dashboard.components.periods import history_card, periods_card, periods_title, step_dialog, step_words
from dashboard.components.periods_true_ups import true_ups_card
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.states import notice
from dashboard.context import current_person, current_settings, current_store, current_time, known_on_of
from dashboard.ids import PERIODS
from dashboard.page import Export, ExportTable, Page
from dashboard.permissions import permitted_callback
from models.actions.periods import (
    lock_period,
    open_period,
    refuse_reopen,
    reopen_period,
    request_reopen,
    soft_close_period,
)
from models.domain.errors import TieoutError
from models.domain.money import to_major
from models.domain.people import Permission, Person
from models.domain.period_state import PeriodAction
from models.queries.periods import PeriodsView, check_lock, list_periods, locked_postings, period_history
from models.store.unit_of_work import read

COLUMNS = (
    "period",
    "start_on",
    "end_on",
    "state",
    "files_approved",
    "files_expected",
    "publication",
    "content_hash",
    "locked_by",
    "locked_at",
    "true_ups",
    "trued_up",
    "currency",
)
TRUE_UP_COLUMNS = (
    "kind",
    "of",
    "initiative",
    "subject",
    "name",
    "amount",
    "realised",
    "currency",
    "posted_in",
    "is_pending",
    "causes",
    "loads",
)


def draw_periods(**filters: str) -> Component:
    """Return the page."""
    known_on = known_on_of(filters)
    answer = html.Div(id="periods-answer", **attributes({"aria-live": "polite"}))
    content = html.Div(_content(known_on), id="periods-content", className="stack")
    return html.Div([answer, content, step_dialog()], className="stack")


def _view(person: Person, known_on: date | None) -> PeriodsView | None:
    with read(current_store()) as session:
        return list_periods(session, person, known_on=known_on)


def _content(known_on: date | None = None) -> list[Component]:
    person, zone = current_person(), current_settings().time_zone
    view = _view(person, known_on)
    if view is None:
        return [nothing_valued(person)]
    with read(current_store()) as session:
        events = period_history(session, person, known_on=known_on)
    extracts = {load: (number, name) for load, number, name in view.extracts}
    if not person.may(Permission.VIEW_EXTRACTS):
        extracts = {}
    parts = [
        page_head(
            periods_title(view),
            "Periods are locked in order, on a valuation of everything posted, and reopened from the last one back",
        ),
        periods_card(view, zone),
        true_ups_card(view.true_ups, dict(view.initiatives), extracts, currency=view.context.currency),
    ]
    if events:
        labels = {line.start_on.isoformat(): line.label for line in view.lines}
        parts.append(history_card(events, labels, dict(view.people), zone))
    return parts


@permitted_callback(
    Output("period-dialog", "opened"),
    Output("period-dialog", "title"),
    Output("period-words", "children"),
    Output("period-confirm", "children"),
    Output("period-reason", "value"),
    Output("period-step-taken", "data"),
    Input({"type": "period-step", "index": ALL}, "n_clicks"),
    prevent_initial_call=True,
    permission=Permission.VIEW_PERIODS,
)
def ask(*_clicks: Any) -> tuple[Any, ...]:
    """Open the dialog of the step whose button was pressed."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return (no_update,) * 6
    label, action = str(ctx.triggered_id["index"]).split("|")
    view = _view(current_person(), None)
    line = next((each for each in view.lines if each.label == label), None) if view else None
    if line is None:
        return (no_update,) * 6
    title, words = step_words(line, PeriodAction(action))
    return True, title, words, title, "", [label, action]


@permitted_callback(
    Output("periods-answer", "children"),
    Output("periods-content", "children"),
    Output("period-dialog", "opened", allow_duplicate=True),
    Input("period-confirm", "n_clicks"),
    State("period-step-taken", "data"),
    State("period-reason", "value"),
    prevent_initial_call=True,
    permission=Permission.VIEW_PERIODS,
)
def take_step(clicks: int | None, step: list[str] | None, reason: str | None) -> tuple[Any, Any, Any]:
    """Take the step that the dialog shows; the actions check who may."""
    if not clicks or not step:
        return no_update, no_update, no_update
    label, action = step[0], PeriodAction(step[1])
    try:
        said = notice(_taken(label, action, reason or "", current_person()), tone="success")
    except TieoutError as error:
        return notice(f"{error}.", tone="error"), no_update, False
    return said, _content(), False


def _taken(label: str, action: PeriodAction, reason: str, by: Person) -> str:
    store, now = current_store(), current_time()
    if action is PeriodAction.SOFT_CLOSE:
        soft_close_period(store, label, by=by, now=now, reason=reason)
        return f"{label} is soft-closed."
    if action is PeriodAction.OPEN:
        open_period(store, label, by=by, now=now, reason=reason)
        return f"{label} is open again."
    if action is PeriodAction.LOCK:
        events = lock_period(store, label, by=by, now=now, reason=reason, is_through=True)
        return f"{label} is locked on publication {events[-1].publication_seq}."
    if action is PeriodAction.REQUEST_REOPEN:
        request_reopen(store, label, by=by, now=now, reason=reason)
        return f"Asked to reopen {label}; another person decides."
    if action is PeriodAction.REOPEN:
        reopen_period(store, label, by=by, now=now, reason=reason)
        return f"{label} is reopened; it is valued anew in a moment."
    refuse_reopen(store, label, by=by, now=now, reason=reason)
    return f"{label} stays locked."


def export_periods(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the periods with their locks."""
    view = _view(person, known_on_of(query))
    rows = [
        [
            line.label,
            line.start_on,
            line.end_on,
            line.state.value,
            line.files.approved if line.files else None,
            line.files.expected if line.files else None,
            line.lock.publication_seq if line.lock else None,
            line.lock.content_hash if line.lock else None,
            line.lock.person if line.lock else None,
            line.lock.decided_at if line.lock else None,
            line.true_ups,
            to_major(line.trued_up_minor, view.context.currency),
            view.context.currency,
        ]
        for line in (view.lines if view else ())
        if view is not None
    ]
    return ExportTable("tieout-periods", COLUMNS, rows)


def export_true_ups(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the true-ups with their causes and the numbers of what brought them."""
    view = _view(person, known_on_of(query))
    rows = [
        [
            each.kind.value,
            each.span,
            each.initiative,
            each.subject,
            each.name,
            to_major(each.amount_minor, each.currency),
            to_major(each.realised_minor, each.currency),
            each.currency,
            each.posted_period,
            each.is_pending,
            "; ".join(reason.cause.label for reason in each.reasons),
            "; ".join(str(load) for reason in each.reasons for load in reason.load_seqs),
        ]
        for each in (view.true_ups if view else ())
    ]
    return ExportTable("tieout-true-ups", TRUE_UP_COLUMNS, rows)


def export_locked_period(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return what stands in a locked period, with the hash that it was locked with."""
    label = query.get("period", "")
    with read(current_store()) as session:
        check = check_lock(session, person, label)
        view = list_periods(session, person, known_on=None)
        rows = locked_postings(session, person, label)
    currency = view.context.currency if view else ""
    held = (check.publication_seq, check.stored_hash, check.holds)
    columns = (
        "period", "initiative", "benefit_line", "benefit_class", "measured", "realised", "currency", "publication",
        "content_hash", "hash_holds",
    )  # fmt: skip
    return ExportTable(
        f"tieout-locked-{label}",
        columns,
        [[label, *row[:3], to_major(row[3], currency), to_major(row[4], currency), currency, *held] for row in rows],
    )


PAGE = Page(
    PERIODS,
    "Periods",
    Permission.VIEW_PERIODS,
    draw_periods,
    navigation="Periods",
    group="Governance",
    icon="lock",
    exports=(
        Export("periods", Permission.VIEW_PERIODS, export_periods),
        Export("true-ups", Permission.VIEW_PERIODS, export_true_ups),
        Export("locked-period", Permission.VIEW_PERIODS, export_locked_period),
    ),
)

"""What the page of fiscal periods shows: one row per period, the steps that a person may take, and the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, pill
from dashboard.components.downloads import button, download_link
from dashboard.components.fields import long_text_field
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import count_words, format_cell, format_count, format_date, format_instant, format_words
from dashboard.ids import PORTFOLIO, address, export_path
from models.domain.money import Money
from models.domain.period_state import PeriodAction, PeriodEvent, PeriodState
from models.queries.periods import PeriodLine, PeriodsView

_TONES = {PeriodState.LOCKED: "strong", PeriodState.REOPENED: "provisional", PeriodState.SOFT_CLOSED: ""}
#: The order of the buttons is the order of the way: close, lock, ask, decide.
_WAY = (
    PeriodAction.SOFT_CLOSE,
    PeriodAction.OPEN,
    PeriodAction.LOCK,
    PeriodAction.REQUEST_REOPEN,
    PeriodAction.REOPEN,
    PeriodAction.REFUSE_REOPEN,
)
#: Rows of periods and steps that stand open; the others are folded.
_SHOWN = 12
_BUTTONS = {
    PeriodAction.SOFT_CLOSE: "Soft-close",
    PeriodAction.OPEN: "Open again",
    PeriodAction.LOCK: "Lock",
    PeriodAction.REQUEST_REOPEN: "Ask to reopen",
    PeriodAction.REOPEN: "Reopen",
    PeriodAction.REFUSE_REOPEN: "Refuse",
}


def periods_title(view: PeriodsView) -> str:
    """Return the message of the page: how far the books are locked and what comes next."""
    asked = next((line for line in view.lines if line.standing.request is not None), None)
    if asked is not None:
        return f"{asked.label} is locked, and {_name(view, asked.standing.request)} asks to reopen it"
    locked = [line for line in view.lines if line.state is PeriodState.LOCKED]
    following = [line for line in view.lines if line.state is not PeriodState.LOCKED]
    if not locked:
        return f"No period is locked yet; {following[-1].label} would be the first"
    if not following:
        return f"Every period to {locked[0].label} is locked"
    return f"Locked to {locked[0].label}; {following[-1].label} is next"


def _name(view: PeriodsView, event: PeriodEvent | None) -> str:
    return "" if event is None else dict(view.people).get(event.person, event.person)


def periods_card(view: PeriodsView, zone: str) -> Component:
    """Return the table of periods, the newest first, with the buttons that this person has."""
    heads = [
        Column("Period"),
        Column("State"),
        Column("Files approved"),
        Column("Stands on"),
        Column("Last step"),
        Column(f"True-ups net, {view.context.currency}", is_numeric=True),
        Column("Steps"),
    ]
    shown = [line for number, line in enumerate(view.lines) if number < _SHOWN or line.state is not PeriodState.LOCKED]
    folded = [line for line in view.lines if line not in shown]
    tables: list[Component] = [data_table(TableData("Fiscal periods", heads, _rows(shown, view, zone)), name="periods")]
    if folded:
        words = f"{count_words(len(folded), 'earlier locked period')}, {folded[-1].label} to {folded[0].label}"
        earlier = data_table(TableData("Earlier fiscal periods", heads, _rows(folded, view, zone)), name="periods")
        tables.append(html.Details([html.Summary(words), earlier]))
    return card(
        tables,
        title="Fiscal periods, the newest first",
        subtitle="Soft-close asks before anything more is posted; a lock keeps the figures; reopening takes two people",
        actions=[download_link("CSV", export_path("periods"))],
    )


def _rows(lines: Sequence[PeriodLine], view: PeriodsView, zone: str) -> list[tuple[Cell, ...]]:
    return [
        (
            line.label,
            pill(line.state.label, tone=_TONES.get(line.state, "")),
            _files(line),
            _stands_on(line, zone),
            _last_step(line, view, zone),
            format_cell(Money(line.trued_up_minor, view.context.currency), decimals=2) if line.true_ups else "-",
            _buttons(line),
        )
        for line in lines
    ]


def _files(line: PeriodLine) -> str | Component:
    if line.files is None:
        return "none expected"
    words = f"{format_count(line.files.approved)} of {format_count(line.files.expected)}"
    missing = ", ".join(format_words(kind) for kind in line.waiting)
    return html.Span(words, title=f"Not approved: {missing}" if missing else None)


def _stands_on(line: PeriodLine, zone: str) -> str | Component:
    lock = line.lock
    if lock is None:
        return "-"
    known_on = lock.decided_at.astimezone(ZoneInfo(zone)).date()
    return html.Div(
        [
            dcc.Link(f"publication {lock.publication_seq}", href=address(PORTFOLIO, known_on=known_on)),
            html.Code((lock.content_hash or "")[:12], title=f"SHA-256 of its content: {lock.content_hash}"),
            html.A("amounts", href=export_path("locked-period", period=line.label), download=""),
        ],
        className="stacked",
    )


def _last_step(line: PeriodLine, view: PeriodsView, zone: str) -> str | Component:
    event = line.standing.request or line.standing.last or line.lock
    if event is None:
        return "-"
    who = f"{event.action.label}, {_name(view, event)}, {format_instant(event.decided_at, zone)}"
    return html.Div([html.Span(who), html.Span(event.reason, className="muted")] if event.reason else who)


def _buttons(line: PeriodLine) -> Component:
    shown = [
        html.Button(
            _BUTTONS[action],
            id={"type": "period-step", "index": f"{line.label}|{action.value}"},
            className="button",
            type="button",
            n_clicks=0,
            **attributes({"aria-label": f"{_BUTTONS[action]} {line.label}"}),
        )
        for action in _WAY
        if action in line.actions
    ]
    return html.Div(shown or "-", className="button-row")


def step_dialog() -> Component:
    """Return the dialog in which a step is said again, given its reason, and taken."""
    dialog: Component = dmc.Modal(
        id="period-dialog",
        title="",
        opened=False,
        children=html.Div(
            [
                html.P("", id="period-words"),
                long_text_field(
                    "period-reason", "Reason", placeholder="It is kept with the step and shown to everybody."
                ),
                html.Div([button("Confirm", "period-confirm", is_primary=True)], className="button-row"),
                dcc.Store(id="period-step-taken"),
            ],
            className="stack",
        ),
    )
    return dialog


def step_words(line: PeriodLine, action: PeriodAction) -> tuple[str, str]:
    """Return title and explanation of a step, as the dialog shows them."""
    title = f"{_BUTTONS[action]} {line.label}"
    if action is PeriodAction.LOCK:
        along = (
            f" {line.locks_with} {'are' if ' to ' in line.locks_with else 'is'} locked with it."
            if line.locks_with
            else ""
        )
        files = (
            f" Not approved: {', '.join(format_words(kind) for kind in line.waiting)}; give the reason."
            if line.waiting
            else ""
        )
        return title, f"Its figures stand from now on; what is posted later becomes a true-up.{along}{files}"
    words = {
        PeriodAction.SOFT_CLOSE: "Files with rows of this period then carry a warning. No reason is needed.",
        PeriodAction.OPEN: "Files with rows of this period come in without a warning again.",
        PeriodAction.REQUEST_REOPEN: "Another person decides.",
        PeriodAction.REOPEN: "Its figures move again; true-ups of it return into it when it is valued anew.",
        PeriodAction.REFUSE_REOPEN: "It stays locked.",
    }
    return title, words[action]


def history_card(
    events: Sequence[PeriodEvent], labels: Mapping[str, str], people: Mapping[str, str], zone: str
) -> Component:
    """Return every step that was taken, the newest first; `labels` name periods by their first day."""
    heads = [Column("When"), Column("Period"), Column("Step"), Column("Who"), Column("Reason")]
    rows = [
        (
            format_instant(event.decided_at, zone),
            labels.get(event.start_on.isoformat(), format_date(event.start_on)),
            event.action.label,
            people.get(event.person, event.person),
            event.reason or "-",
        )
        for event in events
    ]
    tables: list[Component] = [data_table(TableData("Steps", heads, rows[:_SHOWN]), name="period-steps")]
    if len(rows) > _SHOWN:
        earlier = data_table(TableData("Earlier steps", heads, rows[_SHOWN:]), name="period-steps")
        tables.append(html.Details([html.Summary(count_words(len(rows) - _SHOWN, "earlier step")), earlier]))
    return card(tables, title="Every step, the newest first")

"""True-ups: what moved in locked periods, where the difference is posted, and which files brought it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.downloads import download_link
from dashboard.components.states import empty_state
from dashboard.components.tables import Column, TableData, data_table
from dashboard.format import format_cell, format_words
from dashboard.ids import export_path, extract_path, initiative_path, lineage_line_path
from models.domain.money import Money
from models.domain.true_up import TrueUp, TrueUpKind, TrueUpReason

Extracts = Mapping[int, tuple[int, str]]


def true_ups_card(
    true_ups: Sequence[TrueUp],
    names: Mapping[str, str],
    extracts: Extracts,
    *,
    currency: str,
    is_short: bool = False,
) -> Component:
    """Return true-ups as a table; the short form leaves the initiative out.

    Parameters
    ----------
    extracts
        By number of the sequence: extract and file name. A number without one is a decision.
    """
    title = "What was trued up of locked periods"
    if not true_ups:
        return card(
            empty_state(
                "No true-ups",
                "Once a period is locked, what later files say of it is listed here with its cause.",
            ),
            title=title,
        )
    heads = [
        Column("Of"),
        Column("What"),
        Column(f"Amount, {currency}", is_numeric=True),
        Column("Posted in"),
        Column("Because of"),
    ]
    rows = [
        (
            _span(each),
            _subject(each, names, is_short=is_short),
            format_cell(Money(each.amount_minor, each.currency), decimals=2),
            _posted(each),
            html.Div([_reason(reason, extracts) for reason in each.reasons], className="stacked"),
        )
        for each in true_ups
    ]
    return card(
        data_table(TableData(title, heads, rows), name="true-ups"),
        title=title,
        subtitle="Locked amounts stand; the difference is posted once, in the first period that is not locked",
        actions=[] if is_short else [download_link("CSV", export_path("true-ups"))],
    )


def _span(true_up: TrueUp) -> Component:
    """Return the locked periods that moved; a line breaks between two labels, never within one."""
    labels = list(dict.fromkeys((true_up.first_period, true_up.last_period)))
    parts = [html.Span(label, className="period-label") for label in labels]
    return html.Span([parts[0], " to ", parts[1]] if len(parts) > 1 else parts)


def _subject(true_up: TrueUp, names: Mapping[str, str], *, is_short: bool) -> Component:
    what: str | Component = true_up.name
    if true_up.kind is TrueUpKind.BENEFIT:
        what = dcc.Link(true_up.name, href=lineage_line_path(true_up.subject))
    parts: list[str | Component] = [what, f" ({format_words(true_up.kind.value)})"]
    if true_up.initiative in names and not is_short:
        parts += [" · ", dcc.Link(names[true_up.initiative], href=initiative_path(true_up.initiative))]
    return html.Span(parts)


def _posted(true_up: TrueUp) -> str | Component:
    if true_up.kind is TrueUpKind.BOOKS:
        return "nowhere: the locked ledger stays"
    if true_up.is_pending:
        return "pending: every period is locked"
    return html.Span(true_up.posted_period, className="period-label")


def _reason(reason: TrueUpReason, extracts: Extracts) -> Component:
    files = [extracts[load] for load in reason.load_seqs if load in extracts]
    links: list[str | Component] = [f"{reason.cause.label}{': ' if files else ''}"]
    for number, (extract_id, filename) in enumerate(files):
        links += [", "] if number else []
        links.append(dcc.Link(filename, href=extract_path(extract_id)))
    return html.Span(links)

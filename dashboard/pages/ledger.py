"""The ledger: every P&L line from flexed reference to actual, and what of realised value it supports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card, columns, page_head, provisional_pill, stack
from dashboard.components.downloads import download_link
from dashboard.components.figure_card import figure_card
from dashboard.components.ledger_tables import entries_card, lines_card
from dashboard.components.ledger_words import ledger_title, line_name
from dashboard.components.portfolio_lists import held_card, over_claim_notices
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.tables import Cell, Column, TableData
from dashboard.context import current_person, current_store, known_on_of
from dashboard.figures.shares import draw_bars, tie_bars
from dashboard.format import format_cell, format_exact, format_money
from dashboard.ids import LEDGER, export_path, lineage_path
from dashboard.page import Export, ExportTable, Page
from models.domain.money import Money, to_major
from models.domain.people import Permission, Person
from models.domain.valuation import LedgerView
from models.queries.portfolio import ledger_view
from models.store.unit_of_work import read

COLUMNS = (
    "pl_line",
    "name",
    "entity",
    "period",
    "reference",
    "component",
    "initiative",
    "amount",
    "currency",
    "is_closed",
    "as_of",
    "as_known_on",
)


def draw_ledger(**filters: str) -> Component:
    """Return the page for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        view = ledger_view(session, person, known_on=known_on)
    return nothing_valued(person) if view is None else render_ledger(view, known_on=known_on)


def reading_of(view: LedgerView, known_on: date | None) -> Reading:
    """Return how a person who may open the ledger reads it."""
    lines = {line.pl_line: line.name for line in view.ledger.lines if line.pl_line}
    return Reading(view.context, known_on, may_open_ledger=True, names=dict(view.initiative_names), lines=lines)


def render_ledger(view: LedgerView, *, known_on: date | None) -> Component:
    """Return the page of a published ledger."""
    reading, ledger = reading_of(view, known_on), view.ledger
    fiscal_year = view.context.as_of_period.split("-")[0]
    marks = [provisional_pill()] if view.context.is_provisional else []
    parts: list[Component] = [
        page_head(
            ledger_title(view),
            "Consistent with the ledger, never proven: entries are held against what each line moved beyond its flex",
            marks=marks,
        ),
        *over_claim_notices(ledger.over_claims, ledger.unshared, reading),
        lines_card(ledger.lines, fiscal_year, reading),
        columns(_states_card(view, reading), held_card(ledger.held_by_budget, reading)),
        entries_card(ledger.entries, reading, title="Every entry with its state and reason", line_names=reading.lines),
        _notes(view, reading),
    ]
    return stack(*parts)


def _states_card(view: LedgerView, reading: Reading) -> Component:
    total = view.realised.point_minor
    shares = [share for share in view.by_tie_state if share.realised.amount_minor]
    rows: list[list[Cell]] = [[share.state.label, format_cell(share.realised, decimals=2)] for share in shares]
    raw: list[list[str | float | int | None]] = [[share.state.label, str(share.realised.major)] for share in shares]
    largest = max(shares, key=lambda share: share.realised.amount_minor, default=None)
    title = (
        f"The largest part of realised value is {largest.state.label}, "
        f"{format_money(largest.realised, reading.currency)}"
        if largest
        else "Nothing is realised yet"
    )
    return figure_card(
        draw_bars(tie_bars(shares, total, lineage_path("realised", known_on=reading.known_on))),
        name="states",
        title=title,
        subtitle=f"Realised value by state of its entries, {reading.currency}, to {view.context.as_of_period}",
        footer=reading.footer("ledger entries"),
        table=TableData(
            "Realised value by state", [Column("State"), Column(reading.currency, is_numeric=True)], rows, raw
        ),
    )


def _notes(view: LedgerView, reading: Reading) -> Component:
    unlocated = Money(abs(view.ledger.unlocated_cost_minor), reading.currency)
    points = [
        f"{format_exact(unlocated, reading.currency)} of cost names no P&L line and stands on the whole P&L alone.",
        *view.ledger.reasons,
    ]
    actions = [download_link("CSV", export_path("ledger", known_on=reading.known_on))]
    return card(
        html.Ul([html.Li(point) for point in points], className="notes"),
        title="What the ledger leaves out",
        actions=actions,
    )


def export_ledger(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every row of every line and period, with all digits."""
    known_on = known_on_of(query)
    with read(current_store()) as session:
        view = ledger_view(session, person, known_on=known_on)
    if view is None:
        return ExportTable("tieout-ledger", COLUMNS, [])
    context = view.context
    rows = [
        [
            line.pl_line,
            line_name(line),
            line.entity,
            cell.period,
            cell.reference_scenario,
            row.component.value,
            row.initiative,
            to_major(row.amount_minor, context.currency),
            context.currency,
            cell.is_closed,
            context.as_of,
            context.as_known_on,
        ]
        for line in view.ledger.lines
        for cell in line.cells
        for row in cell.rows
    ]
    return ExportTable(f"tieout-ledger-{context.as_of.isoformat()}", COLUMNS, rows)


PAGE = Page(
    LEDGER,
    "Ledger",
    Permission.VIEW_LEDGER,
    draw_ledger,
    navigation="Ledger",
    group="Value",
    icon="ledger",
    exports=(Export("ledger", Permission.VIEW_LEDGER, export_ledger),),
)

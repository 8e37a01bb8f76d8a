"""The ledger: P&L lines from flexed reference to actual, what of realised value they support, and what proves it."""

from __future__ import annotations

from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card, columns, page_head, provisional_pill, stack
from dashboard.components.downloads import download_link
from dashboard.components.figure_card import figure_card
from dashboard.components.ledger_entries import entries_card
from dashboard.components.ledger_filters import (
    FILTERS,
    LedgerFilter,
    keep_of_ledger,
    ledger_filter_bar,
    read_ledger_filter,
)
from dashboard.components.ledger_proof import ageing_card, claims_by_line_card, control_card, identities_card
from dashboard.components.ledger_tables import lines_card
from dashboard.components.ledger_words import ledger_title
from dashboard.components.portfolio_lists import held_card, over_claim_notices
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.tables import Cell, Column, TableData
from dashboard.context import current_person, current_store, known_on_of
from dashboard.figures.shares import draw_bars, tie_bars
from dashboard.format import format_cell, format_exact, format_money
from dashboard.ids import LEDGER, export_path, lineage_path
from dashboard.ledger_exports import EXPORTS
from dashboard.page import Page
from models.domain.money import Money
from models.domain.people import Permission
from models.domain.policy import LedgerBasis
from models.domain.valuation import LedgerView
from models.queries.portfolio import ledger_view
from models.store.unit_of_work import read


def draw_ledger(**filters: str) -> Component:
    """Return the page for the person who asks, with the filters of the address."""
    person, known_on, chosen = current_person(), known_on_of(filters), read_ledger_filter(filters)
    with read(current_store()) as session:
        view = ledger_view(session, person, known_on=known_on)
    return nothing_valued(person) if view is None else render_ledger(view, known_on=known_on, chosen=chosen)


def reading_of(view: LedgerView, known_on: date | None, filters: str = "") -> Reading:
    """Return how a person who may open the ledger reads it."""
    lines = {line.pl_line: line.name for line in view.ledger.lines if line.pl_line}
    names = dict(view.initiative_names)
    return Reading(view.context, known_on, may_open_ledger=True, names=names, lines=lines, filters=filters)


def render_ledger(view: LedgerView, *, known_on: date | None, chosen: LedgerFilter | None = None) -> Component:
    """Return the page of a published ledger."""
    chosen = chosen or LedgerFilter()
    reading, ledger = reading_of(view, known_on, chosen.in_words()), keep_of_ledger(view.ledger, chosen)
    marks = [provisional_pill()] if view.context.is_provisional else []
    kept = chosen.in_words()
    subtitle = (
        f"Books {ledger.basis.label}. Consistent with the ledger, never proven: entries are held against what each "
        "line moved beyond its flex"
    )
    parts: list[Component] = [
        page_head(ledger_title(view), f"{subtitle}; shown: {kept}" if kept else subtitle, marks=marks),
        ledger_filter_bar(view, chosen, known_on=known_on),
        *over_claim_notices(ledger.over_claims, ledger.unshared, reading),
        lines_card(ledger.lines, chosen.year_of(view), reading),
        columns(_states_card(view, reading), held_card(ledger.held_by_budget, reading)),
        columns(
            identities_card(view.identities, reading, ledger.basis.label),
            control_card(ledger.controls, reading, _export("ledger-controls", reading, chosen)),
        ),
        entries_card(
            ledger.entries,
            ledger.unshared,
            reading,
            title="Every entry with its state and reason",
            line_names=reading.lines,
            chosen=chosen,
            actions=[download_link("CSV", _export("ledger-entries", reading, chosen))],
        ),
        ageing_card(ledger.ageing, reading, _export("ledger-ageing", reading, chosen)),
        claims_by_line_card(
            ledger.claims, ledger.entries, ledger.unshared, reading, _export("ledger-claims", reading, chosen)
        ),
        _notes(view, reading, chosen),
    ]
    return stack(*parts)


def _export(name: str, reading: Reading, chosen: LedgerFilter) -> str:
    kept = {filter_name: getattr(chosen, filter_name) for filter_name in FILTERS}
    return export_path(name, known_on=reading.known_on, **kept)


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


def _notes(view: LedgerView, reading: Reading, chosen: LedgerFilter) -> Component:
    unlocated = Money(abs(view.ledger.unlocated_cost_minor), reading.currency)
    between = "in" if view.ledger.basis is LedgerBasis.STAND_ALONE else "left out"
    points = [
        f"Books are {view.ledger.basis.label}: rows between entities are {between}; what is recharged counts once.",
        f"{format_exact(unlocated, reading.currency)} of cost names no P&L line and stands on the whole P&L alone.",
        *view.ledger.reasons,
    ]
    return card(
        html.Ul([html.Li(point) for point in points], className="notes"),
        title="What the ledger leaves out",
        actions=[
            download_link("Cells, CSV", _export("ledger", reading, chosen)),
            download_link("Over-claims, CSV", _export("ledger-over-claims", reading, chosen)),
        ],
    )


PAGE = Page(
    LEDGER,
    "Ledger",
    Permission.VIEW_LEDGER,
    draw_ledger,
    navigation="Ledger",
    group="Books",
    icon="ledger",
    exports=EXPORTS,
)

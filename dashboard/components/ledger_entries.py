"""The entries of the ledger: every amount with its state and reason, what is tied out apart from the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.evidence import evidence_badge
from dashboard.components.ledger_filters import LedgerFilter
from dashboard.components.ledger_words import place_words
from dashboard.components.portfolio_reading import OUT_OF_SCOPE, Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import format_cell
from dashboard.ids import lineage_line_path
from models.domain.ledger import Entry, EntryPart, TieState, UnsharedRow
from models.domain.money import Money

EVERYTHING = LedgerFilter()


def entries_card(
    entries: Sequence[Entry],
    unshared: Sequence[UnsharedRow],
    reading: Reading,
    *,
    title: str,
    line_names: Mapping[str, str],
    chosen: LedgerFilter = EVERYTHING,
    actions: Sequence[Component] = (),
) -> Component:
    """Return the parts of entries by state, each with its reason; they sum to what is realised.

    What several initiatives share moves from their open overlap to tied out, in rows of its own.
    """
    footer = reading.source("ledger entries")
    ordered = sorted(entries, key=lambda entry: (entry.pl_line == "", entry.pl_line, -entry.amount_minor))
    parts = [(entry, part) for entry in ordered for part in entry.parts if chosen.keeps_state(part.state)]
    shared = [(row, part) for row in unshared for part in _moved(row) if chosen.keeps_state(part.state)]
    if not parts and not shared:
        return card(
            empty_state("No entry", "No realised amount is held here."), title=title, footer=footer, actions=actions
        )
    rows = [_entry_row(entry, part, reading, line_names) for entry, part in parts]
    rows += [_shared_row(row, part, reading, line_names) for row, part in shared]
    total = sum(part.amount_minor for _, part in (*parts, *shared))
    rows.append(
        [html.Strong("All rows"), "", "", "", html.Strong(_amount(total, reading)), "the sum of what stands above"]
    )
    columns = [
        Column("Initiative"),
        Column("P&L line"),
        Column("Year"),
        Column("Grade"),
        Column(f"Amount, {reading.currency}", is_numeric=True),
        Column("State and reason"),
    ]
    return card(
        data_table(TableData(title, columns, rows), name="wide-table"),
        title=title,
        subtitle="Realised amounts by benefit line, fiscal year and state; a partly supported entry has two rows",
        footer=footer,
        actions=actions,
    )


def _moved(row: UnsharedRow) -> Iterator[EntryPart]:
    """Return what a shared row ties out, and where it is taken from."""
    if row.tied_minor:
        yield EntryPart(TieState.TIED_OUT, row.tied_minor, "Supported by the line together; whose it is stays open.")
        yield EntryPart(row.rest_state, -row.tied_minor, "Taken off the open overlap: it is tied out for all together.")


def _entry_row(entry: Entry, part: EntryPart, reading: Reading, line_names: Mapping[str, str]) -> list[Cell]:
    href = lineage_line_path(entry.benefit_line, known_on=reading.known_on)
    return [
        reading.initiative(entry.initiative),
        _place(entry.pl_line, entry.entity, entry.cost_centre, reading, line_names),
        entry.fiscal_year,
        evidence_badge(entry.grade),
        dcc.Link(_amount(part.amount_minor, reading), href=href),
        html.Div([part.state.label, html.Div(part.reason, className="muted")]),
    ]


def _shared_row(row: UnsharedRow, part: EntryPart, reading: Reading, line_names: Mapping[str, str]) -> list[Cell]:
    names = " and ".join(reading.names.get(key, OUT_OF_SCOPE) for key in row.initiatives)
    return [
        f"{names}, together",
        _place(row.pl_line, row.entity, row.cost_centre, reading, line_names),
        row.fiscal_year,
        "",
        _amount(part.amount_minor, reading),
        html.Div([part.state.label, html.Div(part.reason, className="muted")]),
    ]


def _place(
    pl_line: str, entity: str, cost_centre: str, reading: Reading, line_names: Mapping[str, str]
) -> str | Component:
    line = reading.pl_line(pl_line) if pl_line in line_names else pl_line or "no P&L line"
    where = place_words(entity, cost_centre)
    return html.Div([line, html.Div(where, className="muted")]) if where else line


def _amount(amount_minor: int, reading: Reading) -> str:
    return format_cell(Money(amount_minor, reading.currency), decimals=2)

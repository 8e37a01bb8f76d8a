"""One P&L line: from flexed reference over initiatives and unexplained to actual, and what is held against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dash import dcc
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, columns, page_head, pill, stack
from dashboard.components.figure_card import figure_card
from dashboard.components.ledger_entries import entries_card
from dashboard.components.ledger_filters import LedgerFilter, keep_of_ledger
from dashboard.components.ledger_proof import claims_card
from dashboard.components.ledger_tables import line_address, line_rows, periods_card, tests_card, year_cells, year_test
from dashboard.components.ledger_words import (
    history_title,
    line_key,
    line_name,
    line_title,
    movement_title,
    place_words,
)
from dashboard.components.portfolio_lists import over_claim_notices
from dashboard.components.portfolio_reading import OUT_OF_SCOPE, Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.states import notice
from dashboard.components.tables import Cell, Column, TableData
from dashboard.context import current_person, current_store, known_on_of
from dashboard.figures.ledger import Movement, draw_movement, draw_movement_history, movement_unit, sum_cells
from dashboard.format import format_cell
from dashboard.ids import LEDGER, address, export_path, initiative_path
from dashboard.page import Page
from dashboard.pages.ledger import reading_of
from models.domain.errors import NotFoundError
from models.domain.ledger import LedgerComponent, LedgerLine
from models.domain.money import Money
from models.domain.people import Permission
from models.domain.valuation import LedgerView
from models.queries.portfolio import ledger_view
from models.store.unit_of_work import read

Raw = list[list[str | float | int | None]]


def draw_ledger_line(
    pl_line: str, entity: str = "", cost_centre: str = "", fiscal_year: str = "", **filters: str
) -> Component:
    """Return the page of a P&L line for the person who asks; the filters choose its level and its fiscal year."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        view = ledger_view(session, person, known_on=known_on)
    if view is None:
        return nothing_valued(person)
    chosen = LedgerFilter(entity, cost_centre, fiscal_year)
    return render_ledger_line(view, pl_line, chosen=chosen, known_on=known_on)


def render_ledger_line(view: LedgerView, pl_line: str, *, chosen: LedgerFilter, known_on: date | None) -> Component:
    """Return the page.

    Raises
    ------
    NotFoundError
        If the ledger holds no such line.
    """
    same = [line for line in view.ledger.lines if line_key(line) == pl_line]
    if not same:
        raise NotFoundError(f"There is no P&L line {pl_line}.")
    line = next((each for each in same if each.key[1:] == (chosen.entity, chosen.cost_centre)), same[0])
    reading = reading_of(view, known_on)
    fiscal_year = chosen.year_of(view)
    movement = sum_cells(year_cells(line, fiscal_year))
    place = LedgerFilter(line.entity, line.cost_centre)
    ledger = keep_of_ledger(view.ledger, place) if line.pl_line else view.ledger
    entries = [entry for entry in ledger.entries if line.pl_line in {"", entry.pl_line}]
    claims = [claim for claim in ledger.claims if line.pl_line in {"", claim.pl_line}]
    ours = [claim for claim in ledger.over_claims if claim.pl_line == line.pl_line]
    unshared = [row for row in ledger.unshared if line.pl_line in {"", row.pl_line}]
    level = f"{line.level.label}, the sum of its parts" if line.is_roll_up else line.level.label
    title = line_title(line, year_test(line, fiscal_year), movement, reading.currency)
    return stack(
        page_head(
            title,
            f"{line.kind} line · {level} · {fiscal_year} to {view.context.as_of_period}, favourable positive · "
            f"books {view.ledger.basis.label}",
            crumbs=_crumbs(known_on),
            marks=_levels(same, line, reading),
        ),
        *over_claim_notices(ours, ledger.unshared, replace(reading, may_open_ledger=False)),
        *_control_notices(line, fiscal_year),
        columns(_movement_card(line, movement, reading, fiscal_year), _history_card(line, reading)),
        periods_card(line, fiscal_year, reading),
        tests_card(line, reading),
        entries_card(entries, unshared, reading, title="What is held against this line", line_names=reading.lines),
        claims_card(
            claims,
            sum(entry.amount_minor for entry in entries),
            reading,
            export_path("ledger-claims", known_on=known_on, entity=line.entity, cost_centre=line.cost_centre),
        ),
    )


def _crumbs(known_on: date | None) -> list[Crumb]:
    return [Crumb("Ledger", address(LEDGER, known_on=known_on))]


def _levels(lines: list[LedgerLine], shown: LedgerLine, reading: Reading) -> list[Component]:
    """Return the levels at which the line is looked at, each a link but the one that is shown."""
    if len(lines) == 1:
        return []
    return [
        pill(_place(line), tone="strong")
        if line is shown
        else dcc.Link(_place(line), href=line_address(line, reading), className="pill")
        for line in lines
    ]


def _place(line: LedgerLine) -> str:
    return place_words(line.entity, line.cost_centre) or line.level.label


def _control_notices(line: LedgerLine, fiscal_year: str) -> list[Component]:
    """Return a warning for each period that cannot tie out because its books do not agree to the trial balance."""
    reasons = dict.fromkeys(cell.control for cell in year_cells(line, fiscal_year) if cell.control)
    return [notice(reason, tone="warning", title="Ledger open.") for reason in reasons]


def _movement_card(line: LedgerLine, movement: Movement, reading: Reading, fiscal_year: str) -> Component:
    currency = reading.currency
    unit = movement_unit(movement, currency).header(currency)
    links = {key: initiative_path(key, reading.known_on) for key in reading.names}
    actual = line_rows(line, reading)
    amounts = [("Reference", movement.reference_minor), ("Flexed reference", movement.flexed_minor)]
    for (component, initiative), amount in movement.rows.items():
        name = f"{component.label}: {reading.names.get(initiative, OUT_OF_SCOPE)}" if initiative else component.label
        amounts.append((name, amount))
    amounts.append((LedgerComponent.ACTUAL.label, movement.actual_minor))
    rows: list[list[Cell]] = [[name, format_cell(Money(amount, currency), decimals=2)] for name, amount in amounts]
    raw: Raw = [[name, str(Money(amount, currency).major)] for name, amount in amounts]
    return figure_card(
        draw_movement(movement, reading.names, links, currency, actual_link=actual),
        name="movement",
        title=movement_title(movement, fiscal_year, currency),
        subtitle=f"{line_name(line)}, {unit}, {fiscal_year} to date, from flexed reference (zero) to actual",
        footer=reading.footer("P&L rows, estimates, cost actuals"),
        table=TableData("From reference to actual", [Column("Row"), Column(currency, is_numeric=True)], rows, raw),
    )


def _history_card(line: LedgerLine, reading: Reading) -> Component:
    currency = reading.currency
    links = {cell.period: line_rows(line, reading, cell.period) for cell in line.cells if line.pl_line}
    rows: list[list[Cell]] = []
    raw: Raw = []
    for cell in line.cells:
        if not cell.reference_scenario:
            continue
        moved = Money(cell.amount_of(LedgerComponent.ACTUAL) - cell.flexed_reference_minor, currency)
        held = Money(cell.amount_of(LedgerComponent.INITIATIVE), currency)
        shown = [format_cell(amount, decimals=2) for amount in (moved, held)]
        rows.append([cell.period, *shown, "closed" if cell.is_closed else "open"])
        raw.append([cell.period, str(moved.major), str(held.major), "closed" if cell.is_closed else "open"])
    heads = [
        Column("Period"),
        Column(f"Moved, {currency}", is_numeric=True),
        Column(f"Initiatives, {currency}", is_numeric=True),
        Column("Ledger"),
    ]
    return figure_card(
        draw_movement_history(line.cells, currency, links),
        name="history",
        title=history_title(line, currency),
        subtitle="Actual less flexed reference (columns) and initiatives held against the line (line), "
        f"{currency}, by fiscal period",
        footer=reading.footer("P&L rows, estimates"),
        table=TableData("Movement by period", heads, rows, raw),
    )


PAGE = Page(f"{LEDGER}/<pl_line>", "P&L line", Permission.VIEW_LEDGER, draw_ledger_line)

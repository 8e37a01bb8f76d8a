"""The tables of the ledger pages: lines, periods, tests, entries; every figure leads to its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.ledger_words import line_key, line_name, state_of_test
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.figures.ledger import Movement, sum_cells
from dashboard.format import Scale, common_scale, format_cell, unit_header
from dashboard.ids import address, ledger_path, lineage_ledger_path
from models.domain.ledger import LedgerCell, LedgerComponent, LedgerLine, LineTest
from models.domain.money import Money, to_major


def ledger_scale(amounts_minor: Iterable[int], currency: str) -> Scale:
    """Return the unit of a ledger table: one step finer than its largest amount asks for."""
    coarse = common_scale([to_major(amount, currency) for amount in amounts_minor])
    return {Scale.BN: Scale.M, Scale.M: Scale.K}.get(coarse, coarse)


LINE_COLUMNS = (
    Column("P&L line"),
    *(
        Column(head, is_numeric=True)
        for head in (
            "Reference",
            "Flex",
            "Flexed reference",
            "Initiatives",
            "Run cost and other",
            "Unexplained",
            "Actual",
            "Moved",
            "2s",
            "Short",
        )
    ),
    Column("State"),
)


def year_cells(line: LedgerLine, fiscal_year: str) -> list[LedgerCell]:
    """Return the cells of a line in a fiscal year (`FY26`)."""
    return [cell for cell in line.cells if cell.period.startswith(f"{fiscal_year}-")]


def year_test(line: LedgerLine, fiscal_year: str) -> LineTest | None:
    """Return the test of a line in a fiscal year."""
    return next((test for test in line.tests if test.fiscal_year == fiscal_year), None)


def lines_card(lines: Sequence[LedgerLine], fiscal_year: str, reading: Reading) -> Component:
    """Return every P&L line, fiscal year to date, from reference to actual, with its test."""
    sums = {line.key: sum_cells(year_cells(line, fiscal_year)) for line in lines}
    if not lines:
        nothing = empty_state(
            "No P&L line is mapped", "Upload the P&L rows, the account map and a budget or prior year."
        )
        return card(nothing, title="P&L lines", footer=reading.source("P&L rows"))
    scale = ledger_scale([total.actual_minor for total in sums.values()], reading.currency)
    tested = {line.pl_line for line in lines if year_test(line, fiscal_year) is not None}
    held = [line for line in lines if not line.pl_line or line.pl_line in tested]
    quiet = [line for line in lines if line not in held]

    def tabulate(part: Sequence[LedgerLine]) -> Component:
        rows = [_line_row(line, sums[line.key], year_test(line, fiscal_year), reading, scale) for line in part]
        return data_table(TableData("P&L lines", LINE_COLUMNS, rows), name="wide-table ledger-lines")

    body = [tabulate(held)]
    if quiet:
        summary = html.Summary(f"{len(quiet)} lines against which nothing is held")
        body.append(html.Details([summary, tabulate(quiet)], className="chart-table"))
    unit = f"{unit_header(reading.currency, scale)}, favourable positive; moved: beyond flex and located cost"
    return card(
        html.Div(body),
        name="lines",
        title=f"{fiscal_year} to {reading.context.as_of_period}: from reference to actual, exactly",
        subtitle=f"{unit}; flexed reference + initiatives + run cost and other + unexplained = actual",
        footer=reading.source("P&L rows, line drivers, budget"),
    )


def _line_row(line: LedgerLine, total: Movement, test: LineTest | None, reading: Reading, scale: Scale) -> list[Cell]:
    name = html.Span(dcc.Link(line_name(line), href=line_address(line, reading)), className=f"level-{line.level.value}")
    href = line_rows(line, reading)
    initiatives = _of(total, LedgerComponent.INITIATIVE)
    unexplained = _of(total, LedgerComponent.UNEXPLAINED)
    other = sum(total.rows.values()) - initiatives - unexplained
    amounts = [
        total.reference_minor,
        total.flexed_minor - total.reference_minor,
        total.flexed_minor,
        initiatives,
        other,
        unexplained,
        total.actual_minor,
        total.free_minor,
    ]
    cells: list[Cell] = [_linked(amount, href, reading, scale) for amount in amounts]
    noise = 2 * test.noise_minor if test is not None and test.noise_minor is not None else None
    cells.append(_amount(noise, reading, scale))
    cells.append(_amount(test.short_minor if test is not None else None, reading, scale))
    untested = "all lines together" if not line.pl_line else "sum of its parts" if line.is_roll_up else "nothing held"
    state: Cell = untested if test is None else html.Span(state_of_test(test).label, title=test.reason)
    return [name, *cells, state]


def line_address(line: LedgerLine, reading: Reading) -> str:
    """Return the page of a line at its own level."""
    place = {"entity": line.entity, "cost_centre": line.cost_centre}
    return address(ledger_path(line_key(line)), known_on=reading.known_on, **place)


def line_rows(line: LedgerLine, reading: Reading, period: str = "") -> str:
    """Return the P&L rows behind a line at its own level; the whole P&L has no rows of its own."""
    if not line.pl_line:
        return ""
    place = {"entity": line.entity, "cost_centre": line.cost_centre}
    return lineage_ledger_path(line.pl_line, period or None, known_on=reading.known_on, **place)


def periods_card(line: LedgerLine, fiscal_year: str, reading: Reading) -> Component:
    """Return a line by fiscal period: every row from reference to actual, each figure a link to its P&L rows."""
    cells = year_cells(line, fiscal_year)
    scale = ledger_scale([row.amount_minor for cell in cells for row in cell.rows], reading.currency)
    keys: dict[tuple[LedgerComponent, str], None] = {
        (row.component, row.initiative): None for cell in cells for row in cell.rows
    }
    ordered = sorted(keys, key=lambda key: (list(LedgerComponent).index(key[0]), key[1]))
    flexed: list[Cell] = [
        html.Strong("flexed reference"),
        *(_amount(cell.flexed_reference_minor, reading, scale) for cell in cells),
    ]
    rows: list[list[Cell]] = []
    for component, initiative in ordered:
        if not component.is_flex and flexed not in rows:
            rows.append(flexed)
        amounts = [_row_amount(cell, component, initiative) for cell in cells]
        if initiative and not any(amounts):
            continue
        hrefs = [line_rows(line, reading, cell.period) for cell in cells]
        rows.append(
            [
                _component(component, initiative, reading),
                *(_linked(amount, href, reading, scale) for amount, href in zip(amounts, hrefs, strict=True)),
            ]
        )
    columns = [Column("Row"), *(Column(cell.period, is_numeric=True) for cell in cells)]
    references = sorted({cell.reference_scenario for cell in cells if cell.reference_scenario})
    return card(
        data_table(TableData(f"{line_name(line)} by period", columns, rows), name="matrix"),
        title=f"{line_name(line)}, period by period",
        subtitle=f"{unit_header(reading.currency, scale)}, favourable positive; reference: "
        f"{', '.join(references) or 'none posted'}",
        footer=reading.source("P&L rows, line drivers"),
    )


def _row_amount(cell: LedgerCell, component: LedgerComponent, initiative: str) -> int | None:
    found = [row.amount_minor for row in cell.rows if (row.component, row.initiative) == (component, initiative)]
    return sum(found) if found else None


def _component(component: LedgerComponent, initiative: str, reading: Reading) -> Cell:
    if not initiative:
        return html.Strong(component.label) if component is LedgerComponent.ACTUAL else component.label
    name = reading.initiative(initiative)
    return name if component is LedgerComponent.INITIATIVE else html.Span([f"{component.label}, ", name])


def tests_card(line: LedgerLine, reading: Reading) -> Component:
    """Return what the line supports in each fiscal year: entries R, movement M, noise s, short, supported."""
    columns = [
        Column("Year"),
        Column("Periods"),
        *(
            Column(f"{head}, {reading.currency}", is_numeric=True)
            for head in ("R held", "M moved", "2s noise", "Short", "Supported")
        ),
    ]
    rows: list[list[Cell]] = []
    for test in line.tests:
        noise = 2 * test.noise_minor if test.noise_minor is not None else None
        amounts = (test.entries_minor, test.movement_minor, noise, test.short_minor, test.supported_minor)
        shown = [
            format_cell(Money(amount, reading.currency) if amount is not None else None, decimals=2)
            for amount in amounts
        ]
        rows.append(
            [
                test.fiscal_year,
                f"{test.first_period} to {test.last_period}",
                *shown,
                html.Div([state_of_test(test).label, html.Div(test.reason, className="muted")]),
            ]
        )
    columns.append(Column("State"))
    subtitle = (
        "R below 2s is too small to see; otherwise what exceeds M by more than 2s is short, and all "
        "of R where M is not favourable"
    )
    if not rows:
        return card(
            html.P("No initiative is held against this line.", className="muted"), title="No test", subtitle=subtitle
        )
    return card(
        data_table(TableData("Tests of the line", columns, rows), name="wide-table"),
        title="What the line supports, year by year",
        subtitle=subtitle,
        footer=reading.source("ledger"),
    )


def _of(total: Movement, component: LedgerComponent) -> int:
    return sum(amount for (kind, _), amount in total.rows.items() if kind is component)


def _amount(amount_minor: int | None, reading: Reading, scale: Scale) -> str:
    return format_cell(to_major(amount_minor, reading.currency) if amount_minor is not None else None, scale)


def _linked(amount_minor: int | None, href: str, reading: Reading, scale: Scale) -> Cell:
    text = _amount(amount_minor, reading, scale)
    return dcc.Link(text, href=href) if href and amount_minor is not None else text

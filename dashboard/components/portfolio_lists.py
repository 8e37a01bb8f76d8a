"""What stands beside the totals: not measurable yet, not to be told from zero, held by the budget, over-claimed."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.portfolio_reading import OUT_OF_SCOPE, Reading
from dashboard.components.portfolio_words import not_measurable_title, over_claim_text, zero_title
from dashboard.components.states import notice
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import Scale, common_scale, format_cell, format_date, format_money, format_range, unit_header
from dashboard.ids import lineage_line_path
from models.domain.ledger import HeldByBudget, OverClaim, UnsharedRow
from models.domain.money import Money, to_major
from models.domain.valuation import NotMeasurable, ZeroPossible


def not_measurable_card(lines: Sequence[NotMeasurable], reading: Reading) -> Component:
    """Return what is not measurable yet: why, what would help, from when."""
    scale = common_scale([line.case_to_date.major for line in lines])
    rows: list[list[Cell]] = [
        [
            _line_cell(reading, line.initiative, line.line_name),
            html.Div([line.why_not.reason, html.Div(line.why_not.what_would_help, className="muted")]),
            format_date(line.why_not.from_on) if line.why_not.from_on is not None else "no date yet",
            _amount(line.case_to_date.amount_minor, reading, scale),
        ]
        for line in lines
    ]
    columns = [
        Column("Benefit line"),
        Column("Why, and what would help"),
        Column("Measurable after the period from"),
        Column(f"Case to date, {unit_header(reading.currency, scale)}", is_numeric=True),
    ]
    subtitle = "Missing is not zero: these lines count nowhere until they are measured"
    return _listing(
        not_measurable_title(lines, reading.currency),
        subtitle,
        columns,
        rows,
        reading.source("estimates and approved cases"),
    )


def zero_card(lines: Sequence[ZeroPossible], reading: Reading) -> Component:
    """Return the measured lines whose interval spans zero."""
    rows: list[list[Cell]] = [
        [
            _line_cell(reading, line.initiative, line.line_name),
            dcc.Link(
                format_range(line.measured.low, line.measured.point, line.measured.high, reading.currency),
                href=lineage_line_path(line.benefit_line, known_on=reading.known_on),
            ),
        ]
        for line in lines
    ]
    columns = [Column("Benefit line"), Column("Measured, with its interval", is_numeric=True)]
    subtitle = "A filter on significance would bias the total upwards; therefore there is none"
    return _listing(zero_title(lines), subtitle, columns, rows, reading.source("estimates"))


def held_card(held: Sequence[HeldByBudget], reading: Reading) -> Component:
    """Return what the budget already holds: benefits that show no variance against it."""
    scale = common_scale([to_major(row.amount_minor, reading.currency) for row in held])
    rows: list[list[Cell]] = [
        [
            reading.initiative(row.initiative),
            reading.pl_line(row.pl_line),
            f"{row.fiscal_year}, version {row.budget_version}",
            _amount(row.amount_minor, reading, scale),
        ]
        for row in held
    ]
    columns = [
        Column("Initiative"),
        Column("P&L line"),
        Column("Budget"),
        Column(f"Held, {unit_header(reading.currency, scale)}", is_numeric=True),
    ]
    subtitle = "Fiscal year to date; added back to the reference, so that the saving is not lost twice"
    return _listing(
        held_title(held, reading.currency), subtitle, columns, rows, reading.source("approved cases and budget")
    )


def held_title(held: Sequence[HeldByBudget], currency: str) -> str:
    """Return the message of what the budget holds."""
    if not held:
        return "The budget holds none of the benefits"
    total = Money(sum(row.amount_minor for row in held), currency)
    return f"The budget already holds {format_money(total, currency)}, which therefore shows no variance"


def over_claim_notices(
    claims: Sequence[OverClaim], unshared: Sequence[UnsharedRow], reading: Reading
) -> list[Component]:
    """Return a warning per P&L line that carries more entries than it moved."""
    open_rows = {(row.pl_line, row.entity, row.cost_centre, row.fiscal_year) for row in unshared}
    warnings: list[Component] = []
    for claim in claims:
        own = {entry.initiative: Money(entry.amount_minor, reading.currency) for entry in claim.entries}
        names = [
            reading.names.get(key, OUT_OF_SCOPE)
            + (f" ({format_money(own[key], reading.currency)})" if key in own else "")
            for key in claim.initiatives
        ]
        text = over_claim_text(claim, reading.currency, names)
        if (claim.pl_line, claim.entity, claim.cost_centre, claim.fiscal_year) in open_rows:
            text += " What ties out stays one unshared row until a sharing rule is signed."
        words: list[str | Component] = [text]
        if reading.may_open_ledger:
            words += [" See ", reading.pl_line(claim.pl_line), "."]
        title = "Over-claim, possibly counted twice." if claim.is_double_count else "Over-claim."
        warnings.append(notice(html.Span(words), tone="warning", title=title))
    return warnings


def _line_cell(reading: Reading, initiative: str, line: str) -> Component:
    return html.Div([reading.initiative(initiative), html.Div(line, className="muted")])


def _amount(amount_minor: int, reading: Reading, scale: Scale) -> str:
    return format_cell(to_major(amount_minor, reading.currency), scale, 1)


def _listing(
    title: str, subtitle: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], footer: str
) -> Component:
    if not rows:
        return card(None, title=title, subtitle=subtitle, footer=footer)
    name = "listing-wide" if len(columns) > 3 else ""
    return card(data_table(TableData(title, columns, rows), name=name), title=title, subtitle=subtitle, footer=footer)

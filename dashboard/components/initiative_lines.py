"""The benefit lines of an initiative: effect, unit value, money, states; hours; what is claimed beside."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.downloads import button_link
from dashboard.components.evidence import evidence_badge
from dashboard.components.initiative_words import unmeasured_words
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import notice, state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import (
    MISSING,
    format_cell,
    format_exact,
    format_money,
    format_number,
    format_once_in,
    format_quantity_range,
    format_range,
    format_words,
)
from dashboard.ids import hours_path, lineage_claims_path, lineage_line_path
from models.domain.ledger import TieState
from models.domain.money import Money
from models.domain.valuation import ClaimRow, InitiativeValuation, LineStatus, LineValuation, MoneyInterval, WhyNot


def lines_card(lines: Sequence[LineValuation], reading: Reading) -> Component:
    """Return the benefit lines from effect to money to state, each figure a link to its rows."""
    columns = [
        Column("Benefit line"),
        Column("Grade"),
        Column("Effect per unit and period, value per KPI unit"),
        Column(f"Measured, {reading.currency}", is_numeric=True),
        Column(f"Realised cashable, {reading.currency}", is_numeric=True),
        Column(f"Tied out, {reading.currency}", is_numeric=True),
        Column("State in the ledger"),
    ]
    table = TableData("Benefit lines", columns, [_line_row(line, reading) for line in lines])
    zero = sum(1 for line in lines if line.is_zero_possible)
    count = f"{len(lines)} benefit line{'' if len(lines) == 1 else 's'}"
    title = f"{count}, {zero} of which cannot be told from zero" if zero else f"{count} from effect to money"
    return card(
        data_table(table, name="wide-table benefit-lines"),
        title=title,
        subtitle="Effect times exposure times value per KPI unit, posted by fiscal period; select a figure "
        "for its rows",
        footer=reading.source("estimates, unit values, ledger"),
    )


def _line_row(line: LineValuation, reading: Reading) -> list[Cell]:
    href = lineage_line_path(line.benefit_line, known_on=reading.known_on)
    name = html.Div(
        [dcc.Link(line.name, href=href), html.Div(f"{line.benefit_class.label} · {line.kpi_name}", className="muted")]
    )
    effect = line.effect
    words = (
        format_quantity_range(effect.low, effect.point, effect.high, line.unit_of_measure)
        if effect is not None
        else MISSING
    )
    shown = html.Div([words, html.Div(_unit_value(line), className="muted")])
    if line.status is not LineStatus.MEASURED:
        why = line.why_not.reason if line.why_not is not None else format_words(line.status.value)
        return [
            name,
            evidence_badge(line.grade),
            shown,
            MISSING,
            MISSING,
            MISSING,
            f"{format_words(line.status.value)}: {why}",
        ]
    return [
        name,
        evidence_badge(line.grade),
        shown,
        html.Div(
            [
                _amount(line.measured, href),
                *([html.Div("cannot be told from zero", className="muted")] if line.is_zero_possible else []),
            ]
        ),
        _amount(line.realised_cashable, href) if line.has_cash else html.Span("non-cash", className="muted"),
        _amount(line.tied_out, href) if line.has_cash else "-",
        _states(line, reading),
    ]


def _amount(amount: MoneyInterval, href: str) -> Component:
    words = format_range(amount.low, amount.point, amount.high)
    return dcc.Link(words, href=href, title=format_exact(amount.point, amount.currency))


def _unit_value(line: LineValuation) -> str:
    if line.unit_value is None:
        return "no value per KPI unit"
    words = f"at {format_exact(line.unit_value, line.currency)}"
    if line.unit_value_low is not None and line.unit_value_high is not None:
        words += f" ({format_exact(line.unit_value_low)} to {format_exact(line.unit_value_high)})"
    return ", ".join(part for part in (words, line.unit_value_source, line.unit_value_owner) if part)


def _states(line: LineValuation, reading: Reading) -> Cell:
    parts: list[Component] = []
    for entry in line.entries:
        amount = format_money(Money(entry.amount_minor, reading.currency))
        where: list[str | Component] = [f"{entry.fiscal_year} {amount}: {entry.state.label}"]
        if entry.pl_line:
            where += [", ", reading.pl_line(entry.pl_line)]
        if entry.reason and entry.state is not TieState.TIED_OUT:
            where.append(html.Span(f" ({entry.reason})", className="muted"))
        parts.append(html.Div(where))
    return html.Div(parts) if parts else "no entry"


def refusal_state(line: LineValuation, why: WhyNot, *, uploads_href: str) -> Component:
    """Return the designed state of a line without a figure: why, what would help, from when; never a zero."""
    when = f" It can be measured {format_once_in(why.from_on)}." if why.from_on is not None else ""
    return html.Div(
        state(
            format_words(line.status.value).capitalize(),
            f"{why.reason.rstrip('.')}. {why.what_would_help}{when}",
            icon="info",
            action=button_link("Upload an extract", uploads_href) if uploads_href else None,
        ),
        className="not-estimable",
    )


def claims_card(ini: InitiativeValuation, reading: Reading) -> Component:
    """Return what owners and vendors assert (E0), beside what is measured and never in it."""
    footer = reading.source("claims extract, grade E0")
    if not ini.claims:
        return card(
            html.P("Nobody has claimed a figure for this initiative.", className="muted"),
            title="No claims",
            footer=footer,
        )
    claimed, measured = ini.figures.claimed, ini.figures.measured
    found = (
        f"{format_money(measured.point)} is measured"
        if ini.grade is not None
        else f"the effect is {unmeasured_words(ini)}"
    )
    title = f"{format_money(claimed, reading.currency)} is claimed; {found}"
    href = lineage_claims_path(ini.key, known_on=reading.known_on)
    rows: list[list[Cell]] = [_claim_row(claim, reading, href) for claim in ini.claims]
    columns = [Column("Who claims"), Column("What"), Column(f"To date, {reading.currency}", is_numeric=True)]
    subtitle = "Asserted by owners and vendors (E0): beside the total, never in it"
    return card(data_table(TableData("Claims", columns, rows)), title=title, subtitle=subtitle, footer=footer)


def _claim_row(claim: ClaimRow, reading: Reading, href: str) -> list[Cell]:
    return [
        format_words(claim.claimant),
        claim.statement or MISSING,
        dcc.Link(format_cell(Money(claim.amount_minor, reading.currency), decimals=2), href=href),
    ]


def hours_notices(ini: InitiativeValuation, reading: Reading) -> list[Component]:
    """Return, for each line of released capacity, where its hours stand; hours never become cash by themselves."""
    notices: list[Component] = []
    for line in ini.lines:
        if line.hours is None:
            continue
        hours = line.hours
        steps = (
            ("claimed", hours.claimed),
            ("accepted", hours.accepted),
            ("verified", hours.verified),
            ("released", hours.released),
        )
        words = ", ".join(f"{format_number(amount)} h {name}" for name, amount in steps)
        cash = sum(test.evidenced_minor for test in line.cash_tests)
        became = (
            f"{format_money(Money(cash, reading.currency), reading.currency)} of it became cash."
            if cash
            else "No part of it is cash."
        )
        link = dcc.Link("From hours to cash", href=hours_path(ini.key, reading.known_on))
        notices.append(notice(html.Span([f"{line.name}: {words}. {became} ", link]), title="Hours."))
    return notices

"""The chain from hours to cash: the funnel, what was accepted, and what each account evidenced."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.downloads import download_link
from dashboard.components.figure_card import figure_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.figures.funnel import FunnelBar, draw_funnel
from dashboard.format import MISSING, format_cell, format_date, format_money, format_number
from dashboard.ids import export_path, lineage_line_path
from models.domain.benefit_line import HoursLink
from models.domain.money import Money
from models.domain.valuation import LineValuation

LINK_LABELS = {
    "claimed": "Claimed (E0)",
    "accepted": "Accepted",
    "verified": "Verified",
    "released": "Capacity released",
    "moved": "Account that moved",
    "cash": "Cash",
}


def chain_title(line: LineValuation, currency: str) -> str:
    """Return the message: how many hours are claimed and released, and how much of them is cash."""
    if line.hours is None or not line.hours.links:
        return f"{line.name}: no hours are reported"
    claimed, released = format_number(line.hours.claimed), format_number(line.hours.released)
    cash = line.hours.links[-1].amount_minor or 0
    opening = f"{claimed} h are claimed, {released} h released"
    if cash:
        return f"{opening}; {format_money(Money(cash, currency), currency)} of it became cash"
    return f"{opening}; none of it is cash, all of it released capacity"


def funnel_card(line: LineValuation, reading: Reading, *, name: str) -> Component:
    """Return the funnel of a line with its data table; each bar leads to the rows of hours and acceptance."""
    if line.hours is None or not line.hours.links:
        body = empty_state(
            "No hours are reported", "Upload hours by stage to see where they leak on their way to cash."
        )
        return card(body, title=chain_title(line, reading.currency))
    links = [link for link in line.hours.links if link.hours is not None]
    href = lineage_line_path(line.benefit_line, known_on=reading.known_on)
    return figure_card(
        draw_funnel([_bar(link, links[i - 1] if i else None, href) for i, link in enumerate(links)]),
        name=name,
        title=f"{line.name}: {chain_title(line, reading.currency)}",
        subtitle="Hours to date, link by link; outline and in brackets: what leaks before a link; the last two at the "
        "line's unit value. Select a bar for its rows",
        footer=reading.footer("hours, accepted cuts, ledger; claimed hours are E0"),
        table=_links_table(line, reading.currency),
        filters=reading.filters,
    )


def _bar(link: HoursLink, before: HoursLink | None, href: str) -> FunnelBar:
    kept = float(link.hours or 0)
    leaked = float((before.hours or 0) if before is not None else 0) - kept if before is not None else 0.0
    words = f"{format_number(link.hours)} h"
    if leaked > 0:
        words += f" (−{format_number(Decimal(str(round(leaked, 1))))})"
    return FunnelBar(
        LINK_LABELS[link.stage], kept, leaked, words, link.stage == "claimed", f"{words}. {link.leak}", href
    )


def _links_table(line: LineValuation, currency: str) -> TableData:
    columns = [
        Column("Link"),
        Column("Hours", is_numeric=True),
        Column("Leak, hours", is_numeric=True),
        Column(f"At unit value, {currency}", is_numeric=True),
        Column(f"Leak, {currency}", is_numeric=True),
        Column("Why it leaks"),
    ]
    rows: list[list[Cell]] = []
    raw: list[list[str | float | int | None]] = []
    links = line.hours.links if line.hours is not None else ()
    for i, link in enumerate(links):
        leaked_hours, leaked_minor = leaks(links, i)
        leak = " ".join(dict.fromkeys(t.reason for t in line.cash_tests)) if link.stage == "cash" else link.leak
        rows.append(
            [
                LINK_LABELS[link.stage],
                _hours(link.hours),
                _hours(leaked_hours),
                _money(link.amount_minor, currency),
                _money(leaked_minor, currency),
                leak or link.leak or "-",
            ]
        )
        raw.append(
            [
                link.stage,
                _plain(link.hours),
                _plain(leaked_hours),
                _major(link.amount_minor, currency),
                _major(leaked_minor, currency),
                leak or link.leak,
            ]
        )
    return TableData(f"From hours to cash: {line.name}", columns, rows, raw)


def leaks(links: Sequence[HoursLink], place: int) -> tuple[Decimal | None, int | None]:
    """Return what a link keeps less than the one before it, in hours and minor units; None where not known."""
    if place == 0:
        return None, None
    link, before = links[place], links[place - 1]
    hours = None if link.hours is None or before.hours is None else before.hours - link.hours
    minor = None
    if link.amount_minor is not None and before.amount_minor is not None:
        minor = before.amount_minor - link.amount_minor
    return hours, minor


def _hours(hours: Decimal | None) -> str:
    return MISSING if hours is None else format_number(hours)


def _plain(hours: Decimal | None) -> str | None:
    return None if hours is None else str(hours)


def _money(amount_minor: int | None, currency: str) -> str:
    return MISSING if amount_minor is None else format_cell(Money(amount_minor, currency), decimals=2)


def _major(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else str(Money(amount_minor, currency).major)


def tests_card(line: LineValuation, reading: Reading) -> Component:
    """Return what each account evidenced by fiscal year: the smallest of cut, free movement and value."""
    currency = reading.currency
    columns = [
        Column("Fiscal year"),
        Column("Account"),
        Column("Periods", is_numeric=True),
        *(
            Column(f"{head}, {currency}", is_numeric=True)
            for head in ("Value", "Cut accepted", "Moved beyond flex", "Held by others", "Cash")
        ),
        Column("Which limit binds"),
    ]
    rows: list[list[Cell]] = [
        [
            test.fiscal_year,
            _place(reading, test.pl_line, test.entity, test.cost_centre),
            str(test.n_periods),
            _money(test.value_minor, currency),
            _money(test.accepted_minor, currency),
            _money(test.movement_minor, currency),
            _money(test.held_by_others_minor if test.movement_minor is not None else None, currency),
            _money(test.evidenced_minor, currency),
            test.reason,
        ]
        for test in line.cash_tests
    ]
    title = "Cash is the smallest of what was accepted, what the account moved, and what the line is worth"
    if not rows:
        body = empty_state(
            "No account is linked to a cut",
            "Have the holder of the budget accept the cut and upload it as budget_cuts; until then none of it is cash.",
        )
        return card(body, title=f"{line.name}: no budget-holder has accepted a cut")
    return card(
        data_table(TableData("What became cash", columns, rows), name="wide-table"),
        title=title,
        subtitle="Fiscal year to date over periods with a closed ledger; movement left to others is taken off first",
        footer=reading.source("accepted cuts, ledger, measured value"),
        name="cash-tests",
    )


def _place(reading: Reading, pl_line: str, entity: str, cost_centre: str) -> Cell:
    where = ", ".join(part for part in (entity, cost_centre) if part)
    name = reading.pl_line(pl_line)
    return html.Span([name, f" ({where})"]) if where else name


def cuts_card(line: LineValuation, reading: Reading, *, initiative: str) -> Component:
    """Return the accepted cuts, each with who accepted it and the document."""
    currency = reading.currency
    total = sum(cut.amount_minor for cut in line.cuts)
    if not line.cuts:
        body = empty_state("No cut was accepted", "The holder of the budget accepts a cut as a row of budget_cuts.")
        return card(body, title=f"{line.name}: no cut was accepted")
    href = lineage_line_path(line.benefit_line, known_on=reading.known_on)
    rows: list[list[Cell]] = [
        [
            cut.period,
            _place(reading, cut.pl_line, cut.entity, cut.cost_centre),
            dcc.Link(_money(cut.amount_minor, currency), href=href),
            cut.accepted_by,
            format_date(cut.accepted_on),
            cut.source_reference,
        ]
        for cut in line.cuts
    ]
    columns = [
        Column("Period"),
        Column("Account"),
        Column(f"Cut, {currency}", is_numeric=True),
        Column("Accepted by"),
        Column("On"),
        Column("Document"),
    ]
    return card(
        data_table(TableData("Accepted cuts", columns, rows), name="wide-table"),
        title=f"{format_money(Money(total, currency), currency)} of cuts were accepted by the holders of the budgets",
        subtitle=f"{line.name}: by fiscal period to as-of; select an amount for its row in the file",
        actions=[download_link("CSV", export_path("hours", known_on=reading.known_on, initiative=initiative))],
        footer=reading.source("budget cuts"),
        name="cuts",
    )

"""The cards of the spend page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card, kpi_tile, tile_row
from dashboard.components.downloads import download_link
from dashboard.components.figure_card import figure_card
from dashboard.components.spend_words import (
    exact_minor,
    invoice_state,
    invoices_title,
    spend_footer,
    unclaimed_title,
)
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.figures.shares import Bar, draw_bars
from dashboard.figures.spend import draw_spend, spend_by_period
from dashboard.format import (
    Scale,
    count_words,
    format_cell,
    format_count,
    format_date,
    format_exact,
    format_money,
    format_percent,
    format_tile,
    format_words,
)
from dashboard.ids import export_path, initiative_path, lineage_costs_path
from models.domain.money import Money, to_major
from models.domain.spend import InvoiceAgreement, SpendCell, SpendState, SpendView

#: Rows of a list on the page; its download holds them all.
LISTED = 60
Raw = list[list[str | float | int | None]]


def spend_tiles(view: SpendView) -> Component:
    """Return what was spent, by what becomes of it."""
    total = Money(sum(view.total_of(state).amount_minor for state in SpendState), view.currency)
    agreed = [invoice for invoice in view.invoices if invoice.difference_minor == 0]
    tiles = [
        kpi_tile(
            "Effective cost in files",
            format_tile(total, view.currency),
            exact=format_exact(total, view.currency),
            notes=[f"{count_words(sum(cell.n_charges for cell in view.cells), 'charge')} by month"],
            is_main=True,
        )
    ]
    notes = {
        SpendState.COUNTED: "in invested and run cost",
        SpendState.UNCLAIMED: count_words(len(view.unclaimed), "workload"),
        SpendState.BOOKED: "a cost row names its invoice",
        SpendState.LATER: f"after {view.as_of_period}",
        SpendState.UNTRANSLATED: "left out",
    }
    for state in SpendState:
        amount = view.total_of(state)
        if amount.amount_minor or state in {SpendState.COUNTED, SpendState.UNCLAIMED}:
            shown = format_tile(amount, view.currency)
            exact = format_exact(amount, view.currency)
            tiles.append(kpi_tile(state.label.capitalize(), shown, exact=exact, notes=[notes[state]]))
    tiles.append(
        kpi_tile(
            "Invoices agreed",
            f"{format_count(len(agreed))} of {format_count(len(view.invoices))}",
            notes=["billed cost against invoice"],
        )
    )
    return tile_row(tiles)


def initiatives_card(view: SpendView, cells: Sequence[SpendCell], known_on: date | None) -> Component:
    """Return spend by initiative, what nobody registered last."""
    names = dict(view.initiative_names)
    totals: dict[str, int] = defaultdict(int)
    for cell in cells:
        totals[cell.initiative] += cell.amount_minor or 0
    whole = sum(totals.values())
    ranked = sorted(totals.items(), key=lambda item: (item[0] == "", -item[1], item[0]))
    bars = [
        Bar(
            names.get(key, key) if key else "Nobody registered it",
            float(to_major(amount, view.currency)),
            f"{format_money(Money(amount, view.currency))} · {format_percent(amount / whole if whole else None)}",
            hover=f"{names.get(key, key) or 'Nobody'}: {format_exact(Money(amount, view.currency), view.currency)}",
            href=lineage_costs_path(key, known_on=known_on) if key else "",
        )
        for key, amount in ranked
    ]
    rows: list[list[Cell]] = [
        [
            dcc.Link(names.get(key, key), href=initiative_path(key, known_on)) if key else "Nobody registered it",
            format_cell(Money(amount, view.currency), Scale.ONE, 2),
        ]
        for key, amount in ranked
    ]
    raw: Raw = [[key, str(to_major(amount, view.currency))] for key, amount in ranked]
    largest = next((names.get(key, key) for key, _ in ranked if key), "")
    nobody = "Nobody has registered what is shown"
    if not any(cell.initiative for cell in view.cells):
        nobody = "No charge belongs to an initiative yet"
    title = f"{largest} spends most by its providers' files" if largest else nobody
    return figure_card(
        draw_bars(bars),
        name="spend-initiatives",
        title=title,
        subtitle=f"Effective cost by initiative, {view.currency}",
        footer=spend_footer(view, "cost and usage files (FOCUS)"),
        table=TableData(
            "Effective cost by initiative",
            [Column("Initiative"), Column(view.currency, is_numeric=True)],
            rows,
            raw,
        ),
    )


def months_card(view: SpendView, cells: Sequence[SpendCell]) -> Component:
    """Return spend by fiscal period and category."""
    table = spend_by_period(cells)
    periods = list(next(iter(table.values()), {}))
    majors = [[to_major(amounts[period], view.currency) for amounts in table.values()] for period in periods]
    rows: list[list[Cell]] = [
        [period, *(format_cell(major, Scale.ONE, 2) for major in row)]
        for period, row in zip(periods, majors, strict=True)
    ]
    raw: Raw = [[period, *(str(major) for major in row)] for period, row in zip(periods, majors, strict=True)]
    named = view.as_of_period if view.as_of_period in periods else periods[-1]
    last = Money(sum(amounts[named] for amounts in table.values()), view.currency)
    heads = [Column(f"{format_words(name)}, {view.currency}", is_numeric=True) for name in table]
    return figure_card(
        draw_spend(cells, view.currency),
        name="spend-months",
        title=f"{named} cost {format_money(last, view.currency)}",
        subtitle=f"Effective cost by fiscal period and category, {view.currency}; charges are spread over their days",
        footer=spend_footer(view, "cost and usage files (FOCUS)"),
        table=TableData("Effective cost by period", [Column("Period"), *heads], rows, raw),
    )


def providers_card(view: SpendView, cells: Sequence[SpendCell], export: str) -> Component:
    """Return spend by provider and category."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for cell in cells:
        totals[cell.provider, cell.category] += cell.amount_minor or 0
    rows: list[list[Cell]] = [
        [provider, format_words(category), format_cell(Money(amount, view.currency), Scale.ONE, 2)]
        for (provider, category), amount in sorted(totals.items())
    ]
    heads = [Column("Provider"), Column("Category"), Column(f"Effective cost, {view.currency}", is_numeric=True)]
    whole = Money(sum(totals.values()), view.currency)
    return card(
        data_table(TableData("Effective cost by provider and category", heads, rows)),
        title=f"{count_words(len({provider for provider, _ in totals}), 'provider')}, "
        f"{format_money(whole, view.currency)} in all",
        subtitle="What the P&L bears: purchases spread over their use",
        actions=[download_link("CSV", export)],
        footer=spend_footer(view, "cost and usage files (FOCUS)"),
    )


def invoices_card(view: SpendView, known_on: date | None) -> Component:
    """Return every invoice with its charges: differing ones first, then those that have not come."""
    order = {None: 1, 0: 2}
    ranked = sorted(
        view.invoices,
        key=lambda i: (0 if i.came_in else order.get(i.difference_minor, 0), i.provider, i.invoice),
    )
    heads = [
        Column("Invoice"),
        Column("Provider"),
        Column("Charges", is_numeric=True),
        Column("Billed cost", is_numeric=True),
        Column("Invoice total", is_numeric=True),
        Column("Difference", is_numeric=True),
        Column("Currency"),
        Column("State"),
    ]
    rows = [_invoice_row(invoice) for invoice in ranked[:LISTED]]
    body = (
        data_table(TableData("Invoices against charges", heads, rows), name="wide-table")
        if rows
        else empty_state("No charge names an invoice", "FOCUS 1.2 has a column InvoiceId; earlier files x_InvoiceId.")
    )
    return card(
        body,
        title=invoices_title(view.invoices),
        subtitle="Sum of BilledCost of its charges against the total of the invoices extract",
        actions=[download_link("CSV", export_path("spend-invoices", known_on=known_on))] if rows else [],
        footer=f"{count_words(len(ranked) - LISTED, 'more invoice')} in the CSV" if len(ranked) > LISTED else None,
    )


def _invoice_row(invoice: InvoiceAgreement) -> list[Cell]:
    difference = exact_minor(invoice.difference_minor, invoice.currency)
    return [
        invoice.invoice,
        invoice.provider,
        format_count(invoice.n_charges),
        format_exact(Money(invoice.billed_minor, invoice.currency)),
        format_exact(exact_minor(invoice.total_minor, invoice.currency)),
        format_exact(difference),
        invoice.currency,
        invoice_state(invoice),
    ]


def unclaimed_card(view: SpendView, known_on: date | None, claim: Component | None) -> Component:
    """Return what nobody registered, the largest first, and the form that claims it."""
    if not view.unclaimed:
        body: list[Component] = [
            empty_state("Every charge belongs to an initiative", "New workloads without one will stand here.")
        ]
        return card(body, title=unclaimed_title(view))
    heads = [
        Column("Service"),
        Column("Provider"),
        Column("Sub-account"),
        Column("Tags"),
        Column("First"),
        Column("Last"),
        Column("Charges", is_numeric=True),
        Column(f"Effective cost, {view.currency}", is_numeric=True),
    ]
    rows: list[list[Cell]] = [
        [
            group.service,
            group.provider,
            group.sub_account or "none",
            group.tags or "none",
            format_date(group.first_on),
            format_date(group.last_on),
            format_count(group.n_charges),
            format_cell(exact_minor(group.amount_minor, view.currency), Scale.ONE, 2),
        ]
        for group in view.unclaimed[:LISTED]
    ]
    body = [data_table(TableData("Spend that nobody registered", heads, rows), name="wide-table")]
    parts = [*body, *([claim] if claim is not None else [])]
    return card(
        html.Div(parts, className="stack"),
        title=unclaimed_title(view),
        subtitle="By provider, service, sub-account and tags; in no figure of any initiative until it is claimed",
        actions=[download_link("CSV", export_path("spend-unclaimed", known_on=known_on))],
        name="unclaimed",
    )


def counted_filters(view: SpendView, filters: Mapping[str, str]) -> list[SpendCell]:
    """Return the cells that pass the filters of the address; `nobody` chooses what has no initiative."""
    wanted = filters.get("initiative", "")
    return [
        cell
        for cell in view.cells
        if (not wanted or cell.initiative == ("" if wanted == "nobody" else wanted))
        and filters.get("provider", "") in {"", cell.provider}
        and filters.get("category", "") in {"", cell.category}
    ]

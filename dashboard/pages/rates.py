"""The same money at budget, actual or constant exchange rates, beside the native amounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, page_head, stack
from dashboard.components.downloads import download_link
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.states import notice
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import MISSING, format_cell, format_date, format_money, format_words
from dashboard.ids import OVERLAPS, RATES, address, export_path, initiative_path
from dashboard.page import Export, ExportTable, Page
from models.domain.joint import JOINT_PREFIX
from models.domain.money import Money
from models.domain.people import Permission, Person
from models.domain.rate_view import NativeRow, RateBasis, RateView
from models.queries.rate_views import rate_view
from models.store.unit_of_work import read

_FIGURES = ("realised", "cashable", "invested")
_LABELS = {"realised": "Realised", "cashable": "Realised cashable", "invested": "Invested"}
COLUMNS = (
    "initiative",
    "name",
    "figure",
    "native_currency",
    "native_amount",
    "currency",
    *(basis.value for basis in RateBasis),
    "policy_rate_set",
    "as_of",
    "as_known_on",
)


def draw_rates(rates: str = "", **filters: str) -> Component:
    """Return the page for the person who asks; `rates` in the address is the basis to hold against the policy's."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        view = rate_view(session, person, known_on=known_on)
    chosen = RateBasis(rates) if rates in set(RateBasis) else RateBasis.CONSTANT
    return nothing_valued(person) if view is None else render_rates(view, chosen, known_on=known_on)


def render_rates(view: RateView, chosen: RateBasis, *, known_on: date | None) -> Component:
    """Return the page: totals at every basis, then native amounts by initiative at the chosen one."""
    context = view.context
    footer = (
        f"Source: postings, cost actuals, exchange rates · as of {format_date(context.as_of)} · published in "
        f"{context.currency} at {format_words(context.rate_set)} rates"
    )
    export = download_link("CSV", export_path("rates", known_on=known_on))
    notes: list[Component] = [notice(reason, tone="warning") for reason in view.missing]
    return stack(
        page_head(
            rates_title(view, chosen),
            "Native amounts by fiscal period, translated at each set of rates; constant: the rate of the as-of period "
            "for all. Points only: limits do not move with the rates",
            actions=[export],
        ),
        *notes,
        card(
            data_table(_totals(view)),
            title=f"{context.currency} at four sets of rates, {format_words(context.rate_set)} is published",
            subtitle="To as-of; before platforms are shared out and periods are trued up",
            footer=footer,
            name="rates",
        ),
        card(
            [_choice(chosen, known_on), data_table(_rows(view, chosen, known_on), name="wide-table")],
            title=f"By initiative in its own currency, and at {chosen.label} rates",
            subtitle=f"Native amounts in the currency that they were posted in; the last columns in {context.currency}",
            footer=footer,
            name="native",
        ),
    )


def rates_title(view: RateView, chosen: RateBasis) -> str:
    """Return what the chosen rates would change of realised cashable and of invested."""
    published = RateBasis(view.context.rate_set)
    here, there = view.total_at(published), view.total_at(chosen)
    if None in {here.cashable, there.cashable, here.invested, there.invested}:
        return f"At {chosen.label} rates some amounts have no rate: the totals are n/a"
    if chosen is published:
        return f"All figures are published at {chosen.label} rates"
    moved = [
        f"{label} by {_difference(getattr(there, name), getattr(here, name))}"
        for name, label in (("cashable", "realised cashable"), ("invested", "invested"))
        if getattr(there, name) != getattr(here, name)
    ]
    if not moved:
        return f"{chosen.label.capitalize()} rates would move nothing: all amounts are in {view.context.currency}"
    return f"{chosen.label.capitalize()} rates would move {' and '.join(moved)}"


def _difference(one: Money, other: Money) -> str:
    return format_money(one - other, one.currency, is_plus_shown=True)


def _totals(view: RateView) -> TableData:
    published = view.context.rate_set
    heads = [
        Column("To date"),
        *(
            Column(f"{basis.label.capitalize()}{' (published)' if basis.value == published else ''}", is_numeric=True)
            for basis in RateBasis
        ),
    ]
    rows: list[list[Cell]] = [
        [_LABELS[name], *(_cell(getattr(view.total_at(basis), name)) for basis in RateBasis)] for name in _FIGURES
    ]
    return TableData(f"Totals in {view.context.currency} by set of rates", heads, rows)


def _cell(amount: Money | None) -> str:
    return MISSING if amount is None else format_cell(amount, decimals=2)


def _choice(chosen: RateBasis, known_on: date | None) -> Component:
    links = [
        dcc.Link(
            basis.label.capitalize(),
            href=_address(basis, known_on),
            className="pill pill-strong" if basis is chosen else "pill",
        )
        for basis in RateBasis
    ]
    return html.Nav(links, className="marks", **attributes({"aria-label": "Set of rates"}))


def _address(basis: RateBasis, known_on: date | None) -> str:
    return address(RATES, known_on=known_on, rates=basis.value)


def _rows(view: RateView, chosen: RateBasis, known_on: date | None) -> TableData:
    reporting = view.context.currency
    heads = [
        Column("Initiative"),
        Column("Currency"),
        *(Column(f"{_LABELS[name]}, native", is_numeric=True) for name in _FIGURES),
        *(Column(f"{_LABELS[name]}, {reporting}", is_numeric=True) for name in _FIGURES),
    ]
    rows: list[list[Cell]] = [
        [
            _bearer(row, known_on),
            row.realised.currency or reporting,
            *(_cell(getattr(row, name)) for name in _FIGURES),
            *(_cell(getattr(row.amounts_at(chosen), name)) for name in _FIGURES),
        ]
        for row in view.rows
    ]
    return TableData(f"Native amounts, and in {reporting} at {chosen.label} rates", heads, rows)


def _bearer(row: NativeRow, known_on: date | None) -> Cell:
    """Return what leads to an initiative, or to the overlaps where several share an effect."""
    if row.initiative.startswith(JOINT_PREFIX):
        return dcc.Link(row.name, href=address(OVERLAPS, known_on=known_on))
    return dcc.Link(row.name, href=initiative_path(row.initiative, known_on))


def export_rates(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every initiative and currency with its native amounts and all sets of rates, in the person's scope."""
    with read(current_store()) as session:
        view = rate_view(session, person, known_on=known_on_of(query))
    if view is None:
        return ExportTable("tieout-rates", COLUMNS, [])
    context = view.context
    rows: list[list[object]] = []
    for row in view.rows:
        for name in _FIGURES:
            native: Money = getattr(row, name)
            at = [getattr(row.amounts_at(basis), name) for basis in RateBasis]
            amounts = [None if amount is None else amount.major for amount in at]
            rows.append(
                [
                    row.initiative,
                    row.name,
                    name,
                    native.currency,
                    native.major,
                    context.currency,
                    *amounts,
                    context.rate_set,
                    context.as_of,
                    context.as_known_on,
                ]
            )
    return ExportTable(f"tieout-rates-{context.as_of.isoformat()}", COLUMNS, rows)


PAGE = Page(
    RATES,
    "Exchange rates",
    Permission.VIEW_PORTFOLIO,
    draw_rates,
    navigation="Rates",
    group="Books",
    icon="exchange",
    exports=(Export("rates", Permission.VIEW_PORTFOLIO, export_rates),),
)

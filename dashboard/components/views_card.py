"""EBITDA, EBIT and cash side by side: the same benefits and costs, seen at different times."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboard.components.cards import card, columns
from dashboard.components.downloads import download_link
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import format_cell, format_money
from dashboard.ids import export_path
from models.domain.money import Money
from models.domain.views import CASH_BASIS, View, ViewCell, ViewTotals, total_views

#: Export columns of one fiscal period.
VIEW_COLUMNS = (
    "initiative",
    "period",
    "is_forecast",
    "realised_cashable",
    "expensed",
    "ebitda",
    "amortisation_and_impairment",
    "ebit",
    "paid",
    "working_capital_release",
    "cash",
    "capitalised",
    "currency",
    "cash_basis",
)


def views_card(cells: Sequence[ViewCell], reading: Reading, *, initiative: str = "") -> Component:
    """Return the card: to date and to the horizon, what leads from one view to the next."""
    if not cells:
        body = empty_state("Nothing to view yet", "Costs and realised benefits appear here once they are posted.")
        return card(body, title="EBITDA, EBIT and cash: nothing is posted")
    currency = reading.currency
    to_date = total_views(cells, currency, is_to_date=True)
    whole = total_views(cells, currency, is_to_date=False)
    export = export_path("views", known_on=reading.known_on, initiative=initiative)
    return card(
        columns(
            data_table(_table("To date", cells, to_date, currency, is_to_date=True)),
            data_table(_table("To the horizon, with forecast", cells, whole, currency, is_to_date=False)),
        ),
        title=views_title(to_date),
        subtitle=f"Realised cashable less cost, {currency}: EBITDA by accrual, EBIT after amortisation and impairment "
        "of capitalised cost from in-service, cash when it is paid. Realised, invested, net and ROI are accrual with "
        "build at spend; NPV, IRR and payback are cash",
        actions=[download_link("CSV", export)],
        footer=f"{reading.source('postings, cost actuals, commitments')} · {CASH_BASIS}",
        name="views",
    )


def views_title(totals: ViewTotals) -> str:
    """Return the message: the three totals to date, and what sets the farthest apart."""
    words = ", ".join(f"{view.label} {format_money(totals.amount_of(view))}" for view in View)
    book = totals.book_value.amount_minor
    reasons = [f"{format_money(totals.book_value)} of capitalised build is not yet amortised"] if book > 0 else []
    if totals.release.amount_minor:
        reasons.append(f"cash holds {format_money(totals.release)} of working capital released once")
    return "; ".join([f"To date {words}", *reasons])


def _table(
    caption: str, cells: Sequence[ViewCell], totals: ViewTotals, currency: str, *, is_to_date: bool
) -> TableData:
    counted = [cell for cell in cells if not (is_to_date and cell.is_forecast)]
    benefit = sum(cell.benefit_minor for cell in counted)
    received = sum(cell.benefit_cash_minor for cell in counted)
    opex, paid = sum(cell.opex_minor for cell in counted), sum(cell.paid_minor for cell in counted)
    amortised, released = totals.amortisation.amount_minor, totals.release.amount_minor
    rows: list[tuple[str, tuple[int | None, int | None, int | None]]] = [
        ("Realised cashable", (benefit, benefit, received)),
        ("Cost expensed by accrual", (-opex, -opex, None)),
        ("Amortisation and impairment", (None, -amortised, None)),
        ("Cost paid, capitalised build whole", (None, None, -paid)),
        ("Working capital released, once", (None, None, released)),
        ("Result", (totals.ebitda.amount_minor, totals.ebit.amount_minor, totals.cash.amount_minor)),
    ]
    heads = [Column(caption), *(Column(f"{_head(view)}, {currency}", is_numeric=True) for view in View)]
    shown: list[list[Cell]] = [[label, *(_amount(amount, currency) for amount in amounts)] for label, amounts in rows]
    return TableData(caption, heads, shown)


def _head(view: View) -> str:
    return view.label.capitalize() if view is View.CASH else view.label


def _amount(amount_minor: int | None, currency: str) -> str:
    return "" if amount_minor is None else format_cell(Money(amount_minor, currency))


def view_rows(initiative: str, cells: Sequence[ViewCell], currency: str) -> list[list[object]]:
    """Return the export rows of an initiative, all digits."""

    def major(amount_minor: int) -> object:
        return Money(amount_minor, currency).major

    return [
        [
            initiative,
            cell.period,
            cell.is_forecast,
            major(cell.benefit_minor),
            major(cell.opex_minor),
            major(cell.amount_of(View.EBITDA)),
            major(cell.amortisation_minor),
            major(cell.amount_of(View.EBIT)),
            major(cell.paid_minor),
            major(cell.release_minor),
            major(cell.amount_of(View.CASH)),
            major(cell.capitalised_minor),
            currency,
            CASH_BASIS,
        ]
        for cell in cells
    ]

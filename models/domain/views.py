"""Three views of the same money: EBITDA, EBIT and cash, by fiscal period.

They say when an amount is seen, not whether it is true. Amounts are minor units of the publication's currency, realised
cashable to as-of and its forecast after it; costs are positive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain.money import Money

#: What every cash view says: benefits have no cash date of their own.
CASH_BASIS = "benefits count in cash by accrual: no extract dates their cash"


class View(StrEnum):
    """Which view a total is in."""

    EBITDA = "ebitda"
    EBIT = "ebit"
    CASH = "cash"

    @property
    def label(self) -> str:
        """EBITDA, EBIT, cash."""
        return self.value if self is View.CASH else self.value.upper()


@dataclass(frozen=True, slots=True)
class ViewCell:
    """One fiscal period in all three views.

    `benefit_minor` is accrued, `benefit_cash_minor` the same when it is cash; `opex_minor` is what is expensed by
    accrual, `amortisation_minor` capitalised cost by amortisation from in-service with its impairment, `paid_minor` all
    cost when it is paid, `capitalised_minor` what entered the balance sheet, `release_minor` a change in working
    capital.
    """

    start_on: date
    end_on: date
    period: str
    is_forecast: bool
    benefit_minor: int = 0
    benefit_cash_minor: int = 0
    opex_minor: int = 0
    amortisation_minor: int = 0
    capitalised_minor: int = 0
    paid_minor: int = 0
    release_minor: int = 0

    def amount_of(self, view: View) -> int:
        """Return the period's result in a view."""
        if view is View.CASH:
            return self.benefit_cash_minor + self.release_minor - self.paid_minor
        before_amortisation = self.benefit_minor - self.opex_minor
        return before_amortisation if view is View.EBITDA else before_amortisation - self.amortisation_minor


@dataclass(frozen=True, slots=True)
class ViewTotals:
    """The three views over a span of periods, and what leads from one to another.

    `cash` - `ebit` = `release` - `book_value` + `timing`, exactly: timing is what is accrued and not yet paid or
    received (negative: paid ahead). Over the whole life timing is 0.
    """

    ebitda: Money
    ebit: Money
    cash: Money
    amortisation: Money
    release: Money
    book_value: Money
    timing: Money
    n_periods: int

    def amount_of(self, view: View) -> Money:
        """Return the total of a view."""
        return {View.EBITDA: self.ebitda, View.EBIT: self.ebit, View.CASH: self.cash}[view]


_AMOUNTS = (
    "benefit_minor",
    "benefit_cash_minor",
    "opex_minor",
    "amortisation_minor",
    "capitalised_minor",
    "paid_minor",
    "release_minor",
)


def add_views(parts: Iterable[tuple[ViewCell, ...]]) -> tuple[ViewCell, ...]:
    """Return the views of several initiatives together, by fiscal period in order."""
    found: dict[date, ViewCell] = {}
    for cells in parts:
        for cell in cells:
            known = found.get(cell.start_on)
            found[cell.start_on] = cell if known is None else _add(known, cell)
    return tuple(found[start] for start in sorted(found))


def _add(one: ViewCell, other: ViewCell) -> ViewCell:
    amounts = {name: getattr(one, name) + getattr(other, name) for name in _AMOUNTS}
    return ViewCell(one.start_on, one.end_on, one.period, one.is_forecast, **amounts)


def total_views(cells: Iterable[ViewCell], currency: str, *, is_to_date: bool) -> ViewTotals:
    """Return the totals of the views to as-of, or over all periods to the horizon."""
    counted = [cell for cell in cells if not (is_to_date and cell.is_forecast)]
    ebitda, ebit, cash = (sum(cell.amount_of(view) for cell in counted) for view in View)
    amortisation = sum(cell.amortisation_minor for cell in counted)
    release = sum(cell.release_minor for cell in counted)
    book_value = sum(cell.capitalised_minor for cell in counted) - amortisation
    return ViewTotals(
        ebitda=Money(ebitda, currency),
        ebit=Money(ebit, currency),
        cash=Money(cash, currency),
        amortisation=Money(amortisation, currency),
        release=Money(release, currency),
        book_value=Money(book_value, currency),
        timing=Money(cash - ebit - release + book_value, currency),
        n_periods=len(counted),
    )

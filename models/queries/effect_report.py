"""Parts of reports: effects by span, EBITDA, EBIT and cash, and the chain from hours to cash, as plain documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.domain.figures import Figures
from models.domain.horizon import FullYearEffect, SpannedEffect
from models.domain.money import to_major
from models.domain.valuation import LineValuation
from models.domain.views import CASH_BASIS, View, ViewCell, total_views

Document = dict[str, Any]


def effects_document(figures: Figures) -> Document:
    """Return in-year and full-year effects, each with its span; the run-rate stands beside them and none add up."""
    return {
        "in_year": _effect(figures.in_year, span=figures.in_year.fiscal_year if figures.in_year else None),
        "full_year": _effect(figures.full_year, span=_basis(figures.full_year)),
    }


def _basis(effect: FullYearEffect | None) -> str | None:
    return None if effect is None else effect.basis


def _effect(effect: SpannedEffect | None, *, span: str | None) -> Document | None:
    if effect is None:
        return None
    interval = effect.interval
    return {
        "span": span,
        "low": None if interval is None else str(interval.low),
        "point": str(effect.amount.major),
        "high": None if interval is None else str(interval.high),
    }


def views_document(cells: Sequence[ViewCell], currency: str) -> Document:
    """Return the three views to date, to the horizon and by fiscal period."""

    def major(amount_minor: int) -> str:
        return str(to_major(amount_minor, currency))

    return {
        "cash_basis": CASH_BASIS,
        "to_date": _view_totals(cells, currency, is_to_date=True),
        "to_horizon": _view_totals(cells, currency, is_to_date=False),
        "periods": [
            {
                "period": cell.period,
                "is_forecast": cell.is_forecast,
                **{view.value: major(cell.amount_of(view)) for view in View},
                "realised_cashable": major(cell.benefit_minor),
                "expensed": major(cell.opex_minor),
                "amortisation": major(cell.amortisation_minor),
                "paid": major(cell.paid_minor),
                "working_capital_release": major(cell.release_minor),
            }
            for cell in cells
        ],
    }


def _view_totals(cells: Sequence[ViewCell], currency: str, *, is_to_date: bool) -> Document:
    totals = total_views(cells, currency, is_to_date=is_to_date)
    return {
        **{view.value: str(totals.amount_of(view).major) for view in View},
        "working_capital_release": str(totals.release.major),
        "unamortised_book_value": str(totals.book_value.major),
        "accrued_not_paid": str(totals.timing.major),
    }


def hours_document(line: LineValuation) -> Document:
    """Return the chain from hours to cash of a line, its accepted cuts and what each account evidenced."""
    currency = line.measured.currency

    def major(amount_minor: int | None) -> str | None:
        return None if amount_minor is None else str(to_major(amount_minor, currency))

    return {
        "hours_to_cash": [
            {
                "link": link.stage,
                "hours": None if link.hours is None else str(link.hours),
                "amount": major(link.amount_minor),
                "leak": link.leak,
            }
            for link in (line.hours.links if line.hours is not None else ())
        ],
        "cash_tests": [
            {
                "fiscal_year": test.fiscal_year,
                "pl_line": test.pl_line,
                "entity": test.entity,
                "cost_centre": test.cost_centre,
                "value": major(test.value_minor),
                "accepted": major(test.accepted_minor),
                "movement": major(test.movement_minor),
                "cash": major(test.evidenced_minor),
                "reason": test.reason,
            }
            for test in line.cash_tests
        ],
        "accepted_cuts": [
            {
                "period": cut.period,
                "pl_line": cut.pl_line,
                "amount": major(cut.amount_minor),
                "accepted_by": cut.accepted_by,
                "accepted_on": cut.accepted_on.isoformat(),
                "source_reference": cut.source_reference,
            }
            for cut in line.cuts
        ],
    }

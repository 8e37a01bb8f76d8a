"""Budget rates of the sample company, and amounts in the currency of an entity."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from models.domain.calendar import add_months
from sample_data.company import AS_OF, BUDGET_RATES, CURRENCY_OF, QUOTED_PER_EUR
from sample_data.series import random_stream

FX_FIRST_YEAR, FX_LAST_YEAR = 2024, 2026
_CENT = Decimal("0.01")


def fiscal_label(month: date) -> str:
    """Return FY26-P09 of the first day of a month (the fiscal year is the calendar year)."""
    return f"FY{month.year % 100:02d}-P{month.month:02d}"


def eur_per_unit(currency: str, year: int) -> Decimal:
    """Return the budget rate in EUR per unit of a currency; years before the first budget use the first."""
    if currency == "EUR":
        return Decimal(1)
    rate = BUDGET_RATES[currency][max(year, FX_FIRST_YEAR)]
    return 1 / rate if currency in QUOTED_PER_EUR else rate


def to_native(amount_eur: float, entity: str, year: int, step: Decimal = _CENT) -> Decimal:
    """Return an EUR amount in an entity's currency at the budget rate of a fiscal year, rounded to `step`."""
    exact = Decimal(repr(float(amount_eur))) / eur_per_unit(CURRENCY_OF[entity], year)
    return (exact / step).to_integral_value(rounding=ROUND_HALF_EVEN) * step


def rate_rows(seed: int) -> list[dict[str, str]]:
    """Return the FX rates: budget for every period, actual average and closing up to the last day counted."""
    rows: list[dict[str, str]] = []
    for currency, by_year in BUDGET_RATES.items():
        generator = random_stream(seed, f"fx:{currency}")
        direction = "currency_per_base" if currency in QUOTED_PER_EUR else "base_per_currency"
        drift = 0.0
        month = date(FX_FIRST_YEAR, 1, 1)
        while month.year <= FX_LAST_YEAR:
            budget = by_year[month.year]
            steps = generator.standard_normal(2)
            drift = 0.9 * drift + 0.006 * float(steps[0])
            rates = {"budget": f"{budget:.4f}"}
            if month <= AS_OF:
                rates["actual_average"] = f"{float(budget) * (1.0 + drift):.4f}"
                rates["actual_closing"] = f"{float(budget) * (1.0 + drift + 0.004 * float(steps[1])):.4f}"
            rows.extend(
                {
                    "currency": currency,
                    "base": "EUR",
                    "period": fiscal_label(month),
                    "rate_set": rate_set,
                    "rate": rate,
                    "direction": direction,
                }
                for rate_set, rate in rates.items()
            )
            month = add_months(month, 1)
    return rows

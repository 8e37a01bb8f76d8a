"""The smallest effect that a KPI would show, in money a year: for planning, never posted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from models.domain.benefit_line import WhyNot
from models.domain.errors import MissingRateError
from models.domain.follow_up import DetectableEffect
from models.domain.measure import Behaviour, BenefitClass
from models.domain.money import currency_exponent
from models.domain.policy import RateSet
from models.domain.visibility import VisibleBenefit
from models.value.bridge_factors import kpi_periods_per_year
from models.value.exchange import ExchangeRates
from models.value.facts import CaseFacts, LineFacts, UnitValue
from models.value.monetise import exact_number, refuse_class

_PERIODS_A_YEAR = 12


def comes_once(line: LineFacts) -> bool:
    """Whether an effect of the line is a change in level that comes once: a stock, or working capital."""
    return line.kpi.behaviour is Behaviour.STOCK or line.benefit_class is BenefitClass.WORKING_CAPITAL


def year_worth(
    line: LineFacts, volume: float, *, rates: ExchangeRates, rate_set: RateSet, start_on: date
) -> Fraction | WhyNot:
    """Return what an effect of 1 per unit of volume is worth in a year, in minor units of the reporting currency.

    effect x volume of a KPI period x KPI periods a year x unit value, as a valuation multiplies them, at the unit value
    and the rate in force; a change in level counts once, with a year's charge for financing it.

    Parameters
    ----------
    volume
        Of all treated units in a KPI period: their number, count, denominator or driver.
    start_on
        First day of the fiscal period whose unit value and rate hold; before the first unit value, that one.

    Returns
    -------
    Fraction or WhyNot
        `no_money_class`, `no_unmet_demand`, `no_volume`, `no_unit_value` or `missing_rate`.
    """
    if (refusal := refuse_class(line)) is not None:
        return refusal
    if not volume > 0.0:
        return WhyNot(
            "no_volume",
            "No volume was observed on the units that go live.",
            "Upload the count, the denominator or the driver KPI of these units.",
        )
    value = _value_in_force(line, start_on)
    if value is None or value.value is None:
        return WhyNot(
            "no_unit_value",
            f"No unit value is in force on {start_on}.",
            "Give the line a unit value with its currency, source and owner.",
        )
    try:
        rate = rates.latest_rate(value.currency, start_on, rate_set)
    except MissingRateError as error:
        return WhyNot("missing_rate", f"{error}.", "Upload the exchange rate of that period and rate set.")
    per_unit = Fraction(value.value) * rate * Fraction(10) ** currency_exponent(rates.reporting_currency)
    times = 1 + Fraction(line.financing_rate or 0) if comes_once(line) else kpi_periods_per_year(line.kpi.frequency)
    return exact_number(volume) * times * per_unit


def visible_benefits(
    detectable: Sequence[DetectableEffect], line: LineFacts, worth: Fraction | None
) -> tuple[VisibleBenefit, ...]:
    """Return detectable effects with their money; `worth` is that of an effect of 1 in a year, None where none."""
    share = None if comes_once(line) else 1 / kpi_periods_per_year(line.kpi.frequency)
    found = []
    for one in detectable:
        year = None if worth is None or one.smallest_effect is None else exact_number(one.smallest_effect) * worth
        found.append(
            VisibleBenefit(
                n_periods=one.n_periods,
                period=one.period,
                smallest_effect=one.smallest_effect,
                year_minor=None if year is None else round(year),
                to_date_minor=None if year is None or share is None else round(year * share * one.n_periods),
            )
        )
    return tuple(found)


def case_year(case: CaseFacts | None, line: LineFacts) -> int | None:
    """Return what a case promises of a line in its largest twelve periods in a row, in minor units.

    What it expects to lose is negative, and the largest by its size. A change that comes once counts whole.
    None without a case, or where it promises nothing of the line.
    """
    if case is None:
        return None
    amounts = [
        cell.amount_minor
        for cell in sorted(case.cells, key=lambda cell: cell.period.start_on)
        if cell.is_benefit and cell.line == line.key and cell.period.last_on <= case.horizon_on
    ]
    if not any(amounts):
        return None
    if comes_once(line) or len(amounts) <= _PERIODS_A_YEAR:
        return sum(amounts)
    years = (sum(amounts[i : i + _PERIODS_A_YEAR]) for i in range(len(amounts) - _PERIODS_A_YEAR + 1))
    return max(years, key=abs)


def expected_effect(case_year_minor: int | None, worth: Fraction | None, line: LineFacts) -> float | None:
    """Return the effect per unit of volume that makes a year's promise, in the KPI's favourable direction."""
    if not case_year_minor or not worth:
        return None
    return float(line.kpi.better.sign * Fraction(case_year_minor) / worth)


def visible_from(benefits: Sequence[VisibleBenefit], effect: float | None) -> date | int | None:
    """Return the first horizon by which an effect would be found, None if by none."""
    if not effect:
        return None
    sizes = ((one.period, one.smallest_effect) for one in benefits)
    return next((period for period, size in sizes if size is not None and size <= abs(effect)), None)


def _value_in_force(line: LineFacts, day: date) -> UnitValue | None:
    stated = [value for value in line.values if value.value is not None and value.currency]
    held = [value for value in stated if value.valid_from_on <= day]
    return held[-1] if held else next(iter(stated), None)

"""Exchange rates by named set; a missing one is an error that callers surface as a reason, never 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from models.domain.errors import MissingRateError
from models.domain.money import currency_exponent
from models.domain.policy import RateSet

RateKey = tuple[str, date, RateSet]


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """Rates into one currency.

    `rates` maps (currency, first day of the fiscal period, rate set) to units of `reporting_currency` per unit of
    currency.
    """

    reporting_currency: str
    rates: Mapping[RateKey, Fraction]

    def rate(self, currency: str, start_on: date, rate_set: RateSet) -> Fraction:
        """Return the rate of a fiscal period.

        Raises
        ------
        MissingRateError
            If the set has no rate for that currency and period.
        """
        if currency == self.reporting_currency:
            return Fraction(1)
        found = self.rates.get((currency, start_on, rate_set))
        if found is None:
            raise MissingRateError(
                f"no {rate_set.value.replace('_', ' ')} rate for {currency} to {self.reporting_currency} "
                f"in the period that starts on {start_on}"
            )
        return found

    def latest_rate(self, currency: str, start_on: date, rate_set: RateSet) -> Fraction:
        """Return the rate of a fiscal period or the last one before it: constant rates for what lies ahead."""
        if currency == self.reporting_currency:
            return Fraction(1)
        known = [day for code, day, name in self.rates if code == currency and name is rate_set and day <= start_on]
        return self.rate(currency, max(known, default=start_on), rate_set)

    def translate(self, amount_minor: int, currency: str, start_on: date, rate_set: RateSet) -> int:
        """Return a posted amount in minor units of the reporting currency, rounded once, half to even."""
        if currency == self.reporting_currency:
            return amount_minor
        return round(amount_minor * self.minor_rate(currency, start_on, rate_set))

    def minor_rate(self, currency: str, start_on: date, rate_set: RateSet) -> Fraction:
        """Return reporting minor units per minor unit of a currency in a fiscal period."""
        digits = currency_exponent(self.reporting_currency) - currency_exponent(currency)
        return self.rate(currency, start_on, rate_set) * Fraction(10) ** digits

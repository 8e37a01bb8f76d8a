"""Exchange rates as known, by fiscal period and rate set, and translation that names what it could not do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from sqlalchemy.orm import Session

from models.domain.errors import MissingRateError
from models.domain.extract import ExtractKind
from models.domain.policy import RateSet
from models.queries.knowledge import facts
from models.value.exchange import ExchangeRates, RateKey


def load_rates(session: Session, seq: int, reporting_currency: str) -> ExchangeRates:
    """Return the rates into the reporting currency; a rate between two others is not chained."""
    frame = facts(session, ExtractKind.FX_RATES, seq)
    rates: dict[RateKey, Fraction] = {}
    columns = ("currency", "base", "start_on", "rate_set", "rate", "direction")
    for currency, base, start_on, rate_set, rate, direction in zip(*(frame[name] for name in columns), strict=True):
        exact = Fraction(str(rate))
        if exact <= 0 or reporting_currency not in {currency, base}:
            continue
        base_per_currency = exact if direction == "base_per_currency" else 1 / exact
        foreign, factor = (currency, base_per_currency) if base == reporting_currency else (base, 1 / base_per_currency)
        rates[str(foreign), start_on, RateSet(rate_set)] = factor
    return ExchangeRates(reporting_currency, rates)


@dataclass(slots=True)
class Translator:
    """Translates posted amounts at one rate set; after as-of at the last known rate (constant rates).

    `untranslated` gathers a sentence for each amount that has no rate: it is left out, never taken at 1.
    """

    rates: ExchangeRates
    rate_set: RateSet
    as_of: date
    untranslated: list[str] = field(default_factory=list)

    def translate(self, amount_minor: int, currency: str, start_on: date, what: str) -> int | None:
        """Return the amount in minor units of the reporting currency; None, with the reason kept, without a rate."""
        at = start_on
        if start_on > self.as_of and (currency, start_on, self.rate_set) not in self.rates.rates:
            at = self._last_known(currency, start_on)
        try:
            return self.rates.translate(amount_minor, currency, at, self.rate_set)
        except MissingRateError as error:
            self.untranslated.append(f"{what} is not counted: {error}.")
            return None

    def _last_known(self, currency: str, start_on: date) -> date:
        known = [
            day
            for code, day, rate_set in self.rates.rates
            if (code, rate_set) == (currency, self.rate_set) and day <= start_on
        ]
        return max(known, default=start_on)

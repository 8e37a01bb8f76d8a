"""Native amounts translated at a chosen basis: each amount once per fiscal period, as it was posted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from models.domain.errors import MissingRateError
from models.domain.policy import RateSet
from models.domain.rate_view import RateBasis
from models.value.exchange import ExchangeRates

NativeAmount = tuple[date, int]  # first day of the fiscal period, minor units


@dataclass(slots=True)
class BasisTranslator:
    """Translates amounts at any basis; `missing` gathers a sentence for each rate that is not posted."""

    rates: ExchangeRates
    policy_set: RateSet
    as_of_start: date
    missing: dict[str, None] = field(default_factory=dict)

    def total(self, amounts: Iterable[NativeAmount], currency: str, basis: RateBasis) -> int | None:
        """Return the sum of amounts in the reporting currency, each rounded once; None where a rate is missing."""
        total = 0
        for start_on, amount_minor in amounts:
            if not amount_minor:
                continue
            translated = self._translate(amount_minor, currency, start_on, basis)
            if translated is None:
                return None
            total += translated
        return total

    def _translate(self, amount_minor: int, currency: str, start_on: date, basis: RateBasis) -> int | None:
        rate_set = basis.rate_set or self.policy_set
        at = start_on if basis.rate_set is not None else self.as_of_start
        try:
            return self.rates.translate(amount_minor, currency, at, rate_set)
        except MissingRateError as error:
            self.missing[f"At {basis.label} rates some amounts are n/a: {error}."] = None
            return None

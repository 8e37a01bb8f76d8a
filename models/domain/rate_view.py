"""The same money at other exchange rates: native amounts as posted, and what each set of rates makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.domain.money import Money
from models.domain.policy import RateSet
from models.domain.valuation import PublicationContext


class RateBasis(StrEnum):
    """Which rates translate: a posted set by fiscal period, or one rate of the as-of period for all of them."""

    BUDGET = "budget"
    ACTUAL_AVERAGE = "actual_average"
    ACTUAL_CLOSING = "actual_closing"
    CONSTANT = "constant"

    @property
    def rate_set(self) -> RateSet | None:
        """The posted set; None for constant rates, which take the policy's."""
        return None if self is RateBasis.CONSTANT else RateSet(self.value)

    @property
    def label(self) -> str:
        """Budget, actual average, actual closing, constant."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class RateAmounts:
    """Realised, realised cashable and invested at one basis; None where a period has no rate."""

    realised: Money | None
    cashable: Money | None
    invested: Money | None


@dataclass(frozen=True, slots=True)
class NativeRow:
    """What an initiative posted in one currency, native, and at each basis in the reporting currency."""

    initiative: str
    name: str
    realised: Money
    cashable: Money
    invested: Money
    at: tuple[tuple[RateBasis, RateAmounts], ...]

    def amounts_at(self, basis: RateBasis) -> RateAmounts:
        """Return the amounts at a basis."""
        return dict(self.at)[basis]


@dataclass(frozen=True, slots=True)
class RateView:
    """All rows in a person's scope with their totals at each basis, and the periods that lack a rate."""

    context: PublicationContext
    rows: tuple[NativeRow, ...]
    totals: tuple[tuple[RateBasis, RateAmounts], ...]
    missing: tuple[str, ...]

    def total_at(self, basis: RateBasis) -> RateAmounts:
        """Return the totals at a basis."""
        return dict(self.totals)[basis]

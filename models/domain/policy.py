"""The organisation's approved, dated finance assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.domain.calendar import CalendarPattern, FiscalCalendar


class Timing(StrEnum):
    """Where in a period its cash flow falls."""

    MID_PERIOD = "mid_period"
    END_OF_PERIOD = "end_of_period"


class DiscountBasis(StrEnum):
    """Whether rate and flows are before or after tax, with or without inflation."""

    PRE_TAX_NOMINAL = "pre_tax_nominal"
    POST_TAX_NOMINAL = "post_tax_nominal"
    PRE_TAX_REAL = "pre_tax_real"
    POST_TAX_REAL = "post_tax_real"

    @property
    def label(self) -> str:
        """pre-tax nominal, ..."""
        return self.value.replace("_tax_", "-tax ")


class RateSet(StrEnum):
    """Which FX rates translate amounts."""

    BUDGET = "budget"
    ACTUAL_AVERAGE = "actual_average"
    ACTUAL_CLOSING = "actual_closing"


class LedgerBasis(StrEnum):
    """Which books the ledger holds entries against; never both."""

    AFTER_ELIMINATIONS = "after_eliminations"
    STAND_ALONE = "stand_alone"

    @property
    def label(self) -> str:
        """After eliminations, stand-alone."""
        return "stand-alone" if self is LedgerBasis.STAND_ALONE else "after eliminations"


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the policy.

    `persistence_rate` is the share of the run-rate that is kept from one year to the next in a forecast, with the low
    and high that are believed (95 %). `auto_post_kinds` are the contracts whose clean extracts post without waiting.
    """

    version: int
    effective_on: date
    reporting_currency: str
    calendar: FiscalCalendar
    horizon_months: int
    discount_rate: Decimal
    discount_basis: DiscountBasis
    timing: Timing
    interval_level: float
    rate_set: RateSet
    persistence_rate: float
    persistence_low: float
    persistence_high: float
    auto_post_kinds: frozenset[str]
    ledger_basis: LedgerBasis = LedgerBasis.AFTER_ELIMINATIONS


#: What holds until a policy is approved: shown as provisional wherever it matters.
INITIAL_POLICY = Policy(
    version=0,
    effective_on=date(2000, 1, 1),
    reporting_currency="EUR",
    calendar=FiscalCalendar(start_month=1, pattern=CalendarPattern.MONTHLY, is_named_by_end=True),
    horizon_months=36,
    discount_rate=Decimal("0.08"),
    discount_basis=DiscountBasis.PRE_TAX_NOMINAL,
    timing=Timing.MID_PERIOD,
    interval_level=0.95,
    rate_set=RateSet.BUDGET,
    persistence_rate=0.9,
    persistence_low=0.7,
    persistence_high=1.0,
    auto_post_kinds=frozenset(),
)

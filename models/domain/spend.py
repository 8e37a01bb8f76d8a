"""Spend on AI from providers' cost and usage files: charges, who they belong to, invoices, and what an outcome costs.

`effective` is what the P&L bears and `billed` what the invoice charges (FOCUS: EffectiveCost, BilledCost), exact
decimals of the charge's currency; `*_minor` are integer minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.domain.calendar import Period
from models.domain.figures import MoneyInterval
from models.domain.interval import Interval
from models.domain.money import Money
from models.domain.valuation import PublicationContext

#: Categories of cost whose price a provider of AI sets: what a price shock moves.
PRICED_CATEGORIES = frozenset({"software_and_inference", "cloud"})


class MatchBy(StrEnum):
    """What of a charge a mapping compares, the most specific first."""

    RESOURCE = "resource"
    TAG = "tag"
    SUB_ACCOUNT = "sub_account"
    SERVICE = "service"


class SpendState(StrEnum):
    """What becomes of a charge in the figures."""

    COUNTED = "counted"
    UNCLAIMED = "unclaimed"
    BOOKED = "booked"  # a cost row names its invoice and counts in its place
    LATER = "later"  # its period ends after as-of
    UNTRANSLATED = "untranslated"  # no exchange rate

    @property
    def label(self) -> str:
        """What to call it on screen."""
        return {
            SpendState.COUNTED: "counted in an initiative",
            SpendState.UNCLAIMED: "to be claimed",
            SpendState.BOOKED: "booked as cost",
            SpendState.LATER: "after the last closed period",
            SpendState.UNTRANSLATED: "no exchange rate",
        }[self]


@dataclass(frozen=True, slots=True)
class ChargeMarks:
    """What of a charge tells whose it is; `tags` are pairs of name and value, by name."""

    initiative: str
    resource: str
    sub_account: str
    service: str
    tags: tuple[tuple[str, str], ...]
    start_on: date


@dataclass(frozen=True, slots=True)
class SpendMapping:
    """Charges with that mark belong to an initiative, from a day until another (exclusive)."""

    match_by: MatchBy
    match_name: str
    match_value: str
    from_on: date
    to_on: date | None
    initiative: str
    nature: str
    pl_line: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """Whose a charge is, whether it builds or runs, and by which rule; `pl_line` and `cost_centre` where given."""

    initiative: str
    nature: str
    rule: str
    pl_line: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge; its period is [start_on, end_on)."""

    provider: str
    charge: str
    marks: ChargeMarks
    end_on: date
    service_category: str
    invoice: str
    is_correction: bool
    currency: str
    billed: Decimal
    effective: Decimal


@dataclass(frozen=True, slots=True)
class SpendCell:
    """Effective cost of one initiative (empty: none), provider, category, nature, state and fiscal period.

    Rounded once, in `currency`; `amount_minor` is its translation to the reporting currency, None without a rate.
    """

    initiative: str
    provider: str
    category: str
    nature: str
    state: SpendState
    period: Period
    label: str
    native_minor: int
    currency: str
    amount_minor: int | None
    n_charges: int
    pl_line: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceAgreement:
    """An invoice with the charges that name it, of all providers: `total_minor` is None where it has not come.

    `came_in` are the currencies in which it came where none of them is that of the charges.
    """

    provider: str
    invoice: str
    currency: str
    billed_minor: int
    total_minor: int | None
    n_charges: int
    is_booked: bool
    came_in: tuple[str, ...] = ()

    @property
    def difference_minor(self) -> int | None:
        """Billed cost less the invoice's total; 0 where they agree, None where one of them is missing."""
        return None if self.total_minor is None else self.billed_minor - self.total_minor


@dataclass(frozen=True, slots=True)
class UnclaimedSpend:
    """Charges of no initiative that have one provider, service, sub-account and tags in common.

    `ways` are the marks by which they can be claimed, the most specific first: (what, name, value).
    """

    provider: str
    service: str
    sub_account: str
    tags: str
    first_on: date
    last_on: date
    n_charges: int
    native_minor: int
    currency: str
    amount_minor: int | None
    ways: tuple[tuple[MatchBy, str, str], ...]


@dataclass(frozen=True, slots=True)
class SpendView:
    """The page of AI spend, to as-of; cells sum to the total of every state."""

    as_of: date
    as_of_period: str
    as_known_on: date
    currency: str
    rate_set: str
    cells: tuple[SpendCell, ...]
    invoices: tuple[InvoiceAgreement, ...]
    unclaimed: tuple[UnclaimedSpend, ...]
    initiative_names: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]

    def total_of(self, state: SpendState) -> Money:
        """Return what is in a state, in the reporting currency."""
        cells = [cell.amount_minor for cell in self.cells if cell.state is state]
        return Money(sum(amount for amount in cells if amount is not None), self.currency)


@dataclass(frozen=True, slots=True)
class OutcomeEconomics:
    """What one outcome costs and leaves, over the periods in production that are measured.

    Amounts per outcome are major units of the reporting currency. `value` is None without money, and with it what
    rests on it. `run_cost` and `cashable` are the amounts that are divided by `volume`.
    """

    name: str
    unit: str
    volume: Decimal
    cost_per_outcome: Decimal
    value_per_outcome: Interval | None
    margin_per_outcome: Interval | None
    break_even_volume: Interval | None
    reason: str = ""
    run_cost: Money | None = None
    cashable: Money | None = None


@dataclass(frozen=True, slots=True)
class PriceExposure:
    """How the future depends on the price of AI: go-forward NPV falls by `present_minor` x change of price."""

    npv: MoneyInterval | None
    present_minor: float | None
    run_cost: Money
    priced_run_cost: Money
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UnitEconomics:
    """The page of an initiative's unit economics at a change of price (0.1 = 10 % dearer)."""

    context: PublicationContext
    initiative: str
    name: str
    periods: tuple[str, ...]
    realised_cashable: MoneyInterval | None
    price_change: Decimal
    exposure: PriceExposure
    npv: MoneyInterval | None
    flip_at: float | None
    outcomes: tuple[OutcomeEconomics, ...]
    reasons: tuple[str, ...]

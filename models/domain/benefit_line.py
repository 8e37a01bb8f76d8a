"""A benefit line as it is valued: status, postings by fiscal period, accounts, hours.

`*_minor` are integer minor units of the publication's currency unless a docstring says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.domain.effect import Design, EvidenceGrade
from models.domain.figures import MoneyInterval
from models.domain.interval import Interval
from models.domain.ledger import Entry
from models.domain.measure import BenefitClass
from models.domain.money import Money


class LineStatus(StrEnum):
    """What is known of a benefit line."""

    MEASURED = "measured"
    NOT_ESTIMABLE = "not_estimable"
    NOT_VALUED = "not_valued"  # an effect without money: no volume, unit value, rate; or a class without money
    NOT_ESTIMATED = "not_estimated"  # no estimate has been published yet


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a line has no effect or no money, what would help, and from which day on."""

    rule: str
    reason: str
    what_would_help: str
    from_on: date | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """The stored amount of a benefit line in a fiscal period, rounded once.

    `native_minor` is in the line's own currency; `measured_minor` is its translation; `realised_minor` is the same
    where the initiative was in production in that period, else 0. `case_minor` is what the approved case promised.
    `estimated_minor` is today's estimate where a lock or a true-up makes the posted amount another (None: the same);
    `true_up_minor` is the part of `measured_minor` that corrects locked periods.
    """

    start_on: date
    end_on: date
    period: str
    native_minor: int
    measured_minor: int
    realised_minor: int
    case_minor: int
    estimated_minor: int | None = None
    true_up_minor: int = 0
    evidenced_minor: int = 0  # cash of a class that is not cashable by itself, accepted and seen in the accounts


@dataclass(frozen=True, slots=True)
class HoursLink:
    """One link of the chain from hours to cash, to date.

    `stage` is claimed, accepted, verified, released, moved or cash. `hours` of the last two are their money at the
    line's unit value; either is None where it cannot be told. `leak` says why it is less than the link before.
    """

    stage: str
    hours: Decimal | None
    amount_minor: int | None
    leak: str


@dataclass(frozen=True, slots=True)
class HoursChain:
    """Hours of a released-capacity line to date, by stage; hours never become cash by themselves."""

    claimed: Decimal
    accepted: Decimal
    verified: Decimal
    released: Decimal
    links: tuple[HoursLink, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptedCut:
    """A cut that a budget-holder accepted because of a benefit line, in one fiscal period."""

    pl_line: str
    entity: str
    cost_centre: str
    period: str
    source_reference: str
    accepted_by: str
    accepted_on: date
    amount_minor: int
    name: str = ""  # of the P&L line


@dataclass(frozen=True, slots=True)
class CashTest:
    """How much of a line that is not cashable by itself became cash on one account in a fiscal year.

    Evidenced = min(accepted cuts, what the account moved beyond its flex and others do not hold, value), over closed
    periods. For cost avoidance the movement is left to the ledger's own test: `movement_minor` is None.
    """

    fiscal_year: str
    pl_line: str
    entity: str
    cost_centre: str
    n_periods: int
    value_minor: int
    accepted_minor: int
    movement_minor: int | None
    held_by_others_minor: int
    evidenced_minor: int
    reason: str
    name: str = ""  # of the P&L line


@dataclass(frozen=True, slots=True)
class AccountLink:
    """A P&L line on which a benefit shows, with its signed weight."""

    pl_line: str
    name: str
    entity: str
    cost_centre: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class LineValuation:
    """A benefit line: its effect in short, its money, its grade and states, or why there is none."""

    benefit_line: str
    name: str
    initiative: str
    benefit_class: BenefitClass
    kpi: str
    kpi_name: str
    unit_of_measure: str
    status: LineStatus
    why_not: WhyNot | None
    grade: EvidenceGrade | None
    grade_reason: str
    design: Design | None
    estimate_id: int | None
    effect: Interval | None  # average per treated unit-period, KPI units
    p_value: float | None
    better_sign: int
    unit_value: Decimal | None
    unit_value_low: Decimal | None
    unit_value_high: Decimal | None
    unit_value_source: str
    unit_value_owner: str
    currency: str  # of the unit value
    measured: MoneyInterval
    realised: MoneyInterval
    realised_cashable: MoneyInterval
    tied_out: MoneyInterval
    is_zero_possible: bool  # "cannot be told from zero"
    case_to_date: Money
    last_measured_on: date | None
    run_rate: MoneyInterval | None
    postings: tuple[Posting, ...]
    entries: tuple[Entry, ...]
    accounts: tuple[AccountLink, ...]
    hours: HoursChain | None
    notes: tuple[str, ...]
    cuts: tuple[AcceptedCut, ...] = ()
    cash_tests: tuple[CashTest, ...] = ()

    @property
    def has_cash(self) -> bool:
        """Whether any of it is cashable: by its class, or as far as a cut was accepted and seen."""
        return self.benefit_class.is_cashable or any(test.evidenced_minor for test in self.cash_tests)

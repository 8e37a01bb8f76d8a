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
    """

    start_on: date
    end_on: date
    period: str
    native_minor: int
    measured_minor: int
    realised_minor: int
    case_minor: int


@dataclass(frozen=True, slots=True)
class HoursChain:
    """Hours of a released-capacity line to date, by stage; hours never become cash by themselves."""

    claimed: Decimal
    accepted: Decimal
    verified: Decimal
    released: Decimal


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

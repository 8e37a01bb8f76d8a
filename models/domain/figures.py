"""Figures: amounts with limits, rates of return, payback, and the set that every initiative and portfolio has.

Words as in docs/methods/money.md. `*_minor` are integer minor units of the publication's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain.effect import EvidenceGrade
from models.domain.horizon import FullYearEffect, InYearEffect, RunRateEffect
from models.domain.interval import Interval, MoneyInterval
from models.domain.ledger import TieState
from models.domain.measure import BenefitClass
from models.domain.money import Money

__all__ = [
    "ClaimantShare",
    "ClassShare",
    "Figures",
    "GapBridge",
    "GradeShare",
    "MoneyInterval",
    "Payback",
    "RateOfReturn",
    "RootStatus",
    "TieShare",
]


class RootStatus(StrEnum):
    """Whether a rate of return exists and is the only one."""

    UNIQUE = "unique"
    NOT_UNIQUE = "not_unique"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RateOfReturn:
    """IRR of dated cash flows: `rate` only where unique; `rates` are all that were found; MIRR beside.

    `interval` is None unless 95 % of draws have a unique finite value.
    """

    status: RootStatus
    rate: float | None
    rates: tuple[float, ...]
    mirr: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Payback:
    """Undiscounted, from first spend, when cumulative net cash turns positive and stays so.

    `years` is None where that does not happen by the horizon; `interval_years` is None unless it does in 95 % of draws.
    `probability` is the share of draws in which it happens by the horizon.
    """

    years: float | None
    on: date | None
    probability: float | None
    interval_years: Interval | None


@dataclass(frozen=True, slots=True)
class GapBridge:
    """case_to_date - tied_out = late_recoverable + not_yet_evidenced + short, exactly (cashable classes).

    `late_recoverable` is the step of that name of the benefit bridge: what a late go-live has put off and the case's
    own path, started late, still brings within the horizon (negative where an early one brought it forward); `short`
    is all the rest (negative where more ties out than was promised).
    """

    case_to_date: Money
    tied_out: Money
    late_recoverable: Money
    not_yet_evidenced: Money
    short: Money

    @property
    def gap(self) -> Money:
        """What ties out less than was promised by now."""
        return self.case_to_date - self.tied_out


@dataclass(frozen=True, slots=True)
class GradeShare:
    """Realised money of one grade."""

    grade: EvidenceGrade
    realised: Money


@dataclass(frozen=True, slots=True)
class ClassShare:
    """Realised money of one benefit class."""

    benefit_class: BenefitClass
    realised: Money


@dataclass(frozen=True, slots=True)
class TieShare:
    """Realised money in one tie state."""

    state: TieState
    realised: Money


@dataclass(frozen=True, slots=True)
class ClaimantShare:
    """Claims to date of one kind of claimant (owner, vendor); beside everything, never in it."""

    claimant: str
    claimed: Money


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of an initiative or of a portfolio, all to as-of.

    Each of `by_grade`, `by_class`, `by_tie_state` sums to `realised.point_minor` exactly. Ratios are decimals
    (0.80 = 80 %) and None where their denominator is zero or the reason stands in `reasons`. Everything from
    `run_rate` to `payback` is on realised cashable. `case_to_date`, `case_like_for_like`, `not_yet_evidenced` and
    `case_to_horizon` are the promised benefit of the cashable classes, `case_cost_to_date` the cost that was approved.
    """

    claimed: Money
    claimed_by_claimant: tuple[ClaimantShare, ...]
    measured: MoneyInterval
    realised: MoneyInterval
    realised_cashable: MoneyInterval
    tied_out: MoneyInterval
    invested: Money
    net: MoneyInterval
    case_to_date: Money
    case_like_for_like: Money
    not_yet_evidenced: Money
    case_to_horizon: Money
    case_cost_to_date: Money
    realisation_rate: Interval | None
    realisation_rate_overall: Interval | None
    probability_case_met: float | None
    run_rate: MoneyInterval | None
    forecast: MoneyInterval | None
    forecast_cost: Money
    roi_to_date: Interval | None
    roi_horizon: Interval | None
    benefit_cost_ratio: Interval | None
    npv_since_approval: MoneyInterval | None
    npv_go_forward: MoneyInterval | None
    npv_go_forward_p80: Money | None  # 80 % chance of at least this
    irr: RateOfReturn | None
    payback: Payback
    probability_of_payback: float | None
    by_grade: tuple[GradeShare, ...]
    by_class: tuple[ClassShare, ...]
    by_tie_state: tuple[TieShare, ...]
    gap: GapBridge
    dependent_bound: MoneyInterval  # realised cashable if every source moved together
    reasons: tuple[str, ...]  # what a figure leaves out or why it is n/a
    in_year: InYearEffect | None = None
    full_year: FullYearEffect | None = None
    at_completion: MoneyInterval | None = None  # realised cashable and its forecast to the horizon
    case_cost_to_horizon: Money | None = None

    @property
    def run_rate_effect(self) -> RunRateEffect | None:
        """The run-rate as a type of its own: it adds to no in-year and no full-year effect."""
        if self.run_rate is None:
            return None
        return RunRateEffect(Money(self.run_rate.point_minor, self.run_rate.currency), self.run_rate)

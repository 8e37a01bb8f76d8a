"""What follows an estimate as a later job: refits that inform and never decide the grade.

Each part stands by itself: what the panel does not admit is an empty part with a reason in `FollowUp.notes`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from models.domain.interval import Interval

PeriodKey = date | int


@dataclass(frozen=True, slots=True)
class TimePlacebo:
    """The effect estimated at a date before go-live, on the history alone, where there is none to find."""

    go_live: PeriodKey
    effect: Interval
    p_value: float


@dataclass(frozen=True, slots=True)
class UnitPlacebo:
    """The statistic of one unit treated as if it had gone live; `statistic` is effect over its standard error."""

    unit: str
    effect: float
    statistic: float
    is_treated: bool


@dataclass(frozen=True, slots=True)
class SpacePlacebo:
    """The place of the treated unit among placebos in space.

    `p_value` is its rank among all units, `smallest_p` the smallest that this number of donors can attain.
    """

    units: tuple[UnitPlacebo, ...]
    p_value: float
    smallest_p: float


@dataclass(frozen=True, slots=True)
class LeftOutDonor:
    """The effect without one control unit."""

    unit: str
    effect: Interval


@dataclass(frozen=True, slots=True)
class DonorWeight:
    """The weight of a control unit in a synthetic comparison; weights of a method sum to 1."""

    method: str
    unit: str
    weight: float


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """The effect by another estimator on the same cells; `low` and `high` are None where it has no interval."""

    method: str
    point: float
    low: float | None
    high: float | None
    agrees: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class TrendPower:
    """What the trend check could see (Roth 2022).

    `drift_half` and `drift_most` are the drifts per period that it finds with probability .5 and .8; `bias_half` and
    `bias_most` what each would add to the average effect.
    """

    drift_half: float
    drift_most: float
    bias_half: float
    bias_most: float


@dataclass(frozen=True, slots=True)
class TrendBound:
    """The interval that holds whatever the trend does within a limit (Rambachan and Roth 2023).

    The bounds compare spans of `FollowUp.bound_span` periods. `limit` is what the restriction allows: times the largest
    change between neighbouring spans before go-live for `relative magnitude`; for `smoothness` the change of slope, in
    KPI units per period, from one span to the next.
    """

    restriction: str
    limit: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Look:
    """What was known at one look; limits hold at all looks together, `is_alarm` where they exclude zero."""

    period: PeriodKey
    point: float
    low: float
    high: float
    is_alarm: bool


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The smallest constant effect per treated unit-period found with `power` after so many periods, by simulation.

    None where the rules refuse or no effect of a plausible size would be found.
    """

    n_periods: int
    period: PeriodKey
    smallest_effect: float | None
    power: float
    n_simulations: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """All that followed one estimate.

    `breakdown` is the limit, by restriction, at which the bound reaches zero: 0 where it holds zero without any
    deviation, None where no limit that was tried reaches it. `bound_span` is the number of periods of the spans that
    the bounds compare. `is_in_force` is False where the estimate has been overtaken and what follows the new one is not
    computed yet.
    """

    time_placebos: tuple[TimePlacebo, ...] = ()
    space_placebo: SpacePlacebo | None = None
    left_out_donors: tuple[LeftOutDonor, ...] = ()
    donor_weights: tuple[DonorWeight, ...] = ()
    cross_checks: tuple[CrossCheck, ...] = ()
    trend_power: TrendPower | None = None
    trend_bounds: tuple[TrendBound, ...] = ()
    breakdown: tuple[tuple[str, float | None], ...] = ()
    looks: tuple[Look, ...] = ()
    detectable: tuple[DetectableEffect, ...] = ()
    visible_from: PeriodKey | None = None
    notes: tuple[str, ...] = field(default=())
    bound_span: int = 1
    is_in_force: bool = True

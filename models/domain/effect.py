"""The effect of an initiative on a KPI, or the reason why there is none to be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from models.domain.interval import Interval

Floats = NDArray[np.float64]


class EvidenceGrade(IntEnum):
    """How an effect is known, from asserted (E0) to randomised (E5); given by rule, never typed."""

    E0 = 0
    E1 = 1
    E2 = 2
    E3 = 3
    E4 = 4
    E5 = 5

    @property
    def label(self) -> str:
        """E0 to E5."""
        return self.name


class Design(StrEnum):
    """The designs of the ladder."""

    RANDOMISED = "randomised"
    STAGGERED = "staggered"
    DIFFERENCE = "difference"
    INTERRUPTED_SERIES = "interrupted_series"
    BEFORE_AFTER = "before_after"


class CheckStatus(StrEnum):
    """The outcome of a check."""

    PASS = "pass"
    REVIEW = "review"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found.

    `key` names the check (pre_trend, level_break, ...); `sentence` and `recommendation` are rendered from its cases;
    `statistic` and `p_value` are None where the check has none; `grade_cap` is the highest grade that remains, None if
    the check caps nothing.
    """

    key: str
    title: str
    status: CheckStatus
    sentence: str
    recommendation: str = ""
    statistic: float | None = None
    p_value: float | None = None
    grade_cap: EvidenceGrade | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the panel that the estimate did not use, and why."""

    unit: str | None
    period: date | int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Mixture:
    """A finite mixture of scaled t distributions: the distribution of the average effect.

    Arrays have shape (n_components,). `shape` indexes the rows of `EffectEstimate.shape_paths`.
    """

    weight: Floats
    location: Floats
    scale: Floats
    df: Floats
    shape: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class JointPlace:
    """The place of an effect among those that were fitted together.

    `members` names what was fitted, in order, a group of initiatives that cannot be told apart joined by "+"; `index`
    is this effect's own. `correlation` (n_members, n_members) is that of the average effects. `units` are all treated
    units of the fit: with the KPI they are the key of the random source that the members share.
    """

    members: tuple[str, ...]
    index: int
    correlation: Floats
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventTime:
    """The mean effect `age` periods after go-live, over the `n_units` treated units observed at that age.

    Age 0 is the first treated period. A negative age is a placebo: what the same method finds that many periods before
    go-live, where there is no effect to find.
    """

    age: int
    effect: Interval
    n_units: int


@dataclass(frozen=True, slots=True)
class CohortEffect:
    """The average effect on the units of one go-live date, over `n_periods` periods of theirs."""

    go_live: date | int
    units: tuple[str, ...]
    effect: Interval
    n_periods: int


@dataclass(frozen=True, slots=True)
class EffectEstimate:
    """What an initiative changed, in KPI units, with its distribution.

    Arrays over periods have shape (n_periods,) and run over the observed periods of the treated units: after go-live,
    first to last, in `effect_periods`; over the whole window in `window_periods`. Effects are per treated unit-period
    (per unit of volume where the panel is weighted). `exposure[t]` is the number of treated units (or their volume)
    observed in effect period t: the weights of the average. `unit_exposure` splits it by treated unit, shape
    (n_treated_units, n_periods), zero where a unit is not yet treated or not observed.
    """

    design: Design
    design_reason: str
    is_design_forced: bool
    level: float
    average: Interval
    cumulative: Interval
    p_value: float
    grade: EvidenceGrade
    grade_reason: str
    checks: tuple[CheckResult, ...]
    left_out: tuple[LeftOut, ...]
    mixture: Mixture
    shape_paths: Floats  # (n_shapes, n_periods): effect path of each shape whose exposure-weighted mean is 1
    effect_periods: tuple[date | int, ...]
    exposure: Floats
    treated_units: tuple[str, ...]
    unit_exposure: Floats
    control_units: tuple[str, ...]
    observed: Floats  # (n_periods,) mean of treated units observed, per effect period
    effect_low: Floats  # (n_periods,) limits at `level`
    effect_point: Floats
    effect_high: Floats
    effect_low_80: Floats
    effect_high_80: Floats
    window_periods: tuple[date | int, ...]
    window_observed: Floats  # NaN where missing
    window_counterfactual: Floats  # fitted before go-live, counterfactual after; NaN where missing
    noise_summary: str  # the most probable noise model, in words
    statsmodels_table: str  # statsmodels' GLS summary at that noise model
    seed: int
    notes: tuple[str, ...] = field(default=())
    path_offsets: Floats | None = None  # (n_shapes, n_periods) added to average x shape path; exposure-weighted mean 0
    path_residual: Floats | None = None  # (n_periods, n_factors) independent normal factors beside
    path_noise: Floats | None = None  # (n_periods,) spread of what is independent from period to period
    joint: JointPlace | None = None  # set where the effect was fitted together with others on the same units
    event_study: tuple[EventTime, ...] = ()  # by age, placebos before go-live first; empty where a design has none
    cohorts: tuple[CohortEffect, ...] = ()  # by go-live date, where there are several
    always_valid: Interval | None = None  # limits that hold at every look together, not at this one alone


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """Why the data cannot support an effect, what would help, and from when on.

    `rule` is the stable name of the rule that refused (too_few_before, too_few_after, too_few_in_all, constant_kpi,
    no_overlap, nothing_observed, no_treated_unit, ...). `joint_key` is set by the rule not_separable: the key of the
    joint estimate that stands instead.
    """

    rule: str
    reason: str
    what_would_help: str
    from_period: date | int | None = None
    joint_key: str | None = None

"""What the engine did on simulated initiatives whose true effect is known: the nouns of the validation record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class LevelCoverage:
    """How often the interval of the average effect at a level held the truth."""

    level: float
    covered: int


@dataclass(frozen=True, slots=True)
class CheckFlags:
    """How often a check asked for a review or failed."""

    check: str
    review: int
    fail: int

    @property
    def flagged(self) -> int:
        """Reviews and failures together."""
        return self.review + self.fail


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """What the engine did on the replicates of one family of simulated panels.

    `estimated` of `replicates` were not refused; `refusals` counts rules. `levels` holds the coverage of the average
    effect, first at the level of the study; `covered_cumulative` is that of the cumulative effect there. Widths are
    over that of an oracle's interval that knows the covariance, None where there is no oracle; `bias` is the mean error
    in oracle standard errors, else in half widths. `warned` counts estimates with at least one check on the time
    before go-live not passed. `digest` names the source that made the result; `cpu_ms` is the median of a fit.
    """

    family: str
    group: str
    digest: str
    first_seed: int
    replicates: int
    estimated: int
    levels: tuple[LevelCoverage, ...]
    covered_cumulative: int
    contradictions: int
    bias: float
    width_mean: float | None
    width_median: float | None
    width_se: float | None
    flags: tuple[CheckFlags, ...]
    warned: int
    grades: tuple[tuple[str, int], ...]
    refusals: tuple[tuple[str, int], ...]
    cpu_ms: float

    @property
    def covered(self) -> int:
        """How often the interval of the average effect held the truth, at the level of the study."""
        return self.levels[0].covered

    @property
    def level(self) -> float:
        """The level of the study."""
        return self.levels[0].level

    @property
    def coverage(self) -> float:
        """Share of estimates whose interval held the truth."""
        return self.covered / self.estimated if self.estimated else float("nan")

    def flagged(self, check: str) -> int:
        """Return how often a check did not pass."""
        return sum(flags.flagged for flags in self.flags if flags.check == check)


@dataclass(frozen=True, slots=True)
class PeerResult:
    """What another package's usual method did on the first replicates of a family.

    `failed` counts fits that raised or gave no finite interval; widths are over the oracle's, `width_over_ours` is the
    mean width over the mean width of this engine on the same replicates.
    """

    peer: str
    package: str
    family: str
    first_seed: int
    replicates: int
    failed: int
    covered: int
    width_mean: float | None
    width_over_ours: float | None
    cpu_ms: float
    digest: str

    @property
    def estimated(self) -> int:
        """Replicates with an interval."""
        return self.replicates - self.failed

    @property
    def coverage(self) -> float:
        """Share of intervals that held the truth."""
        return self.covered / self.estimated if self.estimated else float("nan")


@dataclass(frozen=True, slots=True)
class RefusalResult:
    """What the engine did on panels that a rule must refuse, and on panels that just suffice.

    `rule` is empty for panels that have to be estimated.
    """

    case: str
    rule: str
    replicates: int
    as_expected: int


@dataclass(frozen=True, slots=True)
class GuessResult:
    """Usage multiplied by defaults, beside the measured effect, on the same simulated initiatives.

    Ratios are those of the figure to the true hours released. `covered` counts measured intervals that held the truth,
    `measured_within_tenth` and `measured_off_by_half` measured points; `measured_half_width` is over the truth.
    """

    scenario: str
    default_minutes: float
    default_acceptance: float
    replicates: int
    first_seed: int
    within_tenth: int
    off_by_half: int
    off_by_double: int
    ratio_low: float
    ratio_median: float
    ratio_high: float
    covered: int
    measured_within_tenth: int
    measured_off_by_half: int
    measured_half_width: float
    assumptions: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class ValidationRecord:
    """The stored study: which engine, when, and every result."""

    engine_version: int
    made_on: date
    families: tuple[FamilyResult, ...] = ()
    peers: tuple[PeerResult, ...] = ()
    refusals: tuple[RefusalResult, ...] = ()
    guesses: tuple[GuessResult, ...] = ()


class VerdictState(StrEnum):
    """How a bar was met: met; within chance of it; missed beyond chance."""

    MET = "met"
    WITHIN_CHANCE = "within chance"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bar held against one result; `bar` says it in words, `shown` what was found."""

    family: str
    criterion: str
    shown: str
    bar: str
    state: VerdictState

"""Usage multiplied by defaults, beside the measured effect, on the same simulated initiatives.

An assistant is used by a team whose weekly hours of work on one task are known. What it releases is uses x minutes
saved per use x the share of uses that replaced work. A product that multiplies counts the uses exactly and takes the
other two as defaults; the engine sees the hours. ASSUMPTIONS says all that is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from models.causal.estimate import estimate_effect
from models.causal.simulate import autoregressive, period_dates
from models.causal.study import Study
from models.causal.validation.digest import digest_engine
from models.domain.calendar import Frequency
from models.domain.effect import EffectEstimate
from models.domain.errors import NotFoundError
from models.domain.validation import GuessResult

WEEKS, GO_LIVE = 130, 90
HOURS, NOISE_HOURS, PERSISTENCE = 2_000.0, 30.0, 0.5
USES = 2_000.0
MINUTES, MINUTES_SPREAD = 6.0, 0.4
ACCEPTANCE_A, ACCEPTANCE_B = 5.0, 5.0

_SPREAD_FACTOR = np.exp(MINUTES_SPREAD)
ASSUMPTIONS = (
    f"A task takes {HOURS:,.0f} hours a week; weeks differ by about {NOISE_HOURS:.0f}, half of it carried over.",
    f"{GO_LIVE} weeks are observed before go-live, {WEEKS - GO_LIVE} after.",
    f"About {USES:,.0f} uses a week, counted without error.",
    f"Minutes saved per use: {MINUTES:.0f} on average, two initiatives in three within a factor {_SPREAD_FACTOR:.1f}.",
    "Share of uses that replaced work: one half on average, for two initiatives in three between 35 % and 65 %.",
    "No use makes work elsewhere, and the saving begins at once and stays: both favour the guess.",
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a product multiplies the uses by."""

    minutes: float
    acceptance: float


#: The most favourable case for a guess, and one in which both defaults are a quarter too high.
SCENARIOS: dict[str, Defaults] = {
    "defaults right on average": Defaults(MINUTES, 0.5),
    "defaults a quarter too high": Defaults(1.25 * MINUTES, 0.625),
}


@dataclass(frozen=True, slots=True)
class _Initiative:
    hours: float
    uses: float
    is_covered: bool
    point: float
    half_width: float


def run_guess(scenario: str, seeds: Sequence[int]) -> GuessResult:
    """Return how far usage times defaults is from the hours released, and whether measured intervals held them."""
    if scenario not in SCENARIOS:
        raise NotFoundError(f"there is no scenario '{scenario}'")
    defaults = SCENARIOS[scenario]
    initiatives = [_simulate(seed) for seed in seeds]
    hours = np.array([each.hours for each in initiatives])
    guessed = np.array([each.uses for each in initiatives]) * defaults.minutes * defaults.acceptance / 60.0
    ratio = guessed / hours
    measured = np.array([each.point for each in initiatives]) / hours
    low, middle, high = np.quantile(ratio, [0.1, 0.5, 0.9])
    return GuessResult(
        scenario=scenario,
        default_minutes=defaults.minutes,
        default_acceptance=defaults.acceptance,
        replicates=len(seeds),
        first_seed=seeds[0],
        within_tenth=int((np.abs(ratio - 1.0) <= 0.1).sum()),
        off_by_half=int((np.abs(ratio - 1.0) >= 0.5).sum()),
        off_by_double=int((ratio >= 2.0).sum()),
        ratio_low=round(float(low), 3),
        ratio_median=round(float(middle), 3),
        ratio_high=round(float(high), 3),
        covered=sum(each.is_covered for each in initiatives),
        measured_within_tenth=int((np.abs(measured - 1.0) <= 0.1).sum()),
        measured_off_by_half=int((np.abs(measured - 1.0) >= 0.5).sum()),
        measured_half_width=round(float(np.median([each.half_width / each.hours for each in initiatives])), 3),
        assumptions=ASSUMPTIONS,
        digest=digest_engine(),
    )


def _simulate(seed: int) -> _Initiative:
    rng = np.random.default_rng([seed, crc32(b"guess")])
    minutes = MINUTES * float(np.exp(MINUTES_SPREAD * rng.standard_normal() - MINUTES_SPREAD**2 / 2.0))
    acceptance = float(rng.beta(ACCEPTANCE_A, ACCEPTANCE_B))
    uses = rng.poisson(USES, WEEKS - GO_LIVE).astype(np.float64)
    released = uses * minutes * acceptance / 60.0
    scale = NOISE_HOURS * np.sqrt(1.0 - PERSISTENCE**2)
    hours = HOURS + scale * autoregressive(rng, WEEKS, (PERSISTENCE,))
    hours[GO_LIVE:] -= released
    dates = period_dates(WEEKS, Frequency.WEEK)
    frame = pd.DataFrame({"unit": "team", "period": dates, "value": hours})
    estimate = estimate_effect(frame, {"team": dates[GO_LIVE]}, study=Study(frequency=Frequency.WEEK))
    truth = float(released.mean())
    if not isinstance(estimate, EffectEstimate):
        return _Initiative(truth, float(uses.mean()), is_covered=False, point=0.0, half_width=float("inf"))
    is_covered = estimate.average.low <= -truth <= estimate.average.high
    return _Initiative(truth, float(uses.mean()), is_covered, -estimate.average.point, estimate.average.width / 2.0)

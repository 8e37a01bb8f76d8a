"""How an effect may unfold after go-live: a step, ramps and decays, with their priors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.domain.calendar import Frequency
from models.domain.effect import Floats

STEP_PRIOR, RAMP_PRIOR, DECAY_PRIOR = 0.70, 0.22, 0.04
_RAMP_WEEKS = (4, 8, 13, 20, 26, 39, 52)
_RAMPS: dict[Frequency, tuple[int, ...]] = {
    Frequency.DAY: tuple(7 * weeks for weeks in _RAMP_WEEKS),
    Frequency.WEEK: _RAMP_WEEKS,
    Frequency.FOUR_WEEK: (2, 3, 5, 7, 10, 13),
    Frequency.MONTH: (3, 6, 12),
    Frequency.QUARTER: (2, 4),
}
#: Ramps where the calendar does not tell how long one takes (whole numbers for periods, years): parts of the time seen.
_RAMP_PARTS = (0.125, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class ShapeSet:
    """Candidate effect shapes by period since go-live.

    `by_age` has shape (n_shapes, n_ages): the effect in the 1st, 2nd, ... treated period, the step first; `prior`
    sums to 1.
    """

    names: tuple[str, ...]
    by_age: Floats
    prior: Floats


def effect_shapes(n_ages: int, frequency: Frequency | None, *, is_constant: bool = False) -> ShapeSet:
    """Return the shapes for `n_ages` periods after go-live.

    Ramps min(1, k/m) share .22 as m^-1/2; those not completed within the window are one straight line and are merged;
    periods without a calendar, and years, have ramps over an eighth, a quarter, half and all of the periods after
    go-live; decays exp(-(k-1) / tau) with tau a sixth and a third of the periods after go-live.
    """
    k = np.arange(1, n_ages + 1, dtype=np.float64)
    if is_constant:
        return ShapeSet(("step",), np.ones((1, n_ages)), np.ones(1))
    ramps = _ramp_lengths(n_ages, frequency)
    share = RAMP_PRIOR * ramps**-0.5 / (ramps**-0.5).sum()
    names, rows, prior = ["step"], [np.ones(n_ages)], [STEP_PRIOR]
    for m, p in zip(ramps, share, strict=True):
        if m >= n_ages and names[-1].startswith("growth to the end"):
            prior[-1] += p
            continue
        names.append("growth to the end of the window" if m >= n_ages else f"ramp over {m:g} periods")
        rows.append(np.minimum(1.0, k / m))
        prior.append(float(p))
    for part in (6.0, 3.0):
        names.append(f"decay over {n_ages / part:.3g} periods")
        rows.append(np.exp(-(k - 1.0) / (n_ages / part)))
        prior.append(DECAY_PRIOR)
    return ShapeSet(tuple(names), np.stack(rows), np.array(prior))


def _ramp_lengths(n_ages: int, frequency: Frequency | None) -> Floats:
    if frequency in _RAMPS:
        return np.array(_RAMPS[frequency], dtype=np.float64)
    return np.array(sorted({float(max(2, round(part * n_ages))) for part in _RAMP_PARTS}))

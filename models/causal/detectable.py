"""The smallest effect that could be told from zero, and from when on: by simulation through the estimate itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr

from models.causal.estimate import estimate_effect
from models.causal.mixture import mixture_mean
from models.causal.panel import read_panel
from models.causal.prospect import Prospect, build_prospect, draw_prospects, prospect_frame
from models.causal.study import PeriodKey, Study
from models.domain.calendar import Frequency
from models.domain.effect import EffectEstimate, Floats, Mixture, NotEstimable
from models.domain.errors import InvalidInputError
from models.domain.follow_up import DetectableEffect

POWER = 0.8
#: Periods after go-live that are looked at, by frequency of the KPI.
HORIZONS: dict[Frequency | None, tuple[int, ...]] = {
    None: (2, 4, 8, 13, 26, 52),
    Frequency.DAY: (14, 28, 56, 91, 182, 364),
    Frequency.WEEK: (2, 4, 8, 13, 26, 52),
    Frequency.FOUR_WEEK: (2, 4, 7, 13, 26),
    Frequency.MONTH: (2, 3, 6, 12, 24),
    Frequency.QUARTER: (2, 4, 8, 12),
    Frequency.YEAR: (2, 3, 5),
}
_MOST_DRAWS, _FEWEST_DRAWS = 12, 3
#: What draws of a panel may hold together, in cells and in periods: larger panels have steadier noise and fewer draws.
_MOST_CELLS, _MOST_PERIODS = 30_000, 2_400
_IMPLAUSIBLE_SPREADS = 10.0


def detectable_effects(
    panel: pd.DataFrame,
    go_live: Mapping[Any, Any],
    *,
    study: Study | None = None,
    level: float = 0.95,
    expected_effect: float | None = None,
    seed: int = 0,
) -> tuple[tuple[DetectableEffect, ...], PeriodKey | None]:
    """Return the smallest effects that would be found with 80 % power, and from when on the expected one would be.

    The history before the first go-live is carried on (`draw_prospects`), a step is added, and `estimate_effect`
    estimates it, at each of HORIZONS. An estimate moves with an added step as far as the step itself (a test: over
    nearly two standard errors by half of one standard error at most in a single draw, where another shape comes to
    explain it better, and by less than a tenth on average), so that one estimate tells how far its limits lie from
    any effect nearby. The power of an effect d is the mean over draws of Phi((d - reach) /
    spread), its reach the distance from the point to the limit that faces zero, its spread that of the distribution of
    the average. The same draws serve every horizon and every size.

    Claimed 80 %, realised over 120 simulated panels each, after 4 and 26 weeks (3 and 12 months): AR(1) of .5 73 and
    83 %, of .8 80 and 88 %, level noise 76 and 78 %, seasonal months 71 and 82 %, one treated unit of ten 80 and 83 %,
    four of ten 80 and 78 %.

    Parameters
    ----------
    panel, go_live, study, level
        As for `estimate_effect`. The panel may end before go-live; periods after the first go-live are not read.
    expected_effect
        Per treated unit-period; its sign tells which limit faces zero.
    seed
        Of the draws: the same seed gives the same effects.

    Returns
    -------
    effects, visible_from
        One for each horizon; the first period after which the expected effect is no smaller than the smallest found,
        None without an expected effect or if it is not within the longest horizon.

    Raises
    ------
    PanelError
        If the frame is not a KPI panel.
    InvalidInputError
        If `level` is not between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise InvalidInputError(f"a level of {level} is not between 0 and 1")
    facts = study if study is not None else Study()
    read = read_panel(panel, go_live, facts)
    horizons = HORIZONS[read.timeline.frequency]
    prospect = build_prospect(read, horizons[-1])
    if prospect is None or prospect.n_before < 2 or not _moves(prospect):
        return (), None
    n_draws = min(_MOST_CELLS // (len(read.units) * prospect.n_periods), _MOST_PERIODS // prospect.n_periods)
    n_draws = int(np.clip(n_draws, _FEWEST_DRAWS, _MOST_DRAWS))
    draws = draw_prospects(prospect, n_draws, np.random.default_rng(seed))
    sign = -1.0 if expected_effect is not None and expected_effect < 0.0 else 1.0
    largest = _largest_plausible(prospect)
    guess, found = 0.0, []
    for n_after in horizons:
        smallest = _smallest(prospect, draws, n_after, go_live, facts, level, sign, guess)
        guess = smallest or guess
        found.append(
            DetectableEffect(
                n_periods=n_after,
                period=prospect.history.timeline.period_at(prospect.first + n_after - 1),
                smallest_effect=None if smallest is None or smallest > largest else float(f"{smallest:.9e}"),
                power=POWER,
                n_simulations=n_draws,
            )
        )
    return tuple(found), _visible_from(prospect, found, expected_effect)


def _moves(prospect: Prospect) -> bool:
    rows = np.concatenate([prospect.treated, prospect.controls])
    values = prospect.history.values[rows]
    seen = values[np.isfinite(values)]
    return bool(seen.size > 2 and np.ptp(seen) > 1e-12 * np.abs(seen).max())


def _largest_plausible(prospect: Prospect) -> float:
    """Return the larger of the KPI's mean level and ten times its spread on treated units."""
    values = prospect.history.values[prospect.treated]
    seen = values[np.isfinite(values)]
    return max(float(np.abs(seen).mean()), _IMPLAUSIBLE_SPREADS * float(seen.std()))


def _smallest(
    prospect: Prospect,
    draws: Floats,
    n_after: int,
    go_live: Mapping[Any, Any],
    study: Study,
    level: float,
    sign: float,
    guess: float,
) -> float | None:
    """Return the smallest effect after `n_after` periods; `guess` is where the first estimates are made."""
    reach, spread = np.zeros(len(draws)), np.zeros(len(draws))
    for k, values in enumerate(draws):
        frame = prospect_frame(prospect, values, sign * guess, n_after)
        result = estimate_effect(frame, go_live, study=study, level=level)
        if isinstance(result, NotEstimable):
            return None
        reach[k], spread[k] = _reach(result, sign), _spread(result.mixture)
    return smallest_by_power(reach, spread)


def smallest_by_power(reach: Floats, spread: Floats, power: float = POWER) -> float:
    """Return the effect d at which the mean of Phi((d - reach) / spread) is `power`; both of shape (n_draws,)."""
    top = float((reach + 10.0 * spread).max())

    def lack(effect: float) -> float:
        return float(ndtr((effect - reach) / spread).mean()) - power

    return float(brentq(lack, 0.0, top)) if lack(0.0) < 0.0 else 0.0


def _reach(result: EffectEstimate, sign: float) -> float:
    average = result.average
    return average.point - average.low if sign > 0.0 else average.high - average.point


def _spread(mixture: Mixture) -> float:
    weight, mean = mixture.weight / mixture.weight.sum(), mixture_mean(mixture)
    return float(np.sqrt(weight @ (mixture.scale**2 + (mixture.location - mean) ** 2)))


def _visible_from(
    prospect: Prospect, found: Sequence[DetectableEffect], expected_effect: float | None
) -> PeriodKey | None:
    """Return the first period after which the expected effect is visible; between horizons by powers of length."""
    wanted = abs(expected_effect) if expected_effect is not None else 0.0
    at = next(
        (i for i, one in enumerate(found) if one.smallest_effect is not None and one.smallest_effect <= wanted), None
    )
    if at is None or wanted == 0.0:
        return None
    n_after = float(found[at].n_periods)
    before = found[at - 1] if at else None
    if before is not None and before.smallest_effect is not None:
        near, far = before.smallest_effect, found[at].smallest_effect or wanted
        share = np.log(near / wanted) / np.log(near / far) if near > far else 1.0
        n_after = before.n_periods * (n_after / before.n_periods) ** share
    return prospect.history.timeline.period_at(prospect.first + int(np.ceil(n_after - 1e-9)) - 1)

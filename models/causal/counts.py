"""Rate ratios of counts: an interrupted series by quasi-Poisson regression (Bernal, Cummins and Gasparrini 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Rate after go-live over the rate expected without; `dispersion` is Pearson's chi-square over df."""

    ratio: float
    low: float
    high: float
    level: float
    dispersion: float


def quasi_poisson_its(
    counts: Floats, exposure: Floats, is_after: Floats, *, cycle_length: int, n_harmonics: int = 2, level: float = 0.95
) -> RateRatio:
    """Return the rate ratio of a step after go-live, beside a linear trend and harmonics, with log exposure as offset.

    Parameters
    ----------
    counts, exposure, is_after
        Shape (n_periods,), consecutive periods.
    cycle_length
        Periods in a seasonal cycle.
    """
    t = np.arange(1, counts.size + 1, dtype=np.float64)
    waves = [f(2.0 * np.pi * k * t / cycle_length) for k in range(1, n_harmonics + 1) for f in (np.sin, np.cos)]
    x = np.column_stack([np.ones(counts.size), is_after, t, *waves])
    result = GLM(counts, x, family=Poisson(), offset=np.log(exposure)).fit(scale="X2")
    reach = float(ndtri((1.0 + level) / 2.0)) * float(result.bse[1])
    effect = float(result.params[1])
    return RateRatio(
        float(np.exp(effect)), float(np.exp(effect - reach)), float(np.exp(effect + reach)), level, float(result.scale)
    )

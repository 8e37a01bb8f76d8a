"""The distribution of an average effect: a finite mixture of scaled t distributions."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr

from models.domain.effect import EffectEstimate, Floats, Mixture
from models.domain.interval import Interval

_SIGNIFICANT_DIGITS = 10
_SPAN = 60
_NEWTON_STEPS = 60


def mixture_cdf(mixture: Mixture, at: Floats | float) -> Floats:
    """Return the distribution function at points of any shape."""
    points = np.atleast_1d(np.asarray(at, dtype=np.float64))
    scaled = (points[..., None] - mixture.location) / mixture.scale
    cdf = stdtr(mixture.df, scaled) @ mixture.weight / mixture.weight.sum()
    return np.asarray(cdf, dtype=np.float64)


def mixture_quantile(mixture: Mixture, probability: Floats | float) -> Floats:
    """Return quantiles, shape of `probability` (at least one-dimensional), by bracketing and bisection.

    Each limit is exact to the last bits of the arithmetic, so that it agrees with the p-value from the same mixture.
    """
    wanted = np.atleast_1d(np.asarray(probability, dtype=np.float64))
    low = np.full(wanted.shape, float(np.min(mixture.location - _SPAN * mixture.scale)))
    high = np.full(wanted.shape, float(np.max(mixture.location + _SPAN * mixture.scale)))
    while np.any(mixture_cdf(mixture, low) > wanted):
        low = low - (high - low)
    while np.any(mixture_cdf(mixture, high) < wanted):
        high = high + (high - low)
    for _ in range(_NEWTON_STEPS):
        middle = (low + high) / 2.0
        is_below = mixture_cdf(mixture, middle) < wanted
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2.0, dtype=np.float64)


def mixture_mean(mixture: Mixture) -> float:
    """Return the weighted mean of the locations: the point estimate."""
    return float(mixture.weight @ mixture.location / mixture.weight.sum())


def two_sided_p(mixture: Mixture) -> float:
    """Return 2 min(F(0), 1 - F(0))."""
    below = float(mixture_cdf(mixture, 0.0)[0])
    return 2.0 * min(below, 1.0 - below)


def mixture_interval(mixture: Mixture, level: float) -> Interval:
    """Return the point with its equal-tailed limits at `level`."""
    tail = (1.0 - level) / 2.0
    low, high = mixture_quantile(mixture, np.array([tail, 1.0 - tail]))
    return Interval(round_significant(low), round_significant(mixture_mean(mixture)), round_significant(high), level)


def interval(estimate: EffectEstimate, level: float) -> Interval:
    """Return the interval of the average effect at another level (bands show 80 and 95)."""
    return mixture_interval(estimate.mixture, level)


def round_significant(value: float) -> float:
    """Return a float rounded to 10 significant digits, as results are stored."""
    return float(f"{value:.{_SIGNIFICANT_DIGITS - 1}e}")


def round_array(values: Floats) -> Floats:
    """Return an array rounded to 10 significant digits."""
    flat = [round_significant(value) for value in np.asarray(values, dtype=np.float64).ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(np.shape(values))

"""The distribution of an average effect: a finite mixture of scaled t distributions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import stdtr

from models.causal.student import student_parts
from models.domain.effect import EffectEstimate, Floats, Mixture
from models.domain.interval import Interval

_SIGNIFICANT_DIGITS = 10
_SPAN = 60
_MOST_STEPS = 200
_STILL = 1e-13
_EXACT_POWER = 22


def mixture_cdf(mixture: Mixture, at: Floats | float) -> Floats:
    """Return the distribution function at points of any shape."""
    points = np.atleast_1d(np.asarray(at, dtype=np.float64))
    scaled = (points[..., None] - mixture.location) / mixture.scale
    cdf = stdtr(mixture.df, scaled) @ mixture.weight / mixture.weight.sum()
    return np.asarray(cdf, dtype=np.float64)


def mixture_parts(mixture: Mixture, at: Floats) -> tuple[Floats, Floats]:
    """Return distribution function and density at points of any shape from tables, to 1e-12."""
    total = mixture.weight.sum()
    cdf, density = np.zeros(at.shape), np.zeros(at.shape)
    for df in np.unique(mixture.df):
        own = mixture.df == df
        scale, weight = mixture.scale[own], mixture.weight[own] / total
        below, slope = student_parts((at[..., None] - mixture.location[own]) / scale, float(df))
        cdf += below @ weight
        density += slope @ (weight / scale)
    return cdf, density


def mixture_quantile(mixture: Mixture, probability: Floats | float) -> Floats:
    """Return quantiles, shape of `probability` (at least one-dimensional), by Newton steps within a bracket.

    The steps read tables; the last one is of the exact distribution function, so that each limit agrees with the
    p-value from the same mixture to the last digits, and lies on the side of zero that the p-value says.
    """
    wanted = np.atleast_1d(np.asarray(probability, dtype=np.float64))
    low = np.full(wanted.shape, float(np.min(mixture.location - _SPAN * mixture.scale)))
    high = np.full(wanted.shape, float(np.max(mixture.location + _SPAN * mixture.scale)))
    while np.any(mixture_cdf(mixture, low) > wanted):
        low = low - (high - low)
    while np.any(mixture_cdf(mixture, high) < wanted):
        high = high + (high - low)
    is_positive = float(mixture_cdf(mixture, 0.0)[0]) < wanted
    low, high = np.where(is_positive, np.maximum(low, 0.0), low), np.where(is_positive, high, np.minimum(high, 0.0))
    found = newton_within(lambda at: mixture_parts(mixture, at), wanted, low, high)
    slope = mixture_parts(mixture, found)[1]
    step = np.where(slope > 0.0, (mixture_cdf(mixture, found) - wanted) / np.where(slope > 0.0, slope, 1.0), 0.0)
    return np.asarray(np.clip(found - step, low, high), dtype=np.float64)


def newton_within(
    parts: Callable[[Floats], tuple[Floats, Floats]], wanted: Floats, low: Floats, high: Floats
) -> Floats:
    """Return where increasing functions reach wanted values, by Newton steps that a bracket holds, bisecting else.

    Parameters
    ----------
    parts
        Value and slope of the functions at points of the shape of `low`.
    wanted
        Values that broadcast to that shape.
    low, high
        Ends of the bracket.
    """
    at = (low + high) / 2.0
    was_wide = high - low
    for _ in range(_MOST_STEPS):
        value, slope = parts(at)
        over = value - wanted
        low, high = np.where(over < 0.0, at, low), np.where(over < 0.0, high, at)
        width = high - low
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = at - over / slope
        is_still = (np.abs(step - at) <= _STILL * np.maximum(np.abs(step), np.abs(at))) | (over == 0.0)
        # Newton from far out overshoots; a bracket that has not halved in a round is bisected in the next.
        is_good = (step > low) & (step < high) & ((width < 0.5 * was_wide) | (np.abs(step - at) < 0.25 * width))
        middle = (low + high) / 2.0
        is_still |= (middle == low) | (middle == high)
        at = np.where(is_still, at, np.where(is_good, step, middle))
        was_wide = width
        if np.all(is_still):
            break
    return np.asarray(at, dtype=np.float64)


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
    """Return an array rounded to 10 significant digits: the same floats that `round_significant` gives.

    Scaled by a power of ten that a float holds exactly, a value is rounded once and scaled back once, which is the
    float nearest to the decimal; what lies within 1e-4 of a tie, or beyond such powers, goes by its text.
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    size = np.abs(flat)
    is_plain = (size > 1e-12) & (size < 1e30)
    power = np.zeros(flat.shape)
    power[is_plain] = _SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(size[is_plain]))
    ten = 10.0 ** np.abs(power)
    finite = np.where(np.isfinite(flat), flat, 0.0)
    scaled = np.where(power >= 0.0, finite * ten, finite / ten)
    whole = np.rint(scaled)
    digits = np.abs(whole)
    is_plain &= (np.abs(power) <= _EXACT_POWER) & (digits >= 1e9) & (digits <= 1e10)
    is_plain &= np.abs(np.abs(scaled - whole) - 0.5) > 1e-4
    out = np.where(power >= 0.0, whole / ten, whole * ten)
    rest = np.flatnonzero(~is_plain & (flat != 0.0))
    out[rest] = [round_significant(value) for value in flat[rest].tolist()]
    return out.reshape(np.shape(values))

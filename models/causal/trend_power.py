"""What the trend check could have seen, and what goes unseen does to the effect (Roth 2022)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from models.causal.comparison_series import ComparisonSeries, gls
from models.causal.refit import FittedCase, most_refits, part_of_panel, refit
from models.domain.effect import CheckStatus, Floats, NotEstimable
from models.domain.follow_up import TrendPower

_CHECK = "pre_trend"
_FIRST_STEP, _DOUBLINGS, _HALVINGS = 2.0, 4, 6
_REFITS_A_SIGN = 9
_MOST = 0.8
_NO_CHECK = "Power of the trend check: this design has no such check."
_UNMOVED = "Power of the trend check: no drift of a plausible size would be found."
_OTHERWISE = "Power of the trend check: the history is flagged whatever drift is taken off it."


def trend_power(case: FittedCase, series: ComparisonSeries) -> tuple[TrendPower | None, tuple[str, ...]]:
    """Return the linear drifts of the treated that our own trend check finds with probability .5 and .8.

    The drift that the history shows is taken off the treated units; drifts are then added until the check, run
    through the same design, is no longer passed. Where it turns is the drift found half of the time, and beyond it
    the drift is found as often as the noise of an estimated slope allows: .8 lies .84 standard errors further on. In
    large panels one direction stands for both. The
    bias is what such a drift, going on unseen, adds to the average effect.
    """
    if not any(check.key == _CHECK for check in case.estimate.checks):
        return None, (_NO_CHECK,)
    before = slice(0, series.n_before)
    t = np.arange(series.gap.size, dtype=np.float64) - series.n_before
    to_slope, spread = gls(np.column_stack([np.ones(series.n_before), t[before]]), series.covariance[before, before])
    slope, error = float(to_slope[1] @ series.gap[before]), float(np.sqrt(spread[1, 1]))
    if not error > 0.0 or _is_flagged(case, -slope):
        return None, (_OTHERWISE,)
    signs = (1.0, -1.0)[: max(1, most_refits(case.panel, 2 * _REFITS_A_SIGN) // _REFITS_A_SIGN)]
    turns = [_turning_drift(case, -slope, sign * error) for sign in signs]
    found = [turn for turn in turns if turn is not None]
    if not found:
        return None, (_UNMOVED,)
    half = float(np.mean(found))
    most = half + float(ndtri(_MOST)) * error
    per_drift = _bias_of_drift(series, t)
    return TrendPower(half, most, half * per_drift, most * per_drift), ()


def _turning_drift(case: FittedCase, base: float, step: float) -> float | None:
    """Return the size of the drift, added to `base` in the direction of `step`, at which the check turns."""
    low, high = 0.0, _FIRST_STEP
    for _ in range(_DOUBLINGS):
        if _is_flagged(case, base + high * step):
            break
        low, high = high, 2.0 * high
    else:
        return None
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _is_flagged(case, base + middle * step):
            high = middle
        else:
            low = middle
    return 0.5 * (low + high) * abs(step)


def _is_flagged(case: FittedCase, drift: float) -> bool:
    panel = case.panel
    t = np.arange(panel.n_periods, dtype=np.float64) - float(case.starts.min())
    drifting = panel.is_treated_unit[list(case.rows)]
    values: Floats = panel.values[list(case.rows)] + drift * drifting[:, None] * t[None, :]
    fit = refit(case, part_of_panel(panel, case.rows, values=values))
    if isinstance(fit, NotEstimable):
        return False
    return any(check.key == _CHECK and check.status is not CheckStatus.PASS for check in fit.checks)


def _bias_of_drift(series: ComparisonSeries, t: Floats) -> float:
    """Return what a drift of 1 a period adds to the average effect when level and effect alone are fitted."""
    level = np.ones(series.gap.size)
    is_before = np.arange(series.gap.size) < series.n_before
    to_level, _ = gls(level[is_before][:, None], series.covariance[np.ix_(is_before, is_before)])
    return float(series.share @ t - to_level[0] @ t[is_before])

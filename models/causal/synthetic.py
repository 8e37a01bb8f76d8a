"""Synthetic control and synthetic difference-in-differences.

After Abadie, Diamond and Hainmueller (2010) and Arkhangelsky et al. (2021). Cross-checks of the difference design,
and named estimators that reproduce published figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from models.domain.effect import Floats

_MAX_STEPS = 10_000


@dataclass(frozen=True, slots=True)
class SyntheticEstimate:
    """The average effect after go-live with the weights that made its comparison.

    `unit_weights` (n_controls,) and `period_weights` (n_before,) sum to 1. `fit_rmse` is the root mean square gap
    between treated and comparison before go-live: for synthetic control as it is, for synthetic
    difference-in-differences less its mean, which that estimator takes out.
    """

    effect: float
    unit_weights: Floats
    period_weights: Floats
    fit_rmse: float = float("nan")


def synthetic_did(values: Floats, n_controls: int, n_before: int) -> SyntheticEstimate:
    """Return synthetic difference-in-differences, with regularised unit weights and period weights.

    Its figures are where the published steps stop. With fewer donors than periods before go-live the period weights
    that minimise exactly are others: almost nothing tells them apart, and effects then differ by up to half a standard
    deviation of the noise (24 simulated panels).

    Parameters
    ----------
    values
        Shape (n_units, n_periods), controls first, balanced.
    n_controls, n_before
        Number of controls and of periods before go-live.
    """
    n_treated, n_after = values.shape[0] - n_controls, values.shape[1] - n_before
    noise = float(np.std(np.diff(values[:n_controls, :n_before], axis=1), ddof=1))
    zeta_unit, zeta_period = (n_treated * n_after) ** 0.25 * noise, 1e-6 * noise
    collapsed = _collapse(values, n_controls, n_before)
    period = _sparse_weights(collapsed[:n_controls], zeta_period, 1e-5 * noise)
    unit = _sparse_weights(collapsed[:, :n_before].T, zeta_unit, 1e-5 * noise)
    gap = _gap(values, unit)[:n_before]
    rmse = float(np.sqrt(np.mean((gap - gap.mean()) ** 2)))
    return SyntheticEstimate(_weighted_effect(values, unit, period), unit, period, rmse)


def synthetic_control(values: Floats, n_controls: int, n_before: int) -> SyntheticEstimate:
    """Return synthetic control on outcomes alone: unit weights without intercept, no period weights.

    Parameters as in `synthetic_did`; `period_weights` are zero.
    """
    before = values[:n_controls, :n_before] - values[n_controls:, :n_before].mean(axis=0)
    unit = _exact_simplex(before.T)
    period = np.zeros(n_before)
    gap = _gap(values, unit)
    rmse = float(np.sqrt(np.mean(gap[:n_before] ** 2)))
    return SyntheticEstimate(float(gap[n_before:].mean()), unit, period, rmse)


def _gap(values: Floats, unit: Floats) -> Floats:
    """Return mean treated less the weighted comparison, shape (n_periods,)."""
    n_treated = values.shape[0] - unit.size
    return np.asarray(np.append(-unit, np.full(n_treated, 1.0 / n_treated)) @ values, dtype=np.float64)


def _exact_simplex(gaps: Floats) -> Floats:
    """Return the weights on the simplex that minimise |gaps w|, (n_rows, n_weights).

    By non-negative least squares of [gaps; 1'] on [0; 1]: along any direction the best scale turns |gaps u|^2 = q
    into q / (1 + q), so its solution, scaled to sum 1, is exact.
    """
    scaled = gaps / max(float(np.abs(gaps).max()), np.finfo(float).tiny)
    stacked = np.vstack([scaled, np.ones(gaps.shape[1])])
    weights, _ = nnls(stacked, np.append(np.zeros(gaps.shape[0]), 1.0), maxiter=100 * gaps.shape[1])
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _collapse(values: Floats, n_controls: int, n_before: int) -> Floats:
    """Return controls and mean treated by periods before and mean after, shape (n_controls + 1, n_before + 1)."""
    rows = np.vstack([values[:n_controls], values[n_controls:].mean(axis=0)])
    return np.column_stack([rows[:, :n_before], rows[:, n_before:].mean(axis=1)])


def _weighted_effect(values: Floats, unit: Floats, period: Floats) -> float:
    n_treated, n_after = values.shape[0] - unit.size, values.shape[1] - period.size
    by_unit = np.append(-unit, np.full(n_treated, 1.0 / n_treated))
    by_period = np.append(-period, np.full(n_after, 1.0 / n_after))
    return float(by_unit @ values @ by_period)


def _sparse_weights(data: Floats, zeta: float, least: float) -> Floats:
    """Return simplex weights in the published two rounds: 100 steps, drop small weights, run on."""
    weights = _simplex_weights(data, zeta, least=least, max_steps=100)
    weights = np.where(weights <= weights.max() / 4.0, 0.0, weights)
    return _simplex_weights(data, zeta, least=least, start=weights / weights.sum())


def _simplex_weights(
    data: Floats, zeta: float, *, least: float, start: Floats | None = None, max_steps: int = _MAX_STEPS
) -> Floats:
    """Return weights on the simplex that bring all columns but the last, and an intercept, to the last.

    By the steps of Frank and Wolfe with exact line search. Minimises zeta^2 |w|^2 + |A w - b|^2 / n; stops when a
    step gains less than `least` squared.
    """
    rows = data - data.mean(axis=0)
    a, b = rows[:, :-1], rows[:, -1]
    n = rows.shape[0]
    eta = n * zeta**2
    w = np.full(a.shape[1], 1.0 / a.shape[1]) if start is None else start
    value = np.inf
    for _ in range(max_steps):
        gradient = (a @ w - b) @ a + eta * w
        corner = int(np.argmin(gradient))
        direction = -w.copy()
        direction[corner] += 1.0
        along = a @ direction
        curvature = float(along @ along + eta * direction @ direction)
        step = 0.0 if curvature == 0.0 else min(1.0, max(0.0, -float(gradient @ direction) / curvature))
        w = w + step * direction
        error = a @ w - b
        updated = zeta**2 * float(w @ w) + float(error @ error) / n
        if value - updated <= least**2:
            break
        value = updated
    return np.asarray(w, dtype=np.float64)

"""Would one column more explain the series? The question behind trend and break checks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from models.causal.average import MeanOption, fit_options
from models.causal.noise import Mask
from models.causal.outliers import SeriesFit
from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class ColumnScan:
    """Coefficient, standard error and two-sided p of each candidate column, shape (n_columns,)."""

    location: Floats
    scale: Floats
    p_value: Floats


def scan_columns(
    found: SeriesFit,
    columns: Floats,
    *,
    is_observed: Mask | None = None,
    has_effect: bool = True,
    has_trend: bool = True,
) -> ColumnScan:
    """Add each candidate column (n_periods, n_columns) by itself to the most probable mean model.

    That model, the same without its block, without its trend and without both, and the noise models are averaged anew
    with the column in place: a break that is not allowed for looks like a wandering level, a trend or a loading.
    """
    problem = found.problem
    best = problem.options[int(found.fit.option[found.fit.best])]
    effect = problem.shapes[:, [int(found.fit.shape[found.fit.best])]]
    used = problem.is_observed if is_observed is None else problem.is_observed & is_observed
    flat = np.column_stack([problem.flat, effect]) if has_effect else problem.flat
    extended = replace(
        problem,
        flat=flat[:, np.any(flat[used] != 0.0, axis=0)],
        shapes=columns,
        shape_log_prior=np.zeros(columns.shape[1]),
        is_observed=used,
        options=_simpler(best, has_trend=has_trend),
    )
    fits = fit_options(extended)
    log_weight = np.concatenate([fit.log_weight for fit in fits])
    weight = np.exp(log_weight - log_weight.max(axis=0))
    weight /= weight.sum(axis=0)
    each, scale = np.concatenate([fit.location for fit in fits]), np.concatenate([fit.scale for fit in fits])
    df = np.concatenate([np.full(fit.location.shape, fit.df) for fit in fits])
    below = (weight * stdtr(df, -each / scale)).sum(axis=0)
    location = (weight * each).sum(axis=0)
    spread = (weight * (scale**2 + (each - location) ** 2)).sum(axis=0)
    return ColumnScan(location, np.sqrt(spread), 2.0 * np.minimum(below, 1.0 - below))


def _simpler(best: MeanOption, *, has_trend: bool) -> tuple[MeanOption, ...]:
    """Return an option and what remains of it without its block, its trend, or both, all alike before the data."""
    trends = {best.trend_spread, None} if has_trend else {None}
    return tuple(
        MeanOption(free, trend, 0.0)
        for free in sorted({best.free, ()})
        for trend in sorted(trends, key=lambda c: c or 0.0)
    )

"""Treated less untreated units period by period, by periods since go-live: what event studies look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.contrasts import group_contrast_prior, series_log_likelihood
from models.causal.group_series import mean_series
from models.causal.noise import Mask, noise_covariance, whiten_columns
from models.causal.refit import FittedCase
from models.domain.effect import Floats

_LEAST_SHARE_OF_COHORTS = 0.5
_KEEP_ABOVE = np.log(1e-3)


@dataclass(frozen=True, slots=True)
class ComparisonSeries:
    """A difference of two groups with its noise.

    `gap` (n_periods,) is the mean of the treated less that of the controls, in KPI units; the first `n_before` periods
    are before go-live. `share` (n_periods,) weighs the periods after go-live in the average effect, and sums to 1.
    `covariance` (n_periods, n_periods) is that of the noise, averaged over noise models; `df` its degrees of freedom.
    """

    gap: Floats
    n_before: int
    share: Floats
    covariance: Floats
    df: float


def comparison_series(case: FittedCase) -> ComparisonSeries | None:
    """Return the comparison series of an estimate, None where no unit stays untreated.

    With several go-live dates each cohort's series, against the units never treated, is aligned at its own go-live;
    periods since go-live that fewer than half of the treated units reach are left out.
    """
    controls = tuple(row for row in case.controls if not case.panel.is_treated_unit[row])
    if not controls:
        return None
    panel = case.panel
    seen = np.ones((len(controls), panel.n_periods), dtype=bool)
    control, _ = mean_series(panel.values[list(controls)], panel.weights[list(controls)], seen)
    own, share, first = _aligned(case, control)
    is_kept = np.isfinite(own)
    n_before = int(is_kept[:first].sum())
    gap, kept_share = own[is_kept], share[is_kept]
    if n_before < 2 or kept_share.sum() <= 0.0:
        return None
    covariance = _noise_covariance(case, controls, own, is_kept, first)
    return ComparisonSeries(gap, n_before, kept_share / kept_share.sum(), covariance, float(n_before - 1))


def _aligned(case: FittedCase, control: Floats) -> tuple[Floats, Floats, int]:
    """Return gap and exposure by periods since go-live, NaN and 0 where there is none, and the position of go-live."""
    panel, starts = case.panel, np.unique(case.starts)
    first, after = int(starts.max()), panel.n_periods - int(starts.min())
    n = first + after
    exposure = _unit_exposure(case)
    rows, weights, share = [], [], np.zeros(n)
    for start in starts:
        members = [row for row in case.treated if panel.go_live[row] == start]
        series, _ = mean_series(panel.values[members], panel.weights[members], ~panel.is_treated_cell[members])
        shift = first - int(start)
        row = np.full(n, np.nan)
        row[shift : shift + panel.n_periods] = series - control
        rows.append(row)
        weights.append(len(members))
        share[shift : shift + panel.n_periods] += exposure[members].sum(axis=0)
    values, weight = np.stack(rows), np.asarray(weights, dtype=np.float64)
    if starts.size == 1:
        return values[0], share, first
    is_before = np.arange(n)[None, :] < first
    gap, _ = mean_series(
        values, np.where(np.isfinite(values), weight[:, None], np.nan), is_before & np.isfinite(values)
    )
    reached = (np.isfinite(values) * weight[:, None]).sum(axis=0) / weight.sum()
    return np.where(reached >= _LEAST_SHARE_OF_COHORTS, gap, np.nan), share, first


def _unit_exposure(case: FittedCase) -> Floats:
    """Return the exposure of each cell of the panel, shape (n_units, n_periods)."""
    estimate, panel = case.estimate, case.panel
    exposure = np.zeros(panel.values.shape)
    positions = [panel.timeline.position(period) for period in estimate.effect_periods]
    exposure[np.ix_(case.treated, positions)] = estimate.unit_exposure
    return exposure


def _noise_covariance(case: FittedCase, controls: tuple[int, ...], own: Floats, is_kept: Mask, first: int) -> Floats:
    """Return the covariance of the kept periods: noise models weighed by units beside and by the series before go-live.

    Each model has the variance that the series before go-live has under it, its level integrated out.
    """
    before = is_kept.copy()
    before[first:] = False
    prior = group_contrast_prior(case.panel, case.treated, controls)
    column = np.where(before, np.nan_to_num(own), np.nan)[:, None]
    log_weight = prior + series_log_likelihood(column, before)
    columns = np.column_stack([np.ones(own.size), np.nan_to_num(own)])
    whitened, _ = whiten_columns(columns, before)
    one, y = whitened[:, 0], whitened[:, 1]
    rss = (y * y).sum(axis=1) - (one * y).sum(axis=1) ** 2 / (one * one).sum(axis=1)
    variance = rss / (int(before.sum()) - 1)
    kept = np.flatnonzero(np.round(log_weight, 9) > log_weight.max() + _KEEP_ABOVE)
    weight = np.exp(log_weight[kept] - log_weight.max())
    weight /= weight.sum()
    total = np.zeros((own.size, own.size))
    for share, noise in zip(weight, kept, strict=True):
        total += share * variance[noise] * noise_covariance(own.size, int(noise))
    return np.asarray(total[np.ix_(is_kept, is_kept)], dtype=np.float64)


def gls(columns: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Return the map from a series to coefficients, (n_columns, n_periods), and their covariance."""
    solved = np.linalg.solve(covariance, columns)
    spread = np.linalg.inv(columns.T @ solved)
    return np.asarray(spread @ solved.T, dtype=np.float64), np.asarray(spread, dtype=np.float64)

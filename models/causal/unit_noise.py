"""What untreated cells tell of the noise of single units: its memory, and how its size differs between them."""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, polygamma

from models.causal.average import Ints
from models.causal.contrasts import series_log_likelihood
from models.causal.group_series import unit_levels
from models.causal.imputation_gls import ImputationFit, fit_imputation
from models.causal.noise import Mask, noise_grid
from models.causal.panel import KpiPanel
from models.domain.effect import Floats

_TEMPER = 20.0
_MIN_SERIES_PERIODS = 8
_MIN_GROUP = 4
_MAX_SERIES = 200
_LARGEST_RATIO = 100.0


def unit_noise_log_prior(panel: KpiPanel, untreated: Mask) -> Floats:
    """Return the log prior of noise models, shape (n_noise,), sharpened by untreated cells.

    Within each go-live date, cells less unit and period effects give a restricted likelihood by unit (own level, own
    variance). Of k units only k - 1 speak, so each counts (k - 1) / k; dates of fewer than four units are taken
    together. The sum is tempered by min(1, 20 / number of series).
    """
    grid = noise_grid()
    stacks: dict[bytes, list[tuple[Floats, float]]] = {}
    for rows in _groups(panel, untreated):
        for row in _residual_rows(panel.values[rows], untreated[rows]):
            key = np.isfinite(row).tobytes()
            stacks.setdefault(key, []).append((row, (rows.size - 1.0) / rows.size))
    n_series = sum(len(stack) for stack in stacks.values())
    total = np.zeros(grid.rho.size)
    step = max(1, n_series // _MAX_SERIES)
    for stack in list(stacks.values()) if step == 1 else list(stacks.values())[::step]:
        values = np.column_stack([row for row, _ in stack])
        share = float(np.mean([part for _, part in stack]))
        total += share * series_log_likelihood(values, np.isfinite(values[:, 0]))
    n_used = max(1, n_series // step)
    return np.asarray(grid.log_prior + min(1.0, _TEMPER / n_used) * total, dtype=np.float64)


def _groups(panel: KpiPanel, untreated: Mask) -> list[Ints]:
    """Return the rows of each go-live date with enough units to speak for themselves, and of all others together."""
    starts = np.minimum(panel.go_live, panel.n_periods)
    rows = np.flatnonzero(untreated.any(axis=1))
    groups = [rows[starts[rows] == start] for start in np.unique(starts[rows])]
    alone = [group for group in groups if group.size >= _MIN_GROUP]
    small = [group for group in groups if group.size < _MIN_GROUP]
    together = np.concatenate(small) if small else np.zeros(0, dtype=np.int64)
    return [np.asarray(g, dtype=np.int64) for g in (*alone, together) if g.size > 1]


def _residual_rows(values: Floats, cells: Mask) -> list[Floats]:
    """Return cells less unit and period effects, row by row, NaN where fewer than two units are seen."""
    used = cells & (cells.sum(axis=0) >= 2)[None, :]
    level = np.nan_to_num(unit_levels(values, np.ones(values.shape), used))
    centred = np.where(used, values - level[:, None], 0.0)
    period = centred.sum(axis=0) / np.maximum(used.sum(axis=0), 1)
    left = np.where(used, centred - period[None, :], np.nan)
    return [row for row in left if np.isfinite(row).sum() >= _MIN_SERIES_PERIODS and np.nanstd(row) > 0.0]


def settle_variances(values: Floats, untreated: Mask, counted: Mask, noise: int) -> Floats:
    """Return the noise variance of each unit, shape (n_units,), from a fit that weighs units by a first look at it."""
    first = unit_variances(fit_imputation(values, untreated, counted, noise))
    if np.ptp(first) == 0.0:
        return first
    return unit_variances(fit_imputation(values, untreated, counted, noise, first))


def unit_variances(fit: ImputationFit) -> Floats:
    """Return the noise variance of each unit in units of their typical one, shape (n_units,).

    Variances of units, each with the degrees of freedom of its untreated cells, are drawn towards their common value
    as far as their spread is what chance alone would make (Smyth 2004: an inverse chi-square prior fitted by moments
    of log variances). Where units differ no more than by chance all are 1.
    """
    out = np.ones(fit.residuals.shape[0])
    rows, rss, n_cells = _unit_rss(fit)
    df = n_cells - 1.0
    df *= fit.df / df.sum()
    usable = (df >= 3.0) & (rss > 0.0)
    if usable.sum() < 4:
        return out
    floor = np.median(rss[usable] / df[usable]) / _LARGEST_RATIO
    variance, df, rows = np.maximum(rss[usable] / df[usable], floor), df[usable], rows[usable]
    half = df / 2.0
    level = np.log(variance) - digamma(half) + np.log(half)
    excess = float(level.var(ddof=1) - polygamma(1, half).mean())
    if round(excess, 9) <= 0.0:
        return out
    prior = 2.0 * _trigamma_inverse(excess)
    typical = float(np.exp(level.mean() + digamma(prior / 2.0) - np.log(prior / 2.0)))
    drawn = (prior * typical + df * variance) / (prior + df)
    out[rows] = np.clip(drawn / typical, 1.0 / _LARGEST_RATIO, _LARGEST_RATIO)
    return out


def _unit_rss(fit: ImputationFit) -> tuple[Ints, Floats, Floats]:
    """Return rows, generalised residual sums of squares and cells of the units that were fitted."""
    rows, rss, cells = [], [], []
    for block in fit.blocks:
        left = fit.residuals[np.ix_(block.rows, block.pre)]
        rows += list(block.rows)
        rss += np.maximum(((left @ block.centred) * left).sum(axis=1), 0.0).tolist()
        cells += [float(len(block.pre))] * len(block.rows)
    return np.array(rows, dtype=np.int64), np.array(rss), np.array(cells)


def _trigamma_inverse(value: float) -> float:
    """Return x with trigamma(x) = value, by Newton's method on 1 / trigamma, which is nearly straight."""
    if value > 1e7:
        return 1.0 / float(np.sqrt(value))
    if value < 1e-6:
        return 1.0 / value
    x = 0.5 + 1.0 / value
    for _ in range(50):
        slope = float(polygamma(1, x))
        step = slope * (1.0 - slope / value) / float(polygamma(2, x))
        x += step
        if abs(step) < 1e-10 * x:
            break
    return x

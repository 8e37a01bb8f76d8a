"""Outlying cells of a staggered panel: found among untreated cells, left out of the fit, always reported."""

from __future__ import annotations

import numpy as np

from models.causal.imputation_gls import ImputationFit, fit_imputation
from models.causal.noise import Mask
from models.causal.outliers import outlier_threshold
from models.causal.panel import KpiPanel
from models.causal.unit_noise import unit_variances
from models.domain.effect import Floats, LeftOut

_ROUNDS = 6
_SHARE, _AT_LEAST = 20, 3


def find_outlying_cells(values: Floats, untreated: Mask, noise: int, min_before: int) -> Mask:
    """Return untreated cells that stand out, shape (n_units, n_periods), by the rule that series have.

    Round by round the worst cell of each unit, and of each period, is set apart if its additive-outlier statistic, over
    1.4826 times the median absolute deviation of all, is beyond Phi^-1(1 - .01 / (2n)) (1 + 2 / n); at most 3 cells or
    one in twenty. A cell without which its unit or period could not be compared stays.
    """
    cells, found = untreated.copy(), np.zeros_like(untreated)
    nothing = np.zeros_like(untreated)
    bar, most = outlier_threshold(int(untreated.sum())), max(_AT_LEAST, int(untreated.sum()) // _SHARE)
    for _ in range(_ROUNDS):
        fit = fit_imputation(values, cells, nothing, noise)
        score = np.abs(cell_statistics(fit, unit_variances(fit)))
        spread = 1.4826 * float(np.median(score[cells])) if cells.any() else 0.0
        if spread <= 0.0:
            break
        score = np.round(np.where(cells, score, 0.0) / spread, 9)
        worst = score.argmax(axis=1)
        rows = np.flatnonzero(score.max(axis=1) > bar)
        rows = rows[np.argsort(-score[rows, worst[rows]], kind="stable")]
        taken = _take(cells, [(int(row), int(worst[row])) for row in rows], most - int(found.sum()), min_before)
        if not taken:
            break
        for row, at in taken:
            cells[row, at], found[row, at] = False, True
    return found


def _take(cells: Mask, candidates: list[tuple[int, int]], most: int, min_before: int) -> list[tuple[int, int]]:
    """Return the candidates that may go: a unit keeps `min_before` cells and a period two.

    One of a period at a time: a large one moves the period's effect, and with it every other unit's residual.
    """
    by_unit, by_period = cells.sum(axis=1), cells.sum(axis=0)
    taken: dict[int, int] = {}
    for row, at in candidates:
        if len(taken) < most and at not in taken and by_unit[row] > min_before and by_period[at] > 2:
            taken[at] = row
    return [(row, at) for at, row in taken.items()]


def cell_statistics(fit: ImputationFit, variances: Floats) -> Floats:
    """Return the additive-outlier statistic of every fitted cell, shape (n_units, n_periods), NaN elsewhere.

    (P e)_t / sqrt(P_tt s_i), P the unit's precision less its level (Chang, Tiao and Chen 1988).
    """
    out = np.full(fit.residuals.shape, np.nan)
    for block in fit.blocks:
        left = fit.residuals[np.ix_(block.rows, block.pre)]
        size = np.diag(block.centred)[None, :] * variances[list(block.rows), None]
        usable = size > 1e-9 * size.max()
        statistic = np.where(usable, (left @ block.centred) / np.sqrt(np.where(usable, size, 1.0)), 0.0)
        out[np.ix_(block.rows, block.pre)] = statistic
    return out


def describe_outlying_cells(panel: KpiPanel, found: Mask) -> tuple[LeftOut, ...]:
    """Return the cells set apart, each by unit and period."""
    return tuple(
        LeftOut(panel.units[int(row)], panel.timeline.periods[int(at)], "outlying value: left out of the fit")
        for row, at in np.argwhere(found)
    )

"""Whether units move in proportion to their size: with common moves that scale, no unit is a comparison for another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr
from scipy.stats import rankdata

from models.causal.imputation_gls import ImputationFit
from models.causal.noise import Mask
from models.domain.effect import Floats

_MIN_CELLS, _MIN_UNITS = 8, 8
_P = 0.002


@dataclass(frozen=True, slots=True)
class SizeSlopes:
    """Rank correlation of units' levels and of how far they follow the others, its p, and whether it counts."""

    correlation: float
    p_value: float
    is_proportional: bool


def compare_slopes(values: Floats, untreated: Mask, fit: ImputationFit) -> SizeSlopes | None:
    """Return whether units of a higher level follow what is common further, None where too few units tell.

    Each unit's untreated cells are regressed on the mean of the other units' in the same periods, all less their
    levels; the slopes are ranked against the levels (Spearman). Where moves add up rather than scale the slopes know
    nothing of the levels: both are GLS under the fit's noise model, which makes them uncorrelated, and noise is
    independent between units. The idea of one degree of freedom for levels times periods is Tukey's (1949).

    Parameters
    ----------
    values, untreated
        Shape (n_units, n_periods), in the units of the fit.
    """
    blocks = [block for block in fit.blocks if len(block.pre) >= _MIN_CELLS]
    if sum(len(block.rows) for block in blocks) < _MIN_UNITS:
        return None
    level = np.full(values.shape[0], np.nan)
    for block in fit.blocks:
        rows, pre = list(block.rows), list(block.pre)
        level[rows] = (values[np.ix_(rows, pre)] - fit.period_effects[pre]) @ block.level
    own = np.where(untreated, values - level[:, None], 0.0)
    others = untreated.sum(axis=0) - untreated
    beside = (own.sum(axis=0) - own) / np.maximum(others, 1)
    slope, size = np.full(level.size, np.nan), np.zeros(level.size)
    for block in blocks:
        rows, pre = list(block.rows), list(block.pre)
        x = beside[np.ix_(rows, pre)]
        pulled = x @ block.centred
        size[rows] = (pulled * x).sum(axis=1)
        along = (pulled * own[np.ix_(rows, pre)]).sum(axis=1)
        slope[rows] = along / np.where(size[rows] > 0.0, size[rows], 1.0)
    is_told = size > 1e-9 * float(size.max())
    if int(is_told.sum()) < _MIN_UNITS:
        return None
    return _judge(level[is_told], slope[is_told])


def _judge(level: Floats, slope: Floats) -> SizeSlopes | None:
    ranks = [rankdata(np.round(each / max(float(np.abs(each).max()), 1e-300), 9)) for each in (level, slope)]
    if any(float(np.ptp(each)) == 0.0 for each in ranks):
        return None
    n = level.size
    correlation = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    t = correlation * np.sqrt((n - 2) / max(1.0 - correlation**2, 1e-12))
    p = float(2.0 * stdtr(n - 2, -abs(t)))
    return SizeSlopes(correlation, p, is_proportional=round(p, 9) < _P)

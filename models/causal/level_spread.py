"""How far the levels of randomly assigned units spread: what their history is worth as a baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from models.causal.imputation_gls import ImputationFit
from models.causal.noise import Mask
from models.domain.effect import Floats

#: Variance of levels over that of a typical unit's history, from "history says nothing" to "nothing but history".
SPREADS = np.array([0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0])


@dataclass(frozen=True, slots=True)
class UnitLevels:
    """Levels of units before go-live: rows, levels, the variances that history leaves them, shape (n_units,)."""

    rows: tuple[int, ...]
    level: Floats
    variance: Floats
    size: Floats


def read_levels(fit: ImputationFit, values: Floats) -> UnitLevels:
    """Return the GLS level of each unit less period effects, from a fit with free levels."""
    rows: list[int] = []
    level, variance, size = [], [], []
    for block in fit.blocks:
        own = values[np.ix_(block.rows, block.pre)] - fit.period_effects[list(block.pre)]
        rows += list(block.rows)
        level += (own @ block.level).tolist()
        variance += (fit.sigma2 * block.level_variance * fit.variances[list(block.rows)]).tolist()
        size += [block.level_variance] * len(block.rows)
    return UnitLevels(tuple(rows), np.array(level), np.array(variance), np.array(size))


def weigh_spreads(levels: UnitLevels, group: Floats) -> tuple[Floats, Floats]:
    """Return level spreads, in units of a unit's noise variance, and their posterior weights, shape (n_spreads,).

    Levels within each arm are normal around the arm's mean with variance spread + what history leaves; the
    restricted likelihood weighs SPREADS, alike before the data.

    Parameters
    ----------
    group
        Shape (n_units of the panel,): 1 in the arm that went live.
    """
    arm = group[list(levels.rows)]
    x = np.column_stack([np.ones(arm.size), arm]) if 0.0 < arm.mean() < 1.0 else np.ones((arm.size, 1))
    typical = float(np.median(levels.variance))
    log_weight = np.array([_restricted(levels, x, spread * typical) for spread in SPREADS])
    weight = np.exp(log_weight - log_weight.max())
    return SPREADS * float(np.median(levels.size)), weight / weight.sum()


def _restricted(levels: UnitLevels, x: Floats, spread: float) -> float:
    precision = 1.0 / (levels.variance + spread)
    gram = (x * precision[:, None]).T @ x
    along = x.T @ (precision * levels.level)
    rss = float((precision * levels.level**2).sum() - along @ np.linalg.solve(gram, along))
    return float(0.5 * np.log(precision).sum() - 0.5 * np.linalg.slogdet(gram)[1] - 0.5 * rss)


def compare_arms(levels: UnitLevels, group: Floats, is_usable: Mask) -> tuple[float, float]:
    """Return (t, p) of the difference of unit levels between arms before go-live; nan where an arm has one unit.

    Two-sample t with a common variance: under random assignment nothing but chance parts the arms.
    """
    chosen = np.array([bool(is_usable[row]) for row in levels.rows], dtype=bool)
    level, arm = levels.level[chosen], group[list(levels.rows)][chosen] > 0.5
    n_first, n_second = int(arm.sum()), int((~arm).sum())
    if min(n_first, n_second) < 2:
        return float("nan"), float("nan")
    df = float(n_first + n_second - 2)
    pooled = (level[arm].var() * n_first + level[~arm].var() * n_second) / df
    if pooled <= 0.0:
        return 0.0, 1.0
    t = float((level[arm].mean() - level[~arm].mean()) / np.sqrt(pooled * (1.0 / n_first + 1.0 / n_second)))
    return t, float(2.0 * stdtr(df, -abs(t)))

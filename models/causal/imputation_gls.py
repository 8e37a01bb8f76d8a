"""GLS imputation of untreated outcomes under one noise model (after Borusyak, Jaravel and Spiess 2024).

Untreated outcomes are y_it = unit + period + noise, noise independent across units with covariance sigma^2 s_i V over
time, s_i the unit's own share. Unit and period effects are fitted by GLS on untreated cells alone; each treated cell is
held against its prediction, which carries the unit's own recent noise forward. Units with the same pattern of
untreated cells share every matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.causal.average import VARIANCE_FLOOR, Ints
from models.causal.noise import Mask, apply_precision, noise_covariance
from models.domain.effect import Floats

_CACHED_PATTERNS = 64
_CACHED_LENGTH = 200
_DENSE_LENGTH = 400


@dataclass(frozen=True, slots=True)
class PatternBlock:
    """Units (`rows`) that share their untreated (`pre`) and counted treated (`post`) positions.

    precision is V^-1 on `pre`, `carry` (n_post, n_pre) predicts noise after from noise before, `carry_error` (n_post,
    n_post) is its error covariance; `level` = V^-1 1 / (1' V^-1 1), `level_variance` = 1 / (1' V^-1 1).
    """

    rows: tuple[int, ...]
    pre: tuple[int, ...]
    post: tuple[int, ...]
    centred: Floats
    carry: Floats
    carry_error: Floats
    level: Floats
    level_variance: float


@dataclass(frozen=True, slots=True)
class ImputationFit:
    """The fit under one noise model.

    `effects` (n_units, n_periods) are treated cells less their prediction, NaN elsewhere; `residuals` are untreated
    cells less unit and period effects; `period_covariance` is A^-1, the covariance of period effects over sigma^2
    (first used period fixed at 0); `variances` (n_units,) are s_i.
    """

    blocks: tuple[PatternBlock, ...]
    effects: Floats
    residuals: Floats
    period_effects: Floats
    period_covariance: Floats
    sigma2: float
    df: float
    variances: Floats


def pattern_rows(untreated: Mask, counted: Mask) -> list[tuple[int, ...]]:
    """Return units grouped by their pattern of untreated and counted cells."""
    groups: dict[bytes, list[int]] = {}
    for row in np.flatnonzero(untreated.any(axis=1)):
        groups.setdefault(untreated[row].tobytes() + counted[row].tobytes(), []).append(int(row))
    return [tuple(rows) for rows in groups.values()]


def fit_imputation(
    values: Floats,
    untreated: Mask,
    counted: Mask,
    noise: int,
    variances: Floats | None = None,
    level_spread: float = np.inf,
) -> ImputationFit:
    """Return the imputation fit under one noise model.

    Parameters
    ----------
    values, untreated, counted
        Shape (n_units, n_periods): outcomes, cells to fit on, treated cells to predict. Each counted cell's period
        must have an untreated cell, and its unit too, all connected.
    noise
        Index of the noise model.
    variances
        Shape (n_units,): the noise variance of each unit in units of sigma^2; None for all alike.
    level_spread
        Variance of unit levels around one mean over that of their noise, where units were drawn at random; infinite
        leaves each level free. It draws levels together as far as their history fails to part them (what CUPED does
        with one coefficient).
    """
    n_periods = values.shape[1]
    sizes = np.ones(values.shape[0]) if variances is None else variances
    blocks = tuple(
        _kept_block(rows, untreated, counted, noise, level_spread) for rows in pattern_rows(untreated, counted)
    )
    normal, right, total = np.zeros((n_periods, n_periods)), np.zeros(n_periods), 0.0
    for block in blocks:
        pre, own = list(block.pre), values[np.ix_(block.rows, block.pre)]
        share = 1.0 / sizes[list(block.rows)]
        normal[np.ix_(pre, pre)] += share.sum() * block.centred
        moved = own @ block.centred
        right[pre] += share @ moved
        total += float(share @ (moved * own).sum(axis=1))
    used = np.flatnonzero(untreated.any(axis=0))
    free = used[1:] if np.isinf(level_spread) else used
    inverse = np.zeros((n_periods, n_periods))
    inverse[np.ix_(free, free)] = np.linalg.inv(normal[np.ix_(free, free)])
    period = inverse @ right
    rss = max(total - float(right @ period), 1e-18 * total + VARIANCE_FLOOR)
    n_units = int(untreated.any(axis=1).sum())
    df = float(untreated.sum() - free.size - (n_units if np.isinf(level_spread) else 0))
    effects, residuals = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for block in blocks:
        own = values[np.ix_(block.rows, block.pre)] - period[list(block.pre)]
        unit = own @ block.level
        left = own - unit[:, None]
        residuals[np.ix_(block.rows, block.pre)] = left
        if block.post:
            predicted = unit[:, None] + period[list(block.post)] + left @ block.carry.T
            effects[np.ix_(block.rows, block.post)] = values[np.ix_(block.rows, block.post)] - predicted
    return ImputationFit(blocks, effects, residuals, period, inverse, rss / df, df, sizes)


_Matrices = tuple[tuple[int, ...], tuple[int, ...], Floats, Floats, Floats, Floats, float]


def pattern_block(
    rows: tuple[int, ...], untreated: Mask, counted: Mask, covariance: Floats, noise: int
) -> PatternBlock:
    """Return what units of one pattern share under a noise model of covariance V, shape (n_periods, n_periods)."""
    return PatternBlock(rows, *_pattern_matrices(untreated[rows[0]], counted[rows[0]], covariance, noise, np.inf))


def _kept_block(rows: tuple[int, ...], untreated: Mask, counted: Mask, noise: int, level_spread: float) -> PatternBlock:
    """Return the same, the matrices of recent patterns kept."""
    before, after = untreated[rows[0]], counted[rows[0]]
    if before.size > _CACHED_LENGTH:
        covariance = noise_covariance(before.size, noise)
        return PatternBlock(rows, *_pattern_matrices(before, after, covariance, noise, level_spread))
    return PatternBlock(rows, *_cached_matrices(before.tobytes(), after.tobytes(), noise, level_spread))


@lru_cache(maxsize=_CACHED_PATTERNS)
def _cached_matrices(before: bytes, after: bytes, noise: int, level_spread: float) -> _Matrices:
    untreated, counted = np.frombuffer(before, dtype=bool), np.frombuffer(after, dtype=bool)
    return _pattern_matrices(untreated, counted, noise_covariance(untreated.size, noise), noise, level_spread)


def _pattern_matrices(untreated: Mask, counted: Mask, covariance: Floats, noise: int, level_spread: float) -> _Matrices:
    pre, post = np.flatnonzero(untreated), np.flatnonzero(counted)
    precision = _precision(untreated, pre, covariance, noise)
    ones = precision.sum(axis=1)
    size = float(ones.sum()) + 1.0 / level_spread
    carry = covariance[np.ix_(post, pre)] @ precision
    error = covariance[np.ix_(post, post)] - carry @ covariance[np.ix_(pre, post)]
    return (
        tuple(int(at) for at in pre),
        tuple(int(at) for at in post),
        precision - np.outer(ones, ones) / size,
        carry,
        error,
        ones / size,
        1.0 / size,
    )


def _precision(untreated: Mask, pre: Ints, covariance: Floats, noise: int) -> Floats:
    """Return V^-1 on the untreated cells of a pattern; beyond 400 periods by the smoothing recursions."""
    if untreated.size > _DENSE_LENGTH:
        columns, _ = apply_precision(np.eye(untreated.size)[:, pre], untreated, noise)
        precision = np.asarray(columns[pre], dtype=np.float64)
    else:
        precision = np.asarray(np.linalg.inv(covariance[np.ix_(pre, pre)]), dtype=np.float64)
    return np.asarray((precision + precision.T) / 2.0, dtype=np.float64)


def effect_covariance(fit: ImputationFit, shares: Floats) -> tuple[Floats, Floats]:
    """Return the mean effect of each period and its covariance.

    Parameters
    ----------
    shares
        Shape (n_units, n_periods): weight of each counted cell in its period's mean, zero elsewhere.

    Returns
    -------
    means
        Shape (n_periods,).
    covariance
        Shape (n_periods, n_periods), including sigma^2.
    """
    n = shares.shape[1]
    means = np.einsum("ut,ut->t", shares, np.nan_to_num(fit.effects))
    covariance, on_periods = np.zeros((n, n)), np.zeros((n, n))
    for block in fit.blocks:
        if not block.post:
            continue
        post, pre = list(block.post), list(block.pre)
        share = shares[np.ix_(block.rows, post)]
        left = 1.0 - block.carry.sum(axis=1)
        shared = share.T @ (fit.variances[list(block.rows), None] * share)
        covariance[np.ix_(post, post)] += shared * (block.carry_error + block.level_variance * np.outer(left, left))
        total = share.sum(axis=0)
        on_periods[post, post] += total
        on_periods[np.ix_(post, pre)] -= total[:, None] * (block.carry + np.outer(left, block.level))
    covariance += on_periods @ fit.period_covariance @ on_periods.T
    return means, fit.sigma2 * covariance

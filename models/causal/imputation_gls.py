"""GLS imputation of untreated outcomes under one noise model (after Borusyak, Jaravel and Spiess 2024).

Untreated outcomes are y_it = unit + period + noise, noise independent across units with covariance sigma^2 V over
time. Unit and period effects are fitted by GLS on untreated cells alone; each treated cell is held against its
prediction, which carries the unit's own recent noise forward. Units with the same pattern of untreated cells share
every matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.average import VARIANCE_FLOOR
from models.causal.noise import Mask, noise_covariance, whiten_at
from models.domain.effect import Floats


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
    (first used period fixed at 0).
    """

    blocks: tuple[PatternBlock, ...]
    effects: Floats
    residuals: Floats
    period_effects: Floats
    period_covariance: Floats
    sigma2: float
    df: float


def pattern_rows(untreated: Mask, counted: Mask) -> list[tuple[int, ...]]:
    """Return units grouped by their pattern of untreated and counted cells."""
    groups: dict[bytes, list[int]] = {}
    for row in np.flatnonzero(untreated.any(axis=1)):
        groups.setdefault(untreated[row].tobytes() + counted[row].tobytes(), []).append(int(row))
    return [tuple(rows) for rows in groups.values()]


def fit_imputation(values: Floats, untreated: Mask, counted: Mask, noise: int) -> ImputationFit:
    """Return the imputation fit under one noise model.

    Parameters
    ----------
    values, untreated, counted
        Shape (n_units, n_periods): outcomes, cells to fit on, treated cells to predict. Each counted cell's period
        must have an untreated cell, and its unit too, all connected.
    noise
        Index of the noise model.
    """
    n_periods = values.shape[1]
    covariance = noise_covariance(n_periods, noise)
    blocks = tuple(
        pattern_block(rows, untreated, counted, covariance, noise) for rows in pattern_rows(untreated, counted)
    )
    normal, right, total = np.zeros((n_periods, n_periods)), np.zeros(n_periods), 0.0
    for block in blocks:
        pre, own = list(block.pre), values[np.ix_(block.rows, block.pre)]
        normal[np.ix_(pre, pre)] += len(block.rows) * block.centred
        moved = own @ block.centred
        right[pre] += moved.sum(axis=0)
        total += float((moved * own).sum())
    used = np.flatnonzero(untreated.any(axis=0))
    free = used[1:]
    inverse = np.zeros((n_periods, n_periods))
    inverse[np.ix_(free, free)] = np.linalg.inv(normal[np.ix_(free, free)])
    period = inverse @ right
    rss = max(total - float(right @ period), 1e-18 * total + VARIANCE_FLOOR)
    n_units = int(untreated.any(axis=1).sum())
    df = float(untreated.sum() - n_units - free.size)
    effects, residuals = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for block in blocks:
        own = values[np.ix_(block.rows, block.pre)] - period[list(block.pre)]
        unit = own @ block.level
        left = own - unit[:, None]
        residuals[np.ix_(block.rows, block.pre)] = left
        if block.post:
            predicted = unit[:, None] + period[list(block.post)] + left @ block.carry.T
            effects[np.ix_(block.rows, block.post)] = values[np.ix_(block.rows, block.post)] - predicted
    return ImputationFit(blocks, effects, residuals, period, inverse, rss / df, df)


def pattern_block(
    rows: tuple[int, ...], untreated: Mask, counted: Mask, covariance: Floats, noise: int
) -> PatternBlock:
    """Return what units of one pattern share under a noise model of covariance V, shape (n_periods, n_periods)."""
    pre, post = np.flatnonzero(untreated[rows[0]]), np.flatnonzero(counted[rows[0]])
    factor = whiten_at(np.eye(untreated.shape[1])[:, pre], untreated[rows[0]], noise)
    precision = factor.T @ factor
    ones = precision.sum(axis=1)
    size = float(ones.sum())
    carry = covariance[np.ix_(post, pre)] @ precision
    error = covariance[np.ix_(post, post)] - carry @ covariance[np.ix_(pre, post)]
    return PatternBlock(
        rows=rows,
        pre=tuple(int(at) for at in pre),
        post=tuple(int(at) for at in post),
        centred=precision - np.outer(ones, ones) / size,
        carry=carry,
        carry_error=error,
        level=ones / size,
        level_variance=1.0 / size,
    )


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
        shared = share.T @ share
        covariance[np.ix_(post, post)] += shared * (block.carry_error + block.level_variance * np.outer(left, left))
        total = share.sum(axis=0)
        on_periods[post, post] += total
        on_periods[np.ix_(post, pre)] -= total[:, None] * (block.carry + np.outer(left, block.level))
    covariance += on_periods @ fit.period_covariance @ on_periods.T
    return means, fit.sigma2 * covariance


def unit_influence(fit: ImputationFit, weights: Floats, treated_residuals: Floats) -> Floats:
    """Return each unit's influence on a weighted sum of effects, shape (n_units,): squares add to a variance.

    Parameters
    ----------
    weights
        Shape (n_units, n_periods).
    treated_residuals
        Shape (n_units, n_periods): counted cells' effects less what is common to them, 0 elsewhere.
    """
    on_periods, influence = np.zeros(weights.shape[1]), np.zeros(weights.shape[0])
    for block in fit.blocks:
        if block.post:
            w = weights[np.ix_(block.rows, block.post)]
            a = w @ (1.0 - block.carry.sum(axis=1))
            influence[list(block.rows)] += (w * treated_residuals[np.ix_(block.rows, block.post)]).sum(axis=1)
            on_periods[list(block.post)] += w.sum(axis=0)
            on_periods[list(block.pre)] -= w.sum(axis=0) @ block.carry + a.sum() * block.level
    pull = fit.period_covariance @ on_periods
    for block in fit.blocks:
        left = fit.residuals[np.ix_(block.rows, block.pre)]
        influence[list(block.rows)] -= left @ block.centred @ pull[list(block.pre)]
    return influence

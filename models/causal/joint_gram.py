"""Unit and period effects eliminated from a panel by GLS, under one noise model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.imputation_gls import PatternBlock, pattern_block, pattern_rows
from models.causal.noise import Mask, filter_gains, noise_covariance
from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class TwoWayGram:
    """What is left of columns once unit and period effects are eliminated.

    `gram` (n_columns, n_columns) is the Schur complement; `raw` (n_columns,) its diagonal with the unit effects alone
    eliminated; `log_det` is log |V| + log |B| with B the Gram block of unit and period effects; `period`
    (n_periods, n_columns) holds each column's period effects; `n_left` counts cells less unit and period effects.
    """

    blocks: tuple[PatternBlock, ...]
    gram: Floats
    raw: Floats
    log_det: float
    period: Floats
    n_left: int


def eliminate_two_way(columns: Floats, observed: Mask, noise: int) -> TwoWayGram:
    """Return the Gram matrix of columns after unit and period effects, noise independent across units.

    Parameters
    ----------
    columns
        Shape (n_units, n_periods, n_columns); cells that are not observed are not read.
    observed
        Shape (n_units, n_periods): units and periods hang together.
    noise
        Index of the noise model, the same for every unit.
    """
    n_periods, n_columns = columns.shape[1], columns.shape[2]
    nothing, covariance = np.zeros_like(observed), noise_covariance(n_periods, noise)
    blocks = tuple(
        pattern_block(rows, observed, nothing, covariance, noise) for rows in pattern_rows(observed, nothing)
    )
    normal, cross = np.zeros((n_periods, n_periods)), np.zeros((n_periods, n_columns))
    gram, log_det = np.zeros((n_columns, n_columns)), 0.0
    for block in blocks:
        pre, n_rows = list(block.pre), len(block.rows)
        own = columns[np.ix_(block.rows, pre)]
        moved = np.einsum("st,rtq->rsq", block.centred, own, optimize=True)
        normal[np.ix_(pre, pre)] += n_rows * block.centred
        cross[pre] += moved.sum(axis=0)
        gram += np.tensordot(own, moved, axes=([0, 1], [0, 1]))
        variance = float(filter_gains(observed[block.rows[0]]).log_det[noise])
        log_det += n_rows * (variance - float(np.log(block.level_variance)))
    used = np.flatnonzero(observed.any(axis=0))
    free = used[1:]
    inner = normal[np.ix_(free, free)]
    period = np.zeros((n_periods, n_columns))
    period[free] = np.linalg.solve(inner, cross[free])
    log_det += float(np.linalg.slogdet(inner)[1])
    left = gram - cross[free].T @ period[free]
    n_units = int(observed.any(axis=1).sum())
    return TwoWayGram(
        blocks=blocks,
        gram=(left + left.T) / 2.0,
        raw=np.diag(gram).copy(),
        log_det=log_det,
        period=period,
        n_left=int(observed.sum()) - n_units - free.size,
    )


def unit_levels_of(fit: TwoWayGram, series: Floats, period: Floats) -> Floats:
    """Return the GLS level of each unit, shape (n_units,), of what is left of series (n_units, n_periods)."""
    levels = np.zeros(series.shape[0])
    for block in fit.blocks:
        pre = list(block.pre)
        levels[list(block.rows)] = (series[np.ix_(block.rows, pre)] - period[pre]) @ block.level
    return levels

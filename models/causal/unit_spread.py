"""The variance between units beside the model's: how far levels moved before go-live against what the noise allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from models.causal.imputation_gls import ImputationFit
from models.causal.noise import noise_covariance
from models.domain.effect import Floats

_MIN_CELLS, _MIN_UNITS = 8, 6
_RATIO, _P = 1.5, 0.002


@dataclass(frozen=True, slots=True)
class UnitSpread:
    """Variance between units over the model's, how many units told it, and whether it counts as wider."""

    ratio: float
    n_units: int
    is_wider: bool

    @property
    def inflation(self) -> float:
        """The factor on standard errors: 1 where units spread as the model says."""
        return float(np.sqrt(self.ratio)) if self.is_wider else 1.0


def compare_unit_spread(fits: Sequence[ImputationFit], noises: Sequence[int], weights: Floats) -> UnitSpread:
    """Return how far units' levels moved, late against early in their untreated periods, beside the model.

    The move of a unit has variance sigma^2 (s_i a' V a - a' A^-1 a), a the contrast of halves, A^-1 the covariance of
    period effects; it is averaged over noise models (`weights`). The mean square over that variance is the ratio; it
    counts above 1.5 if chance would hardly make it (chi-square, p < .002). Only untreated cells speak: effects that
    differ between units are part of the average over these units, no uncertainty about it.
    """
    best = fits[0]
    if sum(len(block.rows) for block in best.blocks if len(block.pre) >= _MIN_CELLS) < _MIN_UNITS:
        return UnitSpread(1.0, 0, is_wider=False)
    move, expected = [], []
    covariances = [noise_covariance(best.residuals.shape[1], noise) for noise in noises]
    for block in best.blocks:
        if len(block.pre) < _MIN_CELLS:
            continue
        contrast = _halves(len(block.pre))
        pre, rows = np.ix_(block.pre, block.pre), list(block.rows)
        move.append(best.residuals[np.ix_(rows, block.pre)] @ contrast)
        variance = np.zeros(len(rows))
        for weight, fit, covariance in zip(weights, fits, covariances, strict=True):
            own = fit.variances[rows] * float(contrast @ covariance[pre] @ contrast)
            variance += weight * fit.sigma2 * (own - float(contrast @ fit.period_covariance[pre] @ contrast))
        expected.append(variance)
    square, variance = np.concatenate(move) ** 2, np.concatenate(expected)
    usable = variance > 0.0
    n = int(usable.sum())
    if n < _MIN_UNITS:
        return UnitSpread(1.0, 0, is_wider=False)
    ratio = float(np.mean(square[usable] / variance[usable]))
    bar = max(_RATIO, float(chdtri(n - 1, _P)) / (n - 1))
    return UnitSpread(ratio, n, is_wider=round(ratio, 9) > bar)


def _halves(n: int) -> Floats:
    half = n // 2
    return np.concatenate([np.full(half, -1.0 / half), np.full(n - half, 1.0 / (n - half))])

"""The noise models that are averaged over, and whitening by their innovations.

The noise of a series is an AR(1) plus a random walk, with covariance sigma^2 V, V_ij = rho^|i-j| / (1 - rho^2) +
kappa^2 min(i, j): a grid of 13 x 6 of them, and one pure random walk. A Kalman filter with two states whitens all
grid points at once in O(n); its innovations equal those of a Cholesky factor of V, at any length, and it passes over
a missing period, which equals deleting the row (Harvey 1989, chapter 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from models.domain.effect import Floats

Mask = np.ndarray[Any, np.dtype[np.bool_]]

RHO = np.array([-0.2, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.94, 0.98])
KAPPA = np.array([0.0, 0.05, 0.1, 0.2, 0.4, 0.8])
PROBABILITY_NO_WALK = 0.75
PROBABILITY_NO_WALK_ALONE = 0.35
_CACHED_LENGTH = 800
_MATRIX_LENGTH = 400


@dataclass(frozen=True, slots=True)
class NoiseGrid:
    """The grid of noise models; arrays of shape (n_noise,).

    `ar_variance` is 1, or 0 for the pure walk; `walk_variance` is kappa^2, 1 for the pure walk.
    """

    rho: Floats
    ar_variance: Floats
    walk_variance: Floats
    log_prior: Floats

    def level_variance(self, n_periods: int) -> Floats:
        """Return v = 1 / (1 - rho^2) + kappa^2 T / 6, the scale of the priors of trends, shape (n_noise,)."""
        return self.ar_variance / (1.0 - self.rho**2) + self.walk_variance * n_periods / 6.0

    def describe(self, index: int) -> str:
        """Return a noise model in words."""
        if self.ar_variance[index] == 0.0:
            return "pure random walk"
        words = f"autocorrelation {self.rho[index]:g} from one period to the next"
        if self.walk_variance[index] > 0.0:
            words += f", with a wandering level ({np.sqrt(self.walk_variance[index]):g} of the noise a period)"
        return words


@lru_cache(maxsize=4)
def noise_grid(probability_no_walk: float = PROBABILITY_NO_WALK) -> NoiseGrid:
    """Return the 79 noise models with their prior: uniform in rho; a walk, in its six forms alike, with what remains.

    The probability of no walk is .75 where units beside tell of the noise and .35 for a series alone: simulation shows
    coverage under level noise of .84 at .75, .89 at .5 and .91 at .3, at 10 % more width under AR(1).
    """
    edges = np.concatenate([[RHO[0]], (RHO[1:] + RHO[:-1]) / 2, [RHO[-1]]])
    rho_share = np.diff(edges) / (edges[-1] - edges[0])
    kappa_share = np.array([probability_no_walk] + [(1.0 - probability_no_walk) / 6.0] * 5)
    rho, kappa = np.meshgrid(RHO, KAPPA, indexing="ij")
    prior = np.append(np.outer(rho_share, kappa_share).ravel(), (1.0 - probability_no_walk) / 6.0)
    return NoiseGrid(
        rho=np.append(rho.ravel(), 0.0),
        ar_variance=np.append(np.ones(rho.size), 0.0),
        walk_variance=np.append(kappa.ravel() ** 2, 1.0),
        log_prior=np.log(prior),
    )


@dataclass(frozen=True, slots=True)
class FilterGains:
    """What whitening needs and no data changes: shapes (n_periods, n_noise), log_det (n_noise,)."""

    inverse_sd: Floats
    ar_gain: Floats
    walk_gain: Floats
    log_det: Floats


def filter_gains(is_observed: Mask) -> FilterGains:
    """Return the gains of the filter for a pattern of observed periods, cached up to 800 periods."""
    packed = is_observed.tobytes()
    return _cached_gains(packed) if is_observed.size <= _CACHED_LENGTH else _compute_gains(packed)


@lru_cache(maxsize=48)
def _cached_gains(packed: bytes) -> FilterGains:
    return _compute_gains(packed)


def _compute_gains(packed: bytes) -> FilterGains:
    grid = noise_grid()
    n, m = len(packed), grid.rho.size
    inverse_sd, ar_gain, walk_gain = np.ones((n, m)), np.zeros((n, m)), np.zeros((n, m))
    log_det = np.zeros(m)
    ar, cross, walk = grid.ar_variance / (1.0 - grid.rho**2), np.zeros(m), grid.walk_variance.copy()
    for t, seen in enumerate(packed):
        if seen:
            variance = ar + 2.0 * cross + walk
            ar_gain[t], walk_gain[t] = (ar + cross) / variance, (cross + walk) / variance
            inverse_sd[t] = 1.0 / np.sqrt(variance)
            log_det += np.log(variance)
            ar, cross, walk = (
                ar - ar_gain[t] ** 2 * variance,
                cross - ar_gain[t] * walk_gain[t] * variance,
                walk - walk_gain[t] ** 2 * variance,
            )
        ar = grid.rho**2 * ar + grid.ar_variance
        cross = grid.rho * cross
        walk = walk + grid.walk_variance
    return FilterGains(inverse_sd, ar_gain, walk_gain, log_det)


def whiten_columns(columns: Floats, is_observed: Mask) -> tuple[Floats, Floats]:
    """Whiten columns under every noise model.

    Parameters
    ----------
    columns
        Shape (n_periods, n_columns); rows of missing periods are not read.
    is_observed
        Shape (n_periods,).

    Returns
    -------
    whitened
        Shape (n_noise, n_columns, n_observed): rows with identity covariance under each noise model.
    log_det
        Shape (n_noise,): log |V| over observed periods.
    """
    grid, gains = noise_grid(), filter_gains(is_observed)
    m, c = grid.rho.size, columns.shape[1]
    out = np.empty((m, int(is_observed.sum()), c))
    ar, walk, surprise, moved = (np.zeros((m, c)) for _ in range(4))
    rho = grid.rho[:, None]
    inverse_sd, ar_gain, walk_gain = (g[:, :, None] for g in (gains.inverse_sd, gains.ar_gain, gains.walk_gain))
    row = 0
    for t, seen in enumerate(is_observed.tolist()):
        if seen:
            np.subtract(columns[t], ar, out=surprise)
            surprise -= walk
            np.multiply(surprise, inverse_sd[t], out=out[:, row])
            ar += np.multiply(surprise, ar_gain[t], out=moved)
            surprise *= walk_gain[t]
            walk += surprise
            row += 1
        ar *= rho
    return out.transpose(0, 2, 1), gains.log_det


def whiten_at(columns: Floats, is_observed: Mask, index: int) -> Floats:
    """Whiten columns (n_periods, n_columns) under one noise model: shape (n_observed, n_columns)."""
    if is_observed.size <= _MATRIX_LENGTH:
        return _innovations(is_observed.tobytes(), int(index)) @ columns[is_observed]
    gains = filter_gains(is_observed)
    out = np.empty((int(is_observed.sum()), columns.shape[1]))
    _filter(columns, is_observed, gains, int(index), out)
    return out


@lru_cache(maxsize=40)
def _innovations(packed: bytes, index: int) -> Floats:
    """Return the lower triangle that whitens observed rows under one noise model, (n_observed, n_observed)."""
    is_observed = np.frombuffer(packed, dtype=np.bool_)
    n = int(is_observed.sum())
    identity = np.zeros((is_observed.size, n))
    identity[is_observed] = np.eye(n)
    out = np.empty((n, n))
    _filter(identity, is_observed, filter_gains(is_observed), index, out)
    out.setflags(write=False)
    return out


def _filter(columns: Floats, is_observed: Mask, gains: FilterGains, index: int, out: Floats) -> None:
    """Write the scaled innovations of observed rows under one noise model into `out` (n_observed, n_columns)."""
    rho = float(noise_grid().rho[index])
    ar, walk = np.zeros(columns.shape[1]), np.zeros(columns.shape[1])
    inverse_sd = gains.inverse_sd[:, index].tolist()
    ar_gain, walk_gain = gains.ar_gain[:, index].tolist(), gains.walk_gain[:, index].tolist()
    row, last = 0, 0
    for t in np.flatnonzero(is_observed).tolist():
        if row:
            ar *= rho ** (t - last)
        surprise = columns[t] - ar
        surprise -= walk
        np.multiply(surprise, inverse_sd[t], out=out[row])
        ar += surprise * ar_gain[t]
        surprise *= walk_gain[t]
        walk += surprise
        row, last = row + 1, t


def noise_covariance(n_periods: int, index: int) -> Floats:
    """Return V of one noise model, shape (n_periods, n_periods)."""
    grid = noise_grid()
    i = np.arange(1, n_periods + 1)
    by_lag = grid.ar_variance[index] * grid.rho[index] ** np.arange(n_periods) / (1.0 - grid.rho[index] ** 2)
    shared = grid.walk_variance[index] * np.minimum(i[:, None], i[None, :])
    return np.asarray(by_lag[np.abs(i[:, None] - i[None, :])] + shared, dtype=np.float64)


def apply_precision(columns: Floats, is_observed: Mask, index: int) -> tuple[Floats, Floats]:
    """Return V^-1 columns and the diagonal of V^-1 for one noise model.

    Shapes (n_periods, n_columns) and (n_periods,), zero in missing rows. By the triangle that whitens, kept, up to 400
    periods; beyond in O(n) by the smoothing recursions (de Jong and Penzer 1998: smoothing errors).
    """
    if is_observed.size > _MATRIX_LENGTH:
        return _smooth(columns, is_observed, index)
    innovations = _innovations(is_observed.tobytes(), int(index))
    product, diagonal = np.zeros(columns.shape), np.zeros(is_observed.size)
    product[is_observed] = innovations.T @ (innovations @ columns[is_observed])
    diagonal[is_observed] = (innovations**2).sum(axis=0)
    return product, diagonal


def _smooth(columns: Floats, is_observed: Mask, index: int) -> tuple[Floats, Floats]:
    grid, gains = noise_grid(), filter_gains(is_observed)
    n, c = columns.shape
    rho = float(grid.rho[index])
    whole = np.empty((int(is_observed.sum()), c))
    _filter(columns, is_observed, gains, index, whole)
    ar_gain, walk_gain = gains.ar_gain[:, index].tolist(), gains.walk_gain[:, index].tolist()
    inverse_sd = gains.inverse_sd[:, index].tolist()
    smoothed, diagonal = np.zeros((n, c)), np.zeros(n)
    r_ar, r_walk = np.zeros(c), np.zeros(c)
    n_aa = n_aw = n_ww = 0.0
    row = whole.shape[0]
    for t in range(n - 1, -1, -1):
        r_ar *= rho
        n_aa, n_aw = rho * rho * n_aa, rho * n_aw
        if is_observed[t]:
            row -= 1
            k, g, precision = ar_gain[t], walk_gain[t], inverse_sd[t] ** 2
            u = np.multiply(whole[row], inverse_sd[t], out=smoothed[t])
            u -= k * r_ar
            u -= g * r_walk
            r_ar += u
            r_walk += u
            on_ar, on_walk = k * n_aa + g * n_aw, k * n_aw + g * n_ww
            size = precision + k * on_ar + g * on_walk
            diagonal[t] = size
            n_aa, n_aw, n_ww = n_aa - 2.0 * on_ar + size, n_aw - on_ar - on_walk + size, n_ww - 2.0 * on_walk + size
    return smoothed, diagonal

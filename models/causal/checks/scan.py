"""Would one column more explain the series? The question behind trend and break checks, answered as a Bayes factor.

Two explanations are compared, each averaged over the noise models. Without the column, persistence or a wandering level
may explain what is seen; with it, the column does. Given the noise, the column's coefficient has the prior N(0,
(5 se)^2), se its own standard error (a g-prior, Zellner 1986), so that log p(y | with) - log p(y | without) hangs on
its t statistic alone:

    -1/2 log(1 + 25) - df/2 log(1 - 25/26 G^2 / (S RSS)),

G, S and RSS the column's products with y and itself and the residual sum of squares, all after the mean. Harmonics,
covariates and a loading are in the mean or not, with even odds, shrunk by their priors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from models.causal.average import VARIANCE_FLOOR
from models.causal.noise import Mask, filter_gains, noise_grid, whiten_at, whiten_columns
from models.domain.effect import Floats

_SPREAD_SE = 5.0
_SHRINK = _SPREAD_SE**2 / (1.0 + _SPREAD_SE**2)
_RSS_FLOOR = 1e-18
_LARGEST_INNOVATION = 5.0


@dataclass(frozen=True, slots=True)
class ScanBase:
    """What the columns are added to.

    Shapes: y and is_observed (n_periods,), flat (n_periods, n_flat) columns that stay, block (n_periods, n_block)
    shrunk columns that are in or out together, block_sd (n_block,), their priors in units of y; `log_prior_without`
    and `log_prior_with` (n_noise,) weigh the noise models of either explanation.
    """

    y: Floats
    is_observed: Mask
    flat: Floats
    block: Floats
    block_sd: Floats
    log_prior_without: Floats
    log_prior_with: Floats


@dataclass(frozen=True, slots=True)
class ColumnScan:
    """Log Bayes factor and averaged t statistic of each candidate column, shape (n_columns,)."""

    log_ratio: Floats
    t: Floats

    def part(self, first: int, last: int) -> ColumnScan:
        """Return the columns from `first` to before `last`."""
        return ColumnScan(self.log_ratio[first:last], self.t[first:last])

    def likeliest(self) -> int:
        """Return the column that explains the most."""
        return int(np.argmax(np.round(self.log_ratio, 9)))


def scan_columns(base: ScanBase, columns: Floats) -> ColumnScan:
    """Compare explanations with and without each column (n_periods, n_columns), one at a time."""
    sd = base.block_sd
    grams = _grams(base, columns)
    choices = [np.ones(sd.size, dtype=bool), np.zeros(sd.size, dtype=bool)][: 2 if sd.size else 1]
    without, gain, t = (np.stack(part) for part in zip(*(_compare(grams, sd, used) for used in choices), strict=True))
    before = without + base.log_prior_without[None, :]
    after = without[:, :, None] + gain + base.log_prior_with[None, :, None]
    weight = np.exp(after - after.max(axis=(0, 1)))
    evidence = logsumexp(after, axis=(0, 1))
    return ColumnScan(
        log_ratio=np.asarray(evidence - logsumexp(before), dtype=np.float64),
        t=np.asarray((weight * t).sum(axis=(0, 1)) / weight.sum(axis=(0, 1)), dtype=np.float64),
    )


@dataclass(frozen=True, slots=True)
class _Grams:
    """Inner products of whitened columns under every noise model; the mean's columns are shrunk ones, then flat.

    Shapes: inner (n_noise, n_mean, n_mean), along (n_noise, n_mean, n_columns), outcome (n_noise, n_mean), square and
    product (n_noise, n_columns), total and log_det (n_noise,).
    """

    inner: Floats
    along: Floats
    outcome: Floats
    square: Floats
    product: Floats
    total: Floats
    log_det: Floats
    n_observed: int
    n_flat: int


def _grams(base: ScanBase, columns: Floats) -> _Grams:
    mean = np.column_stack([base.block, base.flat])
    k = mean.shape[1]
    y = np.where(base.is_observed, base.y, 0.0)
    white, log_det = whiten_columns(np.column_stack([mean, y, columns]), base.is_observed)
    lead = np.ascontiguousarray(white[:, : k + 1])
    cross = lead @ white.transpose(0, 2, 1)
    return _Grams(
        inner=cross[:, :k, :k],
        along=cross[:, :k, k + 1 :],
        outcome=cross[:, :k, k],
        square=np.einsum("mct,mct->mc", white[:, k + 1 :], white[:, k + 1 :]),
        product=cross[:, k, k + 1 :],
        total=cross[:, k, k],
        log_det=log_det,
        n_observed=int(base.is_observed.sum()),
        n_flat=base.flat.shape[1],
    )


def _compare(grams: _Grams, sd: Floats, is_used: Mask) -> tuple[Floats, Floats, Floats]:
    """Return log p(y | without) (n_noise,), what each column adds to it, and its t, both (n_noise, n_columns)."""
    used = [*np.flatnonzero(is_used).tolist(), *range(sd.size, sd.size + grams.n_flat)]
    df = float(grams.n_observed - grams.n_flat)
    inner = grams.inner[:, used][:, :, used]
    log_det = grams.log_det
    if is_used.any():
        variance = _plain_variance(grams, sd.size, df)
        for row, i in enumerate(np.flatnonzero(is_used)):
            inner[:, row, row] += variance / sd[i] ** 2
            log_det = log_det + np.log(sd[i] ** 2 / variance)
    outcome, along = grams.outcome[:, used], grams.along[:, used]
    solved = np.linalg.solve(inner, np.concatenate([outcome[:, :, None], along], axis=2))
    floor = _RSS_FLOOR * grams.total + VARIANCE_FLOOR
    rss = np.maximum(grams.total - np.einsum("mk,mk->m", outcome, solved[:, :, 0]), floor)
    without = -0.5 * (log_det + np.linalg.slogdet(inner)[1]) - 0.5 * df * np.log(rss)
    g = grams.product - np.einsum("mk,mkc->mc", outcome, solved[:, :, 1:])
    s = grams.square - np.einsum("mkc,mkc->mc", along, solved[:, :, 1:])
    is_own = s > 1e-9 * grams.square
    share = np.where(is_own, g**2 / np.where(is_own, s, 1.0) / rss[:, None], 0.0)
    share = np.minimum(share, 1.0 - 1e-12)
    gain = np.where(is_own, -0.5 * df * np.log1p(-_SHRINK * share) - 0.5 * np.log1p(_SPREAD_SE**2), 0.0)
    return without, gain, np.sign(g) * np.sqrt((df - 1.0) * share / (1.0 - share))


def _plain_variance(grams: _Grams, n_shrunk: int, df: float) -> Floats:
    """Return sigma^2 under each noise model with flat columns alone, shape (n_noise,)."""
    outcome = grams.outcome[:, n_shrunk:]
    solved = np.linalg.solve(grams.inner[:, n_shrunk:, n_shrunk:], outcome[:, :, None])[:, :, 0]
    rss = grams.total - np.einsum("mk,mk->m", outcome, solved)
    return np.asarray(np.maximum(rss, _RSS_FLOOR * grams.total) / df + VARIANCE_FLOOR, dtype=np.float64)


def tame_innovations(y: Floats, mean: Floats, is_observed: Mask, noise: int) -> Floats:
    """Return y with innovations under one noise model no larger than 5 robust standard deviations.

    Parameters
    ----------
    y
        Shape (n_periods,).
    mean
        Shape (n_periods, n_columns): fitted before innovations are taken.
    is_observed
        Shape (n_periods,).
    noise
        Index of the noise model.

    Notes
    -----
    A single wild innovation of heavy-tailed noise is a jump to every Gaussian model in which levels persist.
    """
    seen = np.flatnonzero(is_observed)
    white = whiten_at(np.column_stack([mean, np.where(is_observed, y, 0.0)]), is_observed, noise)
    x, target = white[:, :-1], white[:, -1]
    left = target - x @ np.linalg.lstsq(x, target, rcond=None)[0]
    bound = _LARGEST_INNOVATION * 1.4826 * float(np.median(np.abs(left)))
    tamed = np.clip(left, -bound, bound)
    if bound <= 0.0 or np.array_equal(tamed, left):
        return y
    out = y.copy()
    out[seen] += _colour(tamed - left, is_observed, noise)
    return out


def _colour(innovations: Floats, is_observed: Mask, index: int) -> Floats:
    """Return the series whose scaled innovations under one noise model are given: the inverse of `whiten_at`.

    Shapes (n_observed,) both.
    """
    grid, gains = noise_grid(), filter_gains(is_observed)
    rho, ar, walk, row, out = float(grid.rho[index]), 0.0, 0.0, 0, np.empty(innovations.size)
    for t, seen in enumerate(is_observed.tolist()):
        if seen:
            surprise = float(innovations[row] / gains.inverse_sd[t, index])
            out[row] = ar + walk + surprise
            ar += float(gains.ar_gain[t, index]) * surprise
            walk += float(gains.walk_gain[t, index]) * surprise
            row += 1
        ar *= rho
    return out

"""Joint draws of the effect path, made from the stored mixture, that agree with the average."""

from __future__ import annotations

import numpy as np

from models.causal.average import Ints
from models.causal.bands import MixtureTable, table_quantile, tabulate_mixture
from models.domain.effect import EffectEstimate, Floats, JointPlace


def effect_draws(estimate: EffectEstimate, n_draws: int = 2000, *, seed: int) -> Floats:
    """Return draws of the effect per treated unit-period (or per unit of volume).

    Averages are the quantiles (i - 1/2) / n of the result's distribution in an order permuted by the seed, so that
    draws and interval agree about zero; each has a shape by its posterior probability at that value. The mean of a
    draw over periods, weighted by `estimate.exposure`, is its average.

    Parameters
    ----------
    seed
        The caller's, from the key of the random source (KPI and treated units): lines that share a source share their
        draws.

    Returns
    -------
    ndarray, shape (n_draws, n_periods)
    """
    averages, shapes, rng = _averages_and_shapes(estimate, n_draws, seed)
    paths = averages[:, None] * estimate.shape_paths[shapes]
    if estimate.path_offsets is not None:
        paths += estimate.path_offsets[shapes]
    if estimate.path_residual is not None:
        paths += rng.standard_normal((n_draws, estimate.path_residual.shape[1])) @ estimate.path_residual.T
    if estimate.path_noise is not None:
        paths += rng.standard_normal(paths.shape) * estimate.path_noise
    share = estimate.exposure / estimate.exposure.sum()
    return np.asarray(paths + (averages - paths @ share)[:, None], dtype=np.float64)


def average_draws(estimate: EffectEstimate, n_draws: int = 2000, *, seed: int) -> Floats:
    """Return the draws of the average effect that `effect_draws` is built on, shape (n_draws,)."""
    return _averages_and_shapes(estimate, n_draws, seed)[0]


def _averages_and_shapes(estimate: EffectEstimate, n_draws: int, seed: int) -> tuple[Floats, Ints, np.random.Generator]:
    rng = np.random.Generator(np.random.PCG64(seed))
    table = tabulate_mixture(estimate.mixture, estimate.shape_paths.shape[0], is_fine=True)
    quantiles = table_quantile(table, (np.arange(1, n_draws + 1) - 0.5) / n_draws)
    averages = quantiles[
        rng.permutation(n_draws) if estimate.joint is None else joint_order(estimate.joint, n_draws, rng)
    ]
    return averages, _draw_shapes(table, averages, rng.random(n_draws)), rng


def joint_order(place: JointPlace, n_draws: int, rng: np.random.Generator) -> Ints:
    """Return the order of the quantiles of one of several effects that were fitted together, shape (n_draws,).

    Every member draws the same normal scores from the same seed, in which the correlation of the fit is exact, and
    takes the ranks of its own column (Iman and Conover 1982): each margin keeps its quantiles, and sums of effects
    spread as the fit says.
    """
    scores = rng.standard_normal((n_draws, len(place.members)))
    scores -= scores.mean(axis=0)
    if n_draws > len(place.members):
        scores = np.linalg.solve(np.linalg.cholesky(scores.T @ scores), scores.T).T
    values, vectors = np.linalg.eigh(place.correlation)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    own = np.round(scores @ root[:, place.index] * np.sqrt(n_draws), 9)
    order = np.empty(n_draws, dtype=np.int64)
    order[np.argsort(own, kind="stable")] = np.arange(n_draws)
    return order


def _draw_shapes(table: MixtureTable, averages: Floats, uniform: Floats) -> Ints:
    log_density = np.log(np.maximum(table.density, 1e-300))
    at = np.exp(np.stack([np.interp(averages, table.points, column) for column in log_density.T], axis=1))
    share = np.cumsum(at, axis=1) / at.sum(axis=1, keepdims=True)
    return np.asarray(np.minimum((share < uniform[:, None]).sum(axis=1), table.density.shape[1] - 1), dtype=np.int64)

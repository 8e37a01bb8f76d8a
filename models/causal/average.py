"""Generalised least squares averaged over noise models, mean models and effect shapes.

For each noise model V, mean option and shape the effect b and its standard error are those of GLS with covariance
V + Z L Z', where Z is the trend column of the option with prior variance L sigma^2. What is conjugate and what is not:

- the trend is conjugate: its prior variance is proportional to sigma^2, so it is integrated out exactly, by adding 1
  / L to its diagonal of the Gram matrix (Woodbury); it costs no degree of freedom;
- shrunk columns (the loading) have a prior of fixed scale, made conjugate by the variance that the noise model has
  without them (empirical Bayes), and are integrated out the same way;
- the coefficients of other free blocks (harmonics, covariates) have a proper prior of fixed scale, which is
  not conjugate: they are fitted freely, cost a degree of freedom each, and the prior density at the estimate weighs
  the option (Laplace);
- flat columns and the effect have flat priors, sigma has 1 / sigma.

Weights are restricted likelihoods (Patterson and Thompson 1971; Harville 1974), with the volume term of the step
column for every shape, so that the least identified shape is not rewarded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln

from models.causal.noise import Mask, noise_grid, whiten_columns
from models.domain.effect import Floats

Ints = np.ndarray[Any, np.dtype[np.int64]]

_KEEP_ABOVE = np.log(1e-4)
_RSS_FLOOR = 1e-18
#: Variance of a contrast that is exactly zero: small beside any KPI, large enough that its cube has an inverse.
VARIANCE_FLOOR = 1e-60


@dataclass(frozen=True, slots=True)
class MeanOption:
    """One mean model: which free columns it uses and how far its trend may drift.

    `free` indexes columns of `SeriesProblem.free`; `trend_spread` is c of the drift's prior N(0, c^2 v sigma^2), None
    without a trend.
    """

    free: tuple[int, ...]
    trend_spread: float | None
    log_prior: float
    harmonics: int = 0


@dataclass(frozen=True, slots=True)
class SeriesProblem:
    """A series with its effect columns and the models to average over.

    Shapes: y and is_observed (n_periods,), flat (n_periods, n_flat), free (n_periods, n_free) with prior standard
    deviations free_sd (n_free,) in units of y, is_shrunk (n_free,) for those that are shrunk, trend (n_periods,),
    shapes (n_periods, n_shapes) with the step first,
    noise_log_prior (n_noise,).
    """

    y: Floats
    is_observed: Mask
    flat: Floats
    free: Floats
    free_sd: Floats
    trend: Floats
    options: tuple[MeanOption, ...]
    shapes: Floats
    shape_log_prior: Floats
    noise_log_prior: Floats
    is_shrunk: Mask | None = None


@dataclass(frozen=True, slots=True)
class AverageFit:
    """The components of the average, those below 1e-4 of the largest dropped; arrays of shape (n_components,).

    `scale` is the standard error of `location`; `noise`, `option` and `shape` index the models. `best` is the most
    probable component.
    """

    weight: Floats
    location: Floats
    scale: Floats
    df: Floats
    noise: Ints
    option: Ints
    shape: Ints
    best: int

    def probability(self, is_member: Sequence[bool] | Mask, by: Ints) -> float:
        """Return the posterior probability of the models of `by` marked in `is_member`."""
        return float(self.weight[np.asarray(is_member, dtype=bool)[by]].sum())


@dataclass(frozen=True, slots=True)
class OptionFit:
    """One mean option under every noise model and shape: arrays (n_noise, n_shapes)."""

    location: Floats
    scale: Floats
    log_weight: Floats
    df: float


def fit_average(problem: SeriesProblem) -> AverageFit:
    """Return the average over all models of a series problem."""
    return _collect(fit_options(problem))


def fit_options(problem: SeriesProblem) -> list[OptionFit]:
    """Return the fit of each mean option, nothing dropped yet."""
    gram = _whiten(problem)
    variance = _plain_variance(problem, gram)
    return [_fit_option(problem, option, gram, variance) for option in problem.options]


@dataclass(frozen=True, slots=True)
class _Gram:
    """Inner products of whitened columns, in the order trend, flat, free, y, shapes.

    `cross` (n_noise, n_lead, n_columns) are those of the columns up to the step with all; `square` (n_noise, n_columns)
    those of each column with itself; no two shapes but the step meet. `outcome` is the place of y.
    """

    cross: Floats
    square: Floats
    log_det: Floats
    outcome: int


def _whiten(problem: SeriesProblem) -> _Gram:
    columns = np.column_stack([problem.trend, problem.flat, problem.free, problem.y, problem.shapes])
    outcome = 1 + problem.flat.shape[1] + problem.free.shape[1]
    whitened, log_det = whiten_columns(columns, problem.is_observed)
    cross = whitened[:, : outcome + 2] @ whitened.transpose(0, 2, 1)
    return _Gram(cross, np.einsum("mct,mct->mc", whitened, whitened), log_det, outcome)


def shrunk_columns(problem: SeriesProblem) -> tuple[int, ...]:
    """Return the free columns whose coefficients are shrunk rather than fitted freely."""
    return () if problem.is_shrunk is None else tuple(int(i) for i in np.flatnonzero(problem.is_shrunk))


def _plain_variance(problem: SeriesProblem, gram: _Gram) -> Floats:
    """Return sigma^2 under each noise model with flat columns and a step alone, shape (n_noise,)."""
    last = gram.outcome
    q = [*range(1, 1 + problem.flat.shape[1]), last + 1]
    outer = gram.cross[:, q, last]
    solved = np.linalg.solve(gram.cross[:, q][:, :, q], outer[:, :, None])[:, :, 0]
    total = gram.cross[:, last, last]
    rss = np.maximum(total - (outer * solved).sum(axis=1), _RSS_FLOOR * total)
    return np.asarray(rss / (int(problem.is_observed.sum()) - len(q)) + VARIANCE_FLOOR, dtype=np.float64)


def _fit_option(problem: SeriesProblem, option: MeanOption, gram: _Gram, variance: Floats) -> OptionFit:
    n_observed, n_span = int(problem.is_observed.sum()), int(problem.is_observed.size)
    n_flat, last, log_det = problem.flat.shape[1], gram.outcome, gram.log_det
    shrunk = [i for i in option.free if i in shrunk_columns(problem)]
    loose = [i for i in option.free if i not in shrunk]
    free = [1 + n_flat + i for i in loose]
    q = ([] if option.trend_spread is None else [0]) + [1 + n_flat + i for i in shrunk]
    q += [*range(1, 1 + n_flat), *free]
    lead = gram.cross[:, q]
    inner, outer = lead[:, :, q], lead[:, :, last:]
    if option.trend_spread is not None:
        prior_variance = option.trend_spread**2 * noise_grid().level_variance(n_span)
        inner[:, 0, 0] += 1.0 / prior_variance
        log_det = log_det + np.log(prior_variance)
    for row, i in enumerate(shrunk, start=0 if option.trend_spread is None else 1):
        inner[:, row, row] += variance / problem.free_sd[i] ** 2
        log_det = log_det + np.log(problem.free_sd[i] ** 2 / variance)
    solved = np.linalg.solve(inner, outer)
    log_det = log_det + np.linalg.slogdet(inner)[1]
    taken = np.einsum("mkc,mkc->mc", outer, solved)
    g_ss, g_yy = gram.square[:, last + 1 :] - taken[:, 1:], gram.cross[:, last, last] - taken[:, 0]
    g_sy = gram.cross[:, last, last + 1 :] - np.einsum("mk,mkc->mc", outer[:, :, 0], solved[:, :, 1:])
    location = g_sy / g_ss
    floor = _RSS_FLOOR * gram.cross[:, last, last] + VARIANCE_FLOOR
    rss = np.maximum(g_yy[:, None] - location * g_sy, floor[:, None])
    df = float(n_observed - n_flat - len(free) - 1)
    log_weight = -0.5 * (log_det[:, None] + np.log(g_ss[:, :1])) - 0.5 * df * np.log(np.pi * rss) + gammaln(0.5 * df)
    if free:
        at = solved[:, -len(free) :, :]
        coefficients = at[:, :, :1] - at[:, :, 1:] * location[:, None, :]
        sd = problem.free_sd[loose][None, :, None]
        log_weight += (-0.5 * (coefficients / sd) ** 2 - np.log(sd) - 0.5 * np.log(2.0 * np.pi)).sum(axis=1)
    log_weight += option.log_prior + problem.noise_log_prior[:, None] + problem.shape_log_prior[None, :]
    return OptionFit(location, np.sqrt(rss / df / g_ss), log_weight, df)


def _collect(fits: list[OptionFit]) -> AverageFit:
    log_weight = np.round(np.stack([fit.log_weight for fit in fits]), 9)
    option, noise, shape = np.nonzero(log_weight > log_weight.max() + _KEEP_ABOVE)
    kept = log_weight[option, noise, shape]
    weight = np.exp(kept - kept.max())
    df = np.array([fit.df for fit in fits])
    return AverageFit(
        weight=weight / weight.sum(),
        location=np.stack([fit.location for fit in fits])[option, noise, shape],
        scale=np.stack([fit.scale for fit in fits])[option, noise, shape],
        df=df[option],
        noise=noise.astype(np.int64),
        option=option.astype(np.int64),
        shape=shape.astype(np.int64),
        best=int(np.argmax(kept)),
    )

"""One component of the average looked at closely: coefficients, fitted mean, outlier statistics, statsmodels' table."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.iolib.summary import summary_params
from statsmodels.regression.linear_model import GLS, OLS

from models.causal.average import VARIANCE_FLOOR, AverageFit, SeriesProblem, shrunk_columns
from models.causal.noise import Mask, apply_precision, noise_covariance, noise_grid, whiten_at
from models.domain.effect import Floats

_DENSE_LENGTH = 400


@dataclass(frozen=True, slots=True)
class ComponentModel:
    """The design of one component.

    `columns` (n_periods, n_columns) have the effect last, and the trend first if there is one.
    `ridge` (n_columns,) is 1 / L for the trend and shrunk columns, 0 elsewhere; `noise` indexes the noise model.
    """

    columns: Floats
    names: tuple[str, ...]
    ridge: Floats
    noise: int
    is_observed: Mask


@dataclass(frozen=True, slots=True)
class ComponentFit:
    """GLS at one component.

    Coefficients (n_columns,), fitted mean without the effect (n_periods,), outlier statistics
    (n_periods,), NaN where missing, unscaled.
    """

    coefficients: Floats
    baseline: Floats
    outlier_t: Floats


def component_model(problem: SeriesProblem, fit: AverageFit, component: int) -> ComponentModel:
    """Return the model of one component of an average."""
    option = problem.options[int(fit.option[component])]
    noise = int(fit.noise[component])
    parts, names, ridge = [], [], []
    if option.trend_spread is not None:
        variance = option.trend_spread**2 * noise_grid().level_variance(problem.y.size)[noise]
        parts.append(problem.trend)
        names.append("trend")
        ridge.append(1.0 / variance)
    for i in sorted(set(option.free) & set(shrunk_columns(problem))):
        parts.append(problem.free[:, i])
        names.append("loading")
        ridge.append(_plain_variance(problem, noise) / problem.free_sd[i] ** 2)
    for i in range(problem.flat.shape[1]):
        parts.append(problem.flat[:, i])
        names.append("level" if i == 0 else f"fixed {i}")
    for i in sorted(set(option.free) - set(shrunk_columns(problem))):
        parts.append(problem.free[:, i])
        names.append(f"block {i + 1}")
    parts.append(problem.shapes[:, int(fit.shape[component])])
    names.append("effect")
    ridge += [0.0] * (len(parts) - len(ridge))
    return ComponentModel(np.column_stack(parts), tuple(names), np.array(ridge), noise, problem.is_observed)


def _plain_variance(problem: SeriesProblem, noise: int) -> float:
    """Return sigma^2 under one noise model with flat columns and a step alone."""
    columns = np.column_stack([problem.flat, problem.shapes[:, 0], problem.y])
    white = whiten_at(columns, problem.is_observed, noise)
    x, y = white[:, :-1], white[:, -1]
    left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(max(left @ left, 1e-18 * (y @ y)) / (y.size - x.shape[1]) + VARIANCE_FLOOR)


def fit_component(y: Floats, model: ComponentModel) -> ComponentFit:
    """Return GLS at one component with the additive-outlier statistic of every observed period.

    The statistic of period t is (M y)_t / sqrt(M_tt) with M = V^-1 - V^-1 X (X' V^-1 X + R)^-1 X' V^-1 (Chang, Tiao
    and Chen 1988).
    """
    seen = model.is_observed
    stacked = np.where(seen[:, None], np.column_stack([model.columns, np.where(seen, y, 0.0)]), 0.0)
    precise, diagonal = apply_precision(stacked, seen, model.noise)
    x, vx, vy = stacked[:, :-1], precise[:, :-1], precise[:, -1]
    inverse = np.linalg.inv(x.T @ vx + np.diag(model.ridge))
    coefficients = inverse @ (x.T @ vy)
    residual = vy - vx @ coefficients
    spread = diagonal - np.einsum("ti,ij,tj->t", vx, inverse, vx)
    is_usable = seen & (spread > 1e-9 * diagonal.max())
    outlier_t = np.full(y.shape, np.nan)
    outlier_t[is_usable] = residual[is_usable] / np.sqrt(spread[is_usable])
    return ComponentFit(coefficients, model.columns[:, :-1] @ coefficients[:-1], outlier_t)


def statsmodels_table(y: Floats, model: ComponentModel) -> str:
    """Return statsmodels' GLS coefficient table with sigma = V + Z L Z' at one component.

    Beyond 400 periods the same regression is run on whitened rows, with the trend's prior as one row more, which has
    the same coefficients, standard errors and degrees of freedom.
    """
    seen = model.is_observed
    with warnings.catch_warnings():
        # The table only describes what is estimated elsewhere; statsmodels warns of short or exact fits in it.
        warnings.simplefilter("ignore")
        try:
            result, names = _fit_dense(y, model) if y.size <= _DENSE_LENGTH else _fit_whitened(y, model)
        except np.linalg.LinAlgError:  # a prior so wide that the sum of both has no inverse in floats
            result, names = _fit_whitened(y, model)
        table = summary_params(result, xname=list(names), yname="KPI", alpha=0.05).as_text()
    return f"GLS, {int(seen.sum())} periods, {noise_grid().describe(model.noise)}\n{table}"


def _fit_dense(y: Floats, model: ComponentModel) -> tuple[Any, tuple[str, ...]]:
    seen, is_shrunk = model.is_observed, model.ridge > 0.0
    sigma = noise_covariance(y.size, model.noise)[np.ix_(seen, seen)]
    x = model.columns[seen]
    sigma = sigma + (x[:, is_shrunk] / model.ridge[is_shrunk]) @ x[:, is_shrunk].T
    names = tuple(name for name, gone in zip(model.names, is_shrunk, strict=True) if not gone)
    return GLS(y[seen], x[:, ~is_shrunk], sigma=sigma).fit(), names


def _fit_whitened(y: Floats, model: ComponentModel) -> tuple[Any, tuple[str, ...]]:
    white = whiten_at(np.column_stack([model.columns, y]), model.is_observed, model.noise)
    prior = np.diag(np.append(np.sqrt(model.ridge), 0.0))
    rows = np.vstack([white, prior[prior.any(axis=1)]])
    return OLS(rows[:, -1], rows[:, :-1]).fit(), model.names

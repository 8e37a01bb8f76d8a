"""statsmodels' table of a staggered fit at its most probable noise model."""

from __future__ import annotations

import warnings

import numpy as np
from statsmodels.iolib.summary import summary_params
from statsmodels.regression.linear_model import OLS

from models.causal.imputation_gls import ImputationFit
from models.causal.noise import noise_grid, whiten_at
from models.domain.effect import Floats


def imputation_table(fit: ImputationFit, weights: Floats, noise: int, unit_size: float) -> str:
    """Return statsmodels' coefficient table of the average effect.

    By the theorem of Frisch, Waugh and Lovell the average effect is one coefficient of a regression of whitened
    outcomes, after unit and period effects and the other cell effects have been partialled out; that regression is
    what statsmodels is given.

    Parameters
    ----------
    weights
        Shape (n_units, n_periods): weight of each cell in the average.
    unit_size
        Size of the unit of the fit's outcomes.
    """
    outcome, regressor = _partialled(fit, weights, noise)
    with warnings.catch_warnings():
        # The table only describes what is estimated elsewhere; statsmodels warns of short or exact fits in it.
        warnings.simplefilter("ignore")
        model = OLS(outcome * unit_size, regressor[:, None])
        model.df_resid = fit.df
        table = summary_params(model.fit(), xname=["effect"], yname="KPI", alpha=0.05).as_text()
    n_cells = int(np.isfinite(fit.residuals).sum() + np.isfinite(fit.effects).sum())
    return f"GLS imputation, {n_cells} cells, {noise_grid().describe(noise)}\n{table}"


def _partialled(fit: ImputationFit, weights: Floats, noise: int) -> tuple[Floats, Floats]:
    """Return whitened residual outcomes plus the average effect's share, and its partialled-out regressor.

    The regressor is L' v / (v' V v), where v are the weights with which the estimator combines outcomes, V = L L' the
    covariance of all cells, each unit with its own share.
    """
    n_periods = weights.shape[1]
    on_periods = np.zeros(n_periods)
    own: list[Floats] = []
    for block in fit.blocks:
        w = weights[np.ix_(block.rows, block.post)]
        a = w @ (1.0 - block.carry.sum(axis=1))
        on_periods[list(block.post)] += w.sum(axis=0)
        on_periods[list(block.pre)] -= w.sum(axis=0) @ block.carry + a.sum() * block.level
        own.append(-(w @ block.carry) - a[:, None] * block.level)
    pull = fit.period_covariance @ on_periods
    residuals, regressors, average = [], [], 0.0
    for block, before in zip(fit.blocks, own, strict=True):
        v = np.zeros((len(block.rows), n_periods))
        spread = np.sqrt(fit.variances[list(block.rows)])[:, None]
        v[:, list(block.pre)] = before - (block.centred @ pull[list(block.pre)]) / spread**2
        w = weights[np.ix_(block.rows, block.post)]
        v[:, list(block.post)] = w
        cells = np.isin(np.arange(n_periods), [*block.pre, *block.post])
        factor = whiten_at(np.eye(n_periods)[:, cells], cells, noise)
        regressors.append(np.linalg.solve(factor.T, v[:, cells].T).T * spread)
        left = np.zeros((len(block.rows), n_periods))
        left[:, list(block.pre)] = fit.residuals[np.ix_(block.rows, block.pre)]
        left[:, list(block.post)] = left[:, list(block.pre)] @ block.carry.T
        residuals.append(left[:, cells] @ factor.T / spread)
        average += float((w * np.nan_to_num(fit.effects[np.ix_(block.rows, block.post)])).sum())
    regressor = np.concatenate([part.ravel() for part in regressors])
    regressor /= regressor @ regressor
    residual = np.concatenate([part.ravel() for part in residuals])
    return residual + regressor * average, regressor

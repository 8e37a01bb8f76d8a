"""How a series may go on: draws of its future, given its past, from the noise models that the past makes probable."""

from __future__ import annotations

import numpy as np

from models.causal.component import ComponentModel, component_model
from models.causal.noise import Mask, noise_grid, whiten_at
from models.causal.outliers import SeriesFit
from models.domain.effect import Floats


def draw_continuations(found: SeriesFit, n_draws: int, rng: np.random.Generator) -> Floats:
    """Return draws of a series with its missing end filled in, shape (n_draws, n_periods), in the fit's units.

    Each draw takes a component of the average by its weight, then variance, coefficients and the state of the noise
    at the end of the past from their posterior, and goes on from there: what the past leaves open about the noise is
    in the spread of the draws.
    """
    fit, problem = found.fit, found.problem
    chosen = rng.choice(fit.weight.size, size=n_draws, p=fit.weight / fit.weight.sum())
    models = {int(c): component_model(problem, fit, int(c)) for c in np.unique(chosen)}
    return np.stack([draw_continuation(problem.y, models[int(c)], rng) for c in chosen])


def draw_continuation(y: Floats, model: ComponentModel, rng: np.random.Generator) -> Floats:
    """Return one draw of a series under one model: the past as it was, then its future, shape (n_periods,)."""
    seen = model.is_observed
    last = int(np.flatnonzero(seen)[-1])
    white = whiten_at(np.column_stack([model.columns, np.where(seen, y, 0.0)]), seen, model.noise)
    x, outcome = white[:, :-1], white[:, -1]
    normal = x.T @ x + np.diag(model.ridge)
    inverse = np.linalg.inv(normal)
    mean = inverse @ (x.T @ outcome)
    n_free = int((model.ridge == 0.0).sum())
    df = max(outcome.size - n_free, 1)
    rss = max(float(outcome @ outcome - mean @ normal @ mean), 0.0)
    sigma = float(np.sqrt(rss / rng.chisquare(df)))
    coefficients = rng.multivariate_normal(mean, sigma**2 * (inverse + inverse.T) / 2.0, method="eigh")
    baseline = model.columns @ coefficients
    out = np.where(np.isfinite(y), y, baseline)
    noise = _draw_noise(np.where(seen, y - baseline, 0.0), seen, model.noise, sigma, rng)
    out[last + 1 :] = baseline[last + 1 :] + noise
    return out


def _draw_noise(residual: Floats, seen: Mask, noise: int, sigma: float, rng: np.random.Generator) -> Floats:
    """Return noise after the last period seen, given the residuals up to it (Harvey 1989, chapter 3)."""
    grid = noise_grid()
    rho, q_ar, q_walk = float(grid.rho[noise]), float(grid.ar_variance[noise]), float(grid.walk_variance[noise])
    last = int(np.flatnonzero(seen)[-1])
    move, shock = np.array([rho, 1.0]), np.diag([q_ar, q_walk])
    state, spread = np.zeros(2), np.diag([q_ar / (1.0 - rho**2), q_walk])
    for t in range(last + 1):
        if seen[t]:
            gain = spread.sum(axis=1) / spread.sum()
            state = state + gain * (residual[t] - state.sum())
            spread = spread - np.outer(gain, spread.sum(axis=0))
        state, spread = move * state, spread * np.outer(move, move) + shock
    n_future = residual.size - last - 1
    values, vectors = np.linalg.eigh(spread)
    state = state + sigma * vectors @ (np.sqrt(np.maximum(values, 0.0)) * rng.standard_normal(2))
    shocks = sigma * np.sqrt([q_ar, q_walk]) * rng.standard_normal((n_future, 2))
    out = np.zeros(n_future)
    for k in range(n_future):
        out[k] = state.sum()
        state = move * state + shocks[k]
    return out

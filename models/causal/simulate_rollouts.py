"""Staggered roll-outs and randomised units with known truth, each with an oracle that knows the covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from models.causal.average import Ints
from models.causal.noise import Mask
from models.causal.simulate import SimulatedPanel, autoregressive, period_dates
from models.causal.study import Study
from models.domain.calendar import Frequency
from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class RolloutRecipe:
    """How a roll-out is made: unit noise beside a common shock and a season; units differ by date alone.

    `waves` go-live dates, `gap` periods apart, share the treated units. `spread` is the ratio of the largest to the
    smallest noise across units (standard deviations), `sizes` that of their volumes, with noise variance as 1 / volume.
    `unit_effects` is the standard deviation of effects across units, `late` the share of units that join a fifth into
    the window, `is_randomised` gives go-lives to units drawn at random and says so.
    """

    n_units: int = 30
    n_treated: int = 20
    n: int = 104
    go_live: int = 40
    waves: int = 4
    gap: int = 15
    frequency: Frequency = Frequency.WEEK
    rho: float = 0.5
    walk: float = 0.0
    ar: float = 1.0
    noise: float = 1.0
    df: float = 0.0
    levels: float = 5.0
    shock: float = 1.0
    season: float = 2.0
    effect: float = 1.0
    growth: float = 0.0
    ramp: int = 0
    unit_effects: float = 0.0
    spread: float = 1.0
    sizes: float = 1.0
    gaps: float = 0.0
    late: float = 0.0
    outliers: int = 0
    is_randomised: bool = False


def rollout_family(recipe: RolloutRecipe) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of replicates of a roll-out."""

    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        u, n = recipe.n_units, recipe.n
        scale = recipe.noise * recipe.spread ** (rng.permutation(u) / max(u - 1, 1) - 0.5)
        volume = recipe.sizes ** (rng.permutation(u) / max(u - 1, 1) - 0.5)
        scale = scale / np.sqrt(volume)
        starts = _starts(recipe, rng)
        age = np.arange(n)[None, :] - starts[:, None]
        effects = _effects(recipe, age, rng)
        values = _untreated(recipe, scale, rng) + effects
        if recipe.outliers:
            at = rng.choice(u * n, recipe.outliers, replace=False)
            values.ravel()[at] += 8.0 * rng.choice([-1.0, 1.0], recipe.outliers)
        values[rng.random((u, n)) < recipe.gaps] = np.nan
        values[: int(recipe.late * u), : n // 5] = np.nan
        seen = np.isfinite(values)
        counted = _identified(age, seen)
        weight = np.where(counted, volume[:, None], 0.0)
        oracle = imputation_oracle_se(
            seen & (age < 0),
            weight / weight.sum(),
            rollout_covariance(recipe),
            scale**2,
            max(recipe.levels, 1e-6) ** 2 if recipe.is_randomised else np.inf,
        )
        return SimulatedPanel(
            _frame(recipe, values, volume),
            _go_live(recipe, starts),
            Study(frequency=recipe.frequency, is_randomised=recipe.is_randomised),
            float((weight * effects).sum() / weight.sum()),
            float((weight * effects).sum()),
            oracle,
        )

    return simulate


def _starts(recipe: RolloutRecipe, rng: np.random.Generator) -> Ints:
    starts = np.full(recipe.n_units, recipe.n + 1)
    for i in range(recipe.n_treated):
        starts[i] = recipe.go_live + recipe.gap * (i * recipe.waves // recipe.n_treated)
    return rng.permutation(starts)


def _effects(recipe: RolloutRecipe, age: Ints, rng: np.random.Generator) -> Floats:
    unit = recipe.effect + recipe.unit_effects * rng.standard_normal((recipe.n_units, 1))
    ramp = np.minimum(1.0, (age + 1.0) / recipe.ramp) if recipe.ramp else 1.0
    return np.where(age >= 0, unit * ramp + recipe.growth * age, 0.0)


def _untreated(recipe: RolloutRecipe, scale: Floats, rng: np.random.Generator) -> Floats:
    u, n = recipe.n_units, recipe.n
    cycle = {Frequency.MONTH: 12, Frequency.WEEK: 52}[recipe.frequency]
    common = recipe.shock * autoregressive(rng, n, (0.7,)) + recipe.season * np.sin(2 * np.pi * np.arange(n) / cycle)
    noise = np.stack([autoregressive(rng, n, (recipe.rho,), 0.0, recipe.df) for _ in range(u)])
    noise = recipe.ar * noise + recipe.walk * np.cumsum(rng.standard_normal((u, n)), axis=1)
    return np.asarray(
        100.0 + recipe.levels * rng.standard_normal((u, 1)) + common + scale[:, None] * noise, dtype=np.float64
    )


def _identified(age: Ints, seen: Mask) -> Mask:
    """Return treated cells with eight untreated periods of their unit and an untreated unit beside them."""
    untreated = seen & (age < 0)
    has_before = untreated.sum(axis=1) >= 8
    return np.asarray(
        seen & (age >= 0) & has_before[:, None] & np.asarray(untreated.any(axis=0))[None, :], dtype=np.bool_
    )


def _frame(recipe: RolloutRecipe, values: Floats, volume: Floats) -> pd.DataFrame:
    u, n = values.shape
    units = [f"u{i:03d}" for i in range(u)]
    dates = np.array(period_dates(n, recipe.frequency), dtype=object)
    frame = pd.DataFrame({"unit": np.repeat(units, n), "period": np.tile(dates, u), "value": values.ravel()})
    return frame.assign(weight=np.repeat(volume, n)) if recipe.sizes != 1.0 else frame


def _go_live(recipe: RolloutRecipe, starts: Ints) -> dict[str, date]:
    dates = period_dates(recipe.n, recipe.frequency)
    return {f"u{i:03d}": dates[start] for i, start in enumerate(starts) if start < recipe.n}


def rollout_covariance(recipe: RolloutRecipe) -> Floats:
    """Return the covariance over time of a unit of scale 1, shape (n_periods, n_periods)."""
    i = np.arange(recipe.n)
    ar = recipe.rho ** np.abs(i[:, None] - i[None, :]) / (1.0 - recipe.rho**2)
    return np.asarray(recipe.ar**2 * ar + recipe.walk**2 * (np.minimum(i[:, None], i[None, :]) + 1.0), dtype=np.float64)


def imputation_oracle_se(
    untreated: Mask, weights: Floats, covariance: Floats, variance: Floats, level_variance: float = np.inf
) -> float:
    """Return the standard error of GLS imputation that knows the covariance of every unit.

    Parameters
    ----------
    untreated, weights
        Shape (n_units, n_periods): cells to fit on; the weight of each treated cell in the average, zero elsewhere.
    covariance, variance
        Shape (n_periods, n_periods) over time, and (n_units,) its scale by unit.
    level_variance
        Variance of unit levels where chance alone parts the arms; infinite leaves each level free.
    """
    n = untreated.shape[1]
    normal, on_periods, own = np.zeros((n, n)), np.zeros(n), 0.0
    precisions: dict[bytes, Floats] = {}
    for row in np.flatnonzero(untreated.any(axis=1)):
        pre, post = np.flatnonzero(untreated[row]), np.flatnonzero(weights[row])
        key = untreated[row].tobytes()
        if key not in precisions:
            precisions[key] = np.asarray(np.linalg.inv(covariance[np.ix_(pre, pre)]), dtype=np.float64)
        precision = precisions[key]
        ones = precision.sum(axis=1)
        size = float(ones.sum()) + variance[row] / level_variance
        normal[np.ix_(pre, pre)] += (precision - np.outer(ones, ones) / size) / variance[row]
        if post.size:
            w = weights[row, post]
            carry = w @ covariance[np.ix_(post, pre)] @ precision
            left = float(w.sum() - carry.sum())
            spread = w @ covariance[np.ix_(post, post)] @ w - carry @ covariance[np.ix_(pre, post)] @ w
            own += float(variance[row] * (spread + left**2 / size))
            on_periods[post] += w
            on_periods[pre] -= carry + left * ones / size
    used = np.flatnonzero(untreated.any(axis=0))
    free = used[1:] if np.isinf(level_variance) else used
    return float(np.sqrt(own + on_periods[free] @ np.linalg.solve(normal[np.ix_(free, free)], on_periods[free])))


_STANDARD = RolloutRecipe()
_FEW = replace(_STANDARD, n_units=12, n_treated=8)
_MONTHLY = RolloutRecipe(n_units=20, n_treated=14, n=36, go_live=14, gap=4, frequency=Frequency.MONTH, rho=0.3)
_ONE_DATE = replace(_STANDARD, n=78, go_live=26, waves=1, is_randomised=True)

#: Staggered roll-outs and randomised units: name and how a replicate is made.
ROLLOUT_FAMILIES: dict[str, Callable[[np.random.Generator], SimulatedPanel]] = {
    "rollout_growing": rollout_family(RolloutRecipe(growth=0.05)),
    "rollout_not_yet": rollout_family(RolloutRecipe(n_units=24, n_treated=24)),
    "rollout_few": rollout_family(replace(_FEW, waves=2)),
    "rollout_few_short": rollout_family(replace(_FEW, n=48, go_live=16, gap=6)),
    "rollout_single_dates": rollout_family(RolloutRecipe(n_units=10, n_treated=10, waves=10, gap=5, go_live=30)),
    "rollout_variances": rollout_family(RolloutRecipe(spread=2.0)),
    "rollout_spreads": rollout_family(RolloutRecipe(spread=4.0)),
    "rollout_sizes": rollout_family(RolloutRecipe(sizes=10.0)),
    "rollout_unbalanced": rollout_family(RolloutRecipe(gaps=0.1, late=0.3, growth=0.02)),
    "rollout_monthly": rollout_family(_MONTHLY),
    "rollout_unit_effects": rollout_family(RolloutRecipe(unit_effects=0.5)),
    "rollout_ramp": rollout_family(RolloutRecipe(ramp=13, effect=2.0)),
    "rollout_ar_08": rollout_family(RolloutRecipe(rho=0.8)),
    "rollout_local_level": rollout_family(RolloutRecipe(rho=0.0, walk=0.15)),
    "rollout_walk": rollout_family(RolloutRecipe(ar=0.0, walk=1.0)),
    "rollout_heavy_tails": rollout_family(RolloutRecipe(df=4.0)),
    "rollout_outliers": rollout_family(RolloutRecipe(outliers=20)),
    "rollout_50x156": rollout_family(RolloutRecipe(n_units=50, n_treated=35, n=156, go_live=60, gap=20, growth=0.02)),
    "randomised_few": rollout_family(replace(_ONE_DATE, n_units=8, n_treated=4)),
    "randomised": rollout_family(replace(_ONE_DATE, n_units=20, n_treated=10)),
    "randomised_many": rollout_family(replace(_ONE_DATE, n_units=80, n_treated=40)),
    "randomised_alike": rollout_family(replace(_ONE_DATE, n_units=20, n_treated=10, levels=0.0)),
    "randomised_some_levels": rollout_family(replace(_ONE_DATE, n_units=20, n_treated=10, levels=0.3)),
    "randomised_uneven_arms": rollout_family(replace(_ONE_DATE, n_units=24, n_treated=4, levels=1.0)),
    "randomised_dates": rollout_family(RolloutRecipe(n_units=24, n_treated=18, n=78, go_live=26, is_randomised=True)),
    "randomised_gaps_sizes": rollout_family(
        replace(_ONE_DATE, n_units=20, n_treated=10, levels=1.0, gaps=0.05, sizes=5.0)
    ),
}

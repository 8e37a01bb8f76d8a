"""Panels of unlike units with known truth: sizes, variances, coverage, loadings, counts and ratios.

Every family has an effect that begins on all treated units at once. The oracle is GLS that knows the covariance of
treated mean less control mean (or, where coverage is unbalanced, of every unit), the shape, and which columns the mean
has: a level, and what is common to the units where treated units follow it otherwise than controls do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from models.causal.noise import Mask
from models.causal.simulate import SimulatedPanel, autoregressive, period_dates
from models.causal.study import Study
from models.domain.calendar import Frequency, add_months
from models.domain.effect import Floats

_CYCLE = {Frequency.WEEK: 52, Frequency.MONTH: 12, Frequency.QUARTER: 4}


@dataclass(frozen=True, slots=True)
class UnitRecipe:
    """How a panel of unlike units is made; standard deviations in units of the innovations of a plain unit.

    `spread_rho` draws each unit's autocorrelation uniformly within that distance of `rho`; `sd_pattern` repeats over
    units; `side_shock` is common to controls only; `loading` is how far treated units follow what is common (season,
    shock, walk); `size_spread` is the log standard deviation of unit sizes, with variance 1 / size; `ratio` and
    `counts` are the mean denominator and count; `late` is the share of units with partial coverage.
    """

    n_treated: int = 1
    n_controls: int = 9
    n: int = 130
    go_live: int = 90
    frequency: Frequency = Frequency.WEEK
    rho: float = 0.5
    spread_rho: float = 0.0
    sd_treated: float = 1.0
    sd_controls: float = 1.0
    sd_pattern: tuple[float, ...] = (1.0,)
    shock: float = 1.0
    season: float = 0.0
    walk: float = 0.0
    side_shock: float = 0.0
    loading: float = 1.0
    df: float = 0.0
    size_spread: float = 0.0
    effect_spread: float = 0.0
    ratio: float = 0.0
    counts: float = 0.0
    late: float = 0.0
    gaps: float = 0.0
    effect: float = 1.0

    @property
    def n_units(self) -> int:
        """Number of units, treated ones first."""
        return self.n_treated + self.n_controls


@dataclass(frozen=True, slots=True)
class _Units:
    """What is drawn once per unit, each of shape (n_units,)."""

    rho: Floats
    sd: Floats
    size: Floats


def unit_family(recipe: UnitRecipe) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of replicates of a panel of unlike units."""

    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        units, n = _draw_units(recipe, rng), recipe.n
        common = _common(recipe, rng)
        loading = np.where(np.arange(recipe.n_units) < recipe.n_treated, recipe.loading, 1.0)
        noise = np.stack([autoregressive(rng, n, (rho,), 0.0, recipe.df) for rho in units.rho]) * units.sd[:, None]
        noise[recipe.n_treated :] += recipe.side_shock * autoregressive(rng, n, (0.7,))
        effects = np.zeros((recipe.n_units, n))
        by_unit = recipe.effect * (1.0 + recipe.effect_spread * rng.standard_normal(recipe.n_treated))
        effects[: recipe.n_treated, recipe.go_live :] = by_unit[:, None]
        level = (recipe.counts or 100.0) + (0.0 if recipe.counts else 5.0) * rng.standard_normal((recipe.n_units, 1))
        mean = level + loading[:, None] * common + noise + effects
        values, weights = _observe(recipe, units, mean, rng)
        seen = _coverage(recipe, rng)
        values[~seen] = np.nan
        counted = seen[: recipe.n_treated, recipe.go_live :]
        weight = np.where(counted, weights[: recipe.n_treated, recipe.go_live :], 0.0)
        total = float((weight * effects[: recipe.n_treated, recipe.go_live :]).sum())
        dates = unit_dates(n, recipe.frequency)
        frame = _frame(recipe, values, weights, dates)
        return SimulatedPanel(
            frame,
            {f"u{i:03d}": dates[recipe.go_live] for i in range(recipe.n_treated)},
            Study(frequency=recipe.frequency, aggregation="ratio" if recipe.ratio else None),
            total / float(weight.sum()),
            total,
            _oracle_se(recipe, units, weights, seen, common),
        )

    return simulate


def unit_dates(n: int, frequency: Frequency) -> list[date]:
    """Return n periods of a frequency from the start of 2022 on."""
    if frequency is Frequency.QUARTER:
        return [add_months(date(2022, 1, 1), 3 * i) for i in range(n)]
    return period_dates(n, frequency)


def _draw_units(recipe: UnitRecipe, rng: np.random.Generator) -> _Units:
    n = recipe.n_units
    rho = recipe.rho + recipe.spread_rho * rng.uniform(-1.0, 1.0, n)
    size = np.exp(recipe.size_spread * rng.standard_normal(n))
    pattern = np.resize(np.array(recipe.sd_pattern), n)
    sd = np.where(np.arange(n) < recipe.n_treated, recipe.sd_treated, recipe.sd_controls) * pattern
    return _Units(rho, sd / np.sqrt(size), size)


def _common(recipe: UnitRecipe, rng: np.random.Generator) -> Floats:
    season = recipe.season * np.sin(2.0 * np.pi * np.arange(recipe.n) / _CYCLE[recipe.frequency])
    walk = recipe.walk * np.cumsum(rng.standard_normal(recipe.n))
    return np.asarray(recipe.shock * autoregressive(rng, recipe.n, (0.7,)) + season + walk, dtype=np.float64)


def _observe(recipe: UnitRecipe, units: _Units, mean: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return values and weights (n_units, n_periods): as they are, as counts, or per cent of a denominator."""
    if recipe.counts:
        return rng.poisson(np.maximum(mean, 0.01)).astype(np.float64), np.ones(mean.shape)
    if recipe.ratio:
        weights = 1.0 + rng.poisson(recipe.ratio * units.size[:, None], mean.shape).astype(np.float64)
        share = np.clip((mean - 70.0) / 100.0, 0.001, 0.999)
        return 100.0 * rng.binomial(weights.astype(np.int64), share) / weights, weights
    return mean, np.tile(units.size[:, None] if recipe.size_spread else 1.0, (1, recipe.n)) * np.ones(mean.shape)


def _coverage(recipe: UnitRecipe, rng: np.random.Generator) -> Mask:
    """Return which cells are observed: units that come late or leave early, by up to a quarter, and single gaps."""
    seen = np.ones((recipe.n_units, recipe.n), dtype=bool)
    n_partial = round(recipe.late * recipe.n_units)
    for k, i in enumerate(rng.permutation(recipe.n_units)[:n_partial]):
        away = int(rng.integers(1, recipe.n // 4))
        seen[i, slice(0, away) if k % 2 else slice(recipe.n - away, None)] = False
    seen &= rng.random(seen.shape) >= recipe.gaps
    return np.asarray(seen, dtype=bool)


def _frame(recipe: UnitRecipe, values: Floats, weights: Floats, dates: list[date]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i:03d}" for i in range(recipe.n_units)], recipe.n),
            "period": np.tile(np.array(dates, dtype=object), recipe.n_units),
            "value": values.ravel(),
        }
    )
    if recipe.ratio:
        return frame.drop(columns="value").assign(numerator=(values * weights).ravel(), denominator=weights.ravel())
    return frame.assign(weight=weights.ravel()) if recipe.size_spread else frame


def _oracle_se(recipe: UnitRecipe, units: _Units, weights: Floats, seen: Mask, common: Floats) -> float:
    treated = np.arange(recipe.n_units) < recipe.n_treated
    blocks = [_unit_covariance(recipe, units, weights, i) for i in range(recipe.n_units)]
    after = (np.arange(recipe.n) >= recipe.go_live).astype(np.float64)
    if not seen.all():
        return _full_oracle_se(blocks, seen, treated, after)
    covariance = np.zeros((recipe.n, recipe.n))
    for group in (treated, ~treated):
        share = np.where(group[:, None], weights, 0.0)
        share = share / share.sum(axis=0)
        for i in np.flatnonzero(group):
            covariance += share[i][:, None] * blocks[i] * share[i][None, :]
    if recipe.side_shock:
        covariance += recipe.side_shock**2 * ar_covariance(0.7, recipe.n)
    columns = [np.ones(recipe.n), after] + ([common] if recipe.loading != 1.0 else [])
    x = np.column_stack(columns)
    return float(np.sqrt(np.linalg.inv(x.T @ np.linalg.solve(covariance, x))[1, 1]))


def _unit_covariance(recipe: UnitRecipe, units: _Units, weights: Floats, i: int) -> Floats:
    own = np.zeros(recipe.n)
    if recipe.counts:
        own += recipe.counts
    if recipe.ratio:
        own += 0.3 * 0.7 * 1e4 / weights[i]
    of_level = units.sd[i] ** 2 * ar_covariance(float(units.rho[i]), recipe.n)
    return np.asarray(of_level + np.diag(own), dtype=np.float64)


@lru_cache(maxsize=64)
def ar_covariance(rho: float, n: int) -> Floats:
    """Return the covariance (n, n) of AR(1) noise with unit innovations."""
    i = np.arange(n)
    return np.asarray(rho ** np.abs(i[:, None] - i[None, :]) / (1.0 - rho**2), dtype=np.float64)


def _full_oracle_se(blocks: list[Floats], seen: Mask, treated: Mask, after: Floats) -> float:
    """Return the standard error of GLS on all cells, with levels of units and of periods, one effect."""
    n_units, n = seen.shape
    rows = []
    for i, block in enumerate(blocks):
        at = np.flatnonzero(seen[i])
        x = np.zeros((at.size, 1 + n_units + n - 1))
        x[:, 0] = after[at] * treated[i]
        x[:, 1 + i] = 1.0
        x[np.arange(at.size)[at > 0], n_units + at[at > 0]] = 1.0
        rows.append(np.linalg.solve(np.linalg.cholesky(block[np.ix_(at, at)]), x))
    x = np.vstack(rows)
    gram = x.T @ x
    return float(np.sqrt(1.0 / (gram[0, 0] - gram[0, 1:] @ np.linalg.lstsq(gram[1:, 1:], gram[1:, 0])[0])))


def covariate_family(
    strength: float, n: int = 130, go_live: int = 90
) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of a series without controls beside a covariate that it follows `strength` times.

    The covariate is AR(1) at .9 and untouched; the oracle knows that the mean has it, a level and a trend.
    """

    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        x = autoregressive(rng, n, (0.9,))
        after = (np.arange(n) >= go_live).astype(np.float64)
        y = 100.0 + strength * x + autoregressive(rng, n, (0.5,)) + after
        dates = period_dates(n, Frequency.WEEK)
        design = np.column_stack([np.ones(n), after, np.arange(n) / n, x])
        inverse = np.linalg.inv(design.T @ np.linalg.solve(ar_covariance(0.5, n), design))
        return SimulatedPanel(
            pd.DataFrame({"unit": "A", "period": dates, "value": y, "orders": x}),
            {"A": dates[go_live]},
            Study(frequency=Frequency.WEEK),
            1.0,
            float(n - go_live),
            float(np.sqrt(inverse[1, 1])),
        )

    return simulate


def _few_treated() -> dict[str, Callable[[np.random.Generator], SimulatedPanel]]:
    """Return 1, 2 and 3 treated of 5, 10 and 30 units, plain and with a loading of 1.3 on shock and season."""
    families = {}
    for n_treated in (1, 2, 3):
        for n_units in (5, 10, 30):
            plain = UnitRecipe(n_treated=n_treated, n_controls=n_units - n_treated, season=2.0)
            loaded = UnitRecipe(n_treated=n_treated, n_controls=n_units - n_treated, season=2.0, loading=1.3)
            families[f"treated_{n_treated}_of_{n_units}"] = unit_family(plain)
            families[f"treated_{n_treated}_of_{n_units}_loading"] = unit_family(loaded)
    return families


#: Name of each family of unlike units and how a replicate is made.
UNIT_FAMILIES: dict[str, Callable[[np.random.Generator], SimulatedPanel]] = {
    **_few_treated(),
    "treated_noisier": unit_family(UnitRecipe(n_treated=4, n_controls=6, sd_treated=2.0)),
    "one_treated_noisier": unit_family(UnitRecipe(sd_treated=2.0)),
    "controls_noisier": unit_family(UnitRecipe(n_treated=4, n_controls=6, sd_controls=2.0)),
    "mixed_variances": unit_family(UnitRecipe(n_treated=4, n_controls=8, sd_pattern=(1.0, 2.0))),
    "unequal_sizes": unit_family(UnitRecipe(n_treated=4, n_controls=8, size_spread=1.0, effect_spread=0.5)),
    "one_control": unit_family(UnitRecipe(n_controls=1)),
    "many_controls": unit_family(UnitRecipe(n_treated=4, n_controls=200)),
    "one_of_many": unit_family(UnitRecipe(n_controls=200)),
    "unbalanced": unit_family(UnitRecipe(n_treated=4, n_controls=8, late=0.5, gaps=0.05)),
    "mixed_persistence": unit_family(UnitRecipe(n_treated=4, n_controls=8, rho=0.45, spread_rho=0.45)),
    "one_mixed_persistence": unit_family(UnitRecipe(rho=0.45, spread_rho=0.45)),
    "shocks_to_controls": unit_family(UnitRecipe(n_treated=4, n_controls=8, side_shock=0.5)),
    "one_shocks_to_controls": unit_family(UnitRecipe(side_shock=0.5)),
    "unit_heavy_tails": unit_family(UnitRecipe(n_treated=4, n_controls=8, df=3.0)),
    "one_heavy_tails": unit_family(UnitRecipe(df=3.0)),
    "unit_counts": unit_family(UnitRecipe(n_treated=4, n_controls=8, counts=40.0, effect=3.0)),
    "unit_small_counts": unit_family(UnitRecipe(n_treated=4, n_controls=8, counts=3.0, shock=0.1, sd_pattern=(0.2,))),
    "unit_ratios": unit_family(
        UnitRecipe(n_treated=4, n_controls=8, ratio=400.0, size_spread=0.7, effect=3.0, effect_spread=0.5)
    ),
    "months": unit_family(UnitRecipe(n_treated=4, n_controls=8, n=48, go_live=36, frequency=Frequency.MONTH)),
    "months_short": unit_family(
        UnitRecipe(n_treated=4, n_controls=8, n=18, go_live=12, frequency=Frequency.MONTH, rho=0.3)
    ),
    "one_months_short": unit_family(UnitRecipe(n=18, go_live=12, frequency=Frequency.MONTH, rho=0.3)),
    "quarters": unit_family(
        UnitRecipe(n_treated=4, n_controls=8, n=24, go_live=16, frequency=Frequency.QUARTER, rho=0.3)
    ),
    "quarters_short": unit_family(
        UnitRecipe(n_treated=4, n_controls=8, n=18, go_live=12, frequency=Frequency.QUARTER, rho=0.3)
    ),
    "unit_persistence": unit_family(UnitRecipe(n_treated=4, n_controls=8, rho=0.8)),
    "covariate": covariate_family(1.0),
    "idle_covariate": covariate_family(0.0),
    "walk_spills_over": unit_family(UnitRecipe(walk=0.4, loading=1.3)),
    "walk_spills_over_three": unit_family(UnitRecipe(n_treated=3, n_controls=7, walk=0.4, loading=1.3)),
}

"""KPI panels with known truth: the families on which the engine is held to account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from models.causal.noise import Mask
from models.causal.study import Study
from models.domain.calendar import Frequency, add_months
from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class SimulatedPanel:
    """A panel, its go-lives, and the truth: average and cumulative effect over observed treated cells.

    `oracle_se` is the standard error of GLS that knows the covariance, the shape and which columns the mean has
    (level, trend and season of a series; level of a difference), NaN where there is none.
    """

    frame: pd.DataFrame
    go_live: dict[str, date]
    study: Study
    average: float
    cumulative: float
    oracle_se: float


def simulate_family(family: str, seed: int) -> SimulatedPanel:
    """Return one replicate of a family of FAMILIES."""
    return FAMILIES[family](np.random.default_rng(seed))


def autoregressive(
    rng: np.random.Generator, n: int, phi: tuple[float, ...], theta: float = 0.0, df: float = 0.0
) -> Floats:
    """Return an ARMA series after a burn-in of 200; innovations have unit variance, normal or t with `df`."""
    e = rng.standard_t(df, n + 200) / np.sqrt(df / (df - 2.0)) if df else rng.standard_normal(n + 200)
    x = np.zeros(n + 200)
    for t in range(len(phi), n + 200):
        x[t] = e[t] + theta * e[t - 1] + sum(p * x[t - 1 - i] for i, p in enumerate(phi))
    return x[200:]


def autocovariance(phi: tuple[float, ...], theta: float, n: int) -> Floats:
    """Return the covariance (n, n) of an ARMA series with unit innovations, from its moving-average form."""
    psi = np.zeros(n + 400)
    psi[0] = 1.0
    for k in range(1, psi.size):
        psi[k] = sum(p * psi[k - 1 - i] for i, p in enumerate(phi) if k - 1 - i >= 0) + (theta if k == 1 else 0.0)
    gamma = np.array([float(psi[: psi.size - lag] @ psi[lag:]) for lag in range(n)])
    i = np.arange(n)
    return np.asarray(gamma[np.abs(i[:, None] - i[None, :])], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class SeriesRecipe:
    """How a single series is made; `walk` adds a random walk of that step, `noise` scales what is not the walk."""

    n: int = 130
    go_live: int = 90
    frequency: Frequency = Frequency.WEEK
    phi: tuple[float, ...] = ()
    theta: float = 0.0
    walk: float = 0.0
    noise: float = 1.0
    df: float = 0.0
    season: float = 0.0
    effect: float = 1.0
    ramp: int = 0
    decay: float = 0.0
    gaps: float = 0.0
    outliers: int = 0
    counts: float = 0.0


def effect_path(recipe: SeriesRecipe) -> Floats:
    """Return the true effect after go-live, shape (n - go_live,)."""
    k = np.arange(1, recipe.n - recipe.go_live + 1)
    path = np.minimum(1.0, k / recipe.ramp) if recipe.ramp else np.ones(k.size)
    return np.asarray(
        recipe.effect * path * (np.exp(-(k - 1) / recipe.decay) if recipe.decay else 1.0), dtype=np.float64
    )


def period_dates(n: int, frequency: Frequency) -> list[date]:
    """Return n periods of a frequency from the start of 2022 on."""
    if frequency is Frequency.MONTH:
        return [add_months(date(2022, 1, 1), i) for i in range(n)]
    step = {Frequency.DAY: 1, Frequency.WEEK: 7}[frequency]
    return [date(2022, 1, 3) + timedelta(days=step * i) for i in range(n)]


def series_family(recipe: SeriesRecipe) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of replicates of a single series."""

    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        n, g = recipe.n, recipe.go_live
        t = np.arange(n)
        cycle = 12 if recipe.frequency is Frequency.MONTH else 52
        season = recipe.season * np.column_stack([np.sin(2 * np.pi * t / cycle), np.cos(4 * np.pi * t / cycle)]).sum(
            axis=1
        )
        noise = recipe.noise * autoregressive(rng, n, recipe.phi, recipe.theta, recipe.df)
        noise = noise + recipe.walk * np.cumsum(rng.standard_normal(n))
        path = effect_path(recipe)
        y = 100.0 + season + noise + np.concatenate([np.zeros(g), path])
        if recipe.counts:
            mean = np.exp(
                np.log(recipe.counts) + 0.05 * (season + noise) + np.log1p(0.01 * np.concatenate([np.zeros(g), path]))
            )
            y = rng.poisson(mean).astype(np.float64)
            path = mean[g:] * (1.0 - 1.0 / (1.0 + 0.01 * path))
        if recipe.outliers:
            y[rng.choice(n, recipe.outliers, replace=False)] += 8.0 * rng.choice([-1.0, 1.0], recipe.outliers)
        y[rng.random(n) < recipe.gaps] = np.nan
        seen = np.isfinite(y)
        dates = period_dates(n, recipe.frequency)
        frame = pd.DataFrame({"unit": "A", "period": dates, "value": y})
        after = seen[g:]
        return SimulatedPanel(
            frame,
            {"A": dates[g]},
            Study(frequency=recipe.frequency),
            float(path[after].mean()),
            float(path[after].sum()),
            float("nan") if recipe.counts else _oracle_se(recipe, seen, path),
        )

    return simulate


def _oracle_se(recipe: SeriesRecipe, seen: Mask, path: Floats) -> float:
    n, g = recipe.n, recipe.go_live
    t = np.arange(n)
    covariance = recipe.noise**2 * autocovariance(recipe.phi, recipe.theta, n)
    covariance = covariance + recipe.walk**2 * np.minimum(t[:, None] + 1, t[None, :] + 1)
    shape = np.concatenate([np.zeros(g), path / path[seen[g:]].mean()])
    columns = [np.ones(n), shape, t / n]
    if recipe.season:
        cycle = 12 if recipe.frequency is Frequency.MONTH else 52
        columns += [f(2 * np.pi * k * t / cycle) for k in (1, 2) for f in (np.sin, np.cos)]
    x = np.column_stack(columns)[seen]
    inverse = np.linalg.inv(x.T @ np.linalg.solve(covariance[np.ix_(seen, seen)], x))
    return float(np.sqrt(inverse[1, 1]))


@dataclass(frozen=True, slots=True)
class PanelRecipe:
    """How a panel is made: AR(1) noise per unit beside common shocks, walk and season; `waves` > 1 staggers."""

    n_units: int = 10
    n_treated: int = 1
    n: int = 130
    go_live: int = 90
    rho: float = 0.5
    shock: float = 1.0
    season: float = 2.0
    effect: float = 1.0
    growth: float = 0.0
    walk: float = 0.0
    loading: float = 1.0
    waves: int = 1
    gap: int = 15
    gaps: float = 0.0


def panel_family(recipe: PanelRecipe) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of replicates of a panel."""

    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        u, n = recipe.n_units, recipe.n
        t = np.arange(n)
        common = recipe.shock * autoregressive(rng, n, (0.7,)) + recipe.season * np.sin(2 * np.pi * t / 52)
        common = common + recipe.walk * np.cumsum(rng.standard_normal(n))
        loading = np.ones(u)
        loading[: recipe.n_treated] = recipe.loading
        noise = np.stack([autoregressive(rng, n, (recipe.rho,)) for _ in range(u)])
        values = 100.0 + 5.0 * rng.standard_normal((u, 1)) + loading[:, None] * common + noise
        starts = np.full(u, n + 1)
        for i in range(recipe.n_treated):
            starts[i] = recipe.go_live + recipe.gap * (i * recipe.waves // recipe.n_treated)
        age = t[None, :] - starts[:, None]
        effects = np.where(age >= 0, recipe.effect + recipe.growth * age, 0.0)
        values = values + effects
        values[rng.random((u, n)) < recipe.gaps] = np.nan
        counted = (age >= 0) & np.isfinite(values)
        dates = period_dates(n, Frequency.WEEK)
        units = [f"u{i:03d}" for i in range(u)]
        frame = pd.DataFrame(
            {"unit": np.repeat(units, n), "period": np.tile(np.array(dates, dtype=object), u), "value": values.ravel()}
        )
        go_live = {units[i]: dates[starts[i]] for i in range(recipe.n_treated)}
        return SimulatedPanel(
            frame,
            go_live,
            Study(frequency=Frequency.WEEK),
            float(effects[counted].mean()),
            float(effects[counted].sum()),
            _panel_oracle_se(recipe) if recipe.waves == 1 and not recipe.gaps else float("nan"),
        )

    return simulate


def _panel_oracle_se(recipe: PanelRecipe) -> float:
    covariance = autocovariance((recipe.rho,), 0.0, recipe.n)
    covariance = covariance * (1.0 / recipe.n_treated + 1.0 / (recipe.n_units - recipe.n_treated))
    x = np.column_stack([np.ones(recipe.n), np.arange(recipe.n) >= recipe.go_live])
    return float(np.sqrt(np.linalg.inv(x.T @ np.linalg.solve(covariance, x))[1, 1]))


#: Name of each family and how a replicate is made.
FAMILIES: dict[str, Callable[[np.random.Generator], SimulatedPanel]] = {
    "white_noise": series_family(SeriesRecipe()),
    "ar_05": series_family(SeriesRecipe(phi=(0.5,))),
    "ar_08": series_family(SeriesRecipe(phi=(0.8,))),
    "ar_2": series_family(SeriesRecipe(phi=(0.5, 0.2))),
    "arma": series_family(SeriesRecipe(phi=(0.7,), theta=-0.3)),
    "random_walk": series_family(SeriesRecipe(walk=1.0, noise=0.0)),
    "local_level": series_family(SeriesRecipe(walk=0.15)),
    "seasonal": series_family(SeriesRecipe(phi=(0.5,), season=2.0)),
    "heavy_tails": series_family(SeriesRecipe(phi=(0.5,), df=4.0)),
    "outliers": series_family(SeriesRecipe(phi=(0.5,), outliers=3)),
    "gaps": series_family(SeriesRecipe(phi=(0.5,), gaps=0.1)),
    "ramp": series_family(SeriesRecipe(phi=(0.5,), ramp=13, effect=2.0)),
    "decay": series_family(SeriesRecipe(phi=(0.5,), decay=12.0, effect=3.0)),
    "counts": series_family(SeriesRecipe(phi=(0.5,), counts=200.0)),
    "monthly": series_family(SeriesRecipe(n=36, go_live=24, frequency=Frequency.MONTH, phi=(0.3,))),
    "monthly_seasonal": series_family(
        SeriesRecipe(n=48, go_live=36, frequency=Frequency.MONTH, phi=(0.3,), season=2.0)
    ),
    "one_treated": panel_family(PanelRecipe()),
    "one_treated_loading": panel_family(PanelRecipe(loading=1.3)),
    "one_treated_walk": panel_family(PanelRecipe(walk=0.4)),
    "two_treated_walk": panel_family(PanelRecipe(n_treated=2, walk=0.4, season=0.0)),
    "four_treated": panel_family(PanelRecipe(n_treated=4)),
    "staggered": panel_family(PanelRecipe(n_units=30, n_treated=20, n=104, go_live=40, waves=4, growth=0.05)),
    "staggered_gaps": panel_family(
        PanelRecipe(n_units=30, n_treated=20, n=104, go_live=40, waves=4, growth=0.05, gaps=0.05)
    ),
}

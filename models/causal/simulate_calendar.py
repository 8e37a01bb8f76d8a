"""Series without a comparison, with known truth: other calendars, ratios, several treated units, level noise.

The truth of a ratio counts volume; that of several units counts units alike, and where their go-lives differ ends with
the last unit not yet treated, since the ladder makes a staggered design of them. The oracle is GLS that knows the
covariance, the shape of the effect and which columns the mean has (level, trend, season), for each unit by itself; its
standard error is that of the average of those estimates, in which each unit counts as in the target.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from models.causal.noise import Mask
from models.causal.simulate import SimulatedPanel, autocovariance, autoregressive
from models.causal.study import Study
from models.domain.calendar import Frequency, add_months
from models.domain.effect import Floats

_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
_DAYS = {Frequency.DAY: 1, Frequency.WEEK: 7, Frequency.FOUR_WEEK: 28}
_CYCLE = {
    Frequency.DAY: 7,
    Frequency.WEEK: 52,
    Frequency.FOUR_WEEK: 13,
    Frequency.MONTH: 12,
    Frequency.QUARTER: 4,
    Frequency.YEAR: 1,
}
_DAYS_OF_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class CalendarRecipe:
    """How units without a comparison are made: AR noise, beside a walk of that step, around a level, season and effect.

    `sds` scale the noise of each unit and set their number; `starts` are their first treated positions. `season` is the
    size of a cycle of free levels, one for each period of it (of the week for daily data); `yearly` that of a yearly
    wave under daily data. `volume` is the mean denominator of a ratio, in per cent, growing by half over the window.
    """

    n: int
    starts: tuple[int, ...]
    frequency: Frequency
    sds: tuple[float, ...] = (1.0,)
    phi: tuple[float, ...] = (0.3,)
    walk: float = 0.0
    season: float = 0.0
    yearly: float = 0.0
    effect: float = 1.0
    ramp: int = 0
    volume: float = 0.0


def calendar_family(recipe: CalendarRecipe) -> Callable[[np.random.Generator], SimulatedPanel]:
    """Return the maker of replicates of units without a comparison."""

    def simulate(rng: np.random.Generator) -> SimulatedPanel:
        noise = np.stack([sd * _draw_noise(recipe, rng) for sd in recipe.sds])
        level = 100.0 + 20.0 * rng.standard_normal((noise.shape[0], 1)) * (noise.shape[0] > 1)
        mean = level + _season(recipe)[None, :]
        if recipe.volume:
            return _ratio_panel(recipe, rng, noise)
        effect = effect_paths(recipe)
        frame = _frame(recipe, {"value": mean + noise + effect})
        counted = effect[_is_identified(recipe, effect)]
        is_staggered = len(set(recipe.starts)) > 1
        oracle_se = float("nan") if is_staggered else _oracle_se(recipe)
        return _panel(recipe, frame, float(counted.mean()), float(counted.sum()), oracle_se)

    return simulate


def effect_paths(recipe: CalendarRecipe) -> Floats:
    """Return the true effect of each unit, shape (n_units, n)."""
    age = np.arange(recipe.n)[None, :] - np.array(recipe.starts)[:, None]
    path = np.minimum(1.0, (age + 1) / recipe.ramp) if recipe.ramp else np.ones(age.shape)
    return np.asarray(np.where(age >= 0, recipe.effect * path, 0.0), dtype=np.float64)


def _is_identified(recipe: CalendarRecipe, effect: Floats) -> Mask:
    """Return the cells the target is over: treated ones, while a unit is not yet treated where go-lives differ."""
    last = max(recipe.starts) if len(set(recipe.starts)) > 1 else recipe.n
    return np.asarray((effect != 0.0) & (np.arange(recipe.n) < last)[None, :], dtype=bool)


def _ratio_panel(recipe: CalendarRecipe, rng: np.random.Generator, noise: Floats) -> SimulatedPanel:
    """Return counts out of a volume: a share of 30 % that wavers by 1 point, and 3 points from go-live on."""
    t = np.arange(recipe.n)
    units = np.exp(0.5 * rng.standard_normal((noise.shape[0], 1))) if noise.shape[0] > 1 else np.ones((1, 1))
    denominator = rng.poisson(recipe.volume * units * (1.0 + 0.5 * t / recipe.n)).astype(np.float64) + 1.0
    effect = 0.03 * effect_paths(recipe)
    share = np.clip(0.3 + 0.01 * noise + effect, 0.01, 0.99)
    numerator = rng.binomial(denominator.astype(np.int64), share).astype(np.float64)
    volume = np.where(effect != 0.0, denominator, 0.0)
    frame = _frame(recipe, {"numerator": numerator, "denominator": denominator})
    total = float((volume * effect).sum())
    return _panel(recipe, frame, total / float(volume.sum()), total, float("nan"), aggregation="ratio")


def _panel(
    recipe: CalendarRecipe,
    frame: pd.DataFrame,
    average: float,
    cumulative: float,
    oracle_se: float,
    aggregation: str | None = None,
) -> SimulatedPanel:
    dates = calendar_dates(recipe.n, recipe.frequency)
    go_live = {f"u{i}": dates[start] for i, start in enumerate(recipe.starts)}
    study = Study(frequency=recipe.frequency, aggregation=aggregation)
    return SimulatedPanel(frame, go_live, study, average, cumulative, oracle_se)


def _frame(recipe: CalendarRecipe, columns: dict[str, Floats]) -> pd.DataFrame:
    n_units = len(recipe.sds)
    dates = np.array(calendar_dates(recipe.n, recipe.frequency), dtype=object)
    keys = {"unit": np.repeat([f"u{i}" for i in range(n_units)], recipe.n), "period": np.tile(dates, n_units)}
    return pd.DataFrame(keys | {name: values.ravel() for name, values in columns.items()})


def calendar_dates(n: int, frequency: Frequency) -> list[date]:
    """Return n periods of any frequency from the start of 2016 on."""
    if frequency in _MONTHS:
        return [add_months(date(2016, 1, 1), _MONTHS[frequency] * i) for i in range(n)]
    return [date(2016, 1, 4) + timedelta(days=_DAYS[frequency] * i) for i in range(n)]


def _draw_noise(recipe: CalendarRecipe, rng: np.random.Generator) -> Floats:
    noise = autoregressive(rng, recipe.n, recipe.phi)
    return noise + recipe.walk * np.cumsum(rng.standard_normal(recipe.n))


def _season(recipe: CalendarRecipe) -> Floats:
    """Return a fixed season: in the week the two days of the weekend lie low; in the year a wave with a low summer."""
    t = np.arange(recipe.n)
    if recipe.frequency is Frequency.DAY:
        week = np.where(t % 7 >= 5, -1.0, 0.4)
        wave = recipe.yearly * np.sin(2.0 * np.pi * t / _DAYS_OF_YEAR)
        return np.asarray(recipe.season * week + wave, dtype=np.float64)
    cycle = _CYCLE[recipe.frequency]
    wave = np.sin(2.0 * np.pi * t / cycle) + (np.cos(4.0 * np.pi * t / cycle) if cycle > 2 else 0.0)
    return np.asarray(recipe.season * wave, dtype=np.float64)


@lru_cache(maxsize=64)
def _oracle_se(recipe: CalendarRecipe) -> float:
    t = np.arange(recipe.n)
    covariance = autocovariance(recipe.phi, 0.0, recipe.n)
    covariance = covariance + recipe.walk**2 * np.minimum(t[:, None] + 1, t[None, :] + 1)
    paths = effect_paths(recipe)
    counted = (paths != 0.0).sum(axis=1)
    total = 0.0
    for path, sd, weight in zip(paths, recipe.sds, counted / counted.sum(), strict=True):
        shape = path / path[path != 0.0].mean()
        x = np.column_stack([shape, np.ones(recipe.n), t / recipe.n, *_season_columns(recipe)])
        inverse = np.linalg.inv(x.T @ np.linalg.solve(covariance, x))
        total += float(weight**2 * sd**2 * inverse[0, 0])
    return float(np.sqrt(total))


def _season_columns(recipe: CalendarRecipe) -> list[Floats]:
    t = np.arange(recipe.n)
    columns: list[Floats] = []
    if recipe.season and recipe.frequency is Frequency.DAY:
        columns += [(t % 7 == day).astype(np.float64) for day in range(6)]
    elif recipe.season:
        cycle = _CYCLE[recipe.frequency]
        waves = [f(2.0 * np.pi * k * t / cycle) for k in (1, 2) if 2 * k <= cycle for f in (np.cos, np.sin)]
        columns += [wave for wave in waves if float(np.abs(wave).max()) > 1e-9]
    if recipe.yearly:
        columns += [np.cos(2.0 * np.pi * t / _DAYS_OF_YEAR), np.sin(2.0 * np.pi * t / _DAYS_OF_YEAR)]
    return columns


#: Name of each family and how a replicate is made.
CALENDAR_FAMILIES: dict[str, Callable[[np.random.Generator], SimulatedPanel]] = {
    "daily": calendar_family(CalendarRecipe(560, (420,), Frequency.DAY, phi=(0.5,), season=2.0)),
    "daily_yearly": calendar_family(CalendarRecipe(1096, (731,), Frequency.DAY, phi=(0.5,), season=2.0, yearly=2.0)),
    "daily_short": calendar_family(CalendarRecipe(84, (56,), Frequency.DAY, phi=(0.3,), season=2.0)),
    "four_weekly": calendar_family(CalendarRecipe(52, (36,), Frequency.FOUR_WEEK, season=1.5)),
    "monthly_two_years": calendar_family(CalendarRecipe(36, (24,), Frequency.MONTH, season=1.5)),
    "monthly_ramp": calendar_family(CalendarRecipe(48, (30,), Frequency.MONTH, effect=2.0, ramp=6)),
    "quarterly": calendar_family(CalendarRecipe(40, (28,), Frequency.QUARTER, season=1.5)),
    "quarterly_short": calendar_family(CalendarRecipe(20, (14,), Frequency.QUARTER)),
    "yearly": calendar_family(CalendarRecipe(30, (20,), Frequency.YEAR)),
    "yearly_short": calendar_family(CalendarRecipe(18, (13,), Frequency.YEAR)),
    "ratio_small": calendar_family(CalendarRecipe(130, (90,), Frequency.WEEK, phi=(0.5,), volume=60.0)),
    "ratio_large": calendar_family(CalendarRecipe(130, (90,), Frequency.WEEK, phi=(0.5,), volume=4000.0)),
    "ratio_units_alone": calendar_family(
        CalendarRecipe(48, (32,) * 3, Frequency.MONTH, sds=(1.0,) * 3, volume=300.0),
    ),
    "two_alone": calendar_family(CalendarRecipe(130, (90,) * 2, Frequency.WEEK, sds=(1.0,) * 2, phi=(0.5,))),
    "four_alone_unequal": calendar_family(
        CalendarRecipe(130, (90,) * 4, Frequency.WEEK, sds=(0.5, 1.0, 2.0, 4.0), phi=(0.5,))
    ),
    "four_alone_staggered": calendar_family(
        CalendarRecipe(130, (70, 80, 90, 100), Frequency.WEEK, sds=(1.0,) * 4, phi=(0.5,))
    ),
    "two_alone_staggered": calendar_family(
        CalendarRecipe(60, (30, 42), Frequency.MONTH, sds=(1.0, 2.0), phi=(0.3,), ramp=6, effect=2.0)
    ),
    "level_noise": calendar_family(CalendarRecipe(130, (90,), Frequency.WEEK, phi=(), walk=0.3)),
    "level_noise_ar": calendar_family(CalendarRecipe(130, (90,), Frequency.WEEK, phi=(0.5,), walk=0.2)),
    "level_noise_monthly": calendar_family(CalendarRecipe(48, (36,), Frequency.MONTH, phi=(), walk=0.3)),
}

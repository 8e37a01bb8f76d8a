"""KPI series without initiatives: level, growth, season, shared shocks, and each unit's own autocorrelated noise.

Growth, season, holidays and the demand shock are the same amount at every unit, so that units which are never treated
are sound controls; what differs between units is their level and their noise.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.domain.calendar import Frequency, Period, period_starting
from models.domain.measure import Aggregation
from sample_data.company import GROUPS, SITE_OF
from sample_data.kpis import KpiSpec

Floats = NDArray[np.float64]
#: The simulation runs longer than what is reported, so that prior year and the rest of the budget year exist.
FIRST_ON = date(2022, 12, 26)
LAST_ON = date(2026, 12, 31)
_SHOCK_SD, _SHOCK_RHO = 0.015, 0.85
_VOLUME_SEASON = 0.05


@dataclass(frozen=True, slots=True)
class BaseSeries:
    """A KPI without initiatives; arrays of shape (n_units, n_periods), per unit of volume for ratios and means.

    `budget` is what a planner would expect; `flexed` adds the demand shock; `actual` adds noise. The volumes are those
    of denominators or counts, ones for sums.
    """

    spec: KpiSpec
    units: tuple[str, ...]
    periods: tuple[Period, ...]
    budget: Floats
    flexed: Floats
    actual: Floats
    volume_budget: Floats
    volume_actual: Floats


def random_stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of a name: adding a KPI leaves the numbers of the others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def list_periods(frequency: Frequency) -> tuple[Period, ...]:
    """Return the simulated weeks (from FIRST_ON) or months (from January 2023) up to LAST_ON."""
    start = FIRST_ON if frequency is Frequency.WEEK else date(2023, 1, 1)
    periods = []
    while start <= LAST_ON:
        period = period_starting(start, frequency)
        periods.append(period)
        start = period.end_on
    return tuple(periods)


def simulate_ar(generator: np.random.Generator, shape: tuple[int, int], rho: float) -> Floats:
    """Return stationary AR(1) series of unit variance, shape (n_series, n_periods)."""
    steps = generator.standard_normal(shape)
    series = np.empty(shape)
    series[:, 0] = steps[:, 0]
    for t in range(1, shape[1]):
        series[:, t] = rho * series[:, t - 1] + np.sqrt(1.0 - rho * rho) * steps[:, t]
    return series


def demand_shock(seed: int, periods: tuple[Period, ...]) -> Floats:
    """Return the group's demand shock per period as a share: weekly AR(1), averaged over the days of longer periods."""
    weeks = list_periods(Frequency.WEEK)
    weekly = _SHOCK_SD * simulate_ar(random_stream(seed, "demand"), (1, len(weeks)), _SHOCK_RHO)[0]
    shock: Floats = weekly @ day_shares(weeks, periods, by_target=True)
    return shock


def day_shares(sources: tuple[Period, ...], targets: tuple[Period, ...], *, by_target: bool = False) -> Floats:
    """Return the share of each source period's days that falls in each target period, shape (n_sources, n_targets).

    With `by_target` the shares are of the target's days: a mean over time instead of a split of an amount.
    """
    shares = np.zeros((len(sources), len(targets)))
    for j, target in enumerate(targets):
        for i, source in enumerate(sources):
            if source.end_on > target.start_on and source.start_on < target.end_on:
                shares[i, j] = source.overlap_days(target) / (target.days if by_target else source.days)
    return shares


def _season(spec: KpiSpec, periods: tuple[Period, ...], amplitude: float) -> Floats:
    """Return the season as a share of the level: a peak in July, and the weeks about New Year when building rests."""
    middles = [period.start_on + (period.end_on - period.start_on) / 2 for period in periods]
    days = np.array([middle.timetuple().tm_yday for middle in middles], dtype=np.float64)
    season = amplitude * np.cos(2.0 * np.pi * (days - 195.0) / 365.25)
    if spec.has_holidays and spec.frequency is Frequency.WEEK:
        season = season - 2.5 * amplitude * ((days >= 356) | (days <= 5))
    return season


def _growth(spec: KpiSpec, periods: tuple[Period, ...]) -> Floats:
    years = np.array([(period.start_on - date(2024, 7, 1)).days / 365.25 for period in periods])
    return spec.growth * years


def simulate_kpi(spec: KpiSpec, seed: int) -> BaseSeries:
    """Simulate a KPI without initiatives at all units of its group."""
    units = GROUPS[spec.group]
    periods = list_periods(spec.frequency)
    generator = random_stream(seed, spec.key)
    shape = (len(units), len(periods))
    sizes = np.array([[SITE_OF[unit].size] for unit in units])
    common = 1.0 + _growth(spec, periods) + _season(spec, periods, spec.season)
    shock = demand_shock(seed, periods)
    noise = simulate_ar(generator, shape, spec.rho)
    if spec.aggregation is Aggregation.SUM:
        budget = spec.level * (sizes - 1.0 + common)
        ones = np.ones(shape)
        flexed = budget + spec.level * spec.shock * shock
        return BaseSeries(
            spec, units, periods, budget, flexed, flexed + spec.level * spec.noise * noise * sizes, ones, ones
        )
    offsets = 1.0 + 0.25 * (sizes - 1.0)
    budget = spec.level * (offsets - 1.0 + common)
    flexed = budget + spec.level * spec.shock * shock
    volume = spec.volume * (sizes + _season(spec, periods, _VOLUME_SEASON))
    own = simulate_ar(generator, shape, 0.5)
    volume_actual = np.maximum(np.round(volume + spec.volume * (0.6 * shock + 0.05 * own)), 1.0)
    return BaseSeries(
        spec, units, periods, budget, flexed, flexed + spec.level * spec.noise * noise, volume, volume_actual
    )

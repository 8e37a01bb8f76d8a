"""Planted effects: their path at each unit, the KPI as it is then observed, and the money they are truly worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.domain.calendar import Frequency, Period
from models.domain.measure import Aggregation, Behaviour
from sample_data.benefit_lines import BENEFIT_LINES
from sample_data.company import SITE_OF
from sample_data.kpis import KPIS
from sample_data.line_spec import LineSpec
from sample_data.rollouts import Rollout, rollouts_of
from sample_data.series import BaseSeries, Floats, day_shares, list_periods, random_stream, simulate_kpi

MONTHS = list_periods(Frequency.MONTH)
#: Programme of the company itself, no initiative: new packaging for all yards, less breakage everywhere.
PROGRAMME_KEY, PROGRAMME_KPI, PROGRAMME_FROM, PROGRAMME_EFFECT = "PACK-2", "damage_write_offs", date(2025, 9, 1), -260.0


@dataclass(frozen=True, slots=True)
class MeasuredKpi:
    """A KPI as observed: arrays of shape (n_units, n_periods).

    `value` is per unit-period for sums, per unit of volume for ratios and means; `effects` holds the planted effect of
    each benefit line in the same terms; `programme` what the company's own programme changed.
    """

    base: BaseSeries
    effects: Mapping[str, Floats]
    programme: Floats
    value: Floats


@dataclass(frozen=True, slots=True)
class PlantedMoney:
    """What a line's planted effect is worth: EUR in profit terms by unit and month, shape (n_units, n_months)."""

    line: LineSpec
    units: tuple[str, ...]
    amounts: Floats


def live_share(period: Period, rollout: Rollout) -> float:
    """Return the share of a period's days on which the roll-out was live."""
    end_on = period.end_on if rollout.ended_on is None else min(period.end_on, rollout.ended_on)
    return max(0, (end_on - max(period.start_on, rollout.go_live_on)).days) / period.days


def effect_path(line: LineSpec, base: BaseSeries, seed: int) -> Floats:
    """Return the planted effect of a line at every unit and period: ramped, a little different at each unit."""
    rollouts = rollouts_of(line.initiative)
    own = 1.0 + 0.1 * random_stream(seed, f"effect:{line.key}").standard_normal(len(base.units))
    is_sum = base.spec.aggregation is Aggregation.SUM
    path = np.zeros(base.actual.shape)
    for i, unit in enumerate(base.units):
        if unit not in rollouts:
            continue
        shares = np.array([live_share(period, rollouts[unit]) for period in base.periods])
        ramp = np.minimum(np.cumsum(shares > 0.0) / line.ramp_periods, 1.0)
        size = SITE_OF[unit].size if is_sum else 1.0
        path[i] = line.effect * own[i] * size * ramp * shares
    return path


def measure_kpi(base: BaseSeries, seed: int) -> MeasuredKpi:
    """Add the planted effects of all lines on a KPI, and the programme, to its base series."""
    effects = {line.key: effect_path(line, base, seed) for line in BENEFIT_LINES if line.kpi == base.spec.key}
    programme = np.zeros(base.actual.shape)
    if base.spec.key == PROGRAMME_KPI:
        programme += PROGRAMME_EFFECT * np.array([float(period.start_on >= PROGRAMME_FROM) for period in base.periods])
    value = np.maximum(base.actual + programme + sum(effects.values(), np.zeros(base.actual.shape)), 0.0)
    return MeasuredKpi(base, effects, programme, value)


def measure_all(seed: int) -> dict[str, MeasuredKpi]:
    """Simulate and measure every KPI."""
    return {spec.key: measure_kpi(simulate_kpi(spec, seed), seed) for spec in KPIS}


def split_by_month(base: BaseSeries, amounts: Floats) -> Floats:
    """Split amounts per KPI period to calendar months by days, shape (n_units, n_months)."""
    return amounts @ day_shares(base.periods, MONTHS)


def planted_money(line: LineSpec, kpi: MeasuredKpi) -> PlantedMoney:
    """Return what a line's planted effect is worth by unit and month; a stock counts by its change."""
    base = kpi.base
    effect = kpi.effects[line.key]
    if base.spec.behaviour is Behaviour.STOCK:
        effect = np.diff(effect, axis=1, prepend=0.0)
    worth = effect * base.volume_actual * float(line.value) * base.spec.better.sign
    return PlantedMoney(line, base.units, split_by_month(base, worth))


def planted_money_all(kpis: Mapping[str, MeasuredKpi]) -> dict[str, PlantedMoney]:
    """Return the planted money of every line."""
    return {line.key: planted_money(line, kpis[line.kpi]) for line in BENEFIT_LINES}

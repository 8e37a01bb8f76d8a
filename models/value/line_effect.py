"""A published estimate as the effect of a benefit line: by KPI period, with the volume that it worked on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from models.domain.benefit_line import WhyNot
from models.domain.calendar import Period, period_starting
from models.domain.effect import EffectEstimate, Floats, NotEstimable
from models.domain.measure import Aggregation, Behaviour
from models.value.bridge_factors import observed_baseline
from models.value.describe import EffectBrief
from models.value.draws import effect_key, source_seed
from models.value.facts import LineFacts
from models.value.monetise import EffectSeries
from models.value.weigh import LineEffect

#: Volume of a driver by unit and first day of the KPI period.
Volumes = Mapping[tuple[str, date], float]


def effect_of_line(
    line: LineFacts, estimate_id: int, result: EffectEstimate | NotEstimable, driver: Volumes | None
) -> LineEffect | WhyNot:
    """Return the effect of a line with its volumes, or why it has none.

    Parameters
    ----------
    driver
        Volumes of the line's driver KPI, None where it names none.
    """
    if isinstance(result, NotEstimable):
        from_on = result.from_period if isinstance(result.from_period, date) else None
        return WhyNot(result.rule, result.reason, result.what_would_help, from_on)
    return _line_effect(line, estimate_id, result, driver)


def _line_effect(line: LineFacts, estimate_id: int, estimate: EffectEstimate, driver: Volumes | None) -> LineEffect:
    periods = tuple(_kpi_period(line, day) for day in estimate.effect_periods)
    notes = list(estimate.notes)
    unit_volume = estimate.unit_exposure
    # The weights of a mean with a driver are the driver already; a sum counts units and needs its volumes here.
    if line.driver_kpi and line.kpi.aggregation is not Aggregation.MEAN:
        unit_volume, n_missing = _driver_volume(estimate, periods, driver or {})
        if n_missing:
            notes.append(f"{line.driver_kpi} is missing in {n_missing} treated unit-periods; they are not valued.")
    if line.kpi.behaviour is Behaviour.STOCK:
        unit_volume = _carried(unit_volume)
    if estimate.left_out:
        notes.append(f"{len(estimate.left_out)} parts of the panel were left out of the estimate.")
    series = EffectSeries(
        periods=periods,
        point=np.asarray(estimate.effect_point, dtype=np.float64),
        volume=unit_volume.sum(axis=0),
        units=(unit_volume > 0.0).sum(axis=0).astype(np.float64),
    )
    brief = EffectBrief(
        estimate_id, estimate.design, estimate.grade, estimate.grade_reason, estimate.average, estimate.p_value
    )
    units = estimate.treated_units if estimate.joint is None else estimate.joint.units
    seed = source_seed("effect", effect_key(line.kpi.key, units))
    return LineEffect(series, brief, seed, tuple(notes), _baseline_of(estimate))


def _baseline_of(estimate: EffectEstimate) -> float | None:
    """Return the mean of the KPI at treated units in the last year before go-live."""
    days = [day for day in estimate.window_periods if isinstance(day, date)]
    first_on = estimate.effect_periods[0] if estimate.effect_periods else None
    if len(days) < len(estimate.window_periods) or not isinstance(first_on, date):
        return None
    return observed_baseline([float(value) for value in estimate.window_observed], days, first_on)


def _kpi_period(line: LineFacts, day: date | int) -> Period:
    if not isinstance(day, date):
        raise TypeError(f"the estimate of {line.key} has integer periods; posted KPIs have days")
    return period_starting(day, line.kpi.frequency)


def _driver_volume(estimate: EffectEstimate, periods: tuple[Period, ...], driver: Volumes) -> tuple[Floats, int]:
    """Return the driver's volume at observed treated unit-periods, shape of `unit_exposure`, and how often it lacks."""
    volume = np.zeros_like(estimate.unit_exposure)
    n_missing = 0
    for i, unit in enumerate(estimate.treated_units):
        for t, period in enumerate(periods):
            if estimate.unit_exposure[i, t] > 0.0:
                found = driver.get((unit, period.start_on))
                n_missing += found is None
                volume[i, t] = found or 0.0
    return volume, n_missing


def _carried(unit_volume: Floats) -> Floats:
    """Carry what a stock stands at over periods in which it was not observed."""
    carried = unit_volume.copy()
    for t in range(1, carried.shape[1]):
        carried[:, t] = np.where(carried[:, t] > 0.0, carried[:, t], carried[:, t - 1])
    return carried

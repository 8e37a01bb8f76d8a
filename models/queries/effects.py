"""Published estimates as a valuation takes them: the effect by KPI period with the volume that it worked on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.causal import effect_draws, estimate_from_document
from models.domain.benefit_line import WhyNot
from models.domain.calendar import Period, period_starting
from models.domain.effect import EffectEstimate, Floats, NotEstimable
from models.domain.extract import ExtractKind
from models.domain.measure import Aggregation, Behaviour
from models.queries.knowledge import estimates_known, facts
from models.store.tables import EstimateRow
from models.value.describe import EffectBrief
from models.value.draws import N_DRAWS, effect_key, source_seed
from models.value.facts import InitiativeFacts, LineFacts
from models.value.monetise import EffectSeries
from models.value.portfolio import LineEffect

_Volumes = Mapping[tuple[str, date], float]


class KnownEffects:
    """The published effect of each benefit line, or why it has none; and their draws, made when asked for."""

    def __init__(self, results: Mapping[str, tuple[int, EffectEstimate | NotEstimable]]) -> None:
        self.results = results

    def draw(self, benefit_line: str, seed: int) -> Floats:
        """Return draws of a line's effect, shape (N_DRAWS, n_periods).

        Raises
        ------
        KeyError
            If the line has no estimate.
        """
        result = self.results[benefit_line][1]
        if isinstance(result, NotEstimable):
            raise KeyError(benefit_line)
        return effect_draws(result, N_DRAWS, seed=seed)


def load_known_effects(session: Session, seq: int) -> KnownEffects:
    """Return the estimates that were published last by `seq`."""
    rows = estimates_known(session, seq)
    return KnownEffects({line: (row.id, read_estimate(row)) for line, row in rows.items()})


def load_effects_by_id(session: Session, estimate_ids: Collection[int]) -> KnownEffects:
    """Return certain published estimates: those that a publication rests on."""
    rows = session.scalars(select(EstimateRow).where(EstimateRow.id.in_(sorted(set(estimate_ids)))))
    return KnownEffects({row.benefit_line: (row.id, read_estimate(row)) for row in rows})


def read_estimate(row: EstimateRow) -> EffectEstimate | NotEstimable:
    """Return the result that a row holds."""
    return estimate_from_document(json.loads(row.document))


def line_effects(
    session: Session, seq: int, initiatives: Sequence[InitiativeFacts], known: KnownEffects
) -> dict[str, LineEffect | WhyNot]:
    """Return of each estimated benefit line its effect with volumes, or why it is not estimable."""
    lines = [line for initiative in initiatives for line in initiative.lines]
    drivers = _load_drivers(session, seq, {line.driver_kpi for line in lines if line.driver_kpi})
    found: dict[str, LineEffect | WhyNot] = {}
    for line in lines:
        if line.key not in known.results:
            continue
        estimate_id, result = known.results[line.key]
        if isinstance(result, NotEstimable):
            from_on = result.from_period if isinstance(result.from_period, date) else None
            found[line.key] = WhyNot(result.rule, result.reason, result.what_would_help, from_on)
        else:
            found[line.key] = _line_effect(line, estimate_id, result, drivers.get(line.driver_kpi))
    return found


def _load_drivers(session: Session, seq: int, kpis: set[str]) -> dict[str, dict[tuple[str, date], float]]:
    if not kpis:
        return {}
    frame = facts(session, ExtractKind.KPI_OBSERVATIONS, seq, where={"kpi": sorted(kpis)})
    volumes: dict[str, dict[tuple[str, date], float]] = defaultdict(dict)
    columns = (frame["kpi"], frame["unit"], frame["start_on"], frame["value_float"])
    for kpi, unit, start_on, value in zip(*columns, strict=True):
        if not np.isnan(value):
            volumes[str(kpi)][str(unit), start_on] = float(value)
    return volumes


def _line_effect(line: LineFacts, estimate_id: int, estimate: EffectEstimate, driver: _Volumes | None) -> LineEffect:
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
    seed = source_seed("effect", effect_key(line.kpi.key, estimate.treated_units))
    return LineEffect(series, brief, seed, tuple(notes))


def _kpi_period(line: LineFacts, day: date | int) -> Period:
    if not isinstance(day, date):
        raise TypeError(f"the estimate of {line.key} has integer periods; posted KPIs have days")
    return period_starting(day, line.kpi.frequency)


def _driver_volume(estimate: EffectEstimate, periods: tuple[Period, ...], driver: _Volumes) -> tuple[Floats, int]:
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

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
from models.domain.effect import EffectEstimate, Floats, NotEstimable
from models.domain.extract import ExtractKind
from models.queries.knowledge import estimates_known, facts
from models.store.tables import EstimateRow
from models.value.draws import N_DRAWS
from models.value.facts import InitiativeFacts, LineFacts
from models.value.line_effect import effect_of_line
from models.value.weigh import LineEffect

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
        found[line.key] = effect_of_line(line, estimate_id, result, drivers.get(line.driver_kpi))
    return found


def effect_with_volumes(
    session: Session, seq: int, line: LineFacts, estimate_id: int, result: EffectEstimate | NotEstimable
) -> LineEffect | WhyNot:
    """Return what an estimate says as the effect of a line, with the volumes of that line's driver."""
    drivers = _load_drivers(session, seq, {line.driver_kpi} if line.driver_kpi else set())
    return effect_of_line(line, estimate_id, result, drivers.get(line.driver_kpi))


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

"""A line's panel with the truth beside it, for tests of whether intervals cover what was planted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.domain.calendar import Frequency
from models.domain.measure import Aggregation
from sample_data.benefit_lines import LINE_OF
from sample_data.effects import MeasuredKpi
from sample_data.observations import GAPS, is_reported
from sample_data.rollouts import rollouts_of


@dataclass(frozen=True, slots=True)
class PlantedPanel:
    """A KPI panel and its planted effect.

    `panel` has unit, period (first day), value, and weight (denominator or count) where the KPI has one; `go_live`
    leads treated units to their first whole treated period; `transition` to partial periods; `treated_until` to the
    first period after the end; `truth` has unit, period, effect per unit of volume.
    """

    panel: pd.DataFrame
    go_live: dict[str, date]
    transition: dict[str, frozenset[date]]
    treated_until: dict[str, date]
    truth: pd.DataFrame
    frequency: Frequency
    aggregation: Aggregation


def planted_panel(kpis: dict[str, MeasuredKpi], benefit_line: str) -> PlantedPanel:
    """Return the reported panel of a line's KPI and the planted effect at each treated unit and whole period."""
    line = LINE_OF[benefit_line]
    kpi = kpis[line.kpi]
    base, spec = kpi.base, kpi.base.spec
    reported = [t for t, period in enumerate(base.periods) if is_reported(kpi, period)]
    starts = [base.periods[t].start_on for t in reported]
    is_weighted = spec.aggregation is not Aggregation.SUM
    records, truths = [], []
    for i, unit in enumerate(base.units):
        for t, start in zip(reported, starts, strict=True):
            if (spec.key, unit, start) in GAPS:
                continue
            value = float(np.round(kpi.value[i, t], spec.decimals)) if not is_weighted else float(kpi.value[i, t])
            record: dict[str, object] = {"unit": unit, "period": start, "value": value}
            if is_weighted:
                record["weight"] = float(base.volume_actual[i, t])
            records.append(record)
            truths.append({"unit": unit, "period": start, "effect": float(kpi.effects[line.key][i, t])})
    go_live, transition, until = _treatment(line.initiative, kpi)
    return PlantedPanel(
        pd.DataFrame(records), go_live, transition, until, pd.DataFrame(truths), spec.frequency, spec.aggregation
    )


def _treatment(
    initiative: str, kpi: MeasuredKpi
) -> tuple[dict[str, date], dict[str, frozenset[date]], dict[str, date]]:
    go_live, transition, until = {}, {}, {}
    periods = kpi.base.periods
    for unit, rollout in rollouts_of(initiative).items():
        first = next((period.start_on for period in periods if period.start_on >= rollout.go_live_on), None)
        if first is None:
            continue
        go_live[unit] = first
        partial = frozenset(p.start_on for p in periods if p.start_on < rollout.go_live_on < p.end_on)
        if partial:
            transition[unit] = partial
        if rollout.ended_on is not None:
            until[unit] = next(p.start_on for p in periods if p.end_on > rollout.ended_on)
    return go_live, transition, until

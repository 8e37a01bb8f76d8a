"""Group-time average effects (Callaway and Sant'Anna 2021), unconditional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.causal.named_panel import panel_matrix
from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class GroupTimeEffects:
    """Effects by cohort and period, and their summaries.

    `att` has shape (n_cohorts, n_periods), NaN where not estimated; `simple` averages treated cells, `dynamic`
    averages event times from 0 on; `by_event` maps event time to effect. Standard errors are from influence
    functions, clustered by unit.
    """

    cohorts: tuple[Any, ...]
    att: Floats
    simple: float
    simple_se: float
    dynamic: float
    dynamic_se: float
    by_event: dict[int, float]


def callaway_santanna(
    frame: pd.DataFrame, go_live: Mapping[Any, Any], *, is_never_treated_only: bool = True
) -> GroupTimeEffects:
    """Return group-time effects of a balanced panel, each against the period before (varying base before go-live).

    Parameters
    ----------
    frame
        Long panel unit, period, value, balanced.
    go_live
        Unit to first treated period; other units are never treated.
    is_never_treated_only
        Compare with never-treated units alone, or with all not yet treated.
    """
    values, units, periods = panel_matrix(frame)
    never = len(periods) + 1
    position = {period: i for i, period in enumerate(periods)}
    starts = np.array([_position(go_live.get(unit), position, never) for unit in units])
    groups = [int(g) for g in np.unique(starts[starts < never]) if g > 0]
    n_units, n_periods = values.shape
    att = np.full((len(groups), n_periods), np.nan)
    influence = np.zeros((len(groups), n_periods, n_units))
    for i, g in enumerate(groups):
        for t in range(1, n_periods):
            base = g - 1 if t >= g else t - 1
            compared = starts == never if is_never_treated_only else (starts > max(t, base)) & (starts != g)
            treated = starts == g
            if not compared.any():
                continue
            change = values[:, t] - values[:, base]
            gained, usual = change[treated].mean(), change[compared].mean()
            att[i, t] = gained - usual
            influence[i, t, treated] = (change[treated] - gained) / treated.mean()
            influence[i, t, compared] = -(change[compared] - usual) / compared.mean()
    return _summarise(starts, groups, periods, att, influence)


def _position(start: Any, position: dict[Any, int], never: int) -> int:
    return never if start is None or pd.isna(start) else position[start]


def _summarise(
    starts: Any, groups: list[int], periods: tuple[Any, ...], att: Floats, influence: Floats
) -> GroupTimeEffects:
    shares = np.array([(starts == g).mean() for g in groups])
    score = np.stack([(starts == g) - share for g, share in zip(groups, shares, strict=True)])
    cells = [(i, t) for i, g in enumerate(groups) for t in range(g, len(periods)) if np.isfinite(att[i, t])]
    simple, simple_influence = _average(cells, shares, score, att, influence)
    by_event, event_influence = {}, {}
    for event in range(1 - max(groups), len(periods)):
        at = [
            (i, g + event)
            for i, g in enumerate(groups)
            if 1 <= g + event < len(periods) and np.isfinite(att[i, g + event])
        ]
        if at:
            by_event[event], event_influence[event] = _average(at, shares, score, att, influence)
    after = [event for event in by_event if event >= 0]
    dynamic = float(np.mean([by_event[event] for event in after]))
    dynamic_influence = np.mean([event_influence[event] for event in after], axis=0)
    return GroupTimeEffects(
        cohorts=tuple(periods[g] for g in groups),
        att=att,
        simple=simple,
        simple_se=_standard_error(simple_influence),
        dynamic=dynamic,
        dynamic_se=_standard_error(dynamic_influence),
        by_event=by_event,
    )


def _average(
    cells: list[tuple[int, int]], shares: Floats, score: Floats, att: Floats, influence: Floats
) -> tuple[float, Floats]:
    """Return the average of group-time effects by cohort share, with its influence function."""
    weight = np.array([shares[i] for i, _ in cells])
    total = weight.sum()
    effects = np.array([att[i, t] for i, t in cells])
    effect = float(weight @ effects / total)
    psi = sum(
        (w * influence[i, t] + score[i] * (att[i, t] - effect) for w, (i, t) in zip(weight, cells, strict=True)),
        start=np.zeros(influence.shape[2]),
    )
    return effect, np.asarray(psi / total, dtype=np.float64)


def _standard_error(influence: Floats) -> float:
    return float(np.sqrt(np.mean(influence**2) / influence.size))

"""An effect looked at every month: limits that hold at all looks together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from models.causal.estimate import estimate_effect
from models.causal.panel import KpiPanel, read_panel
from models.causal.refuse import AFTER
from models.causal.sequence import always_valid
from models.causal.study import PeriodKey, Study
from models.causal.timeline import parse_period
from models.domain.calendar import Frequency
from models.domain.effect import EffectEstimate
from models.domain.errors import InvalidInputError
from models.domain.follow_up import Look

MOST_LOOKS = 24
#: What is to be said beside every headline interval.
SINGLE_LOOK = (
    "This interval holds for one look. Whoever looks every month until zero is outside will see it there too often; "
    "the limits for monthly looks hold at all looks together."
)
_WITHIN_A_MONTH = frozenset({Frequency.DAY, Frequency.WEEK, Frequency.FOUR_WEEK})
_PERIODS_A_LOOK = 4


def monthly_looks(
    panel: pd.DataFrame, go_live: Mapping[Any, Any], *, study: Study | None = None, level: float = 0.95
) -> tuple[Look, ...]:
    """Return what was known at the end of each month after go-live, with limits that hold at all looks together.

    At each look `estimate_effect` sees the panel up to it; its points and half widths are made always-valid
    (`sequence.always_valid`). A look at which the rules refuse is left out. Of more than 24 looks the first, the last
    and those evenly between count. Periods longer than a month are each a look, and every fourth of whole numbers.

    Raises
    ------
    PanelError
        If the frame is not a KPI panel.
    InvalidInputError
        If `level` is not between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise InvalidInputError(f"a level of {level} is not between 0 and 1")
    facts = study if study is not None else Study()
    read = read_panel(panel, go_live, facts)
    codes, raw = pd.factorize(panel["period"])
    at = np.array([read.timeline.position(parse_period(one)) for one in raw], dtype=np.int64)[codes]
    seen: list[tuple[PeriodKey, EffectEstimate]] = []
    for position in _look_positions(read):
        result = estimate_effect(panel[at <= position], go_live, study=facts, level=level)
        if isinstance(result, EffectEstimate):
            seen.append((read.timeline.period_at(position), result))
    return _looks(seen, level)


def _looks(seen: list[tuple[PeriodKey, EffectEstimate]], level: float) -> tuple[Look, ...]:
    if not seen:
        return ()
    averages = [result.average for _, result in seen]
    points = np.array([average.point for average in averages])
    reach = np.array([max(average.point - average.low, average.high - average.point) for average in averages])
    low, high = always_valid(points, reach / float(ndtri((1.0 + level) / 2.0)), level)
    return tuple(
        Look(period, float(point), float(lower), float(upper), bool(lower > 0.0 or upper < 0.0))
        for (period, _), point, lower, upper in zip(seen, points, low, high, strict=True)
    )


def _look_positions(panel: KpiPanel) -> list[int]:
    """Return the positions of the last period of each month from the second treated one on, at most 24."""
    is_touched = panel.is_treated_unit
    if not is_touched.any():
        return []
    first = max(int(panel.go_live[is_touched].min()) + AFTER - 1, 0)
    positions = [at for at in range(first, panel.n_periods) if _is_look(panel, at, first)]
    kept = np.unique(np.linspace(0, len(positions) - 1, min(MOST_LOOKS, len(positions))).round().astype(int))
    return [positions[int(i)] for i in kept]


def _is_look(panel: KpiPanel, at: int, first: int) -> bool:
    if at == panel.n_periods - 1:
        return True
    here, following = panel.timeline.period_at(at), panel.timeline.period_at(at + 1)
    if isinstance(here, date) and isinstance(following, date):
        is_last = (here.year, here.month) != (following.year, following.month)
        return panel.timeline.frequency not in _WITHIN_A_MONTH or is_last
    return (at - first) % _PERIODS_A_LOOK == 0

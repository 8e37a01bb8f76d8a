"""How much more history would show the season around go-live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from models.causal.study import PeriodKey
from models.causal.timeline import Timeline, build_timeline
from models.domain.calendar import Frequency
from models.domain.effect import EffectEstimate

_NAMES: dict[Frequency, str] = {Frequency.FOUR_WEEK: "four-week period"}
_YEAR_END_DAYS = 45


@dataclass(frozen=True, slots=True)
class EarlierPeriods:
    """How many periods more are needed, the first of them, and both in words."""

    count: int
    first: PeriodKey
    words: str


def earlier_periods(estimate: EffectEstimate) -> EarlierPeriods | None:
    """Return the history that would have seen the season next to go-live before; None where none is known to help.

    A full cycle before go-live and, where go-live stands next to a year-end, the year-end before that one: what the
    check `season_next_to_go_live` asks for.
    """
    seen = np.flatnonzero(np.isfinite(estimate.window_observed))
    if seen.size == 0 or not estimate.effect_periods:
        return None
    timeline = build_timeline(estimate.window_periods, None)
    if timeline.frequency is None or timeline.cycle_length is None:
        return None
    opened, go_live = int(seen[0]), timeline.position(estimate.effect_periods[0])
    needed = min(go_live - timeline.cycle_length, _year_end_before(timeline, go_live, opened))
    count = opened - needed
    if count <= 0:
        return None
    name = _NAMES.get(timeline.frequency, timeline.frequency.value)
    first = timeline.period_at(needed)
    return EarlierPeriods(count, first, f"{count} earlier {name}{'' if count == 1 else 's'}, from {first}")


def _year_end_before(timeline: Timeline, go_live: int, opened: int) -> int:
    """Return the position that shows the year-end before that next to go-live, `opened` where it is next to none."""
    start = timeline.period_at(go_live)
    if not isinstance(start, date) or timeline.frequency is Frequency.YEAR:
        return opened
    new_year = min((date(year, 1, 1) for year in (start.year, start.year + 1)), key=lambda day: abs((start - day).days))
    if abs((start - new_year).days) > _YEAR_END_DAYS:
        return opened
    at, wanted = opened, date(new_year.year - 2, 12, 15)
    while isinstance(period := timeline.period_at(at), date) and period > wanted:
        at -= 1
    return at

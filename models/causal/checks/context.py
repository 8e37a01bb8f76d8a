"""Checks of what surrounds go-live: the season, and what else happened."""

from __future__ import annotations

from datetime import date

import numpy as np

from models.causal.checks.result import make_check
from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.causal.study import Study, StudyEvent
from models.domain.calendar import Frequency
from models.domain.effect import CheckResult, CheckStatus

_YEAR_END_DAYS = 45
_HOLIDAYS = (-17, 6)
_NEAR = {
    Frequency.DAY: 28,
    Frequency.WEEK: 6,
    Frequency.FOUR_WEEK: 2,
    Frequency.MONTH: 2,
    Frequency.QUARTER: 1,
    Frequency.YEAR: 1,
}


def check_season(
    panel: KpiPanel, is_before: Mask, *, has_controls: bool, outliers: tuple[int, ...] = ()
) -> CheckResult:
    """Flag a go-live whose season the window never saw before, a year-end before a January start above all.

    `outliers` are positions that stand out of the fit: where they fall on the year-end next to go-live, the data show
    a spike that no earlier year explains.
    """
    key, cycle = "season_next_to_go_live", panel.timeline.cycle_length
    if has_controls:
        return make_check(key, "shared", CheckStatus.PASS)
    if cycle is None:
        return make_check(key, "no_season", CheckStatus.PASS)
    go_live = int(panel.go_live.min())
    first = int(np.flatnonzero(is_before).min())
    is_unseen = go_live - first < cycle or _is_first_year_end(panel, go_live, first)
    spikes = [at for at in outliers if _is_year_end(panel, at, go_live)]
    if spikes:
        named = ", ".join(str(panel.timeline.periods[at]) for at in spikes)
        return make_check(key, "year_end", CheckStatus.REVIEW, names=named)
    if is_unseen:
        return make_check(key, "unseen", CheckStatus.REVIEW)
    return make_check(key, "seen", CheckStatus.PASS)


def _is_first_year_end(panel: KpiPanel, go_live: int, first: int) -> bool:
    start, opened = panel.timeline.period_at(go_live), panel.timeline.period_at(first)
    if not (isinstance(start, date) and isinstance(opened, date)) or panel.timeline.frequency is Frequency.YEAR:
        return False
    new_year = _nearest_new_year(start)
    is_next_to_it = abs((start - new_year).days) <= _YEAR_END_DAYS
    return is_next_to_it and opened > date(new_year.year - 2, 12, 15)


def _is_year_end(panel: KpiPanel, at: int, go_live: int) -> bool:
    """Tell whether a period lies on the year-end (15 December to 7 January) next to go-live."""
    start, day = panel.timeline.period_at(go_live), panel.timeline.periods[at]
    if not (isinstance(start, date) and isinstance(day, date)):
        return False
    new_year = _nearest_new_year(start)
    is_next_to_it = abs((start - new_year).days) <= _YEAR_END_DAYS
    return is_next_to_it and _HOLIDAYS[0] <= (day - new_year).days <= _HOLIDAYS[1]


def _nearest_new_year(day: date) -> date:
    return min((date(year, 1, 1) for year in (day.year, day.year + 1)), key=lambda first: abs((day - first).days))


def check_events(panel: KpiPanel, study: Study, *, has_controls: bool) -> CheckResult:
    """Judge recorded events by where and when they fell."""
    key = "concurrent_events"
    near = _NEAR.get(panel.timeline.frequency, 2) if panel.timeline.frequency else 2
    go_live = int(panel.go_live[panel.is_treated_unit].min())
    treated = {panel.units[i] for i in np.flatnonzero(panel.is_treated_unit)}
    controls = set(panel.units) - treated
    relevant = [event for event in study.events if _touches_window(panel, event, go_live - near)]
    if not relevant:
        return make_check(key, "none", CheckStatus.PASS)
    everywhere = [event for event in relevant if not event.units or (treated | controls) <= event.units]
    partly = [event for event in relevant if event not in everywhere]
    alone = relevant if not has_controls else [event for event in partly if event.units & treated]
    at_start = [event for event in alone if abs(panel.timeline.position(event.first_period) - go_live) <= near]
    if at_start:
        return make_check(key, "near", CheckStatus.FAIL, names=_names(at_start))
    if alone and any(event.units & treated or not event.units for event in alone):
        return make_check(key, "later", CheckStatus.REVIEW, names=_names(alone))
    if has_controls and any(event.units & controls for event in partly):
        return make_check(key, "uneven", CheckStatus.REVIEW, names=_names(partly))
    if has_controls and everywhere:
        return make_check(key, "shared", CheckStatus.PASS, names=_names(everywhere))
    return make_check(key, "none", CheckStatus.PASS)


def _touches_window(panel: KpiPanel, event: StudyEvent, from_position: int) -> bool:
    last = panel.n_periods if event.last_period is None else panel.timeline.position(event.last_period)
    return last >= from_position and panel.timeline.position(event.first_period) < panel.n_periods


def _names(events: list[StudyEvent]) -> str:
    return ", ".join(sorted(event.name for event in events))

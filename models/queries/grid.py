"""The period of a KPI that holds a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from models.domain.calendar import Frequency, Period, period_starting

_FOUR_WEEKS = timedelta(weeks=4)


def period_grid(frequency: Frequency, observed_starts: Iterable[date]) -> Callable[[date], Period]:
    """Return a function from a day to the period that holds it.

    Four-week periods have no calendar of their own: they count from the first observed start (from the day itself if
    none is observed). Weeks start on the weekday of the first observed start, on Monday if none is observed.
    """
    origin = min(observed_starts, default=None) if frequency in {Frequency.WEEK, Frequency.FOUR_WEEK} else None

    def holding(day: date) -> Period:
        return period_starting(_start_of(day, frequency, origin), frequency)

    return holding


def _start_of(day: date, frequency: Frequency, origin: date | None) -> date:
    if frequency is Frequency.DAY:
        return day
    if frequency is Frequency.WEEK:
        first = 0 if origin is None else origin.weekday()
        return day - timedelta(days=(day.weekday() - first) % 7)
    if frequency is Frequency.FOUR_WEEK:
        return day if origin is None else origin + (day - origin) // _FOUR_WEEKS * _FOUR_WEEKS
    if frequency is Frequency.MONTH:
        return day.replace(day=1)
    if frequency is Frequency.QUARTER:
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1)

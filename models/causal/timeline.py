"""The calendar grid of a panel: periods to positions and back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from models.causal.study import PeriodKey
from models.domain.calendar import CYCLE_LENGTH, Frequency, add_months
from models.domain.errors import PanelError

_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
_DAYS = {Frequency.DAY: 1, Frequency.WEEK: 7, Frequency.FOUR_WEEK: 28}
#: Periods of the longest window: fifty-four years of days. Beyond it one date is a slip.
_MOST_PERIODS = 20_000
_BY_SPACING = (
    (1, 1, Frequency.DAY),
    (7, 7, Frequency.WEEK),
    (28, 28, Frequency.FOUR_WEEK),
    (29, 31, Frequency.MONTH),
    (89, 92, Frequency.QUARTER),
    (365, 366, Frequency.YEAR),
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A grid of consecutive periods.

    `periods` holds the key of each position, as the panel wrote it where it was observed. `frequency` is None for
    integer periods without a declared one. `origin` is the first period.
    """

    periods: tuple[PeriodKey, ...]
    frequency: Frequency | None
    origin: PeriodKey

    @property
    def cycle_length(self) -> int | None:
        """Periods in a seasonal cycle, None where there is none."""
        return None if self.frequency is None else CYCLE_LENGTH[self.frequency]

    def position(self, period: object) -> int:
        """Return the position of a period; negative or beyond the end if it lies outside the window.

        A date that falls inside a period gives the first period that starts on or after it.
        """
        return _steps(self.origin, parse_period(period), self.frequency, is_rounded_up=True)

    def period_at(self, position: int) -> PeriodKey:
        """Return the period at a position, also outside the window."""
        if 0 <= position < len(self.periods):
            return self.periods[position]
        return _shift(self.origin, position, self.frequency)


def parse_period(raw: Any) -> PeriodKey:
    """Return a period as a date or an int.

    Raises
    ------
    PanelError
        If it is neither.
    """
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, np.datetime64):
        return date.fromisoformat(str(raw.astype("datetime64[D]")))
    if isinstance(raw, bool) or not isinstance(raw, (int, np.integer)):
        raise PanelError(f"'{raw}' is not a period; periods are dates or whole numbers")
    return int(raw)


def build_timeline(periods: Sequence[PeriodKey], declared: Frequency | None) -> Timeline:
    """Return the grid from the first to the last of the given distinct periods.

    Raises
    ------
    PanelError
        If periods mix dates and numbers, do not lie on a grid of the declared frequency, their median spacing
        contradicts it, or they run over more than 20,000 periods.
    """
    if not periods:
        raise PanelError("the panel has no rows")
    if len({isinstance(period, int) for period in periods}) > 1:
        raise PanelError("the panel mixes dates and whole numbers as periods")
    ordered = sorted(periods)
    first = ordered[0]
    frequency = declared
    if isinstance(first, date):
        frequency = _frequency_of(ordered, declared)
    positions = [_steps(first, period, frequency, is_rounded_up=False) for period in ordered]
    if len(set(positions)) < len(positions):
        twice = next(ordered[i] for i in range(1, len(ordered)) if positions[i] == positions[i - 1])
        raise PanelError(f"two dates fall into one {frequency.value if frequency else 'period'}, the second is {twice}")
    if positions[-1] >= _MOST_PERIODS:
        raise PanelError(
            f"the periods run from {first} to {ordered[-1]}, more than {_MOST_PERIODS:,} of them; one may be a slip"
        )
    grid: list[PeriodKey] = [_shift(first, i, frequency) for i in range(positions[-1] + 1)]
    for position, period in zip(positions, ordered, strict=True):
        grid[position] = period
    return Timeline(tuple(grid), frequency, first)


def _frequency_of(ordered: Sequence[Any], declared: Frequency | None) -> Frequency:
    if len(ordered) < 2:
        return declared or Frequency.DAY
    gaps = np.array([(b - a).days for a, b in pairwise(ordered)])
    spacing = float(np.median(gaps))
    seen = next((frequency for low, high, frequency in _BY_SPACING if low <= spacing <= high), None)
    if declared is not None:
        low, high = next((low, high) for low, high, frequency in _BY_SPACING if frequency is declared)
        if len(ordered) >= 6 and not low - 1 <= spacing <= 1.5 * high:
            raise PanelError(
                f"the KPI is declared as one value a {declared.value}, but the median spacing is {spacing:g} days"
            )
        return declared
    if seen is None:
        raise PanelError(f"the median spacing of {spacing:g} days is no known frequency; declare it")
    return seen


def _steps(origin: PeriodKey, period: PeriodKey, frequency: Frequency | None, *, is_rounded_up: bool) -> int:
    if isinstance(origin, int) or isinstance(period, int):
        if not (isinstance(origin, int) and isinstance(period, int)):
            raise PanelError(f"'{period}' does not match the periods of the panel: dates and whole numbers do not mix")
        return period - origin
    if frequency in _MONTHS:
        months = (period.year - origin.year) * 12 + period.month - origin.month
        steps, left = divmod(months, _MONTHS[frequency])
        is_dated_alike = _is_month_end(period) and _is_month_end(origin)
        is_inside = left > 0 or (period.day not in (1, origin.day) and not is_dated_alike)
        return steps + (1 if is_rounded_up and is_inside else 0)
    steps, left = divmod((period - origin).days, _DAYS[frequency or Frequency.DAY])
    if left and not is_rounded_up:
        raise PanelError(f"{period} is not a whole number of {(frequency or Frequency.DAY).value}s after {origin}")
    return steps + (1 if left else 0)


def _is_month_end(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _shift(origin: PeriodKey, steps: int, frequency: Frequency | None) -> PeriodKey:
    if isinstance(origin, int):
        return origin + steps
    try:
        if frequency in _MONTHS:
            return add_months(origin, steps * _MONTHS[frequency])
        return origin + timedelta(days=steps * _DAYS[frequency or Frequency.DAY])
    except (OverflowError, ValueError):  # beyond the calendar: a go-live of the year 9999 says never
        return date.max if steps > 0 else date.min

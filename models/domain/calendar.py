"""Periods, frequencies and the fiscal calendar.

A period is [start_on, end_on) with its frequency; labels derive from a calendar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from models.domain.errors import InvalidInputError


class Frequency(StrEnum):
    """How often a KPI is observed."""

    DAY = "day"
    WEEK = "week"
    FOUR_WEEK = "four_week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


#: Periods in one seasonal cycle; none for yearly data.
CYCLE_LENGTH: dict[Frequency, int | None] = {
    Frequency.DAY: 7,
    Frequency.WEEK: 52,
    Frequency.FOUR_WEEK: 13,
    Frequency.MONTH: 12,
    Frequency.QUARTER: 4,
    Frequency.YEAR: None,
}
_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
_DAYS = {Frequency.DAY: 1, Frequency.WEEK: 7, Frequency.FOUR_WEEK: 28}


class WeekStart(StrEnum):
    """The first day of a fiscal week."""

    MONDAY = "monday"
    SUNDAY = "sunday"


#: Weekday numbers (Monday is 0) on which weeks may start.
WEEKDAYS: dict[WeekStart, int] = {WeekStart.MONDAY: 0, WeekStart.SUNDAY: 6}


def add_months(day: date, months: int) -> date:
    """Return the first day of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open span of days [start_on, end_on) of a declared frequency."""

    start_on: date
    end_on: date
    frequency: Frequency

    @property
    def days(self) -> int:
        """Number of days in the period."""
        return (self.end_on - self.start_on).days

    @property
    def last_on(self) -> date:
        """The last day in the period."""
        return self.end_on - timedelta(days=1)

    def overlap_days(self, other: Period) -> int:
        """Days that both periods hold; 0 if none."""
        return max(0, (min(self.end_on, other.end_on) - max(self.start_on, other.start_on)).days)


def period_starting(start_on: date, frequency: Frequency) -> Period:
    """Return the period of `frequency` that starts on `start_on`.

    Raises
    ------
    InvalidInputError
        If a week starts neither on a Monday nor on a Sunday, or a month, quarter or year not on its first day.
    """
    if frequency in _DAYS:
        if frequency is Frequency.WEEK and start_on.weekday() not in WEEKDAYS.values():
            raise InvalidInputError(
                f"{start_on} is neither a Monday (weeks of ISO 8601) nor a Sunday (weeks of US retail)"
            )
        return Period(start_on, start_on + timedelta(days=_DAYS[frequency]), frequency)
    months = _MONTHS[frequency]
    if start_on.day != 1 or (months > 1 and (start_on.month - 1) % months):
        raise InvalidInputError(f"{start_on} is not the first day of a {frequency.value}")
    return Period(start_on, add_months(start_on, months), frequency)


class CalendarPattern(StrEnum):
    """How a fiscal year is cut into twelve periods."""

    MONTHLY = "monthly"
    P445 = "4-4-5"
    P454 = "4-5-4"
    P544 = "5-4-4"


_PERIODS_PER_YEAR = 12
#: Weeks of a long year.
LONG_YEAR_WEEKS = 53
_PATTERN_WEEKS = {CalendarPattern.P445: (4, 4, 5), CalendarPattern.P454: (4, 5, 4), CalendarPattern.P544: (5, 4, 4)}


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """The organisation's fiscal years and their twelve periods.

    Parameters
    ----------
    start_month
        Calendar month in which the fiscal year starts (1-12).
    pattern
        `monthly`, or weeks per period of each quarter. In a week pattern the year starts on the Monday (or
        Sunday) nearest to the first day of `start_month`; a 53rd week joins the last period.
    is_named_by_end
        FY26 is the year that ends (True) or starts (False) in calendar year 2026.
    week_starts_on
        First day of the weeks of a week pattern. The calendar of US retail (NRF) starts on the Sunday nearest to
        1 February with pattern 4-5-4 and names a year by its start.
    """

    start_month: int = 1
    pattern: CalendarPattern = CalendarPattern.MONTHLY
    is_named_by_end: bool = True
    week_starts_on: WeekStart = WeekStart.MONDAY

    def year_start(self, fiscal_year: int) -> date:
        """First day of the fiscal year with that four-digit name."""
        starts_in = fiscal_year - 1 if self.is_named_by_end and self.start_month > 1 else fiscal_year
        first = date(starts_in, self.start_month, 1)
        if self.pattern is CalendarPattern.MONTHLY:
            return first
        middle = 3 if self.week_starts_on is WeekStart.MONDAY else 2
        return first + timedelta(days=(middle - first.weekday()) % 7 - 3)

    def period(self, fiscal_year: int, number: int) -> Period:
        """Return fiscal period `number` (1-12) of a fiscal year; its frequency is `month`."""
        if not 1 <= number <= 12:
            raise InvalidInputError(f"fiscal period P{number:02d} does not exist; periods are P01 to P12")
        start, end = _year_bounds(self, fiscal_year)[number - 1 : number + 1]
        return Period(start, end, Frequency.MONTH)

    def locate(self, day: date) -> tuple[int, int]:
        """Return (fiscal year, period number) that hold `day`."""
        for fiscal_year in (day.year - 1, day.year, day.year + 1, day.year + 2):
            bounds = _year_bounds(self, fiscal_year)
            if bounds[0] <= day < bounds[-1]:
                return fiscal_year, sum(1 for start in bounds[:-1] if start <= day)
        raise InvalidInputError(f"{day} lies in no fiscal year of this calendar")

    def period_of(self, day: date) -> Period:
        """Return the fiscal period that holds `day`."""
        return self.period(*self.locate(day))

    def periods_between(self, first: date, last: date) -> list[Period]:
        """Return the fiscal periods that hold any day of first..last, in order."""
        periods = []
        current = self.period_of(first)
        while current.start_on <= last:
            periods.append(current)
            current = self.period_of(current.end_on)
        return periods

    def label(self, period: Period) -> str:
        """Return the label FY26-P03 of a fiscal period."""
        fiscal_year, number = self.locate(period.start_on)
        return f"FY{fiscal_year % 100:02d}-P{number:02d}"

    @property
    def kpi_week_starts_on(self) -> WeekStart:
        """First day of the weeks of KPIs: those of a week pattern, else of ISO 8601."""
        return WeekStart.MONDAY if self.pattern is CalendarPattern.MONTHLY else self.week_starts_on

    def n_weeks(self, fiscal_year: int) -> int | None:
        """Return the weeks of a fiscal year, 52 or 53; None where periods are months."""
        if self.pattern is CalendarPattern.MONTHLY:
            return None
        return (self.year_start(fiscal_year + 1) - self.year_start(fiscal_year)).days // _DAYS[Frequency.WEEK]

    def parse_label(self, label: str) -> Period:
        """Return the period of a label FY26-P03 (years 2000-2099)."""
        match = re.fullmatch(r"FY(\d{2})-P(\d{2})", label)
        if not match:
            raise InvalidInputError(f"'{label}' is not a fiscal period; write FY26-P03")
        return self.period(2000 + int(match[1]), int(match[2]))


@lru_cache(maxsize=512)
def _year_bounds(calendar: FiscalCalendar, fiscal_year: int) -> tuple[date, ...]:
    """Thirteen dates: the starts of the twelve periods and the start of the next year."""
    start, next_start = calendar.year_start(fiscal_year), calendar.year_start(fiscal_year + 1)
    if calendar.pattern is CalendarPattern.MONTHLY:
        return tuple(add_months(start, i) for i in range(13))
    bounds = [start]
    for weeks in _PATTERN_WEEKS[calendar.pattern] * 4:
        bounds.append(bounds[-1] + timedelta(weeks=weeks))
    bounds[-1] = next_start
    return tuple(bounds)


def is_restated_year(calendar: FiscalCalendar, fiscal_year: int) -> bool:
    """Whether the prior year of a fiscal year has 53 weeks, so that its comparatives are restated by a week."""
    return calendar.n_weeks(fiscal_year - 1) == LONG_YEAR_WEEKS


def comparable_period(calendar: FiscalCalendar, period: Period, *, is_restated: bool) -> Period:
    """Return what a fiscal period, or a week in it, is compared with in the prior year.

    Not restated it is the period of the same number (the same week of the year). Restated, everything lies 52 weeks
    back, as retail restates its comparatives (National Retail Federation, 4-5-4 calendar): the year after one of 53
    weeks shifts by one week, and the last period of 53 weeks takes the first week of its own year for its 53rd. The
    result is then no fiscal period of its own year.

    Parameters
    ----------
    period
        A fiscal period of the calendar (frequency month), or a week.

    Raises
    ------
    InvalidInputError
        If a week is asked of a calendar whose periods are months.
    """
    fiscal_year, number = calendar.locate(period.start_on)
    if calendar.pattern is CalendarPattern.MONTHLY and period.frequency is Frequency.WEEK:
        raise InvalidInputError("a calendar of months compares fiscal periods, not weeks")
    shift = timedelta(weeks=1 if is_restated and is_restated_year(calendar, fiscal_year) else 0)
    if period.frequency is not Frequency.WEEK:
        before = calendar.period(fiscal_year - 1, number)
        start_on = before.start_on + shift
        is_as_long = is_restated and calendar.pattern is not CalendarPattern.MONTHLY
        return Period(
            start_on, start_on + (period.end_on - period.start_on) if is_as_long else before.end_on, before.frequency
        )
    start_on = calendar.year_start(fiscal_year - 1) + (period.start_on - calendar.year_start(fiscal_year)) + shift
    return Period(start_on, start_on + timedelta(weeks=1), Frequency.WEEK)


def is_same_period(one: FiscalCalendar, other: FiscalCalendar, day: date) -> bool:
    """Whether two calendars cut the period of a day alike and give it one name."""
    first, second = one.period_of(day), other.period_of(day)
    return first == second and one.label(first) == other.label(second)


def period_label(period: Period) -> str:
    """Return the calendar label of a period: 2026-10-05, 2026-W41, 2026-10, 2026-Q4 or 2026.

    Four-weeks, and weeks that are none of ISO 8601 because they start on a Sunday, go by their first day.
    """
    start = period.start_on
    if period.frequency is Frequency.WEEK and start.weekday() == WEEKDAYS[WeekStart.MONDAY]:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if period.frequency is Frequency.MONTH:
        return f"{start:%Y-%m}"
    if period.frequency is Frequency.QUARTER:
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{start.year}" if period.frequency is Frequency.YEAR else start.isoformat()

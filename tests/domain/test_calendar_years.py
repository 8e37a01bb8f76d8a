"""Fiscal years of 52 and 53 weeks, and what they are compared with."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.calendar import (
    CalendarPattern,
    FiscalCalendar,
    Frequency,
    Period,
    WeekStart,
    comparable_period,
    is_restated_year,
)
from models.domain.errors import InvalidInputError

NRF = FiscalCalendar(2, CalendarPattern.P454, is_named_by_end=False, week_starts_on=WeekStart.SUNDAY)
PATTERNS = (CalendarPattern.P445, CalendarPattern.P454, CalendarPattern.P544)
WEEKLY = st.builds(
    FiscalCalendar, st.integers(1, 12), st.sampled_from(PATTERNS), st.booleans(), st.sampled_from(WeekStart)
)


def last_day_of_retail_year(year: int) -> date:
    """The Saturday nearest 31 January of the year after, found by looking at each day."""
    around = [date(year + 1, 1, 31) + timedelta(days=shift) for shift in range(-3, 4)]
    return next(day for day in around if day.strftime("%A") == "Saturday")


def test_retail_years_end_on_the_saturday_nearest_the_end_of_january() -> None:
    for year in range(2000, 2041):
        assert NRF.year_start(year + 1) - timedelta(days=1) == last_day_of_retail_year(year)
        length = last_day_of_retail_year(year) - last_day_of_retail_year(year - 1)
        assert NRF.n_weeks(year) == length.days // 7


def test_retail_years_of_53_weeks() -> None:
    long_years = [year for year in range(2010, 2030) if NRF.n_weeks(year) == 53]
    assert long_years == [2012, 2017, 2023, 2028]
    assert NRF.label(NRF.period_of(date(2024, 2, 3))) == "FY23-P12"
    assert NRF.label(NRF.period_of(date(2024, 2, 4))) == "FY24-P01"
    assert NRF.period(2023, 12).days == 5 * 7


@pytest.mark.parametrize(("pattern", "weeks"), [("4-4-5", (4, 4, 5)), ("4-5-4", (4, 5, 4)), ("5-4-4", (5, 4, 4))])
def test_quarters_are_cut_by_their_pattern(pattern: str, weeks: tuple[int, ...]) -> None:
    calendar = FiscalCalendar(2, CalendarPattern(pattern), is_named_by_end=False, week_starts_on=WeekStart.SUNDAY)
    assert [calendar.period(2022, number).days // 7 for number in range(1, 13)] == list(weeks * 4)
    with_53rd = [calendar.period(2023, number).days // 7 for number in range(1, 13)]
    assert with_53rd == [*(weeks * 4)[:-1], weeks[-1] + 1]


def test_calendars_of_months_have_no_weeks() -> None:
    assert FiscalCalendar(4).n_weeks(2026) is None
    assert FiscalCalendar(4).label(FiscalCalendar(4).period_of(date(2026, 3, 31))) == "FY26-P12"
    week = Period(date(2026, 3, 2), date(2026, 3, 9), Frequency.WEEK)
    with pytest.raises(InvalidInputError, match="not weeks"):
        comparable_period(FiscalCalendar(4), week, is_restated=True)


def test_after_53_weeks_the_comparative_is_restated_by_one_week() -> None:
    first = NRF.period(2024, 1)
    assert is_restated_year(NRF, 2024)
    assert not is_restated_year(NRF, 2025)
    assert comparable_period(NRF, first, is_restated=False).start_on == date(2023, 1, 29)
    restated = comparable_period(NRF, first, is_restated=True)
    assert (restated.start_on, restated.end_on) == (date(2023, 2, 5), date(2023, 3, 5))
    week = Period(date(2024, 2, 4), date(2024, 2, 11), Frequency.WEEK)
    assert comparable_period(NRF, week, is_restated=False).start_on == date(2023, 1, 29)
    assert comparable_period(NRF, week, is_restated=True).start_on == date(2023, 2, 5)


@given(WEEKLY, st.integers(2001, 2060), st.integers(1, 12))
def test_restated_comparatives_lie_52_weeks_back_and_tile(
    calendar: FiscalCalendar, fiscal_year: int, number: int
) -> None:
    period = calendar.period(fiscal_year, number)
    restated = comparable_period(calendar, period, is_restated=True)
    plain = comparable_period(calendar, period, is_restated=False)
    assert plain == calendar.period(fiscal_year - 1, number)
    is_longer = number == 12 and calendar.n_weeks(fiscal_year) == 53
    if not is_restated_year(calendar, fiscal_year) and not is_longer:
        assert restated == plain
        return
    assert restated.start_on == period.start_on - timedelta(weeks=52)
    assert restated.days == period.days
    if number < 12:
        following = comparable_period(calendar, calendar.period(fiscal_year, number + 1), is_restated=True)
        assert restated.end_on == following.start_on

"""Periods and fiscal calendars."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.calendar import CalendarPattern, FiscalCalendar, Frequency, Period, period_label, period_starting
from models.domain.errors import InvalidInputError

CALENDARS = st.builds(FiscalCalendar, st.integers(1, 12), st.sampled_from(CalendarPattern), st.booleans())
DAYS = st.dates(date(2001, 1, 1), date(2090, 12, 31))


@given(CALENDARS, DAYS)
def test_every_day_lies_in_exactly_one_fiscal_period(calendar: FiscalCalendar, day: date) -> None:
    period = calendar.period_of(day)
    assert period.start_on <= day < period.end_on
    assert calendar.period_of(period.start_on) == calendar.period_of(period.last_on) == period
    assert calendar.parse_label(calendar.label(period)) == period


@given(CALENDARS, st.integers(2002, 2080))
def test_fiscal_years_tile_time(calendar: FiscalCalendar, fiscal_year: int) -> None:
    periods = [calendar.period(fiscal_year, number) for number in range(1, 13)]
    assert all(before.end_on == after.start_on for before, after in pairwise(periods))
    assert periods[-1].end_on == calendar.period(fiscal_year + 1, 1).start_on
    if calendar.pattern is not CalendarPattern.MONTHLY:
        weeks = [period.days // 7 for period in periods]
        assert sum(weeks) in {52, 53}
        assert all(period.start_on.weekday() == 0 for period in periods)


def test_fiscal_year_name() -> None:
    by_end, by_start = FiscalCalendar(4), FiscalCalendar(4, is_named_by_end=False)
    assert by_end.label(by_end.period_of(date(2026, 3, 31))) == "FY26-P12"
    assert by_start.label(by_start.period_of(date(2026, 3, 31))) == "FY25-P12"
    assert FiscalCalendar().label(FiscalCalendar().period_of(date(2026, 9, 30))) == "FY26-P09"


def test_periods_between_holds_both_ends() -> None:
    periods = FiscalCalendar().periods_between(date(2025, 12, 31), date(2026, 2, 1))
    assert [period_label(period) for period in periods] == ["2025-12", "2026-01", "2026-02"]


@pytest.mark.parametrize(
    ("start_on", "frequency", "label"),
    [
        (date(2026, 10, 5), Frequency.DAY, "2026-10-05"),
        (date(2026, 10, 5), Frequency.WEEK, "2026-W41"),
        (date(2024, 12, 30), Frequency.WEEK, "2025-W01"),
        (date(2026, 10, 1), Frequency.MONTH, "2026-10"),
        (date(2026, 10, 1), Frequency.QUARTER, "2026-Q4"),
        (date(2026, 1, 1), Frequency.YEAR, "2026"),
    ],
)
def test_labels(start_on: date, frequency: Frequency, label: str) -> None:
    assert period_label(period_starting(start_on, frequency)) == label


@pytest.mark.parametrize(
    ("start_on", "frequency"),
    [(date(2026, 10, 6), Frequency.WEEK), (date(2026, 10, 2), Frequency.MONTH), (date(2026, 2, 1), Frequency.QUARTER)],
)
def test_a_period_starts_where_its_frequency_allows(start_on: date, frequency: Frequency) -> None:
    with pytest.raises(InvalidInputError, match=str(start_on)):
        period_starting(start_on, frequency)


@pytest.mark.parametrize("label", ["FY26-P13", "FY26-P00", "2026-03", "FY2026-P03"])
def test_unreadable_labels_are_refused(label: str) -> None:
    with pytest.raises(InvalidInputError):
        FiscalCalendar().parse_label(label)


@given(DAYS, st.integers(0, 60), st.integers(1, 60))
def test_overlap_counts_shared_days(day: date, gap: int, length: int) -> None:
    first = Period(day, day + timedelta(days=30), Frequency.MONTH)
    second = Period(day + timedelta(days=gap), day + timedelta(days=gap + length), Frequency.MONTH)
    shared = sum(1 for i in range(gap, gap + length) if i < 30)
    assert first.overlap_days(second) == second.overlap_days(first) == shared

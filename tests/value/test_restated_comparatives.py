"""Prior-year references after a year of 53 weeks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.calendar import CalendarPattern, FiscalCalendar, Period, WeekStart, comparable_period
from models.domain.ledger import LedgerComponent
from models.value.calendar_restate import carried_forward, comparable_amounts
from models.value.profit_line import LineAmount, build_cells
from tests.value.builders import CALENDAR, make_books

NRF = FiscalCalendar(2, CalendarPattern.P454, is_named_by_end=False, week_starts_on=WeekStart.SUNDAY)
AMOUNTS = st.lists(st.integers(-(10**9), 10**9), min_size=12, max_size=12)


def actuals(calendar: FiscalCalendar, fiscal_year: int, amounts: list[int]) -> dict[Period, list[LineAmount]]:
    periods = [calendar.period(fiscal_year, number) for number in range(1, 13)]
    return {
        period: [LineAmount("staff", "DE", period, "actual", "", amount, True)]
        for period, amount in zip(periods, amounts, strict=True)
    }


def test_windows_take_the_first_week_of_the_period_that_follows() -> None:
    posted = actuals(NRF, 2023, [-400_00, -500_00, -400_00, *[-400_00] * 9])
    found, is_restated = comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2024, 1))
    assert is_restated
    assert [amount.amount_minor for amount in found] == [-300_00, -100_00]
    (last,), _ = comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2024, 12))
    assert last.amount_minor == -320_00  # four of the five weeks of the last period


def test_the_53rd_week_is_held_against_the_first_of_its_own_year() -> None:
    """It lies 52 weeks after it: a period of five weeks is never held against one of four."""
    posted = actuals(NRF, 2022, [-400_00] * 12) | actuals(NRF, 2023, [-440_00] * 12)
    found, is_restated = comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2023, 12))
    assert is_restated
    assert [amount.amount_minor for amount in found] == [-400_00, -110_00]
    eleventh, is_restated = comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2023, 11))
    assert ([amount.amount_minor for amount in eleventh], is_restated) == ([-400_00], False)
    assert comparable_period(NRF, NRF.period(2023, 12), is_restated=True).days == NRF.period(2023, 12).days == 35
    del posted[NRF.period(2023, 1)]
    assert comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2023, 12)) == ([], True)


@given(AMOUNTS)
def test_windows_sum_to_the_year_less_its_first_week(amounts: list[int]) -> None:
    posted = actuals(NRF, 2023, amounts)
    total = 0
    for number in range(1, 13):
        found, _ = comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2024, number))
        total += sum(amount.amount_minor for amount in found)
    assert total == sum(amounts) - round(amounts[0] / 4)


@given(st.integers(-(10**9), 10**9), st.integers(2001, 2040), st.integers(1, 12))
def test_what_a_period_held_is_carried_where_its_weeks_go(amount: int, fiscal_year: int, number: int) -> None:
    carried = carried_forward(amount, NRF, NRF.period(fiscal_year, number))
    assert sum(part for _, part in carried) == amount
    is_in_own_year = NRF.n_weeks(fiscal_year) == 53 and number == 1
    own = [(period, part) for period, part in carried if NRF.locate(period.start_on)[0] == fiscal_year]
    assert own == ([(NRF.period(fiscal_year, 12), round(amount / 4))] if is_in_own_year else [])
    assert all(NRF.locate(period.start_on)[0] == fiscal_year + 1 for period, _ in carried[len(own) :])


def test_half_a_reference_is_none() -> None:
    posted = actuals(NRF, 2023, [100] * 12)
    del posted[NRF.period(2023, 6)]
    assert comparable_amounts(lambda p: posted.get(p, []), NRF, NRF.period(2024, 5)) == ([], True)


@pytest.mark.parametrize(
    ("calendar", "year", "name", "reference"),
    [
        (NRF, 2024, "prior year restated", -400_00),
        (NRF, 2026, "prior year", -400_00),
        (CALENDAR, 2026, "prior year", -400_00),
    ],
)
def test_ledger_names_restated_references(calendar: FiscalCalendar, year: int, name: str, reference: int) -> None:
    before, now = (
        actuals(calendar, year - 1, [-400_00, -500_00, *[-400_00] * 10]),
        actuals(calendar, year, [-380_00] * 12),
    )
    books = make_books([amount for side in (before, now) for found in side.values() for amount in found])
    (cell,) = (
        cell for cell in build_cells(books, {}, calendar)["staff", "", ""] if cell.period == calendar.period(year, 1)
    )
    assert cell.reference_scenario == name
    assert {row.component: row.amount_minor for row in cell.rows} == {LedgerComponent.REFERENCE: reference}

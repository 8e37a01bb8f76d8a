"""Charges become cost: whose they are, split by days exactly, rounded once; and the price control over it."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.calendar import CalendarPattern, FiscalCalendar
from models.domain.interval import MoneyInterval
from models.domain.money import to_minor
from models.domain.spend import Charge, ChargeMarks, MatchBy, SpendMapping, SpendState
from models.value.parts import no_totals
from models.value.price_shock import flip_change, shock_npv
from models.value.spend_cells import share_by_days, sum_cells
from models.value.spend_map import SpendMap, ways_to_match
from models.value.unit_economics import OutcomeBasis, outcome_economics

CALENDAR = FiscalCalendar()
MARKS = ChargeMarks("", "vm-1", "acc", "Models", (("app", "search"), ("env", "prod")), date(2026, 3, 1))


def mapping(match_by: MatchBy, value: str, initiative: str, *, name: str = "", since: int = 2025) -> SpendMapping:
    return SpendMapping(match_by, name, value, date(since, 1, 1), None, initiative, "run")


def charge(first: date, days: int, amount: str, *, currency: str = "EUR", invoice: str = "") -> Charge:
    return Charge(
        provider="P",
        charge="c",
        marks=replace(MARKS, start_on=first),
        end_on=first + timedelta(days=days),
        service_category="AI and Machine Learning",
        invoice=invoice,
        is_correction=False,
        currency=currency,
        billed=Decimal(amount),
        effective=Decimal(amount),
    )


@pytest.mark.parametrize(
    ("mappings", "expected"),
    [
        ((MatchBy.SERVICE, MatchBy.SUB_ACCOUNT, MatchBy.TAG, MatchBy.RESOURCE), "resource"),
        ((MatchBy.SERVICE, MatchBy.SUB_ACCOUNT, MatchBy.TAG), "tag"),
        ((MatchBy.SERVICE, MatchBy.SUB_ACCOUNT), "sub_account"),
        ((MatchBy.SERVICE,), "service"),
    ],
)
def test_the_most_specific_mapping_wins(mappings: tuple[MatchBy, ...], expected: str) -> None:
    values = {
        MatchBy.RESOURCE: ("", "vm-1"),
        MatchBy.TAG: ("app", "search"),
        MatchBy.SUB_ACCOUNT: ("", "acc"),
        MatchBy.SERVICE: ("", "Models"),
    }
    made = [mapping(way, values[way][1], way.value, name=values[way][0]) for way in mappings]
    found = SpendMap(made, {way.value for way in MatchBy}).registration(MARKS)
    assert found is not None
    assert found.initiative == expected


def test_of_equal_mappings_the_later_one_wins_and_dates_bound_both() -> None:
    older = mapping(MatchBy.TAG, "search", "OLD", name="app", since=2024)
    newer = replace(mapping(MatchBy.TAG, "prod", "NEW", name="env"), to_on=date(2026, 3, 2))
    found = SpendMap([older, newer], {"OLD", "NEW"})
    assert [
        getattr(found.registration(replace(MARKS, start_on=day)), "initiative", None)
        for day in (date(2023, 6, 1), date(2024, 6, 1), date(2026, 3, 1), date(2026, 3, 2))
    ] == [None, "OLD", "NEW", "OLD"]


def test_the_charge_names_its_initiative_first_where_that_is_known() -> None:
    build = replace(mapping(MatchBy.SERVICE, "Models", "OWN"), nature="build", pl_line="it")
    spend_map = SpendMap([build, mapping(MatchBy.RESOURCE, "vm-1", "OTHER")], {"OWN", "OTHER"})
    own = spend_map.registration(replace(MARKS, initiative="OWN"))
    unknown = spend_map.registration(replace(MARKS, initiative="NOBODY"))
    assert own is not None
    assert (own.initiative, own.nature, own.pl_line, own.rule) == ("OWN", "build", "it", "x_InitiativeId")
    assert unknown is not None
    assert unknown.initiative == "OTHER"
    assert ways_to_match(MARKS)[0] == (MatchBy.RESOURCE, "", "vm-1")


@given(
    start=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    days=st.integers(1, 500),
    pattern=st.sampled_from(list(CalendarPattern)),
)
@settings(max_examples=200, deadline=None)
def test_shares_of_a_charge_sum_to_one_and_follow_its_days(start: date, days: int, pattern: CalendarPattern) -> None:
    calendar = FiscalCalendar(2, pattern)
    shares = share_by_days(start, start + timedelta(days=days), calendar)
    assert sum(share for _, share in shares) == 1
    assert all(share > 0 for _, share in shares)
    assert all(a.end_on == b.start_on for (a, _), (b, _) in pairwise(shares))


@given(
    amounts=st.lists(
        st.tuples(st.decimals(-9999, 9999, places=7), st.integers(0, 700), st.integers(1, 90)), min_size=1, max_size=30
    )
)
@settings(max_examples=100, deadline=None)
def test_every_cell_is_the_exact_sum_rounded_once(amounts: list[tuple[Decimal, int, int]]) -> None:
    charges = [charge(date(2025, 1, 1) + timedelta(days=at), days, str(amount)) for amount, at, days in amounts]
    cells = sum_cells(charges, SpendMap([], ()), calendar=CALENDAR, booked=(), as_of=date(2026, 9, 30))
    exact: dict[date, Fraction] = {}
    for each in (charge for charge in charges if charge.effective):
        for period, share in share_by_days(each.marks.start_on, each.end_on, CALENDAR):
            exact[period.start_on] = exact.get(period.start_on, Fraction(0)) + Fraction(each.effective) * share
    assert {cell.key.start_on: cell.native_minor for cell in cells} == {
        day: to_minor(amount, "EUR") for day, amount in exact.items()
    }


def test_a_later_month_never_moves_an_earlier_one() -> None:
    def native(charges: list[Charge]) -> dict[date, int]:
        cells = sum_cells(charges, SpendMap([], ()), calendar=CALENDAR, booked=(), as_of=date(2026, 9, 30))
        return {cell.key.start_on: cell.native_minor for cell in cells}

    first = native([charge(date(2026, 1, 20), 31, "10.01")])
    both = native([charge(date(2026, 1, 20), 31, "10.01"), charge(date(2026, 3, 1), 31, "7.77")])
    assert {day: both[day] for day in first} == first


def test_states_of_charges() -> None:
    spend_map = SpendMap([mapping(MatchBy.SERVICE, "Models", "A")], {"A"})
    charges = [
        charge(date(2026, 8, 1), 31, "10"),
        charge(date(2026, 10, 1), 31, "20"),
        charge(date(2026, 8, 1), 31, "30", invoice="I-1"),
        replace(charge(date(2026, 8, 1), 31, "40"), marks=replace(MARKS, service="Other", start_on=date(2026, 8, 1))),
    ]
    cells = sum_cells(charges, spend_map, calendar=CALENDAR, booked={("I-1", "EUR")}, as_of=date(2026, 9, 30))
    assert {cell.key.state: cell.native_minor for cell in cells} == {
        SpendState.COUNTED: 1000,
        SpendState.LATER: 2000,
        SpendState.BOOKED: 3000,
        SpendState.UNCLAIMED: 4000,
    }


NPV = MoneyInterval(-50_000, 100_001, 300_000, "EUR", 0.95)
TOTALS = replace(no_totals(1), benefit_present_forward=400_000.8, cost_present_forward=300_000.0)


def test_no_change_of_price_is_the_published_value_and_a_change_shifts_it() -> None:
    assert shock_npv(NPV, TOTALS, 150_000.0, Decimal(0)) is NPV
    dearer = shock_npv(NPV, TOTALS, 150_000.0, Decimal("0.5"))
    cheaper = shock_npv(NPV, TOTALS, 150_000.0, Decimal("-0.5"))
    assert (dearer.low_minor, dearer.point_minor, dearer.high_minor) == (-125_000, 25_001, 225_000)
    assert cheaper.point_minor - NPV.point_minor == 75_000


def test_the_price_that_flips_the_verdict() -> None:
    assert flip_change(TOTALS, 150_000.0) == pytest.approx(100_000.8 / 150_000)
    assert flip_change(TOTALS, 0.0) is None
    losing = replace(TOTALS, benefit_present_forward=200_000.0)
    assert flip_change(losing, 150_000.0) == pytest.approx(-2 / 3)
    assert flip_change(losing, 90_000.0) is None
    at_flip = shock_npv(NPV, TOTALS, 150_000.0, Decimal(str(flip_change(TOTALS, 150_000.0))))
    assert abs(at_flip.point_minor) <= 1


def basis(value: int | None, draws: list[float] | None) -> OutcomeBasis:
    drawn = None if draws is None else np.array(draws) * 100.0
    return OutcomeBasis("calls", "calls", Fraction(200), value, drawn, 60_000, 40_000)


def test_cost_value_and_margin_of_an_outcome() -> None:
    found = outcome_economics(basis(100_000, [800.0, 1000.0, 1200.0] * 50), Decimal(0), currency="EUR", level=0.8)
    assert found.cost_per_outcome == Decimal(3)
    assert found.value_per_outcome is not None
    assert found.margin_per_outcome is not None
    assert found.break_even_volume is not None
    assert (found.value_per_outcome.low, found.value_per_outcome.point, found.value_per_outcome.high) == (4, 5, 6)
    assert (found.margin_per_outcome.low, found.margin_per_outcome.point, found.margin_per_outcome.high) == (1, 2, 3)
    assert found.break_even_volume.point == pytest.approx(120)
    dearer = outcome_economics(basis(100_000, [1000.0] * 9), Decimal("0.5"), currency="EUR", level=0.8)
    assert dearer.cost_per_outcome == Decimal(4)
    assert dearer.break_even_volume is not None
    assert dearer.break_even_volume.point == pytest.approx(160)


def test_what_cannot_be_told_is_none_with_its_reason() -> None:
    unmeasured = outcome_economics(basis(None, None), Decimal(0), currency="EUR", level=0.95)
    assert (unmeasured.value_per_outcome, unmeasured.margin_per_outcome) == (None, None)
    assert "Nothing cashable" in unmeasured.reason
    harmful = outcome_economics(basis(-5, [-1.0] * 9), Decimal(0), currency="EUR", level=0.95)
    assert harmful.break_even_volume is None
    assert "No volume breaks even" in harmful.reason
    unsure = outcome_economics(basis(10_000, [-10.0, 100.0] * 50), Decimal(0), currency="EUR", level=0.95)
    assert unsure.break_even_volume is not None
    assert unsure.break_even_volume.high == float("inf")


def test_a_shock_takes_far_less_than_a_second() -> None:
    started = time.perf_counter()
    for percent in range(-50, 51):
        shock_npv(NPV, TOTALS, 150_000.0, Decimal(percent) / 100)
        outcome_economics(basis(100_000, [1000.0] * 2000), Decimal(percent) / 100, currency="EUR", level=0.95)
    assert (time.perf_counter() - started) / 101 < 0.05

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import format as text
from dashboard.format import NOTATION, Notation, Scale
from models.domain.calendar import CalendarPattern, FiscalCalendar, Frequency, period_starting
from models.domain.interval import Interval
from models.domain.money import Money

CALENDAR = FiscalCalendar(start_month=4)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (7_940_000, "EUR 7.9m"),
        (605_123, "EUR 605k"),
        (9_949, "EUR 9.9k"),
        (9_960, "EUR 10k"),
        (999_960, "EUR 1.0m"),
        (950, "EUR 950"),
        (999.6, "EUR 1.0k"),
        (-1_290_000, "EUR −1.3m"),
        (2_450_000_000, "EUR 2.5bn"),
        (0, "EUR 0"),
        (-0.2, "EUR 0"),
        (None, "n/a"),
        (float("nan"), "n/a"),
        (Money(123_456_700, "EUR"), "EUR 1.2m"),
    ],
)
def test_money_in_a_sentence(amount: float, expected: str) -> None:
    assert text.format_money(amount, "EUR") == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (7_941_000, "7.94m"),
        (485_600_000, "486m"),
        (48_560_000, "48.6m"),
        (605_123, "605k"),
        (999_999, "1.00m"),
        (99_960_000, "100m"),
        (12, "12"),
        (None, "n/a"),
    ],
)
def test_tiles_have_three_significant_digits(amount: float | None, expected: str) -> None:
    assert text.format_tile(amount) == expected


def test_an_interval_is_in_one_unit() -> None:
    assert text.format_range(400_000, 1_200_000, 2_000_000) == "1.2m (0.4m to 2.0m)"
    assert text.format_interval(Interval(6.1e6, 7.9e6, 9.6e6, 0.95), "EUR") == "EUR 7.9m (6.1m to 9.6m)"
    assert text.format_range(-4_000, 12_000, 95_000) == "12k (−4k to 95k)"
    assert text.format_range(None, 12_000, None) == "12k"
    assert text.format_range(1, None, 2) == text.format_interval(None) == "n/a"


def test_quantities_keep_the_digits_of_the_widest() -> None:
    assert text.format_quantity_range(-18.14, -14.23, -10.31, "min") == "−14.2 (−18.1 to −10.3) min"
    assert text.format_quantity(0.004123) == "0.00412"
    assert text.format_quantity(1234.5) == "1,235"
    assert text.format_quantity(0) == "0"


def test_tables_put_negatives_in_parentheses() -> None:
    assert [text.format_cell(x, Scale.K) for x in (-1_234_567, 1_234_567, 0, 400, None)] == [
        "(1,235)",
        "1,235",
        "-",
        "-",
        "n/a",
    ]
    assert text.unit_header("EUR", Scale.K) == "EUR k"
    assert text.unit_header("EUR", Scale.ONE) == "EUR"


def test_one_setting_switches_both_notations() -> None:
    token = NOTATION.set(Notation.SIGNS)
    assert text.format_cell(-5) == "−5"
    NOTATION.set(Notation.PARENTHESES)
    assert text.format_money(-1_290_000) == "(1.3m)"
    assert text.format_cell(-5) == "(5)"
    NOTATION.reset(token)
    assert (text.format_cell(-5), text.format_money(-5)) == ("(5)", "−5")


@pytest.mark.parametrize(
    ("amount", "expected", "is_favourable"),
    [
        (1_110_000, "▲ +1.1m F", True),
        (-90_000, "▼ −90k A", False),
        (0, "■ 0", None),
        (-0.3, "■ 0", None),
        (None, "n/a", None),
    ],
)
def test_variances_carry_sign_arrow_and_letter(amount: float | None, expected: str, is_favourable: bool | None) -> None:
    variance = text.format_variance(amount)
    assert (variance.text, variance.is_favourable) == (expected, is_favourable)
    assert variance.tone == {True: "favourable", False: "adverse", None: "level"}[is_favourable]


def test_a_variance_in_the_unit_of_its_header() -> None:
    assert text.format_variance(-1_290_000, scale=Scale.M).text == "▼ −1.3 A"
    assert text.format_variance(20_000, scale=Scale.M).text == "■ 0.0"


@pytest.mark.parametrize(
    ("now", "base", "expected"),
    [
        (120, 100, "+20 %"),
        (80, 100, "−20 %"),
        (5, 0, "n.m."),
        (5, -3, "n.m."),
        (12_000, 100, "n.m."),
        (1099, 100, "+999 %"),
        (None, 3, "n/a"),
    ],
)
def test_changes_on_no_base_mean_nothing(now: float | None, base: float, expected: str) -> None:
    assert text.format_change(now, base) == expected


def test_rates_points_multiples_and_returns() -> None:
    assert text.format_percent(0.8) == "80 %"
    assert text.format_points(0.031) == "+3.1 pp"
    assert text.format_multiple(1.84) == "1.8x"
    assert text.format_roi(0.8, "FY24-FY28", "pre-tax nominal") == "ROI 80 % · FY24-FY28 · pre-tax nominal"
    assert [text.format_probability(p) for p in (0.0, 0.001, 0.5, 0.999, 1.0, None)] == [
        "0 %",
        "< 1 %",
        "50 %",
        "> 99 %",
        "100 %",
        "n/a",
    ]


def test_fiscal_words() -> None:
    day = date(2026, 6, 15)
    assert text.format_fiscal_period(CALENDAR.period_of(day), CALENDAR) == "FY27-P03"
    assert text.format_fiscal_quarter(day, CALENDAR) == "FY27-Q1"
    assert text.format_year_to_date(day, CALENDAR) == "FY27 YTD P03"
    assert text.format_horizon(date(2024, 1, 1), date(2027, 6, 1), CALENDAR) == "FY24-FY28"
    assert text.format_fiscal_year(date(2025, 12, 30), FiscalCalendar(1, CalendarPattern.P445)) == "FY26"
    assert text.format_period(period_starting(date(2026, 10, 5), Frequency.WEEK)) == "2026-W41"


def test_moments_are_told_in_the_organisations_zone() -> None:
    at = datetime(2026, 10, 5, 22, 30, tzinfo=UTC)
    assert text.format_instant(at, "Europe/Berlin") == "6 Oct 2026 00:30"
    assert text.format_instant(at.replace(tzinfo=None), "UTC") == "5 Oct 2026 22:30"
    assert text.format_instant(None) == text.format_date(None) == "n/a"


def test_sizes_counts_and_exact_digits() -> None:
    assert [text.format_size(n) for n in (12, 1_834_211, 2_000_000_000, None)] == ["12 B", "1.8 MB", "2.0 GB", "n/a"]
    assert text.format_exact(Decimal("1234567.80"), "EUR") == "EUR 1,234,567.80"
    assert (text.format_count(4212), text.format_count(None)) == ("4,212", "n/a")
    assert [text.count_words(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12)), max_size=30),
    st.sampled_from(list(Scale)),
    st.integers(0, 2),
)
def test_displayed_columns_cast(amounts: list[int | None], scale: Scale, decimals: int) -> None:
    shown = text.cast_column(amounts, scale, decimals)
    total = scale.apply(Decimal(sum(amount for amount in amounts if amount is not None)))
    assert sum((value for value in shown if value is not None), Decimal(0)) == text.round_half_up(total, decimals)
    last_digit = Decimal(1).scaleb(-decimals)
    for amount, value in zip(amounts, shown, strict=True):
        assert (amount is None) == (value is None)
        if amount is not None and value is not None:
            assert abs(scale.apply(Decimal(amount)) - value) < last_digit


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**13), max_value=10**13))
def test_no_amount_is_written_as_minus_nothing(amount: Decimal) -> None:
    for written in (
        text.format_money(amount),
        text.format_tile(amount),
        text.format_cell(amount),
        text.format_number(amount),
    ):
        assert any(digit in written for digit in "123456789") or not written.startswith(("−", "(", "+"))

"""Money is exact."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import CurrencyMismatchError, UnknownCurrencyError
from models.domain.money import Money, currency_exponent, split_largest_remainder, to_major, to_minor


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_split_sums_to_the_total_and_stays_within_one_unit(total: int, weights: list[int]) -> None:
    parts = split_largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


def test_split_prefers_the_largest_remainder_then_the_earlier_place() -> None:
    assert split_largest_remainder(10, [1, 1, 1]) == [4, 3, 3]
    assert split_largest_remainder(-10, [1, 1, 1]) == [-3, -3, -4]
    assert split_largest_remainder(5, [5, 0, 0]) == [5, 0, 0]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_split_refuses_weights_that_mean_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        split_largest_remainder(10, weights)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_two_decimals_survive_the_way_to_minor_units_and_back(amount: Decimal) -> None:
    assert to_major(to_minor(amount, "EUR"), "EUR") == amount


def test_rounding_is_half_to_even_and_follows_the_exponent() -> None:
    assert to_minor(Decimal("0.125"), "EUR") == 12
    assert to_minor(Decimal("0.135"), "EUR") == 14
    assert to_minor(2.675, "EUR") == 268
    assert to_minor(Decimal("1.5"), "JPY") == 2
    assert to_minor(Decimal("1.2345"), "KWD") == 1234
    assert to_minor(Fraction(1, 3), "EUR") == 33
    assert currency_exponent("CLP") == 0


def test_currencies_do_not_mix() -> None:
    assert Money(150, "EUR") + Money(50, "EUR") - Money(25, "EUR") == Money(175, "EUR")
    assert (-Money(150, "EUR")).major == Decimal("-1.50")
    with pytest.raises(CurrencyMismatchError, match="EUR and USD"):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(UnknownCurrencyError, match="XYZ"):
        currency_exponent("XYZ")

"""The Shapley value of a change, and rounding once."""

from fractions import Fraction
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from models.value.bridge_share import round_together, scale_level, share_change, value_coalitions


def mean_over_orders(values: list[int], n_factors: int) -> list[Fraction]:
    """The definition: the mean marginal change over all orders."""
    totals = [Fraction(0)] * n_factors
    orders = list(permutations(range(n_factors)))
    for order in orders:
        coalition = 0
        for factor in order:
            totals[factor] += values[coalition | 1 << factor] - values[coalition]
            coalition |= 1 << factor
    return [total / len(orders) for total in totals]


@given(st.integers(0, 4).flatmap(lambda n: st.lists(st.integers(-(10**15), 10**15), min_size=2**n, max_size=2**n)))
def test_shares_are_the_mean_over_all_orders_and_sum_to_the_change(values):
    n_factors = len(values).bit_length() - 1
    shares = share_change(values)
    assert shares == mean_over_orders(values, n_factors)
    assert sum(shares, Fraction(0)) == values[-1] - values[0]


def test_a_factor_that_does_not_move_has_no_share():
    values = [round(value) for value in value_coalitions([100.0], [[0.5], [1.0], [3.0]])]
    assert share_change(values)[1] == 0


def test_coalitions_are_products_by_cell():
    assert value_coalitions([100.0, 10.0], [[0.5, 2.0], [3.0, 1.0]]) == [110.0, 70.0, 310.0, 170.0]


@given(st.lists(st.fractions(max_denominator=60), min_size=1, max_size=8))
def test_rounding_keeps_the_sum_and_moves_nothing_by_a_unit(parts):
    parts = [*parts, -sum(parts) + 7]
    rounded = round_together(parts)
    assert sum(rounded) == 7
    assert all(abs(part - whole) < 1 for part, whole in zip(parts, rounded, strict=True))


def test_a_level_scales_to_twice_what_it_is_of_and_adds_beyond():
    cases = ((1_200, 80, 100, 960), (1_200, 250, 100, 2_450), (1_200, -250, 100, -2_450), (1_200, 7, 0, 1_207))
    for base, level, of, expected in cases:
        assert scale_level(Fraction(base), Fraction(level), Fraction(of)) == expected

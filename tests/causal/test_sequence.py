"""Always-valid limits: false alarms over many looks, and the edges."""

import numpy as np
import pytest
from scipy.special import ndtri

from models.causal.sequence import always_valid
from models.domain.errors import InvalidInputError


def _looks(rng, n_looks, first, effect=0.0):
    """Return mean and standard error of a growing sample at every look."""
    sizes = first + np.arange(n_looks) * first // 2
    path = np.cumsum(rng.standard_normal(sizes[-1]))
    return path[sizes - 1] / sizes + effect, 1.0 / np.sqrt(sizes)


def test_thirty_six_looks_raise_fewer_false_alarms_than_one_in_twenty():
    rng = np.random.default_rng(36)
    alarms = naive = 0
    for _ in range(2000):
        points, errors = _looks(rng, 36, 8)
        low, high = always_valid(points, errors, 0.95)
        alarms += bool(np.any((low > 0.0) | (high < 0.0)))
        naive += bool(np.any(np.abs(points / errors) > ndtri(0.975)))
    assert alarms / 2000 < 0.05
    assert naive / 2000 > 0.20


def test_the_reach_is_little_more_than_three_standard_errors_while_information_grows():
    errors = 1.0 / np.sqrt(np.arange(1.0, 31.0))
    low, high = always_valid(np.zeros(30), errors, 0.95)
    reach = (high - low) / 2.0 / errors
    assert reach.min() == pytest.approx(3.03, abs=0.02)
    assert reach.max() == pytest.approx(3.26, abs=0.02)


def test_limits_scale_with_the_unit_and_turn_with_the_sign():
    points, errors = np.array([1.0, 0.5, 0.7]), np.array([0.4, 0.3, 0.35])
    low, high = always_valid(points, errors, 0.9)
    big_low, big_high = always_valid(-1e9 * points, 1e9 * errors, 0.9)
    np.testing.assert_allclose(big_high, -1e9 * low)
    np.testing.assert_allclose(big_low, -1e9 * high)


def test_a_look_that_lost_information_is_wider_than_if_it_had_never_had_it():
    fallen = always_valid(np.zeros(3), np.array([1.0, 0.2, 0.5]), 0.95)
    grown = always_valid(np.zeros(3), np.array([1.0, 0.7, 0.5]), 0.95)
    assert fallen[1][2] > grown[1][2]


def test_looks_without_an_estimate_are_wide_open_and_do_not_spoil_the_others():
    low, high = always_valid(np.array([np.nan, 1.0, 2.0]), np.array([np.nan, 0.5, 0.25]), 0.95)
    alone = always_valid(np.array([1.0, 2.0]), np.array([0.5, 0.25]), 0.95)
    assert (low[0], high[0]) == (-np.inf, np.inf)
    np.testing.assert_allclose((low[1:], high[1:]), alone)
    exact = always_valid(np.array([1.0, 1.0]), np.array([0.5, 0.0]), 0.95)
    assert np.isfinite(exact).all()


@pytest.mark.parametrize(
    ("points", "errors", "level"),
    [([1.0], [1.0, 2.0], 0.95), ([1.0], [-1.0], 0.95), ([1.0], [1.0], 1.0), ([[1.0]], [[1.0]], 0.9)],
)
def test_what_are_no_looks_is_refused(points, errors, level):
    with pytest.raises(InvalidInputError):
        always_valid(np.array(points), np.array(errors), level)

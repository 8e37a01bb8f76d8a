"""Draws: quantiles of the mixture, permuted by the caller's seed, whose weighted mean is the average exactly."""

import numpy as np
import pytest

from models.causal import average_draws, effect_draws, estimate_effect, mixture_quantile


@pytest.fixture
def estimate(weekly):
    frame, start = weekly(n=80, go_live=50)
    frame.loc[[55, 60], "value"] = np.nan
    return estimate_effect(frame, {"A": start})


def test_the_weighted_mean_of_each_draw_is_its_average(estimate):
    draws, averages = effect_draws(estimate, seed=9), average_draws(estimate, seed=9)
    assert draws.shape == (2000, 28)
    np.testing.assert_allclose(draws @ estimate.exposure / estimate.exposure.sum(), averages, rtol=0, atol=1e-12)


def test_averages_are_the_quantiles_of_the_mixture_in_a_seeded_order(estimate):
    averages = average_draws(estimate, 500, seed=9)
    expected = mixture_quantile(estimate.mixture, (np.arange(1, 501) - 0.5) / 500)
    np.testing.assert_allclose(np.sort(averages), expected, atol=1e-5 * estimate.average.width)
    assert not np.array_equal(averages, np.sort(averages))


def test_draws_are_the_same_bits_for_a_seed_and_differ_between_seeds(estimate):
    first, again, other = (effect_draws(estimate, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(np.sort(average_draws(estimate, seed=1)), np.sort(average_draws(estimate, seed=2)))


def test_draws_agree_with_the_interval_about_zero(estimate):
    averages = average_draws(estimate, seed=3)
    share_below = (averages < 0).mean()
    assert 2 * min(share_below, 1 - share_below) == pytest.approx(estimate.p_value, abs=2 / 2000)
    assert np.quantile(averages, 0.025) == pytest.approx(estimate.average.low, abs=0.02 * estimate.average.width)


def test_draws_spread_in_each_period_as_the_bands(estimate):
    draws = effect_draws(estimate, 4000, seed=3)
    low = np.quantile(draws, 0.025, axis=0)
    np.testing.assert_allclose(low, estimate.effect_low, atol=0.08 * estimate.average.width)

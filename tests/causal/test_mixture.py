"""The distribution of an average: its tables, quantiles and rounding against the plain way of doing it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, stdtr

from models.causal.bands import effect_bands, table_quantile, tabulate_mixture
from models.causal.mixture import (
    mixture_cdf,
    mixture_interval,
    mixture_parts,
    mixture_quantile,
    round_array,
    round_significant,
    two_sided_p,
)
from models.causal.student import student_parts
from models.domain.effect import Mixture


def draw_mixture(seed, n=40, n_shapes=3):
    rng = np.random.default_rng((4, seed))
    scale = np.exp(rng.normal(-1, 1, n))
    return Mixture(
        weight=rng.dirichlet(np.ones(n)),
        location=rng.normal(0, 2, n),
        scale=scale,
        df=rng.choice([9.0, 27.0, 128.0], n),
        shape=rng.integers(0, n_shapes, n),
    )


def test_tables_of_t_agree_with_the_exact_function():
    rng = np.random.default_rng((4, 5))
    z = np.concatenate([rng.normal(0, 3, 5000), rng.normal(0, 60, 500), [0.0, 64.0, -64.0, 1e6, -1e6]])
    for df in (4.0, 9.0, 27.5, 128.0, 5000.0):
        cdf, density = student_parts(z, df)
        constant = gammaln((df + 1) / 2) - gammaln(df / 2) - 0.5 * np.log(df * np.pi)
        np.testing.assert_allclose(cdf, stdtr(df, z), rtol=0, atol=1e-10)
        np.testing.assert_allclose(density, np.exp(constant - (df + 1) / 2 * np.log1p(z**2 / df)), rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_quantiles_invert_the_exact_distribution(seed):
    mixture = draw_mixture(seed)
    probability = np.array([1e-9, 1e-4, 0.025, 0.1, 0.5, 0.9, 0.975, 1 - 1e-6])
    at = mixture_quantile(mixture, probability)
    np.testing.assert_allclose(mixture_cdf(mixture, at), probability, rtol=0, atol=1e-14)
    np.testing.assert_allclose(mixture_parts(mixture, at)[0], probability, rtol=0, atol=1e-10)
    table = tabulate_mixture(mixture, 3, is_fine=True)
    np.testing.assert_allclose(mixture_cdf(mixture, table_quantile(table, probability)), probability, atol=2e-4)


@pytest.mark.parametrize("seed", range(8))
def test_a_quantile_lies_on_the_side_of_zero_that_the_p_value_says(seed):
    mixture = draw_mixture(seed)
    p = two_sided_p(mixture)
    for level in (1 - p * (1 + 1e-12), 1 - p * (1 - 1e-12), 1 - p * (1 + 1e-6), 1 - p * (1 - 1e-6)):
        if 0.0 < level < 1.0:
            limits = mixture_interval(mixture, level)
            assert (limits.low > 0 or limits.high < 0) == (p < 1 - level) or abs(p - 1 + level) < 1e-15


def test_a_step_stretches_and_several_shapes_mix():
    mixture = draw_mixture(1)
    paths = np.array([[1.0, 1.0], [0.2, 1.8], [1.9, 0.1]])
    _, limits = effect_bands(mixture, paths, (0.95, 0.8))
    for t in range(2):
        size = paths[mixture.shape, t]
        mixed = Mixture(mixture.weight, mixture.location * size, mixture.scale * size, mixture.df, mixture.shape)
        exact = mixture_quantile(mixed, np.array([0.025, 0.975, 0.1, 0.9])).reshape(2, 2)
        np.testing.assert_allclose(limits[:, :, t], exact, rtol=0, atol=2e-3)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=20))
def test_an_array_is_rounded_as_its_text_would_be(values):
    array = np.array(values)
    np.testing.assert_array_equal(round_array(array), [round_significant(value) for value in values])


def test_ties_powers_of_ten_and_ordinary_numbers_are_rounded_as_their_text_would_be():
    rng = np.random.default_rng((4, 6))
    values = np.concatenate(
        [
            rng.normal(0, 1, 3000) * 10.0 ** rng.integers(-15, 32, 3000),
            10.0 ** np.arange(-20, 35),
            np.nextafter(10.0 ** np.arange(-20, 35), 0),
            (rng.integers(10**9, 10**10, 500) + 0.5) * 1e-5,
            [0.0, -0.0, 1.00000000050, 9.9999999995],
        ]
    )
    np.testing.assert_array_equal(round_array(values), [round_significant(value) for value in values.tolist()])

"""The noise grid and its filter against dense linear algebra."""

import numpy as np
import pytest

from models.causal.noise import apply_precision, noise_covariance, noise_grid, whiten_at, whiten_columns

RNG = np.random.default_rng(7)
COLUMNS = RNG.normal(size=(40, 3))


def _pattern(missing):
    seen = np.ones(40, dtype=bool)
    seen[missing] = False
    return seen


def test_the_grid_is_79_models_with_a_proper_prior():
    grid = noise_grid()
    assert grid.rho.size == 79
    assert np.exp(grid.log_prior).sum() == pytest.approx(1.0, abs=1e-12)
    assert int((grid.ar_variance == 0.0).sum()) == 1


@pytest.mark.parametrize("missing", [[], [0], [3, 17, 18], [39]])
def test_innovations_equal_those_of_a_cholesky_factor_at_every_grid_point(missing):
    seen = _pattern(missing)
    whitened, log_det = whiten_columns(COLUMNS, seen)
    for index in range(79):
        dense = noise_covariance(40, index)[np.ix_(seen, seen)]
        expected = np.linalg.solve(np.linalg.cholesky(dense), COLUMNS[seen])
        np.testing.assert_allclose(whitened[index].T, expected, atol=1e-10)
        np.testing.assert_allclose(whiten_at(COLUMNS, seen, index), expected, atol=1e-10)
        assert log_det[index] == pytest.approx(np.linalg.slogdet(dense)[1], abs=1e-9)


def test_smoothing_recursions_equal_the_inverse_covariance():
    seen = _pattern([5, 6, 30])
    for index in range(79):
        inverse = np.linalg.inv(noise_covariance(40, index)[np.ix_(seen, seen)])
        product, diagonal = apply_precision(COLUMNS, seen, index)
        np.testing.assert_allclose(product[seen], inverse @ COLUMNS[seen], rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(diagonal[seen], np.diag(inverse), rtol=1e-8)
        assert not product[~seen].any()


def test_long_series_are_whitened_without_a_dense_factor():
    whitened, _ = whiten_columns(np.ones((1200, 1)), np.ones(1200, dtype=bool))
    assert whitened.shape == (79, 1, 1200)
    assert np.isfinite(whitened).all()

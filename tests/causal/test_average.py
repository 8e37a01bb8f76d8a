"""Every grid point against statsmodels' GLS, and the weights of the average against dense restricted likelihoods."""

import numpy as np
import pytest
from scipy.special import gammaln
from statsmodels.regression.linear_model import GLS

from models.causal.average import MeanOption, SeriesProblem, fit_average, fit_options
from models.causal.noise import noise_covariance, noise_grid
from models.causal.shapes import effect_shapes
from models.domain.calendar import Frequency

N, GO_LIVE = 60, 40


def _problem(seed=1):
    rng = np.random.default_rng(seed)
    t = np.arange(N)
    shapes = effect_shapes(N - GO_LIVE, Frequency.WEEK)
    columns = np.zeros((N, len(shapes.names)))
    columns[GO_LIVE:] = (shapes.by_age / shapes.by_age.mean(axis=1, keepdims=True)).T
    seen = np.ones(N, dtype=bool)
    seen[[4, 44]] = False
    free = np.column_stack([np.sin(2 * np.pi * t / 12), np.cos(2 * np.pi * t / 12)])
    options = (
        MeanOption((), None, np.log(0.2)),
        MeanOption((), 1.0, np.log(0.3)),
        MeanOption((0, 1), 3.0, np.log(0.5), 1),
    )
    return SeriesProblem(
        y=rng.normal(size=N).cumsum() / 4 + columns[:, 0],
        is_observed=seen,
        flat=np.ones((N, 1)),
        free=free,
        free_sd=np.ones(2),
        trend=(t - t.mean()) / (N - 1),
        options=options,
        shapes=columns,
        shape_log_prior=np.log(shapes.prior),
        noise_log_prior=noise_grid().log_prior,
    )


def _dense(problem, option, noise, shape):
    """Return statsmodels' GLS result with sigma = V + Z L Z', and sigma."""
    seen = problem.is_observed
    sigma = noise_covariance(N, noise)[np.ix_(seen, seen)]
    if option.trend_spread is not None:
        z = problem.trend[seen]
        sigma = sigma + option.trend_spread**2 * noise_grid().level_variance(N)[noise] * np.outer(z, z)
    x = np.column_stack([problem.flat[seen], problem.free[seen][:, list(option.free)], problem.shapes[seen, shape]])
    return GLS(problem.y[seen], x, sigma=sigma).fit(), sigma, x


@pytest.mark.parametrize("which", [0, 1, 2])
def test_coefficients_and_standard_errors_equal_statsmodels_gls_at_every_grid_point(which):
    problem = _problem()
    fit, option = fit_options(problem)[which], problem.options[which]
    for noise in range(79):
        for shape in (0, 3, problem.shapes.shape[1] - 1):
            result, _, _ = _dense(problem, option, noise, shape)
            assert fit.location[noise, shape] == pytest.approx(result.params[-1], rel=1e-8, abs=1e-8)
            assert fit.scale[noise, shape] == pytest.approx(result.bse[-1], rel=1e-8)
            assert fit.df == result.df_resid


@pytest.mark.parametrize("which", [0, 1, 2])
def test_log_weights_equal_restricted_likelihoods_of_the_dense_model(which):
    problem = _problem()
    fit, option = fit_options(problem)[which], problem.options[which]
    for noise in (0, 13, 40, 78):
        for shape in (0, 2):
            result, sigma, x = _dense(problem, option, noise, shape)
            rss, df = result.scale * result.df_resid, result.df_resid
            inner = x[:, :-1]
            precise = np.linalg.inv(sigma)
            step = problem.shapes[problem.is_observed, 0]
            gram = inner.T @ precise @ inner
            volume = step @ precise @ step - step @ precise @ inner @ np.linalg.solve(gram, inner.T @ precise @ step)
            expected = -0.5 * (np.linalg.slogdet(sigma)[1] + np.linalg.slogdet(gram)[1] + np.log(volume))
            expected += -df / 2 * np.log(np.pi * rss) + gammaln(df / 2)
            coefficients = result.params[1:-1]
            expected += (-0.5 * coefficients**2 - 0.5 * np.log(2 * np.pi)).sum()
            expected += option.log_prior + problem.noise_log_prior[noise] + problem.shape_log_prior[shape]
            assert fit.log_weight[noise, shape] == pytest.approx(expected, abs=1e-6)


def test_components_below_a_ten_thousandth_of_the_largest_are_dropped():
    fit = fit_average(_problem())
    assert fit.weight.sum() == pytest.approx(1.0, abs=1e-12)
    assert fit.weight.min() >= 1e-4 * fit.weight.max() * (1 - 1e-8)
    assert fit.weight[fit.best] == fit.weight.max()


def test_shapes_have_a_proper_prior_and_merge_lines_that_do_not_end_within_the_window():
    shapes = effect_shapes(10, Frequency.WEEK)
    assert shapes.prior.sum() == pytest.approx(1.0)
    assert shapes.names[0] == "step"
    assert len(shapes.names) == 1 + 3 + 2
    assert shapes.prior[0] == 0.70

"""What contrasts within groups tell of the noise of a difference."""

import numpy as np
import pytest
from scipy.special import logsumexp

from models.causal.contrasts import group_contrast_prior
from models.causal.noise import noise_grid
from models.causal.panel import read_panel
from models.causal.simulate_units import UnitRecipe, unit_family


def _prior(recipe, seed=5, levels=0.0):
    made = unit_family(recipe)(np.random.default_rng(seed))
    step = levels * made.frame["unit"].factorize()[0] ** 2
    panel = read_panel(made.frame.assign(value=made.frame["value"] + step), made.go_live, made.study)
    rows = tuple(range(recipe.n_treated)), tuple(range(recipe.n_treated, recipe.n_units))
    return group_contrast_prior(panel, *rows)


@pytest.mark.parametrize("late", [0.0, 0.5])
def test_levels_of_units_tell_nothing_of_the_noise(late):
    recipe = UnitRecipe(n_treated=4, n_controls=8, late=late, gaps=0.1 * late)
    np.testing.assert_allclose(_prior(recipe, levels=7.0), _prior(recipe), atol=1e-6)


def test_no_noise_model_is_ruled_out_by_contrasts():
    prior = _prior(UnitRecipe(n_treated=4, n_controls=30, n=260, go_live=200))
    assert logsumexp(prior) == pytest.approx(0.0, abs=1e-9)
    assert np.all(prior >= np.log(0.05) + noise_grid().log_prior - 1e-9)


def test_contrasts_find_the_persistence_of_units():
    grid = noise_grid()
    calm, lasting = (_prior(UnitRecipe(n_treated=4, n_controls=8, rho=rho)) for rho in (0.0, 0.8))
    assert float(np.exp(calm) @ grid.rho) < 0.25
    assert float(np.exp(lasting) @ grid.rho) > 0.6


def test_a_lone_pair_has_no_contrast():
    prior = _prior(UnitRecipe(n_treated=1, n_controls=1))
    np.testing.assert_allclose(prior, noise_grid().log_prior, atol=1e-9)

"""Simulated panels of unlike units: what they promise of truth and oracle."""

import numpy as np
import pytest

from models.causal import Study, estimate_effect
from models.causal.simulate_units import UNIT_FAMILIES, UnitRecipe, ar_covariance, unit_family
from models.domain.effect import EffectEstimate


@pytest.mark.parametrize("family", sorted(UNIT_FAMILIES))
def test_every_family_has_a_truth_an_oracle_and_an_estimate(family):
    panel = UNIT_FAMILIES[family](np.random.default_rng(11))
    assert np.isfinite([panel.average, panel.cumulative]).all()
    assert panel.oracle_se > 0.0
    estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study)
    assert isinstance(estimate, EffectEstimate)
    assert panel.cumulative / panel.average == pytest.approx(float(estimate.exposure.sum()), rel=1e-6)


def _gls_of_the_difference(panel, n_treated):
    """Return the oracle's estimate of a balanced panel whose units are all AR(.5) with unit innovations."""
    wide = panel.frame.pivot_table(index="unit", columns="period", values="value").to_numpy()
    gap = wide[:n_treated].mean(axis=0) - wide[n_treated:].mean(axis=0)
    x = np.column_stack([np.ones(130), np.arange(130) >= 90]).astype(float)
    weighted = np.linalg.solve(ar_covariance(0.5, 130), x)
    return np.linalg.solve(x.T @ weighted, weighted.T @ gap)[1]


def test_the_oracle_strays_as_far_as_it_says():
    family = unit_family(UnitRecipe(n_treated=3, n_controls=5))
    panels = [family(np.random.default_rng((4, i))) for i in range(120)]
    z = [(_gls_of_the_difference(panel, 3) - panel.average) / panel.oracle_se for panel in panels]
    assert np.std(z) == pytest.approx(1.0, abs=0.2)


def test_the_oracle_of_an_unbalanced_panel_is_that_of_the_balanced_one_where_nothing_is_missing():
    whole = UNIT_FAMILIES["treated_2_of_10"](np.random.default_rng(1)).oracle_se
    recipe = UnitRecipe(n_treated=2, n_controls=8, gaps=0.0005)
    made = [unit_family(recipe)(np.random.default_rng((5, i))) for i in range(6)]
    with_gaps = [panel for panel in made if panel.frame["value"].isna().any()]
    assert with_gaps
    assert [panel.oracle_se for panel in with_gaps] == pytest.approx([whole] * len(with_gaps), rel=0.02)


def test_a_covariate_serves_where_there_are_no_controls():
    panel = UNIT_FAMILIES["covariate"](np.random.default_rng(3))
    with_it = estimate_effect(panel.frame, panel.go_live, study=panel.study)
    without = estimate_effect(panel.frame, panel.go_live, study=Study(frequency=panel.study.frequency, covariates=()))
    assert with_it.average.low < 1.0 < with_it.average.high
    assert with_it.average.width < 0.6 * without.average.width

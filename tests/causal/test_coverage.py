"""Intervals cover known truths at their level: a reduced study in every run, the full one when slow tests run.

Judged by a binomial bound: a method that covers as it should fails a bound of one in a thousand once in a thousand
runs, whatever the number of replicates. Seeds are apart from those on which constants were tuned.
"""

import numpy as np
import pytest
from scipy.stats import binom

from models.causal import estimate_effect
from models.causal.simulate import FAMILIES, simulate_family
from models.domain.effect import EffectEstimate

REPORT_SEED = 910_000
#: The least true coverage each family is held to.
FLOOR = {"random_walk": 0.915, "local_level": 0.90}


def _study(family, replicates):
    covered, contradictions, ratios = 0, 0, []
    for i in range(replicates):
        panel = simulate_family(family, REPORT_SEED + i)
        estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study)
        assert isinstance(estimate, EffectEstimate)
        covered += estimate.average.low <= panel.average <= estimate.average.high
        assert (estimate.average.low <= panel.average <= estimate.average.high) == (
            estimate.cumulative.low <= panel.cumulative <= estimate.cumulative.high
        ) or abs(panel.average - estimate.average.point) > 0.99 * estimate.average.width / 2
        contradictions += (estimate.p_value < 0.05) == estimate.average.spans_zero
        ratios.append(estimate.average.width / (2 * 1.96 * panel.oracle_se))
    return covered, contradictions, float(np.mean(ratios))


def _assert_honest(family, replicates):
    covered, contradictions, _ = _study(family, replicates)
    assert contradictions == 0
    assert covered >= binom.ppf(0.001, replicates, FLOOR.get(family, 0.93)), f"{family}: {covered} of {replicates}"


@pytest.mark.parametrize(
    "family", ["ar_05", "ar_08", "random_walk", "monthly_seasonal", "one_treated", "four_treated", "staggered"]
)
def test_reduced_study(family):
    _assert_honest(family, 30)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_full_study(family):
    _assert_honest(family, 400)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "bar"),
    [
        ("ar_05", 1.20),
        ("ar_08", 1.30),
        ("monthly", 1.20),
        ("seasonal", 1.20),
        ("one_treated", 1.20),
        ("four_treated", 1.12),
    ],
)
def test_width_over_an_oracle_that_knows_the_covariance(family, bar):
    _, _, ratio = _study(family, 200)
    assert ratio <= bar

"""Staggered roll-outs: against dense GLS, under growing effects, at the edge of what is identified."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import GLS

from models.causal import effect_draws, estimate_effect
from models.causal.imputation_gls import effect_covariance, fit_imputation
from models.causal.imputation_table import imputation_table
from models.causal.named_panel import two_way_fixed_effects
from models.causal.noise import noise_covariance
from models.domain.effect import CheckStatus, Design, EvidenceGrade

STARTS = {"u0": 40, "u1": 40, "u2": 55, "u3": 55, "u4": 70, "u5": 70}


def _dense(values, untreated, counted, noise):
    """Return effects and covariance of all counted cells from GLS with one dummy for each, by statsmodels."""
    n_units, n_periods = values.shape
    used = untreated | counted
    sigma = np.kron(np.eye(n_units), noise_covariance(n_periods, noise))[np.ix_(used.ravel(), used.ravel())]
    unit, period = np.nonzero(used)
    cells = np.argwhere(counted)
    dummies = np.stack([(unit == u) & (period == t) for u, t in cells], axis=1).astype(float)
    x = np.column_stack([np.eye(n_units)[unit], np.eye(n_periods)[period][:, 1:], dummies])
    result = GLS(values[used], x, sigma=sigma).fit()
    k = len(cells)
    return cells, result.params[-k:], result.cov_params()[-k:, -k:], result


@pytest.mark.parametrize("noise", [6, 30, 50, 78])
def test_imputation_equals_dense_gls_with_a_dummy_for_each_treated_cell(noise):
    rng = np.random.default_rng(noise)
    values = rng.normal(size=(6, 14)).cumsum(axis=1)
    starts = np.array([8, 8, 10, 10, 99, 99])
    t = np.arange(14)
    untreated, counted = t[None, :] < starts[:, None], t[None, :] >= starts[:, None]
    untreated[1, 3] = False
    counted[0, 9] = False
    fit = fit_imputation(np.where(untreated | counted, values, np.nan), untreated, counted, noise)
    cells, effects, covariance, result = _dense(values, untreated, counted, noise)
    np.testing.assert_allclose(fit.effects[tuple(cells.T)], effects, rtol=1e-8, atol=1e-8)
    assert fit.df == pytest.approx(result.df_resid)
    shares = rng.random(values.shape) * counted
    means, cov = effect_covariance(fit, shares)
    loading = np.zeros((14, len(cells)))
    for j, (u, period) in enumerate(cells):
        loading[period, j] = shares[u, period]
    np.testing.assert_allclose(means, loading @ effects, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(cov, loading @ covariance @ loading.T, rtol=1e-7, atol=1e-9)


def test_the_table_of_statsmodels_carries_the_same_average_and_standard_error():
    rng = np.random.default_rng(4)
    values = 3.0 + rng.normal(size=(8, 20))
    starts = np.array([10, 10, 13, 13, 99, 99, 99, 99])
    t = np.arange(20)
    untreated, counted = t[None, :] < starts[:, None], t[None, :] >= starts[:, None]
    fit = fit_imputation(values, untreated, counted, 30)
    weights = counted / counted.sum()
    means, covariance = effect_covariance(fit, weights)
    table = imputation_table(fit, weights, 30, 1.0)
    assert f"{means.sum():.4f}" in table
    assert f"{np.sqrt(covariance.sum()):.3f}" in table


def test_growing_effects_are_found_where_a_two_way_dummy_is_not_to_be_believed():
    rng = np.random.default_rng(11)
    n, cohorts = 60, [15, 25, 35, 45]
    rows = []
    for i in range(40):
        start = cohorts[i % 4]
        t = np.arange(n)
        effect = np.where(t >= start, 0.2 * (t - start + 1), 0.0)
        rows.append(pd.DataFrame({"unit": f"u{i:02d}", "period": t, "value": rng.normal(size=n) + effect}))
    frame = pd.concat(rows, ignore_index=True)
    go_live = {f"u{i:02d}": cohorts[i % 4] for i in range(40)}
    estimate = estimate_effect(frame, go_live)
    identified = [0.2 * (t - g + 1) for g in cohorts for t in range(g, 45)]
    assert estimate.average.low < np.mean(identified) < estimate.average.high
    dummy = two_way_fixed_effects(frame[frame["period"] < 45], go_live)
    assert abs(dummy.effect - np.mean(identified)) > 5 * dummy.standard_error
    assert any("not identified" in left.reason for left in estimate.left_out)
    assert max(estimate.effect_periods) == 44


def test_a_staggered_roll_out_is_grade_4(panel):
    frame, periods = panel(n_units=12, starts=STARTS, effect=1.5)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    assert estimate.design is Design.STAGGERED
    assert estimate.grade is EvidenceGrade.E4
    assert estimate.average.low < 1.5 < estimate.average.high
    np.testing.assert_array_equal(estimate.exposure, [2.0] * 15 + [4.0] * 15 + [6.0] * 34)
    assert estimate.cumulative.point == pytest.approx(estimate.average.point * estimate.exposure.sum(), rel=1e-9)
    assert np.average(estimate.effect_point, weights=estimate.exposure) == pytest.approx(
        estimate.average.point, rel=1e-6
    )


def test_gaps_in_a_staggered_panel_stay_gaps(panel):
    frame, periods = panel(n_units=12, starts=STARTS, effect=1.5)
    rng = np.random.default_rng(0)
    estimate = estimate_effect(frame[rng.random(len(frame)) > 0.05], {unit: periods[at] for unit, at in STARTS.items()})
    assert estimate.average.low < 1.5 < estimate.average.high
    assert estimate.exposure.sum() < 2 * 15 + 4 * 15 + 6 * 34


def test_without_never_treated_units_the_last_cohort_serves_until_its_go_live(panel):
    frame, periods = panel(n_units=6, starts=STARTS, effect=1.5)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    assert estimate.design is Design.STAGGERED
    assert max(estimate.effect_periods) == periods[69]
    assert "no unit is left to compare with" in " ".join(estimate.notes)
    assert not any(unit in {"u4", "u5"} for unit in estimate.treated_units)


def test_treated_units_that_drifted_before_go_live_fail_the_trend_check(panel):
    frame, periods = panel(n_units=12, starts=STARTS, effect=1.5, slope=0.1)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    check = next(check for check in estimate.checks if check.key == "pre_trend")
    assert check.status is CheckStatus.FAIL
    assert estimate.grade < EvidenceGrade.E4


def test_draws_of_a_staggered_estimate_spread_as_its_bands(panel):
    frame, periods = panel(n_units=12, starts=STARTS, effect=1.5)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    draws = effect_draws(estimate, 4000, seed=5)
    spread = (estimate.effect_high - estimate.effect_low) / (2 * 1.96)
    np.testing.assert_allclose(draws.std(axis=0), spread, rtol=0.12)
    np.testing.assert_allclose(draws.mean(axis=0), estimate.effect_point, atol=0.12)

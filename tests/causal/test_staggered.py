"""Staggered roll-outs: against dense GLS, under growing effects, at the edge of what is identified."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import GLS

from models.causal import effect_draws, estimate_effect, estimate_from_document, estimate_to_document
from models.causal.imputation_gls import effect_covariance, fit_imputation
from models.causal.imputation_table import imputation_table
from models.causal.named_panel import two_way_fixed_effects
from models.causal.noise import noise_covariance, noise_grid
from models.causal.panel import read_panel
from models.causal.rollout_effects import combine_ages, combine_effects, combine_starts
from models.causal.simulate_rollouts import ROLLOUT_FAMILIES, RolloutRecipe, imputation_oracle_se, rollout_family
from models.causal.study import Study
from models.causal.unit_noise import settle_variances, unit_noise_log_prior, unit_variances
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


def _check(estimate, key):
    return next(check for check in estimate.checks if check.key == key)


def _simulated(recipe, seed):
    simulated = rollout_family(recipe)(np.random.default_rng((3, 60, seed)))
    return simulated, estimate_effect(simulated.frame, simulated.go_live, study=simulated.study)


@pytest.mark.parametrize("noise", [6, 50])
def test_units_of_unequal_noise_equal_dense_gls_and_the_oracle(noise):
    rng = np.random.default_rng(noise)
    values, sizes = rng.normal(size=(6, 14)), np.array([1.0, 4.0, 0.5, 2.0, 1.0, 9.0])
    starts = np.array([8, 8, 10, 10, 99, 99])
    t = np.arange(14)
    untreated, counted = t[None, :] < starts[:, None], t[None, :] >= starts[:, None]
    fit = fit_imputation(values, untreated, counted, noise, sizes)
    covariance = noise_covariance(14, noise)
    used = untreated | counted
    unit, period = np.nonzero(used)
    cells = np.argwhere(counted)
    dummies = np.stack([(unit == u) & (period == p) for u, p in cells], axis=1).astype(float)
    x = np.column_stack([np.eye(6)[unit], np.eye(14)[period][:, 1:], dummies])
    result = GLS(values[used], x, sigma=np.kron(np.diag(sizes), covariance)[np.ix_(used.ravel(), used.ravel())]).fit()
    np.testing.assert_allclose(fit.effects[tuple(cells.T)], result.params[-len(cells) :], rtol=1e-8, atol=1e-8)
    weights = counted / counted.sum()
    moments = combine_effects(fit, [weights])
    contrast = np.zeros(x.shape[1])
    contrast[-len(cells) :] = 1.0 / len(cells)
    assert moments.spread[0] == pytest.approx(float(np.sqrt(contrast @ result.cov_params() @ contrast)), rel=1e-8)
    oracle = imputation_oracle_se(untreated, weights, covariance, sizes)
    assert moments.spread[0] == pytest.approx(oracle * np.sqrt(fit.sigma2), rel=1e-8)
    age = t[None, :] - starts[:, None]
    by_age = combine_ages(fit, counted * 1.0, starts, np.arange(6))
    slow = combine_effects(fit, [(counted & (age == a)) / (counted & (age == a)).sum() for a in range(6)])
    np.testing.assert_allclose(by_age.point, slow.point, rtol=1e-10)
    np.testing.assert_allclose(by_age.spread, slow.spread, rtol=1e-10)
    by_start = combine_starts(fit, counted * 1.0, starts, np.array([8, 10]))
    dates = [counted & (starts == start)[:, None] for start in (8, 10)]
    slow = combine_effects(fit, [cells / cells.sum() for cells in dates])
    np.testing.assert_allclose(by_start.point, slow.point, rtol=1e-10)
    np.testing.assert_allclose(by_start.spread, slow.spread, rtol=1e-10)
    table = imputation_table(fit, weights, noise, 1.0)
    assert f"{moments.point[0]:.4f}" in table
    assert f"{moments.spread[0]:.3f}" in table


def test_noise_sizes_of_units_are_found_and_left_alike_where_they_are():
    t, starts = np.arange(80), np.where(np.arange(20) < 10, 50, 99)
    untreated, counted = t[None, :] < starts[:, None], t[None, :] >= starts[:, None]
    rng = np.random.default_rng(5)
    plain = rng.normal(size=(20, 80))
    alike = unit_variances(fit_imputation(plain, untreated, counted, 6))
    assert alike.max() / alike.min() < 1.6
    true = np.where(np.arange(20) % 2, 1.0, 16.0)
    found = settle_variances(plain * np.sqrt(true)[:, None], untreated, counted, 6)
    ratio = found[true == 16.0].mean() / found[true == 1.0].mean()
    assert 11.0 < ratio < 22.0


def test_a_gap_in_one_unit_does_not_pass_for_noise_of_the_others(panel):
    frame, periods = panel(n_units=12, starts=STARTS)
    level = frame["unit"].str[1:].astype(int) * 30.0
    frame = frame.assign(value=frame["value"] + level)
    go_live = {unit: periods[at] for unit, at in STARTS.items()}
    whole = read_panel(frame, go_live, Study())
    rng = np.random.default_rng(1)
    holed = read_panel(frame[rng.random(len(frame)) > 0.1], go_live, Study())
    priors = [unit_noise_log_prior(each, each.is_observed & ~each.is_treated_cell) for each in (whole, holed)]
    chosen = [int(np.argmax(prior)) for prior in priors]
    assert noise_grid().rho[chosen[0]] == pytest.approx(noise_grid().rho[chosen[1]], abs=0.11)
    assert noise_grid().walk_variance[chosen].max() == 0.0


def test_effects_by_age_and_by_go_live_date_are_part_of_the_estimate(panel):
    frame, periods = panel(n_units=12, starts=STARTS, effect=1.5)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    ages = [event.age for event in estimate.event_study]
    assert ages == [*range(-8, 0), *range(64)]
    by_age = {event.age: event for event in estimate.event_study}
    assert by_age[0].n_units == 6
    assert by_age[40].n_units == 4
    assert by_age[63].n_units == 2
    leads = [event for event in estimate.event_study if event.age < 0]
    assert sum(event.effect.spans_zero for event in leads) >= 6
    assert np.mean([by_age[age].effect.point for age in range(30)]) == pytest.approx(1.5, abs=0.5)
    assert [cohort.go_live for cohort in estimate.cohorts] == [periods[40], periods[55], periods[70]]
    assert [cohort.units for cohort in estimate.cohorts] == [("u0", "u1"), ("u2", "u3"), ("u4", "u5")]
    assert [cohort.n_periods for cohort in estimate.cohorts] == [64, 49, 34]
    weight = [2 * 64, 2 * 49, 2 * 34]
    pooled = np.average([cohort.effect.point for cohort in estimate.cohorts], weights=weight)
    assert pooled == pytest.approx(estimate.average.point, rel=1e-2)
    assert all(cohort.effect.width > estimate.average.width for cohort in estimate.cohorts)


def test_documents_keep_effects_by_age_and_read_those_from_before(panel):
    frame, periods = panel(n_units=12, starts=STARTS)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    document = estimate_to_document(estimate)
    again = estimate_from_document(document)
    assert again.event_study == estimate.event_study
    assert again.cohorts == estimate.cohorts
    for field in ("event_study", "cohorts", "always_valid"):
        del document[field]
    assert estimate_from_document(document).event_study == ()


def test_what_is_not_identified_is_named_by_unit_and_span(panel):
    frame, periods = panel(n_units=6, starts=STARTS)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    named = {left.unit: left for left in estimate.left_out if "not identified" in left.reason}
    assert sorted(named) == list(STARTS)
    assert named["u0"].period == periods[70]
    assert f"from {periods[70]} to {periods[-1]}" in named["u0"].reason


def test_outlying_cells_leave_the_fit_and_are_named(panel):
    frame, periods = panel(n_units=12, starts=STARTS, effect=1.5)
    at = frame.index[(frame["unit"] == "u7") & (frame["period"] == periods[20])]
    frame.loc[at, "value"] += 40.0
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    left = [left for left in estimate.left_out if "outlying" in left.reason]
    assert [(one.unit, one.period) for one in left] == [("u7", periods[20])]
    assert _check(estimate, "outliers").status is CheckStatus.PASS
    assert estimate.average.low < 1.5 < estimate.average.high


def test_units_that_moved_on_their_own_before_go_live_widen_the_interval():
    simulated = ROLLOUT_FAMILIES["rollout_growing"](np.random.default_rng((3, 70)))
    frame = simulated.frame.copy()
    t = frame.groupby("unit").cumcount().to_numpy()
    sign = np.where(frame["unit"].str[1:].astype(int) % 2, 1.0, -1.0)
    jumped = frame.assign(value=frame["value"] + sign * 3.0 * (t >= 25))
    estimate = estimate_effect(jumped, simulated.go_live, study=simulated.study)
    plain = estimate_effect(frame, simulated.go_live, study=simulated.study)
    assert estimate.average.width > 1.3 * plain.average.width
    assert _check(plain, "unit_differences").status is CheckStatus.PASS


def test_effects_that_differ_between_units_are_no_uncertainty_of_their_average():
    widths = []
    for spread in (0.0, 1.0):
        simulated, estimate = _simulated(RolloutRecipe(unit_effects=spread), 1)
        widths.append(estimate.average.width)
        assert _check(estimate, "unit_differences").status is CheckStatus.PASS
        assert abs(estimate.average.point - simulated.average) < 4 * simulated.oracle_se
    assert widths[1] == pytest.approx(widths[0], rel=0.05)


def test_units_that_join_late_leave_no_gap(panel):
    frame, periods = panel(n_units=12, starts=STARTS)
    late = frame[~(frame["unit"].isin(["u8", "u9", "u10", "u11"]) & (frame["period"] < periods[50]))]
    estimate = estimate_effect(late, {unit: periods[at] for unit, at in STARTS.items()})
    assert _check(estimate, "gaps").statistic == 0.0


def test_covariates_are_named_as_not_used(panel):
    frame, periods = panel(n_units=12, starts=STARTS)
    frame["price"] = np.random.default_rng(0).normal(size=len(frame))
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in STARTS.items()})
    assert any("Not used in a staggered roll-out: price" in note for note in estimate.notes)


@pytest.mark.parametrize(
    "family", ["rollout_single_dates", "rollout_spreads", "rollout_unbalanced", "rollout_monthly", "rollout_walk"]
)
def test_intervals_cover_and_are_hardly_wider_than_the_oracle(family):
    hits, widths = 0, []
    for seed in range(12):
        simulated = ROLLOUT_FAMILIES[family](np.random.default_rng((3, 80, seed)))
        estimate = estimate_effect(simulated.frame, simulated.go_live, study=simulated.study)
        hits += estimate.average.low <= simulated.average <= estimate.average.high
        widths.append(estimate.average.width / (2 * 1.96 * simulated.oracle_se))
    assert hits >= 9  # a true 95 % interval falls below with probability .0002
    assert np.mean(widths) < 1.15


def test_units_that_share_their_cells_but_not_their_go_live_keep_their_ages(panel):
    starts = {"u0": 40, "u1": 41, "u2": 55, "u3": 55}
    frame, periods = panel(n_units=12, starts=starts, effect=1.5)
    holed = frame[~((frame["unit"] == "u0") & (frame["period"] == periods[40]))]
    estimate = estimate_effect(holed, {unit: periods[at] for unit, at in starts.items()})
    by_age = {event.age: event.n_units for event in estimate.event_study}
    assert (by_age[0], by_age[1], by_age[62], by_age[63]) == (3, 4, 2, 1)
    assert [cohort.units for cohort in estimate.cohorts] == [("u0",), ("u1",), ("u2", "u3")]


def _sized(*, is_proportional):
    """Return 20 units of different size, ten of which go live; a season and growth scale with size or add up."""
    rng = np.random.default_rng(12)
    t = np.arange(60)
    size = 100.0 * np.exp(0.8 * rng.normal(size=20))
    common = 0.15 * np.sin(2 * np.pi * t / 12) + 0.003 * t
    moved = np.outer(size, common) if is_proportional else np.tile(100.0 * common, (20, 1))
    values = size[:, None] * (1.0 + 0.05 * rng.normal(size=(20, 60))) + moved
    units = [f"u{i}" for i in range(20)]
    frame = pd.DataFrame({"unit": np.repeat(units, 60), "period": np.tile(t, 20), "value": values.ravel()})
    return frame, {f"u{i}": 25 + 2 * i for i in range(10)}


def test_units_that_move_in_proportion_to_their_size_are_no_comparison_for_each_other():
    frame, go_live = _sized(is_proportional=True)
    scaled = estimate_effect(frame, go_live)
    check = _check(scaled, "unit_differences")
    assert check.status is CheckStatus.FAIL
    assert "in proportion to their size" in check.sentence
    assert scaled.grade is EvidenceGrade.E2
    added = estimate_effect(*_sized(is_proportional=False))
    assert _check(added, "unit_differences").status is CheckStatus.PASS
    assert added.grade is EvidenceGrade.E4


@pytest.mark.parametrize("n_before", [0, 1, 2])
def test_a_unit_with_hardly_any_untreated_cell_does_not_stop_the_others(n_before):
    frame, go_live = _sized(is_proportional=False)
    late = (frame["unit"] == "u19") & (frame["period"] >= n_before)
    estimate = estimate_effect(frame[~late], go_live)
    assert estimate.design is Design.STAGGERED
    assert np.isfinite([estimate.average.low, estimate.average.high]).all()

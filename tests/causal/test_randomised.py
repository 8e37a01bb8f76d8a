"""Randomised units: what history is worth, arms that were chosen after all, limits that hold at every look."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from models.causal import estimate_effect, estimate_from_document, estimate_to_document
from models.causal.imputation_gls import effect_covariance, fit_imputation
from models.causal.level_spread import SPREADS, UnitLevels, compare_arms, weigh_spreads
from models.causal.noise import noise_covariance
from models.causal.simulate_rollouts import ROLLOUT_FAMILIES, RolloutRecipe, rollout_family
from models.causal.study import Study
from models.domain.effect import CheckStatus, Design, EvidenceGrade

ALTERNATE = tuple(f"u{i}" for i in (0, 3, 4, 7, 8))


def _check(estimate, key):
    return next(check for check in estimate.checks if check.key == key)


def _simulate(recipe, seed):
    simulated = rollout_family(recipe)(np.random.default_rng((3, 50, seed)))
    return simulated, estimate_effect(simulated.frame, simulated.go_live, study=simulated.study)


def test_random_assignment_is_the_first_rung(panel):
    frame, periods = panel(starts=dict.fromkeys(ALTERNATE, 70), effect=1.0)
    estimate = estimate_effect(frame, dict.fromkeys(ALTERNATE, periods[70]), study=Study(is_randomised=True))
    assert estimate.design is Design.RANDOMISED
    assert estimate.grade is EvidenceGrade.E5
    assert estimate.average.low < 1.0 < estimate.average.high
    assert _check(estimate, "balance").status is CheckStatus.PASS


def test_arms_that_differ_before_go_live_were_chosen_and_are_no_experiment(panel):
    frame, periods = panel(starts=dict.fromkeys(ALTERNATE, 70), effect=1.0)
    values = np.where(frame["unit"].isin(ALTERNATE), frame["value"] + 40.0, frame["value"])
    go_live = dict.fromkeys(ALTERNATE, periods[70])
    estimate = estimate_effect(frame.assign(value=values), go_live, study=Study(is_randomised=True))
    check = _check(estimate, "balance")
    assert check.status is CheckStatus.FAIL
    assert check.grade_cap is EvidenceGrade.E3
    assert estimate.grade is EvidenceGrade.E3
    free = estimate_effect(frame.assign(value=values), go_live, study=Study(is_randomised=True), level=0.9)
    assert free.average.point == pytest.approx(estimate.average.point)
    assert estimate.average.low < 1.0 < estimate.average.high


def test_levels_drawn_together_equal_gls_with_random_levels():
    rng = np.random.default_rng(8)
    n, spread, noise = 12, 0.7, 30
    values = rng.normal(size=(5, n)).cumsum(axis=1) * 0.3
    starts = np.array([8, 8, 99, 99, 99])
    t = np.arange(n)
    untreated, counted = t[None, :] < starts[:, None], t[None, :] >= starts[:, None]
    fit = fit_imputation(np.where(untreated | counted, values, np.nan), untreated, counted, noise, None, spread)
    sigma = np.kron(np.eye(5), noise_covariance(n, noise) + spread)
    unit, period = np.divmod(np.arange(5 * n), n)
    cells = np.argwhere(counted)
    dummies = np.stack([(unit == u) & (period == p) for u, p in cells], axis=1).astype(float)
    x = np.column_stack([np.eye(n)[period], dummies])
    inverse = np.linalg.inv(x.T @ np.linalg.solve(sigma, x))
    beta = inverse @ (x.T @ np.linalg.solve(sigma, values.ravel()))
    np.testing.assert_allclose(fit.effects[tuple(cells.T)], beta[n:], rtol=1e-8, atol=1e-8)
    shares = counted / counted.sum(axis=0).clip(1)
    _, covariance = effect_covariance(replace(fit, sigma2=1.0), shares)
    picked = np.zeros((n, len(cells)))
    for j, (u, p) in enumerate(cells):
        picked[p, j] = shares[u, p]
    np.testing.assert_allclose(covariance, picked @ inverse[n:, n:] @ picked.T, rtol=1e-7, atol=1e-9)


def test_the_spread_of_levels_is_found_from_levels_beyond_what_noise_leaves():
    rng = np.random.default_rng(3)
    arm = np.repeat([1.0, 0.0], 40)
    for true, low, high in ((0.0, 0.0, 0.3), (1.0, 0.3, 3.0), (300.0, 30.0, 1000.0)):
        level = 4.0 * arm + np.sqrt(1.0 + true) * rng.standard_normal(80)
        levels = UnitLevels(tuple(range(80)), level, np.ones(80), np.ones(80))
        spreads, weight = weigh_spreads(levels, arm)
        np.testing.assert_array_equal(spreads, SPREADS)
        assert low <= spreads[np.argmax(weight)] <= high
    assert compare_arms(levels, arm, np.ones(80, dtype=bool))[1] < 0.01
    shuffled = UnitLevels(levels.rows, np.random.default_rng(4).normal(size=80), levels.variance, levels.size)
    assert compare_arms(shuffled, arm, np.ones(80, dtype=bool))[1] > 0.05


def test_history_that_tells_nothing_of_units_does_not_widen_the_interval():
    alike = RolloutRecipe(n_units=20, n_treated=10, n=78, go_live=26, waves=1, levels=0.0, is_randomised=True)
    widths = []
    for seed in range(6):
        simulated, estimate = _simulate(alike, seed)
        forced = estimate_effect(simulated.frame, simulated.go_live, study=simulated.study, design="difference")
        widths.append(estimate.average.width / forced.average.width)
    assert np.mean(widths) < 0.85


def test_go_live_dates_in_random_order_are_an_experiment_too():
    simulated = ROLLOUT_FAMILIES["randomised_dates"](np.random.default_rng((3, 51)))
    estimate = estimate_effect(simulated.frame, simulated.go_live, study=simulated.study)
    assert estimate.design is Design.RANDOMISED
    assert estimate.grade is EvidenceGrade.E5
    assert len(estimate.cohorts) == 4
    assert estimate.average.low < simulated.average < estimate.average.high


def test_arms_of_one_or_two_units_fall_back_on_the_difference_of_means(panel):
    frame, periods = panel(n_units=4, starts={"u1": 60, "u2": 60}, effect=1.0)
    estimate = estimate_effect(frame, dict.fromkeys(("u1", "u2"), periods[60]), study=Study(is_randomised=True))
    assert estimate.design is Design.RANDOMISED
    assert estimate.event_study == ()
    assert "the mean of 2 units" in estimate.notes[0]


def test_limits_for_every_look_hold_the_interval_and_are_kept():
    recipe = RolloutRecipe(n_units=20, n_treated=10, n=78, go_live=26, waves=1, is_randomised=True)
    _, estimate = _simulate(recipe, 1)
    valid = estimate.always_valid
    assert valid is not None
    assert valid.low < estimate.average.low < estimate.average.high < valid.high
    half = estimate.average.width / 2.0 / ndtri(0.975)
    assert 2.8 < (valid.width / 2.0) / half < 3.6
    assert estimate_from_document(estimate_to_document(estimate)).always_valid == valid


def test_random_assignment_without_anyone_left_out_needs_dates():
    units = [f"u{i}" for i in range(6)]
    frame = pd.DataFrame(
        {
            "unit": np.repeat(units, 40),
            "period": np.tile(np.arange(40), 6),
            "value": np.random.default_rng(2).normal(size=240),
        }
    )
    estimate = estimate_effect(frame, dict.fromkeys(units, 25), study=Study(is_randomised=True))
    assert estimate.design is Design.INTERRUPTED_SERIES
    dates = estimate_effect(frame, {unit: 20 + 3 * i for i, unit in enumerate(units)}, study=Study(is_randomised=True))
    assert dates.design is Design.RANDOMISED

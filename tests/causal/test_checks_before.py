"""Trend, break, early start and year-end: what the time before go-live tells."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from models.causal import Study, estimate_effect
from models.causal.checks.before import break_places, lead_columns
from models.causal.checks.scan import ScanBase, scan_columns, tame_innovations
from models.causal.noise import noise_covariance, noise_grid, whiten_at
from models.causal.simulate import autoregressive
from models.causal.simulate_faults import Fault, FaultKind, fault_family
from models.domain.calendar import Frequency
from models.domain.effect import CheckStatus, EffectEstimate, EvidenceGrade


def _check(estimate, key):
    assert isinstance(estimate, EffectEstimate)
    return next(check for check in estimate.checks if check.key == key)


def _weeks(y, start=date(2022, 1, 3)):
    return pd.DataFrame({"unit": "A", "period": [start + timedelta(7 * i) for i in range(y.size)], "value": y})


def _only(noise):
    prior = np.full(noise_grid().rho.size, -np.inf)
    prior[noise] = 0.0
    return prior


@pytest.mark.parametrize("noise", [6, 20, 44, 78])
def test_the_evidence_for_a_column_is_that_of_the_normal_linear_model(noise):
    """Against dense algebra: marginal likelihoods under sigma^2 (V + g x x') after the flat columns, sigma free."""
    rng = np.random.default_rng(3)
    n = 40
    y, seen = rng.standard_normal(n).cumsum(), np.ones(n, dtype=bool)
    flat = np.column_stack([np.ones(n), np.arange(n) >= 30.0])
    column = (np.arange(n) >= 12.0).astype(float)
    base = ScanBase(y, seen, flat, np.zeros((n, 0)), np.zeros(0), _only(noise), _only(noise))
    v = noise_covariance(n, noise)
    precise = np.linalg.inv(v)
    hat = flat @ np.linalg.solve(flat.T @ precise @ flat, flat.T @ precise)
    moved = column - hat @ column
    size = float(moved @ precise @ moved)

    def log_likelihood(covariance):
        inverse = np.linalg.inv(covariance)
        inner = flat.T @ inverse @ flat
        beta = np.linalg.solve(inner, flat.T @ inverse @ y)
        left = y - flat @ beta
        log_det = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(inner)[1]
        return -0.5 * log_det - 0.5 * (n - 2) * np.log(left @ inverse @ left)

    wanted = log_likelihood(v + 25.0 / size * np.outer(column, column)) - log_likelihood(v)
    assert scan_columns(base, column[:, None]).log_ratio[0] == pytest.approx(wanted, abs=1e-7)


def test_a_column_that_the_mean_already_has_adds_nothing():
    rng = np.random.default_rng(0)
    n = 30
    flat = np.ones((n, 1))
    prior = noise_grid().log_prior
    base = ScanBase(rng.standard_normal(n), np.ones(n, dtype=bool), flat, np.zeros((n, 0)), np.zeros(0), prior, prior)
    assert scan_columns(base, flat).log_ratio[0] == pytest.approx(0.0, abs=1e-9)


def test_innovations_are_bounded_and_sound_series_left_alone():
    rng = np.random.default_rng(1)
    y, seen, mean = autoregressive(rng, 80, (0.5,)), np.ones(80, dtype=bool), np.ones((80, 1))
    assert tame_innovations(y, mean, seen, 36) is y
    wild = y.copy()
    wild[40:] += 30.0 * 0.5 ** np.arange(40)
    tamed = tame_innovations(wild, mean, seen, 36)
    before, after = (np.abs(whiten_at(x[:, None], seen, 36)[40, 0]) for x in (wild, tamed))
    assert before > 25.0
    assert after < 9.0


def test_places_and_leads_share_the_time_before_go_live():
    rows = np.arange(60)
    at, columns = break_places(rows, 6), lead_columns(rows, 6, 80)
    assert at.min() == 3
    assert at.max() == 53
    assert columns.shape == (80, 6)
    np.testing.assert_array_equal(columns.sum(axis=0), np.arange(1, 7))
    assert np.flatnonzero(columns[:, -1]).min() == 54
    assert break_places(np.arange(3000), 14).size == 24


@pytest.mark.parametrize(("kind", "key", "bar"), [("break", "level_break", 9), ("trend", "pre_trend", 4)])
def test_faults_of_a_series_alone_are_found(kind, key, bar):
    """Twelve replicates of eight oracle standard errors; power at five is in docs/methods/checks.md."""
    make = fault_family(Fault(FaultKind(kind), 8.0, "series"))
    panels = [make(np.random.default_rng((71, seed))) for seed in range(12)]
    found = [_check(estimate_effect(p.frame, p.go_live, study=p.study), key).status for p in panels]
    assert sum(status is not CheckStatus.PASS for status in found) >= bar


def test_a_jump_names_its_period_and_caps_the_grade():
    y = 100.0 + autoregressive(np.random.default_rng(5), 120, (0.3,))
    y[50:] += 6.0
    estimate = estimate_effect(_weeks(y), {"A": date(2022, 1, 3) + timedelta(7 * 90)})
    check = _check(estimate, "level_break")
    assert check.status is CheckStatus.FAIL
    assert str(date(2022, 1, 3) + timedelta(7 * 50)) in check.sentence
    assert estimate.grade is EvidenceGrade.E1


def test_a_steady_trend_is_no_break():
    y = 100.0 + autoregressive(np.random.default_rng(6), 120, (0.3,)) + 0.2 * np.arange(120)
    estimate = estimate_effect(_weeks(y), {"A": date(2022, 1, 3) + timedelta(7 * 90)})
    assert _check(estimate, "pre_trend").status is CheckStatus.REVIEW
    assert _check(estimate, "level_break").status is CheckStatus.PASS


def test_an_effect_that_starts_early_is_flagged_until_it_is_declared():
    y = 100.0 + autoregressive(np.random.default_rng(7), 120, (0.3,))
    y[86:] += 6.0
    start = date(2022, 1, 3) + timedelta(7 * 90)
    check = _check(estimate_effect(_weeks(y), {"A": start}), "anticipation")
    assert check.status is CheckStatus.REVIEW
    assert str(start - timedelta(28)) in check.sentence
    assert "transition" in check.recommendation
    declared = Study(transition={"A": frozenset(start - timedelta(7 * i) for i in range(1, 5))})
    estimate = estimate_effect(_weeks(y), {"A": start}, study=declared)
    assert _check(estimate, "anticipation").status is CheckStatus.PASS
    assert estimate.average.low < 6.0 < estimate.average.high


def test_a_spike_at_the_year_end_next_to_go_live_is_flagged():
    start = date(2023, 1, 16)
    first = start - timedelta(7 * 70)
    y = 100.0 + autoregressive(np.random.default_rng(8), 100, (0.3,))
    estimate = estimate_effect(_weeks(y, first), {"A": start}, study=Study(frequency=Frequency.WEEK))
    assert _check(estimate, "season_next_to_go_live").status is CheckStatus.PASS
    y[67] -= 12.0
    estimate = estimate_effect(_weeks(y, first), {"A": start}, study=Study(frequency=Frequency.WEEK))
    check = _check(estimate, "season_next_to_go_live")
    assert check.status is CheckStatus.REVIEW
    assert "2022-12-26" in check.sentence

"""The power of the trend check and the bounds on trends, against arithmetic, simulation and a named package."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from models.causal import Study, estimate_effect
from models.causal.comparison_series import ComparisonSeries, comparison_series
from models.causal.refit import fitted_case
from models.causal.simulate import simulate_family
from models.causal.trend_bounds import (
    SpanEffects,
    folded_quantile,
    relative_bound,
    smooth_bound,
    span_effects,
    trend_bounds,
)
from models.causal.trend_power import trend_power

N_BEFORE, N_AFTER = 6, 3
PLACE = np.arange(N_BEFORE + N_AFTER) - (N_BEFORE - 1.0)
SHARE = np.where(PLACE > 0, 1.0 / N_AFTER, 0.0)


def spans(gap, covariance):
    return SpanEffects(np.asarray(gap), covariance, PLACE, SHARE, N_BEFORE, 1, 1e9)


def noise_of(rho):
    i = np.arange(PLACE.size)
    return 0.09 * rho ** np.abs(i[:, None] - i[None, :])


def share_covered(delta, covariance, bound_of, limit, truth=0.7, n=200):
    rng, factor = np.random.default_rng((6, 30)), np.linalg.cholesky(covariance)
    hits = 0
    for _ in range(n):
        gap = delta + truth * (PLACE > 0) + factor @ rng.standard_normal(PLACE.size)
        low, high = bound_of(spans(gap, covariance), 0.95)(limit)
        hits += low <= truth <= high
    return hits / n


@pytest.mark.parametrize("rho", [0.0, 0.6])
@pytest.mark.parametrize("limit", [0.0, 0.5, 2.0])
def test_the_relative_bound_holds_at_its_limit(rho, limit):
    before = np.array([0.0, 0.3, -0.2, 0.1, 0.2, 0.1])
    largest = np.abs(np.diff(before)).max()
    delta = np.append(before - before[-1], limit * largest * PLACE[PLACE > 0])
    assert share_covered(delta, noise_of(rho), relative_bound, limit) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)


@pytest.mark.parametrize("rho", [0.0, 0.6])
@pytest.mark.parametrize("limit", [0.0, 0.1])
def test_the_smooth_bound_holds_whatever_the_line_and_at_its_worst_kink(rho, limit):
    kink = limit * np.maximum(PLACE, 0.0)
    for delta in (1.0 + 0.7 * PLACE + kink, 1.0 - 0.7 * PLACE - kink):
        assert share_covered(delta, noise_of(rho), smooth_bound, limit) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 200)


def test_without_curvature_the_smooth_bound_is_the_straight_line_by_gls():
    covariance = noise_of(0.5)
    gap = np.random.default_rng((6, 31)).normal(size=PLACE.size)
    columns = np.column_stack([np.ones(PLACE.size), PLACE, SHARE > 0])
    columns = np.column_stack([columns[:, :2], np.eye(PLACE.size)[:, N_BEFORE:]])
    solved = np.linalg.solve(covariance, columns)
    spread = np.linalg.inv(columns.T @ solved)
    effects, to_average = spread @ solved.T @ gap, np.append([0.0, 0.0], np.full(N_AFTER, 1 / N_AFTER))
    half = 1.959964 * np.sqrt(to_average @ spread @ to_average)
    low, high = smooth_bound(spans(gap, covariance), 0.95)(0.0)
    assert (low, high) == pytest.approx((effects @ to_average - half, effects @ to_average + half), abs=1e-5)


def test_bounds_are_nested_and_break_down_where_they_say():
    rng = np.random.default_rng((6, 32))
    gap = np.append(rng.normal(0, 1, 60), 3.0 + rng.normal(0, 1, 15))
    share = np.append(np.zeros(60), np.full(15, 1 / 15))
    series = ComparisonSeries(gap, 60, share, np.eye(75), 59.0)
    found = trend_bounds(series, 0.95)
    for restriction, breakdown in found.breakdown:
        rows = [row for row in found.bounds if row.restriction == restriction]
        assert all(a.low >= b.low and a.high <= b.high for a, b in pairwise(rows))
        assert rows[0].low > 0.0
        bound = (relative_bound if restriction == "relative magnitude" else smooth_bound)(span_effects(series), 0.95)
        assert bound(breakdown)[0] <= 0.0 < bound(0.99 * breakdown)[0]
    assert found.span == 7


def test_spans_count_back_from_go_live_and_keep_every_period_after_it():
    gap = np.append(np.arange(-23.0, 0.0), [10.0, 20.0, 30.0, 40.0])
    series = ComparisonSeries(gap, 23, np.append(np.zeros(23), np.full(4, 0.25)), np.eye(27), 22.0)
    found = span_effects(series)
    assert (found.length, found.n_before) == (2, 11)
    assert found.gap[[0, 10, 11, 12]] == pytest.approx([-21.5, -1.5, 15.0, 35.0])
    assert found.place == pytest.approx(np.arange(-10.0, 3.0))
    assert found.share == pytest.approx([*[0.0] * 11, 0.5, 0.5])


def test_too_short_a_history_has_no_bounds():
    series = ComparisonSeries(np.zeros(6), 2, np.append([0.0, 0.0], np.full(4, 0.25)), np.eye(6), 1.0)
    found = trend_bounds(series, 0.95)
    assert (found.bounds, found.breakdown) == ((), ())
    assert "too short" in found.notes[0]


def test_the_folded_quantile_is_that_of_the_folded_normal():
    draws = np.abs(np.random.default_rng((6, 33)).normal(1.3, 1.0, 400_000))
    assert folded_quantile(np.array([0.0, 1.3]), 0.95) == pytest.approx([1.959964, np.quantile(draws, 0.95)], abs=0.01)


def test_bounds_agree_with_honest_did():
    """Rambachan and Roth's optimal intervals, as the package diff-diff computes them from the same event study."""
    diff_diff = pytest.importorskip("diff_diff")
    rng, first = np.random.default_rng((6, 20)), N_BEFORE
    level = rng.normal(0, 1, 60)
    rows = [
        (i, t, int(i < 30), level[i] + 0.2 * t + rng.normal() + (i < 30) * (0.05 * t + (t >= first)))
        for i in range(60)
        for t in range(PLACE.size)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "t", "treated", "y"])
    study = diff_diff.TwoWayFixedEffects().fit(
        frame,
        "y",
        "treated",
        time="t",
        post_periods=[6, 7, 8],
        reference_period=first - 1,
        unit="unit",
        event_study=True,
        spec="pooled",
    )
    gap, covariance = study.att, np.zeros((PLACE.size, PLACE.size))
    covariance[np.ix_(study.vcov_index, study.vcov_index)] = study.vcov

    def event_study(size=1.0):
        return SpanEffects(gap, covariance * size, PLACE, SHARE, N_BEFORE, 1, 1e9)

    for limit in (0.0, 0.02, 0.1, 0.3):
        theirs = diff_diff.HonestDiD(method="smoothness", M=limit).fit(study)
        low, high = smooth_bound(event_study(), 0.95)(limit)
        assert 0.999 <= (high - low) / (theirs.ci_ub - theirs.ci_lb) <= 1.03
        if limit == 0.0:
            assert (low, high) == pytest.approx((theirs.ci_lb, theirs.ci_ub), abs=1e-6)
    for limit in (0.0, 0.5, 1.0, 2.0):
        theirs = diff_diff.HonestDiD(method="relative_magnitude", M=limit).fit(study)
        exact = relative_bound(event_study(1e-16), 0.95)(limit)
        assert exact == pytest.approx((theirs.lb, theirs.ub), abs=1e-6)
        low, high = relative_bound(event_study(), 0.95)(limit)
        assert low <= theirs.ci_lb + 1e-6
        assert high >= theirs.ci_ub - 1e-6


FIRST = date(2023, 1, 2)


def white_panel(seed, drift=0.0, n_units=10, n_treated=4, weeks=80, go_live=60):
    rng = np.random.default_rng((6, seed))
    weekly = [FIRST + timedelta(weeks=t) for t in range(weeks)]
    rows = [
        (f"u{i}", weekly[t], 100.0 + rng.normal() + (i < n_treated) * drift * (t - go_live))
        for i in range(n_units)
        for t in range(weeks)
    ]
    frame = pd.DataFrame(rows, columns=["unit", "period", "value"])
    return frame, {f"u{i}": weekly[go_live] for i in range(n_treated)}


def case_of(frame, go_live):
    return fitted_case(frame, go_live, Study(), estimate_effect(frame, go_live), seed=0)


def test_the_comparison_series_of_one_date_is_the_plain_difference():
    frame, go_live = white_panel(40)
    series = comparison_series(case_of(frame, go_live))
    table = frame.pivot_table(index="period", columns="unit", values="value")
    treated = table[sorted(go_live)].mean(axis=1)
    gap = (treated - table.drop(columns=list(go_live)).mean(axis=1)).to_numpy()
    assert np.ptp(series.gap - gap) == pytest.approx(0.0, abs=1e-9)
    assert (series.n_before, series.share.sum(), series.share[:60].sum()) == (60, pytest.approx(1.0), 0.0)
    assert series.covariance.shape == (80, 80)
    assert np.diag(series.covariance)[:5].mean() == pytest.approx(1 / 4 + 1 / 6, rel=0.5)


def test_a_drift_that_is_found_half_of_the_time_is_where_the_check_turns():
    frame, go_live = white_panel(41)
    case = case_of(frame, go_live)
    found, notes = trend_power(case, comparison_series(case))
    assert notes == ()
    assert 0.0 < found.drift_half < found.drift_most
    # White noise: the drift moves the mean after go-live by half the window's length, 40 weeks.
    assert found.bias_half == pytest.approx(40.0 * found.drift_half, rel=0.15)
    strong = white_panel(41, drift=3.0 * found.drift_most)
    checks = {check.key: check for check in estimate_effect(*strong).checks}
    assert checks["pre_trend"].status.value != "pass"


def test_drifts_are_found_about_as_often_as_said():
    """By simulation, in reduced form: 6 panels set the drifts, 30 others are looked at."""
    powers = []
    for seed in range(6):
        case = case_of(*white_panel(50_000 + seed))
        powers.append(trend_power(case, comparison_series(case))[0])
    half = float(np.mean([power.drift_half for power in powers]))
    most = float(np.mean([power.drift_most for power in powers]))
    flagged = np.zeros(2)
    for seed in range(30):
        for i, drift in enumerate((half, most)):
            estimate = estimate_effect(*white_panel(60_000 + seed, drift=drift))
            flagged[i] += any(check.key == "pre_trend" and check.status.value != "pass" for check in estimate.checks)
    assert 0.25 <= flagged[0] / 30 <= 0.75
    assert flagged[1] / 30 >= 0.60


def test_cohorts_are_aligned_at_their_own_go_live():
    panel = simulate_family("staggered", 7)
    estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study)
    case = fitted_case(panel.frame, panel.go_live, panel.study, estimate, seed=0)
    series = comparison_series(case)
    after = series.gap[series.n_before :] @ series.share[series.n_before :]
    before = series.gap[: series.n_before].mean()
    assert after - before == pytest.approx(estimate.average.point, abs=1.0)

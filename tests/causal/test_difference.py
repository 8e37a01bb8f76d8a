"""Difference designs through the front door."""

import numpy as np
import pytest

from models.causal import Study, StudyEvent, estimate_effect
from models.causal.simulate_units import UnitRecipe, unit_family
from models.domain.effect import CheckStatus, Design, EvidenceGrade


def _check(estimate, key):
    return next(check for check in estimate.checks if check.key == key)


def test_controls_take_out_what_is_common(panel):
    frame, periods = panel(starts={f"u{i}": 70 for i in range(4)}, effect=1.0)
    estimate = estimate_effect(frame, {f"u{i}": periods[70] for i in range(4)})
    assert estimate.design is Design.DIFFERENCE
    assert estimate.grade is EvidenceGrade.E3
    assert estimate.average.low < 1.0 < estimate.average.high
    assert estimate.control_units == ("u4", "u5", "u6", "u7", "u8", "u9")
    alone = estimate_effect(frame, {f"u{i}": periods[70] for i in range(4)}, design="interrupted_series")
    assert estimate.average.width < alone.average.width


def test_the_counterfactual_adds_up(panel):
    frame, periods = panel(starts={"u0": 70}, effect=2.0)
    estimate = estimate_effect(frame, {"u0": periods[70]})
    after = slice(70, None)
    gap = estimate.window_observed[after] - estimate.window_counterfactual[after]
    np.testing.assert_allclose(gap, estimate.effect_point, atol=1e-6)
    assert np.std(estimate.window_observed[:70] - estimate.window_counterfactual[:70]) < 2.0


@pytest.mark.parametrize("n_treated", [1, 3])
@pytest.mark.parametrize("n_controls", [3, 8])
def test_three_donors_allow_for_a_loading(n_treated, n_controls):
    """Treated units follow what is common one and a half times; with two donors nothing tells so."""
    recipe = UnitRecipe(n_treated=n_treated, n_controls=n_controls, loading=1.5, shock=3.0, effect=2.0)
    panel = unit_family(recipe)(np.random.default_rng(8))
    estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study)
    assert any("follow what is common to the donors 1." in note for note in estimate.notes)
    assert estimate.average.low < 2.0 < estimate.average.high
    n_few = n_treated + 2
    few = panel.frame[panel.frame["unit"].isin([f"u{i:03d}" for i in range(n_few)])]
    without = estimate_effect(few, panel.go_live, study=panel.study)
    assert not any("donors" in note for note in without.notes)
    assert estimate.average.width < without.average.width


def test_a_short_history_of_many_treated_has_no_loading(panel):
    treated = [f"u{i}" for i in range(4)]
    frame, periods = panel(n=40, n_units=10, starts=dict.fromkeys(treated, 20), effect=2.0)
    wave = np.tile(6.0 * np.sin(np.arange(40) / 5.0), 10) * np.where(frame["unit"].isin(treated), 1.5, 1.0)
    estimate = estimate_effect(frame.assign(value=frame["value"] + wave), dict.fromkeys(treated, periods[20]))
    assert not any("donors" in note for note in estimate.notes)


def test_units_that_come_late_leave_no_steps_in_the_noise_of_the_others(panel):
    """Levels differ by 5 from unit to unit: a mean over those observed would jump when one comes or leaves."""
    treated = [f"u{i}" for i in range(4)]
    frame, periods = panel(n_units=12, starts=dict.fromkeys(treated, 70), effect=1.0)
    far = frame.assign(value=frame["value"] + 30.0 * frame["unit"].isin(["u5", "u9"]))
    is_away = (far["unit"].isin(["u5"]) & (far["period"] < periods[25])) | (
        far["unit"].isin(["u9"]) & (far["period"] > periods[80])
    )
    go_live = dict.fromkeys(treated, periods[70])
    whole, part = estimate_effect(far, go_live), estimate_effect(far[~is_away], go_live)
    assert part.average.width < 1.15 * whole.average.width
    assert part.average.point == pytest.approx(whole.average.point, abs=0.4 * whole.average.width)


def test_units_that_parted_before_go_live_fail_the_trend_check_and_lose_a_grade(panel):
    frame, periods = panel(starts={f"u{i}": 70 for i in range(4)}, effect=1.0, slope=0.08)
    estimate = estimate_effect(frame, {f"u{i}": periods[70] for i in range(4)})
    check = _check(estimate, "pre_trend")
    assert check.status is CheckStatus.FAIL
    assert check.grade_cap is EvidenceGrade.E2
    assert estimate.grade is EvidenceGrade.E2
    assert "trend before go-live" in estimate.grade_reason
    assert check.recommendation


def test_a_level_break_before_go_live_fails_its_check(panel):
    frame, periods = panel(starts={"u0": 70}, effect=0.0)
    is_moved = (frame["unit"] == "u0") & (frame["period"] >= periods[40])
    estimate = estimate_effect(frame.assign(value=frame["value"] + 4.0 * is_moved), {"u0": periods[70]})
    check = _check(estimate, "level_break")
    assert check.status is CheckStatus.FAIL
    assert estimate.grade is EvidenceGrade.E1


def test_gaps_of_one_control_cost_nothing_but_themselves(panel):
    frame, periods = panel(starts={"u0": 70})
    gone = (frame["unit"] == "u5") & frame["period"].isin(periods[20:30])
    estimate = estimate_effect(frame[~gone], {"u0": periods[70]})
    whole = estimate_effect(frame, {"u0": periods[70]})
    assert len(estimate.effect_periods) == len(whole.effect_periods)
    assert estimate.average.point == pytest.approx(whole.average.point, abs=0.2 * whole.average.width)
    assert sum(left.unit == "u5" for left in estimate.left_out) == 10


def test_a_control_is_left_out_from_the_go_live_of_another_initiative(panel):
    frame, periods = panel(starts={"u0": 70}, effect=1.0)
    spoilt = (frame["unit"] == "u3") & (frame["period"] >= periods[90])
    moved = frame.assign(value=frame["value"] + 50.0 * spoilt)
    study = Study(leave_out_from={"u3": periods[90]})
    estimate = estimate_effect(moved, {"u0": periods[70]}, study=study)
    assert estimate.average.low < 1.0 < estimate.average.high
    assert any(left.unit == "u3" and "another initiative" in left.reason for left in estimate.left_out)


def test_a_unit_that_goes_live_after_the_window_is_a_control(panel):
    frame, periods = panel(starts={"u0": 70})
    estimate = estimate_effect(frame, {"u0": periods[70], "u1": periods[-1].replace(year=2030)})
    assert "u1" in estimate.control_units


@pytest.mark.parametrize(
    ("units", "at", "status"),
    [
        (frozenset(), 70, CheckStatus.PASS),
        (frozenset({"u0"}), 70, CheckStatus.FAIL),
        (frozenset({"u0"}), 95, CheckStatus.REVIEW),
        (frozenset({"u4"}), 75, CheckStatus.REVIEW),
        (frozenset({"u0"}), 10, CheckStatus.PASS),
    ],
)
def test_events_are_judged_by_where_and_when_they_fell(panel, units, at, status):
    frame, periods = panel(starts={"u0": 70})
    last = periods[at + 2] if at == 10 else None
    study = Study(events=(StudyEvent("strike", periods[at], last, units),))
    estimate = estimate_effect(frame, {"u0": periods[70]}, study=study)
    assert _check(estimate, "concurrent_events").status is status


def test_several_go_lives_forced_into_one_difference_average_over_treated_cells(panel):
    starts = {"u0": 60, "u1": 80}
    frame, periods = panel(starts=starts, effect=2.0)
    estimate = estimate_effect(frame, {unit: periods[at] for unit, at in starts.items()}, design="difference")
    assert estimate.is_design_forced
    np.testing.assert_array_equal(estimate.exposure, [1.0] * 20 + [2.0] * 24)
    assert estimate.average.low < 2.0 < estimate.average.high


def test_a_mean_kpi_averages_over_volume(panel):
    frame, periods = panel(starts={"u0": 70, "u1": 70}, effect=2.0)
    volume = np.where(frame["unit"] == "u0", 300.0, 100.0)
    estimate = estimate_effect(frame.assign(weight=volume), dict.fromkeys(["u0", "u1"], periods[70]))
    np.testing.assert_allclose(estimate.exposure, 400.0)
    np.testing.assert_allclose(estimate.unit_exposure[0], 300.0)
    assert "volume" in estimate.notes[0]

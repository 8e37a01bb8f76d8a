"""Placebos, leave one out, cross-checks: each equals the front door on the panel that it stands for."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from models.causal import Study, estimate_effect
from models.causal.cross_checks import compare_intervals, compare_point, cross_check
from models.causal.follow_up import follow_up_estimate, follow_up_line
from models.causal.follow_up_document import follow_up_from_document, follow_up_to_document
from models.causal.group_time import callaway_santanna
from models.causal.joint_lines import LinePanel, Meeting, estimate_line
from models.causal.leave_one_out import leave_one_out
from models.causal.placebo_space import permutation_p, space_placebo
from models.causal.placebo_time import time_placebos
from models.causal.refit import fitted_case
from models.causal.synthetic import synthetic_control, synthetic_did
from models.domain.effect import Design, EffectEstimate, NotEstimable
from models.domain.errors import IntegrityError
from models.domain.follow_up import (
    DetectableEffect,
    DonorWeight,
    FollowUp,
    Look,
    SpacePlacebo,
    TimePlacebo,
    TrendBound,
    TrendPower,
    UnitPlacebo,
)
from models.domain.interval import Interval

FIRST = date(2023, 1, 2)
WEEKS, GO_LIVE = 70, 50


def week(number):
    return FIRST + timedelta(weeks=number)


def panel_of(values):
    """A frame of unit -> weekly values."""
    return pd.DataFrame(
        [(unit, week(t), value) for unit, row in values.items() for t, value in enumerate(row)],
        columns=["unit", "period", "value"],
    )


def noisy(n_units, seed, effect=0.0, n_treated=1, weeks=WEEKS, go_live=GO_LIVE):
    rng = np.random.default_rng((6, seed))
    common = rng.normal(0, 1, weeks)
    values = {f"u{i}": 100.0 + i + common + rng.normal(0, 1, weeks) for i in range(n_units)}
    for i in range(n_treated):
        values[f"u{i}"][go_live:] += effect
    return panel_of(values), {f"u{i}": week(go_live) for i in range(n_treated)}


def case_of(frame, go_live, **more):
    study = more.pop("study", Study())
    estimate = estimate_effect(frame, go_live, study=study, **more)
    assert isinstance(estimate, EffectEstimate)
    return fitted_case(frame, go_live, study, estimate, seed=0)


def near(a, b):
    return (a.low, a.point, a.high) == pytest.approx((b.low, b.point, b.high), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(("n_units", "n_treated"), [(1, 1), (4, 1), (8, 3)])
def test_a_time_placebo_is_the_front_door_on_the_history_alone(n_units, n_treated):
    frame, go_live = noisy(n_units, seed=1, effect=8.0, n_treated=n_treated)
    case = case_of(frame, go_live)
    placebos, notes = time_placebos(case)
    assert (len(placebos), notes) == (5, ())
    history = frame[frame["period"] < week(GO_LIVE)]
    for placebo in (placebos[0], placebos[-1]):
        moved = dict.fromkeys(go_live, placebo.go_live)
        there = estimate_effect(history, moved, design=case.estimate.design)
        assert near(placebo.effect, there.average)
        assert placebo.p_value == pytest.approx(there.p_value, rel=1e-6)


def test_a_time_placebo_finds_what_happened_before_and_not_what_came_after():
    frame, go_live = noisy(6, seed=2, effect=30.0)
    quiet, _ = time_placebos(case_of(frame, go_live))
    assert all(placebo.effect.low < 3.0 for placebo in quiet)
    frame.loc[(frame["unit"] == "u0") & (frame["period"] >= week(35)), "value"] += 9.0
    loud, _ = time_placebos(case_of(frame, go_live))
    assert min(placebo.p_value for placebo in loud) < 0.001


def test_staggered_time_placebos_read_untreated_cells_only():
    frame, _ = noisy(12, seed=3)
    go_live = {f"u{i}": week(30 + 6 * i) for i in range(4)}
    treated = frame["unit"].map(go_live)
    case = case_of(frame, go_live)
    assert case.estimate.design is Design.STAGGERED
    spoilt = frame.copy()
    is_treated = treated.notna() & (frame["period"] >= treated.where(treated.notna(), week(0)))
    spoilt.loc[is_treated, "value"] += 1000.0
    before, after = time_placebos(case)[0], time_placebos(replace(case_of(spoilt, go_live), estimate=case.estimate))[0]
    assert len(before) >= 3
    assert all(near(a.effect, b.effect) for a, b in zip(before, after, strict=True))


def test_a_history_too_short_to_be_cut_is_said():
    frame, go_live = noisy(5, seed=4, weeks=20, go_live=9)
    placebos, notes = time_placebos(case_of(frame, go_live))
    assert placebos == ()
    assert "too short" in notes[0]


def test_leaving_a_donor_out_is_the_front_door_without_it():
    frame, go_live = noisy(5, seed=5, effect=2.0)
    case = case_of(frame, go_live)
    left_out, notes = leave_one_out(case)
    assert [each.unit for each in left_out] == ["u1", "u2", "u3", "u4"]
    assert notes == ()
    for each in left_out:
        assert near(each.effect, estimate_effect(frame[frame["unit"] != each.unit], go_live).average)


def test_one_donor_cannot_be_left_out():
    frame, go_live = noisy(2, seed=6)
    assert leave_one_out(case_of(frame, go_live))[0] == ()
    assert space_placebo(case_of(frame, go_live)).placebo is None


def test_a_large_effect_takes_the_first_place_among_the_units():
    frame, go_live = noisy(12, seed=7, effect=12.0)
    placebo = space_placebo(case_of(frame, go_live)).placebo
    assert (placebo.p_value, placebo.smallest_p) == (pytest.approx(1 / 12), pytest.approx(1 / 12))
    assert [unit.unit for unit in placebo.units if unit.is_treated] == ["u0"]
    assert max(placebo.units, key=lambda unit: abs(unit.statistic)).unit == "u0"
    assert len(placebo.units) == 12


def test_donors_are_never_held_against_treated_units():
    """The treated units' effect must not make placebos of the others look large."""
    frame, go_live = noisy(10, seed=8, effect=50.0, n_treated=3)
    units = space_placebo(case_of(frame, go_live)).placebo.units
    assert all(abs(unit.effect) < 5.0 for unit in units if not unit.is_treated)
    assert all(45.0 < unit.effect < 55.0 for unit in units if unit.is_treated)


def test_many_donors_are_capped_evenly_and_said():
    frame, go_live = noisy(90, seed=9, weeks=40, go_live=30)
    found = space_placebo(case_of(frame, go_live))
    assert sum(not unit.is_treated for unit in found.placebo.units) == 60
    assert "60 of 89" in found.notes[0]


def test_the_permutation_p_counts_every_allocation():
    statistic = np.array([3.0, 2.0, -1.0, 0.5, 0.1])
    is_treated = np.array([True, True, False, False, False])
    means = [abs(np.mean(pair)) for pair in combinations(statistic, 2)]
    p_value, smallest = permutation_p(statistic, is_treated, seed=0)
    assert (p_value, smallest) == (sum(mean >= 2.5 for mean in means) / 10, 1 / 10)


def test_the_permutation_p_is_as_rare_as_it_says():
    rng = np.random.default_rng((6, 10))
    is_treated = np.arange(20) < 6
    p_values = np.array([permutation_p(rng.normal(size=20), is_treated, seed)[0] for seed in range(200)])
    for bar in (0.05, 0.1, 0.5):
        assert (p_values <= bar).mean() <= bar + 3 * np.sqrt(bar * (1 - bar) / 200)


def test_synthetic_cross_checks_are_the_named_estimators():
    frame, go_live = noisy(9, seed=11, effect=4.0, n_treated=2)
    found = cross_check(case_of(frame, go_live))
    values = frame.pivot_table(index="unit", columns="period", values="value").loc[
        [f"u{i}" for i in (*range(2, 9), 0, 1)]
    ]
    named = [synthetic_control(values.to_numpy(), 7, GO_LIVE), synthetic_did(values.to_numpy(), 7, GO_LIVE)]
    assert [check.point for check in found.checks] == pytest.approx([each.effect for each in named])
    assert all(check.low is None and check.high is None for check in found.checks)
    for check, each in zip(found.checks, named, strict=True):
        weights = [weight for weight in found.weights if weight.method == check.method]
        assert sum(weight.weight for weight in weights) == pytest.approx(1.0, abs=0.01)
        assert weights[0].weight == pytest.approx(each.unit_weights.max())


def test_group_time_effects_check_a_staggered_estimate():
    frame, _ = noisy(14, seed=12)
    go_live = {f"u{i}": week(35 + 5 * (i % 3)) for i in range(6)}
    is_live = frame["period"] >= frame["unit"].map(go_live).fillna(week(999))
    frame.loc[is_live, "value"] += 5.0
    (check,) = cross_check(case_of(frame, go_live)).checks
    named = callaway_santanna(frame, go_live)
    assert check.point == pytest.approx(named.simple)
    assert check.high - check.low == pytest.approx(2 * 1.959964 * named.simple_se, rel=1e-6)
    assert check.agrees


def test_the_verdict_is_in_words():
    ours = Interval(1.0, 2.0, 3.0, 0.95)

    def never():
        raise AssertionError("asked without need")

    assert compare_point("synthetic control", 2.5, ours, never).sentence == (
        "Synthetic control: 2.5, within our interval of 1 to 3: they agree."
    )
    usual = compare_point("synthetic control", 3.5, ours, lambda: 1.6)
    assert usual.agrees
    assert usual.sentence.endswith("1.5 from our point, such as is usual on units without the initiative: they agree.")
    assert not compare_point("synthetic control", 3.7, ours, lambda: 1.6).agrees
    alone = compare_point("synthetic control", 0.5, ours, lambda: None)
    assert alone.agrees
    assert alone.sentence.endswith("below our interval of 1 to 3; there are too few units to say that they disagree.")
    apart = compare_intervals("group-time effects", 6.0, (4.0, 8.0), ours)
    assert not apart.agrees
    assert apart.sentence.endswith("(4 to 8), above our interval of 1 to 3: they disagree.")
    assert compare_intervals("group-time effects", 3.5, (2.9, 4.1), ours).agrees


def test_estimators_that_differ_on_donors_too_are_no_disagreement():
    """Synthetic control has no level of its own: it misses a treated unit outside the donors' range by as much."""
    frame, go_live = noisy(12, seed=17, effect=4.0)
    checks = {check.method: check for check in cross_check(case_of(frame, go_live)).checks}
    assert checks["synthetic difference-in-differences"].agrees
    frame.loc[frame["unit"] == "u0", "value"] -= 60.0
    far = {check.method: check for check in cross_check(case_of(frame, go_live)).checks}
    assert not far["synthetic control"].agrees
    assert "more than is usual on units without" in far["synthetic control"].sentence
    assert far["synthetic difference-in-differences"].agrees


def test_gaps_are_left_out_of_synthetic_comparisons_and_said():
    frame, go_live = noisy(6, seed=13)
    frame = frame[~((frame["unit"] == "u3") & (frame["period"] == week(20)))]
    found = cross_check(case_of(frame, go_live))
    assert "u3" not in {weight.unit for weight in found.weights}
    assert "with gaps take no part (1)" in found.notes[0]


@pytest.fixture
def cheap(monkeypatch):
    """Leave out what other modules supply and test themselves."""
    monkeypatch.setattr("models.causal.follow_up.detectable_effects", lambda *_args, **_kwargs: ((), None))
    monkeypatch.setattr("models.causal.follow_up.monthly_looks", lambda *_args, **_kwargs: ())


@pytest.mark.usefixtures("cheap")
def test_a_series_alone_says_what_it_cannot_have():
    frame, go_live = noisy(1, seed=14)
    found = follow_up_estimate(frame, go_live, estimate_effect(frame, go_live))
    assert len(found.time_placebos) == 5
    assert (found.space_placebo, found.left_out_donors, found.cross_checks, found.trend_bounds) == (None, (), (), ())
    assert len(found.notes) == 4


def test_a_refusal_is_followed_by_what_needs_no_estimate(monkeypatch):
    seen = {}

    def detectable(*_panel, **more):
        seen.update(more)
        return (DetectableEffect(4, week(60), 2.0, 0.8, 50),), week(60)

    monkeypatch.setattr("models.causal.follow_up.detectable_effects", detectable)
    frame, go_live = noisy(3, seed=15, go_live=WEEKS + 2)
    result = estimate_effect(frame, go_live)
    assert isinstance(result, NotEstimable)
    found = follow_up_estimate(frame, go_live, result, level=0.9, seed=3, expected_effect=-1.0)
    assert (seen["level"], seen["seed"], seen["expected_effect"]) == (0.9, 3, -1.0)
    assert (found.time_placebos, found.looks, found.visible_from) == ((), (), week(60))
    assert found.notes == (f"Nothing was estimated: {result.reason}",)


def test_where_initiatives_meet_only_the_history_before_the_first_speaks():
    frame, _ = noisy(8, seed=16)
    first, second = {f"u{i}": week(40) for i in range(3)}, {f"u{i}": week(52) for i in range(1, 4)}
    frame.loc[frame["unit"].isin(first) & (frame["period"] >= week(40)), "value"] += 20.0
    meeting = Meeting({"I1": first, "I2": second}, {"I1": ("L1",), "I2": ("L2",)}, Study())
    panel = LinePanel("L2", "I2", "k", None, frame, second, Study(), 0, meeting)
    result = estimate_line(panel, panel, level=0.95).result
    assert isinstance(result, EffectEstimate)
    found = follow_up_line(panel, result, level=0.95)
    assert {placebo.go_live < week(40) for placebo in found.time_placebos} == {True}
    assert all(abs(placebo.effect.point) < 3.0 for placebo in found.time_placebos)
    assert (found.space_placebo, found.left_out_donors) == (None, ())
    assert "Other initiatives" in found.notes[0]


def specimen():
    interval = Interval(-1.0, 0.5, 2.0, 0.95)
    return FollowUp(
        time_placebos=(TimePlacebo(week(3), interval, 0.4), TimePlacebo(7, interval, 0.5)),
        space_placebo=SpacePlacebo((UnitPlacebo("a", 1.0, 2.0, True),), 0.1, 0.05),
        donor_weights=(DonorWeight("synthetic control", "b", 0.5),),
        cross_checks=(compare_intervals("group-time effects", 1.0, (0.0, 2.0), interval),),
        trend_power=TrendPower(0.1, 0.2, 1.0, 2.0),
        trend_bounds=(TrendBound("smoothness", 0.0, -1.0, 1.0),),
        breakdown=(("smoothness", None), ("relative magnitude", 1.5)),
        looks=(Look(week(60), 1.0, -1.0, 3.0, is_alarm=False),),
        detectable=(DetectableEffect(2, week(61), None, 0.8, 40),),
        visible_from=week(70),
        notes=("A note.",),
        bound_span=4,
    )


def test_a_follow_up_survives_its_document():
    document = json.loads(json.dumps(follow_up_to_document(specimen())))
    assert follow_up_from_document(document) == specimen()
    assert "is_in_force" not in document


def test_a_document_of_an_earlier_version_lacks_nothing_but_its_new_parts():
    document = follow_up_to_document(specimen())
    del document["looks"]
    assert follow_up_from_document(document) == replace(specimen(), looks=())
    with pytest.raises(IntegrityError, match="cannot be read"):
        follow_up_from_document({"time_placebos": [{"go_live": "never"}]})

"""Initiatives that meet on one KPI: against dense GLS, at the edge of what can be told apart, in any order."""

import json
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import GLS

from models.causal import (
    Study,
    average_draws,
    effect_draws,
    estimate_effect,
    estimate_joint_effects,
    joint_from_document,
    joint_to_document,
)
from models.causal.draws import joint_order
from models.causal.joint_average import solve_effects
from models.causal.joint_columns import Member
from models.causal.joint_gram import eliminate_two_way
from models.causal.joint_separate import MAX_INFLATION, separate_members
from models.causal.noise import noise_covariance
from models.causal.panel import read_panel
from models.domain.effect import CheckStatus, Design, EffectEstimate, EvidenceGrade, JointPlace, NotEstimable
from models.domain.errors import IntegrityError, InvalidInputError
from models.domain.joint import joint_key, lines_of

PERIODS = [date(2022, 1, 3) + timedelta(weeks=t) for t in range(104)]


def meeting(starts, *, n_units=12, effects=(2.0, -1.5), seed=5, rho=0.5, ramp=1):
    """Return a weekly panel on which initiatives A, B, ... change units from the given positions on, with go-lives.

    `starts` holds for each initiative unit number to position.
    """
    rng, rows = np.random.default_rng(seed), []
    common = rng.normal(size=104).cumsum() * 0.3
    t = np.arange(104)
    for unit in range(n_units):
        noise = np.zeros(154)
        for at in range(1, 154):
            noise[at] = rho * noise[at - 1] + rng.normal()
        value = 50.0 + unit + common + noise[50:]
        for start, effect in zip(starts, effects, strict=False):
            if unit in start:
                value = value + effect * np.clip((t - start[unit] + 1) / ramp, 0.0, 1.0)
        rows.append(pd.DataFrame({"unit": f"u{unit}", "period": PERIODS, "value": value}))
    go_lives = {
        name: {f"u{unit}": PERIODS[at] for unit, at in start.items()}
        for name, start in zip("ABC", starts, strict=False)
    }
    return pd.concat(rows, ignore_index=True), go_lives


FIRST = {unit: 36 + 3 * unit for unit in range(8)}
LATER = {unit: 60 + 2 * ((5 * unit) % 8) for unit in range(8)}


@pytest.mark.parametrize("noise", [6, 33, 50, 78])
def test_effects_at_one_noise_model_equal_statsmodels_gls(noise):
    rng = np.random.default_rng(noise)
    values = rng.normal(size=(5, 16)).cumsum(axis=1)
    observed = np.ones((5, 16), dtype=bool)
    observed[1, 3] = observed[4, 12:] = False
    t = np.arange(16)
    columns = np.stack([t >= s[:, None] for s in (np.array([8, 9, 11, 99, 99]), np.array([12, 6, 10, 8, 99]))], axis=-1)
    cells = np.concatenate([columns.astype(float), np.where(observed, values, 0.0)[:, :, None]], axis=-1)
    fit = eliminate_two_way(cells, observed, noise)
    location, covariance, _ = solve_effects(fit.gram, [0, 1], 2, fit.n_left)
    unit, period = np.nonzero(observed)
    sigma = np.kron(np.eye(5), noise_covariance(16, noise))[np.ix_(observed.ravel(), observed.ravel())]
    x = np.column_stack([np.eye(5)[unit], np.eye(16)[period][:, 1:], columns[observed].astype(float)])
    result = GLS(values[observed], x, sigma=sigma).fit()
    np.testing.assert_allclose(location, result.params[-2:], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(covariance, result.cov_params()[-2:, -2:], rtol=1e-8, atol=1e-8)


def test_the_restricted_likelihood_of_the_panel_is_that_of_a_dense_one():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(4, 9))
    observed = np.ones((4, 9), dtype=bool)
    observed[2, 4] = False
    fit = eliminate_two_way(np.where(observed, values, 0.0)[:, :, None], observed, 33)
    sigma = np.kron(np.eye(4), noise_covariance(9, 33))[np.ix_(observed.ravel(), observed.ravel())]
    unit, period = np.nonzero(observed)
    x = np.column_stack([np.eye(4)[unit], np.eye(9)[period][:, 1:]])
    dense = np.linalg.slogdet(sigma)[1] + np.linalg.slogdet(x.T @ np.linalg.solve(sigma, x))[1]
    assert fit.log_det == pytest.approx(dense, abs=1e-8)


def test_two_roll_outs_that_differ_are_told_apart():
    frame, go_lives = meeting([FIRST, LATER])
    joint = estimate_joint_effects(frame, go_lives)
    assert [group.initiatives for group in joint.groups] == [("A",), ("B",)]
    for group, truth in zip(joint.groups, (2.0, -1.5), strict=True):
        effect = group.result
        assert effect.average.low < truth < effect.average.high
        assert 0.0 < effect.average.high - effect.average.low < 2.0
        assert (effect.design, effect.grade) == (Design.STAGGERED, EvidenceGrade.E4)
        assert effect.joint.members == ("A", "B")
        assert 1.0 < group.inflation <= MAX_INFLATION
        assert "estimated jointly with 1 other effect" in effect.design_reason
        assert any("taken to add up" in note for note in effect.notes)
        assert not any("'B'" in note or "B." in note for note in effect.notes)
        assert {check.key for check in effect.checks} >= {"pre_trend", "level_break", "joint_agreement"}
        assert effect.window_observed.shape == (104,)
        np.testing.assert_allclose(effect.shape_paths @ effect.exposure / effect.exposure.sum(), 1.0, rtol=1e-8)


def test_the_order_of_initiatives_does_not_matter():
    frame, go_lives = meeting([FIRST, LATER, {9: 50, 10: 50}], effects=(2.0, -1.5, 1.0))
    one = estimate_joint_effects(frame, go_lives, seed=4)
    other = estimate_joint_effects(frame, dict(reversed(go_lives.items())), seed=4)
    assert json.dumps(joint_to_document(one)) == json.dumps(joint_to_document(other))


def test_without_the_joint_fit_the_other_effect_would_be_taken_for_its_own():
    frame, go_lives = meeting([FIRST, LATER], effects=(0.0, -4.0))
    alone = estimate_effect(frame, go_lives["A"])
    joint = estimate_joint_effects(frame, go_lives).group_of("A").result
    assert not alone.average.low < 0.0 < alone.average.high
    assert joint.average.low < 0.0 < joint.average.high


def test_roll_outs_that_coincide_are_one_effect_that_belongs_to_none():
    frame, go_lives = meeting([FIRST, FIRST])
    joint = estimate_joint_effects(frame, go_lives)
    (group,) = joint.groups
    assert group.initiatives == ("A", "B")
    assert not group.is_separable
    assert np.isinf(group.inflation)
    assert "coincide" in group.sentence
    assert group.result.average.low < 0.5 < group.result.average.high
    assert group.result.average == estimate_effect(frame, go_lives["A"]).average


def test_roll_outs_a_week_apart_are_one_effect_with_the_number_that_says_why():
    frame, go_lives = meeting([FIRST, {unit: at + 1 for unit, at in FIRST.items()}])
    (group,) = estimate_joint_effects(frame, go_lives).groups
    assert group.initiatives == ("A", "B")
    assert MAX_INFLATION < group.inflation < np.inf
    assert f"{group.inflation:.3g} times" in group.sentence


def test_a_constant_effect_as_a_recorded_assumption_needs_no_run_up():
    frame, go_lives = meeting([FIRST, {unit: at + 4 for unit, at in FIRST.items()}])
    assert len(estimate_joint_effects(frame, go_lives).groups) == 1
    assumed = estimate_joint_effects(frame, go_lives, study=Study(is_effect_constant=True))
    assert [group.initiatives for group in assumed.groups] == [("A",), ("B",)]
    assert all(len(group.result.shape_paths) == 1 for group in assumed.groups)


def test_a_third_initiative_can_be_told_from_two_that_cannot():
    frame, go_lives = meeting([FIRST, FIRST, LATER], effects=(1.0, 1.5, -2.0))
    joint = estimate_joint_effects(frame, go_lives)
    assert [group.initiatives for group in joint.groups] == [("A", "B"), ("C",)]
    pair, third = (group.result for group in joint.groups)
    assert pair.average.low < 2.5 < pair.average.high
    assert third.average.low < -2.0 < third.average.high
    assert pair.joint.members == third.joint.members == ("A+B", "C")
    assert joint.group_of("B") is joint.group_of("A")
    with pytest.raises(KeyError):
        joint.group_of("D")


def test_initiatives_that_meet_nowhere_are_estimated_as_if_alone():
    one, two = {0: 50, 1: 50, 2: 50}, {5: 70, 6: 70}
    frame, go_lives = meeting([one, two])
    joint = estimate_joint_effects(frame, go_lives, seed=3)
    for name, other in (("A", "B"), ("B", "A")):
        study = Study(leave_out_from=go_lives[other])
        alone = estimate_effect(frame, go_lives[name], study=study, seed=3)
        group = joint.group_of(name)
        assert group.inflation == 1.0
        assert group.result.joint is None
        assert group.result.average == alone.average
        assert group.result.left_out == alone.left_out


def test_without_any_comparison_both_rest_on_the_mean_series():
    everywhere = dict.fromkeys(range(6), 40)
    frame, go_lives = meeting([everywhere, dict.fromkeys(range(6), 68)], n_units=6, effects=(3.0, -2.5))
    joint = estimate_joint_effects(frame, go_lives)
    assert [group.initiatives for group in joint.groups] == [("A",), ("B",)]
    for group, truth in zip(joint.groups, (3.0, -2.5), strict=True):
        assert (group.result.design, group.result.grade) == (Design.INTERRUPTED_SERIES, EvidenceGrade.E2)
        assert group.result.average.low < truth < group.result.average.high
        place = group.result.joint
        assert place.correlation[0, 1] == place.correlation[1, 0] != 0.0


def test_one_unit_alone_tells_two_go_lives_apart_and_not_one():
    frame, go_lives = meeting([{0: 40}, {0: 70}], n_units=1)
    assert [group.initiatives for group in estimate_joint_effects(frame, go_lives).groups] == [("A",), ("B",)]
    frame, go_lives = meeting([{0: 40}, {0: 44}], n_units=1)
    assert [group.initiatives for group in estimate_joint_effects(frame, go_lives).groups] == [("A", "B")]


def test_one_that_is_everywhere_at_once_rests_on_the_series_the_other_on_units():
    frame, go_lives = meeting([FIRST, dict.fromkeys(range(8), 80)], n_units=8, effects=(2.0, -3.0))
    joint = estimate_joint_effects(frame, go_lives)
    staggered, everywhere = (joint.group_of(name).result for name in "AB")
    assert staggered.design is Design.STAGGERED
    assert everywhere.design is Design.INTERRUPTED_SERIES
    assert staggered.average.low < 2.0 < staggered.average.high
    assert everywhere.average.low < -3.0 < everywhere.average.high
    assert staggered.joint.correlation[0, 1] == 0.0


def test_one_that_has_just_begun_is_refused_and_its_periods_are_left_out_of_the_other():
    frame, go_lives = meeting([FIRST, {0: 103, 1: 103}])
    joint = estimate_joint_effects(frame, go_lives)
    late, settled = joint.group_of("B").result, joint.group_of("A").result
    assert isinstance(late, NotEstimable)
    assert late.rule == "too_few_after"
    assert late.from_period is not None
    assert settled.joint is None
    assert any("another initiative here cannot be estimated yet" in left.reason for left in settled.left_out)
    kept = frame[~(frame["unit"].isin(["u0", "u1"]) & (frame["period"] == PERIODS[103]))]
    assert settled.average == estimate_effect(kept, go_lives["A"]).average


def test_one_that_was_there_almost_from_the_beginning_is_refused_and_does_not_disturb():
    frame, go_lives = meeting([FIRST, dict.fromkeys(range(8), 3)], effects=(2.0, 5.0))
    joint = estimate_joint_effects(frame, go_lives)
    assert joint.group_of("B").result.rule == "too_few_before"
    settled = joint.group_of("A").result
    assert settled.average.low < 2.0 < settled.average.high


def test_gaps_and_volumes_are_taken_as_they_are():
    frame, go_lives = meeting([FIRST, LATER])
    frame["weight"] = 10.0 + (np.arange(len(frame)) % 7)
    frame.loc[frame.index % 17 == 3, "value"] = np.nan
    joint = estimate_joint_effects(frame, go_lives)
    for group, truth in zip(joint.groups, (2.0, -1.5), strict=True):
        assert group.result.average.low < truth < group.result.average.high
        assert group.result.exposure.max() > 10.0


def test_units_that_differ_widen_the_interval_and_say_so():
    rng = np.random.default_rng(8)
    frame, go_lives = meeting([FIRST, LATER], effects=(0.0, 0.0))
    t = np.tile(np.arange(104), 12)
    unit = frame["unit"].str[1:].astype(int).to_numpy()
    size = rng.normal(0.0, 6.0, 12)
    start = np.array([FIRST.get(number, 104) for number in range(12)])
    frame["value"] += np.where(t >= start[unit], size[unit], 0.0)
    effect = estimate_joint_effects(frame, go_lives).group_of("A").result
    (check,) = [check for check in effect.checks if check.key == "unit_differences"]
    assert check.status is CheckStatus.REVIEW
    assert any("Units differ more" in note for note in effect.notes)


def test_draws_under_one_seed_are_correlated_as_the_fit_says_and_keep_their_quantiles():
    frame, go_lives = meeting([dict.fromkeys(range(6), 40), dict.fromkeys(range(6), 60)], n_units=10)
    first, second = (group.result for group in estimate_joint_effects(frame, go_lives).groups)
    one, two = average_draws(first, 4000, seed=9), average_draws(second, 4000, seed=9)
    wanted = first.joint.correlation[0, 1]
    assert abs(wanted) > 0.15
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(wanted, abs=0.03)
    assert np.quantile(one, 0.025) == pytest.approx(first.average.low, abs=0.01)
    assert (one < 0).mean() == pytest.approx(min(first.p_value / 2, 1 - first.p_value / 2), abs=1e-3)
    paths = effect_draws(first, 500, seed=9)
    np.testing.assert_allclose(
        paths @ first.exposure / first.exposure.sum(), average_draws(first, 500, seed=9), rtol=1e-8, atol=1e-8
    )
    assert not np.array_equal(one, average_draws(first, 4000, seed=10))


def test_the_order_of_joint_draws_carries_the_correlation_exactly_in_its_scores():
    correlation = np.array([[1.0, -0.6], [-0.6, 1.0]])
    places = [JointPlace(("A", "B"), i, correlation, ("u",)) for i in range(2)]
    orders = [joint_order(place, 1000, np.random.default_rng(1)) for place in places]
    assert all(sorted(order) == list(range(1000)) for order in orders)
    assert np.corrcoef(*orders)[0, 1] == pytest.approx(-0.58, abs=0.03)


def test_a_document_of_joint_effects_comes_back_as_it_was():
    frame, go_lives = meeting([FIRST, FIRST, LATER], effects=(1.0, 1.5, -2.0))
    joint = estimate_joint_effects(frame, {**go_lives, "D": {"u9": PERIODS[103]}})
    document = joint_to_document(joint)
    back = joint_from_document(json.loads(json.dumps(document)))
    assert joint_to_document(back) == document
    assert back.group_of("A").initiatives == ("A", "B")
    assert np.isinf(back.group_of("A").inflation)
    assert isinstance(back.group_of("C").result, EffectEstimate)
    assert isinstance(back.group_of("D").result, NotEstimable)
    np.testing.assert_array_equal(
        average_draws(back.group_of("C").result, seed=1), average_draws(joint.group_of("C").result, seed=1)
    )
    for broken in ({}, {"kind": "effect"}, {"kind": "joint", "level": 0.95, "seed": 0, "groups": [{}]}):
        with pytest.raises(IntegrityError):
            joint_from_document(broken)


def test_what_refuses_the_panel_refuses_all():
    frame, go_lives = meeting([FIRST, LATER])
    frame["value"] = 7.0
    assert estimate_joint_effects(frame, go_lives).rule == "constant_kpi"
    with pytest.raises(InvalidInputError):
        estimate_joint_effects(frame, {})
    with pytest.raises(InvalidInputError):
        estimate_joint_effects(frame, go_lives, level=1.0)


def test_separation_is_told_by_the_roll_outs_alone():
    frame, go_lives = meeting([FIRST, LATER])
    noisy, _ = meeting([FIRST, LATER], seed=99, rho=0.9)
    found = []
    for each in (frame, noisy):
        panel = read_panel(each, go_lives["A"], Study())
        members = [Member((name,), read_panel(each, go_lives[name], Study()).go_live[None, :]) for name in ("B", "A")]
        found.append(separate_members(panel, members))
    assert [member.name for member in found[0].members] == ["A", "B"]
    np.testing.assert_array_equal(found[0].inflation, found[1].inflation)


def test_the_key_of_a_joint_estimate_does_not_hang_on_the_order_of_lines():
    assert joint_key(("L2", "L1")) == joint_key(("L1", "L2")) == "joint:L1+L2"


@pytest.mark.parametrize("lines", [("A+B", "C"), ("A", "B+C"), ("A%2BB", "C"), ("joint:A", "B:C")])
def test_the_key_of_a_joint_estimate_keeps_lines_apart_whatever_they_are_called(lines):
    assert lines_of(joint_key(lines)) == tuple(sorted(lines))
    assert lines_of(lines[0]) == (lines[0],)
    assert joint_key(("A+B", "C")) != joint_key(("A", "B+C"))

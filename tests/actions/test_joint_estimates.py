"""Benefit lines of initiatives that meet on one KPI: told apart, or one joint estimate for all of them."""

import json
import pickle
from datetime import date, timedelta

import numpy as np
import pytest

from models.actions.estimates import estimate_all, estimate_benefit_line
from models.causal.document import estimate_from_document
from models.causal.joint_lines import estimate_overlapping
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import InvalidInputError
from models.domain.extract import ExtractKind
from models.domain.policy import INITIAL_POLICY
from models.queries.effects import load_known_effects
from models.queries.joints import load_joint_effects
from models.queries.knowledge import estimates_known, known_seq
from models.queries.line_panels import effect_seed, fingerprint_of, line_panel
from models.queries.panels import kpi_panel
from models.store.tables import EstimateRow
from models.store.unit_of_work import read

FIRST_WEEK = date(2024, 1, 1)
UNITS = tuple("abcdefgh")
JOINT = "joint:L1+L2"


def week(number):
    return FIRST_WEEK + timedelta(weeks=number)


def observations(roll_outs, effects):
    noise = np.random.default_rng(3).normal(0, 2, (len(UNITS), 110))
    rows = []
    for i, unit in enumerate(UNITS):
        for number in range(110):
            value = 100 + noise[i, number]
            for starts, effect in zip(roll_outs, effects, strict=True):
                value -= effect if number >= starts.get(unit, 110) else 0
            row = {"kpi": "handle_time", "unit": unit, "start_on": week(number), "end_on": week(number + 1)}
            rows.append({**row, "value": f"{value:.3f}"})
    return rows


def line(key, initiative, **more):
    row = {"benefit_line": key, "valid_from_on": FIRST_WEEK, "initiative": initiative, "name": key}
    return {**row, "benefit_class": "cashable", "kpi": "handle_time", **more}


def rollout(initiative, unit, start, ended_on=None):
    return {"initiative": initiative, "unit": unit, "go_live_on": week(start), "ended_on": ended_on}


@pytest.fixture
def meet(post):
    """Post two initiatives on one KPI with the given roll-outs (unit to week) and effects."""

    def make(first, second, effects=(10, 6)):
        kpi = {"kpi": "handle_time", "name": "Handle time", "unit_of_measure": "min", "aggregation": "sum"}
        post(ExtractKind.KPIS, [{**kpi, "behaviour": "flow", "frequency": "week", "better": "lower"}])
        post(ExtractKind.BENEFIT_LINES, [line("L1", "I1"), line("L2", "I2")])
        post(ExtractKind.KPI_OBSERVATIONS, observations((first, second), effects))
        both = (("I1", first), ("I2", second))
        post(ExtractKind.ROLLOUTS, [rollout(name, unit, at) for name, starts in both for unit, at in starts.items()])

    return make


ONE = {"a": 50, "b": 53, "c": 56, "d": 59}
OTHER = {"b": 84, "c": 78, "d": 81, "e": 75}


def results(store):
    with read(store) as session:
        rows = estimates_known(session, known_seq(session))
    return {key: estimate_from_document(json.loads(row.document)) for key, row in rows.items()}


def joints(store):
    with read(store) as session:
        seq = known_seq(session)
        return load_joint_effects(session, load_known_effects(session, seq), seq)


def panel(store, benefit_line="L1"):
    with read(store) as session:
        return kpi_panel(session, benefit_line, known_seq(session))


def test_lines_that_can_be_told_apart_have_an_effect_each(store, now, meet):
    meet(ONE, OTHER)
    estimate_all(store, now=now)
    found = results(store)
    assert set(found) == {"L1", "L2"}
    for key, truth in (("L1", -10), ("L2", -6)):
        assert found[key].average.low < truth < found[key].average.high
        assert found[key].joint.members == ("I1", "I2")
        assert found[key].joint.units == ("a", "b", "c", "d", "e")
    assert found["L1"].seed == found["L2"].seed
    assert joints(store) == ()


def test_lines_that_cannot_be_told_apart_share_one_estimate_that_is_published_once(store, now, meet):
    meet(ONE, ONE)
    outcomes = estimate_all(store, now=now).outcomes
    assert [(each.benefit_line, each.status) for each in outcomes] == [("L1", "not_estimable"), ("L2", "not_estimable")]
    found = results(store)
    assert set(found) == {"L1", "L2", JOINT}
    for key in ("L1", "L2"):
        assert isinstance(found[key], NotEstimable)
        assert (found[key].rule, found[key].joint_key) == ("not_separable", JOINT)
        assert "2 initiatives share one effect" in found[key].reason
        assert "sharing rule" in found[key].what_would_help
    effect = found[JOINT]
    assert isinstance(effect, EffectEstimate)
    assert effect.average.low < -16 < effect.average.high
    (joint,) = joints(store)
    assert (joint.joint_key, joint.lines, joint.initiatives) == (JOINT, ("L1", "L2"), ("I1", "I2"))
    draws = joint.draw(JOINT, 4)
    share = effect.exposure / effect.exposure.sum()
    assert (draws @ share).mean() == pytest.approx(effect.average.point, abs=0.01)


def test_unchanged_inputs_are_estimated_once_whichever_line_is_asked_for(store, now, meet):
    meet(ONE, ONE)
    estimate_benefit_line(store, "L2", now=now)
    assert set(results(store)) == {"L2", JOINT}
    assert joints(store) == ()  # it stands for both lines or for none
    estimate_all(store, now=now)
    again = estimate_all(store, now=now).outcomes
    assert not any(outcome.is_new for outcome in again)
    with read(store) as session:
        assert session.query(EstimateRow).count() == 3
    assert len(joints(store)) == 1


def test_a_joint_estimate_is_overtaken_when_a_third_initiative_joins(store, now, meet, post):
    meet(ONE, ONE)
    estimate_all(store, now=now)
    post(ExtractKind.BENEFIT_LINES, [line("L3", "I3")])
    post(ExtractKind.ROLLOUTS, [rollout("I3", unit, at) for unit, at in ONE.items()])
    estimate_all(store, now=now)
    (joint,) = joints(store)
    assert joint.joint_key == "joint:L1+L2+L3"
    assert {JOINT, "joint:L1+L2+L3"} < set(results(store))


def test_a_row_of_the_other_initiative_makes_both_lines_estimated_again(store, now, meet, post):
    meet(ONE, OTHER)
    before = {outcome.benefit_line: outcome.fingerprint for outcome in estimate_all(store, now=now).outcomes}
    post(ExtractKind.ROLLOUTS, [rollout("I2", "f", 80)])
    after = {outcome.benefit_line: outcome for outcome in estimate_all(store, now=now).outcomes}
    assert all(after[key].is_new and after[key].fingerprint != before[key] for key in ("L1", "L2"))


def test_lines_of_one_initiative_share_its_effect_and_are_no_overlap(store, now, meet, post):
    meet(ONE, {"h": 90})
    post(ExtractKind.BENEFIT_LINES, [line("L1B", "I1")])
    assert panel(store).overlap is None
    estimate_all(store, now=now)
    found = results(store)
    assert found["L1"].average == found["L1B"].average
    assert found["L1"].joint is None


def test_an_initiative_that_ended_before_the_other_began_does_not_meet_it(store, meet, post):
    meet({"a": 40}, {"b": 80})
    post(ExtractKind.BENEFIT_LINES, [line("L3", "I3"), line("L4", "I4")])
    post(ExtractKind.ROLLOUTS, [rollout("I3", "a", 20, week(40)), rollout("I4", "b", 70, week(81))])
    assert panel(store).overlap is None
    assert panel(store, "L3").overlap is None
    overlap = panel(store, "L2").overlap
    assert set(overlap.go_lives) == {"I2", "I4"}
    assert overlap.treated_until == {"b": week(81)}
    assert overlap.lead == "L2"


def test_initiatives_meet_through_others_and_lose_controls_to_those_they_do_not_meet(store, meet, post):
    meet({"a": 50}, {"a": 70, "b": 70})
    post(ExtractKind.BENEFIT_LINES, [line("L3", "I3"), line("L4", "I4"), line("L1B", "I1")])
    post(ExtractKind.ROLLOUTS, [rollout("I3", "b", 90), rollout("I4", "h", 60)])
    inputs = panel(store)
    assert {name: set(units) for name, units in inputs.overlap.go_lives.items()} == {
        "I1": {"a"},
        "I2": {"a", "b"},
        "I3": {"b"},
    }
    assert inputs.overlap.lines == {"I1": ("L1", "L1B"), "I2": ("L2",), "I3": ("L3",)}
    assert inputs.overlap.leave_out_from == {"h": week(60)}
    assert inputs.overlap.events == ()
    keys = {row.key[0] for row in inputs.rows if row.kind is ExtractKind.BENEFIT_LINES}
    assert keys == {"L1", "L1B", "L2", "L3"}
    assert fingerprint_of(inputs, INITIAL_POLICY) != fingerprint_of(panel(store, "L2"), INITIAL_POLICY)
    assert effect_seed(inputs) == effect_seed(panel(store, "L3"))
    assert pickle.loads(pickle.dumps(inputs.overlap)) == inputs.overlap  # noqa: S301 - as a worker process gets it


def test_a_panel_that_meets_nobody_has_no_joint_estimate(store, meet):
    meet({"a": 50}, {"b": 70})
    alone = line_panel(panel(store))
    with pytest.raises(InvalidInputError):
        estimate_overlapping(alone, alone, level=0.95)

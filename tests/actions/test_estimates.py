import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from models.actions import estimates
from models.actions.estimates import estimate_all, estimate_benefit_line
from models.causal import ENGINE_VERSION
from models.causal.document import estimate_from_document
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.policy import INITIAL_POLICY
from models.queries.knowledge import estimate_known, estimates_known, facts, known_seq
from models.queries.line_panels import effect_seed, fingerprint_of, study_of
from models.queries.panels import PanelEvent, kpi_panel
from models.store.tables import EstimateRow
from models.store.unit_of_work import read, write

FIRST_WEEK = date(2024, 1, 1)
GO_LIVE_WEEK = 80
WEEKS = 110


def week(number):
    return FIRST_WEEK + timedelta(weeks=number)


def observations(kpi, effects, seed=7, **more):
    """Weekly values of units around 100 with noise, lower by each unit's effect from its go-live on."""
    noise = np.random.default_rng(seed).normal(0, 2, (len(effects), WEEKS))
    rows = []
    for (unit, effect), deviations in zip(effects.items(), noise, strict=True):
        for number in range(WEEKS):
            value = 100 + deviations[number] - (effect if number >= GO_LIVE_WEEK else 0)
            row = {"kpi": kpi, "unit": unit, "start_on": week(number), "end_on": week(number + 1), **more}
            rows.append({**row, "value": f"{value:.3f}"})
    return rows


def kpi(key="handle_time", aggregation="sum", frequency="week"):
    return {
        "kpi": key,
        "name": key,
        "unit_of_measure": "min",
        "aggregation": aggregation,
        "behaviour": "flow",
        "frequency": frequency,
        "better": "lower",
    }


def line(key="L1", initiative="I1", kpi_key="handle_time", **more):
    row = {
        "benefit_line": key,
        "valid_from_on": FIRST_WEEK,
        "initiative": initiative,
        "name": key,
        "benefit_class": "cashable",
    }
    return {**row, "kpi": kpi_key, **more}


def rollout(initiative, unit, go_live_on, ended_on=None):
    return {"initiative": initiative, "unit": unit, "go_live_on": go_live_on, "ended_on": ended_on}


@pytest.fixture
def panel_facts(post):
    """One treated unit with an effect of 10, three controls, on a weekly KPI."""
    post(ExtractKind.KPIS, [kpi()])
    post(ExtractKind.BENEFIT_LINES, [line()])
    post(ExtractKind.KPI_OBSERVATIONS, observations("handle_time", {"a": 10, "b": 0, "c": 0, "d": 0}))
    post(ExtractKind.ROLLOUTS, [rollout("I1", "a", week(GO_LIVE_WEEK))])


def panel(store, benefit_line="L1"):
    with read(store) as session:
        return kpi_panel(session, benefit_line, known_seq(session))


@pytest.mark.usefixtures("panel_facts")
def test_an_effect_is_estimated_published_and_known(store, now):
    outcome = estimate_benefit_line(store, "L1", now=now)
    assert (outcome.status, outcome.is_new) == ("estimated", True)
    with read(store) as session:
        row = estimate_known(session, "L1", known_seq(session))
        assert estimate_known(session, "L1", outcome.load_seq - 1) is None
        assert list(estimates_known(session, known_seq(session))) == ["L1"]
    estimate = estimate_from_document(json.loads(row.document))
    assert isinstance(estimate, EffectEstimate)
    assert estimate.average.low < -10 < estimate.average.high
    assert estimate.control_units == ("b", "c", "d")
    assert (row.engine_version, row.policy_version, row.input_seq) == (ENGINE_VERSION, 0, 4)


@pytest.mark.usefixtures("panel_facts")
def test_unchanged_inputs_are_not_estimated_again(store, post, now, monkeypatch):
    first = estimate_all(store, now=now)
    post(ExtractKind.BUSINESS_UNITS, [{"business_unit": "b", "name": "B"}])

    def never(*_args, **_kwargs):
        raise AssertionError("estimated again")

    monkeypatch.setattr(estimates, "estimate_line", never)
    second = estimate_all(store, now=now)
    assert [outcome.is_new for outcome in first.outcomes] == [True]
    assert [(outcome.is_new, outcome.estimate_id) for outcome in second.outcomes] == [
        (False, first.outcomes[0].estimate_id)
    ]
    assert "1 unchanged" in second.sentence
    with read(store) as session:
        assert session.query(EstimateRow).count() == 1


@pytest.mark.usefixtures("panel_facts")
def test_a_restated_value_is_estimated_again_and_the_first_stays_known(store, post, now):
    first = estimate_benefit_line(store, "L1", now=now)
    restated = observations("handle_time", {"a": 10})[-1]
    post(ExtractKind.KPI_OBSERVATIONS, [{**restated, "value": "70"}])
    second = estimate_benefit_line(store, "L1", now=now)
    assert second.is_new
    assert second.fingerprint != first.fingerprint
    with read(store) as session:
        assert estimate_known(session, "L1", first.load_seq).id == first.estimate_id
        assert estimate_known(session, "L1", second.load_seq).id == second.estimate_id


@pytest.mark.usefixtures("panel_facts")
def test_inputs_that_come_back_are_in_force_again(store, post, now):
    first = estimate_benefit_line(store, "L1", now=now)
    added = {"kpi": "handle_time", "unit": "a", "start_on": week(WEEKS), "end_on": week(WEEKS + 1), "value": "500"}
    for _ in range(2):
        post(ExtractKind.KPI_OBSERVATIONS, [added])
        moved = estimate_benefit_line(store, "L1", now=now)
        post(ExtractKind.KPI_OBSERVATIONS, [{**added, "value": None, "is_retracted": True}])
        back = estimate_benefit_line(store, "L1", now=now)
        assert moved.is_new
        assert back.is_new
        assert not estimate_benefit_line(store, "L1", now=now).is_new
        with read(store) as session:
            before = session.get(EstimateRow, first.estimate_id)
            in_force = estimate_known(session, "L1", known_seq(session))
            assert (in_force.id, in_force.document) == (back.estimate_id, before.document)


@pytest.mark.usefixtures("panel_facts")
def test_a_slow_worker_does_not_overtake_later_inputs(store, post, now, monkeypatch):
    compute = estimates.estimate_line

    def overtaken(*args, **kwargs):
        result = compute(*args, **kwargs)
        monkeypatch.undo()
        post(ExtractKind.KPI_OBSERVATIONS, [{**observations("handle_time", {"a": 10})[-1], "value": "70"}])
        estimate_benefit_line(store, "L1", now=now)
        return result

    monkeypatch.setattr(estimates, "estimate_line", overtaken)
    slow = estimate_benefit_line(store, "L1", now=now)
    assert not slow.is_new
    with read(store) as session:
        assert session.query(EstimateRow).count() == 1
        assert estimate_known(session, "L1", known_seq(session)).id == slow.estimate_id


@pytest.mark.usefixtures("panel_facts")
def test_the_fingerprint_holds_rows_policy_and_level(store):
    inputs = panel(store)
    assert len(inputs.rows) == 1 + 1 + 4 * WEEKS + 1
    known = fingerprint_of(inputs, INITIAL_POLICY)
    assert fingerprint_of(replace(inputs, rows=inputs.rows[::-1]), INITIAL_POLICY) == known
    assert fingerprint_of(replace(inputs, rows=inputs.rows[1:]), INITIAL_POLICY) != known
    assert fingerprint_of(inputs, replace(INITIAL_POLICY, version=1)) != known
    assert fingerprint_of(inputs, replace(INITIAL_POLICY, interval_level=0.9)) != known


def test_what_cannot_be_estimated_says_why(store, post, now):
    post(ExtractKind.KPIS, [kpi()])
    post(ExtractKind.BENEFIT_LINES, [line(), line("L2", "I2", "unknown_kpi")])
    outcome = estimate_benefit_line(store, "L1", now=now)
    assert outcome.status == "not_estimable"
    assert "No value of the KPI" in outcome.sentence
    with read(store) as session:
        document = json.loads(estimate_known(session, "L1", 99).document)
    result = estimate_from_document(document)
    assert isinstance(result, NotEstimable)
    assert result.rule == "nothing_observed"
    for missing in ("L2", "L3"):
        with pytest.raises(NotFoundError):
            estimate_benefit_line(store, missing, now=now)
    said = []
    assert len(estimate_all(store, now=now, report=said.append).outcomes) == 1
    assert any("unknown_kpi" in sentence for sentence in said)


@pytest.mark.usefixtures("panel_facts")
def test_the_first_treated_period_starts_after_go_live_and_the_partial_one_is_a_transition(store, post):
    post(ExtractKind.ROLLOUTS, [rollout("I1", "b", week(90) + timedelta(days=2), week(100) + timedelta(days=3))])
    inputs = panel(store)
    assert inputs.go_live == {"a": week(80), "b": week(91)}
    assert inputs.transition == {"b": frozenset({week(90)})}
    assert inputs.treated_until == {"b": week(100)}


@pytest.mark.usefixtures("panel_facts")
def test_a_control_is_left_out_from_another_initiative_on_the_kpi(store, post):
    post(ExtractKind.BENEFIT_LINES, [line("L2", "I2"), line("L3", "I3", "other_kpi")])
    post(ExtractKind.INITIATIVES, [initiative("I2", "Second")])
    others = [
        rollout("I2", "b", week(60) + timedelta(days=1)),
        rollout("I2", "a", week(95)),
        rollout("I3", "c", week(50)),
    ]
    post(ExtractKind.ROLLOUTS, others)
    inputs = panel(store)
    assert inputs.leave_out_from == {"b": week(60)}
    assert inputs.events == (PanelEvent("Second", week(95), None, frozenset({"a"})),)
    study = study_of(inputs)
    assert (study.leave_out_from, study.events[0].units) == ({"b": week(60)}, frozenset({"a"}))


def initiative(key, name):
    row = {"initiative": key, "name": name, "business_unit": "b", "owner": "olaf"}
    return {**row, "delivery_model": "buy", "archetype": "automation"}


@pytest.mark.usefixtures("panel_facts")
def test_another_programme_is_an_event_on_its_units(store, post):
    rows = [
        {
            "programme": "P",
            "unit": unit,
            "name": "New warehouse",
            "start_on": week(70) + timedelta(days=1),
            "end_on": week(75),
        }
        for unit in ("a", "b")
    ]
    post(ExtractKind.OTHER_PROGRAMMES, [*rows, {**rows[0], "unit": "elsewhere"}])
    assert panel(store).events == (PanelEvent("New warehouse", week(70), week(75), frozenset({"a", "b"})),)


def test_means_and_ratios_bring_their_volume_and_a_driver_replaces_it(store, post):
    post(ExtractKind.KPIS, [kpi("mean_kpi", "mean"), kpi("ratio_kpi", "ratio"), kpi("calls")])
    post(
        ExtractKind.BENEFIT_LINES,
        [
            line("M", kpi_key="mean_kpi"),
            line("R", kpi_key="ratio_kpi"),
            line("D", kpi_key="mean_kpi", driver_kpi="calls"),
        ],
    )
    period = {"unit": "a", "start_on": week(0), "end_on": week(1)}
    post(
        ExtractKind.KPI_OBSERVATIONS,
        [
            {"kpi": "mean_kpi", **period, "value": "4.5", "count": "10"},
            {"kpi": "ratio_kpi", **period, "numerator": "3", "denominator": "12"},
            {"kpi": "calls", **period, "value": "99"},
        ],
    )
    mean, ratio, driven = (panel(store, key).frame.iloc[0] for key in ("M", "R", "D"))
    assert (mean["value"], mean["weight"]) == (4.5, 10.0)
    assert (ratio["value"], ratio["numerator"], ratio["denominator"]) == (0.25, 3.0, 12.0)
    assert (driven["value"], driven["weight"]) == (4.5, 99.0)


@pytest.mark.usefixtures("panel_facts")
def test_lines_on_the_same_kpi_and_units_share_their_seed(store, post):
    post(ExtractKind.BENEFIT_LINES, [line("L2"), line("L3", "I3")])
    post(ExtractKind.ROLLOUTS, [rollout("I3", "b", week(80))])
    first, same, other = (effect_seed(panel(store, key)) for key in ("L1", "L2", "L3"))
    assert first == same != other


@pytest.mark.usefixtures("panel_facts")
def test_two_workers_publish_one_estimate(store, now, monkeypatch):
    compute = estimates.estimate_line

    def overtaken(*args, **kwargs):
        result = compute(*args, **kwargs)
        monkeypatch.undo()
        estimate_benefit_line(store, "L1", now=now)
        return result

    monkeypatch.setattr(estimates, "estimate_line", overtaken)
    outcome = estimate_benefit_line(store, "L1", now=now)
    assert not outcome.is_new
    with read(store) as session:
        assert session.query(EstimateRow).count() == 1


@pytest.mark.usefixtures("panel_facts")
def test_estimates_are_as_known_before_a_later_file(store, post):
    with read(store) as session:
        seq = known_seq(session)
    post(ExtractKind.KPI_OBSERVATIONS, [{**observations("handle_time", {"a": 0})[-1], "value": "1"}])
    with read(store) as session:
        before, after = kpi_panel(session, "L1", seq), kpi_panel(session, "L1", seq + 1)
        assert len(facts(session, ExtractKind.KPI_OBSERVATIONS, seq)) == 4 * WEEKS
    assert before.frame["value"].min() > 1 == after.frame["value"].min()


@pytest.mark.usefixtures("panel_facts")
def test_the_clock_of_an_estimate_is_an_argument(store, now):
    outcome = estimate_benefit_line(store, "L1", now=now)
    with write(store, person="ana", now=now) as uow:
        assert uow.session.get(EstimateRow, outcome.estimate_id).computed_at == now


@pytest.mark.usefixtures("panel_facts")
def test_other_workers_compute_the_same(store, post, now):
    class Shipping(ThreadPoolExecutor):
        """Workers that get what another process would get."""

        def map(self, work, tasks):
            return super().map(work, pickle.loads(pickle.dumps(list(tasks))))  # noqa: S301 - our own bytes

    post(ExtractKind.BENEFIT_LINES, [line("L2"), line("L3", "I3")])
    with Shipping(2) as executor:
        apart = estimate_all(store, now=now, executor=executor)
    assert [(outcome.benefit_line, outcome.is_new) for outcome in apart.outcomes] == [
        ("L1", True),
        ("L2", True),
        ("L3", True),
    ]
    with read(store) as session:
        first, second = (json.loads(estimate_known(session, key, 99).document) for key in ("L1", "L2"))
    assert first == second
    assert not estimate_benefit_line(store, "L1", now=now).is_new

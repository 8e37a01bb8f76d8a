import json
import sys
import threading
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dashboard.worker import LEASE_S, run_next_job, run_pending_jobs, run_worker
from models.actions import follow_ups
from models.actions.estimates import estimate_all
from models.actions.follow_ups import compute_follow_ups, queue_missing
from models.actions.jobs import JobKind, claim_job, enqueue_job
from models.causal import ENGINE_VERSION
from models.causal.follow_up_document import follow_up_from_document
from models.domain.errors import NotFoundError, StoreUnavailableError
from models.domain.extract import ExtractKind
from models.domain.follow_up import FollowUp
from models.queries.jobs import is_job_waiting, list_jobs
from models.store.repositories.publications import last_input_seq
from models.store.tables import AuditEventRow, EstimateRow, FollowUpRow
from models.store.unit_of_work import read, write

FIRST_WEEK = date(2024, 1, 1)
GO_LIVE_WEEK, WEEKS = 60, 80


def week(number):
    return FIRST_WEEK + timedelta(weeks=number)


def observations(kpi, effects, seed=7):
    noise = np.random.default_rng(seed).normal(0, 2, (len(effects), WEEKS))
    return [
        {
            "kpi": kpi,
            "unit": unit,
            "start_on": week(number),
            "end_on": week(number + 1),
            "value": f"{100 + deviations[number] - (effect if number >= GO_LIVE_WEEK else 0):.3f}",
        }
        for (unit, effect), deviations in zip(effects.items(), noise, strict=True)
        for number in range(WEEKS)
    ]


def line(key, initiative, kpi):
    return {
        "benefit_line": key,
        "valid_from_on": FIRST_WEEK,
        "initiative": initiative,
        "name": key,
        "benefit_class": "cashable",
        "kpi": kpi,
    }


@pytest.fixture
def two_lines(post, store, now):
    """Two estimated lines on KPIs of their own: one treated unit and three controls each."""
    common = {
        "unit_of_measure": "min",
        "aggregation": "sum",
        "behaviour": "flow",
        "frequency": "week",
        "better": "lower",
    }
    post(ExtractKind.KPIS, [{"kpi": key, "name": key, **common} for key in ("k1", "k2")])
    post(ExtractKind.BENEFIT_LINES, [line("L1", "I1", "k1"), line("L2", "I2", "k2")])
    for seed, kpi in enumerate(("k1", "k2")):
        post(ExtractKind.KPI_OBSERVATIONS, observations(kpi, {"a": 10, "b": 0, "c": 0, "d": 0}, seed))
    go_lives = [{"initiative": name, "unit": "a", "go_live_on": week(GO_LIVE_WEEK)} for name in ("I1", "I2")]
    post(ExtractKind.ROLLOUTS, go_lives)
    estimate_all(store, now=now)


def published(store):
    with read(store) as session:
        rows = session.query(FollowUpRow, EstimateRow).join(EstimateRow, EstimateRow.id == FollowUpRow.estimate_id)
        return {
            estimate.benefit_line: (row, follow_up_from_document(json.loads(row.document))) for row, estimate in rows
        }


@pytest.mark.usefixtures("two_lines")
def test_each_estimate_in_force_is_followed_up_once(store, now):
    first = compute_follow_ups(store, now=now)
    assert (first.n_new, first.n_missing) == (2, 0)
    assert compute_follow_ups(store, now=now).n_new == 0
    found = published(store)
    assert sorted(found) == ["L1", "L2"]
    row, follow_up = found["L1"]
    assert (row.engine_version, row.computed_at) == (ENGINE_VERSION, now)
    assert len(follow_up.time_placebos) == 5
    assert all(placebo.effect.low < 5 for placebo in follow_up.time_placebos)
    assert [check.method for check in follow_up.cross_checks][:2] == [
        "synthetic control",
        "synthetic difference-in-differences",
    ]
    assert all(check.agrees for check in follow_up.cross_checks)


@pytest.mark.usefixtures("two_lines")
def test_a_follow_up_is_audited_and_never_changes(store, now):
    compute_follow_ups(store, now=now, benefit_lines=["L2"])
    assert list(published(store)) == ["L2"]
    with read(store) as session:
        event = session.query(AuditEventRow).order_by(AuditEventRow.event_no.desc()).first()
    assert (event.action, event.subject_key) == ("publish_follow_up", "L2")
    for statement in ("DELETE FROM follow_ups", "UPDATE follow_ups SET document = ''"):
        with pytest.raises(IntegrityError, match="never"), write(store, person="ana", now=now) as uow:
            uow.session.execute(text(statement))


@pytest.mark.usefixtures("two_lines")
def test_who_is_stopped_loses_the_line_at_hand_alone(store, now, monkeypatch):
    whole, seen = follow_ups.follow_up_line, []

    def second_fails(panel, result, *, level):
        seen.append(panel.benefit_line)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return whole(panel, result, level=level)

    monkeypatch.setattr(follow_ups, "follow_up_line", second_fails)
    with pytest.raises(KeyboardInterrupt):
        compute_follow_ups(store, now=now)
    assert list(published(store)) == ["L1"]
    assert compute_follow_ups(store, now=now).n_new == 1
    assert seen == ["L1", "L2", "L2"]


@pytest.mark.usefixtures("two_lines")
def test_a_line_that_fails_holds_up_no_other(store, now, monkeypatch):
    whole, said = follow_ups.follow_up_line, []

    def first_fails(panel, result, *, level):
        if panel.benefit_line == "L1":
            raise ZeroDivisionError("by nothing")
        return whole(panel, result, level=level)

    monkeypatch.setattr(follow_ups, "follow_up_line", first_fails)
    with pytest.raises(ZeroDivisionError):
        compute_follow_ups(store, now=now, report=said.append)
    assert list(published(store)) == ["L2"]
    assert said[0] == "L1: failed, ZeroDivisionError: by nothing"


@pytest.mark.usefixtures("two_lines")
def test_two_workers_publish_once(store, now, monkeypatch):
    whole = follow_ups.follow_up_line

    def another_is_faster(panel, result, *, level):
        monkeypatch.setattr(follow_ups, "follow_up_line", whole)
        compute_follow_ups(store, now=now)
        return whole(panel, result, level=level)

    monkeypatch.setattr(follow_ups, "follow_up_line", another_is_faster)
    assert compute_follow_ups(store, now=now).n_new == 0
    assert len(published(store)) == 2


@pytest.fixture
def computed_lines(monkeypatch):
    """Let lines be followed up by nothing at no cost; return the lines computed, and what to do during each."""
    seen, during = [], {}

    def follow(panel, result, *, level):
        assert (result.level, level) == (level, 0.95)
        seen.append(panel.benefit_line)
        during.get(panel.benefit_line, lambda: None)()
        return FollowUp(notes=("nothing",))

    monkeypatch.setattr(follow_ups, "follow_up_line", follow)
    return seen, during


@pytest.mark.usefixtures("two_lines")
def test_a_line_that_another_worker_followed_up_is_passed_over(store, now, computed_lines):
    seen, during = computed_lines
    during["L1"] = lambda: compute_follow_ups(store, now=now, benefit_lines=["L2"])
    assert compute_follow_ups(store, now=now).n_new == 1
    assert seen == ["L1", "L2"]


@pytest.mark.usefixtures("two_lines")
def test_an_estimate_overtaken_before_its_turn_is_passed_over(store, post, now, computed_lines):
    """The line at hand is published for the estimate that it followed; the one behind waits for its new estimate."""
    seen, during = computed_lines

    def estimate_anew():
        for kpi in ("k1", "k2"):
            post(ExtractKind.KPI_OBSERVATIONS, [observations(kpi, {"b": 0})[3] | {"value": "101.5"}])
        estimate_all(store, now=now)

    during["L1"] = estimate_anew
    assert compute_follow_ups(store, now=now).n_new == 1
    assert seen == ["L1"]
    del during["L1"]
    assert compute_follow_ups(store, now=now).n_new == 2
    with read(store) as session:
        followed = [row.estimate_id for row in session.query(FollowUpRow)]
        assert len(followed) == len(set(followed)) == 3


@pytest.mark.usefixtures("two_lines")
def test_a_line_that_cannot_be_read_holds_up_no_other(store, now, computed_lines, monkeypatch):
    whole = follow_ups.kpi_panel

    def first_is_gone(session, benefit_line, seq, setting):
        if benefit_line == "L1":
            raise NotFoundError("no KPI")
        return whole(session, benefit_line, seq, setting)

    monkeypatch.setattr(follow_ups, "kpi_panel", first_is_gone)
    with pytest.raises(NotFoundError, match="no KPI"):
        compute_follow_ups(store, now=now)
    assert computed_lines[0] == ["L2"]
    assert list(published(store)) == ["L2"]


@pytest.mark.usefixtures("two_lines")
def test_a_database_that_is_away_ends_the_job_at_once(store, now, computed_lines, monkeypatch):
    def is_away(*_):
        raise StoreUnavailableError("gone")

    monkeypatch.setattr(follow_ups, "kpi_panel", is_away)
    said = []
    with pytest.raises(StoreUnavailableError):
        compute_follow_ups(store, now=now, report=said.append)
    assert (said, computed_lines[0]) == ([], [])


@pytest.mark.usefixtures("two_lines")
def test_lines_that_ended_workers_come_last(store, now, computed_lines):
    """One line kills its worker in every attempt; the job is taken over each time, and the other line is done."""
    seen, during = computed_lines
    run_pending_jobs(store, clock=lambda: now, report=str)
    during["L1"] = during["L2"] = sys.exit
    for attempt in range(3):
        with pytest.raises(SystemExit):
            run_next_job(store, "w", clock=lambda: now + attempt * timedelta(seconds=LEASE_S + 1), report=str)  # noqa: B023
    first, second = sorted({"L1", "L2"}, key=seen.index)
    assert seen == [first, second, first]


@pytest.mark.usefixtures("two_lines")
def test_a_job_in_its_next_attempt_begins_behind_the_line_that_ended_it(store, now, computed_lines):
    seen, _ = computed_lines
    compute_follow_ups(store, now=now, n_put_back=1)
    assert seen == ["L2", "L1"]
    assert compute_follow_ups(store, now=now, n_put_back=4).n_new == 0


@pytest.mark.usefixtures("two_lines")
def test_a_worker_that_is_told_to_leave_hands_back_what_is_left(store, now, computed_lines):
    seen, _ = computed_lines
    run_pending_jobs(store, clock=lambda: now, report=str)
    assert run_next_job(store, "w", clock=lambda: now, report=str, is_leaving=lambda: bool(seen))
    assert len(seen) == len(published(store)) == 1
    with read(store) as session:
        job = list_jobs(session)[0]
        assert (job.kind, job.state, job.attempts) == (JobKind.FOLLOW_UP, "queued", 0)
    assert run_next_job(store, "w2", clock=lambda: now, report=str)
    assert sorted(seen) == sorted(published(store)) == ["L1", "L2"]


@pytest.mark.usefixtures("two_lines")
def test_what_follows_steps_back_for_figures_whose_worker_is_gone(store, now, computed_lines):
    """A job of figures that fell silent, or waits for its next attempt, is not held up by an hour of placebos."""
    enqueue_job(store, JobKind.ESTIMATE_PORTFOLIO, "portfolio", person="ana", now=now)
    held = claim_job(store, worker="killed", now=now, lease_s=LEASE_S, kinds=[JobKind.ESTIMATE_PORTFOLIO])
    with read(store) as session:
        assert not is_job_waiting(session, JobKind.ESTIMATE_PORTFOLIO, now)
        assert is_job_waiting(session, JobKind.ESTIMATE_PORTFOLIO, held.lease_until + timedelta(seconds=1))
    later = now + timedelta(seconds=LEASE_S + 1)
    assert run_next_job(store, "w", clock=lambda: later, report=str, kinds=[JobKind.FOLLOW_UP])
    assert computed_lines[0] == []


@pytest.mark.usefixtures("two_lines")
def test_a_worker_that_starts_queues_what_is_missing(store, now, computed_lines):
    """Estimates of an earlier version queued no job, and a job may have been given up."""
    run_pending_jobs(store, clock=lambda: now, report=str)
    assert run_next_job(store, "w", clock=lambda: now, report=str, is_leaving=lambda: bool(computed_lines[0]))
    with write(store, person="ana", now=now) as uow:
        uow.session.execute(text("UPDATE jobs SET state = 'failed'"))
    stop = threading.Event()

    def clock():
        if len(published(store)) == 2:
            stop.set()
        return now

    run_worker(store, stop, clock=clock, poll_s=0)
    assert len(published(store)) == 2
    assert not queue_missing(store, now=now)


@pytest.mark.usefixtures("two_lines")
def test_each_line_is_published_at_its_own_time(store, now, computed_lines):
    """A job that goes on past midnight adds nothing to what was known on the day before."""
    moments = iter([now, now + timedelta(days=1)])
    compute_follow_ups(store, now=now, clock=lambda: next(moments))
    assert {key: row.computed_at for key, (row, _) in published(store).items()} == {
        "L1": now,
        "L2": now + timedelta(days=1),
    }
    assert computed_lines[0] == ["L1", "L2"]


@pytest.mark.usefixtures("two_lines")
def test_a_new_estimate_queues_one_job_that_waits_behind_figures(store, now):
    with read(store) as session:
        assert [job.kind for job in list_jobs(session) if job.state == "queued"].count(JobKind.FOLLOW_UP) == 1
    said = []
    run_pending_jobs(store, clock=lambda: now, report=said.append)
    assert published(store) == {}
    enqueue_job(store, JobKind.ESTIMATE_PORTFOLIO, "portfolio", person="ana", now=now)
    assert run_next_job(store, "w", clock=lambda: now, report=said.append, kinds=[JobKind.FOLLOW_UP])
    assert published(store) == {}, "figures wait to be made: what follows steps back"
    while run_next_job(store, "w", clock=lambda: now, report=said.append):
        pass
    assert len(published(store)) == 2
    assert said[-1] == "2 estimates have been followed up; none is missing."


@pytest.mark.usefixtures("two_lines")
def test_a_follow_up_is_no_input_of_a_valuation(store, now):
    with read(store) as session:
        before = last_input_seq(session)
    compute_follow_ups(store, now=now)
    with read(store) as session:
        assert last_input_seq(session) == before


@pytest.mark.usefixtures("two_lines")
def test_a_new_estimate_is_followed_up_anew(store, post, now):
    compute_follow_ups(store, now=now)
    row = observations("k1", {"b": 0})[3] | {"value": "101.5"}
    post(ExtractKind.KPI_OBSERVATIONS, [row])
    estimate_all(store, now=now)
    assert compute_follow_ups(store, now=now).n_new == 1


def test_a_line_without_estimate_is_named(store, now):
    with pytest.raises(NotFoundError, match="no estimate of benefit line L9"):
        compute_follow_ups(store, now=now, benefit_lines=["L9"])

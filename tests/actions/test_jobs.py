import threading
from datetime import timedelta

import pytest

from models.actions.jobs import (
    MAX_ATTEMPTS,
    JobKind,
    claim_job,
    enqueue_job,
    fail_job,
    finish_job,
    heartbeat,
    requeue_interrupted,
)
from models.domain.errors import ConflictError
from models.queries.jobs import count_open_jobs, list_jobs
from models.store.unit_of_work import read

KIND = JobKind.ESTIMATE_PORTFOLIO


def queue(store, now, key="portfolio"):
    return enqueue_job(store, KIND, key, person="ana", now=now)


def test_one_job_of_a_kind_and_key_waits_at_most_once(store, now):
    first = queue(store, now)
    assert queue(store, now) == first
    claimed = claim_job(store, worker="w1", now=now, lease_s=60)
    assert (claimed.id, claimed.kind, claimed.attempts) == (first, KIND, 1)
    later = queue(store, now)
    assert later != first
    finish_job(store, claimed, now=now)
    assert claim_job(store, worker="w1", now=now, lease_s=60).id == later


def test_two_workers_never_share_a_job(store, now):
    numbers = [queue(store, now, key=f"key {number}") for number in range(12)]
    claimed, lock = [], threading.Lock()

    def work(worker):
        while (job := claim_job(store, worker=worker, now=now, lease_s=60)) is not None:
            with lock:
                claimed.append(job.id)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == numbers


def test_a_silent_worker_loses_its_job(store, now):
    queue(store, now)
    lost = claim_job(store, worker="w1", now=now, lease_s=60)
    assert claim_job(store, worker="w2", now=now + timedelta(seconds=59), lease_s=60) is None
    taken = claim_job(store, worker="w2", now=now + timedelta(seconds=61), lease_s=60)
    assert (taken.id, taken.attempts) == (lost.id, 2)
    for change in (lambda: finish_job(store, lost, now=now), lambda: heartbeat(store, lost, now=now, lease_s=60)):
        with pytest.raises(ConflictError, match="taken over"):
            change()
    finish_job(store, taken, now=now)
    with read(store) as session:
        assert count_open_jobs(session) == 0


def test_a_heartbeat_keeps_the_lease(store, now):
    queue(store, now)
    job = claim_job(store, worker="w1", now=now, lease_s=60)
    heartbeat(store, job, now=now + timedelta(seconds=50), lease_s=60, progress="3 of 24")
    assert claim_job(store, worker="w2", now=now + timedelta(seconds=100), lease_s=60) is None
    with read(store) as session:
        assert list_jobs(session)[0].progress == "3 of 24"


def test_a_failed_job_is_tried_again_later_and_given_up_in_the_end(store, now):
    queue(store, now)
    moment = now
    for attempt in range(1, MAX_ATTEMPTS + 1):
        job = claim_job(store, worker="w1", now=moment, lease_s=60)
        assert job.attempts == attempt
        fail_job(store, job, error="ValueError: no", now=moment)
        assert claim_job(store, worker="w1", now=moment, lease_s=60) is None
        moment += timedelta(seconds=10 * 2 ** (attempt - 1) + 1)
    assert claim_job(store, worker="w1", now=moment + timedelta(days=1), lease_s=60) is None
    with read(store) as session:
        (job,) = list_jobs(session)
    assert (job.state, job.error) == ("failed", "ValueError: no")


def test_the_only_worker_takes_up_what_a_killed_one_held(store, now):
    queue(store, now)
    lost = claim_job(store, worker="w1", now=now, lease_s=60)
    assert claim_job(store, worker="w1", now=now, lease_s=60) is None
    assert requeue_interrupted(store, now=now) == 1
    assert requeue_interrupted(store, now=now) == 0
    taken = claim_job(store, worker="w1", now=now, lease_s=60)
    assert (taken.id, taken.attempts) == (lost.id, 2)


def test_an_interrupted_job_gives_way_to_one_that_waits(store, now):
    queue(store, now)
    claim_job(store, worker="w1", now=now, lease_s=60)
    waiting = queue(store, now)
    assert requeue_interrupted(store, now=now) == 1
    taken = claim_job(store, worker="w2", now=now, lease_s=60)
    assert taken.id == waiting
    finish_job(store, taken, now=now)
    with read(store) as session:
        assert count_open_jobs(session) == 0


def test_a_job_whose_workers_fall_silent_is_given_up_too(store, now):
    queue(store, now)
    moment = now
    for _ in range(MAX_ATTEMPTS):
        assert claim_job(store, worker="w1", now=moment, lease_s=60) is not None
        moment += timedelta(seconds=61)
    assert claim_job(store, worker="w1", now=moment, lease_s=60) is None
    with read(store) as session:
        (job,) = list_jobs(session)
    assert (job.state, job.attempts) == ("failed", MAX_ATTEMPTS)
    assert "fell silent" in job.error
    assert queue(store, moment) != job.id

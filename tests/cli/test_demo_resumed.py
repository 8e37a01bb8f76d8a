"""A demo that was killed while it measured starts again where it was, and measures what it had begun."""

from datetime import UTC, datetime, timedelta

from dashboard.demo import _publish
from models.actions.jobs import JobKind, claim_job, enqueue_job
from models.queries.jobs import count_open_jobs
from models.queries.knowledge import known_seq
from models.store.sequence import LoadKind, take_load_seq
from models.store.unit_of_work import read, write

MOMENT = datetime(2026, 8, 8, 16, tzinfo=UTC)


def test_a_killed_measurement_is_taken_up_at_the_same_moment(sqlite_only_store):
    enqueue_job(sqlite_only_store, JobKind.ESTIMATE_PORTFOLIO, "portfolio", person="ana", now=MOMENT)
    assert claim_job(sqlite_only_store, worker="killed", now=MOMENT, lease_s=120) is not None
    said = []
    _publish(sqlite_only_store, MOMENT, said.append)
    with read(sqlite_only_store) as session:
        assert count_open_jobs(session) == 0
    assert any("Nothing to value yet" in sentence for sentence in said)


def test_a_measurement_that_lies_behind_is_not_made_again(sqlite_only_store):
    with write(sqlite_only_store, person="ana", now=MOMENT) as uow:
        take_load_seq(uow, LoadKind.EXTRACT)
    enqueue_job(sqlite_only_store, JobKind.ESTIMATE_PORTFOLIO, "portfolio", person="ana", now=MOMENT)
    said = []
    _publish(sqlite_only_store, MOMENT - timedelta(days=30), said.append)
    assert said == []
    with read(sqlite_only_store) as session:
        assert (count_open_jobs(session), known_seq(session)) == (1, 1)

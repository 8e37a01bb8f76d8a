"""Faults: killed, locked, cut off, out of room, all at once.

What is seen afterwards is the state before or the state after.
"""

import os
import random
import signal
import sqlite3
import threading
import time
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text

from models.actions import extracts
from models.actions.extracts import CheckedPart, post_extract, preview, receive_extract, record_check
from models.actions.people import person_of
from models.domain.errors import ConflictError, StoreBusyError, StoreFullError, StoreUnavailableError
from models.domain.extract import ExtractKind
from models.queries.knowledge import facts, known_seq
from models.store.engine import close_store, open_store
from models.store.migrations.run import check_store
from models.store.sequence import LoadKind, take_load_seq
from models.store.unit_of_work import read, write

KPI = ExtractKind.KPI_OBSERVATIONS


def observations(count, value):
    start_on = date(2026, 9, 28)
    row = {"kpi": "k", "start_on": start_on, "end_on": start_on + timedelta(days=7), "value": value}
    return [{**row, "unit": f"unit {number}"} for number in range(count)]


def prepare(store, part, uploader, now, content):
    """Receive and check a part; returns the number to post."""
    received = receive_extract(store, content=content, filename="f.csv", person=uploader, now=now)
    (delta,) = preview(store, [part])
    if not received.is_known:
        record_check(
            store, received.extract_id, [CheckedPart(part.kind, 1, "", delta.counts)], (), person=uploader, now=now
        )
    return received.extract_id


def state_of(store):
    """How many loads there are, and how many current rows say what."""
    with read(store) as session:
        seq = known_seq(session)
        return seq, facts(session, KPI, seq)["value"].value_counts().to_dict()


def run_in_child(store, folder, work, kill_after_s=None):
    """Do the work in a process of its own, to the end or until it is killed; returns the seconds it had."""
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(open_store(store.database_url, folder))
            status = 0
        finally:
            os._exit(status)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert kill_after_s is not None or status == 0
    wait_until_alone(store)
    return time.perf_counter() - started


def wait_until_alone(store):
    """Wait for PostgreSQL to notice that a client is gone: what it had sent may still be finished."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    store.engine.dispose()
    with store.engine.connect() as connection:
        while not store.is_sqlite and connection.scalar(others):
            connection.rollback()
            time.sleep(0.02)


def kill_while_posting(store, folder, person, make_part, now, times):
    """Kill postings at moments spread over the time that a whole one takes; returns how many were through."""
    rows, whole_s, posted_count = 400, None, 0
    moments = random.Random(20261005)  # noqa: S311 - moments, not secrets
    for attempt in range(times + 1):
        value = str(attempt)
        part = make_part(KPI, observations(rows, value))
        extract_id = prepare(store, part, person("ana"), now, value.encode())
        before, after_posting = state_of(store), (attempt + 1, {value: rows})

        def post(child_store, extract_id=extract_id, part=part):
            post_extract(child_store, extract_id, [part], person=person("cora"), now=now)

        had_s = run_in_child(store, folder, post, None if whole_s is None else moments.uniform(0, 1.2) * whole_s)
        whole_s = whole_s or had_s
        after = state_of(store)
        assert after in (before, after_posting)
        assert check_store(store) == []
        posted_count += after == after_posting
        if after == before:
            post(store)
            assert state_of(store) == after_posting
    return posted_count


def test_a_kill_while_posting_leaves_before_or_after(store, tmp_path, person, make_part, now):
    assert kill_while_posting(store, tmp_path, person, make_part, now, times=8) <= 8


@pytest.mark.slow
def test_two_hundred_kills_while_posting_leave_before_or_after(store, tmp_path, person, make_part, now):
    kill_while_posting(store, tmp_path, person, make_part, now, times=200)


def run_together(*works):
    """Run works at the same moment; returns what each gave or raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(number, work):
        barrier.wait()
        try:
            results[number] = work()
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_file_from_eight_clients_is_one_load(store, person, make_part, now):
    ana, cora = person("ana"), person("cora")
    part = make_part(KPI, observations(50, "1"))
    received = run_together(
        *[lambda: receive_extract(store, content=b"same", filename="f.csv", person=ana, now=now) for _ in range(8)]
    )
    assert len({result.extract_id for result in received}) == 1
    assert sum(not result.is_known for result in received) == 1
    extract_id = received[0].extract_id
    (delta,) = preview(store, [part])
    record_check(store, extract_id, [CheckedPart(KPI, 1, "", delta.counts)], (), person=ana, now=now)
    posted = run_together(*[lambda: post_extract(store, extract_id, [part], person=cora, now=now) for _ in range(8)])
    assert sum(isinstance(result, ConflictError) for result in posted) == 7
    assert state_of(store) == (1, {"1": 50})
    assert check_store(store) == []


def test_two_files_that_restate_one_key_at_once_are_both_in_history(store, person, make_part, now, post):
    post(KPI, observations(1, "0"))
    ana, cora, carl = person("ana"), person("cora"), person("carl")
    parts = {value: make_part(KPI, observations(1, value)) for value in ("1", "2")}
    numbers = {value: prepare(store, part, ana, now, value.encode()) for value, part in parts.items()}
    results = run_together(
        lambda: post_extract(store, numbers["1"], [parts["1"]], person=cora, now=now),
        lambda: post_extract(store, numbers["2"], [parts["2"]], person=carl, now=now),
    )
    assert sorted(result.load_seq for result in results) == [2, 3]
    said = {result.load_seq: value for value, result in zip(("1", "2"), results, strict=True)}
    with read(store) as session:
        assert [facts(session, KPI, seq)["value"].tolist() for seq in (1, 2, 3)] == [["0"], [said[2]], [said[3]]]
    assert check_store(store) == []


def test_a_busy_store_changes_nothing_and_can_be_tried_again(store, tmp_path, person, make_part, now):
    impatient = open_store(store.database_url, tmp_path, wait_s=0.2)
    part = make_part(KPI, observations(3, "1"))
    extract_id = prepare(store, part, person("ana"), now, b"1")
    with write(store, person="ben", now=now) as uow:
        take_load_seq(uow, LoadKind.PUBLICATION)
        with pytest.raises(StoreBusyError):
            post_extract(impatient, extract_id, [part], person=person("cora"), now=now)
    assert post_extract(impatient, extract_id, [part], person=person("cora"), now=now).load_seq == 2
    close_store(impatient)


def test_a_clock_set_back_keeps_the_order(store, post, now):
    first = post(KPI, observations(1, "1"), now=now)
    second = post(KPI, observations(1, "2"), now=now - timedelta(days=3))
    third = post(KPI, observations(1, "3"), now=now + timedelta(days=1))
    assert [posted.load_seq for posted in (first, second, third)] == [1, 2, 3]
    assert [posted.posted_at for posted in (first, second, third)] == [now, now, now + timedelta(days=1)]
    with read(store) as session:
        assert known_seq(session, now.date() - timedelta(days=1)) == 0
        assert known_seq(session, now.date()) == 2
    assert check_store(store) == []


def test_a_database_that_goes_away_while_posting_changes_nothing(postgresql_only_store, make_part, now, monkeypatch):
    store = postgresql_only_store
    with read(store) as session:
        ana, cora = person_of(session, "ana"), person_of(session, "cora")
    part = make_part(KPI, observations(5, "1"))
    extract_id = prepare(store, part, ana, now, b"1")
    whole = extracts.take_load_seq

    def cut(uow, kind):
        pid = uow.session.scalar(text("SELECT pg_backend_pid()"))
        with store.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        return whole(uow, kind)

    monkeypatch.setattr(extracts, "take_load_seq", cut)
    with pytest.raises(StoreUnavailableError, match="nothing was changed"):
        post_extract(store, extract_id, [part], person=cora, now=now)
    monkeypatch.undo()
    assert state_of(store) == (0, {})
    assert post_extract(store, extract_id, [part], person=cora, now=now).load_seq == 1
    assert check_store(store) == []


def test_a_full_disk_changes_nothing_and_old_data_stay_readable(sqlite_only_store, tmp_path, make_part, now):
    with read(sqlite_only_store) as session:
        ana, cora = person_of(session, "ana"), person_of(session, "cora")
    part = make_part(KPI, observations(20_000, "1"))
    extract_id = prepare(sqlite_only_store, part, ana, now, b"large")
    full = open_store(sqlite_only_store.database_url, tmp_path)
    event.listen(full.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 150"))
    with pytest.raises(StoreFullError, match="nothing was changed"):
        post_extract(full, extract_id, [part], person=cora, now=now)
    assert state_of(full) == (0, {})
    close_store(full)
    assert post_extract(sqlite_only_store, extract_id, [part], person=cora, now=now).counts[0].new == 20_000


def test_a_backup_during_a_load_restores_to_a_committed_state(sqlite_only_store, tmp_path, now):
    with write(sqlite_only_store, person="ana", now=now) as uow:
        take_load_seq(uow, LoadKind.EXTRACT)
        source, target = sqlite3.connect(tmp_path / "tieout.db"), sqlite3.connect(tmp_path / "backup.db")
        source.backup(target)
        source.close()
        target.close()
    restored = open_store(f"sqlite:///{tmp_path}/backup.db", tmp_path)
    assert state_of(restored) == (0, {})
    assert check_store(restored) == []
    close_store(restored)
    assert state_of(sqlite_only_store)[0] == 1

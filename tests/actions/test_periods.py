"""Closing and locking periods: in order, on a valuation of everything posted, reopened by two, all or nothing."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import date, timedelta

import pytest

from ingest.pipeline import ingest_extract
from models.actions import periods
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.periods import (
    lock_period,
    open_period,
    refuse_reopen,
    reopen_period,
    request_reopen,
    soft_close_period,
)
from models.actions.valuations import value_portfolio
from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotPermittedError
from models.domain.extract import ExtractKind, Severity
from models.domain.period_state import PeriodAction, PeriodState
from models.queries.knowledge import known_seq
from models.queries.periods import check_lock, check_locks, list_periods
from models.queries.strip import load_header_strip
from models.store.repositories.periods import period_book, period_events
from models.store.tables import AuditEventRow, LoadRow, PublicationRow
from models.store.unit_of_work import UnitOfWork, read
from tests.conftest import NOW, part_of, post_parts, postgresql_store, sqlite_store
from tests.value.company import AS_OF, company_rows

LATER = NOW + timedelta(days=1)
LAST = "FY26-P09"
MARCH = date(2026, 3, 1)


def person(store, key):
    with read(store) as session:
        return person_of(session, key, NOW.date())


def send(store, rows, now=NOW, approver="cora"):
    parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
    return post_parts(store, parts, person(store, "ana"), person(store, approver) if approver else None, now)


@pytest.fixture(scope="module")
def valued_template(sqlite_template, tmp_path_factory):
    folder = tmp_path_factory.mktemp("valued")
    with sqlite_store(sqlite_template, folder) as opened:
        send(opened, company_rows())
        estimate_all(opened, now=NOW)
        value_portfolio(opened, now=NOW)
        with opened.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    return folder / "tieout.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def valued(request, valued_template, tmp_path):
    """The small company, valued as of September 2026."""
    if request.param == "sqlite":
        with sqlite_store(valued_template, tmp_path) as opened:
            yield opened
    else:
        with postgresql_store(request.getfixturevalue("postgres"), tmp_path) as opened:
            send(opened, company_rows())
            estimate_all(opened, now=NOW)
            value_portfolio(opened, now=NOW)
            yield opened


@pytest.fixture
def company(valued_template, tmp_path):
    with sqlite_store(valued_template, tmp_path) as opened:
        yield opened


def state_of(store, start_on=MARCH):
    with read(store) as session:
        return period_book(session).standing_of(start_on).state


def test_a_period_goes_its_whole_way(valued):
    cora, carl, ana = (person(valued, key) for key in ("cora", "carl", "ana"))
    soft_close_period(valued, "FY26-P03", by=ana, now=NOW)
    assert state_of(valued) is PeriodState.SOFT_CLOSED
    open_period(valued, "FY26-P03", by=ana, now=NOW, reason="a late file")
    assert state_of(valued) is PeriodState.OPEN
    lock_period(valued, "FY26-P03", by=cora, now=NOW, is_through=True)
    assert state_of(valued) is PeriodState.LOCKED
    request_reopen(valued, "FY26-P03", by=cora, now=NOW, reason="wrong allocation")
    with pytest.raises(NotApprovableError):
        reopen_period(valued, "FY26-P03", by=cora, now=NOW)
    refuse_reopen(valued, "FY26-P03", by=carl, now=NOW, reason="immaterial")
    assert state_of(valued) is PeriodState.LOCKED
    request_reopen(valued, "FY26-P03", by=ana, now=NOW, reason="it is material")
    reopen_period(valued, "FY26-P03", by=carl, now=NOW)
    assert state_of(valued) is PeriodState.REOPENED


def test_each_step_takes_a_number_and_an_audit_event(valued):
    events = lock_period(valued, "FY26-P02", by=person(valued, "cora"), now=NOW, is_through=True)
    with read(valued) as session:
        kinds = {row.load_seq: row.kind for row in session.query(LoadRow)}
        audited = session.query(AuditEventRow).filter(AuditEventRow.action == "lock_period").count()
        assert [event.load_seq for event in period_events(session)] == [event.load_seq for event in events]
    assert {kinds[event.load_seq] for event in events} == {"decision"}
    assert audited == len(events) > 1


def test_roles_decide_who_takes_a_step(company):
    ana, eve = person(company, "ana"), person(company, "eve")
    with pytest.raises(NotPermittedError):
        lock_period(company, LAST, by=ana, now=NOW, is_through=True)
    with pytest.raises(NotPermittedError):
        soft_close_period(company, LAST, by=eve, now=NOW)
    lock_period(company, LAST, by=person(company, "cora"), now=NOW, is_through=True)
    request_reopen(company, LAST, by=ana, now=NOW, reason="why")
    with pytest.raises(NotPermittedError):
        reopen_period(company, LAST, by=person(company, "ben"), now=NOW)


def test_a_reason_is_asked_for(company):
    cora = person(company, "cora")
    soft_close_period(company, "FY26-P03", by=cora, now=NOW)
    with pytest.raises(InvalidInputError):
        open_period(company, "FY26-P03", by=cora, now=NOW, reason=" ")
    lock_period(company, LAST, by=cora, now=NOW, is_through=True)
    with pytest.raises(InvalidInputError):
        request_reopen(company, LAST, by=cora, now=NOW, reason="")


def test_periods_are_locked_in_order_and_the_open_one_is_named(company):
    cora = person(company, "cora")
    with pytest.raises(ConflictError, match="before FY26-P03 lock FY25-P03 to FY26-P02"):
        lock_period(company, "FY26-P03", by=cora, now=NOW)
    lock_period(company, "FY26-P01", by=cora, now=NOW, is_through=True)
    with pytest.raises(ConflictError, match="before FY26-P03 lock FY26-P02"):
        lock_period(company, "FY26-P03", by=cora, now=NOW)
    lock_period(company, "FY26-P02", by=cora, now=NOW)
    with pytest.raises(ConflictError, match="locked"):
        lock_period(company, "FY26-P02", by=cora, now=NOW)


def test_periods_are_reopened_from_the_last_one_back(company):
    cora = person(company, "cora")
    lock_period(company, "FY26-P03", by=cora, now=NOW, is_through=True)
    with pytest.raises(ConflictError, match="before FY26-P02 reopen FY26-P03"):
        request_reopen(company, "FY26-P02", by=cora, now=NOW, reason="why")


def test_nothing_is_locked_behind_a_wish_to_reopen(company):
    cora, carl = person(company, "cora"), person(company, "carl")
    lock_period(company, "FY26-P03", by=cora, now=NOW, is_through=True)
    request_reopen(company, "FY26-P03", by=cora, now=NOW, reason="wrong allocation")
    with pytest.raises(ConflictError, match="asks to reopen FY26-P03"):
        lock_period(company, "FY26-P04", by=carl, now=NOW)
    refuse_reopen(company, "FY26-P03", by=carl, now=NOW, reason="immaterial")
    lock_period(company, "FY26-P04", by=carl, now=NOW)


def test_a_reason_has_an_end(company):
    with pytest.raises(InvalidInputError, match="2,001 characters"):
        soft_close_period(company, "FY26-P03", by=person(company, "cora"), now=NOW, reason="x" * 2_001)


def test_a_period_that_is_not_valued_to_its_end_is_not_locked(company):
    cora = person(company, "cora")
    with pytest.raises(ConflictError, match="FY26-P10 is not valued to its end"):
        lock_period(company, "FY26-P10", by=cora, now=NOW, is_through=True)
    with pytest.raises(ConflictError, match="not over"):
        soft_close_period(company, "FY26-P10", by=cora, now=NOW)


def test_what_is_posted_is_valued_before_it_is_locked(company):
    send(company, {ExtractKind.BUSINESS_UNITS: [{"business_unit": "new", "name": "New"}]})
    with pytest.raises(ConflictError, match="not everything that is posted is valued"):
        lock_period(company, LAST, by=person(company, "cora"), now=NOW, is_through=True)
    value_portfolio(company, now=NOW)
    lock_period(company, LAST, by=person(company, "cora"), now=NOW, is_through=True)


def expected(kind, start_on, end_on):
    row = {"extract_kind": kind, "entity": "", "start_on": start_on, "end_on": end_on, "due_on": end_on, "owner": None}
    return {ExtractKind.EXPECTED_EXTRACTS: [row]}


def test_a_missing_file_needs_a_reason(company):
    send(company, expected("invoices", date(2026, 9, 1), date(2026, 10, 1)))
    value_portfolio(company, now=NOW)
    cora = person(company, "cora")
    with pytest.raises(ConflictError, match="invoices not approved"):
        lock_period(company, LAST, by=cora, now=NOW, is_through=True)
    assert state_of(company) is PeriodState.OPEN
    lock_period(company, LAST, by=cora, now=NOW, is_through=True, reason="the supplier is insolvent")
    assert state_of(company) is PeriodState.LOCKED


def test_a_provisional_policy_locks_nothing(sqlite_only_store):
    rows = company_rows()
    del rows[ExtractKind.POLICIES]
    send(sqlite_only_store, rows)
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW)
    with pytest.raises(ConflictError, match="policy is provisional"):
        lock_period(sqlite_only_store, LAST, by=person(sqlite_only_store, "cora"), now=NOW, is_through=True)


def test_of_two_who_lock_at_once_one_is_told(valued):
    lock_period(valued, "FY26-P08", by=person(valued, "cora"), now=NOW, is_through=True)
    people = [person(valued, "cora"), person(valued, "carl")]
    outcomes = []
    gate = threading.Barrier(2)

    def lock(by):
        gate.wait()
        try:
            outcomes.append(lock_period(valued, LAST, by=by, now=NOW))
        except ConflictError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=lock, args=(by,)) for by in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(outcome, ConflictError) for outcome in outcomes) == [False, True]
    with read(valued) as session:
        locks = [event for event in period_events(session) if event.start_on == date(2026, 9, 1)]
    assert [event.action for event in locks] == [PeriodAction.LOCK]


def test_a_crash_in_the_middle_leaves_nothing(valued, monkeypatch):
    def crash(*_args, **_kwargs):
        raise RuntimeError("the power went")

    cora = person(valued, "cora")
    with read(valued) as session:
        before = known_seq(session)
    monkeypatch.setattr(UnitOfWork, "audit", crash)
    with pytest.raises(RuntimeError):
        lock_period(valued, LAST, by=cora, now=NOW, is_through=True)
    monkeypatch.undo()
    with read(valued) as session:
        assert period_events(session) == ()
        assert known_seq(session) == before
    lock_period(valued, LAST, by=person(valued, "cora"), now=NOW, is_through=True)


def test_a_lock_between_computing_and_publishing_is_respected(company, monkeypatch):
    from models.actions import valuations

    send(company, {ExtractKind.BUSINESS_UNITS: [{"business_unit": "new", "name": "New"}]})
    compute, calls = valuations.value_everything, []

    def overtaken(*args):
        worth = compute(*args)
        calls.append(args[0].locked)
        if len(calls) == 1:
            monkeypatch.setattr(periods, "last_input_seq_of_facts", lambda _session: 0)
            lock_period(company, "FY26-P03", by=person(company, "cora"), now=NOW, is_through=True)
        return worth

    monkeypatch.setattr(valuations, "value_everything", overtaken)
    outcome = value_portfolio(company, now=LATER)
    assert outcome.is_new
    assert [locked is None for locked in calls] == [True, False]


def test_a_locked_report_keeps_its_hash_whatever_comes_later(company, monkeypatch):
    from models.actions import estimates, valuations

    events = lock_period(company, "FY26-P06", by=person(company, "cora"), now=NOW, is_through=True)
    rows = company_rows()
    policy = {**rows[ExtractKind.POLICIES][0], "version": 2, "interval_level": "0.8", "interval_level_float": 0.8}
    kpis = [
        {**row, "value": str(float(row["value"]) + 3.0), "value_float": float(row["value"]) + 3.0}
        for row in rows[ExtractKind.KPI_OBSERVATIONS]
        if row["start_on"] >= MARCH and row["unit"] == "S0"
    ]
    send(company, {ExtractKind.POLICIES: [policy], ExtractKind.KPI_OBSERVATIONS: kpis}, LATER)
    for module in (estimates, valuations):
        monkeypatch.setattr(module, "ENGINE_VERSION", module.ENGINE_VERSION + 1)
    estimate_all(company, now=LATER)
    outcome = value_portfolio(company, now=LATER)
    assert outcome.is_new
    with read(company) as session:
        checked = check_lock(session, person(company, "audra"), "FY26-P06")
        assert check_locks(session) == []
        later = session.query(PublicationRow).order_by(PublicationRow.load_seq.desc()).first()
        assert later.policy_version == 2
    assert checked.holds
    assert checked.found_hash == events[-1].content_hash
    assert checked.publication_seq < outcome.load_seq


def test_a_publication_that_was_tampered_with_is_named(company):
    lock_period(company, "FY26-P06", by=person(company, "cora"), now=NOW, is_through=True)
    connection = sqlite3.connect(company.database_url.removeprefix("sqlite:///"))
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    (document,) = connection.execute("SELECT document FROM publications").fetchone()
    changed = json.loads(document)
    changed["valuation"]["figures"]["tied_out"]["point_minor"] += 1
    connection.execute("UPDATE publications SET document = ?", (json.dumps(changed),))
    connection.commit()
    connection.close()
    with read(company) as session:
        problems = check_locks(session)
        assert not check_lock(session, person(company, "audra"), "FY26-P06").holds
    assert any(problem.startswith("FY26-P06: publication") for problem in problems)


def test_the_strip_and_the_list_say_the_state_as_known(company):
    cora = person(company, "cora")
    lock_period(company, LAST, by=cora, now=LATER, is_through=True)
    with read(company) as session:
        assert load_header_strip(session, cora, known_on=None).period_state == "locked"
        assert load_header_strip(session, cora, known_on=NOW.date()).period_state == "open"
        view = list_periods(session, cora, known_on=None)
        assert view.lines[0].label == LAST
        assert view.lines[0].end_on - timedelta(days=1) == AS_OF
        assert view.lines[0].actions == {PeriodAction.REQUEST_REOPEN}
        with pytest.raises(NotPermittedError):
            list_periods(session, person(company, "olaf"), known_on=None)


def ingest_cost(store, start, amount="10.00"):
    text = (
        "initiative,category,source_reference,period,nature,recurrence,treatment,status,entity,amount,currency\n"
        f"AP,vendor,LATE-{start},{start},run,one_off,opex,actual,DE,{amount},EUR\n"
    )
    outcome = ingest_extract(
        store,
        text.encode(),
        filename="late.csv",
        person=person(store, "ana"),
        now=LATER,
        kind=ExtractKind.COSTS,
        is_dry_run=True,
    )
    return {finding.code: finding for finding in outcome.findings}


def test_rows_of_a_closed_period_are_asked_about(company):
    cora = person(company, "cora")
    lock_period(company, "FY26-P06", by=cora, now=NOW, is_through=True)
    soft_close_period(company, "FY26-P07", by=cora, now=NOW)
    locked, asked, free = (ingest_cost(company, month) for month in ("2026-03", "2026-07", "2026-08"))
    assert locked["CLOSE-002"].severity is Severity.NOTE
    assert "FY26-P03" in locked["CLOSE-002"].found
    assert asked["CLOSE-001"].severity is Severity.WARNING
    assert "FY26-P07" in asked["CLOSE-001"].found
    assert not {"CLOSE-001", "CLOSE-002"} & set(free)

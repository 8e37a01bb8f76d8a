from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError

from models.domain.errors import InvalidInputError, StoreBusyError, StoreUnavailableError
from models.store.engine import close_store, open_store
from models.store.tables import LoadRow, OrganisationRow
from models.store.unit_of_work import read, scratch, write


def rename(store, name, now):
    with write(store, person="ana", now=now) as uow:
        uow.session.get(OrganisationRow, 1).name = name


def organisation_name(store):
    with read(store) as session:
        return session.get(OrganisationRow, 1).name


def test_an_error_rolls_everything_back(store, now):
    def rename_and_fail():
        with write(store, person="ana", now=now) as uow:
            uow.session.get(OrganisationRow, 1).name = "Other"
            uow.audit("rename", "organisation", "Other", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rename_and_fail()
    assert organisation_name(store) == "Example AG"


def test_a_reader_cannot_write(store):
    with pytest.raises(DBAPIError, match=r"(?i)read-?only"), read(store) as session:
        session.execute(text("UPDATE organisation SET name = 'Other'"))
    assert organisation_name(store) == "Example AG"


def test_a_reader_sees_one_state_throughout(store, now):
    with read(store) as session:
        before = session.scalar(text("SELECT name FROM organisation"))
        rename(store, "Renamed AG", now)
        assert session.scalar(text("SELECT name FROM organisation")) == before
    assert organisation_name(store) == "Renamed AG"


def test_scratch_keeps_nothing(store):
    with scratch(store) as session:
        session.execute(text("CREATE TEMPORARY TABLE scribble (x INTEGER)"))
        session.execute(text("INSERT INTO scribble VALUES (1)"))
    with scratch(store) as session:
        session.execute(text("CREATE TEMPORARY TABLE scribble (x INTEGER)"))
        assert session.scalar(text("SELECT count(*) FROM scribble")) == 0


def test_sqlite_is_durable_and_checks_references(sqlite_only_store):
    with sqlite_only_store.engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_a_locked_sqlite_database_says_so_and_changes_nothing(sqlite_only_store, now, tmp_path):
    impatient = open_store(sqlite_only_store.database_url, tmp_path, wait_s=0.1)
    with (
        write(sqlite_only_store, person="ana", now=now) as uow,
        pytest.raises(StoreBusyError, match="nothing was changed"),
        write(impatient, person="ben", now=now),
    ):
        uow.session.get(OrganisationRow, 1).name = "Never"
    close_store(impatient)
    assert organisation_name(sqlite_only_store) == "Example AG"


def test_a_reader_is_never_kept_waiting_by_a_writer(store, now):
    with write(store, person="ana", now=now) as uow:
        uow.session.get(OrganisationRow, 1).name = "Renamed AG"
        uow.session.flush()
        assert organisation_name(store) == "Example AG"


def test_a_database_that_is_not_there_says_so(tmp_path, now):
    store = open_store("postgresql://nobody@127.0.0.1:1/nowhere", tmp_path)
    with pytest.raises(StoreUnavailableError, match="cannot be reached"), write(store, person="ana", now=now) as uow:
        uow.session.get(OrganisationRow, 1)


@pytest.mark.parametrize("url", ["sqlite://", "mysql://localhost/tieout"])
def test_other_databases_are_refused(tmp_path, url):
    with pytest.raises(InvalidInputError):
        open_store(url, tmp_path)


def test_times_keep_their_moment(store, now):
    there = now.astimezone(timezone(timedelta(hours=9)))
    with write(store, person="ana", now=now) as uow:
        uow.session.add(LoadRow(load_seq=1, kind="extract", posted_at=there, recorded_at=now, person="ana"))
    with read(store) as session:
        assert session.get(LoadRow, 1).posted_at == now
        assert session.get(LoadRow, 1).posted_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store, now):
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"), write(store, person="ana", now=now) as uow:
        uow.session.add(LoadRow(load_seq=1, kind="extract", posted_at=naive, recorded_at=now, person="ana"))


def test_the_public_url_hides_the_password(tmp_path):
    store = open_store("postgresql://tieout:secret@db.example/tieout", tmp_path)
    assert store.public_url == "postgresql://tieout:***@db.example/tieout"

"""A database without its tables, or closed to us, is said in words, not as an error of the driver."""

import errno
import sqlite3
import tempfile

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.domain.errors import StoreUnavailableError
from models.store.engine import errors_translated
from models.store.migrations.run import downgrade_store
from models.store.unit_of_work import read


def test_a_database_without_tables_says_what_to_run(store):
    downgrade_store(store, "base")
    with pytest.raises(StoreUnavailableError, match="tieout init"), read(store) as session:
        session.execute(text("SELECT load_seq FROM loads"))


def test_a_database_of_another_version_says_what_to_run(store):
    with pytest.raises(StoreUnavailableError, match="tieout db upgrade"), read(store) as session:
        session.execute(text("SELECT a_column_of_tomorrow FROM loads"))


def test_a_reader_that_writes_is_an_error_of_ours_and_not_a_closed_folder(sqlite_only_store):
    with pytest.raises(DBAPIError), read(sqlite_only_store) as session:
        session.execute(text("UPDATE organisation SET name = 'Other'"))


def test_a_database_that_may_not_be_written_says_so():
    cause = sqlite3.OperationalError("attempt to write a readonly database")
    for statement in (None, "BEGIN IMMEDIATE"):
        with pytest.raises(StoreUnavailableError, match="read-only"), errors_translated():
            raise OperationalError(statement, None, cause)


def test_a_content_folder_that_may_not_be_written_says_so(sqlite_only_store, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(StoreUnavailableError, match="not kept"):
        sqlite_only_store.content.put(b"bytes")

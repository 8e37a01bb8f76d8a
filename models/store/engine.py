"""Opening the store: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from models.domain.errors import InvalidInputError, StoreBusyError, StoreFullError, StoreUnavailableError, TieoutError
from models.store.content import ContentStore

_WAIT_S = 15
# https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available, deadlock, serialization; disk
# full; connection classes.
_BUSY_STATES = frozenset({"55P03", "40P01", "40001"})
_FULL_STATES = frozenset({"53100"})
_GONE_CLASSES = ("08", "57P")
# undefined_table, undefined_column: the schema is missing or of another version.
_SCHEMA_STATES = frozenset({"42P01", "42703"})


@dataclass(frozen=True, slots=True)
class Store:
    """An open store: rows behind `engine`, bytes in `content`."""

    engine: Engine
    sessions: sessionmaker[Session]
    content: ContentStore
    database_url: str

    @property
    def is_sqlite(self) -> bool:
        """Whether the rows are in a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @property
    def public_url(self) -> str:
        """The database URL without its password."""
        return make_url(self.database_url).render_as_string(hide_password=True)


def open_store(database_url: str, data_dir: Path, *, wait_s: float = _WAIT_S) -> Store:
    """Open the store; creates no tables (`upgrade_store` does).

    Parameters
    ----------
    database_url
        `sqlite:///path/to/file` or `postgresql://...` (psycopg 3).
    data_dir
        Folder that holds the content store; created when something is first kept.
    wait_s
        Seconds to wait for another writer before `StoreBusyError`.

    Raises
    ------
    InvalidInputError
        If the URL cannot be read, or names a database on which the store does not run.
    StoreUnavailableError
        If the folder of a SQLite file cannot be made.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise InvalidInputError("the database URL cannot be read; write sqlite:///PATH or postgresql://...") from error
    if url.get_backend_name() == "sqlite":
        engine = _open_sqlite(database_url, wait_s)
    elif url.get_backend_name() == "postgresql":
        engine = _open_postgresql(database_url, wait_s)
    else:
        raise InvalidInputError(f"the store runs on sqlite and postgresql, not on {url.get_backend_name()}")
    return Store(engine, sessionmaker(engine, expire_on_commit=False), ContentStore(data_dir / "content"), database_url)


def close_store(store: Store) -> None:
    """Close all connections."""
    store.engine.dispose()


def _open_sqlite(database_url: str, wait_s: float) -> Engine:
    database = make_url(database_url).database
    if not database or database == ":memory:":
        raise InvalidInputError("the SQLite store is a file; several connections share it")
    try:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailableError(f"the folder of {database} cannot be made: {error.strerror}") from error
    engine = create_engine(database_url, connect_args={"timeout": wait_s})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes late and deferred; ours is explicit.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("tieout_mode", "read")
    connection.exec_driver_sql(f"PRAGMA query_only = {int(mode == 'read')}")
    # A deferred BEGIN that later writes fails at once when another writer is busy, whatever the timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")


def _open_postgresql(database_url: str, wait_s: float) -> Engine:
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    options = f"-c lock_timeout={int(wait_s * 1000)} -c timezone=UTC"
    return create_engine(url, pool_pre_ping=True, connect_args={"options": options})


def bound_session(store: Store, mode: str) -> Session:
    """Return a session whose transaction is for `read` (one snapshot.

    No writing), `write`, or `scratch` (temporary tables only).
    """
    options: dict[str, Any] = {"tieout_mode": mode}
    if not store.is_sqlite and mode == "read":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return store.sessions(bind=store.engine.execution_options(**options))


def _translated(error: BaseException) -> TieoutError | None:
    """Return our word for a failure of the database or of the driver beneath it; None if it is none of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None) or ""
    text = str(cause).lower() if isinstance(cause, sqlite3.OperationalError) else ""
    if state in _BUSY_STATES or "is locked" in text:
        return StoreBusyError("somebody else is writing to the database; nothing was changed, try again")
    if state in _FULL_STATES or "disk is full" in text:
        return StoreFullError("the disk of the database is full; nothing was changed")
    if state in _SCHEMA_STATES or text.startswith(("no such table", "no such column")):
        return StoreUnavailableError(
            "the database lacks tables of this version; run tieout init, or tieout db upgrade if it is in use already"
        )
    if "readonly database" in text and _is_before_statements(error):
        return StoreUnavailableError("the database or its folder is read-only for this user; nothing was changed")
    is_lost = isinstance(error, DBAPIError) and error.connection_invalidated
    is_unreachable = isinstance(cause, psycopg.OperationalError) and not state
    if is_lost or is_unreachable or state.startswith(_GONE_CLASSES) or "unable to open database" in text:
        return StoreUnavailableError("the database cannot be reached; nothing was changed, try again")
    return None


def _is_before_statements(error: BaseException) -> bool:
    """Whether a connection or its write transaction could not begin; a reader that writes is an error of ours."""
    return isinstance(error, DBAPIError) and error.statement in {None, "BEGIN IMMEDIATE"}


@contextmanager
def errors_translated() -> Iterator[None]:
    """Say in our words when the database is busy, full or gone."""
    try:
        yield
    except (DBAPIError, sqlite3.OperationalError, psycopg.Error) as error:
        translated = _translated(error)
        if translated is None:
            raise
        raise translated from error

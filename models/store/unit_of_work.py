"""One transaction: the change and its audit event together, or neither."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.store.audit import append_event
from models.store.engine import Store, bound_session, errors_translated


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """A write transaction with who acts and when."""

    session: Session
    person: str
    now: datetime

    def audit(self, action: str, subject_kind: str, subject_key: str, detail: Mapping[str, object]) -> None:
        """Append to the audit chain what is being done; `detail` is JSON-safe."""
        append_event(
            self.session,
            person=self.person,
            now=self.now,
            action=action,
            subject_kind=subject_kind,
            subject_key=subject_key,
            detail=detail,
        )


@contextmanager
def write(store: Store, *, person: str, now: datetime) -> Iterator[UnitOfWork]:
    """Open a write transaction; it commits on exit and rolls back on any error.

    On SQLite the transaction waits at its beginning for other writers (BEGIN IMMEDIATE).

    Raises
    ------
    StoreBusyError
        If another writer does not finish in time; nothing was changed.
    StoreFullError, StoreUnavailableError
        If the disk is full or the database went away; nothing was changed.
    """
    with errors_translated(), bound_session(store, "write") as session, session.begin():
        if store.is_sqlite:
            session.connection()
        yield UnitOfWork(session, person, now)


@contextmanager
def read(store: Store) -> Iterator[Session]:
    """Open a session that sees one committed state and cannot write."""
    with errors_translated(), bound_session(store, "read") as session:
        yield session


@contextmanager
def scratch(store: Store) -> Iterator[Session]:
    """Open a session for temporary tables only; everything is rolled back."""
    with errors_translated(), bound_session(store, "scratch") as session:
        yield session
        session.rollback()

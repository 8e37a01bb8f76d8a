"""A write transaction whose rows are staged before it begins, so that the write lock is held only to merge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from models.store.engine import Store, errors_translated
from models.store.sequence import lock_posting
from models.store.staging import NormalisedPart, StagedPart, stage, unstage
from models.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Posting:
    """A unit of work that holds the posting lock, with the parts that are staged for it, in the order of `part_no`."""

    uow: UnitOfWork
    parts: tuple[StagedPart, ...]


@contextmanager
def write_staged(store: Store, parts: Sequence[NormalisedPart], *, person: str, now: datetime) -> Iterator[Posting]:
    """Stage parts, then open a write transaction that holds the posting lock; it commits on exit or rolls back.

    Raises
    ------
    InvalidInputError
        If a key comes twice in a part, or a column is not what the table needs.
    StoreBusyError, StoreFullError, StoreUnavailableError
        If another writer does not finish in time, the disk is full, or the database went away; nothing was changed.
    """
    ordered = sorted(parts, key=lambda part: part.part_no)
    with errors_translated(), store.engine.connect() as connection:
        try:
            staged = _stage_parts(connection, ordered)
            connection.execution_options(tieout_mode="write")
            with Session(connection, expire_on_commit=False) as session, session.begin():
                uow = UnitOfWork(session, person, now)
                lock_posting(uow)
                yield Posting(uow, staged)
                unstage(session, *(part.table for part in staged))
        except BaseException:
            # The temporary tables outlive a rollback; the connection goes, and they with it.
            connection.invalidate()
            raise


def _stage_parts(connection: Connection, parts: Sequence[NormalisedPart]) -> tuple[StagedPart, ...]:
    connection.execution_options(tieout_mode="scratch")
    with Session(connection) as session, session.begin():
        return tuple(stage(session, part) for part in parts)

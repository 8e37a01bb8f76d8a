"""Steps of fiscal periods: appended under a number of the sequence, never changed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.period_state import PeriodAction, PeriodBook, PeriodEvent, read_book
from models.store.sequence import LoadKind, take_load_seq
from models.store.tables import PeriodEventRow
from models.store.unit_of_work import UnitOfWork


def period_events(session: Session, seq: int | None = None) -> tuple[PeriodEvent, ...]:
    """Return every step known at `seq` (all if None), in the order in which they were taken."""
    query = select(PeriodEventRow).order_by(PeriodEventRow.load_seq)
    if seq is not None:
        query = query.where(PeriodEventRow.load_seq <= seq)
    return tuple(_event(row) for row in session.scalars(query))


def period_book(session: Session, seq: int | None = None) -> PeriodBook:
    """Return where every period stands as known at `seq` (now if None)."""
    return read_book(period_events(session, seq))


def add_period_event(
    uow: UnitOfWork,
    *,
    span: tuple[date, date],
    action: PeriodAction,
    reason: str,
    answers: int | None = None,
    publication_seq: int | None = None,
    content_hash: str | None = None,
) -> PeriodEvent:
    """Append a step, under the next number of the sequence."""
    stamp = take_load_seq(uow, LoadKind.DECISION)
    row = PeriodEventRow(
        load_seq=stamp.load_seq,
        start_on=span[0],
        end_on=span[1],
        action=action.value,
        person=uow.person,
        reason=reason,
        decided_at=uow.now,
        answers=answers,
        publication_seq=publication_seq,
        content_hash=content_hash,
    )
    uow.session.add(row)
    uow.session.flush()
    return _event(row)


def _event(row: PeriodEventRow) -> PeriodEvent:
    return PeriodEvent(
        number=row.id,
        load_seq=row.load_seq,
        start_on=row.start_on,
        end_on=row.end_on,
        action=PeriodAction(row.action),
        person=row.person,
        reason=row.reason,
        decided_at=row.decided_at,
        answers=row.answers,
        publication_seq=row.publication_seq,
        content_hash=row.content_hash,
    )

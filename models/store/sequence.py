"""The one sequence that orders everything: extracts posted, estimates, valuations and follow-ups published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from models.store.audit import POSTING_LOCK, take_advisory_lock
from models.store.tables.records import LoadRow
from models.store.unit_of_work import UnitOfWork


class LoadKind(StrEnum):
    """What a number of the sequence stands for."""

    EXTRACT = "extract"
    ESTIMATE = "estimate"
    PUBLICATION = "publication"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class LoadStamp:
    """A number of the sequence and its time, which never runs backwards."""

    load_seq: int
    posted_at: datetime


def lock_posting(uow: UnitOfWork) -> None:
    """Wait until nobody else posts; held to the end of the transaction.

    Take it before reading what a posting depends on.
    """
    take_advisory_lock(uow.session, POSTING_LOCK)


def take_load_seq(uow: UnitOfWork, kind: LoadKind) -> LoadStamp:
    """Take the next number, inside the write lock, so that numbers follow the order of commits.

    `posted_at` is the greater of now and the previous one: a clock set back changes no order.
    """
    lock_posting(uow)
    last = uow.session.scalars(select(LoadRow).order_by(LoadRow.load_seq.desc()).limit(1)).first()
    posted_at = max(uow.now, last.posted_at) if last else uow.now
    stamp = LoadStamp(last.load_seq + 1 if last else 1, posted_at)
    row = LoadRow(load_seq=stamp.load_seq, kind=kind.value, posted_at=posted_at, recorded_at=uow.now, person=uow.person)
    uow.session.add(row)
    uow.session.flush()
    return stamp

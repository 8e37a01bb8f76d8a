"""The audit log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.domain.people import Permission, Person, require
from models.queries.people import account_names
from models.store.tables import AuditEventRow
from models.store.verify import verify_chain


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who changed what, when."""

    event_no: int
    recorded_at: datetime
    person: str
    person_name: str
    action: str
    subject_kind: str
    subject_key: str
    detail: dict[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events; an empty field leaves all."""

    person: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_key: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None


def list_audit_events(
    session: Session,
    person: Person,
    wanted: AuditFilter | None = None,
    *,
    limit: int | None = 500,
    before_no: int | None = None,
) -> list[AuditEvent]:
    """Return audit events, newest first; all of them where `limit` is None.

    Raises
    ------
    NotPermittedError
        If the person may not see the audit log.
    """
    require(person, Permission.VIEW_AUDIT)
    query = _filtered(select(AuditEventRow), wanted or AuditFilter()).order_by(AuditEventRow.event_no.desc())
    if before_no is not None:
        query = query.where(AuditEventRow.event_no < before_no)
    names = account_names(session)
    rows: Iterable[AuditEventRow] = session.scalars(query if limit is None else query.limit(limit))
    return [_event(row, names) for row in rows]


def list_audit_words(session: Session, person: Person) -> tuple[list[str], list[str]]:
    """Return the actions and the people that the log holds, to filter by."""
    require(person, Permission.VIEW_AUDIT)
    actions = session.scalars(select(AuditEventRow.action).distinct().order_by(AuditEventRow.action))
    people = session.scalars(select(AuditEventRow.person).distinct().order_by(AuditEventRow.person))
    return list(actions), list(people)


def audit_chain_problems(session: Session, person: Person) -> list[str]:
    """Return a sentence for each event that does not follow from the one before; none for a sound log."""
    require(person, Permission.VIEW_AUDIT)
    return verify_chain(session)


def _filtered(query: Select[tuple[AuditEventRow]], wanted: AuditFilter) -> Select[tuple[AuditEventRow]]:
    row = AuditEventRow
    for column, text in (
        (row.person, wanted.person),
        (row.action, wanted.action),
        (row.subject_kind, wanted.subject_kind),
        (row.subject_key, wanted.subject_key),
    ):
        if text:
            query = query.where(column == text)
    if wanted.from_at is not None:
        query = query.where(row.recorded_at >= wanted.from_at)
    return query if wanted.to_at is None else query.where(row.recorded_at < wanted.to_at)


def _event(row: AuditEventRow, names: dict[str, str]) -> AuditEvent:
    detail: dict[str, object] = json.loads(row.detail)
    return AuditEvent(
        event_no=row.event_no,
        recorded_at=row.recorded_at,
        person=row.person,
        person_name=names.get(row.person, row.person),
        action=row.action,
        subject_kind=row.subject_kind,
        subject_key=row.subject_key,
        detail=detail,
        hash=row.hash,
    )

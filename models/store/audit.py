"""The audit chain: each event holds the hash of the one before, so that a changed or missing event shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.store.tables.records import AuditEventRow

#: The hash before the first event.
CHAIN_START = "0" * 64
#: PostgreSQL advisory locks, always taken in this order.
POSTING_LOCK, AUDIT_LOCK = 8_430_001, 8_430_002


def canonical_json(value: object) -> str:
    """Return JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def take_advisory_lock(session: Session, lock: int) -> None:
    """Wait for a lock that the end of the transaction releases; SQLite writers already wait for each other."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def lock_chain(session: Session) -> None:
    """Wait until nobody else appends to the chain; held to the end of the transaction."""
    take_advisory_lock(session, AUDIT_LOCK)


def _event_hash(event: AuditEventRow) -> str:
    fields = {
        "event_no": event.event_no,
        "recorded_at": event.recorded_at.astimezone(UTC).isoformat(),
        "person": event.person,
        "action": event.action,
        "subject_kind": event.subject_kind,
        "subject_key": event.subject_key,
        "detail": event.detail,
        "prev_hash": event.prev_hash,
    }
    return hashlib.sha256(canonical_json(fields).encode()).hexdigest()


def append_event(
    session: Session,
    *,
    person: str,
    now: datetime,
    action: str,
    subject_kind: str,
    subject_key: str,
    detail: Mapping[str, object],
) -> AuditEventRow:
    """Append one event to the chain, in the caller's transaction; flushes."""
    lock_chain(session)
    last = session.scalars(select(AuditEventRow).order_by(AuditEventRow.event_no.desc()).limit(1)).first()
    event = AuditEventRow(
        event_no=last.event_no + 1 if last else 1,
        recorded_at=now,
        person=person,
        action=action,
        subject_kind=subject_kind,
        subject_key=subject_key,
        detail=canonical_json(dict(detail)),
        prev_hash=last.hash if last else CHAIN_START,
    )
    event.hash = _event_hash(event)
    session.add(event)
    session.flush()
    return event


def find_chain_breaks(events: Iterable[AuditEventRow]) -> list[str]:
    """Return a sentence for each event, in order of number, that does not follow from the one before."""
    breaks, expected_no, prev_hash = [], 1, CHAIN_START
    for event in events:
        if event.event_no != expected_no:
            breaks.append(f"audit event {expected_no} is missing")
        elif event.prev_hash != prev_hash:
            breaks.append(f"audit event {event.event_no} does not follow from event {event.event_no - 1}")
        if _event_hash(event) != event.hash:
            breaks.append(f"audit event {event.event_no} was changed after it was written")
        expected_no, prev_hash = event.event_no + 1, event.hash
    return breaks

"""Jobs in the database: one statement claims one, so that two workers never share it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError as DatabaseIntegrityError
from sqlalchemy.orm import Session

from models.store.tables.results import JobRow


def add_job(session: Session, row: JobRow) -> int:
    """Add a queued job unless one of its kind and key is queued already; return the number of the one that is."""
    known = _queued(session, row.kind, row.key)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            session.add(row)
    except DatabaseIntegrityError:  # another writer queued it between the look and the insert
        known = _queued(session, row.kind, row.key)
        if known is None:
            raise
        return known
    return row.id


def _queued(session: Session, kind: str, key: str) -> int | None:
    query = select(JobRow.id).where(JobRow.kind == kind, JobRow.key == key, JobRow.state == "queued")
    return session.scalars(query).first()


def claim_next(
    session: Session, worker: str, now: datetime, lease_until: datetime, kinds: Collection[str]
) -> JobRow | None:
    """Claim the job of some kinds that waits longest: queued and due, or running with its lease run out."""
    candidate = (
        select(JobRow.id)
        .where(
            JobRow.kind.in_(kinds),
            or_(
                and_(JobRow.state == "queued", JobRow.next_at <= now),
                and_(JobRow.state == "running", JobRow.lease_until < now),
            ),
        )
        .order_by(JobRow.next_at, JobRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(JobRow)
        .where(JobRow.id == candidate.scalar_subquery())
        .values(
            state="running",
            worker=worker,
            attempts=JobRow.attempts + 1,
            started_at=now,
            heartbeat_at=now,
            lease_until=lease_until,
            error=None,
        )
        .returning(JobRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return session.scalars(claimed).first()


def give_up_silent(session: Session, now: datetime, max_attempts: int) -> None:
    """End jobs whose last attempt fell silent: what kills its worker each time is not tried for ever."""
    session.execute(
        update(JobRow)
        .where(JobRow.state == "running", JobRow.lease_until < now, JobRow.attempts >= max_attempts)
        .values(state="failed", finished_at=now, lease_until=None, error="its worker fell silent in every attempt")
        .execution_options(synchronize_session=False)
    )


def end_leases(session: Session, now: datetime) -> int:
    """Queue running jobs again, or end them where one of their kind and key waits already; return how many."""
    running = session.scalars(select(JobRow).where(JobRow.state == "running").order_by(JobRow.id)).all()
    for row in running:
        waiting = _queued(session, row.kind, row.key)
        row.state, row.lease_until = ("queued", None) if waiting is None else ("done", None)
        row.next_at = min(row.next_at, now)
        row.finished_at = None if waiting is None else now
        session.flush()
    return len(running)


def update_held(session: Session, job_id: int, worker: str, attempts: int, **values: object) -> bool:
    """Change a job that this worker still holds; False if its lease was taken over."""
    held = update(JobRow).where(
        JobRow.id == job_id, JobRow.worker == worker, JobRow.attempts == attempts, JobRow.state == "running"
    )
    result = session.execute(held.values(**values).returning(JobRow.id).execution_options(synchronize_session=False))
    return result.first() is not None

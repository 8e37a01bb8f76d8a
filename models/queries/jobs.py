"""What the workers are doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.store.tables import JobRow

#: The kind of job after which figures may be others.
MOVES_FIGURES = "estimate_portfolio"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job and how far it is."""

    id: int
    kind: str
    state: str
    attempts: int
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: str | None
    error: str | None


def list_jobs(session: Session, *, limit: int = 50) -> list[JobStatus]:
    """Return jobs, newest first."""
    rows = session.scalars(select(JobRow).order_by(JobRow.id.desc()).limit(limit))
    return [
        JobStatus(
            row.id,
            row.kind,
            row.state,
            row.attempts,
            row.enqueued_at,
            row.started_at,
            row.finished_at,
            row.progress,
            row.error,
        )
        for row in rows
    ]


def count_open_jobs(session: Session, kind: str = MOVES_FIGURES) -> int:
    """Return how many jobs of a kind wait or run; without one: of those by which figures may still change."""
    is_open = JobRow.state.in_(("queued", "running"))
    return session.scalar(select(func.count()).select_from(JobRow).where(is_open, JobRow.kind == kind)) or 0


def is_job_waiting(session: Session, kind: str, now: datetime) -> bool:
    """Tell whether a job of a kind is due and nobody works on it: queued, or to be tried again."""
    is_due = (JobRow.state == "queued") & (JobRow.next_at <= now)
    is_left = (JobRow.state == "running") & (JobRow.lease_until < now)
    query = select(JobRow.id).where(is_due | is_left, JobRow.kind == kind).limit(1)
    return session.scalars(query).first() is not None

"""What the workers are doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.store.tables import JobRow


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


def count_open_jobs(session: Session) -> int:
    """Return how many jobs wait or run: figures may still change."""
    return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.state.in_(("queued", "running")))) or 0

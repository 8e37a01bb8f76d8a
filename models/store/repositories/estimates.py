"""Published estimates."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.store.tables.results import EstimateRow


def find_by_fingerprint(session: Session, fingerprint: str) -> EstimateRow | None:
    """Return the estimate that was published for these inputs."""
    return session.scalars(select(EstimateRow).where(EstimateRow.fingerprint == fingerprint)).first()

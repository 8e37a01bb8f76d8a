"""Published estimates."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.store.tables.results import EstimateRow


def find_by_fingerprint(session: Session, fingerprint: str) -> EstimateRow | None:
    """Return the estimate that was published for these inputs."""
    return session.scalars(select(EstimateRow).where(EstimateRow.fingerprint == fingerprint)).first()


def find_latest(session: Session, benefit_line: str) -> EstimateRow | None:
    """Return the estimate of a benefit line that was published last."""
    query = select(EstimateRow).where(EstimateRow.benefit_line == benefit_line)
    return session.scalars(query.order_by(EstimateRow.load_seq.desc()).limit(1)).first()

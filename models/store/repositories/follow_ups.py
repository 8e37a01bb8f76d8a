"""What followed published estimates."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.store.tables.results import EstimateRow, FollowUpRow


def find_follow_up(session: Session, estimate_id: int) -> FollowUpRow | None:
    """Return what followed an estimate."""
    return session.scalars(select(FollowUpRow).where(FollowUpRow.estimate_id == estimate_id)).first()


def followed_estimates(session: Session) -> frozenset[int]:
    """Return the numbers of the estimates whose follow-up is published."""
    return frozenset(session.scalars(select(FollowUpRow.estimate_id)))


def latest_follow_ups(
    session: Session, benefit_lines: Collection[str], *, estimates_by: int, by: int
) -> dict[str, FollowUpRow]:
    """Return by benefit line what followed the latest of its estimates that has one.

    Parameters
    ----------
    estimates_by, by
        Greatest numbers of the sequence that estimates and follow-ups may have.
    """
    query = (
        select(EstimateRow.benefit_line, FollowUpRow)
        .join(FollowUpRow, FollowUpRow.estimate_id == EstimateRow.id)
        .where(
            EstimateRow.benefit_line.in_(sorted(benefit_lines)),
            EstimateRow.load_seq <= estimates_by,
            FollowUpRow.load_seq <= by,
        )
        .order_by(EstimateRow.load_seq)
    )
    return {str(line): row for line, row in session.execute(query)}

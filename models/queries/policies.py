"""The versions of the policy: what they say, who sent and who approved each, and which is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind, ExtractState
from models.domain.people import Permission, Person, require
from models.domain.policy import Policy
from models.queries.knowledge import as_known, known_seq, policy_of, policy_standing
from models.store.tables import FACT_TABLES, AccountRow, ExtractPartRow, ExtractRow, PolicyRow


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version; `decided_by` is empty while no second person has approved it."""

    policy: Policy
    payback_horizon_months: int | None
    extract_id: int
    filename: str
    sent_by: str
    decided_by: str
    decided_at: datetime | None
    is_provisional: bool
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class WaitingPolicy:
    """A proposed version that awaits a second person."""

    extract_id: int
    filename: str
    sent_by: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class PoliciesView:
    """The policy in force (version 0: nobody has approved one), every version, the newest first, and what waits."""

    policy: Policy
    is_provisional: bool
    versions: tuple[PolicyVersion, ...]
    waiting: tuple[WaitingPolicy, ...]


def list_policies(session: Session, person: Person, *, known_on: date | None) -> PoliciesView:
    """Return the versions of the policy as known on a day.

    Raises
    ------
    NotPermittedError
        If the person may not see the policy.
    """
    require(person, Permission.VIEW_POLICY)
    seq = known_seq(session, known_on)
    standing = policy_standing(session, seq)
    query = (
        select(PolicyRow, ExtractRow)
        .join(ExtractRow, ExtractRow.load_seq == PolicyRow.load_seq)
        .where(*as_known(FACT_TABLES[ExtractKind.POLICIES], seq))
        .order_by(PolicyRow.effective_on.desc(), PolicyRow.version.desc())
    )
    names = {row[0]: row[1] for row in session.execute(select(AccountRow.person, AccountRow.name))}
    versions = [_version(row, extract, names, standing.policy.version) for row, extract in session.execute(query)]
    return PoliciesView(standing.policy, standing.is_provisional, tuple(versions), _waiting(session, names))


def _version(row: PolicyRow, extract: ExtractRow, names: dict[str, str], in_force: int) -> PolicyVersion:
    return PolicyVersion(
        policy=policy_of(row),
        payback_horizon_months=row.payback_horizon_months,
        extract_id=extract.id,
        filename=extract.filename,
        sent_by=names.get(extract.uploaded_by, extract.uploaded_by),
        decided_by=names.get(extract.decided_by or "", extract.decided_by or ""),
        decided_at=extract.decided_at,
        is_provisional=extract.is_provisional,
        is_in_force=row.version == in_force,
    )


def _waiting(session: Session, names: dict[str, str]) -> tuple[WaitingPolicy, ...]:
    query = (
        select(ExtractRow)
        .join(ExtractPartRow, ExtractPartRow.extract_id == ExtractRow.id)
        .where(
            ExtractPartRow.kind == ExtractKind.POLICIES.value,
            ExtractRow.state == ExtractState.AWAITING_APPROVAL.value,
        )
        .order_by(ExtractRow.id.desc())
    )
    return tuple(
        WaitingPolicy(row.id, row.filename, names.get(row.uploaded_by, row.uploaded_by), row.received_at)
        for row in session.scalars(query)
    )

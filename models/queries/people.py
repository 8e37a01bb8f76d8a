"""Accounts and memberships, for those who manage or approve them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.errors import NotPermittedError
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, Role
from models.queries.knowledge import facts, known_seq
from models.store.repositories.accounts import find_account
from models.store.tables import AccountRow, InitiativeMemberRow


@dataclass(frozen=True, slots=True)
class AccountView:
    """A person who can, or no longer can, sign in."""

    key: str
    name: str
    role: Role
    is_active: bool
    created_at: datetime
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class MembershipView:
    """A membership and where it stands: proposed, approved, refused or ended."""

    id: int
    person: str
    person_name: str
    initiative: str
    initiative_name: str
    from_on: date
    to_on: date | None
    reason: str
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime
    approved_by: str | None
    state: str
    may_approve: bool


def _require_any(person: Person) -> None:
    if not (person.may(Permission.MANAGE_PEOPLE) or person.may(Permission.APPROVE_MEMBERSHIP)):
        raise NotPermittedError(f"{person.name} may not see who can sign in")


def account_names(session: Session) -> dict[str, str]:
    """Return the name of each account by its key."""
    return {key: name for key, name in session.execute(select(AccountRow.person, AccountRow.name))}  # noqa: C416 - rows are no pairs to mypy


def count_failed_sign_ins(session: Session, key: str) -> tuple[int, datetime] | None:
    """Return how often signing in failed since it last succeeded, and when last; None for no account or no failure."""
    account = find_account(session, key)
    if account is None or account.failed_at is None or account.failed_count == 0:
        return None
    return account.failed_count, account.failed_at


def account_views(session: Session, person: Person) -> list[AccountView]:
    """Return all accounts in order of their key.

    Raises
    ------
    NotPermittedError
        If the person neither manages people nor approves memberships.
    """
    _require_any(person)
    rows = session.scalars(select(AccountRow).order_by(AccountRow.person))
    return [
        AccountView(row.person, row.name, Role(row.role), row.is_active, row.created_at, row.last_sign_in_at)
        for row in rows
    ]


def membership_views(session: Session, person: Person, *, on: date) -> list[MembershipView]:
    """Return all memberships, newest first, with what they are on a day and whether this person may approve them.

    Raises
    ------
    NotPermittedError
        If the person neither manages people nor approves memberships.
    """
    _require_any(person)
    rows = session.scalars(select(InitiativeMemberRow).order_by(InitiativeMemberRow.id.desc()))
    names, known = account_names(session), facts(session, ExtractKind.INITIATIVES, known_seq(session))
    initiatives = dict(zip(known["initiative"], known["name"], strict=True))
    return [_membership(row, person, on, names, initiatives) for row in rows]


def _membership(
    row: InitiativeMemberRow, person: Person, on: date, names: Mapping[str, str], initiatives: Mapping[str, str]
) -> MembershipView:
    state = _state(row, on)
    is_second = person.key not in {row.proposed_by, row.person}
    return MembershipView(
        id=row.id,
        person=row.person,
        person_name=names.get(row.person, row.person),
        initiative=row.initiative,
        initiative_name=initiatives.get(row.initiative, row.initiative)
        if person.may_see(row.initiative)
        else row.initiative,
        from_on=row.from_on,
        to_on=row.to_on,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_by_name=names.get(row.proposed_by, row.proposed_by),
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        state=state,
        may_approve=state == "proposed" and is_second and person.may(Permission.APPROVE_MEMBERSHIP),
    )


def _state(row: InitiativeMemberRow, on: date) -> str:
    if row.refused_by is not None:
        return "refused"
    if row.approved_by is None:
        return "proposed"
    return "ended" if row.to_on is not None and row.to_on <= on else "approved"

"""Accounts that sign in, and memberships of initiatives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.store.tables.people import AccountRow, InitiativeMemberRow


def find_account(session: Session, person: str) -> AccountRow | None:
    """Return the account of a person, whatever the case of the letters."""
    return session.scalars(select(AccountRow).where(AccountRow.person_folded == person.casefold())).first()


def all_accounts(session: Session) -> Sequence[AccountRow]:
    """Return all accounts in order of their person."""
    return session.scalars(select(AccountRow).order_by(AccountRow.person)).all()


def initiatives_of(session: Session, person: str, on: date | None) -> frozenset[str]:
    """Return the initiatives of which a person is an approved member on a day.

    Without a day, only memberships without an end count.
    """
    member = InitiativeMemberRow
    query = select(member.initiative).where(member.person == person, member.approved_by.is_not(None))
    if on is None:
        query = query.where(member.to_on.is_(None))
    else:
        query = query.where(member.from_on <= on, or_(member.to_on.is_(None), member.to_on > on))
    return frozenset(session.scalars(query))


def find_membership(session: Session, membership_id: int) -> InitiativeMemberRow | None:
    """Return a membership by its number, locked for change where the database can."""
    query = select(InitiativeMemberRow).where(InitiativeMemberRow.id == membership_id).with_for_update()
    return session.scalars(query).first()


def has_open_membership(session: Session, person: str, initiative: str) -> bool:
    """Tell whether a membership is proposed or in force that has no end yet."""
    member = InitiativeMemberRow
    query = select(member.id).where(
        member.person == person, member.initiative == initiative, member.to_on.is_(None), member.refused_by.is_(None)
    )
    return session.scalars(query.limit(1)).first() is not None

"""Whose initiatives are whose: proposed by one person, approved by another, ended by either."""

from __future__ import annotations

from datetime import date, datetime

from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotFoundError, NotPermittedError
from models.domain.people import Permission, Person, require
from models.store.engine import Store
from models.store.repositories.accounts import find_account, find_membership, has_open_membership
from models.store.tables import InitiativeMemberRow
from models.store.unit_of_work import UnitOfWork, write


def propose_membership(
    store: Store,
    *,
    person: str,
    initiative: str,
    from_on: date,
    to_on: date | None = None,
    reason: str = "",
    by: Person,
    now: datetime,
) -> int:
    """Propose that a person sees and answers for an initiative; returns the number to approve.

    Nothing holds until then.

    Raises
    ------
    NotPermittedError, NotFoundError, InvalidInputError, ConflictError
        If `by` may not, nobody signs in as `person`, the dates are reversed, or such a membership is open already.
    """
    _require_any(by)
    if not initiative.strip() or (to_on is not None and to_on < from_on):
        raise InvalidInputError("a membership names an initiative and ends no earlier than it begins")
    with write(store, person=by.key, now=now) as uow:
        account = find_account(uow.session, person)
        if account is None:
            raise NotFoundError(f"nobody signs in as {person}")
        if has_open_membership(uow.session, account.person, initiative):
            raise ConflictError(f"a membership of {account.person} in {initiative} is open already")
        row = InitiativeMemberRow(
            person=account.person,
            initiative=initiative,
            from_on=from_on,
            to_on=to_on,
            reason=reason,
            proposed_by=by.key,
            proposed_at=now,
        )
        uow.session.add(row)
        uow.session.flush()
        detail = {"person": account.person, "initiative": initiative, "from_on": from_on.isoformat(), "reason": reason}
        uow.audit("propose_membership", "membership", str(row.id), detail)
        return row.id


def _require_any(by: Person) -> None:
    if not (by.may(Permission.MANAGE_PEOPLE) or by.may(Permission.APPROVE_MEMBERSHIP)):
        raise NotPermittedError(f"{by.name} may not propose or end memberships")


def _open(uow: UnitOfWork, membership_id: int) -> InitiativeMemberRow:
    row = find_membership(uow.session, membership_id)
    if row is None:
        raise NotFoundError(f"there is no membership {membership_id}")
    if row.approved_by is not None or row.refused_by is not None:
        raise ConflictError(f"membership {membership_id} is decided already")
    return row


def approve_membership(store: Store, membership_id: int, *, by: Person, now: datetime) -> None:
    """Approve a proposed membership, as a second person who is not its subject.

    Raises
    ------
    NotPermittedError, NotFoundError, ConflictError, NotApprovableError
        If `by` may not, there is none, it is decided, or `by` proposed it or is its subject.
    """
    require(by, Permission.APPROVE_MEMBERSHIP)
    with write(store, person=by.key, now=now) as uow:
        row = _open(uow, membership_id)
        if by.key in {row.proposed_by, row.person}:
            raise NotApprovableError("a membership is approved by a second person who is not its subject")
        row.approved_by, row.approved_at = by.key, now
        uow.audit("approve_membership", "membership", str(row.id), {"person": row.person, "initiative": row.initiative})


def refuse_membership(store: Store, membership_id: int, *, reason: str, by: Person, now: datetime) -> None:
    """Refuse a proposed membership."""
    require(by, Permission.APPROVE_MEMBERSHIP)
    with write(store, person=by.key, now=now) as uow:
        row = _open(uow, membership_id)
        row.refused_by, row.refused_at = by.key, now
        uow.audit("refuse_membership", "membership", str(row.id), {"person": row.person, "reason": reason})


def end_membership(store: Store, membership_id: int, *, to_on: date, by: Person, now: datetime) -> None:
    """End a membership from a day on; one person suffices, because it only takes away."""
    _require_any(by)
    with write(store, person=by.key, now=now) as uow:
        row = find_membership(uow.session, membership_id)
        if row is None or row.approved_by is None:
            raise NotFoundError(f"there is no membership {membership_id} in force")
        if row.to_on is not None and row.to_on <= to_on:
            raise ConflictError(f"membership {membership_id} ends on {row.to_on} already")
        row.to_on, row.ended_by, row.ended_at = max(to_on, row.from_on), by.key, now
        detail = {"person": row.person, "initiative": row.initiative, "to_on": row.to_on.isoformat()}
        uow.audit("end_membership", "membership", str(row.id), detail)

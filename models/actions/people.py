"""Who may sign in: accounts, roles and passwords. An uploaded file never changes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from models.actions.permission import actor_key
from models.domain.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from models.domain.people import UNSCOPED_ROLES, Permission, Person, Role
from models.queries.knowledge import organisation
from models.store.engine import Store
from models.store.repositories.accounts import all_accounts, find_account, initiatives_of
from models.store.tables import AccountRow
from models.store.unit_of_work import UnitOfWork, read, write

MIN_PASSWORD_LENGTH = 10
_KEY = re.compile(r"[\w.@+-]{1,100}")


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can, or no longer can, sign in."""

    key: str
    name: str
    role: Role
    is_active: bool
    created_at: datetime
    last_sign_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person with the epoch of their sessions: a session of an earlier epoch has ended."""

    person: Person
    session_epoch: int


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _hash_of_nobody() -> str:
    """Return a hash to compare with where there is no account: an unknown name takes as long as a wrong password."""
    return _hasher().hash("nobody has this password")


def _account(row: AccountRow) -> Account:
    return Account(row.person, row.name, Role(row.role), row.is_active, row.created_at, row.last_sign_in_at)


def _hash_password(password: str) -> str:
    if len(password) < MIN_PASSWORD_LENGTH:
        raise InvalidInputError(f"a password has at least {MIN_PASSWORD_LENGTH} characters")
    return _hasher().hash(password)


def _existing(uow: UnitOfWork, key: str) -> AccountRow:
    row = find_account(uow.session, key)
    if row is None:
        raise NotFoundError(f"nobody signs in as {key}")
    return row


def add_account(
    store: Store, *, key: str, name: str, role: Role, password: str, by: Person | str, now: datetime
) -> Account:
    """Let a person sign in.

    Raises
    ------
    NotPermittedError, InvalidInputError, ConflictError
        If `by` may not, the key or password is unfit, or the key is taken (letters of either case are the same).
    """
    actor = actor_key(by, Permission.MANAGE_PEOPLE)
    if not _KEY.fullmatch(key) or not name.strip():
        raise InvalidInputError("a key has letters, digits and . _ @ + - (at most 100); a name is not empty")
    password_hash = _hash_password(password)
    with write(store, person=actor, now=now) as uow:
        if find_account(uow.session, key) is not None:
            raise ConflictError(f"somebody already signs in as {key}")
        row = AccountRow(
            person=key,
            person_folded=key.casefold(),
            name=name.strip(),
            role=role.value,
            password_hash=password_hash,
            is_active=True,
            session_epoch=0,
            failed_count=0,
            created_by=actor,
            created_at=now,
            changed_at=now,
        )
        uow.session.add(row)
        uow.audit("add_account", "account", key, {"name": row.name, "role": role.value})
        return _account(row)


def list_accounts(store: Store) -> list[Account]:
    """Return all accounts in order of their key."""
    with read(store) as session:
        return [_account(row) for row in all_accounts(session)]


def disable_account(store: Store, *, key: str, by: Person | str, now: datetime) -> None:
    """Keep a person from signing in and end their sessions; what they did stays."""
    _set_active(store, key, by, now, is_active=False)


def enable_account(store: Store, *, key: str, by: Person | str, now: datetime) -> None:
    """Let a disabled person sign in again."""
    _set_active(store, key, by, now, is_active=True)


def _set_active(store: Store, key: str, by: Person | str, now: datetime, *, is_active: bool) -> None:
    actor = actor_key(by, Permission.MANAGE_PEOPLE)
    with write(store, person=actor, now=now) as uow:
        row = _existing(uow, key)
        if row.person == actor:
            raise NotPermittedError("nobody disables or enables their own account")
        if row.is_active == is_active:
            return
        row.is_active, row.changed_at = is_active, now
        row.session_epoch += 1
        uow.audit("enable_account" if is_active else "disable_account", "account", row.person, {})


def set_role(store: Store, *, key: str, role: Role, by: Person | str, now: datetime) -> None:
    """Give a person another role and end their sessions; nobody changes their own."""
    actor = actor_key(by, Permission.MANAGE_PEOPLE)
    with write(store, person=actor, now=now) as uow:
        row = _existing(uow, key)
        if row.person == actor:
            raise NotPermittedError("nobody changes their own role")
        if row.role == role.value:
            return
        uow.audit("set_role", "account", row.person, {"before": row.role, "after": role.value})
        row.role, row.changed_at = role.value, now
        row.session_epoch += 1


def set_password(store: Store, *, key: str, password: str, by: Person | str, now: datetime) -> None:
    """Give a person a new password and end their sessions; a person may change their own."""
    is_own = isinstance(by, Person) and by.key.casefold() == key.casefold()
    actor = actor_key(by, Permission.MANAGE_OWN_ACCOUNT if is_own else Permission.MANAGE_PEOPLE)
    password_hash = _hash_password(password)
    with write(store, person=actor, now=now) as uow:
        row = _existing(uow, key)
        row.password_hash, row.changed_at = password_hash, now
        row.session_epoch += 1
        row.failed_count, row.failed_at = 0, None
        uow.audit("set_password", "account", row.person, {})


def authenticate(store: Store, *, key: str, password: str, now: datetime) -> SignIn | None:
    """Return the person whose key and password these are; None for any failure, in the same time. Both are audited."""
    with read(store) as session:
        row = find_account(session, key)
        known = (row.person, row.password_hash, row.is_active) if row is not None else None
    person, password_hash, is_active = known or (None, None, False)
    is_right = _verify(password_hash or _hash_of_nobody(), password) and password_hash is not None and is_active
    with write(store, person=person or "nobody", now=now) as uow:
        account = find_account(uow.session, key)
        if not is_right or account is None:
            if account is not None:
                account.failed_count, account.failed_at = account.failed_count + 1, now
            uow.audit("sign_in_failed", "account", person or "unknown", {})
            return None
        account.failed_count, account.last_sign_in_at = 0, now
        uow.audit("sign_in", "account", account.person, {})
        return SignIn(_person(uow.session, account, _day(uow.session, now)), account.session_epoch)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _day(session: Session, moment: datetime) -> date:
    return organisation(session).day_of(moment)


def _person(session: Session, row: AccountRow, on: date | None) -> Person:
    role = Role(row.role)
    initiatives = None if role in UNSCOPED_ROLES else initiatives_of(session, row.person, on)
    return Person(row.person, row.name, role, initiatives)


def load_sign_in(session: Session, key: str, *, on: datetime) -> SignIn | None:
    """Return the person of an open session as they are now; None if they can no longer sign in."""
    row = find_account(session, key)
    return (
        SignIn(_person(session, row, _day(session, on)), row.session_epoch)
        if row is not None and row.is_active
        else None
    )


def person_of(session: Session, key: str, on: date | None = None) -> Person:
    """Return an active person with the initiatives of which they are a member on a day.

    Without a day, only memberships without an end count.

    Raises
    ------
    NotFoundError
        If nobody signs in under that key, or no longer.
    """
    row = find_account(session, key)
    if row is None or not row.is_active:
        raise NotFoundError(f"nobody signs in as {key}")
    return _person(session, row, on)

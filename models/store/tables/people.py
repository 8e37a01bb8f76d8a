"""Who may sign in, and whose initiatives are whose."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.store.tables.columns import TableRow


class AccountRow(TableRow):
    """A person who can sign in; `session_epoch` grows whenever sessions that were open must end."""

    __tablename__ = "sign_in_accounts"
    person: Mapped[str] = mapped_column(primary_key=True)
    person_folded: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    is_active: Mapped[bool]
    session_epoch: Mapped[int] = mapped_column(Integer, default=0)
    failed_count: Mapped[int] = mapped_column(Integer, default=0)
    failed_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("person_folded"),)


class InitiativeMemberRow(TableRow):
    """A person's membership of an initiative, proposed by one person and approved by another."""

    __tablename__ = "initiative_members"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    person: Mapped[str] = mapped_column(ForeignKey("sign_in_accounts.person"), index=True)
    initiative: Mapped[str]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    refused_by: Mapped[str | None]
    refused_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint(
            "approved_by IS NULL OR (approved_by <> proposed_by AND approved_by <> person AND refused_by IS NULL)",
            name="second_person",
        ),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_start"),
    )

"""What people decide about figures: the state of fiscal periods, and how initiatives share what cannot be told apart.

Each decision takes a number of the sequence, so that "as known on" holds for decisions as for facts.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.store.tables.columns import TableRow


class PeriodEventRow(TableRow):
    """One step of a fiscal period: closed softly, opened, locked on a publication, asked to be reopened, reopened.

    `answers` is the request that a second person decides. A lock keeps the publication and the hash of its content.
    """

    __tablename__ = "period_events"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    load_seq: Mapped[int] = mapped_column(ForeignKey("loads.load_seq"))
    start_on: Mapped[date]
    end_on: Mapped[date]
    action: Mapped[str]
    person: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime]
    answers: Mapped[int | None] = mapped_column(ForeignKey("period_events.id"))
    publication_seq: Mapped[int | None] = mapped_column(ForeignKey("publications.load_seq"))
    content_hash: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("load_seq"),
        CheckConstraint(
            "action IN ('soft_close', 'open', 'lock', 'request_reopen', 'reopen', 'refuse_reopen')", name="action"
        ),
        CheckConstraint(
            "(action = 'lock') = (publication_seq IS NOT NULL AND content_hash IS NOT NULL)", name="lock_is_kept"
        ),
        CheckConstraint("(action IN ('reopen', 'refuse_reopen')) = (answers IS NOT NULL)", name="second_person"),
        Index("ix_period_events_period", "start_on", "load_seq"),
    )


class SharingRuleRow(TableRow):
    """A proposed rule by which initiatives share a joint effect or a short P&L line; in force once all have signed.

    `subject` is the key of the joint effect, or of the line with entity and fiscal year; `initiatives` a JSON list.
    """

    __tablename__ = "sharing_rules"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    load_seq: Mapped[int] = mapped_column(ForeignKey("loads.load_seq"))
    subject_kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    initiatives: Mapped[str]
    rule: Mapped[str]
    valid_from_on: Mapped[date]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("load_seq"),
        CheckConstraint("subject_kind IN ('joint_effect', 'ledger_line')", name="subject_kind"),
        CheckConstraint("rule IN ('equal', 'case_weighted', 'usage')", name="rule"),
    )


class SharingSignatureRow(TableRow):
    """A signature under a sharing rule, by finance or by the owner of an initiative; or a refusal, with its reason."""

    __tablename__ = "sharing_signatures"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    load_seq: Mapped[int] = mapped_column(ForeignKey("loads.load_seq"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("sharing_rules.id"))
    signed_as: Mapped[str]
    initiative: Mapped[str]
    person: Mapped[str]
    is_agreed: Mapped[bool]
    reason: Mapped[str]
    signed_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("load_seq"),
        UniqueConstraint("rule_id", "signed_as", "initiative"),
        CheckConstraint("(signed_as = 'finance') = (initiative = '')", name="signed_as"),
        CheckConstraint("signed_as IN ('finance', 'owner')", name="who"),
    )

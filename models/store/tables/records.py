"""The organisation, the sequence of loads, received extracts, their parts and findings, and the audit chain."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.store.tables.columns import TableRow


class OrganisationRow(TableRow):
    """The one organisation of this database; its time zone never changes."""

    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str]
    time_zone: Mapped[str]
    created_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)


class LoadRow(TableRow):
    """One number of the sequence that orders everything.

    `posted_at` never runs backwards, `recorded_at` is the clock's word.
    """

    __tablename__ = "loads"
    load_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    posted_at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]
    person: Mapped[str]
    __table_args__ = (
        CheckConstraint("kind IN ('extract', 'estimate', 'publication', 'decision', 'follow_up')", name="kind"),
    )


class ExtractRow(TableRow):
    """A received file and where it stands; its bytes are in the content store under `sha256`."""

    __tablename__ = "extracts"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    sha256: Mapped[str] = mapped_column(index=True)
    filename: Mapped[str]
    size_bytes: Mapped[int]
    kind: Mapped[str | None]
    format: Mapped[str | None]
    state: Mapped[str] = mapped_column(index=True)
    uploaded_by: Mapped[str]
    received_at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    check_no: Mapped[int] = mapped_column(Integer, default=0)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    load_seq: Mapped[int | None] = mapped_column(ForeignKey("loads.load_seq"))
    posted_at: Mapped[datetime | None]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    source_report: Mapped[str | None]
    parameters: Mapped[str | None]
    run_at: Mapped[datetime | None]
    period_start_on: Mapped[date | None]
    period_end_on: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("load_seq"),
        CheckConstraint("state IN ('received', 'checked', 'awaiting_approval', 'posted', 'refused')", name="state"),
        CheckConstraint("(state = 'posted') = (load_seq IS NOT NULL)", name="posted_has_load"),
        CheckConstraint(
            "state <> 'posted' OR (is_provisional AND decided_by IS NULL)"
            " OR (NOT is_provisional AND decided_by IS NOT NULL AND decided_by <> uploaded_by)",
            name="second_person",
        ),
        Index(
            "ix_extracts_same_bytes",
            "sha256",
            unique=True,
            sqlite_where=text("state IN ('received', 'awaiting_approval', 'posted')"),
            postgresql_where=text("state IN ('received', 'awaiting_approval', 'posted')"),
        ),
    )


class ExtractPartRow(TableRow):
    """One contract's worth of an extract and its counts: rows_in = new + changed + same + bad."""

    __tablename__ = "extract_parts"
    extract_id: Mapped[int] = mapped_column(ForeignKey("extracts.id"), primary_key=True)
    part_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    sheet: Mapped[str]
    rows_in: Mapped[int]
    new: Mapped[int]
    changed: Mapped[int]
    same: Mapped[int]
    bad: Mapped[int]
    __table_args__ = (CheckConstraint("rows_in = new + changed + same + bad", name="balanced"),)


class FindingRow(TableRow):
    """One finding of one check of an extract."""

    __tablename__ = "findings"
    extract_id: Mapped[int] = mapped_column(ForeignKey("extracts.id"), primary_key=True)
    check_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    finding_no: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code: Mapped[str]
    severity: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    sheet: Mapped[str]
    line: Mapped[int | None]
    column: Mapped[str]
    cell: Mapped[str]
    found: Mapped[str]
    allowed: Mapped[str]
    advice: Mapped[str]
    suggestion: Mapped[str]


class AuditEventRow(TableRow):
    """Who changed what, when; each event holds the hash of the one before."""

    __tablename__ = "audit_events"
    event_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    person: Mapped[str] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(index=True)
    subject_kind: Mapped[str]
    subject_key: Mapped[str]
    detail: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]
    __table_args__ = (UniqueConstraint("hash"), Index("ix_audit_events_subject", "subject_kind", "subject_key"))

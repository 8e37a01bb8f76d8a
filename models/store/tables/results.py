"""What was computed and published: estimates, portfolio valuations, ledgers; and the jobs that compute."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.store.tables.columns import TableRow


class JobRow(TableRow):
    """Work to be done outside any request; claimed under a lease, alive by its heartbeat."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str]
    key: Mapped[str]
    payload: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(Integer)
    enqueued_by: Mapped[str]
    enqueued_at: Mapped[datetime]
    next_at: Mapped[datetime]
    worker: Mapped[str | None]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    progress: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name="state"),
        Index("ix_jobs_claim", "state", "next_at"),
        Index(
            "ix_jobs_queued_once",
            "kind",
            "key",
            unique=True,
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
    )


class EstimateRow(TableRow):
    """The effect of one benefit line, or the reason why there is none; published once per fingerprint.

    `input_seq` is the load_seq the inputs were read at, `load_seq` the number of the publication; `document` is the
    JSON of the record.
    """

    __tablename__ = "estimates"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    benefit_line: Mapped[str]
    fingerprint: Mapped[str]
    engine_version: Mapped[int] = mapped_column(Integer)
    policy_version: Mapped[int]
    input_seq: Mapped[int]
    load_seq: Mapped[int] = mapped_column(ForeignKey("loads.load_seq"))
    computed_at: Mapped[datetime]
    status: Mapped[str]
    document: Mapped[str]
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        CheckConstraint("status IN ('estimated', 'not_estimable')", name="status"),
        Index("ix_estimates_line", "benefit_line", "load_seq"),
    )


class FollowUpRow(TableRow):
    """What followed one estimate as a later job: refits that inform and never decide; published once per estimate."""

    __tablename__ = "follow_ups"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("estimates.id"))
    load_seq: Mapped[int] = mapped_column(ForeignKey("loads.load_seq"))
    engine_version: Mapped[int] = mapped_column(Integer)
    computed_at: Mapped[datetime]
    document: Mapped[str]
    __table_args__ = (UniqueConstraint("estimate_id"), UniqueConstraint("load_seq"))


class PublicationRow(TableRow):
    """The published valuation of the portfolio; pages read it and never recompute the past."""

    __tablename__ = "publications"
    load_seq: Mapped[int] = mapped_column(ForeignKey("loads.load_seq"), primary_key=True, autoincrement=False)
    as_of: Mapped[date]
    input_seq: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(index=True)
    policy_version: Mapped[int]
    level: Mapped[float]
    rate_set: Mapped[str]
    currency: Mapped[str]
    computed_at: Mapped[datetime]
    document: Mapped[str] = mapped_column(deferred=True)  # megabytes that headers do not need


class ValuationRow(TableRow):
    """One rounded posting: a benefit line, fiscal period, class and measure of a publication."""

    __tablename__ = "valuations"
    load_seq: Mapped[int] = mapped_column(ForeignKey("publications.load_seq"), primary_key=True, autoincrement=False)
    benefit_line: Mapped[str] = mapped_column(primary_key=True)
    start_on: Mapped[date] = mapped_column(primary_key=True)
    benefit_class: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    end_on: Mapped[date]
    initiative: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str]
    estimate_id: Mapped[int | None] = mapped_column(ForeignKey("estimates.id"))


class LedgerEntryRow(TableRow):
    """One component of a P&L line in a fiscal period; the components of a line add to its actual.

    `component`: reference, flex_volume, ..., initiative:<key>, run_cost:<key>, unexplained, actual. `entity`,
    `cost_centre`, `initiative`, `benefit_line` and `state` are '' where they do not apply.
    """

    __tablename__ = "ledger_entries"
    load_seq: Mapped[int] = mapped_column(ForeignKey("publications.load_seq"), primary_key=True, autoincrement=False)
    pl_line: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    cost_centre: Mapped[str] = mapped_column(primary_key=True)
    start_on: Mapped[date] = mapped_column(primary_key=True)
    component: Mapped[str] = mapped_column(primary_key=True)
    benefit_line: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(primary_key=True)
    end_on: Mapped[date]
    initiative: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reason: Mapped[str]

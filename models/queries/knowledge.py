"""What is known, and what was known on a date: facts, policy, results."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from models.domain.calendar import CalendarPattern, FiscalCalendar, WeekStart
from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.extract import ExtractKind
from models.domain.policy import INITIAL_POLICY, DiscountBasis, LedgerBasis, Policy, RateSet, Timing
from models.store.tables import (
    FACT_TABLES,
    EstimateRow,
    ExtractRow,
    FactTable,
    LoadRow,
    OrganisationRow,
    PolicyRow,
    PublicationRow,
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """The organisation whose store this is."""

    name: str
    time_zone: str
    created_at: datetime

    def end_of_day(self, day: date) -> datetime:
        """Return the moment at which `day` is over in the organisation's time zone."""
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.time_zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day of a moment in the organisation's time zone."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class PolicyStanding:
    """The policy in force, and whether a second person has approved it."""

    policy: Policy
    is_provisional: bool
    load_seq: int | None


def organisation(session: Session) -> Organisation:
    """Return the organisation.

    Raises
    ------
    NotFoundError
        If the store has not been initialised.
    """
    row = session.get(OrganisationRow, 1)
    if row is None:
        raise NotFoundError("the store has no organisation yet; run `tieout init`")
    return Organisation(row.name, row.time_zone, row.created_at)


def known_seq(session: Session, on: date | None = None) -> int:
    """Return the greatest load_seq posted by the end of `on` in the organisation's time zone.

    The latest if None, 0 if nothing.
    """
    query = select(func.max(LoadRow.load_seq))
    if on is not None:
        query = query.where(LoadRow.posted_at < organisation(session).end_of_day(on))
    return session.scalar(query) or 0


def last_posted_at(session: Session) -> datetime | None:
    """Return when the last number of the sequence was given; None before the first."""
    return session.scalar(select(LoadRow.posted_at).order_by(LoadRow.load_seq.desc()).limit(1))


def knowledge_day(session: Session, now: datetime) -> date:
    """Return the day of `now`, or of the last posting where the clock was set back behind it."""
    last = last_posted_at(session)
    return organisation(session).day_of(now if last is None else max(now, last))


def as_known(fact: FactTable, seq: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a row was current at `seq` and not retracted."""
    columns = fact.table.c
    return (
        columns.load_seq <= seq,
        or_(columns.superseded_by.is_(None), columns.superseded_by > seq),
        columns.is_retracted.is_(False),
    )


def _restricted(
    query: Select[tuple[object, ...]], fact: FactTable, where: Mapping[str, object]
) -> Select[tuple[object, ...]]:
    for name, wanted in where.items():
        if name not in fact.table.columns:
            raise InvalidInputError(f"{fact.kind.value} has no column {name}")
        column = fact.table.c[name]
        if isinstance(wanted, Collection) and not isinstance(wanted, str):
            query = query.where(column.in_(list(wanted)))
        else:
            query = query.where(column.is_not_distinct_from(wanted))
    return query


def facts(
    session: Session,
    kind: ExtractKind,
    seq: int,
    *,
    where: Mapping[str, object] | None = None,
    columns: Collection[str] | None = None,
) -> pd.DataFrame:
    """Return the rows of a kind that were current at `seq` and not retracted, in order of their key.

    Parameters
    ----------
    where
        Stored column name -> wanted value, or a collection of wanted values.
    columns
        Values that are wanted beside the key; None takes all.

    Returns
    -------
    DataFrame with the stored columns of the table (key, values) and `load_seq`, `part_no`, `row_no`. Text is `str`
    (missing: NaN), dates are
    `datetime.date` objects (missing: None), `<x>_minor` and whole numbers int64 (Int64 where the column is optional),
    decimals `<x>` text and
    `<x>_float` float64, flags bool (boolean where optional).
    """
    fact = FACT_TABLES[kind]
    wanted = fact.value_names if columns is None else tuple(name for name in fact.value_names if name in columns)
    names = (*fact.key_names, *wanted, "load_seq", "part_no", "row_no")
    query: Select[tuple[object, ...]] = select(*(fact.table.c[name] for name in names)).where(*as_known(fact, seq))
    query = _restricted(query, fact, where or {}).order_by(*(fact.table.c[name] for name in fact.key_names))
    rows = session.execute(query).all()
    by_column: list[tuple[object, ...]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    dtypes = _dtypes(fact)
    return pd.DataFrame(
        {name: pd.Series(list(values), dtype=dtypes[name]) for name, values in zip(names, by_column, strict=True)},
        columns=list(names),
    )


def _dtypes(fact: FactTable) -> dict[str, str]:
    dtypes = {"load_seq": "int64", "part_no": "int64", "row_no": "int64"}
    for name in (*fact.key_names, *fact.value_names):
        column = fact.table.c[name]
        is_optional = bool(column.info["is_optional"])
        python_type = column.type.python_type
        dtypes[name] = {
            str: "str",
            date: "object",
            float: "float64",
            int: "Int64" if is_optional else "int64",
            bool: "boolean" if is_optional else "bool",
        }[python_type]
    return dtypes


def policy_standing(session: Session, seq: int, on: date | None = None) -> PolicyStanding:
    """Return the policy known at `seq` that is in force on a day (the latest version if None)."""
    query = (
        select(PolicyRow, ExtractRow.is_provisional)
        .join(ExtractRow, ExtractRow.load_seq == PolicyRow.load_seq)
        .where(*as_known(FACT_TABLES[ExtractKind.POLICIES], seq))
    )
    if on is not None:
        query = query.where(PolicyRow.effective_on <= on)
    found = session.execute(query.order_by(PolicyRow.effective_on.desc(), PolicyRow.version.desc()).limit(1)).first()
    if found is None:
        return PolicyStanding(INITIAL_POLICY, is_provisional=True, load_seq=None)
    row, is_provisional = found
    return PolicyStanding(policy_of(row), is_provisional, row.load_seq)


def current_policy(session: Session, seq: int, on: date | None = None) -> Policy:
    """Return the policy known at `seq` that is in force on a day (the latest version if None), else the initial one."""
    return policy_standing(session, seq, on).policy


def policy_of(row: PolicyRow) -> Policy:
    """Return the record of a policy row."""
    initial = INITIAL_POLICY
    kinds = frozenset(kind.strip() for kind in (row.auto_post_kinds or "").split(";") if kind.strip())
    rate = row.persistence_rate_float if row.persistence_rate_float is not None else initial.persistence_rate
    calendar = FiscalCalendar(
        start_month=row.fiscal_start_month or initial.calendar.start_month,
        pattern=CalendarPattern(str(row.calendar_pattern)),
        is_named_by_end=bool(row.is_year_named_by_end),
        week_starts_on=WeekStart(row.week_starts_on or WeekStart.MONDAY),
    )
    return Policy(
        version=row.version,
        effective_on=row.effective_on or initial.effective_on,
        reporting_currency=row.reporting_currency or initial.reporting_currency,
        calendar=calendar,
        horizon_months=row.horizon_months or initial.horizon_months,
        discount_rate=Decimal(row.discount_rate or initial.discount_rate),
        discount_basis=DiscountBasis(str(row.discount_basis)),
        timing=Timing(str(row.timing)),
        interval_level=row.interval_level_float or initial.interval_level,
        rate_set=RateSet(str(row.rate_set)),
        persistence_rate=rate,
        persistence_low=rate if row.persistence_low_float is None else row.persistence_low_float,
        persistence_high=rate if row.persistence_high_float is None else row.persistence_high_float,
        auto_post_kinds=kinds,
        ledger_basis=LedgerBasis(row.ledger_basis or LedgerBasis.AFTER_ELIMINATIONS),
    )


def estimate_known(session: Session, benefit_line: str, seq: int) -> EstimateRow | None:
    """Return the estimate of a benefit line that was published last by `seq`."""
    query = select(EstimateRow).where(EstimateRow.benefit_line == benefit_line, EstimateRow.load_seq <= seq)
    return session.scalars(query.order_by(EstimateRow.load_seq.desc()).limit(1)).first()


def estimates_known(session: Session, seq: int) -> dict[str, EstimateRow]:
    """Return by benefit line the estimate that was published last by `seq`."""
    latest = (
        select(EstimateRow.benefit_line, func.max(EstimateRow.load_seq).label("load_seq"))
        .where(EstimateRow.load_seq <= seq)
        .group_by(EstimateRow.benefit_line)
        .subquery()
    )
    query = select(EstimateRow).join(
        latest, (EstimateRow.benefit_line == latest.c.benefit_line) & (EstimateRow.load_seq == latest.c.load_seq)
    )
    return {row.benefit_line: row for row in session.scalars(query)}


def publication_known(session: Session, seq: int) -> PublicationRow | None:
    """Return the valuation of the portfolio that was published last by `seq`."""
    query = select(PublicationRow).where(PublicationRow.load_seq <= seq)
    return session.scalars(query.order_by(PublicationRow.load_seq.desc()).limit(1)).first()


def provisional_loads(session: Session, seq: int) -> frozenset[int]:
    """Return the loads up to `seq` that no second person has approved yet."""
    query = select(ExtractRow.load_seq).where(ExtractRow.is_provisional, ExtractRow.load_seq <= seq)
    return frozenset(load_seq for load_seq in session.scalars(query) if load_seq is not None)

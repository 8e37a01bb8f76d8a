"""The one merge for both databases: what is new, changed or the same, and what a posting writes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Select,
    Table,
    and_,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from models.domain.errors import IntegrityError
from models.domain.extract import PartCounts, Restatement
from models.store.guards import refuse_forbidden
from models.store.staging import NormalisedPart, StagedPart, stage, staged_table, unstage
from models.store.tables.facts import FACT_TABLES, FactTable

__all__ = ["NormalisedPart", "PartDelta", "count_part", "merge_part"]


@dataclass(frozen=True, slots=True)
class PartDelta:
    """What a part does or would do: its counts and the first of the values it restates."""

    counts: PartCounts
    restatements: tuple[Restatement, ...]


def _key_equal(left: Table, right: Table, fact: FactTable) -> ColumnElement[bool]:
    return and_(*(left.c[name] == right.c[name] for name in fact.key_names))


def _differs(staged: Table, fact: FactTable) -> ColumnElement[bool]:
    """Whether a staged row says something else than the current row of its key."""
    current = fact.table
    values = or_(*(staged.c[name].is_distinct_from(current.c[name]) for name in fact.compared_names))
    return or_(
        staged.c.is_retracted.is_distinct_from(current.c.is_retracted),
        and_(staged.c.is_retracted.is_(False), values),
    )


def _delta_query(staged: Table, fact: FactTable) -> Select[tuple[object, ...]]:
    """Staged rows that are new (current_seq null) or changed. Withdrawing what is not there changes nothing."""
    current = fact.table
    joined = staged.outerjoin(current, and_(_key_equal(staged, current, fact), current.c.superseded_by.is_(None)))
    is_new = and_(current.c.load_seq.is_(None), staged.c.is_retracted.is_(False))
    is_changed = and_(current.c.load_seq.is_not(None), _differs(staged, fact))
    return select(*staged.c, current.c.load_seq.label("current_seq")).select_from(joined).where(or_(is_new, is_changed))


def _take_delta(session: Session, part: StagedPart) -> tuple[Table, PartCounts]:
    fact = FACT_TABLES[part.kind]
    delta = staged_table(fact, f"delta_{part.part_no}", Column("current_seq", BigInteger))
    session.execute(CreateTable(delta))
    session.execute(
        insert(delta).from_select([column.name for column in delta.columns], _delta_query(part.table, fact))
    )
    new, touched = session.execute(
        select(func.count().filter(delta.c.current_seq.is_(None)), func.count()).select_from(delta)
    ).one()
    counts = PartCounts(part.rows_in, new=new, changed=touched - new, same=part.rows_in - touched, bad=0)
    if not counts.is_balanced or counts.same < 0:
        raise IntegrityError(f"{part.kind.value}: counts do not add up: {counts}")
    return delta, counts


def _write_delta(session: Session, delta: Table, part: StagedPart, load_seq: int) -> None:
    """Mark the rows that are replaced, then insert those that replace them or are new."""
    fact = FACT_TABLES[part.kind]
    table = fact.table
    session.execute(
        update(table)
        .where(_key_equal(table, delta, fact), table.c.load_seq == delta.c.current_seq)
        .values(superseded_by=load_seq)
        .execution_options(synchronize_session=False)
    )
    names = [*fact.key_names, *fact.value_names, "is_retracted", "row_no"]
    source = select(*(delta.c[name] for name in names), literal(load_seq), null(), literal(part.part_no))
    session.execute(insert(table).from_select([*names, "load_seq", "superseded_by", "part_no"], source))


def merge_part(session: Session, part: StagedPart, load_seq: int) -> PartCounts:
    """Post a staged part under `load_seq`, in the caller's transaction, and return what it did.

    Raises
    ------
    ConflictError
        If the part changes what never changes (an approved case version, the KPI of a benefit line).
    """
    refuse_forbidden(session, part.table, part.kind)
    delta, counts = _take_delta(session, part)
    if counts.new or counts.changed:
        _write_delta(session, delta, part, load_seq)
    unstage(session, delta)
    return counts


def count_part(session: Session, part: NormalisedPart, *, max_restatements: int) -> PartDelta:
    """Return what posting a part would do, writing nothing but temporary tables."""
    staged = stage(session, part)
    delta, counts = _take_delta(session, staged)
    restatements = _restatements(session, delta, part, max_restatements) if counts.changed else ()
    unstage(session, delta, staged.table)
    return PartDelta(counts, restatements)


def _restatements(session: Session, delta: Table, part: NormalisedPart, limit: int) -> tuple[Restatement, ...]:
    fact = FACT_TABLES[part.kind]
    current = fact.table
    joined = delta.join(current, and_(_key_equal(delta, current, fact), current.c.load_seq == delta.c.current_seq))
    names = ("is_retracted", *fact.compared_names)
    before, after = [current.c[name] for name in names], [delta.c[name] for name in names]
    keys = [delta.c[name] for name in fact.key_names]
    rows = session.execute(
        select(*keys, delta.c.row_no, *before, *after).select_from(joined).order_by(delta.c.row_no).limit(limit)
    )
    found: list[Restatement] = []
    for row in rows:
        key = " · ".join(_said(value) for value in row[: len(keys)] if value != "")
        line, values = row[len(keys)], row[len(keys) + 1 :]
        pairs = zip(names, values[: len(names)], values[len(names) :], strict=True)
        found += _restatements_of(part.kind.value, key, int(line), list(pairs))
    return tuple(found[:limit])


def _restatements_of(kind: str, key: str, line: int, pairs: list[tuple[str, object, object]]) -> list[Restatement]:
    _, was_retracted, is_retracted = pairs[0]
    if is_retracted:
        return [Restatement(kind, key, "retract", "", "retracted", line)]
    changed = [(name, _said(before), _said(after)) for name, before, after in pairs[1:] if before != after]
    if was_retracted:
        changed.insert(0, ("retract", "retracted", ""))
    return [Restatement(kind, key, name, before, after, line) for name, before, after in changed]


def _said(value: object) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)

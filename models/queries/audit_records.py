"""Rows as they are stored, for an auditor: facts with what superseded them, files, approvals, decisions, the audit log.

Tables are read piece by piece: a fact table can be long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind, ExtractState
from models.store.tables import (
    FACT_TABLES,
    AuditEventRow,
    EstimateRow,
    ExtractPartRow,
    ExtractRow,
    LoadRow,
    OrganisationRow,
    PeriodEventRow,
    SharingRuleRow,
    SharingSignatureRow,
    TableRow,
)

_BATCH = 5000
Cell = str | int | float | bool | None
#: Records of one table up to a number of the sequence.
_RECORDS: dict[str, type[TableRow]] = {
    "extracts": ExtractRow,
    "loads": LoadRow,
    "period_events": PeriodEventRow,
    "sharing_rules": SharingRuleRow,
    "sharing_signatures": SharingSignatureRow,
}


@dataclass(frozen=True, slots=True)
class RecordTable:
    """A table to be written out: its name, its columns, and its rows, which can be walked once."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class OriginalFile:
    """A posted file: the number of its load, its name and the SHA-256 under which its bytes are kept."""

    load_seq: int
    filename: str
    sha256: str


class AuditRecords:
    """Reads what is stored up to a number of the sequence."""

    def __init__(self, session: Session, seq: int) -> None:
        self.session = session
        self.seq = seq

    def original_files(self) -> tuple[OriginalFile, ...]:
        """Return the posted files."""
        query = select(ExtractRow).where(ExtractRow.load_seq <= self.seq, ExtractRow.state == ExtractState.POSTED.value)
        rows = self.session.scalars(query.order_by(ExtractRow.load_seq))
        return tuple(OriginalFile(row.load_seq or 0, row.filename, row.sha256) for row in rows)

    def fact_table(self, kind: ExtractKind, *, kpis: Collection[str] | None = None) -> RecordTable:
        """Return every posted row of a kind, with the number that superseded it by then.

        Parameters
        ----------
        kpis
            Of KPI observations only these; None takes all.
        """
        fact = FACT_TABLES[kind]
        table = fact.table
        names = (*fact.key_names, *fact.value_names, "load_seq", "part_no", "row_no", "is_retracted", "superseded_by")
        query = select(*(table.c[name] for name in names)).where(table.c.load_seq <= self.seq)
        if kpis is not None:
            query = query.where(table.c.kpi.in_(sorted(kpis)))
        places = (table.c.load_seq, table.c.part_no, table.c.row_no)
        ordered = query.order_by(*places, *(table.c[name] for name in fact.key_names))

        def rows() -> Iterator[tuple[Cell, ...]]:
            for *values, superseded_by in self.session.execute(ordered.execution_options(yield_per=_BATCH)):
                later = superseded_by is not None and superseded_by <= self.seq
                yield (*(_cell(value) for value in values), superseded_by if later else None)

        return RecordTable(kind.value, names, rows())

    def record_tables(self) -> Iterator[RecordTable]:
        """Yield who uploaded, approved and decided what, then the whole audit log from its beginning."""
        for name, kind in _RECORDS.items():
            load_seq: ColumnElement[Any] = kind.__table__.c.load_seq
            yield _table(self.session, name, kind, load_seq <= self.seq)
        posted = select(ExtractRow.id).where(ExtractRow.load_seq <= self.seq)
        yield _table(self.session, "extract_parts", ExtractPartRow, ExtractPartRow.extract_id.in_(posted))
        yield _table(self.session, "estimates", EstimateRow, EstimateRow.load_seq <= self.seq, without=("document",))
        yield _table(self.session, "organisation", OrganisationRow, OrganisationRow.id == 1)
        yield _table(self.session, "audit_events", AuditEventRow, AuditEventRow.event_no > 0)


def _table(
    session: Session, name: str, kind: type[TableRow], where: ColumnElement[bool], *, without: Collection[str] = ()
) -> RecordTable:
    table = kind.__table__
    columns = tuple(column.name for column in table.columns if column.name not in without)
    query = (
        select(*(table.c[each] for each in columns))
        .where(where)
        .order_by(*(column for column in table.columns if column.primary_key))
    )

    def rows() -> Iterator[tuple[Cell, ...]]:
        for row in session.execute(query.execution_options(yield_per=_BATCH)):
            yield tuple(_cell(value) for value in row)

    return RecordTable(name, columns, rows())


def _cell(value: object) -> Cell:
    """Return what is written of a value: days and times in ISO form, floats so that they read back as they are."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)

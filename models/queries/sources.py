"""Rows of fact tables as a person meets them: contract columns, and the extract, sheet and row that each came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.domain.money import to_major
from models.queries.knowledge import facts
from models.store.tables import FACT_TABLES, ColumnType, ExtractPartRow, ExtractRow, FactColumn

Value = str | int | bool | Decimal | date | None


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where a row came from: the extract, its file, the sheet of the part, and the row (line) in it."""

    extract_id: int
    filename: str
    part_no: int
    sheet: str
    row_no: int
    load_seq: int
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: the values of its contract columns in their order, and where it came from."""

    values: tuple[Value, ...]
    source: RowSource | None


@dataclass(frozen=True, slots=True)
class SourceTable:
    """Rows of one kind: contract columns (a period is its first and last day) and rows.

    `is_platform` says that they are a shared platform's, of whose cost a part is borne by the initiative asked about.
    """

    kind: ExtractKind
    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    is_platform: bool = False

    def column(self, name: str) -> tuple[Value, ...]:
        """Return the values of a column, none if there is no such column."""
        if name not in self.columns:
            return ()
        place = self.columns.index(name)
        return tuple(row.values[place] for row in self.rows)


def source_table(
    session: Session,
    kind: ExtractKind,
    seq: int,
    *,
    where: Mapping[str, object] | None = None,
    within: tuple[date, date] | None = None,
) -> SourceTable:
    """Return the rows of a kind that were current at `seq`.

    Parameters
    ----------
    session, kind, seq
        As in `facts`.
    where
        Stored column name -> wanted value or values.
    within
        Only rows whose period shares a day with [first, second).
    """
    frame = facts(session, kind, seq, where=where)
    if within is not None and not frame.empty:
        start_on, end_on = within
        frame = frame[(frame["start_on"] < end_on) & (frame["end_on"] > start_on)]
    return table_of(session, kind, frame)


def table_of(session: Session, kind: ExtractKind, frame: pd.DataFrame) -> SourceTable:
    """Return rows of `facts` with where each came from."""
    return SourceTable(kind, column_labels(kind), _rows_of(session, kind, frame))


def column_labels(kind: ExtractKind) -> tuple[str, ...]:
    """Return the columns that `SourceRow.values` follow: those of the contract, a period as from and to."""
    labels: list[str] = []
    for column in _ordered(kind):
        labels += ["from", "to"] if column.type is ColumnType.PERIOD else [column.name]
    return tuple(labels)


def _ordered(kind: ExtractKind) -> tuple[FactColumn, ...]:
    return FACT_TABLES[kind].columns


def _rows_of(session: Session, kind: ExtractKind, frame: pd.DataFrame) -> tuple[SourceRow, ...]:
    records: list[dict[Any, Any]] = frame.to_dict("records")
    sources = _sources_of(session, {int(record["load_seq"]) for record in records})
    rows = []
    for record in records:
        found = sources.get(int(record["load_seq"]))
        source = found.at(int(record["part_no"]), int(record["row_no"])) if found is not None else None
        rows.append(SourceRow(row_values(kind, record), source))
    return tuple(rows)


def row_values(kind: ExtractKind, record: Mapping[Any, Any]) -> tuple[Value, ...]:
    """Return the contract values of a stored row: decimals and money exact, missing as None."""
    currency = record.get("currency")
    values: list[Value] = []
    for column in _ordered(kind):
        values += [_value(column, name, record, currency) for name in _shown_names(column)]
    return tuple(values)


def _shown_names(column: FactColumn) -> Sequence[str]:
    return column.stored if column.type is ColumnType.PERIOD else column.stored[:1]


def _value(column: FactColumn, name: str, record: Mapping[Any, Any], currency: Any) -> Value:
    raw = record[name]
    if raw is None or raw is pd.NA or (isinstance(raw, float) and raw != raw):  # noqa: PLR0124 - NaN is the value unlike itself
        return None
    if column.type is ColumnType.MONEY:
        return to_major(int(raw), str(currency))
    if column.type is ColumnType.DECIMAL:
        return Decimal(str(raw))
    if column.type is ColumnType.BOOL:
        return bool(raw)
    if column.type is ColumnType.INT:
        return int(raw)
    return raw if isinstance(raw, date) else str(raw)


@dataclass(frozen=True, slots=True)
class _LoadSource:
    extract: ExtractRow
    sheets: Mapping[int, str]

    def at(self, part_no: int, row_no: int) -> RowSource:
        extract = self.extract
        return RowSource(
            extract.id,
            extract.filename,
            part_no,
            self.sheets.get(part_no, ""),
            row_no,
            extract.load_seq or 0,
            extract.is_provisional,
        )


def _sources_of(session: Session, loads: set[int]) -> dict[int, _LoadSource]:
    extracts = session.scalars(select(ExtractRow).where(ExtractRow.load_seq.in_(loads))).all()
    sheets: dict[int, dict[int, str]] = {extract.id: {} for extract in extracts}
    for part in session.scalars(select(ExtractPartRow).where(ExtractPartRow.extract_id.in_(list(sheets)))):
        sheets[part.extract_id][part.part_no] = part.sheet
    return {
        extract.load_seq: _LoadSource(extract, sheets[extract.id])
        for extract in extracts
        if extract.load_seq is not None
    }

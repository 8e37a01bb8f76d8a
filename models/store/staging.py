"""Frames to staged rows: a temporary table with the columns of a fact table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Boolean, Column, Date, Double, MetaData, Table, Text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.types import TypeEngine

from models.domain.errors import InvalidInputError
from models.domain.extract import ExtractKind
from models.store.tables.facts import FACT_TABLES, FactTable

_UNIQUE_VIOLATION = "23505"
_TYPES: dict[type, type[TypeEngine[Any]]] = {str: Text, int: BigInteger, float: Double, bool: Boolean, date: Date}
#: pandas types through which values become plain Python values; text and dates are taken as they are.
_DTYPES: dict[type, str] = {int: "Int64", float: "Float64", bool: "boolean"}


@dataclass(frozen=True, slots=True)
class NormalisedPart:
    """One contract's worth of a file, checked and in the exact columns of its fact table.

    `frame` has the columns `FACT_TABLES[kind].frame_names`: key and value columns (text or missing; `datetime.date`;
    whole numbers; money as
    `<x>_minor`; decimals as canonical text `<x>` with `<x>_float`; flags), `is_retracted` and `row_no`. An optional key
    column that is missing
    becomes ''. Other columns are ignored; an absent optional value column is taken as missing, a missing `is_retracted`
    as False, an absent
    `<x>_float` is computed from `<x>`.
    """

    kind: ExtractKind
    part_no: int
    sheet: str
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class StagedPart:
    """A part whose rows are in a temporary table of the connection."""

    kind: ExtractKind
    part_no: int
    rows_in: int
    table: Table


def staged_table(fact: FactTable, name: str, *extra: Column[Any]) -> Table:
    """Return a temporary table with the columns of a frame, keyed like the fact."""
    columns: list[Column[Any]] = [
        Column(
            name,
            _TYPES[fact.table.c[name].type.python_type],
            primary_key=name in fact.key_names,
            autoincrement=False,
        )
        for name in (*fact.key_names, *fact.value_names)
    ]
    columns += [Column("is_retracted", Boolean, nullable=False), Column("row_no", BigInteger, nullable=False), *extra]
    return Table(f"{name}_{fact.kind.value}", MetaData(), *columns, prefixes=["TEMPORARY"], sqlite_with_rowid=False)


def _absent(frame: pd.DataFrame, fact: FactTable, name: str) -> list[object]:
    column, text = fact.table.c[name], name.removesuffix("_float")
    if text != name and text in fact.value_names:
        return [None if value is None else float(str(value)) for value in column_values(frame, fact, text)]
    if name == "row_no" or column.primary_key or not column.info.get("is_optional", True):
        raise InvalidInputError(f"{fact.kind.value}: the frame has no column {name}")
    return [False if name == "is_retracted" else None] * len(frame)


def _plain(series: pd.Series[Any], wanted: type, place: str) -> list[object]:
    """Values of a column as Python objects of the wanted type, missing as None."""
    try:
        typed = series.astype(pd.api.types.pandas_dtype(_DTYPES[wanted])) if wanted in _DTYPES else series
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"{place} holds values that are not {wanted.__name__}: {error}") from error
    values: list[object] = typed.astype(object).where(typed.notna(), None).tolist()
    odd = next((value for value in values if value is not None and type(value) is not wanted), None)
    if odd is not None:
        raise InvalidInputError(f"{place} holds {type(odd).__name__} {odd!r}, not {wanted.__name__}")
    return values


def column_values(frame: pd.DataFrame, fact: FactTable, name: str) -> list[object]:
    """Return a column of a frame as Python values, missing as None ('' for an optional key).

    Raises
    ------
    InvalidInputError
        If a required column is absent, a key is missing, or a value is not of the column's type.
    """
    column, place = fact.table.c[name], f"{fact.kind.value}.{name}"
    if name not in frame.columns:
        return [""] * len(frame) if column.primary_key and column.info["is_optional"] else _absent(frame, fact, name)
    values = _plain(frame[name], column.type.python_type, place)
    if name == "is_retracted":
        return [value is True for value in values]
    if not column.primary_key:
        return values
    if not column.info["is_optional"] and any(value is None for value in values):
        raise InvalidInputError(f"{place} is missing in a row; it is part of the key")
    return ["" if value is None else value for value in values]


def _rows(part: NormalisedPart, table: Table, *, are_dates_text: bool) -> Iterator[tuple[object, ...]]:
    fact = FACT_TABLES[part.kind]
    columns = []
    for column in table.columns:
        values = column_values(part.frame, fact, column.name)
        columns.append(_as_text(values) if are_dates_text and isinstance(column.type, Date) else values)
    return zip(*columns, strict=True)


def _as_text(days: list[object]) -> list[object]:
    """Write days as SQLite keeps them; each distinct day once."""
    text = {day: day.isoformat() if isinstance(day, date) else None for day in set(days)}
    return [text[day] for day in days]


def stage(session: Session, part: NormalisedPart) -> StagedPart:
    """Create a temporary table and fill it with the part's rows.

    Raises
    ------
    InvalidInputError
        If a key comes twice, or a column is not what the table needs.
    """
    table = staged_table(FACT_TABLES[part.kind], f"staged_{part.part_no}")
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    rows = _rows(part, table, are_dates_text=is_sqlite)
    session.execute(CreateTable(table))
    driver: Any = session.connection().connection.driver_connection
    try:
        if is_sqlite:
            _fill_sqlite(driver, table, rows)
        else:
            _fill_postgresql(driver, table, rows)
    except Exception as error:
        if isinstance(error, sqlite3.IntegrityError) or getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise InvalidInputError(f"{part.kind.value}: a key comes twice in the file") from error
        raise
    return StagedPart(part.kind, part.part_no, len(part.frame), table)


def unstage(session: Session, *tables: Table) -> None:
    """Drop temporary tables."""
    for table in tables:
        session.execute(DropTable(table))


def _fill_sqlite(driver: Any, table: Table, rows: Iterator[tuple[object, ...]]) -> None:
    places = ", ".join("?" * len(table.columns))
    driver.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)


def _fill_postgresql(driver: Any, table: Table, rows: Iterator[tuple[object, ...]]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)

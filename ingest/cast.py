"""Cast a table of text under its contract: exact texts beside a typed frame, and what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ingest.cast_numbers import cast_decimals, cast_money, cast_whole
from ingest.cast_periods import Spans, cast_fiscal_periods, cast_kpi_periods
from ingest.cast_words import cast_currencies, cast_dates, cast_flags, cast_keys, cast_words
from ingest.coded import Coded
from ingest.contracts import ColumnType
from ingest.known import Known
from ingest.limits import Limits
from ingest.tables import Fault, Mask, TextTable

_WORDS = {
    ColumnType.KEY: cast_keys,
    ColumnType.TEXT: cast_words,
    ColumnType.ENUM: cast_words,
    ColumnType.CURRENCY: cast_currencies,
}


@dataclass(frozen=True, slots=True)
class CastTable:
    """A cast table; all columns have the table's n rows.

    Parameters
    ----------
    table
        The text it was cast from.
    columns
        Typed columns of the frame that the contract checks; a cell that does not fit is missing.
    words
        Columns of words by dictionary code.
    exact
        Canonical texts of decimals and money; empty where missing.
    minor
        Amounts in minor units; 0 where missing.
    spans
        First day of, and first day after, each period.
    faults
        What does not fit.
    bad_cells
        Rows of each column whose cell does not fit.
    """

    table: TextTable
    columns: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Coded] = field(default_factory=dict)
    exact: dict[str, pa.StringArray] = field(default_factory=dict)
    minor: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    spans: dict[str, Spans] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    bad_cells: dict[str, Mask] = field(default_factory=dict)

    def mark(self, faults: Sequence[Fault]) -> None:
        """Take in further faults."""
        for fault in faults:
            self.faults.append(fault)
            if fault.is_error and fault.column:
                mask = self.bad_cells.setdefault(fault.column, np.zeros(self.table.rows, dtype=bool))
                mask[fault.rows] = True

    def frame(self) -> pd.DataFrame:
        """Return the typed frame, with the contract's columns in its order."""
        return pd.DataFrame({name: self.columns[name] for name in self.table.contract.names}, copy=False)

    def set_words(self, name: str, coded: Coded) -> None:
        """Put a column of words into the frame."""
        self.words[name] = coded
        self.columns[name] = coded.categorical()

    def bad_rows(self) -> Mask:
        """Mark rows that hold any error."""
        bad = np.zeros(self.table.rows, dtype=bool)
        for fault in self.faults:
            if fault.is_error:
                bad[fault.rows] = True
        return bad

    def is_bad(self, names: Sequence[str]) -> Mask:
        """Rows with an error in any of the columns."""
        bad = np.zeros(self.table.rows, dtype=bool)
        for name in names:
            bad |= self.bad_cells.get(name, False)
        return bad

    def retracted(self) -> Mask:
        """Rows that withdraw their key."""
        return pd.Series(self.columns["retract"]).to_numpy(dtype=bool, na_value=False)


def cast_table(table: TextTable, known: Known, limits: Limits) -> CastTable:
    """Cast every column of a table by the grammar of its type.

    Parameters
    ----------
    table
        Text of n rows.
    known
        Gives the fiscal calendar and the frequencies of KPIs.
    limits
        Bounds on the length of a cell.
    """
    cast = CastTable(table)
    for spec in table.contract.columns:
        if spec.type in _WORDS:
            coded, faults = _WORDS[spec.type](table, spec.name, limits)
            cast.set_words(spec.name, coded)
            cast.mark(faults)
    for spec in table.contract.columns:
        if spec.type not in _WORDS:
            cast.mark(_cast_values(cast, spec.name, spec.type, known))
    return cast


def _cast_values(cast: CastTable, name: str, column_type: ColumnType, known: Known) -> Sequence[Fault]:
    """Cast a column that holds no words; keep it and return its faults."""
    table = cast.table
    if column_type is ColumnType.DECIMAL:
        numbers = cast_decimals(table, name)
        cast.exact[name], cast.columns[name] = numbers.exact, numbers.floats
        return numbers.faults
    if column_type is ColumnType.MONEY:
        numbers, cast.minor[name] = cast_money(table, name, cast.words["currency"])
        cast.exact[name], cast.columns[name] = numbers.exact, numbers.floats
        return numbers.faults
    if column_type in {ColumnType.FISCAL_PERIOD, ColumnType.KPI_PERIOD}:
        is_fiscal = column_type is ColumnType.FISCAL_PERIOD
        spans = (
            cast_fiscal_periods(table, name, known)
            if is_fiscal
            else cast_kpi_periods(table, name, cast.words["kpi"], known)
        )
        cast.spans[name], cast.columns[name] = spans, spans.starts
        return spans.faults
    values: tuple[object, list[Fault]]
    if column_type is ColumnType.DATE:
        values = cast_dates(table, name)
    else:
        values = cast_whole(table, name) if column_type is ColumnType.INT else cast_flags(table, name)
    cast.columns[name] = values[0]
    return values[1]

"""Run a contract's pandera model over a cast table and turn what fails into faults."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from ingest.cast import CastTable
from ingest.cast_words import suggest_word
from ingest.contracts import ColumnSpec
from ingest.tables import Details, Fault, Mask, Rows
from models.domain.errors import InvalidInputError


def check_contract(cast: CastTable) -> list[Fault]:
    """Return the faults of all rows under the contract's checks, those of cells that did not fit its grammar left out.

    Raises
    ------
    InvalidInputError
        If the frame has not the columns and types of the contract: a fault of the program, not of the file.
    """
    frame = cast.frame()
    try:
        cast.table.contract.model.to_schema().validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        found = [fault for error in errors.schema_errors for fault in _turn(cast, frame, error)]
        return sorted(found, key=lambda fault: fault.code)
    return []


def _turn(cast: CastTable, frame: pd.DataFrame, error: SchemaError) -> list[Fault]:
    """Turn one failed check into faults."""
    if error.reason_code is SchemaErrorReason.SERIES_CONTAINS_NULLS:
        return _missing(cast, frame, str(error.schema.name))
    if error.check_output is None or error.reason_code is not SchemaErrorReason.DATAFRAME_CHECK:
        raise InvalidInputError(f"the frame of {cast.table.kind.value} is not what its contract needs: {error}")
    rows = np.asarray(error.check_output.index[~error.check_output.astype(bool)], dtype=np.int64)
    if not error.check.error or ":" not in error.check.error:
        spec = cast.table.contract.column(str(error.schema.name))
        return _out_of_bounds(cast, spec, rows, is_choice=error.check.name == "isin")
    code, column, *rest = error.check.error.split(":")
    if code == "KEY-001":
        return _doubled(cast, frame, rows)
    rows = _only(rows, ~(cast.is_bad([column]) | cast.retracted()))
    words = _words_of(cast, frame, column, "".join(rest))
    return [Fault(code, column, rows, words)] if len(rows) else []


def _only(rows: Rows, allowed: Mask) -> Rows:
    return rows[allowed[rows]]


def _missing(cast: CastTable, frame: pd.DataFrame, column: str) -> list[Fault]:
    """Find required cells that are empty; a retraction needs its key alone."""
    spec = cast.table.contract.column(column)
    absent = np.asarray(frame[column].isna()) & ~cast.is_bad([column])
    if not spec.is_key:
        absent &= ~cast.retracted()
    if column not in cast.table.columns:
        return []  # the header was refused for it already
    rows = np.flatnonzero(absent & _can_judge(cast, column)).astype(np.int64)
    return [Fault("CELL-001", column, rows, lambda _: {})] if len(rows) else []


def _can_judge(cast: CastTable, column: str) -> Mask:
    """Mark rows in which an absent value means an empty cell: without a known KPI a period could not be read."""
    if column not in cast.spans:
        return np.ones(cast.table.rows, dtype=bool)
    lengths = cast.table.columns[column].to_numpy(zero_copy_only=False)
    return np.asarray(lengths == "")


def _out_of_bounds(cast: CastTable, spec: ColumnSpec, rows: Rows, *, is_choice: bool) -> list[Fault]:
    rows = _only(rows, ~cast.is_bad([spec.name]))
    if not len(rows):
        return []
    if is_choice and spec.allowed:

        def words(row: int) -> Mapping[str, object]:
            text = cast.table.text_at(spec.name, row)
            return {"text": text, "allowed": ", ".join(spec.allowed), "suggestion": suggest_word(text, spec.allowed)}

        return [Fault("CELL-006", spec.name, rows, words)]
    return [
        Fault(
            "CELL-015",
            spec.name,
            rows,
            lambda row: {"text": cast.table.text_at(spec.name, row), "allowed": spec.bounds},
        )
    ]


def _doubled(cast: CastTable, frame: pd.DataFrame, rows: Rows) -> list[Fault]:
    """Rows whose key stands on another row too; keys with a bad cell are judged by that cell."""
    names = cast.table.contract.key_names
    rows = _only(rows, ~cast.is_bad(names) & ~_lacks_key(cast, frame))
    if not len(rows):
        return []
    keys = frame.loc[rows, list(names)]
    times = keys.groupby(list(names), dropna=False, observed=True, sort=False)[names[0]].transform("size")

    def words(row: int) -> Mapping[str, object]:
        texts = [cast.words[name].text(row) if name in cast.words else cast.table.text_at(name, row) for name in names]
        return {
            "text": " · ".join(text for text in texts if text),
            "found": int(times[row]),
            "allowed": ", ".join(names),
        }

    counted = times.fillna(0) > 1
    rows = rows[np.asarray(counted)]
    return [Fault("KEY-001", names[-1] if len(names) == 1 else "", rows, words)] if len(rows) else []


def _lacks_key(cast: CastTable, frame: pd.DataFrame) -> Mask:
    lacking = np.zeros(cast.table.rows, dtype=bool)
    for spec in cast.table.contract.columns:
        if spec.is_key and spec.is_required:
            lacking |= np.asarray(frame[spec.name].isna())
    return lacking


def _words_of(cast: CastTable, frame: pd.DataFrame, column: str, rest: str) -> Details:
    """Words of a check between columns: `rest` is the other column, or what is allowed."""
    is_column = rest in frame.columns
    source = {"unit_value_source": "a source", "unit_value_owner": "an owner", "currency": "a currency"}

    def words(row: int) -> Mapping[str, object]:
        return {
            "text": cast.table.text_at(column, row),
            "other": cast.table.text_at(rest, row) if is_column else "",
            "allowed": rest,
            "found": source.get(column, ""),
        }

    return words

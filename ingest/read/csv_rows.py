"""Rows of a delimited text file as columns of text, with the line of each."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from ingest.contracts import Contract
from ingest.findings import Place, make_finding
from ingest.limits import Limits
from ingest.read.header import Header
from ingest.tables import Rows, TextTable
from models.domain.extract import Finding


@dataclass(frozen=True, slots=True)
class RowReading:
    """The table, or None if it could not be read, and the findings of reading its rows."""

    table: TextTable | None
    findings: tuple[Finding, ...]


def read_rows(body: bytes, header: Header, contract: Contract, limits: Limits) -> RowReading:
    """Read the rows below the header.

    Parameters
    ----------
    body
        UTF-8 text whose quotes match.
    header
        Delimiter and columns.
    contract
        The contract that the rows follow.
    limits
        Bounds on rows and on the length of a line.
    """
    place = Place(contract.kind.value)
    ragged: list[tuple[int, int]] = []
    try:
        arrays, ragged = _parse(body, header, limits)
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise
        return RowReading(
            None, (make_finding("LINE-003", place, {"found": limits.line_bytes, "allowed": limits.line_bytes}),)
        )
    lines = _number_lines(body, header)
    good = np.delete(lines, [number - 2 for number, _ in ragged])
    findings = tuple(_name_ragged(ragged, lines, place, len(header.names), limits))
    filled = _find_filled(arrays, len(good))
    blank = int(len(good) - filled.sum())
    if blank:
        arrays = [array.filter(pa.array(filled)) for array in arrays]
        good = good[filled]
    if len(good) > limits.rows:
        return RowReading(
            None, (*findings, make_finding("FILE-008", place, {"found": len(good), "allowed": limits.rows}))
        )
    columns = {name: arrays[position] for name, position in header.positions.items()}
    return RowReading(
        TextTable(contract, "", columns, header.positions, good, blank_rows=blank, ragged_rows=len(ragged)), findings
    )


def _parse(body: bytes, header: Header, limits: Limits) -> tuple[list[pa.StringArray], list[tuple[int, int]]]:
    """Parse into columns of text; return also (number of the non-empty line, cells) of each line that does not fit."""
    count = 0

    def note(_: arrow_csv.InvalidRow) -> str:
        nonlocal count
        count += 1
        return "skip"

    table = _read_arrow(body, header, limits, note, is_threaded=True)
    ragged: list[tuple[int, int]] = []
    if count:
        # Line numbers are only given by a reader that runs in one thread.
        def keep(row: arrow_csv.InvalidRow) -> str:
            ragged.append((row.number, row.actual_columns))
            return "skip"

        table = _read_arrow(body, header, limits, keep, is_threaded=False)
    arrays = [_combine(column) for column in table.columns]
    return arrays, ragged


def _read_arrow(body: bytes, header: Header, limits: Limits, handler: object, *, is_threaded: bool) -> pa.Table:
    names = [f"c{position}" for position in range(len(header.names))]
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            use_threads=is_threaded,
            block_size=limits.line_bytes,
            column_names=names,
            skip_rows=0,
            skip_rows_after_names=1,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=header.delimiter,
            newlines_in_values=b'"' in body,
            ignore_empty_lines=True,
            invalid_row_handler=handler,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )


def _combine(column: pa.ChunkedArray) -> pa.StringArray:
    combined = column.combine_chunks()
    return (
        combined
        if isinstance(combined, pa.StringArray)
        else pa.concat_arrays([*combined.chunks, pa.array([], pa.string())])
    )


def _find_filled(arrays: list[pa.StringArray], rows: int) -> np.ndarray:
    """Rows that hold any value."""
    filled = np.zeros(rows, dtype=bool)
    for array in arrays:
        filled |= np.asarray(pc.greater(pc.binary_length(array), 0))
        if filled.all():
            break
    return filled


def _number_lines(body: bytes, header: Header) -> Rows:
    """Line of the file on which each row below the header starts; empty lines are no rows."""
    if b'"' in body:
        reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), delimiter=header.delimiter, strict=True)
        starts, before = [], 0
        for cells in reader:
            if cells:
                starts.append(before + 1)
            before = reader.line_num
        return np.asarray(starts[1:], dtype=np.int64)
    raw = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(raw == ord("\n"))
    if not len(ends) or ends[-1] != len(raw) - 1:
        ends = np.append(ends, len(raw))
    starts_at = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts_at
    is_return_only = (lengths == 1) & (raw[np.minimum(starts_at, len(raw) - 1)] == ord("\r"))
    return np.flatnonzero((lengths > 0) & ~is_return_only)[1:].astype(np.int64) + 1


def _name_ragged(
    ragged: list[tuple[int, int]], lines: Rows, place: Place, columns: int, limits: Limits
) -> list[Finding]:
    """Name the lines whose number of cells is not that of the header; the rest as a count."""
    findings = []
    for number, cells in ragged[: limits.findings_each]:
        here = Place(place.kind, line=int(lines[number - 2]))
        findings.append(make_finding("LINE-001", here, {"found": cells, "allowed": columns}))
    rest = len(ragged) - limits.findings_each
    if rest > 0:
        findings.append(
            make_finding("LINE-001", place, {"found": f"{rest:,} more lines; each has not as many", "allowed": columns})
        )
    return findings

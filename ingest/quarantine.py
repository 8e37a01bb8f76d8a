"""Downloads for the person who mends a file: its bad rows with their reasons, and its findings."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingest.cast import CastTable
from ingest.contracts import REASONS_COLUMN
from ingest.tables import Mask
from models.domain.extract import Finding

_LEADING = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class QuarantinedTable:
    """The bad rows of one table: their texts by column, and the codes of their findings; all of length n."""

    kind: str
    sheet: str
    columns: tuple[tuple[str, pa.StringArray], ...]
    reasons: tuple[str, ...]


def quarantine_table(cast: CastTable, is_bad: Mask) -> QuarantinedTable:
    """Take the bad rows of a table as they stand in the file."""
    table = cast.table
    rows = np.flatnonzero(is_bad)
    place = np.full(table.rows, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    reasons: list[list[str]] = [[] for _ in range(len(rows))]
    for fault in (fault for fault in cast.faults if fault.is_error):
        reason = f"{fault.code} {fault.column}".strip()
        for at in place[fault.rows[place[fault.rows] >= 0]].tolist():
            reasons[at].append(reason)
    keep = pa.array(is_bad)
    ordered = sorted(table.positions, key=lambda name: table.positions[name])
    columns = tuple((name, table.columns[name].filter(keep)) for name in ordered)
    return QuarantinedTable(table.kind.value, table.sheet, columns, tuple("; ".join(words) for words in reasons))


def quarantine_csv(table: QuarantinedTable) -> bytes:
    """Return the bad rows as CSV to be mended and sent again; reading leaves out the last column, the reasons."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(name for name, _ in table.columns), REASONS_COLUMN])
    texts = [array.to_pylist() for _, array in table.columns]
    writer.writerows(zip(*texts, table.reasons, strict=True))
    return out.getvalue().encode("utf-8")


def findings_csv(findings: Sequence[Finding]) -> bytes:
    """Return findings as CSV for spreadsheets, marked as UTF-8; text that could be taken for a formula is prefixed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = (
        "code",
        "severity",
        "title",
        "contract",
        "sheet",
        "cell",
        "line",
        "column",
        "found",
        "allowed",
        "advice",
        "suggestion",
    )
    writer.writerow(names)
    for item in findings:
        line = "" if item.line is None else str(item.line)
        place = (item.kind, item.sheet, item.cell, line, item.column)
        row = (
            item.code,
            item.severity.value,
            item.title,
            *place,
            item.found,
            item.allowed,
            item.advice,
            item.suggestion,
        )
        writer.writerow([_harmless(text) for text in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _harmless(text: str) -> str:
    """Prefix what a spreadsheet would run; a plain number stays a number."""
    is_number = text.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text.startswith(_LEADING) and not is_number else text

"""Tables as read: every cell as text, with the place of every row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ingest.catalogue import CATALOGUE
from ingest.contracts import Contract
from ingest.findings import Place, make_finding
from ingest.limits import Limits
from models.domain.extract import ExtractKind, Finding, Severity

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Gives the words of the case of one row.
Details = Callable[[int], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class TextTable:
    """One table of a file under its contract.

    Parameters
    ----------
    contract
        The contract that the table follows.
    sheet
        Name of the sheet; empty outside workbooks.
    columns
        Text of the contract's columns that the header holds, each of length n; a missing value is empty.
    positions
        Place of each column in the header, from 0.
    row_numbers
        Line of the file, row of the sheet, or number of the row; length n.
    is_workbook
        Whether places are cells.
    number_cells
        For workbooks: rows of each column whose cells are numbers rather than text.
    blank_rows
        Rows without any value, left out.
    ragged_rows
        Rows that were refused because they have not as many cells as the header.
    titles
        Names that columns have in the file, where they are not those of the contract.
    """

    contract: Contract
    sheet: str
    columns: Mapping[str, pa.StringArray]
    positions: Mapping[str, int]
    row_numbers: Rows
    is_workbook: bool = False
    number_cells: Mapping[str, Mask] = field(default_factory=dict)
    blank_rows: int = 0
    ragged_rows: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> ExtractKind:
        """The kind of fact."""
        return self.contract.kind

    @property
    def rows(self) -> int:
        """Number of rows, those refused for their number of cells not counted."""
        return len(self.row_numbers)

    def text_at(self, column: str, row: int) -> str:
        """Text of a cell as it stands in the file."""
        return str(self.columns[column][row].as_py()) if column in self.columns else ""

    def place(self, column: str = "", row: int | None = None) -> Place:
        """Where a cell, row, column or the table itself stands."""
        line = int(self.row_numbers[row]) if row is not None else None
        cell = ""
        if self.is_workbook and line is not None and column in self.positions:
            cell = f"{column_letters(self.positions[column])}{line}"
        return Place(self.kind.value, self.sheet, line, self.titles.get(column, column), cell)


@dataclass(frozen=True, slots=True)
class Fault:
    """All cases of one problem in one column: columnar, so that a million bad cells stay cheap.

    `details` gives the words of one row's case; it is asked only for the rows that are listed one by one.
    """

    code: str
    column: str
    rows: Rows
    details: Details

    @property
    def is_error(self) -> bool:
        """Whether the rows are bad."""
        return CATALOGUE[self.code].severity is Severity.ERROR


def column_letters(position: int) -> str:
    """Return the letters of a sheet's column: 0 is A, 26 is AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def render_faults(table: TextTable, faults: Sequence[Fault], limits: Limits) -> list[Finding]:
    """Render faults as findings in the order of the file: the first of each one by one, the rest as a count."""
    findings: list[tuple[int, int, Finding]] = []
    for order, fault in enumerate(faults):
        shown = fault.rows[: limits.findings_each]
        for row in shown.tolist():
            place = table.place(fault.column, row)
            findings.append((place.line or 0, order, make_finding(fault.code, place, fault.details(row))))
        rest = len(fault.rows) - len(shown)
        if rest:
            last = int(table.row_numbers[-1]) + 1
            findings.append((last, order, _count_rest(table, fault, rest)))
    return [finding for _, _, finding in sorted(findings, key=lambda item: item[:2])]


def _count_rest(table: TextTable, fault: Fault, rest: int) -> Finding:
    """Make one finding of the cases that are not listed one by one."""
    entry = CATALOGUE[fault.code]
    place = table.place(fault.column)
    where = f" of column {fault.column}" if fault.column else ""
    return Finding(
        code=entry.code,
        severity=entry.severity,
        title=f"{entry.title.split('{', maxsplit=1)[0].strip()}: more",
        kind=place.kind,
        sheet=place.sheet,
        line=None,
        column=place.column,
        cell="",
        found=f"{rest:,} more rows{where} have the same problem",
        allowed=f"the first {len(fault.rows) - rest:,} are listed",
        advice="The download of bad rows holds them all.",
    )

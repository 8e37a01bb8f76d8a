"""Parsed rows and columns to tables: the header settles the contract, empty rows and columns are left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.findings import Place, make_finding
from ingest.limits import Limits
from ingest.read.header import read_header
from ingest.tables import TextTable
from models.domain.extract import ExtractKind, Finding


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a sheet or of a Parquet file as text.

    Parameters
    ----------
    sheet
        Name of the sheet; empty for a Parquet file.
    names
        The header.
    cells
        Texts of the rows below it, by position; each of length n.
    numbers
        Whether the cells are numbers, by position; each of length n.
    first_row
        Number of the first row below the header.
    is_workbook
        Whether places are cells.
    """

    sheet: str
    names: tuple[str, ...]
    cells: tuple[pa.StringArray, ...]
    numbers: tuple[pa.BooleanArray, ...]
    first_row: int
    is_workbook: bool


def read_grid(grid: Grid, kind: ExtractKind | None, limits: Limits) -> tuple[TextTable | None, tuple[Finding, ...]]:
    """Read a grid under the contract that its sheet, its file or its header names."""
    grid = _drop_empty_columns(grid)
    place = Place(kind.value if kind else "", grid.sheet, 1 if grid.is_workbook else None)
    header = read_header([("", grid.names)], kind, place, limits)
    if header.contract is None or not header.is_usable:
        return None, header.findings
    rows = len(grid.cells[0]) if grid.cells else 0
    filled = np.zeros(rows, dtype=bool)
    for cells in grid.cells:
        filled |= np.asarray(pc.greater(pc.binary_length(cells), 0))
    if filled.sum() > limits.rows:
        return None, (
            *header.findings,
            make_finding("FILE-008", place, {"found": int(filled.sum()), "allowed": limits.rows}),
        )
    keep = pa.array(filled)
    table = TextTable(
        contract=header.contract,
        sheet=grid.sheet,
        columns={name: grid.cells[at].filter(keep) for name, at in header.positions.items()},
        positions=header.positions,
        row_numbers=np.flatnonzero(filled).astype(np.int64) + grid.first_row,
        is_workbook=grid.is_workbook,
        number_cells={name: np.asarray(grid.numbers[at])[filled] for name, at in header.positions.items()},
        blank_rows=_count_inner_blanks(filled),
    )
    return table, header.findings


def _drop_empty_columns(grid: Grid) -> Grid:
    """Leave out columns at the end that have neither name nor cells: formatting makes them."""
    last = len(grid.names)
    while last and not grid.names[last - 1] and pc.max(pc.binary_length(grid.cells[last - 1])).as_py() in {0, None}:
        last -= 1
    return Grid(grid.sheet, grid.names[:last], grid.cells[:last], grid.numbers[:last], grid.first_row, grid.is_workbook)


def _count_inner_blanks(filled: np.ndarray) -> int:
    """Empty rows above the last row that holds a value; below it a sheet has no rows."""
    used = np.flatnonzero(filled)
    return int(used[-1] + 1 - len(used)) if len(used) else 0

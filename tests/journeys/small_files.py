"""The small company of tests.value.company as the files that a finance department would send."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl

from models.domain.extract import ExtractKind
from models.domain.money import to_major
from models.store.tables import FACT_TABLES, ColumnType, FactColumn
from tests.value.company import Rows, company_rows

LARGE = (ExtractKind.PL_ROWS, ExtractKind.KPI_OBSERVATIONS)


def write_small_company(folder: Path) -> list[Path]:
    """Write one workbook with a sheet for each small contract, and CSV files for the rows of P&L and KPIs."""
    rows = company_rows()
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for kind in rows:
        if kind not in LARGE:
            sheet = book.create_sheet(kind.value)
            for line in lines_of(kind, rows[kind]):
                sheet.append(line)
    book.save(folder / "master_data.xlsx")
    files = [folder / "master_data.xlsx"]
    for kind in LARGE:
        files.append(folder / f"{kind.value}.csv")
        write_lines(files[-1], lines_of(kind, rows[kind]))
    return files


def write_lines(path: Path, lines: list[list[str]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def lines_of(kind: ExtractKind, rows: Rows) -> list[list[str]]:
    """Turn stored rows into the cells of their contract, below its header."""
    columns = FACT_TABLES[kind].columns
    return [[column.name for column in columns], *([_cell(kind, column, row) for column in columns] for row in rows)]


def _cell(kind: ExtractKind, column: FactColumn, row: Mapping[str, object]) -> str:
    value = row.get(column.stored[0])
    if value is None:
        return ""
    if column.type is ColumnType.PERIOD:
        assert isinstance(value, date)
        year, week, _ = value.isocalendar()
        return f"{year}-W{week:02d}" if kind is ExtractKind.KPI_OBSERVATIONS else f"{value:%Y-%m}"
    if column.type is ColumnType.MONEY:
        assert isinstance(value, int)
        return str(to_major(value, "EUR"))
    if column.type is ColumnType.BOOL:
        return "yes" if value else "no"
    return str(value)

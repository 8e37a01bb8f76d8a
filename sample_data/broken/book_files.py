"""Broken workbooks and Parquet files."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from sample_data.broken.case import NO_CONTROL, BrokenFile
from sample_data.broken.packing import Cell, Raw, Sheet, pack_archive, pack_workbook

_KPI: list[Cell] = ["kpi", "unit", "period", "value"]
_ROW: list[Cell] = ["invoices", "0012", "2026-06", 1010]
_DATA = "kpi_observations"


def _book(name: str, code: str, sheets: list[Sheet], *expected: str, is_read: bool = True) -> BrokenFile:
    notes = (NO_CONTROL,) if is_read else ()
    return BrokenFile(name, code, pack_workbook(sheets), (*expected, *notes))


def _with_cell(cell: Cell) -> list[Sheet]:
    return [Sheet(_DATA, [_KPI, ["invoices", "0012", "2026-06", cell]])]


def broken_books() -> tuple[BrokenFile, ...]:
    """Return workbooks that cannot be read, or hold what must not be passed over."""
    sound = pack_workbook([Sheet(_DATA, [_KPI, _ROW])])
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    error, formula = Raw('t="e"', "<f>1/0</f><v>#DIV/0!</v>"), Raw("", "<f>1+1</f>")
    declared = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    return (
        BrokenFile("truncated.xlsx", "BOOK-001", sound[: len(sound) // 2], ("BOOK-001 file",)),
        BrokenFile("bomb.xlsx", "BOOK-002", pack_archive({"xl/workbook.xml": b" " * 6_000_000}), ("BOOK-002 file",)),
        BrokenFile("password.xlsx", "BOOK-003", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504, ("BOOK-003 file",)),
        BrokenFile(
            "macros.xlsm",
            "BOOK-004",
            pack_workbook([Sheet(_DATA, [_KPI, _ROW])], {"xl/vbaProject.bin": b"x"}),
            ("BOOK-004 file",),
        ),
        _book(
            "far_cell.xlsx",
            "BOOK-005",
            [Sheet(_DATA, [_KPI, _ROW], stray=far)],
            f"BOOK-005 {_DATA}!XFD1048576",
            is_read=False,
        ),
        _book("error_value.xlsx", "BOOK-006", _with_cell(error), f"BOOK-006 {_DATA}!D2"),
        _book("formula.xlsx", "BOOK-007", _with_cell(formula), f"BOOK-007 {_DATA}!D2"),
        _book(
            "merged.xlsx",
            "BOOK-008",
            [
                Sheet(
                    _DATA,
                    [_KPI, _ROW, [None, "NA", "2026-06", 7]],
                    tail='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>',
                )
            ],
            f"BOOK-008 {_DATA}!A2",
            f"CELL-001 {_DATA}!A3",
        ),
        _book(
            "other_sheet.xlsx",
            "BOOK-009",
            [Sheet(_DATA, [_KPI, _ROW]), Sheet("KPI Observation", [["a"]])],
            "BOOK-009 KPI Observation",
        ),
        _book(
            "hidden_sheet.xlsx",
            "BOOK-010",
            [Sheet(_DATA, [_KPI, _ROW]), Sheet("units", [["a"]], is_hidden=True)],
            "BOOK-010 units",
        ),
        BrokenFile(
            "entities.xlsx",
            "BOOK-012",
            pack_workbook([Sheet(_DATA, [_KPI, _ROW])], prolog=declared),
            ("BOOK-012 file",),
        ),
        _book(
            "long_key.xlsx",
            "CELL-014",
            [Sheet("units", [["unit", "name", "entity"], [4006381333931112, "Depot Bonn", "DE1"]])],
            "CELL-014 units!A2",
            "CELL-016 units!A2",
        ),
        _book(
            "numeric_keys.xlsx",
            "CELL-016",
            [Sheet("units", [["unit", "name", "entity"], [12, "Depot Bonn", "DE1"]])],
            "CELL-016 units!A2",
        ),
    )


def broken_controls() -> tuple[BrokenFile, ...]:
    """Return workbooks that are not what their control says."""

    def controlled(name: str, code: str, row: list[Cell], expected: str) -> BrokenFile:
        sheets = [Sheet(_DATA, [_KPI, _ROW]), Sheet("Control", [["part", "item", "value"], row])]
        return _book(name, code, sheets, expected, is_read=False)

    return (
        controlled("control_rows.xlsx", "CTRL-001", [_DATA, "rows", "2"], f"CTRL-001 {_DATA}"),
        controlled("control_sum.xlsx", "CTRL-002", [_DATA, "sum:value", "1011"], f"CTRL-002 {_DATA}, column value"),
        BrokenFile(
            "control_unreadable.xlsx",
            "CTRL-004",
            pack_workbook(
                [Sheet(_DATA, [_KPI, _ROW]), Sheet("Control", [["part", "item", "value"], [_DATA, "total", "1010"]])]
            ),
            ("CTRL-004 Control, line 2", NO_CONTROL),
        ),
    )


def broken_parquet() -> tuple[BrokenFile, ...]:
    """Return Parquet files that cannot be read."""
    columns: dict[str, list[object]] = {"kpi": ["invoices"], "unit": ["0012"], "period": ["2026-06"]}
    sound = _pack_parquet({**columns, "value": [1010.0]})
    nested = _pack_parquet({**columns, "value": [[1010.0]]})
    return (
        BrokenFile("kpi_observations_cut.parquet", "PARQ-001", sound[:-20], ("PARQ-001 file",)),
        BrokenFile(
            "kpi_observations_nested.parquet",
            "PARQ-002",
            nested,
            ("PARQ-002 column value", "KPI-002 line 1, column value", NO_CONTROL),
        ),
    )


def _pack_parquet(columns: dict[str, list[object]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()

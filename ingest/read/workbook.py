"""Read an XLSX workbook: visible sheets named after contracts, and a sheet Control."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ingest.findings import Place, make_finding
from ingest.limits import Limits
from ingest.read.archive import check_archive
from ingest.read.control import Control, read_control_rows
from ingest.read.parse import Parsed, parse_apart
from ingest.read.reading import FileReading
from ingest.read.sheets import Grid, read_grid
from ingest.tables import TextTable
from models.domain.extract import ExtractKind, Finding

_CONTROL = "Control"


def read_workbook(content: bytes, filename: str, kind: ExtractKind | None, limits: Limits) -> FileReading:
    """Read the visible sheets of a workbook.

    Parameters
    ----------
    content
        Bytes that begin like a zip archive.
    filename
        Its name.
    kind
        The contract of its only sheet, where the sheet is not named after one.
    limits
        Bounds on the archive, on sheets and on the process that parses them.
    """
    refused = check_archive(content, filename, limits)
    if refused:
        return FileReading("xlsx", (), refused)
    parsed = parse_apart("xlsx", content, limits)
    if parsed.stopped:
        allowed = f"{limits.child_s} seconds and {limits.child_bytes // 1_000_000_000} GB of memory"
        return FileReading(
            "xlsx", (), (make_finding("BOOK-011", Place(), {"found": parsed.stopped, "allowed": allowed}),)
        )
    findings = [_name_problem(problem) for problem in parsed.meta["problems"]]
    findings += [make_finding("BOOK-010", Place(sheet=name), {"found": name}) for name in parsed.meta["hidden"]]
    tables, control, more = _read_sheets(parsed, kind, limits)
    return FileReading("xlsx", tuple(tables), (*findings, *more), control)


def _name_problem(problem: Mapping[str, Any]) -> Finding:
    names = {kind.value for kind in ExtractKind}
    kind = problem["sheet"] if problem["sheet"] in names else ""
    place = Place(kind, problem["sheet"], cell=problem["cell"])
    found = problem["found"]
    return make_finding(
        problem["code"], place, {"found": found, "text": found, "allowed": "256 columns without far empty rows"}
    )


def _read_sheets(
    parsed: Parsed, kind: ExtractKind | None, limits: Limits
) -> tuple[list[TextTable], Control | None, list[Finding]]:
    """Read each sheet under its contract."""
    tables: list[TextTable] = []
    findings: list[Finding] = []
    control: Control | None = None
    sheets = [sheet for sheet in parsed.meta["sheets"] if sheet.get("columns") or "error" in sheet]
    data = [sheet for sheet in sheets if sheet["name"] != _CONTROL]
    for sheet in sheets:
        if "error" in sheet:
            findings.append(make_finding("BOOK-001", Place(sheet=sheet["name"]), {"found": sheet["error"]}))
            continue
        table = parsed.tables[sheet["file"]]
        if sheet["name"] == _CONTROL:
            control = read_control_rows(_rows(table))
            continue
        found, complaint = _kind_of(sheet["name"], kind, is_only=len(data) == 1)
        if complaint:
            findings.append(complaint)
            continue
        text_table, more = read_grid(_grid(sheet["name"], table), found, limits)
        findings += more
        tables += [text_table] if text_table else []
    if not data and not parsed.meta["problems"]:
        findings.append(make_finding("FILE-001", Place()))
    return tables, control, findings


def _kind_of(name: str, kind: ExtractKind | None, *, is_only: bool) -> tuple[ExtractKind | None, Finding | None]:
    """Return the contract of a sheet: by its name; an only sheet may be named by the person or its header."""
    kinds = {member.value: member for member in ExtractKind}
    if name in kinds:
        return kinds[name], None
    if is_only:
        return kind, None
    plain = name.strip().casefold().replace(" ", "_")
    close = difflib.get_close_matches(plain, kinds, n=1, cutoff=0.75)
    words = {"found": name, "allowed": ", ".join(kinds), "suggestion": "".join(close)}
    return None, make_finding("BOOK-009", Place(sheet=name), words)


def _grid(sheet: str, table: pa.Table) -> Grid:
    columns = [_one(column) for column in table.columns]
    cells, numbers = columns[0::2], columns[1::2]
    names = tuple(column[0].as_py() for column in cells)
    return Grid(
        sheet,
        names,
        tuple(column.slice(1) for column in cells),
        tuple(column.slice(1) for column in numbers),
        2,
        is_workbook=True,
    )


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return pa.concat_arrays(combined.chunks) if isinstance(combined, pa.ChunkedArray) else combined


def _rows(table: pa.Table) -> list[tuple[str, ...]]:
    texts = [column.to_pylist() for column in table.columns[0::2]]
    return [tuple(row) for row in zip(*texts, strict=True)]

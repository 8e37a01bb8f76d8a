"""The parsing side of a workbook: what no reader tells is looked for in the XML, then every cell becomes text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

# Parts of a sheet's XML, whatever prefix its elements carry: a cell's start with its attributes, a formula, a value.
_CELL = rb"<(?:\w+:)?c\b([^>]*)>\s*"
_CELL_END = rb"</(?:\w+:)?c>"
_FORMULA = rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
_EMPTY_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*"
_ATTRIBUTE = rb"""\b%s\s*=\s*["']([^"']*)["']"""
_ERROR = re.compile(rb"""<(?:\w+:)?c\b([^>]*\bt\s*=\s*["']e["'][^>]*)>""")
_NO_VALUE = re.compile(_CELL + _FORMULA + _EMPTY_VALUE + _CELL_END)
_LONG_NUMBER = re.compile(_CELL + rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>\s*(-?[0-9.]{18,}(?:[eE][-+]?[0-9]+)?)\s*</")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b([^>]*)>")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
# Columns beyond IV, the 256th: no contract has a tenth of that.
_FAR_COLUMN = re.compile(rb"""\br\s*=\s*["']((?:[A-Z]{3}|[J-Z][A-Z]|I[W-Z])[0-9]+)["']""")
_SPARSE_ROWS = 100_000
_NOTED = 200
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Problem(TypedDict):
    """A problem of a cell or sheet: the code of its finding, the sheet, the cell and what was found."""

    code: str
    sheet: str
    cell: str
    found: str


class Meta(TypedDict):
    """What was parsed: sheets in order with their files, hidden sheets, and problems."""

    sheets: list[dict[str, object]]
    hidden: list[str]
    problems: list[Problem]


def parse_workbook(source: Path, folder: Path) -> Meta:
    """Parse the visible sheets of a workbook into Arrow files: texts `c0`.. and whether the cell was a number `n0`.."""
    meta: Meta = {"sheets": [], "hidden": [], "problems": []}
    with zipfile.ZipFile(source) as archive:
        declared = [name for name in archive.namelist() if _declares_type(archive, name)]
        if declared:
            meta["problems"].append({"code": "BOOK-012", "sheet": "", "cell": "", "found": declared[0]})
            return meta
        parts = _sheet_parts(archive)
        book = CalamineWorkbook.from_path(source)
        for sheet in book.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet or sheet.visible is not SheetVisibleEnum.Visible:
                meta["hidden"].append(sheet.name)
                continue
            problems = list(_scan(archive.read(parts[sheet.name]), sheet.name)) if sheet.name in parts else []
            meta["problems"] += problems
            if not any(problem["code"] == "BOOK-005" for problem in problems):
                meta["sheets"].append(_write_sheet(book, sheet.name, folder / f"{len(meta['sheets'])}.arrow"))
    return meta


def _declares_type(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether an XML part declares a document type, which stands before its first element."""
    if not name.endswith((".xml", ".rels", ".vml")):
        return False
    with archive.open(name) as part:
        head = part.read(1 << 20)
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Path in the archive of each sheet by its name."""
    relations = {}
    for element in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels")):  # noqa: S314 - as above
        target = element.attrib.get("Target", "")
        relations[element.attrib.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - as above
    names = set(archive.namelist())
    found = {}
    for element in book.iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet" and relations.get(element.attrib.get(_RELATION, "")) in names:
            found[element.attrib["name"]] = relations[element.attrib[_RELATION]]
    return found


def _scan(xml: bytes, sheet: str) -> Iterator[Problem]:
    """Look for what a reader would pass over: errors, formulas never calculated, merged and far cells, lost digits."""
    far = _FAR_COLUMN.search(xml)
    if far:
        yield {"code": "BOOK-005", "sheet": sheet, "cell": far[1].decode(), "found": f"cell {far[1].decode()} is used"}
        return
    numbers = [int(_attribute(match[1], b"r") or 0) for match in _ROW.finditer(xml)]
    if numbers and max(numbers) - len(numbers) > _SPARSE_ROWS:
        found = f"row {max(numbers):,} is used, but only {len(numbers):,} rows hold cells"
        yield {"code": "BOOK-005", "sheet": sheet, "cell": f"A{max(numbers)}", "found": found}
        return
    yield from _first(_merged(xml, sheet))
    yield from _first(_errors(xml, sheet))
    yield from _first(_uncalculated(xml, sheet))
    yield from _first(_lost_digits(xml, sheet))


def _first(problems: Iterator[Problem]) -> Iterator[Problem]:
    for number, problem in enumerate(problems):
        if number == _NOTED:
            return
        yield problem


def _attribute(attributes: bytes, name: bytes) -> str:
    match = re.search(_ATTRIBUTE % name, attributes)
    return match[1].decode("utf-8", errors="replace") if match else ""


def _merged(xml: bytes, sheet: str) -> Iterator[Problem]:
    for match in _MERGED.finditer(xml):
        span = _attribute(match[1], b"ref")
        yield {"code": "BOOK-008", "sheet": sheet, "cell": span.split(":")[0], "found": span}


def _errors(xml: bytes, sheet: str) -> Iterator[Problem]:
    for match in _ERROR.finditer(xml):
        value = re.search(rb">(#[^<]*)</", xml[match.end() : match.end() + 4096])
        found = value[1].decode("utf-8", errors="replace") if value else "an error"
        yield {"code": "BOOK-006", "sheet": sheet, "cell": _attribute(match[1], b"r"), "found": found}


def _uncalculated(xml: bytes, sheet: str) -> Iterator[Problem]:
    for match in _NO_VALUE.finditer(xml):
        if _attribute(match[1], b"t") != "str":  # a formula may well give an empty text
            yield {"code": "BOOK-007", "sheet": sheet, "cell": _attribute(match[1], b"r"), "found": ""}


def _lost_digits(xml: bytes, sheet: str) -> Iterator[Problem]:
    """Numbers with more digits than a float tells apart; a spreadsheet writes at most 17."""
    for match in _LONG_NUMBER.finditer(xml):
        text = match[2].decode()
        digits = re.sub(r"[eE].*", "", text).replace(".", "").lstrip("-0")
        if len(digits) > 17 and Decimal(text) != Decimal(repr(float(text))):
            yield {"code": "CELL-014", "sheet": sheet, "cell": _attribute(match[1], b"r"), "found": text}


def _write_sheet(book: CalamineWorkbook, name: str, target: Path) -> dict[str, object]:
    try:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        return {"name": name, "error": str(error)}
    columns = list(zip(*rows, strict=True)) if rows else []
    arrays, names = [], []
    for number, column in enumerate(columns):
        arrays += [
            pa.array(map(_text, column), pa.string()),
            pa.array([type(cell) in {int, float} for cell in column], pa.bool_()),
        ]
        names += [f"c{number}", f"n{number}"]
    table = pa.table(dict(zip(names, arrays, strict=True)))
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return {"name": name, "file": target.name, "columns": len(columns)}


def _text(cell: object) -> str:
    """Return a cell as text: numbers plain and exact, dates year-month-day, flags yes or no."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return plain_number(cell)
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
        return cell.date().isoformat() if is_day else cell.isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def plain_number(number: float) -> str:
    """Return the shortest decimal that denotes a float, without exponent."""
    text = repr(number)
    if text.endswith(".0"):
        return text[:-2]
    return format(Decimal(text), "f") if "e" in text else text

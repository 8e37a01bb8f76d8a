"""Workbooks written part by part, so that they can be as broken as those that arrive; the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_MOMENT = (2026, 10, 5, 9, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell given as it stands in the XML: its attributes and what is inside."""

    attributes: str
    inner: str


Cell = str | int | float | Raw | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: rows of cells from A1, whether it is hidden, XML behind the cells, and rows placed elsewhere."""

    name: str
    rows: Sequence[Sequence[Cell]]
    is_hidden: bool = False
    tail: str = ""
    stray: str = ""


def pack_workbook(sheets: Sequence[Sheet], extra: Mapping[str, bytes] | None = None, *, prolog: str = _HEAD) -> bytes:
    """Return the bytes of a workbook.

    Parameters
    ----------
    sheets
        Its sheets in order.
    extra
        Further entries of the archive.
    prolog
        What stands before the first element of the workbook's part.
    """
    entries = {
        "[Content_Types].xml": _types_xml(len(sheets)),
        "_rels/.rels": _relations_xml([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": prolog + _book_xml(sheets),
        "xl/_rels/workbook.xml.rels": _relations_xml(
            [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
        ),
        **{f"xl/worksheets/sheet{number}.xml": _sheet_xml(sheet) for number, sheet in enumerate(sheets, start=1)},
    }
    return pack_archive({**{name: text.encode() for name, text in entries.items()}, **(extra or {})})


def _book_xml(sheets: Sequence[Sheet]) -> str:
    listed = ""
    for number, sheet in enumerate(sheets, start=1):
        state = ' state="hidden"' if sheet.is_hidden else ""
        listed += f'<sheet name={quoteattr(sheet.name)} sheetId="{number}"{state} r:id="rId{number}"/>'
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>'


def _relations_xml(targets: Sequence[tuple[str, str]]) -> str:
    linked = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}">{linked}</Relationships>'


def _types_xml(sheets: int) -> str:
    parts = {"/xl/workbook.xml": "sheet.main"}
    parts.update({f"/xl/worksheets/sheet{number}.xml": "worksheet" for number in range(1, sheets + 1)})
    family = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    typed = "".join(f'<Override PartName="{name}" ContentType="{family}.{kind}+xml"/>' for name, kind in parts.items())
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    defaults = (
        f'<Default Extension="rels" ContentType="{relations}"/><Default Extension="xml" ContentType="application/xml"/>'
    )
    return f'{_HEAD}<Types xmlns="{_TYPES}">{defaults}{typed}</Types>'


def pack_archive(entries: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of entries, the same bytes every time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _sheet_xml(sheet: Sheet) -> str:
    rows = "".join(
        f'<row r="{number}">{"".join(_cell_xml(cell, at, number) for at, cell in enumerate(row))}</row>'
        for number, row in enumerate(sheet.rows, start=1)
    )
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>{rows}{sheet.stray}</sheetData>{sheet.tail}</worksheet>'


def _cell_xml(cell: Cell, position: int, row: int) -> str:
    place = f'r="{chr(65 + position)}{row}"'
    if cell is None:
        return ""
    if isinstance(cell, Raw):
        return f"<c {place} {cell.attributes}>{cell.inner}</c>"
    if isinstance(cell, str):
        return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f"<c {place}><v>{cell!r}</v></c>"

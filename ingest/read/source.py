"""Tell what a file is, by its content, and have it read."""

from __future__ import annotations

import zlib
from pathlib import PurePath

from ingest.findings import Place, make_finding
from ingest.limits import Limits
from ingest.read.csv_text import read_text
from ingest.read.parquet import read_parquet
from ingest.read.reading import FileReading
from ingest.read.workbook import read_workbook
from models.domain.extract import ExtractKind

_OTHERS = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"{\\rtf": "a formatted document",
    b"<?xml": "XML",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0"


def read_file(content: bytes, filename: str, kind: ExtractKind | None, limits: Limits) -> FileReading:
    """Read a file's tables as text.

    Parameters
    ----------
    content
        All its bytes.
    filename
        Its name; a name that begins with a contract's name settles the contract.
    kind
        The contract that the person named; None if none.
    limits
        Bounds on everything.
    """
    if not content:
        return FileReading("", (), (make_finding("FILE-001", Place()),))
    if len(content) > limits.file_bytes:
        return refuse_size(len(content), limits)
    if content.startswith(_OLE):
        return FileReading(
            "", (), (make_finding("BOOK-003", Place(), {"found": "protected by a password, or an XLS workbook"}),)
        )
    named = kind or kind_of_name(filename)
    if content.startswith(_GZIP) and filename.casefold().endswith(".csv.gz"):
        return _read_packed(content, named, limits)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_workbook(content, filename, named, limits)
    if content.startswith(b"PAR1"):
        return read_parquet(content, named, limits)
    found = next((words for magic, words in _OTHERS.items() if content.lstrip().startswith(magic)), "")
    if found:
        return FileReading("", (), (make_finding("FILE-003", Place(), {"found": found}),))
    reading = read_text(content, named, limits)
    return FileReading("csv", (reading.table,) if reading.table else (), reading.findings)


def _read_packed(content: bytes, kind: ExtractKind | None, limits: Limits) -> FileReading:
    """Read a packed text file, unpacked only as far as a file may be large."""
    unpacked = bytearray()
    rest = content
    while rest:
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            unpacked += member.decompress(rest, limits.file_bytes + 1 - len(unpacked))
        except zlib.error:
            return FileReading("", (), (make_finding("FILE-003", Place(), {"found": "a damaged gzip archive"}),))
        if len(unpacked) > limits.file_bytes:
            return refuse_size(len(unpacked), limits)
        if not member.eof:
            return FileReading("", (), (make_finding("FILE-003", Place(), {"found": "a gzip archive cut short"}),))
        rest = member.unused_data
    if not unpacked:
        return FileReading("", (), (make_finding("FILE-001", Place()),))
    reading = read_text(bytes(unpacked), kind, limits)
    return FileReading("csv", (reading.table,) if reading.table else (), reading.findings)


def refuse_size(size: int, limits: Limits) -> FileReading:
    """Refuse a file for its size, before it is read."""
    return FileReading(
        "", (), (make_finding("FILE-002", Place(), {"found": size, "allowed": f"{limits.file_bytes:,}"}),)
    )


def kind_of_name(filename: str) -> ExtractKind | None:
    """Return the contract with whose name a file's name begins, as in `kpi_observations_2026-09.csv`."""
    stem = PurePath(filename).name.casefold().split(".", 1)[0]
    fitting = [
        kind
        for kind in ExtractKind
        if stem == kind.value or stem.startswith((f"{kind.value}_", f"{kind.value}-", f"{kind.value} "))
    ]
    return max(fitting, key=lambda kind: len(kind.value), default=None)

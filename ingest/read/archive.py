"""Look at a workbook's archive before anything unpacks it."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from ingest.findings import Place, make_finding
from ingest.limits import Limits
from models.domain.extract import Finding

_MACROS = ("xl/vbaProject.bin", "xl/macrosheets/")
_ENCRYPTED = 0x1


def check_archive(content: bytes, filename: str, limits: Limits) -> tuple[Finding, ...]:
    """Return why an archive must not be opened; nothing if it may.

    Parameters
    ----------
    content
        Bytes that begin like a zip archive.
    filename
        Its name: `.xlsm` announces macros.
    limits
        Bounds on entries, unpacked size and ratio.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        return (make_finding("BOOK-001", Place(), {"found": str(error)}),)
    names = [entry.filename for entry in entries]
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return (make_finding("BOOK-003", Place(), {"found": "an encrypted archive"}),)
    problem = _weigh(entries, len(content), limits)
    if problem:
        allowed = (
            f"{limits.zip_entries:,} entries and {limits.zip_bytes:,} bytes, at most {limits.zip_ratio} times its size"
        )
        return (make_finding("BOOK-002", Place(), {"found": problem, "allowed": allowed}),)
    if "xl/workbook.xml" not in names:
        found = "a binary workbook" if "xl/workbook.bin" in names else "an archive that is no XLSX workbook"
        return (make_finding("FILE-003", Place(), {"found": found}),)
    if PurePath(filename).suffix.lower() in {".xlsm", ".xltm"} or any(name.startswith(_MACROS) for name in names):
        return (make_finding("BOOK-004", Place()),)
    return ()


def _weigh(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> str:
    """Say what is out of proportion; empty if nothing is."""
    if len(entries) > limits.zip_entries:
        return f"the archive has {len(entries):,} entries"
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.zip_bytes:
        return f"the archive unpacks to {unpacked:,} bytes"
    if unpacked > limits.zip_ratio * max(size, 4096):
        return f"the archive unpacks to {unpacked:,} bytes, {unpacked // size:,} times its size"
    if len({entry.filename for entry in entries}) < len(entries):
        return "the archive holds two entries of one name"
    return ""

"""Read a delimited text file: every cell as text, every bad line named, nothing guessed."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.findings import Place, make_finding
from ingest.limits import Limits
from ingest.read.csv_rows import RowReading, read_rows
from ingest.read.header import Header, read_header
from ingest.tables import TextTable
from models.domain.extract import ExtractKind, Finding

DELIMITERS = (",", ";", "\t")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|\xc2[\x80-\x9f]")
_PRINTABLE = bytes(code for code in range(256) if code >= 0x20 and code != 0x7F) + b"\t\n\r"
_LISTED = 20


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a text file holds: at most one table, and the findings of reading it."""

    table: TextTable | None
    findings: tuple[Finding, ...]


def read_text(content: bytes, kind: ExtractKind | None, limits: Limits) -> TextReading:
    """Read a delimited text file.

    Parameters
    ----------
    content
        The file's bytes, not empty.
    kind
        The contract named by the person or the file's name; None if neither does.
    limits
        Bounds on lines, rows and columns.
    """
    body, findings = _decode(content)
    if body is None:
        return TextReading(None, findings)
    findings += tuple(_find_control_characters(body))
    header, refusal = _split_header(body, kind, limits)
    findings += refusal
    if header is None or not header.is_usable or header.contract is None or _has_error(findings, "FILE-005"):
        return TextReading(None, findings)
    findings += tuple(_check_quotes(body, header))
    if _has_error(findings, "LINE-002"):
        return TextReading(None, findings)
    reading: RowReading = read_rows(body, header, header.contract, limits)
    findings += _check_end(body, header.contract.kind) + reading.findings
    return TextReading(reading.table, findings)


def _has_error(findings: tuple[Finding, ...], code: str) -> bool:
    return any(finding.code == code for finding in findings)


def _decode(content: bytes) -> tuple[bytes | None, tuple[Finding, ...]]:
    """Return the content as UTF-8 without its mark, or the finding that it is not text that may be read."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return None, (make_finding("FILE-004", Place(line=1), {"found": "0 (the mark of UTF-32)"}),)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16").encode("utf-8"), ()
        except UnicodeError as error:
            found = f"{getattr(error, 'start', len(content)):,} (UTF-16)"
            return None, (make_finding("FILE-004", Place(), {"found": found}),)
    body = content.removeprefix(codecs.BOM_UTF8)
    if body.isascii():
        return body, ()
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        found = f"{error.start:,} (0x{body[error.start]:02x})"
        return None, (make_finding("FILE-004", Place(line=line), {"found": found}),)
    return body, ()


def _find_control_characters(body: bytes) -> Iterator[Finding]:
    """Name the first control characters; a carriage return that ends no line is one."""
    is_plain = not body.translate(None, delete=_PRINTABLE) and body.count(b"\r") == body.count(b"\r\n")
    if is_plain and (body.isascii() or b"\xc2" not in body):
        return
    for number, match in enumerate(_CONTROL.finditer(body)):
        if number == _LISTED:
            return
        line = body.count(b"\n", 0, match.start()) + 1
        yield make_finding("FILE-005", Place(line=line), {"found": f"U+{ord(match[0].decode('utf-8')):04X}"})


def _split_header(body: bytes, kind: ExtractKind | None, limits: Limits) -> tuple[Header | None, tuple[Finding, ...]]:
    """Find contract, columns and delimiter from the first line alone."""
    first = body[: limits.header_bytes + 1].split(b"\n", 1)[0].rstrip(b"\r")
    place = Place(kind.value if kind else "", line=1)
    if len(first) > limits.header_bytes:
        return None, (make_finding("LINE-003", place, {"found": limits.header_bytes, "allowed": limits.header_bytes}),)
    line = first.decode("utf-8", errors="replace")
    header = read_header([(delimiter, _cut(line, delimiter)) for delimiter in DELIMITERS], kind, place, limits)
    return header, header.findings


def _cut(line: str, delimiter: str) -> tuple[str, ...]:
    """Cut the header at a delimiter; nothing if its quotes do not match under it."""
    try:
        return tuple(next(csv.reader(io.StringIO(line), delimiter=delimiter, strict=True), ()))
    except csv.Error:
        return ()


def _check_quotes(body: bytes, header: Header) -> Iterator[Finding]:
    """Find quotes that do not match; a lenient reader would move or join cells without a word."""
    if b'"' not in body:
        return
    reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), delimiter=header.delimiter, strict=True)
    try:
        for _ in reader:
            continue
    except csv.Error as error:
        kind = header.contract.kind.value if header.contract else ""
        yield make_finding("LINE-002", Place(kind, line=reader.line_num), {"found": error})


def _check_end(body: bytes, kind: ExtractKind) -> tuple[Finding, ...]:
    """Flag a last line that does not end: the file may have been cut."""
    if body.endswith(b"\n"):
        return ()
    last = body.rsplit(b"\n", 1)[-1][:80].decode("utf-8", errors="replace")
    return (make_finding("FILE-006", Place(kind.value, line=body.count(b"\n") + 1), {"found": last}),)

"""Tables that leave the house: made by the server, in the person's scope, no cell a live formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import Flask, Response, request

from dashboard.context import current_person
from dashboard.page import Export, ExportTable, Page
from models.domain.errors import NotFoundError, NotPermittedError

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
SIGNED_NUMBER = re.compile(r"[+-]\s?[0-9][0-9.,'\s\u00a0\u202f]*%?")


def safe_cell(value: Any) -> Any:
    """Return a value as it may stand in a CSV cell: a number as it is, text that would run as a formula after a '."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def write_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return CSV text (RFC 4180) with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(column) for column in columns])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()


def disarm_csv(content: bytes) -> bytes:
    """Return a CSV of text as it was received, no cell a live formula; a signed number stays a number."""
    text = content.decode("utf-8-sig")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in csv.reader(io.StringIO(text, newline="")):
        writer.writerow([cell if SIGNED_NUMBER.fullmatch(cell) else safe_cell(cell) for cell in row])
    mark = "\ufeff" if content.startswith(b"\xef\xbb\xbf") else ""
    return f"{mark}{out.getvalue()}".encode()


def csv_response(table: ExportTable) -> Response:
    """Return a table as a download; the mark at its head tells spreadsheets that it is UTF-8."""
    response = Response("\ufeff" + write_csv(table.columns, table.rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{safe_filename(table.filename)}.csv"'
    return response


def safe_filename(name: str) -> str:
    """Return a name that is safe in a header and on a disk."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "tieout"


def install_exports(server: Flask, pages: Sequence[Page]) -> None:
    """Serve the exports of all pages at /exports/<name>.csv."""
    exports = {export.name: export for page in pages for export in page.exports}

    @server.get("/exports/<name>.csv")
    def download_export(name: str) -> Response:
        return csv_response(build_export(exports.get(name)))


def build_export(export: Export | None) -> ExportTable:
    """Return the table of an export for the person who asks.

    Raises
    ------
    NotFoundError
        If there is no such export, or nothing in it that the person may see.
    NotPermittedError
        If the person's role does not include it.
    """
    person = current_person()
    if export is None:
        raise NotFoundError("There is no such export.")
    if not person.may(export.permission):
        raise NotPermittedError("Your role does not include this export.")
    return export.build(person, dict(request.args))

"""Downloads of what was received: the file exactly as it came, and its findings."""

from __future__ import annotations

import io
import zipfile

from flask import Blueprint, Response, send_file

from dashboard.context import current_person, current_store, current_time, read_number
from dashboard.exports import csv_response, disarm_csv, safe_filename
from dashboard.page import ExportTable
from ingest.pipeline import quarantine_files
from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.people import Permission, Person
from models.queries.extracts import ExtractDetail, extract_detail
from models.store.unit_of_work import read

blueprint = Blueprint("files", __name__)
FINDING_COLUMNS = (
    "code",
    "severity",
    "title",
    "kind",
    "sheet",
    "line",
    "column",
    "cell",
    "found",
    "allowed",
    "advice",
    "suggestion",
)


@blueprint.get("/files/<extract_id>/original")
def download_original(extract_id: str) -> Response:
    """Send the file byte for byte as it was received, never as something a browser opens."""
    summary = _detail(extract_id).summary
    path = current_store().content.path(summary.sha256)
    response: Response = send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=safe_filename(summary.filename)
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/files/<extract_id>/findings.csv")
def download_findings(extract_id: str) -> Response:
    """Send the findings of the latest check as CSV."""
    detail = _detail(extract_id)
    rows = [tuple(getattr(finding, column) for column in FINDING_COLUMNS) for finding in detail.findings]
    return csv_response(
        ExportTable(f"findings-{detail.summary.id}-{safe_filename(detail.summary.filename)}", FINDING_COLUMNS, rows)
    )


@blueprint.get("/files/<extract_id>/bad-rows")
def download_bad_rows(extract_id: str) -> Response:
    """Send the bad rows with their reasons, to be mended and sent again: one CSV, or a ZIP of one for each table."""
    person = current_person()
    if not person.may(Permission.VIEW_EXTRACTS):
        raise NotPermittedError("Your role does not include extracts.")
    number = read_number(extract_id, "the name of an extract")
    found = quarantine_files(current_store(), number, person=person, now=current_time())
    files = tuple((name, disarm_csv(content)) for name, content in found)
    if not files:
        raise NotFoundError("No row of this extract is bad.")
    name, content = files[0] if len(files) == 1 else ("bad_rows.zip", _zip(files))
    response = Response(content, mimetype="application/zip" if name.endswith(".zip") else "text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-{safe_filename(name)}"'
    return response


def _zip(files: tuple[tuple[str, bytes], ...]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def _detail(extract_id: str) -> ExtractDetail:
    person: Person = current_person()
    if not person.may(Permission.VIEW_EXTRACTS):
        raise NotPermittedError("Your role does not include extracts.")
    number = read_number(extract_id, "the name of an extract")
    with read(current_store()) as session:
        return extract_detail(session, number, person)

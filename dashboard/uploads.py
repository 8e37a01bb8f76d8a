"""The route that takes a file: one POST whose body is the file, hashed while it is written, then checked."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from pathlib import PurePosixPath

import orjson
from flask import Blueprint, Response, request

from dashboard.context import current_context, current_person
from dashboard.ids import UPLOAD_ROUTE, address, extract_path
from ingest.pipeline import ingest_extract
from models.domain.errors import InvalidInputError, NotPermittedError, TieoutError
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person
from models.store.content import StoredContent
from models.store.engine import Store

LOG = logging.getLogger("tieout.web")
TELL_EVERY_S = 2.0
blueprint = Blueprint("uploads", __name__)


def allow_large_body() -> None:
    """Let the body of an upload be as large as the settings say; it stands before whatever looks at the body."""
    if request.path == UPLOAD_ROUTE:
        request.max_content_length = current_context().settings.max_upload_bytes


@blueprint.post(UPLOAD_ROUTE)
def take_file() -> Response:
    """Receive a file and check it.

    The body is the file; `filename` and, optionally, `kind` are in the query. The answer is one JSON record per line:
    `received` once the bytes are safe, `checking` every two seconds, then `checked` with the extract, or `failed` with
    the reason.
    """
    context, person = current_context(), current_person()
    if not person.may(Permission.UPLOAD_EXTRACT):
        raise NotPermittedError("Your role does not include uploading extracts.")
    filename, kind = clean_filename(request.args.get("filename", "")), _kind(request.args.get("kind", ""))
    stored = context.store.content.put(request.stream, max_bytes=context.settings.max_upload_bytes)  # type: ignore[arg-type]  # a readable stream
    if stored.size_bytes == 0:
        raise InvalidInputError("The file is empty; nothing was received.")
    lines = _check(context.store, stored, filename, kind, person, context.clock())
    response = Response(lines, mimetype="application/x-ndjson")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def clean_filename(name: str) -> str:
    """Return the last part of a file name, without characters that a name cannot have.

    Raises
    ------
    InvalidInputError
        If nothing is left.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(character for character in last if character.isprintable()).strip()[:200]
    if not kept or kept in {".", ".."}:
        raise InvalidInputError("A file needs a name.")
    return kept


def _kind(text: str) -> ExtractKind | None:
    if not text:
        return None
    if text not in set(ExtractKind):
        raise InvalidInputError(f"'{text}' is no contract.")
    return ExtractKind(text)


def _check(
    store: Store, stored: StoredContent, filename: str, kind: ExtractKind | None, person: Person, now: datetime
) -> Iterator[bytes]:
    """Tell what happens while it happens; the check goes on to its end even if nobody listens any more."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        began = time.monotonic()
        outcome = pool.submit(_ingest, store, stored, filename, kind, person, now)
        yield _line(stage="received", size_bytes=stored.size_bytes, sha256=stored.sha256)
        while not wait([outcome], timeout=TELL_EVERY_S).done:
            yield _line(stage="checking", seconds=round(time.monotonic() - began))
        yield _line(**outcome.result())


def _ingest(
    store: Store, stored: StoredContent, filename: str, kind: ExtractKind | None, person: Person, now: datetime
) -> dict[str, object]:
    try:
        outcome = ingest_extract(store, stored, filename=filename, person=person, now=now, kind=kind)
    except TieoutError as error:
        return {"stage": "failed", "message": str(error)}
    except Exception:  # the answer has begun; the person must learn that it failed, the log why
        LOG.exception("checking %s failed", filename)
        message = "The file was received but could not be checked. Nothing was posted; tell your administrator."
        return {"stage": "failed", "message": message}
    where = address(extract_path(outcome.extract_id or ""), again="yes" if outcome.is_same else None)
    return {
        "stage": "checked",
        "extract_id": outcome.extract_id,
        "state": outcome.state,
        "message": outcome.message,
        "address": where,
    }


def _line(**record: object) -> bytes:
    return orjson.dumps(record) + b"\n"

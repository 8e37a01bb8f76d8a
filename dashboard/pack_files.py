"""Downloads of packs: made when they are asked for, in the scope of the person who asks, and recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO

from flask import Blueprint, Response, request, send_file

from dashboard.components.portfolio_filters import read_filter
from dashboard.context import current_person, current_store, current_time, known_on_of
from dashboard.exports import safe_filename
from dashboard.packs.auditor import MEDIA_TYPE, AuditRequest, hand_out_audit_pack
from dashboard.packs.content import PackRequest
from dashboard.packs.handing import KINDS, hand_out_pack
from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.people import Permission

blueprint = Blueprint("packs", __name__)


@blueprint.get("/packs/<kind>")
def download_pack(kind: str) -> Response:
    """Send the workbook or the board pack with the filters of the address, from disk, piece by piece."""
    person = current_person()
    if not person.may(Permission.DOWNLOAD_PACK):
        raise NotPermittedError("Your role does not include packs.")
    if kind not in KINDS:
        raise NotFoundError("There is no such pack.")
    query = request.args
    chosen = read_filter(query.get("business_unit", ""), query.get("stage", ""), query.get("grade", ""))
    wanted = PackRequest(chosen, query.get("initiative", ""), known_on_of(query))
    return _sent(
        KINDS[kind].media_type,
        lambda target: hand_out_pack(current_store(), person, KINDS[kind], wanted, target, now=current_time()),
    )


@blueprint.get("/packs/auditor")
def download_audit_pack() -> Response:
    """Send the auditor's pack of the publication known on the day of the address, whole or for one initiative."""
    person = current_person()
    if not person.may(Permission.DOWNLOAD_AUDIT_PACK):
        raise NotPermittedError("Your role does not include auditor's packs.")
    wanted = AuditRequest(known_on_of(request.args), request.args.get("initiative", ""))
    return _sent(
        MEDIA_TYPE,
        lambda target: hand_out_audit_pack(current_store(), person, wanted, target, now=current_time()).filename,
    )


def _sent(media_type: str, write: Callable[[IO[bytes]], str]) -> Response:
    """Send what is written to a file of its own, under the name that the writing returns, from disk."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it once it is sent
    try:
        name = write(target)
    except BaseException:
        target.close()
        raise
    response: Response = send_file(
        target, mimetype=media_type, as_attachment=True, download_name=safe_filename(name), max_age=0
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response

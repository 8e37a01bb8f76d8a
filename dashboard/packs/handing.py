"""Makes a pack for a person and writes down that it left: the one way for the pages and the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from dashboard.packs.board import write_board
from dashboard.packs.content import PackContent, PackRequest, read_pack
from dashboard.packs.workbook import write_workbook
from models.actions.packs import PackHandedOut, record_pack_download
from models.domain.people import Person
from models.store.engine import Store

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PackKind:
    """A kind of pack: its name, ending, media type and what writes it."""

    name: str
    ending: str
    media_type: str
    write: Callable[[PackContent, IO[bytes]], None]


_OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS = {
    "workbook": PackKind("workbook", ".xlsx", f"{_OFFICE}.spreadsheetml.sheet", write_workbook),
    "board": PackKind("board", ".pptx", f"{_OFFICE}.presentationml.presentation", write_board),
}


def hand_out_pack(
    store: Store, person: Person, kind: PackKind, request: PackRequest, target: IO[bytes], *, now: datetime
) -> str:
    """Write a pack to a file open for reading and writing, record it, and return its file name.

    Raises
    ------
    NotPermittedError
        If the person's role does not download packs.
    NotFoundError
        If nothing was published by then, or nothing in it is for this person.
    """
    content = read_pack(store, person, request, now=now)
    kind.write(content, target)
    size_bytes, sha256 = measure_pack(target)
    handed = PackHandedOut(
        kind.name,
        content.context.load_seq,
        content.context.as_of,
        content.context.as_known_on,
        content.filters,
        content.scope,
        size_bytes,
        sha256,
    )
    record_pack_download(store, handed, by=person, now=now)
    return f"{content.filename}{kind.ending}"


def measure_pack(target: IO[bytes]) -> tuple[int, str]:
    """Return size and SHA-256 of what was written, and go back to its beginning."""
    target.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := target.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    target.seek(0)
    return size, digest.hexdigest()

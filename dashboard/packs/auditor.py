"""Makes an auditor's pack for a person and writes down that it left, with the hash of its manifest."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from dashboard.format import format_words
from dashboard.packs.auditor_members import pack_members
from dashboard.packs.auditor_readme import write_readme
from dashboard.packs.handing import measure_pack
from models.actions.packs import PackHandedOut, record_audit_pack
from models.domain.people import Person
from models.queries.audit_pack import AuditPack, read_audit_pack
from models.queries.audit_records import AuditRecords
from models.queries.strip import describe_scope
from models.store.engine import Store
from models.store.unit_of_work import read

MEDIA_TYPE = "application/zip"
#: One time for every member: the same content is the same archive.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """What is asked for: the date of knowledge (None: now), and one initiative by key (empty: the whole)."""

    known_on: date | None = None
    initiative: str = ""


@dataclass(frozen=True, slots=True)
class AuditPackMade:
    """What was made: its file name, the SHA-256 of its manifest, how many files and bytes."""

    filename: str
    manifest_sha256: str
    n_files: int
    size_bytes: int


def hand_out_audit_pack(
    store: Store, person: Person, request: AuditRequest, target: IO[bytes], *, now: datetime
) -> AuditPackMade:
    """Write an auditor's pack to a file open for reading and writing, and record it.

    Raises
    ------
    NotPermittedError
        If the person's role does not download auditor's packs.
    NotFoundError
        If nothing was published by then, or there is no such initiative.
    ConflictError
        If the publication was made by another version of Tieout.
    """
    with read(store) as session:
        pack = read_audit_pack(session, person, known_on=request.known_on, initiative=request.initiative)
        about = _about(pack, person, now)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            members = pack_members(AuditRecords(session, pack.task.input_seq), store.content, pack)
            listed = {name: _add(archive, name, pieces) for name, pieces in members}
            listed["README.txt"] = _add(archive, "README.txt", [write_readme(about)])
            manifest = json.dumps({**about, "files": listed}, ensure_ascii=False, indent=1, sort_keys=True).encode()
            _add(archive, "MANIFEST.json", [manifest])
    size_bytes, sha256 = measure_pack(target)
    manifest_sha256 = hashlib.sha256(manifest).hexdigest()
    handed = PackHandedOut(
        "auditor",
        pack.load_seq,
        pack.as_of,
        pack.as_known_on,
        about["filters"],
        about["scope"],
        size_bytes,
        sha256,
    )
    record_audit_pack(store, handed, manifest_sha256, by=person, now=now)
    suffix = f"-{pack.initiative}" if pack.initiative else ""
    name = f"tieout-audit{suffix}-{pack.as_of.isoformat()}-{pack.load_seq}.zip"
    return AuditPackMade(name, manifest_sha256, len(listed), size_bytes)


def _about(pack: AuditPack, person: Person, now: datetime) -> dict[str, Any]:
    return {
        "publication": {
            "load_seq": pack.load_seq,
            "input_seq": pack.task.input_seq,
            "fingerprint": pack.fingerprint,
            "as_of": pack.as_of.isoformat(),
            "as_known_on": pack.as_known_on.isoformat(),
            "computed_at": pack.computed_at.isoformat(),
        },
        "initiative": pack.initiative,
        "filters": f"initiative {pack.initiative}" if pack.initiative else "no filter",
        "scope": describe_scope(person),
        "role": format_words(person.role.value),
        "made_for": person.name,
        "made_at": now.isoformat(),
    }


def _add(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> dict[str, Any]:
    """Write a member piece by piece; return its hash and size."""
    digest, size = hashlib.sha256(), 0
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    with archive.open(member, "w", force_zip64=True) as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
    return {"sha256": digest.hexdigest(), "size_bytes": size}

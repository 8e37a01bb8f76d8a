"""Packs that leave the house: who took which, of what scope, with the hash of what was handed out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.domain.people import Permission, Person, require
from models.store.engine import Store
from models.store.unit_of_work import write


@dataclass(frozen=True, slots=True)
class PackHandedOut:
    """What left: kind (workbook, board, auditor), publication, dates, words of filters and scope, bytes, hash."""

    kind: str
    publication: int
    as_of: date
    as_known_on: date
    filters: str
    scope: str
    size_bytes: int
    sha256: str


def record_pack_download(store: Store, pack: PackHandedOut, *, by: Person, now: datetime) -> None:
    """Write into the audit log that a person took a pack.

    Raises
    ------
    NotPermittedError
        If the person's role does not download packs; nothing is handed out then.
    """
    require(by, Permission.DOWNLOAD_PACK)
    with write(store, person=by.key, now=now) as uow:
        uow.audit("download_pack", "pack", pack.kind, _detail(pack))


def record_audit_pack(store: Store, pack: PackHandedOut, manifest_sha256: str, *, by: Person, now: datetime) -> None:
    """Write into the audit log that a person took an auditor's pack, with the hash by which to know it.

    Raises
    ------
    NotPermittedError
        If the person's role does not download auditor's packs; nothing is handed out then.
    """
    require(by, Permission.DOWNLOAD_AUDIT_PACK)
    with write(store, person=by.key, now=now) as uow:
        uow.audit("build_audit_pack", "pack", pack.kind, {**_detail(pack), "manifest_sha256": manifest_sha256})


def _detail(pack: PackHandedOut) -> dict[str, object]:
    return {
        "publication": pack.publication,
        "as_of": pack.as_of.isoformat(),
        "as_known_on": pack.as_known_on.isoformat(),
        "filters": pack.filters,
        "scope": pack.scope,
        "size_bytes": pack.size_bytes,
        "sha256": pack.sha256,
    }

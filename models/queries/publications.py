"""Published valuations read back, whole; a publication never changes, so that a process reads each only once."""

from __future__ import annotations

import json
from datetime import date
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.errors import NotFoundError
from models.queries.knowledge import known_seq
from models.store.tables import PublicationRow
from models.value.document import from_document
from models.value.publication import Publication

_KEPT = 8
_Key = tuple[str, int, str]


class _Shelf:
    """The publications read last, by database, number and fingerprint."""

    def __init__(self) -> None:
        self._kept: dict[_Key, Publication] = {}
        self._lock = Lock()

    def find(self, key: _Key) -> Publication | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: _Key, publication: Publication) -> None:
        with self._lock:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = publication


_SHELF = _Shelf()


def publication_version(session: Session, known_on: date | None) -> str:
    """Return number and fingerprint of the publication known at the end of a day; empty where there was none."""
    found = _latest(session, known_on)
    return "" if found is None else f"{found[0]} {found[1]}"


def is_published(session: Session, known_on: date | None) -> bool:
    """Tell whether any valuation was published by the end of a day."""
    return _latest(session, known_on) is not None


def _latest(session: Session, known_on: date | None) -> tuple[int, str] | None:
    row, seq = PublicationRow, known_seq(session, known_on)
    query = select(row.load_seq, row.fingerprint).where(row.load_seq <= seq).order_by(row.load_seq.desc()).limit(1)
    found = session.execute(query).first()
    return None if found is None else (found.load_seq, found.fingerprint)


def read_publication(session: Session, load_seq: int) -> Publication:
    """Return a publication by its number, from what is stored now.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    IntegrityError
        If the stored document does not fit.
    """
    document = session.scalars(select(PublicationRow.document).where(PublicationRow.load_seq == load_seq)).first()
    if document is None:
        raise NotFoundError(f"there is no publication {load_seq}")
    return from_document(Publication, json.loads(document))


def load_publication(session: Session, known_on: date | None) -> Publication | None:
    """Return the publication known at the end of a day (the latest if None); None if there was none.

    Raises
    ------
    IntegrityError
        If the stored document does not fit.
    """
    found = _latest(session, known_on)
    if found is None:
        return None
    return _kept(session, *found)


def numbered_publication(session: Session, load_seq: int) -> Publication:
    """Return a publication by its number; a process reads each only once.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    """
    fingerprint = session.scalar(select(PublicationRow.fingerprint).where(PublicationRow.load_seq == load_seq))
    if fingerprint is None:
        raise NotFoundError(f"there is no publication {load_seq}")
    return _kept(session, load_seq, fingerprint)


def _kept(session: Session, load_seq: int, fingerprint: str) -> Publication:
    key = (str(session.get_bind().engine.url), load_seq, fingerprint)
    if (known := _SHELF.find(key)) is not None:
        return known
    publication = read_publication(session, load_seq)
    _SHELF.keep(key, publication)
    return publication

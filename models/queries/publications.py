"""Published valuations read back, whole; a publication never changes, so that a process reads each only once."""

from __future__ import annotations

import json
from datetime import date
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

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


def load_publication(session: Session, known_on: date | None) -> Publication | None:
    """Return the publication known at the end of a day (the latest if None); None if there was none.

    Raises
    ------
    IntegrityError
        If the stored document does not fit.
    """
    seq = known_seq(session, known_on)
    row = PublicationRow
    query = select(row.load_seq, row.fingerprint).where(row.load_seq <= seq).order_by(row.load_seq.desc()).limit(1)
    found = session.execute(query).first()
    if found is None:
        return None
    key = (str(session.get_bind().engine.url), found.load_seq, found.fingerprint)
    if (known := _SHELF.find(key)) is not None:
        return known
    document = session.scalars(select(row.document).where(row.load_seq == found.load_seq)).one()
    publication = from_document(Publication, json.loads(document))
    _SHELF.keep(key, publication)
    return publication

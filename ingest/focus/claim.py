"""Claim spend that nobody registered: a mapping of one row, sent through the same door as every file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

from ingest.outcome import IngestOutcome
from ingest.pipeline import ingest_extract
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, require
from models.domain.spend import MatchBy
from models.store.engine import Store

_COLUMNS = ("match_by", "match_name", "match_value", "from_on", "initiative", "nature")


@dataclass(frozen=True, slots=True)
class SpendClaim:
    """Charges with that mark belong to an initiative from a day on; `nature` is build or run."""

    match_by: MatchBy
    match_name: str
    match_value: str
    from_on: date
    initiative: str
    nature: str


def claim_spend(store: Store, claim: SpendClaim, *, person: Person, now: datetime) -> IngestOutcome:
    """Send a claim as an extract of spend_mappings: it holds once a second person approves it.

    Raises
    ------
    NotPermittedError
        If the person may not claim spend or upload extracts.
    StoreBusyError
        If another writer did not finish in time; claim again.
    """
    require(person, Permission.CLAIM_SPEND)
    name = f"spend_mappings_claim_{claim.initiative}_{claim.from_on.isoformat()}.csv"
    return ingest_extract(
        store, claim_csv(claim), filename=name, person=person, now=now, kind=ExtractKind.SPEND_MAPPINGS
    )


def claim_csv(claim: SpendClaim) -> bytes:
    """Return the file of a claim."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerow(
        [
            claim.match_by.value,
            claim.match_name,
            claim.match_value,
            claim.from_on.isoformat(),
            claim.initiative,
            claim.nature,
        ]
    )
    return out.getvalue().encode("utf-8")

"""One row as it stands in its file, with its history: what it said before, what it says now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, require
from models.queries.knowledge import facts, known_seq
from models.queries.sources import Value, column_labels, row_values
from models.queries.spend_lineage import initiative_of_row
from models.store.tables import FACT_TABLES, ExtractPartRow, ExtractRow, FactTable

#: Kinds whose rows say nothing of any initiative's figures.
_MASTER = frozenset(
    {
        ExtractKind.UNITS,
        ExtractKind.UNIT_ALIASES,
        ExtractKind.BUSINESS_UNITS,
        ExtractKind.KPIS,
        ExtractKind.FX_RATES,
        ExtractKind.POLICIES,
    }
)


@dataclass(frozen=True, slots=True)
class RowVersion:
    """What one extract said of the same key."""

    extract_id: int
    filename: str
    load_seq: int
    part_no: int
    row_no: int
    posted_at: datetime | None
    values: tuple[Value, ...]
    is_retracted: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class ExtractRowView:
    """A row of a posted extract: where it is, its columns, and every version of its key, oldest first."""

    extract_id: int
    filename: str
    sha256: str
    sheet: str
    kind: ExtractKind
    row_no: int
    uploaded_by: str
    received_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    is_provisional: bool
    columns: tuple[str, ...]
    values: tuple[Value, ...]
    versions: tuple[RowVersion, ...]


def extract_row(session: Session, person: Person, extract_id: int, part_no: int, row_no: int) -> ExtractRowView:
    """Return a posted row.

    Raises
    ------
    NotPermittedError
        If the person's role does not see lineage.
    NotFoundError
        If there is no such row that the person may see.
    """
    require(person, Permission.VIEW_LINEAGE)
    missing = NotFoundError("there is no such row")
    extract = session.get(ExtractRow, extract_id)
    part = session.get(ExtractPartRow, (extract_id, part_no))
    if extract is None or part is None or extract.load_seq is None:
        raise missing
    kind = ExtractKind(part.kind)
    fact = FACT_TABLES[kind]
    columns = fact.table.c
    query = select(fact.table).where(
        columns.load_seq == extract.load_seq, columns.part_no == part_no, columns.row_no == row_no
    )
    found = session.execute(query).mappings().first()
    if found is None or not may_see_row(session, person, kind, dict(found)):
        raise missing
    versions = _versions(session, person, fact, dict(found))
    return ExtractRowView(
        extract_id=extract.id,
        filename=extract.filename,
        sha256=extract.sha256,
        sheet=part.sheet,
        kind=kind,
        row_no=row_no,
        uploaded_by=extract.uploaded_by,
        received_at=extract.received_at,
        decided_by=extract.decided_by,
        decided_at=extract.decided_at,
        is_provisional=extract.is_provisional,
        columns=column_labels(kind),
        values=row_values(kind, dict(found)),
        versions=versions,
    )


def _versions(session: Session, person: Person, fact: FactTable, row: dict[str, object]) -> tuple[RowVersion, ...]:
    """Return what was said of the same key, without versions that named an initiative the person may not see."""
    columns = fact.table.c
    query = (
        select(fact.table).where(*(columns[name] == row[name] for name in fact.key_names)).order_by(columns.load_seq)
    )
    said = [dict(found) for found in session.execute(query).mappings()]
    owners = [initiative_of_row(session, fact.kind, version) for version in said]
    rows = [v for v, owner in zip(said, owners, strict=True) if owner is None or person.may_see(owner)]
    loads = {found["load_seq"] for found in rows}
    extracts = {
        extract.load_seq: extract
        for extract in session.scalars(select(ExtractRow).where(ExtractRow.load_seq.in_(loads)))
    }
    return tuple(
        _version(extracts[found["load_seq"]], fact.kind, found) for found in rows if found["load_seq"] in extracts
    )


def _version(extract: ExtractRow, kind: ExtractKind, row: dict[str, Any]) -> RowVersion:
    return RowVersion(
        extract_id=extract.id,
        filename=extract.filename,
        load_seq=row["load_seq"],
        part_no=row["part_no"],
        row_no=row["row_no"],
        posted_at=extract.posted_at,
        values=row_values(kind, row),
        is_retracted=row["is_retracted"],
        is_current=row["superseded_by"] is None,
    )


def may_see_row(session: Session, person: Person, kind: ExtractKind, row: dict[str, object]) -> bool:
    """Tell whether a row lies in a person's scope: what belongs to their own initiatives, or all for who sees all."""
    if kind in {ExtractKind.PL_ROWS, ExtractKind.TRIAL_BALANCES, ExtractKind.LINE_DRIVERS} and not person.may(
        Permission.VIEW_LEDGER
    ):
        return False
    if person.initiatives is None or kind in _MASTER:
        return True
    if kind is ExtractKind.ALLOCATION_DRIVERS and row["purpose"] == "platform_cost":
        return person.may_see(str(row["subject"])) and person.may_see(str(row["initiative"]))
    if (owner := initiative_of_row(session, kind, row)) is not None:
        return person.may_see(owner)
    lines = facts(
        session, ExtractKind.BENEFIT_LINES, known_seq(session), where={"initiative": sorted(person.initiatives)}
    )
    if "benefit_line" in row:
        return row["benefit_line"] in set(lines["benefit_line"])
    if kind is ExtractKind.KPI_OBSERVATIONS:
        return row["kpi"] in set(lines["kpi"]) | {kpi for kpi in lines["driver_kpi"] if isinstance(kpi, str)}
    return False

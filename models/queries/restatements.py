"""What a posted extract restated, and the record from which a waiting one is compared anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind, Restatement
from models.domain.people import Permission, Person, require
from models.queries.sources import column_labels, row_values
from models.store.tables import FACT_TABLES, ExtractPartRow, ExtractRow


@dataclass(frozen=True, slots=True)
class KeptFile:
    """What is needed to check a received file again: its bytes by SHA-256, its name, contract and control totals."""

    sha256: str
    filename: str
    kind: ExtractKind | None
    control: bytes | None


def posted_restatements(
    session: Session, person: Person, extract_id: int, *, limit: int = 200
) -> tuple[Restatement, ...]:
    """Return the first values that a posted extract changed, in the order of its rows.

    Raises
    ------
    NotPermittedError
        If the person may not see extracts.
    """
    require(person, Permission.VIEW_EXTRACTS)
    extract = session.get(ExtractRow, extract_id)
    if extract is None or extract.load_seq is None:
        return ()
    kinds = session.scalars(
        select(ExtractPartRow.kind)
        .where(ExtractPartRow.extract_id == extract_id, ExtractPartRow.changed > 0)
        .distinct()
    )
    found: list[Restatement] = []
    for kind in kinds:
        found += _restated(session, ExtractKind(kind), extract.load_seq, limit - len(found))
    return tuple(found[:limit])


def kept_file(session: Session, person: Person, extract_id: int) -> KeptFile:
    """Return where a received file is kept and what was declared with it.

    Raises
    ------
    NotPermittedError, NotFoundError
        If the person may not see extracts, or there is none of that number.
    """
    require(person, Permission.VIEW_EXTRACTS)
    row = session.get(ExtractRow, extract_id)
    if row is None:
        raise NotFoundError(f"there is no extract {extract_id}")
    declared = json.loads(row.parameters) if row.parameters else {}
    kind, control = declared.get("kind"), declared.get("control")
    return KeptFile(
        row.sha256, row.filename, ExtractKind(kind) if kind else None, control.encode() if control else None
    )


def _restated(session: Session, kind: ExtractKind, load_seq: int, limit: int) -> list[Restatement]:
    fact = FACT_TABLES[kind]
    before, after = fact.table.alias("before"), fact.table.alias("after")
    same_key = and_(*(before.c[name] == after.c[name] for name in fact.key_names))
    query = (
        select(*(before.c[column.name].label(f"before_{column.name}") for column in fact.table.columns), *after.c)
        .join_from(after, before, and_(same_key, before.c.superseded_by == load_seq))
        .where(after.c.load_seq == load_seq)
        .order_by(after.c.row_no)
        .limit(max(limit, 0))
    )
    found: list[Restatement] = []
    for row in session.execute(query).mappings():
        earlier = {column.name: row[f"before_{column.name}"] for column in fact.table.columns}
        found += _differences(kind, earlier, {column.name: row[column.name] for column in fact.table.columns})
    return found


def _differences(kind: ExtractKind, before: Mapping[str, object], after: Mapping[str, object]) -> list[Restatement]:
    fact = FACT_TABLES[kind]
    key = " · ".join(str(after[name]) for name in fact.key_names if after[name] not in {"", None})
    line = int(str(after["row_no"]))
    if after["is_retracted"]:
        return [Restatement(kind.value, key, "", "known", "withdrawn", line)]
    pairs = zip(column_labels(kind), row_values(kind, before), row_values(kind, after), strict=True)
    return [
        Restatement(kind.value, key, column, _text(old), _text(new), line) for column, old, new in pairs if old != new
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value)

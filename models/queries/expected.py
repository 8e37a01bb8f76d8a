"""Which of the files expected for a period have come, and which are approved: "9 of 12 files approved"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.domain.valuation import FileCount
from models.queries.knowledge import as_known, facts, provisional_loads
from models.store.tables import FACT_TABLES, ColumnType, FactTable


class ExpectedState(StrEnum):
    """Where an expected extract stands."""

    MISSING = "missing"
    PROVISIONAL = "provisional"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class ExpectedExtract:
    """An extract that is due, and where it stands."""

    kind: str
    entity: str
    start_on: date
    end_on: date
    due_on: date
    owner: str | None
    state: ExpectedState


def expected_extracts(session: Session, seq: int, start_on: date) -> tuple[ExpectedExtract, ...]:
    """Return what was expected, as known at `seq`, for the fiscal period that starts on a day, and what of it had come.

    An extract has come when a row of its kind, entity (any, where none is named) and period is posted; it is approved
    when no such row rests on
    a load that waits for a second person.
    """
    rows = facts(session, ExtractKind.EXPECTED_EXTRACTS, seq, where={"start_on": start_on})
    provisional = provisional_loads(session, seq)
    columns = (rows["extract_kind"], rows["entity"], rows["start_on"], rows["end_on"], rows["due_on"], rows["owner"])
    found = []
    for kind, entity, start, end, due, owner in zip(*columns, strict=True):
        loads = _loads(session, seq, str(kind), str(entity), start, end)
        state = ExpectedState.MISSING
        if loads:
            state = ExpectedState.PROVISIONAL if loads & provisional else ExpectedState.APPROVED
        name = owner if isinstance(owner, str) else None
        found.append(ExpectedExtract(str(kind), str(entity), start, end, due, name, state))
    return tuple(found)


def _loads(session: Session, seq: int, kind: str, entity: str, start_on: date, end_on: date) -> set[int]:
    if kind not in set(ExtractKind):
        return set()
    fact = FACT_TABLES[ExtractKind(kind)]
    query = select(fact.table.c.load_seq).distinct().where(*as_known(fact, seq))
    if entity and "entity" in fact.table.columns:
        query = query.where(fact.table.c.entity == entity)
    in_period = _in_period(fact, start_on, end_on)
    return set(session.scalars(query if in_period is None else query.where(in_period)))


def _in_period(fact: FactTable, start_on: date, end_on: date) -> ColumnElement[bool] | None:
    """Rows whose period, or else whose first date, lies in the span; None for a kind without dates."""
    dated = [column for column in fact.columns if column.type is ColumnType.PERIOD]
    dated = dated or [column for column in fact.columns if column.type is ColumnType.DATE]
    if not dated:
        return None
    column = fact.table.c[dated[0].stored[0]]
    return (column >= start_on) & (column < end_on)


def count_files(session: Session, seq: int, start_on: date) -> FileCount | None:
    """Return how many of the files expected for a period are approved, posted and expected.

    None where nothing is expected.
    """
    found = expected_extracts(session, seq, start_on)
    if not found:
        return None
    approved = sum(extract.state is ExpectedState.APPROVED for extract in found)
    missing = sum(extract.state is ExpectedState.MISSING for extract in found)
    return FileCount(approved=approved, posted=len(found) - missing, expected=len(found))

"""What a posting must not do, whoever checked the file before: looked up again inside the write lock."""

from __future__ import annotations

from sqlalchemy import Table, and_, or_, select
from sqlalchemy.orm import Session

from models.domain.errors import ConflictError
from models.domain.extract import ExtractKind
from models.store.tables.facts import FACT_TABLES, IMMUTABLE_KINDS, FactTable

#: Columns of a benefit line that never change for its key: a swapped KPI is a new line.
FIXED_OF_BENEFIT_LINE = ("initiative", "kpi", "benefit_class")


def refuse_forbidden(session: Session, staged: Table, kind: ExtractKind) -> None:
    """Look for staged rows that change what never changes.

    Raises
    ------
    ConflictError
        If a staged row changes or extends a posted case version, or swaps initiative, KPI or class of a benefit line.
    """
    if kind in IMMUTABLE_KINDS:
        _refuse_changed_version(session, staged, FACT_TABLES[kind])
    elif kind is ExtractKind.BENEFIT_LINES:
        _refuse_swapped_line(session, staged, FACT_TABLES[kind])


def _refuse_changed_version(session: Session, staged: Table, fact: FactTable) -> None:
    """Refuse rows of a posted version, unless they come again as they were: it was whole when first posted."""
    posted, known = fact.table, fact.table.alias("known")
    has_version = (
        select(known.c.initiative)
        .where(known.c.initiative == staged.c.initiative, known.c.version == staged.c.version)
        .correlate(staged)
        .exists()
    )
    same_key = and_(*(staged.c[name] == posted.c[name] for name in fact.key_names))
    differs = or_(
        posted.c.load_seq.is_(None),
        staged.c.is_retracted,
        *(staged.c[name].is_distinct_from(posted.c[name]) for name in fact.compared_names),
    )
    query = select(staged.c.initiative, staged.c.version).select_from(staged.outerjoin(posted, same_key))
    found = session.execute(query.where(has_version, differs).limit(1)).first()
    if found is not None:
        raise ConflictError(
            f"version {found.version} of the approved case of {found.initiative} is posted and never changes;"
            " post a new version"
        )


def _refuse_swapped_line(session: Session, staged: Table, fact: FactTable) -> None:
    posted = fact.table
    swapped = or_(*(staged.c[name] != posted.c[name] for name in FIXED_OF_BENEFIT_LINE))
    is_current = and_(
        posted.c.superseded_by.is_(None), posted.c.is_retracted.is_(False), staged.c.is_retracted.is_(False)
    )
    query = select(staged.c.benefit_line).join(posted, staged.c.benefit_line == posted.c.benefit_line)
    found = session.scalar(query.where(is_current, swapped).limit(1))
    if found is not None:
        raise ConflictError(
            f"initiative, KPI and class of benefit line {found} never change; give the new line a key of its own"
        )

"""Does the store hold what its records say: audit chain, original bytes, sequence, posted rows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models.domain.errors import IntegrityError
from models.domain.extract import ExtractKind
from models.store.audit import find_chain_breaks
from models.store.content import ContentStore
from models.store.staging import NormalisedPart, stage, unstage
from models.store.tables import FACT_TABLES, AuditEventRow, ExtractPartRow, ExtractRow, LoadRow

_BATCH = 1000


def verify_chain(session: Session) -> list[str]:
    """Return a sentence for each audit event that does not follow from the one before."""
    events = session.scalars(select(AuditEventRow).order_by(AuditEventRow.event_no).execution_options(yield_per=_BATCH))
    return find_chain_breaks(events)


def verify_content(session: Session, content: ContentStore) -> list[str]:
    """Return a sentence for each extract whose original bytes are missing or changed."""
    problems = []
    for extract_id, sha256 in session.execute(select(ExtractRow.id, ExtractRow.sha256).order_by(ExtractRow.id)):
        try:
            content.verify(sha256)
        except IntegrityError as error:
            problems.append(f"extract {extract_id}: {error}")
    return problems


def verify_sequence(session: Session) -> list[str]:
    """Return a sentence for each gap in the sequence of loads and each time that runs backwards."""
    problems, expected, last = [], 1, None
    for load in session.scalars(select(LoadRow).order_by(LoadRow.load_seq)):
        if load.load_seq != expected:
            problems.append(f"load {expected} is missing")
        if last is not None and load.posted_at < last:
            problems.append(f"load {load.load_seq} was posted before the one it follows")
        expected, last = load.load_seq + 1, load.posted_at
    return problems


def verify_rows(session: Session) -> list[str]:
    """Return a sentence for each posted part whose rows are not as many as its counts say, and for rows of no load."""
    posted = select(ExtractRow.load_seq, ExtractPartRow).join(
        ExtractPartRow, ExtractPartRow.extract_id == ExtractRow.id
    )
    expected: dict[str, dict[tuple[int | None, int], int]] = {}
    for load_seq, part in session.execute(posted.where(ExtractRow.load_seq.is_not(None))):
        if part.new + part.changed:
            expected.setdefault(part.kind, {})[load_seq, part.part_no] = part.new + part.changed
    problems = []
    for kind in ExtractKind:
        table = FACT_TABLES[kind].table
        counted = select(table.c.load_seq, table.c.part_no, func.count()).group_by(table.c.load_seq, table.c.part_no)
        found = {(load_seq, part_no): count for load_seq, part_no, count in session.execute(counted)}
        wanted = expected.get(kind.value, {})
        problems += [
            f"{kind.value}: load {load_seq}, part {part_no} has {found.get((load_seq, part_no), 0)} rows"
            f" instead of {wanted.get((load_seq, part_no), 0)}"
            for load_seq, part_no in sorted(found.keys() | wanted.keys())
            if found.get((load_seq, part_no), 0) != wanted.get((load_seq, part_no), 0)
        ]
    return problems


def verify_part(session: Session, part: NormalisedPart, load_seq: int, *, max_named: int = 100) -> list[str]:
    """Compare the rows that a load posted with the part that its original file gives; name each row that differs.

    Needs a session of `scratch`. A row that the load did not have to post (it was known already) is not looked at.
    """
    fact = FACT_TABLES[part.kind]
    staged = stage(session, part)
    posted, given = fact.table, staged.table
    same_key = and_(*(posted.c[name] == given.c[name] for name in fact.key_names))
    names = ("is_retracted", "row_no", *fact.value_names)
    odd = [posted.c[name].is_distinct_from(given.c[name]) for name in names]
    query = (
        select(*(posted.c[name] for name in fact.key_names), posted.c.row_no, given.c.row_no.label("given_no"), *odd)
        .select_from(posted.outerjoin(given, same_key))
        .where(posted.c.load_seq == load_seq, posted.c.part_no == part.part_no, or_(*odd))
        .order_by(posted.c.row_no)
    )
    rows = session.execute(query.limit(max_named)).all()
    unstage(session, given)
    width = len(fact.key_names)
    return [
        _difference(part.kind, row[:width], row[width], row[width + 1], dict(zip(names, row[width + 2 :], strict=True)))
        for row in rows
    ]


def _difference(
    kind: ExtractKind, key: Sequence[object], row_no: int, given_no: int | None, odd: dict[str, bool]
) -> str:
    place = f"{kind.value} {' · '.join(str(part) for part in key)} (row {row_no})"
    if given_no is None:
        return f"{place} is not in its file"
    return f"{place} differs from its file in {', '.join(name for name, is_odd in odd.items() if is_odd)}"

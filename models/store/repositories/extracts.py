"""Received files: their rows, parts and findings."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.extract import Finding, PartCounts
from models.store.tables.records import ExtractPartRow, ExtractRow, FindingRow

_OPEN_OR_POSTED = ("received", "awaiting_approval", "posted")


def find_extract(session: Session, extract_id: int) -> ExtractRow | None:
    """Return an extract by its number, locked for change where the database can."""
    return session.scalars(select(ExtractRow).where(ExtractRow.id == extract_id).with_for_update()).first()


def find_same_bytes(session: Session, sha256: str) -> ExtractRow | None:
    """Return the extract of these very bytes that is under way or posted."""
    query = select(ExtractRow).where(ExtractRow.sha256 == sha256, ExtractRow.state.in_(_OPEN_OR_POSTED))
    return session.scalars(query.order_by(ExtractRow.id).limit(1)).first()


def parts_of(session: Session, extract_id: int) -> Sequence[ExtractPartRow]:
    """Return the parts of an extract in order."""
    query = select(ExtractPartRow).where(ExtractPartRow.extract_id == extract_id).order_by(ExtractPartRow.part_no)
    return session.scalars(query).all()


def save_part(session: Session, extract_id: int, part_no: int, kind: str, sheet: str, counts: PartCounts) -> None:
    """Record the counts of one part, in place of earlier ones."""
    row = session.get(ExtractPartRow, (extract_id, part_no)) or ExtractPartRow(extract_id=extract_id, part_no=part_no)
    row.kind, row.sheet = kind, sheet
    row.rows_in, row.new, row.changed = counts.rows_in, counts.new, counts.changed
    row.same, row.bad = counts.same, counts.bad
    session.add(row)


def drop_parts_after(session: Session, extract_id: int, count: int) -> None:
    """Forget recorded parts beyond the first `count`: a later check found fewer."""
    for row in parts_of(session, extract_id)[count:]:
        session.delete(row)


def add_findings(session: Session, extract_id: int, check_no: int, findings: Sequence[Finding]) -> None:
    """Record the findings of one check; those of earlier checks stay."""
    session.add_all(
        FindingRow(
            extract_id=extract_id,
            check_no=check_no,
            finding_no=number,
            code=finding.code,
            severity=finding.severity.value,
            title=finding.title,
            kind=finding.kind,
            sheet=finding.sheet,
            line=finding.line,
            column=finding.column,
            cell=finding.cell,
            found=finding.found,
            allowed=finding.allowed,
            advice=finding.advice,
            suggestion=finding.suggestion,
        )
        for number, finding in enumerate(findings, start=1)
    )

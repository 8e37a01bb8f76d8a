"""The list of received files, one file with its parts and findings, and the progress of what is expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind, ExtractState, Finding, PartCounts, Severity
from models.domain.people import Permission, Person, require
from models.queries.people import account_names
from models.store.tables import ExtractPartRow, ExtractRow, FindingRow


@dataclass(frozen=True, slots=True)
class ExtractPart:
    """One contract's worth of an extract and its counts."""

    part_no: int
    kind: ExtractKind
    sheet: str
    counts: PartCounts


@dataclass(frozen=True, slots=True)
class ExtractSummary:
    """A received file and where it stands. `error_count` and `warning_count` are of the latest check."""

    id: int
    filename: str
    sha256: str
    size_bytes: int
    kind: str | None
    format: str | None
    state: ExtractState
    is_provisional: bool
    uploaded_by: str
    uploader_name: str
    received_at: datetime
    checked_at: datetime | None
    decided_by: str | None
    decider_name: str | None
    decided_at: datetime | None
    decision_reason: str | None
    load_seq: int | None
    posted_at: datetime | None
    parts: tuple[ExtractPart, ...]
    error_count: int
    warning_count: int

    @property
    def rows_in(self) -> int:
        """Rows of all parts."""
        return sum(part.counts.rows_in for part in self.parts)


@dataclass(frozen=True, slots=True)
class ExtractDetail:
    """A received file with the findings of its latest check, and what this person may do with it."""

    summary: ExtractSummary
    findings: tuple[Finding, ...]
    may_approve: bool
    may_refuse: bool


def list_extracts(
    session: Session,
    person: Person,
    *,
    states: Iterable[ExtractState] = (),
    limit: int = 200,
    before_id: int | None = None,
) -> list[ExtractSummary]:
    """Return received files, newest first.

    Raises
    ------
    NotPermittedError
        If the person may not see extracts.
    """
    require(person, Permission.VIEW_EXTRACTS)
    query = select(ExtractRow).order_by(ExtractRow.id.desc()).limit(limit)
    if wanted := [state.value for state in states]:
        query = query.where(ExtractRow.state.in_(wanted))
    if before_id is not None:
        query = query.where(ExtractRow.id < before_id)
    return _summaries(session, session.scalars(query).all())


def extract_detail(session: Session, extract_id: int, person: Person) -> ExtractDetail:
    """Return one received file with the findings of its latest check.

    Raises
    ------
    NotPermittedError, NotFoundError
        If the person may not see extracts, or there is none of that number.
    """
    require(person, Permission.VIEW_EXTRACTS)
    row = session.get(ExtractRow, extract_id)
    if row is None:
        raise NotFoundError(f"there is no extract {extract_id}")
    (summary,) = _summaries(session, [row])
    is_other = person.key != row.uploaded_by
    may_decide = person.may(Permission.APPROVE_EXTRACT)
    is_open = summary.state not in {ExtractState.POSTED, ExtractState.REFUSED}
    is_approvable = summary.state is ExtractState.AWAITING_APPROVAL or summary.is_provisional
    return ExtractDetail(
        summary=summary,
        findings=findings_of(session, extract_id),
        may_approve=may_decide and is_other and is_approvable,
        may_refuse=is_open and (may_decide or not is_other),
    )


def findings_of(session: Session, extract_id: int, check_no: int | None = None) -> tuple[Finding, ...]:
    """Return the findings of one check of an extract, the latest if None."""
    latest = select(ExtractRow.check_no).where(ExtractRow.id == extract_id).scalar_subquery()
    wanted = latest if check_no is None else check_no
    query = select(FindingRow).where(FindingRow.extract_id == extract_id, FindingRow.check_no == wanted)
    return tuple(_finding(row) for row in session.scalars(query.order_by(FindingRow.finding_no)))


def _finding(row: FindingRow) -> Finding:
    return Finding(
        code=row.code,
        severity=Severity(row.severity),
        title=row.title,
        kind=row.kind,
        sheet=row.sheet,
        line=row.line,
        column=row.column,
        cell=row.cell,
        found=row.found,
        allowed=row.allowed,
        advice=row.advice,
        suggestion=row.suggestion,
    )


def _summaries(session: Session, rows: Sequence[ExtractRow]) -> list[ExtractSummary]:
    ids = [row.id for row in rows]
    parts: dict[int, list[ExtractPart]] = {}
    ordered = select(ExtractPartRow).where(ExtractPartRow.extract_id.in_(ids)).order_by(ExtractPartRow.part_no)
    for part in session.scalars(ordered):
        counts = PartCounts(part.rows_in, part.new, part.changed, part.same, part.bad)
        parts.setdefault(part.extract_id, []).append(
            ExtractPart(part.part_no, ExtractKind(part.kind), part.sheet, counts)
        )
    names = account_names(session)
    found = _finding_counts(session, ids)
    return [_summary(row, tuple(parts.get(row.id, ())), names, found) for row in rows]


def _finding_counts(session: Session, ids: Sequence[int]) -> Counter[tuple[int, str]]:
    """Count the findings of each extract's latest check by severity."""
    query = (
        select(FindingRow.extract_id, FindingRow.severity, func.count())
        .join(ExtractRow, (ExtractRow.id == FindingRow.extract_id) & (ExtractRow.check_no == FindingRow.check_no))
        .where(FindingRow.extract_id.in_(ids))
        .group_by(FindingRow.extract_id, FindingRow.severity)
    )
    return Counter({(extract_id, severity): count for extract_id, severity, count in session.execute(query)})


def _summary(
    row: ExtractRow, parts: tuple[ExtractPart, ...], names: dict[str, str], found: Counter[tuple[int, str]]
) -> ExtractSummary:
    return ExtractSummary(
        id=row.id,
        filename=row.filename,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        kind=row.kind,
        format=row.format,
        state=ExtractState(row.state),
        is_provisional=row.is_provisional,
        uploaded_by=row.uploaded_by,
        uploader_name=names.get(row.uploaded_by, row.uploaded_by),
        received_at=row.received_at,
        checked_at=row.checked_at,
        decided_by=row.decided_by,
        decider_name=names.get(row.decided_by, row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        load_seq=row.load_seq,
        posted_at=row.posted_at,
        parts=parts,
        error_count=found[row.id, Severity.ERROR.value],
        warning_count=found[row.id, Severity.WARNING.value],
    )

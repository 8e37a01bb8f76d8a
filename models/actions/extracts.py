"""A file's way: received, checked, awaiting approval, posted or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from models.actions.jobs import JobKind, enqueue
from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind, ExtractState, Finding, PartCounts, Severity
from models.domain.people import Permission, Person, require
from models.queries.knowledge import current_policy, known_seq
from models.store.audit import canonical_json, lock_chain
from models.store.content import StoredContent
from models.store.engine import Store
from models.store.merge import PartDelta, count_part, merge_part
from models.store.posting import Posting, write_staged
from models.store.repositories.extracts import (
    add_findings,
    drop_parts_after,
    find_extract,
    find_same_bytes,
    parts_of,
    save_part,
)
from models.store.sequence import LoadKind, LoadStamp, take_load_seq
from models.store.staging import NormalisedPart
from models.store.tables import ExtractRow
from models.store.unit_of_work import UnitOfWork, scratch, write

__all__ = [
    "CheckedPart",
    "FileFacts",
    "NormalisedPart",
    "PartDelta",
    "PostedExtract",
    "ReceivedExtract",
    "approve_posted",
    "post_extract",
    "preview",
    "receive_extract",
    "record_check",
    "refuse_extract",
]

#: A policy that posted itself without a second person could switch the second person off.
_NEVER_AUTO = frozenset({ExtractKind.POLICIES})


@dataclass(frozen=True, slots=True)
class ReceivedExtract:
    """The extract of the bytes that came in; `is_known` if these very bytes are under way or posted already."""

    extract_id: int
    sha256: str
    size_bytes: int
    is_known: bool
    state: ExtractState


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """One contract's worth of a checked file: what posting it would do."""

    kind: ExtractKind
    part_no: int
    sheet: str
    counts: PartCounts


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says of itself.

    Its contract (`workbook` for several), format, source report, parameters, run time, period.
    """

    kind: str | None = None
    format: str | None = None
    source_report: str | None = None
    parameters: Mapping[str, str] | None = None
    run_at: datetime | None = None
    period_start_on: date | None = None
    period_end_on: date | None = None


@dataclass(frozen=True, slots=True)
class PostedExtract:
    """What a posting did; `counts` in the order of the parts, `jobs` the numbers of the jobs it queued."""

    extract_id: int
    load_seq: int
    posted_at: datetime
    counts: tuple[PartCounts, ...]
    jobs: tuple[int, ...]
    is_provisional: bool


def receive_extract(
    store: Store, *, content: bytes | Path | BinaryIO | StoredContent, filename: str, person: Person, now: datetime
) -> ReceivedExtract:
    """Keep a file's bytes, then record that it was received. The same bytes under way or posted are recognised.

    Raises
    ------
    NotPermittedError, InvalidInputError
        If the person may not upload, or the file has no name.
    """
    require(person, Permission.UPLOAD_EXTRACT)
    if not filename.strip():
        raise InvalidInputError("a file needs a name")
    stored = content if isinstance(content, StoredContent) else store.content.put(content)
    with write(store, person=person.key, now=now) as uow:
        lock_chain(uow.session)
        known = find_same_bytes(uow.session, stored.sha256)
        if known is not None:
            detail = {"filename": filename, "sha256": stored.sha256}
            uow.audit("receive_same_bytes", "extract", str(known.id), detail)
            return ReceivedExtract(
                known.id, known.sha256, known.size_bytes, is_known=True, state=ExtractState(known.state)
            )
        row = ExtractRow(
            sha256=stored.sha256,
            filename=filename,
            size_bytes=stored.size_bytes,
            state=ExtractState.RECEIVED.value,
            uploaded_by=person.key,
            received_at=now,
            check_no=0,
            is_provisional=False,
        )
        uow.session.add(row)
        uow.session.flush()
        uow.audit("receive_extract", "extract", str(row.id), {"filename": filename, "sha256": stored.sha256})
        return ReceivedExtract(row.id, stored.sha256, stored.size_bytes, is_known=False, state=ExtractState.RECEIVED)


def _found(uow: UnitOfWork, extract_id: int) -> ExtractRow:
    row = find_extract(uow.session, extract_id)
    if row is None:
        raise NotFoundError(f"there is no extract {extract_id}")
    return row


def record_check(
    store: Store,
    extract_id: int,
    parts: Sequence[CheckedPart],
    findings: Sequence[Finding],
    *,
    person: Person,
    now: datetime,
    facts: FileFacts | None = None,
) -> ExtractState:
    """Record what a check found; without an error the extract then awaits approval.

    A later check replaces the counts, not the findings.

    Raises
    ------
    NotPermittedError, NotFoundError, ConflictError
        If the person may neither upload nor approve, there is no such extract, or it is posted or refused.
    """
    if not person.may(Permission.UPLOAD_EXTRACT):
        require(person, Permission.APPROVE_EXTRACT)
    has_errors = any(finding.severity is Severity.ERROR for finding in findings)
    with write(store, person=person.key, now=now) as uow:
        row = _found(uow, extract_id)
        lock_chain(uow.session)
        if row.state in {ExtractState.POSTED, ExtractState.REFUSED}:
            raise ConflictError(f"extract {extract_id} is {row.state} already")
        same = find_same_bytes(uow.session, row.sha256)
        if same is not None and same.id != row.id:
            raise ConflictError(f"the same bytes are under way or posted as extract {same.id}")
        row.check_no, row.checked_at = row.check_no + 1, now
        row.state = (ExtractState.CHECKED if has_errors else ExtractState.AWAITING_APPROVAL).value
        _take_facts(row, facts)
        for part in parts:
            save_part(uow.session, extract_id, part.part_no, part.kind.value, part.sheet, part.counts)
        drop_parts_after(uow.session, extract_id, len(parts))
        add_findings(uow.session, extract_id, row.check_no, findings)
        detail = {"check_no": row.check_no, "state": row.state, "findings": len(findings)}
        uow.audit("check_extract", "extract", str(extract_id), detail)
        return ExtractState(row.state)


def _take_facts(row: ExtractRow, facts: FileFacts | None) -> None:
    if facts is None:
        return
    row.kind, row.format, row.source_report, row.run_at = facts.kind, facts.format, facts.source_report, facts.run_at
    row.parameters = canonical_json(dict(facts.parameters)) if facts.parameters else None
    row.period_start_on, row.period_end_on = facts.period_start_on, facts.period_end_on


def preview(store: Store, parts: Sequence[NormalisedPart], *, max_restatements: int = 200) -> tuple[PartDelta, ...]:
    """Return for each part what posting it now would do, and the first values it would restate; nothing is written."""
    with scratch(store) as session:
        return tuple(count_part(session, part, max_restatements=max_restatements) for part in parts)


def post_extract(
    store: Store,
    extract_id: int,
    parts: Sequence[NormalisedPart],
    *,
    person: Person,
    now: datetime,
    is_auto: bool = False,
) -> PostedExtract:
    """Post a checked extract: rows with lineage, audit event and the job that re-estimates, in one transaction.

    With `is_auto` the policy lets these kinds post without waiting; what is posted so is provisional until
    `approve_posted`.

    Raises
    ------
    NotPermittedError, NotFoundError
        If the person may not approve (or upload, with `is_auto`), or there is no such extract.
    NotApprovableError
        If the person uploaded the file, it does not await approval, or the policy does not let it post by itself.
    ConflictError
        If it is posted already, or changes what never changes.
    StoreBusyError
        If another writer did not finish in time; nothing was changed.
    """
    require(person, Permission.UPLOAD_EXTRACT if is_auto else Permission.APPROVE_EXTRACT)
    with write_staged(store, parts, person=person.key, now=now) as posting:
        uow = posting.uow
        row = _found(uow, extract_id)
        _require_postable(row, person, is_auto=is_auto)
        _require_checked(uow, extract_id, parts)
        if is_auto:
            _require_auto(uow, parts)
        stamp = take_load_seq(uow, LoadKind.EXTRACT)
        counts = _merge_parts(posting, extract_id, parts, stamp.load_seq)
        _mark_posted(row, stamp, person, now, is_auto=is_auto)
        jobs: tuple[int, ...] = ()
        if any(count.new or count.changed for count in counts):
            jobs = (enqueue(uow, JobKind.ESTIMATE_PORTFOLIO, "portfolio"),)
        uow.audit("post_extract", "extract", str(extract_id), _posting_detail(row, parts, counts))
        return PostedExtract(extract_id, stamp.load_seq, stamp.posted_at, counts, jobs, is_provisional=is_auto)


def _require_postable(row: ExtractRow, person: Person, *, is_auto: bool) -> None:
    if row.state == ExtractState.POSTED:
        raise ConflictError(f"extract {row.id} is posted already, as load {row.load_seq}")
    if row.state != ExtractState.AWAITING_APPROVAL:
        raise NotApprovableError(f"extract {row.id} is {row.state.replace('_', ' ')} and does not await approval")
    if not is_auto and person.key == row.uploaded_by:
        raise NotApprovableError("an extract is approved by another person than the one who uploaded it")


def _require_checked(uow: UnitOfWork, extract_id: int, parts: Sequence[NormalisedPart]) -> None:
    checked = [(part.part_no, part.kind, part.rows_in) for part in parts_of(uow.session, extract_id)]
    given = sorted((part.part_no, part.kind.value, len(part.frame)) for part in parts)
    if not given or checked != given:
        raise ConflictError(f"extract {extract_id} is not what was checked; check it again")


def _require_auto(uow: UnitOfWork, parts: Sequence[NormalisedPart]) -> None:
    policy = current_policy(uow.session, known_seq(uow.session))
    for part in parts:
        if part.kind in _NEVER_AUTO or part.kind.value not in policy.auto_post_kinds:
            raise NotApprovableError(f"the policy does not let {part.kind.value} post without approval")


def _merge_parts(
    posting: Posting, extract_id: int, parts: Sequence[NormalisedPart], load_seq: int
) -> tuple[PartCounts, ...]:
    sheets = {part.part_no: part.sheet for part in parts}
    counts = []
    for part in posting.parts:
        count = merge_part(posting.uow.session, part, load_seq)
        save_part(posting.uow.session, extract_id, part.part_no, part.kind.value, sheets[part.part_no], count)
        counts.append(count)
    return tuple(counts)


def _mark_posted(row: ExtractRow, stamp: LoadStamp, person: Person, now: datetime, *, is_auto: bool) -> None:
    row.state, row.load_seq, row.posted_at = ExtractState.POSTED.value, stamp.load_seq, stamp.posted_at
    row.is_provisional = is_auto
    if not is_auto:
        row.decided_by, row.decided_at = person.key, now


def _posting_detail(
    row: ExtractRow, parts: Sequence[NormalisedPart], counts: Sequence[PartCounts]
) -> dict[str, object]:
    return {
        "load_seq": row.load_seq,
        "sha256": row.sha256,
        "is_provisional": row.is_provisional,
        "parts": [
            {
                "kind": part.kind.value,
                "rows_in": count.rows_in,
                "new": count.new,
                "changed": count.changed,
                "same": count.same,
            }
            for part, count in zip(sorted(parts, key=lambda part: part.part_no), counts, strict=True)
        ],
    }


def approve_posted(store: Store, extract_id: int, *, person: Person, now: datetime) -> None:
    """Approve, as a second person, what the policy posted by itself: it is provisional no longer.

    Raises
    ------
    NotPermittedError, NotFoundError, NotApprovableError
        If the person may not approve, there is no such extract, it is not provisional, or the person uploaded it.
    """
    require(person, Permission.APPROVE_EXTRACT)
    with write(store, person=person.key, now=now) as uow:
        row = _found(uow, extract_id)
        if not row.is_provisional:
            raise NotApprovableError(f"extract {extract_id} is not provisional")
        if person.key == row.uploaded_by:
            raise NotApprovableError("an extract is approved by another person than the one who uploaded it")
        row.is_provisional, row.decided_by, row.decided_at = False, person.key, now
        enqueue(uow, JobKind.ESTIMATE_PORTFOLIO, "portfolio")
        uow.audit("approve_posted", "extract", str(extract_id), {"load_seq": row.load_seq})


def refuse_extract(store: Store, extract_id: int, *, reason: str, person: Person, now: datetime) -> None:
    """Refuse an extract that is not posted; it stays downloadable with its findings and the reason.

    The uploader may withdraw it so.

    Raises
    ------
    NotPermittedError, NotFoundError, InvalidInputError, ConflictError
        If the person may not, there is no such extract, the reason is empty, or it is posted or refused.
    """
    if not reason.strip():
        raise InvalidInputError("say why the extract is refused")
    with write(store, person=person.key, now=now) as uow:
        row = _found(uow, extract_id)
        if person.key != row.uploaded_by and not person.may(Permission.APPROVE_EXTRACT):
            raise NotPermittedError(f"{person.name} may not refuse extracts")
        if row.state in {ExtractState.POSTED, ExtractState.REFUSED}:
            raise ConflictError(f"extract {extract_id} is {row.state} already")
        row.state, row.decided_by, row.decided_at = ExtractState.REFUSED.value, person.key, now
        row.decision_reason = reason.strip()
        uow.audit("refuse_extract", "extract", str(extract_id), {"reason": reason.strip()})

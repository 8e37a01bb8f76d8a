"""A file's way through finance's door: read, check, receive, record, and post or wait for a second person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ingest.check import CheckedExtract, CheckedParts, check_parts, finish_check
from ingest.known import Known
from ingest.limits import LIMITS, Limits
from ingest.normalise import order_by_key
from ingest.outcome import IngestOutcome, checked_parts, say_checked, say_posted, say_same, say_verdict
from ingest.quarantine import quarantine_csv
from models.actions.extracts import (
    FileFacts,
    approve_posted,
    post_extract,
    preview,
    receive_extract,
    record_check,
)
from models.domain.errors import NotApprovableError, NotFoundError
from models.domain.extract import ExtractKind, ExtractState, PartCounts
from models.domain.people import Permission, Person, require
from models.queries.extracts import extract_detail
from models.queries.knowledge import current_policy, facts, known_seq, organisation
from models.queries.period_states import known_book
from models.store.content import StoredContent
from models.store.engine import Store
from models.store.tables import ExtractRow
from models.store.unit_of_work import read

__all__ = [
    "WORKBOOK",
    "IngestOutcome",
    "approve_extract",
    "check_for_store",
    "ingest_extract",
    "known_in_store",
    "quarantine_files",
    "recheck",
    "recheck_parts",
]

#: The kind recorded for a file of several contracts.
WORKBOOK = "workbook"


@contextmanager
def known_in_store(store: Store, now: datetime) -> Iterator[Known]:
    """Open what is posted in a store now, as one committed state."""
    with read(store) as session:
        seq = known_seq(session)
        policy = current_policy(session, seq)
        today = organisation(session).day_of(now)
        book = known_book(session, seq)
        yield Known(lambda kind, where: facts(session, kind, seq, where=where), policy, today, book)


def check_for_store(
    store: Store,
    content: Path | bytes,
    filename: str,
    now: datetime,
    kind: ExtractKind | None = None,
    *,
    control: bytes | None = None,
    limits: Limits = LIMITS,
) -> CheckedExtract:
    """Check a file against what is posted in a store, and count what posting would do; nothing is written."""
    with known_in_store(store, now) as known:
        checked = check_parts(known, content, filename, kind, control=control, limits=limits)
    return _count(store, checked, filename)


def _count(store: Store, checked: CheckedParts, filename: str) -> CheckedExtract:
    """Put beside a check what posting its good rows would do."""
    parts = tuple(order_by_key(part) for part in checked.parts)
    filled = [part for part in parts if len(part.frame)]
    deltas = {part.part_no: delta for part, delta in zip(filled, preview(store, filled), strict=True)}
    counts = []
    for part, bad in zip(parts, checked.bad, strict=True):
        found = deltas[part.part_no].counts if part.part_no in deltas else PartCounts(0, 0, 0, 0, 0)
        counts.append(PartCounts(found.rows_in + bad, found.new, found.changed, found.same, bad))
    restatements = tuple(item for delta in deltas.values() for item in delta.restatements)
    return finish_check(replace(checked, parts=parts), filename, tuple(counts), restatements)


def ingest_extract(
    store: Store,
    content: Path | bytes | StoredContent,
    *,
    filename: str,
    person: Person,
    now: datetime,
    kind: ExtractKind | None = None,
    is_dry_run: bool = False,
    control: bytes | None = None,
    limits: Limits = LIMITS,
) -> IngestOutcome:
    """Take in a file: check it, keep it with its findings, and post it if the policy lets its contracts post so.

    Parameters
    ----------
    store
        Where it goes.
    content
        Its bytes, their path, or bytes that are kept already (a streamed upload).
    filename
        Its name.
    person
        Who sends it.
    now
        The time, with zone.
    kind
        The contract, where neither file nor sheet names it.
    is_dry_run
        Check only: nothing is received, nothing written.
    control
        Control totals from a file beside it; for a path, `<stem>.control.csv` is looked for.
    limits
        Bounds on everything that is read.

    Raises
    ------
    NotPermittedError
        If the person may not upload.
    StoreBusyError
        If another writer did not finish in time; send the file again.
    """
    require(person, Permission.UPLOAD_EXTRACT)
    if isinstance(content, Path) and control is None:
        control = _control_beside(content)
    source = store.content.path(content.sha256) if isinstance(content, StoredContent) else content
    if is_dry_run:
        checked = check_for_store(store, source, filename, now, kind, control=control, limits=limits)
        return say_checked(checked, None, None, "Nothing was received: this was a trial run. " + say_verdict(checked))
    received = receive_extract(store, content=content, filename=filename, person=person, now=now)
    if received.is_known and received.state is not ExtractState.RECEIVED:
        return say_same(received.extract_id, filename, received.state)
    checked = check_for_store(store, source, filename, now, kind, control=control, limits=limits)
    about = _describe(checked, kind, control)
    state = record_check(
        store, received.extract_id, checked_parts(checked), checked.findings, person=person, now=now, facts=about
    )
    if state is ExtractState.AWAITING_APPROVAL and _may_post_itself(store, checked):
        posted = post_extract(store, received.extract_id, checked.parts, person=person, now=now, is_auto=True)
        return say_posted(checked, posted, "Posted by policy; provisional until a second person approves it.")
    return say_checked(checked, received.extract_id, state, say_verdict(checked))


def approve_extract(
    store: Store, extract_id: int, *, person: Person, now: datetime, limits: Limits = LIMITS
) -> IngestOutcome:
    """Approve an extract as a second person: its kept bytes are checked again against what is known now, then posted.

    What the policy posted by itself is confirmed. A file that no longer passes is not posted; its findings say why.

    Raises
    ------
    NotPermittedError, NotFoundError, NotApprovableError
        If the person may not approve, there is no such extract, or it does not await this person's approval.
    IntegrityError
        If the kept bytes are not what was received.
    StoreBusyError
        If another writer did not finish in time; nothing was changed.
    """
    require(person, Permission.APPROVE_EXTRACT)
    row = _read_row(store, extract_id)
    if row.state == ExtractState.POSTED and row.is_provisional:
        approve_posted(store, extract_id, person=person, now=now)
        return IngestOutcome(
            extract_id,
            row.filename,
            ExtractState.POSTED,
            False,
            (),
            (),
            (),
            "Approved; no longer provisional.",
            row.load_seq,
        )
    if row.state != ExtractState.AWAITING_APPROVAL:
        raise NotApprovableError(f"extract {extract_id} is {row.state.replace('_', ' ')} and does not await approval")
    if row.uploaded_by == person.key:
        raise NotApprovableError("an extract is approved by another person than the one who uploaded it")
    checked = recheck_parts(store, row, now, limits)
    again = _as_counted(store, checked, extract_id, person, row.filename)
    state = record_check(store, extract_id, checked_parts(again), again.findings, person=person, now=now)
    if state is not ExtractState.AWAITING_APPROVAL:
        message = "Not posted: what is known has changed since it was sent. " + say_verdict(again)
        return say_checked(again, extract_id, state, message)
    posted = post_extract(store, extract_id, again.parts, person=person, now=now)
    return say_posted(again, posted, "Posted.")


def recheck(store: Store, row: ExtractRow, now: datetime, limits: Limits = LIMITS) -> CheckedExtract:
    """Check the kept bytes of an extract again, and count what posting would do now.

    Raises
    ------
    IntegrityError
        If the kept bytes are not what was received.
    """
    return _count(store, recheck_parts(store, row, now, limits), row.filename)


def recheck_parts(store: Store, row: ExtractRow, now: datetime, limits: Limits = LIMITS) -> CheckedParts:
    """Check the kept bytes of an extract again, without counting what posting would do."""
    store.content.verify(row.sha256)
    told = json.loads(row.parameters) if row.parameters else {}
    kind = ExtractKind(told["kind"]) if "kind" in told else None
    control = told["control"].encode("utf-8") if "control" in told else None
    with known_in_store(store, now) as known:
        return check_parts(known, store.content.path(row.sha256), row.filename, kind, control=control, limits=limits)


def _as_counted(store: Store, checked: CheckedParts, extract_id: int, person: Person, filename: str) -> CheckedExtract:
    """Put beside a clean check the counts recorded when the file came: posting is about to count for itself."""
    with read(store) as session:
        recorded = extract_detail(session, extract_id, person).summary.parts
    counts = tuple(part.counts for part in recorded)
    found = [(part.kind, len(part.frame)) for part in checked.parts]
    if any(checked.bad) or found != [(part.kind, part.counts.rows_in) for part in recorded]:
        return _count(store, checked, filename)
    parts = tuple(order_by_key(part) for part in checked.parts)
    return finish_check(replace(checked, parts=parts), filename, counts, ())


def quarantine_files(store: Store, extract_id: int, *, person: Person, now: datetime) -> tuple[tuple[str, bytes], ...]:
    """Return the bad rows of an extract, one CSV per table that has any, ready to be mended and sent again.

    Raises
    ------
    NotPermittedError, NotFoundError
        If the person may not see extracts, or there is none of that number.
    """
    require(person, Permission.VIEW_EXTRACTS)
    checked = recheck_parts(store, _read_row(store, extract_id), now)
    return tuple(
        (f"{table.kind}_bad_rows.csv", quarantine_csv(table)) for table in checked.quarantined if table.reasons
    )


def _read_row(store: Store, extract_id: int) -> ExtractRow:
    with read(store) as session:
        row = session.get(ExtractRow, extract_id)
        if row is None:
            raise NotFoundError(f"there is no extract {extract_id}")
        session.expunge(row)
        return row


def _control_beside(path: Path) -> bytes | None:
    beside = path.with_name(f"{path.stem}.control.csv")
    return beside.read_bytes() if beside.is_file() and beside != path else None


def _may_post_itself(store: Store, checked: CheckedExtract) -> bool:
    with read(store) as session:
        allowed = current_policy(session, known_seq(session)).auto_post_kinds
    return bool(checked.parts) and all(
        kind.value in allowed and kind is not ExtractKind.POLICIES for kind in checked.kinds
    )


def _describe(checked: CheckedExtract, kind: ExtractKind | None, control: bytes | None) -> FileFacts:
    """Return what is recorded of the file: what it states of itself, and what is needed to check it again."""
    told = {"kind": kind.value} if kind else {}
    if control is not None:
        told["control"] = control.decode("utf-8", errors="replace")
    stated = checked.control
    if stated and stated.parameters:
        told["parameters"] = stated.parameters
    starts = [
        day for part in checked.parts if "start_on" in part.frame for day in part.frame["start_on"].dropna().unique()
    ]
    ends = [day for part in checked.parts if "end_on" in part.frame for day in part.frame["end_on"].dropna().unique()]
    names = {part.kind.value for part in checked.parts}
    return FileFacts(
        kind=next(iter(names)) if len(names) == 1 else WORKBOOK if names else None,
        format=checked.format or None,
        source_report=stated.source_report if stated else None,
        parameters=told or None,
        run_at=stated.run_at if stated else None,
        period_start_on=min(starts, default=None),
        period_end_on=max(ends, default=None),
    )

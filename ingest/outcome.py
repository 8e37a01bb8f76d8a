"""What became of a file, in a record and in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.check import CheckedExtract
from models.actions.extracts import CheckedPart, PostedExtract
from models.domain.extract import ExtractState, Finding, Restatement, Severity


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of a file.

    Parameters
    ----------
    extract_id
        Its number; None if nothing was received (a dry run).
    filename
        Its name.
    state
        Where it stands; None for a dry run.
    is_same
        Whether these very bytes were already under way or posted: nothing was done.
    findings
        All problems found by this check.
    parts
        Contract, sheet and counts of each table: what posting did, or would do.
    restatements
        The first values that are, or would be, restated.
    message
        A sentence for the person.
    load_seq
        Number of the load; None if nothing was posted.
    is_provisional
        Whether it was posted by the policy and a second person has not approved it yet.
    """

    extract_id: int | None
    filename: str
    state: ExtractState | None
    is_same: bool
    findings: tuple[Finding, ...]
    parts: tuple[CheckedPart, ...]
    restatements: tuple[Restatement, ...]
    message: str
    load_seq: int | None = None
    is_provisional: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether a finding forbids posting."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def checked_parts(checked: CheckedExtract) -> tuple[CheckedPart, ...]:
    """Return contract, sheet and counts of each part."""
    pairs = zip(checked.parts, checked.counts, strict=True)
    return tuple(CheckedPart(part.kind, part.part_no, part.sheet, counts) for part, counts in pairs)


def say_same(extract_id: int, filename: str, state: ExtractState) -> IngestOutcome:
    """Say that these very bytes are there already."""
    where = state.value.replace("_", " ")
    message = f"These very bytes are extract {extract_id}, which is {where}. Nothing was changed."
    return IngestOutcome(extract_id, filename, state, True, (), (), (), message)


def say_checked(
    checked: CheckedExtract, extract_id: int | None, state: ExtractState | None, message: str
) -> IngestOutcome:
    """Say what a check found."""
    return IngestOutcome(
        extract_id,
        checked.filename,
        state,
        False,
        checked.findings,
        checked_parts(checked),
        checked.restatements,
        message,
    )


def say_posted(checked: CheckedExtract, posted: PostedExtract, message: str) -> IngestOutcome:
    """Say what a posting did."""
    pairs = zip(checked.parts, posted.counts, strict=True)
    parts = tuple(CheckedPart(part.kind, part.part_no, part.sheet, counts) for part, counts in pairs)
    is_unchanged = not any(counts.new or counts.changed for counts in posted.counts)
    return IngestOutcome(
        posted.extract_id,
        checked.filename,
        ExtractState.POSTED,
        False,
        checked.findings,
        parts,
        checked.restatements,
        f"{message} Every row was known already." if is_unchanged else message,
        posted.load_seq,
        posted.is_provisional,
    )


def say_verdict(checked: CheckedExtract) -> str:
    """Say in a sentence what the check found."""
    rows_in = sum(counts.rows_in for counts in checked.counts)
    bad = sum(counts.bad for counts in checked.counts)
    errors = sum(finding.severity is Severity.ERROR for finding in checked.findings)
    if checked.has_errors:
        rows = f"{bad:,} of {rows_in:,} rows need you" if bad else "the file needs you"
        return f"Nothing was posted: {rows} ({errors:,} {'error' if errors == 1 else 'errors'})."
    new, changed, same = (
        sum(getattr(counts, name) for counts in checked.counts) for name in ("new", "changed", "same")
    )
    rows = f"{rows_in:,} {'row is' if rows_in == 1 else 'rows are'}"
    return f"{rows} ready: {new:,} new, {changed:,} restated, {same:,} unchanged. A second person approves."

"""Check a file: read it, cast it, hold it against its contracts and against what is known. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ingest.cast import CastTable, cast_table
from ingest.checks.control import compare_control
from ingest.checks.run import run_checks
from ingest.checks.trial_balance import compare_trial_balances
from ingest.findings import make_finding
from ingest.focus.adapter import adapt_table
from ingest.known import Known
from ingest.limits import LIMITS, Limits
from ingest.normalise import normalise_frame, normalise_part
from ingest.quarantine import QuarantinedTable, quarantine_table
from ingest.read.control import Control, read_control_text
from ingest.read.reading import FileReading
from ingest.read.source import read_file, refuse_size
from ingest.restate import compare_part
from ingest.tables import Mask, TextTable, render_faults
from models.domain.extract import ExtractKind, Finding, PartCounts, Restatement, Severity
from models.store.merge import NormalisedPart

#: Findings of reading that concern a table as a whole.
_OF_TABLE = ("HEAD-", "FILE-", "PARQ-")
#: Kinds that rows of other kinds build on; the others need not be known within their own file.
_REFERRED_TO = frozenset(ExtractKind) - {
    ExtractKind.KPI_OBSERVATIONS,
    ExtractKind.PL_ROWS,
    ExtractKind.COSTS,
    ExtractKind.CLAIMS,
    ExtractKind.HOURS,
    ExtractKind.LINE_DRIVERS,
    ExtractKind.INVOICES,
    ExtractKind.FOCUS_COSTS,
}
#: What an unreadable cell looks like to the checks.
_ECHOES = frozenset({"CELL-001", "KPI-002"})


@dataclass(frozen=True, slots=True)
class CheckedExtract:
    """A checked file.

    Parameters
    ----------
    filename, format
        Its name, and csv, xlsx or parquet.
    parts
        Its good rows, one part per table, in the order in which contracts build on one another.
    bad
        Bad rows of each part.
    findings
        All problems, in the order of the file.
    counts, restatements
        What posting would do, for each part and for its changed values (the first of them).
    control
        What the file states of itself.
    quarantined
        The bad rows as text, with their reasons.
    """

    filename: str
    format: str
    parts: tuple[NormalisedPart, ...]
    bad: tuple[int, ...]
    findings: tuple[Finding, ...]
    counts: tuple[PartCounts, ...]
    restatements: tuple[Restatement, ...]
    control: Control | None
    quarantined: tuple[QuarantinedTable, ...]

    @property
    def has_errors(self) -> bool:
        """Whether nothing of the file may be posted."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def kinds(self) -> tuple[ExtractKind, ...]:
        """Contracts of the parts."""
        return tuple(part.kind for part in self.parts)


@dataclass(frozen=True, slots=True)
class CheckedParts:
    """What a check gives before it is compared with what is posted."""

    reading: FileReading
    parts: tuple[NormalisedPart, ...]
    bad: tuple[int, ...]
    findings: tuple[Finding, ...]
    quarantined: tuple[QuarantinedTable, ...]


def check_bytes(
    known: Known,
    content: Path | bytes,
    filename: str,
    kind: ExtractKind | None = None,
    *,
    control: bytes | None = None,
    limits: Limits = LIMITS,
) -> CheckedExtract:
    """Check a file against its contracts and what is known; pure with respect to any database.

    Parameters
    ----------
    known
        Posted facts, policy and today.
    content
        The bytes, or where they lie.
    filename
        The name under which it was sent.
    kind
        The contract, where neither file nor sheet names it.
    control
        Control totals from a file beside it.
    limits
        Bounds on everything that is read.
    """
    checked = check_parts(known, content, filename, kind, control=control, limits=limits)
    deltas = [compare_part(known, part, bad) for part, bad in zip(checked.parts, checked.bad, strict=True)]
    counts = tuple(delta.counts for delta in deltas)
    restatements = tuple(restatement for delta in deltas for restatement in delta.restatements)
    return finish_check(checked, filename, counts, restatements)


def finish_check(
    checked: CheckedParts, filename: str, counts: tuple[PartCounts, ...], restatements: tuple[Restatement, ...]
) -> CheckedExtract:
    """Put what posting would do beside what was found."""
    return CheckedExtract(
        filename=filename,
        format=checked.reading.format,
        parts=checked.parts,
        bad=checked.bad,
        findings=checked.findings,
        counts=counts,
        restatements=restatements,
        control=checked.reading.control,
        quarantined=checked.quarantined,
    )


def check_parts(
    known: Known,
    content: Path | bytes,
    filename: str,
    kind: ExtractKind | None,
    *,
    control: bytes | None = None,
    limits: Limits = LIMITS,
) -> CheckedParts:
    """Check a file without comparing it with what is posted."""
    reading = _read(content, filename, kind, control, limits)
    order = {member: number for number, member in enumerate(ExtractKind)}
    tables = sorted(reading.tables, key=lambda table: order[table.kind])
    parts: list[NormalisedPart] = []
    bad: list[int] = []
    quarantined: list[QuarantinedTable] = []
    findings = list(reading.findings)
    casts: list[CastTable] = []
    for number, table in enumerate(tables, start=1):
        adapted, faults = adapt_table(table)
        cast = cast_table(adapted, known, limits)
        cast.mark(faults)
        run_checks(cast, known)
        casts.append(cast)
        is_bad = cast.bad_rows() | _is_refused(table, reading.findings)
        parts.append(normalise_part(cast, number, ~is_bad))
        bad.append(int(is_bad.sum()) + table.ragged_rows)
        if table.kind in _REFERRED_TO:
            known.add(table.kind, _with_keys(cast))
        findings += [*_describe_rows(table), *render_faults(adapted, cast.faults, limits)]
        quarantined.append(quarantine_table(replace(cast, table=table), is_bad))
    findings += compare_control(reading.control, casts, has_tables=bool(tables))
    findings += compare_trial_balances(casts, known)
    return CheckedParts(reading, tuple(parts), tuple(bad), tuple(_without_echoes(findings)), tuple(quarantined))


def _read(
    content: Path | bytes, filename: str, kind: ExtractKind | None, control: bytes | None, limits: Limits
) -> FileReading:
    """Read the file, unless its size alone refuses it; a control beside it takes precedence over one inside."""
    if isinstance(content, Path):
        size = content.stat().st_size
        if size > limits.file_bytes:
            return refuse_size(size, limits)
        content = content.read_bytes()
    reading = read_file(content, filename, kind, limits)
    stated = read_control_text(control) if control is not None else reading.control
    findings = (*reading.findings, *(stated.findings if stated else ()))
    return FileReading(reading.format, reading.tables, findings, stated)


def _is_refused(table: TextTable, findings: Sequence[Finding]) -> Mask:
    """All rows of a table whose header is wrong, and rows in which reading found a bad cell."""
    refused = np.zeros(table.rows, dtype=bool)
    for finding in findings:
        if finding.severity is not Severity.ERROR or finding.sheet != table.sheet:
            continue
        if finding.code.startswith(_OF_TABLE) and finding.kind in {table.kind.value, ""}:
            refused[:] = True
        elif finding.cell:
            refused |= table.row_numbers == int("".join(filter(str.isdigit, finding.cell)))
    return refused


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """Leave out that a cell is empty where reading it already found why."""
    explained = {
        (finding.sheet, finding.cell) for finding in findings if finding.code.startswith("BOOK-") and finding.cell
    }
    return [
        finding for finding in findings if finding.code not in _ECHOES or (finding.sheet, finding.cell) not in explained
    ]


def _with_keys(cast: CastTable) -> pd.DataFrame:
    """Rows to which other parts of the file may refer: their key is sound, whatever else is wrong with them."""
    return normalise_frame(cast, ~cast.is_bad(cast.table.contract.key_names))


def _describe_rows(table: TextTable) -> list[Finding]:
    """Return the findings of a table as a whole."""
    place = table.place()
    findings = []
    if not table.rows and not table.ragged_rows:
        findings.append(make_finding("FILE-010", place))
    if table.blank_rows:
        findings.append(make_finding("FILE-011", place, {"found": table.blank_rows}))
    return findings

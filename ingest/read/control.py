"""Control totals and what a file says of itself: a sheet Control, or a small file beside a text file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.findings import Place, make_finding
from models.domain.extract import Finding

_NAMES = ("part", "item", "value")
_FACTS = ("source_report", "parameters", "run_at")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """One total that a part must have: `rows`, or the sum of a column."""

    part: str
    column: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Control:
    """What a file states of itself.

    `totals` are compared with what was read; `part` is a contract's name, or empty for the only table.
    """

    totals: tuple[ControlTotal, ...] = ()
    source_report: str | None = None
    parameters: str | None = None
    run_at: datetime | None = None
    findings: tuple[Finding, ...] = field(default=())


def read_control_text(content: bytes) -> Control:
    """Read a control from a text file."""
    try:
        lines = content.decode("utf-8-sig").splitlines()
        rows = [tuple(row) for row in csv.reader(io.StringIO("\n".join(lines)), strict=True)]
    except (UnicodeDecodeError, csv.Error) as error:
        return Control(
            findings=(
                make_finding(
                    "CTRL-004", Place(sheet="Control"), {"found": f"the control is not CSV in UTF-8: {error}"}
                ),
            )
        )
    return read_control_rows(rows)


def read_control_rows(rows: Iterable[tuple[str, ...]]) -> Control:
    """Read a control from its rows, header first."""
    totals: list[ControlTotal] = []
    facts: dict[str, str] = {}
    findings: list[Finding] = []
    for line, row in enumerate(rows, start=1):
        cells = tuple(cell.strip() for cell in row[:3])
        if line == 1 and cells != _NAMES:
            return Control(findings=(_complain(1, f"its header reads {' | '.join(row)}"),))
        if line == 1 or not any(cells):
            continue
        part, item, value = (*cells, "", "", "")[:3]
        column = "rows" if item == "rows" else item.removeprefix("sum:") if item.startswith("sum:") else ""
        if item in _FACTS:
            facts[item] = value
        elif not column or not _NUMBER.fullmatch(value):
            findings.append(_complain(line, f"'{part} | {item} | {value}' is no control"))
        else:
            totals.append(ControlTotal(part, column, value, line))
    run_at, complaint = _read_moment(facts.get("run_at", ""))
    findings += complaint
    return Control(tuple(totals), facts.get("source_report"), facts.get("parameters"), run_at, tuple(findings))


def _read_moment(text: str) -> tuple[datetime | None, list[Finding]]:
    """Read the time at which a report ran; without zone it is taken as UTC, as written."""
    if not text:
        return None, []
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None, [_complain(None, f"run_at '{text}' is no time like 2026-10-05T06:00:00Z")]
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC), []


def _complain(line: int | None, found: str) -> Finding:
    return make_finding("CTRL-004", Place(sheet="Control", line=line), {"found": found})

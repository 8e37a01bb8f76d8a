"""Compare what was read with the control totals that came with it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ingest.cast import CastTable
from ingest.findings import Place, make_finding
from ingest.read.control import Control, ControlTotal
from models.domain.extract import Finding


def compare_control(control: Control | None, casts: Sequence[CastTable], *, has_tables: bool) -> list[Finding]:
    """Return a finding for each total that differs, and a note where no total was given.

    Parameters
    ----------
    control
        The totals; None if the file has none.
    casts
        The tables as read.
    has_tables
        Whether any table could be read at all.
    """
    if control is None or not control.totals:
        return [make_finding("CTRL-003", Place())] if has_tables else []
    findings: list[Finding] = []
    for total in control.totals:
        fitting = [
            cast
            for cast in casts
            if total.part in {cast.table.kind.value, cast.table.sheet} or (not total.part and len(casts) == 1)
        ]
        if not fitting:
            findings.append(make_finding("CTRL-004", _place(total), {"found": f"there is no table '{total.part}'"}))
        findings += [finding for cast in fitting for finding in _compare(total, cast)]
    return findings


def _place(total: ControlTotal) -> Place:
    return Place(sheet="Control", line=total.line)


def _compare(total: ControlTotal, cast: CastTable) -> list[Finding]:
    place = Place(cast.table.kind.value, cast.table.sheet, column="" if total.column == "rows" else total.column)
    if total.column == "rows":
        rows = cast.table.rows + cast.table.ragged_rows
        differs = Decimal(total.value) != rows
        return [make_finding("CTRL-001", place, {"found": rows, "allowed": total.value})] if differs else []
    column = next((ours for ours, title in cast.table.titles.items() if title == total.column), total.column)
    if column not in cast.exact:
        found = f"'{total.column}' is no column of numbers of {cast.table.kind.value}"
        return [make_finding("CTRL-004", _place(total), {"found": found})]
    exact = cast.exact[column].to_pylist()
    bad = cast.is_bad([column])
    found_sum = sum((Decimal(text) for text, is_bad in zip(exact, bad, strict=True) if text and not is_bad), Decimal(0))
    if found_sum == Decimal(total.value):
        return []
    return [make_finding("CTRL-002", place, {"found": format(found_sum, "f"), "allowed": total.value})]

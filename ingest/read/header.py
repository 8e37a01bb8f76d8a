"""The header decides contract, columns and delimiter: by name, never by position, never from the data."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.contracts import REASONS_COLUMN, Contract, contract_of
from ingest.findings import Place, make_finding
from ingest.focus.columns import EITHER, MANDATORY, is_focus, missing_columns, unknown_columns
from ingest.limits import Limits
from models.domain.extract import ExtractKind, Finding


@dataclass(frozen=True, slots=True)
class Header:
    """A header as read.

    `contract` is None if none could be settled; `positions` are the places of the contract's columns, from 0; the table
    is not read if `is_usable` is false.
    """

    contract: Contract | None
    delimiter: str
    names: tuple[str, ...]
    positions: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def is_usable(self) -> bool:
        """Whether rows can be read under the header."""
        return self.contract is not None and bool(self.positions)


def read_header(
    candidates: Sequence[tuple[str, tuple[str, ...]]], kind: ExtractKind | None, place: Place, limits: Limits
) -> Header:
    """Settle contract and columns of a table.

    Parameters
    ----------
    candidates
        Delimiter and the names that it makes of the first row; one pair for a sheet.
    kind
        The contract named by the person, the sheet or the file's name; None if nothing names one.
    place
        Where the header stands.
    limits
        Bounds on the number of columns.
    """
    focus = next(((delimiter, names) for delimiter, names in candidates if is_focus(names)), None)
    if focus is not None:
        return _read_focus_header(*focus, kind, place, limits)
    fitting = [
        (found, delimiter, names) for delimiter, names in candidates for found in ExtractKind if _fits(names, found)
    ]
    if kind is None:
        kinds = {found for found, _, _ in fitting}
        if len(kinds) != 1:
            allowed = ", ".join(kind.value for kind in ExtractKind)
            return _refuse(place, "FILE-007", {"allowed": allowed})
        kind = fitting[0][0]
    contract = contract_of(kind)
    delimiter, names = max(candidates, key=lambda pair: _score(pair[1], contract))
    if not any(name in contract.names for name in names):
        return _refuse(place, "HEAD-005", {"found": " | ".join(names), "allowed": ", ".join(contract.required_names)})
    if not _fits(names, kind) and fitting:
        return _refuse(place, "FILE-009", {"found": fitting[0][0].value, "allowed": kind.value})
    if len(names) > limits.columns:
        return _refuse(place, "HEAD-006", {"found": len(names), "allowed": limits.columns})
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        if name in contract.names:
            positions.setdefault(name, position)
    return Header(contract, delimiter, names, positions, tuple(_judge_names(names, contract, place)))


def _read_focus_header(
    delimiter: str, names: tuple[str, ...], kind: ExtractKind | None, place: Place, limits: Limits
) -> Header:
    """Settle the columns of a FOCUS file: every one is kept, under its own name, until the adapter has read it."""
    contract = contract_of(ExtractKind.FOCUS_COSTS)
    if kind not in {None, contract.kind}:
        return _refuse(place, "FILE-009", {"found": contract.kind.value, "allowed": kind.value if kind else ""})
    here = Place(contract.kind.value, place.sheet, place.line)
    if len(names) > limits.focus_columns:
        return _refuse(here, "HEAD-006", {"found": len(names), "allowed": limits.focus_columns})
    if missing := missing_columns(names):
        count = len(MANDATORY) + len(EITHER)
        return _refuse(here, "FOCUS-001", {"found": ", ".join(missing), "allowed": count})
    findings = [finding for finding in _judge_names(names, contract, here) if finding.code in {"HEAD-003", "HEAD-004"}]
    if unknown := [name for name in unknown_columns(names) if name != REASONS_COLUMN]:
        findings.append(make_finding("FOCUS-002", here, {"found": ", ".join(unknown)}))
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        if name and name != REASONS_COLUMN:
            positions.setdefault(name, position)
    return Header(contract, delimiter, names, positions, tuple(findings))


def _fits(names: tuple[str, ...], kind: ExtractKind) -> bool:
    """Tell whether names are columns of a contract, each once, with none missing that is required."""
    contract = contract_of(kind)
    found = [name for name in names if name != REASONS_COLUMN]
    return len(set(found)) == len(found) and set(contract.required_names) <= set(found) <= set(contract.names)


def _score(names: tuple[str, ...], contract: Contract) -> int:
    return sum(name in contract.names for name in names)


def _refuse(place: Place, code: str, details: Mapping[str, object]) -> Header:
    return Header(None, "", (), {}, (make_finding(code, place, details),))


def _judge_names(names: tuple[str, ...], contract: Contract, place: Place) -> list[Finding]:
    """Name every column that is missing, unknown, doubled or nameless."""
    findings = []
    for name, times in Counter(names).items():
        here = Place(contract.kind.value, place.sheet, place.line, name)
        if not name:
            position = names.index(name) + 1
            findings.append(make_finding("HEAD-004", here, {"found": position}))
        elif name not in contract.names and name != REASONS_COLUMN:
            close = difflib.get_close_matches(
                name.strip().casefold().replace(" ", "_"), contract.names, n=1, cutoff=0.75
            )
            words = {"found": name, "contract": contract.kind.value, "allowed": ", ".join(contract.names)}
            findings.append(make_finding("HEAD-002", here, {**words, "suggestion": "".join(close)}))
        elif times > 1:
            findings.append(make_finding("HEAD-003", here, {"found": name, "times": times}))
    for name in contract.required_names:
        if name not in names:
            here = Place(contract.kind.value, place.sheet, place.line, name)
            findings.append(make_finding("HEAD-001", here, {"found": name, "allowed": contract.kind.value}))
    return findings

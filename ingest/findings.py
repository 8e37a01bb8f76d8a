"""Findings: a problem at a place, its sentences rendered from the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.catalogue import CATALOGUE
from models.domain.extract import Finding

#: Characters of a cell or list that are quoted.
_LONGEST = 700


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file: the contract, and as far as known the sheet, the line or row, the column and the cell."""

    kind: str = ""
    sheet: str = ""
    line: int | None = None
    column: str = ""
    cell: str = ""


def make_finding(code: str, place: Place, details: Mapping[str, object] | None = None) -> Finding:
    """Render the finding of a code at a place.

    Parameters
    ----------
    code
        A code of the catalogue.
    place
        Where it was found.
    details
        What the templates of the entry name; `suggestion` is shown as the value that may be meant.
    """
    entry = CATALOGUE[code]
    words = {"column": place.column, **{key: _printable(value) for key, value in (details or {}).items()}}
    return Finding(
        code=code,
        severity=entry.severity,
        title=entry.title.format(**words),
        kind=place.kind,
        sheet=place.sheet,
        line=place.line,
        column=place.column,
        cell=place.cell,
        found=entry.found.format(**words),
        allowed=entry.allowed.format(**words),
        advice=entry.advice.format(**words),
        suggestion=words.get("suggestion", ""),
    )


def _printable(value: object) -> str:
    """Shorten a value and make its invisible characters visible."""
    text = f"{value:,}" if isinstance(value, int) else str(value)
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."

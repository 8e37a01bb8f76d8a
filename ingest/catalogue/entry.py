"""What an entry of the catalogue holds."""

from __future__ import annotations

from dataclasses import dataclass

from models.domain.extract import Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of problem: what was found, what is allowed and what to do are templates over the details of a case."""

    code: str
    severity: Severity
    title: str
    found: str
    allowed: str
    advice: str

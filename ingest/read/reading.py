"""What reading a file gives."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.read.control import Control
from ingest.tables import TextTable
from models.domain.extract import Finding


@dataclass(frozen=True, slots=True)
class FileReading:
    """Format, tables in the order of the file, findings of reading, and the control that the file carries."""

    format: str
    tables: tuple[TextTable, ...]
    findings: tuple[Finding, ...]
    control: Control | None = None

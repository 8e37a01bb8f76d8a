"""Findings about rows of fiscal periods that are closed."""

from __future__ import annotations

from ingest.catalogue.entry import Entry
from models.domain.extract import Severity

ENTRIES = (
    Entry(
        "CLOSE-001",
        Severity.WARNING,
        "Rows of a soft-closed period",
        "{found} of {periods}, which is closed softly",
        "figures of a soft-closed period still move when rows are posted to it",
        "Ask who closed it whether they belong in; approve the file only then.",
    ),
    Entry(
        "CLOSE-002",
        Severity.NOTE,
        "Rows of a locked period",
        "{found} of {periods}, which is locked",
        "what is locked stands: the difference posts as a true-up in the first period that is open",
        "Post them if they are right; the page Periods shows what they move and where it goes.",
    ),
    Entry(
        "CLOSE-003",
        Severity.ERROR,
        "Reporting currency of locked periods",
        "the policy would report in {text}",
        "periods to {found} are locked in {allowed}, and their figures stand",
        "Keep the currency, or reopen the locked periods first.",
    ),
    Entry(
        "CLOSE-004",
        Severity.ERROR,
        "Fiscal calendar of locked periods",
        "under {text} the locked period {found} would be another, or {allowed}",
        "what is locked keeps its days and its name",
        "Keep the fiscal calendar, or reopen the locked periods first.",
    ),
)

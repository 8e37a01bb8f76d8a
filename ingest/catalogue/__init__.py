"""The catalogue of findings: what can be wrong with a file, in words that a person can act on.

Codes are stable: they are printed, searched for and documented. Nothing else in the intake words a problem.
"""

from __future__ import annotations

from ingest.catalogue import books, cells, classes, closing, facts, files, spend
from ingest.catalogue.entry import Entry

CATALOGUE: dict[str, Entry] = {
    entry.code: entry
    for entry in (
        *files.ENTRIES,
        *books.ENTRIES,
        *cells.ENTRIES,
        *closing.ENTRIES,
        *facts.ENTRIES,
        *classes.ENTRIES,
        *spend.ENTRIES,
    )
}

__all__ = ["CATALOGUE", "Entry"]

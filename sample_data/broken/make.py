"""Write the broken files, what is posted before them, and what is expected.

Run as `python -m sample_data.broken.make [FOLDER]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sample_data.broken.book_files import broken_books, broken_controls, broken_parquet
from sample_data.broken.case import BrokenFile
from sample_data.broken.class_files import broken_classes
from sample_data.broken.closing_files import broken_closings
from sample_data.broken.fact_files import broken_facts, broken_keys
from sample_data.broken.known import pack_known
from sample_data.broken.ledger_files import broken_ledgers
from sample_data.broken.spend_files import broken_spend
from sample_data.broken.text_files import broken_cells, broken_files

#: Codes whose files would be too large to keep, or depend on the machine: a test makes them.
MADE_IN_TEST = {
    "FILE-002": "a file above the limit of size",
    "FILE-008": "a table above the limit of rows",
    "BOOK-011": "a workbook whose parsing exceeds the limits of its process",
}
#: The day on which the files are checked.
TODAY = "2026-10-15"


def all_files() -> tuple[BrokenFile, ...]:
    """Return every broken file."""
    return (
        *broken_files(),
        *broken_cells(),
        *broken_keys(),
        *broken_facts(),
        *broken_ledgers(),
        *broken_classes(),
        *broken_spend(),
        *broken_closings(),
        *broken_books(),
        *broken_controls(),
        *broken_parquet(),
    )


def write_files(folder: Path) -> None:
    """Write the files, `known.xlsx` and `expected.json` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "known.xlsx").write_bytes(pack_known())
    expected: dict[str, object] = {}
    for file in all_files():
        (folder / file.name).write_bytes(file.content)
        closed = {"locked_to": file.locked_to, "soft_closed": file.soft_closed}
        expected[file.name] = {"code": file.code, "findings": list(file.expected)} | (
            closed if any(closed.values()) else {}
        )
    document = {"known": "known.xlsx", "today": TODAY, "files": expected, "made_in_test": MADE_IN_TEST}
    (folder / "expected.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_files(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

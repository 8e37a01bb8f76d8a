"""Files with who sent and approved them, and the list that a demo loads them by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pandas as pd

from models.domain.extract import ExtractKind
from sample_data.focus import write_focus
from sample_data.writing import write_csv, write_parquet, write_workbook

Sheets = dict[ExtractKind, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """One file: its sheets (one for CSV and Parquet), who sent and who approved it, and when (UTC)."""

    name: str
    sheets: Sheets
    uploader: str
    uploaded_at: str
    approver: str | None
    approved_at: str | None
    note: str = ""


#: What the ledger and the data lake export comes with a control file beside it.
_WITH_CONTROL_FILE = frozenset({ExtractKind.PL_ROWS, ExtractKind.KPI_OBSERVATIONS})
#: Columns whose sums a file states.
_SUMMED = ("amount", "value", "numerator", "denominator", "hours", "control_sum", "total")
_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {".csv": write_csv, ".parquet": write_parquet}


def control_rows(file: ExtractFile) -> pd.DataFrame:
    """Return what a file states of itself: rows and the sum of its amounts by part, its report and its run."""
    rows: list[tuple[str, str, str]] = []
    for kind, frame in file.sheets.items():
        rows.append((kind.value, "rows", str(len(frame))))
        rows.extend(
            (kind.value, f"sum:{column}", str(sum(Decimal(text) for text in frame[column] if text)))
            for column in _SUMMED
            if column in frame.columns and (frame[column] != "").any()
        )
    rows.append(("", "source_report", file.note))
    rows.append(("", "run_at", file.uploaded_at))
    return pd.DataFrame(rows, columns=["part", "item", "value"], dtype=str)


def write_file(file: ExtractFile, folder: Path) -> None:
    """Write one file in the format of its suffix, its control totals in a sheet Control or in a file beside it."""
    path = folder / file.name
    if path.suffix == ".xlsx":
        write_workbook({kind.value: frame for kind, frame in file.sheets.items()}, control_rows(file), path)
        return
    (frame,) = file.sheets.values()
    if ExtractKind.FOCUS_COSTS in file.sheets:
        write_focus(frame, path)
        return
    _WRITERS[path.suffix](frame, path)
    if not _WITH_CONTROL_FILE.isdisjoint(file.sheets):
        write_csv(control_rows(file), folder / f"{path.stem}.control.csv")


def load_entries(files: Sequence[ExtractFile]) -> list[dict[str, object]]:
    """Return the loads of a manifest, in order."""
    return [
        {
            "file": file.name,
            "kinds": [kind.value for kind in file.sheets],
            "uploader": file.uploader,
            "uploaded_at": file.uploaded_at,
            "approver": file.approver,
            "approved_at": file.approved_at,
            "note": file.note,
        }
        for file in files
    ]

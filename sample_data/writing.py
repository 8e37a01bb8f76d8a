"""Write text frames as a finance department would send them, byte for byte the same each time."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

#: Columns that workbooks hold as numbers; all others are text, so that `0100` stays `0100`.
NUMBER_COLUMNS = frozenset(
    {
        "amount", "baseline", "control_sum", "count", "denominator", "discount_rate", "effect", "financing_rate",
        "fiscal_start_month", "horizon_months", "hours", "in_budget_amount", "interval_level", "numerator",
        "payback_horizon_months", "persistence_high", "persistence_low", "persistence_rate", "rate", "reach_units",
        "reach_volume", "row_count", "sign", "total", "unit_value", "unit_value_high", "unit_value_low",
        "useful_life_months", "value", "version", "weight",
    }
)  # fmt: skip
_FIXED_TIME = datetime(2026, 1, 1)  # noqa: DTZ001  a workbook's own date has no zone
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def drop_empty_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame without optional columns that hold nothing."""
    kept = [column for column in frame.columns if (frame[column] != "").any()]
    return frame[kept]


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a text frame as UTF-8 CSV with commas and plain line ends."""
    write_rows(drop_empty_columns(frame), path)


def write_rows(frame: pd.DataFrame, path: Path) -> None:
    """Write a text frame as `write_csv`, with columns that hold nothing."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(frame.itertuples(index=False, name=None))


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a text frame as Parquet: numbers as exact decimals, all else as text."""
    arrays, fields = [], []
    for column in drop_empty_columns(frame).columns:
        texts = [text or None for text in frame[column]]
        if column in NUMBER_COLUMNS:
            kind = pa.decimal128(18, 2)
            array = pa.array([None if text is None else Decimal(text) for text in texts], type=kind)
        else:
            array = pa.array(texts, type=pa.string())
        arrays.append(array)
        fields.append(pa.field(column, array.type))
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    pq.write_table(table, path, compression="snappy", version="2.6")


def write_workbook(sheets: Mapping[str, pd.DataFrame], control: pd.DataFrame, path: Path) -> None:
    """Write text frames as the sheets of a workbook, and its control totals as the last.

    The archive is stored uncompressed: compressed bytes would depend on the machine's zlib.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"author": "Varnholt Group, Finance", "created": _FIXED_TIME})
    header = book.add_format({"bold": True, "bottom": 1})
    for name, frame in sheets.items():
        _write_sheet(book.add_worksheet(name), drop_empty_columns(frame), header, NUMBER_COLUMNS)
    _write_sheet(book.add_worksheet("Control"), control, header, frozenset())
    book.close()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.create_system = 0
            target.writestr(info, source.read(name), zipfile.ZIP_STORED)


def _write_sheet(sheet: Any, frame: pd.DataFrame, header: Any, numbers: frozenset[str]) -> None:
    sheet.freeze_panes(1, 0)
    for j, column in enumerate(frame.columns):
        texts = list(frame[column])
        sheet.set_column(j, j, min(48, max(len(column), *(len(text) for text in texts)) + 2))
        sheet.write_string(0, j, column, header)
        for i, text in enumerate(texts, start=1):
            if text and column in numbers:
                sheet.write_number(i, j, float(text))
            elif text:
                sheet.write_string(i, j, text)


def write_json(document: Mapping[str, Any], path: Path) -> None:
    """Write a document as indented JSON with a final line end."""
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

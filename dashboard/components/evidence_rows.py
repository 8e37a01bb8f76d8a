"""Rows of points with limits: shown as text, kept with all digits for the download."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dashboard.components.tables import Cell, Column, TableData
from dashboard.format import MISSING, format_quantity

Value = str | float | int | None


def quantity_table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> TableData:
    """Return a table whose numbers are KPI quantities; what is missing is `n/a`, and empty in the download."""
    shown: list[list[Cell]] = [[_cell(value) for value in row] for row in rows]
    raw = [[_raw(value) for value in row] for row in rows]
    return TableData(caption, columns, shown, raw)


def limit_columns(first: str, unit: str, *more: str) -> list[Column]:
    """Return the columns of a name, a point and its limits, then further ones of text."""
    return [
        Column(first),
        *(Column(f"{name}, {unit}", is_numeric=True) for name in ("Low", "Point", "High")),
        *(Column(name) for name in more),
    ]


def _cell(value: Value) -> Cell:
    if isinstance(value, str):
        return value
    return MISSING if value is None or not math.isfinite(value) else format_quantity(value)


def _raw(value: Value) -> Value:
    return None if isinstance(value, float) and not math.isfinite(value) else value

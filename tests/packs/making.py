"""Packs of the demo, each made once: content, workbook, board pack, and the workbook as LibreOffice computes it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from dashboard.packs.board import write_board
from dashboard.packs.cells import FIRST_ROW, HEADER_ROW
from dashboard.packs.content import PackContent
from dashboard.packs.workbook import write_workbook
from tests.packs.office import recalculate

NOW = datetime(2026, 10, 9, 7, 0, tzinfo=UTC)


@dataclass
class Packs:
    """Both packs of one content."""

    content: PackContent
    program: Callable[[], str]
    folder: Path
    _sheets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @cached_property
    def workbook(self) -> bytes:
        """The workbook as it leaves."""
        target = io.BytesIO()
        write_workbook(self.content, target)
        return target.getvalue()

    @cached_property
    def board(self) -> bytes:
        """The board pack as it leaves."""
        target = io.BytesIO()
        write_board(self.content, target)
        return target.getvalue()

    @cached_property
    def recalculated(self) -> bytes:
        """The workbook as LibreOffice computes it from its inputs alone."""
        return recalculate(self.program(), self.workbook, self.folder)

    @cached_property
    def computed(self) -> Any:
        """The recalculated workbook, opened for its values."""
        return openpyxl.load_workbook(io.BytesIO(self.recalculated), data_only=True)

    @cached_property
    def written(self) -> Any:
        """The workbook as it leaves, opened for its formulas and styles."""
        return openpyxl.load_workbook(io.BytesIO(self.workbook))

    def rows(self, sheet: str) -> list[dict[str, Any]]:
        """The computed rows of a sheet by heading."""
        if sheet not in self._sheets:
            rows = list(self.computed[sheet].iter_rows(values_only=True))
            heads = [str(head) for head in rows[HEADER_ROW - 1]]
            self._sheets[sheet] = [dict(zip(heads, row, strict=False)) for row in rows[FIRST_ROW - 1 :]]
        return self._sheets[sheet]

    def named(self, name: str, column: str = "B") -> Any:
        """The computed value of a named total."""
        sheet, cell = self.written.defined_names[name].attr_text.split("!")
        return self.computed[sheet][cell.replace("$", "").replace("B", column)].value


def cents(value: Any) -> int | None:
    """An amount of a spreadsheet in cents; None for `n/a` and blanks."""
    return round(Decimal(repr(float(value))) * 100) if isinstance(value, int | float) else None

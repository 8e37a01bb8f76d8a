"""The data of a chart with its embedded sheet, in which a name stays a name and is never run as a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from pptx.chart.data import CategoryChartData

_AS_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class InertChartData(CategoryChartData):
    """Chart data whose sheet holds text as text: python-pptx itself writes '=1+1' as a formula."""

    def __init__(self, number_format: str) -> None:
        super().__init__(number_format)  # type: ignore[no-untyped-call]  # python-pptx is not typed throughout

    def add_series(self, name: str, values: Sequence[float | None] = (), number_format: str | None = None) -> Any:
        """Add a series; a value of None leaves a gap."""
        return super().add_series(name, values, number_format)  # type: ignore[no-untyped-call]

    @property
    def xlsx_blob(self) -> bytes:
        """The sheet: categories down the first column, a column for each series below its name."""
        target = io.BytesIO()
        book = xlsxwriter.Workbook(target, _AS_TEXT)
        page = book.add_worksheet()
        page.set_column(0, 0, 24)
        for row, category in enumerate(self.categories, start=1):
            page.write_string(row, 0, str(category.label))
        for column, series in enumerate(self, start=1):
            shown = book.add_format({"num_format": series.number_format})
            page.write_string(0, column, str(series.name))
            for row, value in enumerate(series.values, start=1):
                if value is not None:
                    page.write_number(row, column, value, shown)
        book.close()
        return target.getvalue()

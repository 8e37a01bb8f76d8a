"""How a sheet is written: columns, cells that are typed, computed or linked, and the styles that tell them apart.

Inputs are blue on pale yellow, calculations black, links to other sheets green. Every amount is in major units with
all its digits; formats scale what is shown and leave the number a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from dashboard.exports import safe_cell
from dashboard.packs.clean import clean_text
from models.domain.money import currency_exponent

#: Rows of a sheet, counted from one: title, what it is, unit, header, first row of data.
HEADER_ROW = 5
FIRST_ROW = 6

#: Columns that stay readable side by side on a printed page.
MOST_PRINTED = 20

#: Excel takes 255 characters for what is printed below a page, the numbers of pages among them.
_LONGEST_FOOTER = 230

#: A cell holds so many characters; a longer text would be left out whole.
_LONGEST_TEXT = 32_767

INPUT_INK, INPUT_PAPER, LINK_INK, CALC_INK = "#1F4FBF", "#FFF9DB", "#1B7A3D", "#000000"
HEAD_PAPER, RULE, MUTED = "#EEF1F4", "#97A1AC", "#56616E"


class Number(Enum):
    """How a cell is shown: its Excel format."""

    TEXT = ("text", "@")
    PLAIN = ("plain", "General")
    COUNT = ("count", '#,##0_);(#,##0);"-"_)')
    MONEY = ("money", '#,##0_);(#,##0);"-"_)')
    CENTS = ("cents", '#,##0.00_);(#,##0.00);"-"_)')
    PERCENT = ("percent", '0.0%_);(0.0%);"-"_)')
    MULTIPLE = ("multiple", '0.0"x"_)')
    YEARS = ("years", '0.0_);(0.0);"-"_)')
    QUANTITY = ("quantity", "#,##0.00####_);(#,##0.00####)")
    DAY = ("day", "d mmm yyyy")

    def code(self, minor_digits: int) -> str:
        """Return the format as Excel reads it; amounts with all digits have those of their currency."""
        written: str = self.value[1]
        return (
            written.replace("0.00", "0." + "0" * minor_digits if minor_digits else "0") if self is _EXACT else written
        )


_EXACT = Number.CENTS


class Style(Enum):
    """What a cell is: typed in, computed on its sheet, linked to another sheet, or words."""

    INPUT = "input"
    CALC = "calc"
    LINK = "link"
    WORDS = "words"


Value = str | int | float | bool | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that stands in the publication; None is missing and becomes `n/a`. `number` overrides its column's."""

    value: Value
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, and what it gives: for readers that do not compute."""

    text: str
    value: Value
    is_link: bool = False
    number: Number | None = None


Cell = Typed | Formula | str | int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its name in formulas, its heading, how it is shown, how wide."""

    key: str
    head: str
    number: Number = Number.TEXT
    width: float = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: one table below a title and a sentence.

    `is_filterable` puts the arrows of a filter into the header.
    """

    name: str
    title: str
    subtitle: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    is_filterable: bool = True

    def letter(self, key: str) -> str:
        """Return the letter of a column."""
        return letter_of(self.columns, key)

    @property
    def last_row(self) -> int:
        """The last row of data, counted from one; the first where there is none, so that ranges stay valid."""
        return max(FIRST_ROW, FIRST_ROW + len(self.rows) - 1)

    def column_range(self, key: str) -> str:
        """Return the data of a column as an absolute range with its sheet."""
        letter = self.letter(key)
        return f"{quoted(self.name)}!${letter}${FIRST_ROW}:${letter}${self.last_row}"

    def value(self, key: str, place: int) -> Value:
        """Return what stands in a column, in the row of data at a place counted from zero."""
        cell = self.rows[place][next(i for i, column in enumerate(self.columns) if column.key == key)]
        return cell.value if isinstance(cell, Typed | Formula) else cell

    def cell(self, key: str, place: int) -> str:
        """Return the address of a column in the row of data at a place counted from zero."""
        return f"{quoted(self.name)}!${self.letter(key)}${FIRST_ROW + place}"


def letter_of(columns: Sequence[Column], key: str) -> str:
    """Return the letter of a column by its key."""
    place = next(i for i, column in enumerate(columns) if column.key == key)
    return str(xl_col_to_name(place))


def quoted(sheet: str) -> str:
    """Return the name of a sheet as it stands in a formula."""
    return f"'{sheet}'" if " " in sheet or "-" in sheet else sheet


def rounded(difference: str, currency: str) -> str:
    """Return a formula that rounds a difference to the minor unit of a currency: sums in binary are off by less."""
    return f"ROUND({difference},{currency_exponent(currency)})"


@dataclass(slots=True)
class Book:
    """A workbook being written; formats are made once."""

    workbook: Any
    minor_digits: int = 2
    formats: dict[tuple[str, Style, bool], Any] = field(default_factory=dict)

    def style(self, number: Number, style: Style, *, is_bold: bool = False) -> Any:
        """Return the format of a cell."""
        key = (number.name, style, is_bold)
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(_properties(number, style, self.minor_digits, is_bold=is_bold))
        return self.formats[key]

    def plain(self, name: str, **properties: object) -> Any:
        """Return a format by a name of its own."""
        key = (name, Style.WORDS, False)
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"font_name": "Arial", "font_size": 10, **properties})
        return self.formats[key]


def _properties(number: Number, style: Style, minor_digits: int, *, is_bold: bool) -> dict[str, object]:
    made: dict[str, object] = {"font_name": "Arial", "font_size": 10, "bold": is_bold, "valign": "top"}
    made |= (
        {"indent": 1, "align": "left"}
        if number is Number.TEXT
        else {"num_format": number.code(minor_digits), "align": "right"}
    )
    if style is Style.INPUT:
        made |= {"font_color": INPUT_INK, "bg_color": INPUT_PAPER}
    elif style is Style.LINK:
        made["font_color"] = LINK_INK
    elif style is Style.CALC:
        made["font_color"] = CALC_INK
    return made


def open_book(target: Any, currency: str) -> Book:
    """Return a workbook that is written row by row, in constant memory; amounts show the digits of the currency."""
    minor_digits = currency_exponent(currency)
    options = {
        "constant_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
        "default_date_format": Number.DAY.code(minor_digits),
    }
    return Book(xlsxwriter.Workbook(target, options), minor_digits)


def write_sheet(book: Book, sheet: Sheet, footer: str) -> None:
    """Write a sheet: title, table, frozen header, print setup."""
    page = book.workbook.add_worksheet(sheet.name)
    set_up_page(page, footer, len(sheet.columns))
    for i, column in enumerate(sheet.columns):
        page.set_column(i, i, column.width)
    page.write_string(0, 0, clean_text(sheet.title), book.plain("title", bold=True, font_size=14))
    page.write_string(1, 0, sheet.subtitle, book.plain("subtitle", font_color=MUTED))
    page.write_string(2, 0, clean_text(footer), book.plain("subtitle"))
    head = book.plain("head", bold=True, bg_color=HEAD_PAPER, bottom=1, text_wrap=True, valign="bottom", indent=1)
    right = book.plain("head right", bold=True, bg_color=HEAD_PAPER, bottom=1, text_wrap=True, align="right")
    page.set_row(HEADER_ROW - 1, 42)
    for i, column in enumerate(sheet.columns):
        page.write_string(HEADER_ROW - 1, i, column.head, head if column.number is Number.TEXT else right)
    write_rows(book, page, sheet.columns, sheet.rows)
    page.freeze_panes(HEADER_ROW, min(3, len(sheet.columns) - 1))
    page.repeat_rows(HEADER_ROW - 1)
    if sheet.rows and sheet.is_filterable:
        page.autofilter(HEADER_ROW - 1, 0, sheet.last_row - 1, len(sheet.columns) - 1)


def write_rows(book: Book, page: Any, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """Write the data of a sheet, row by row."""
    for row_no, row in enumerate(rows, start=FIRST_ROW - 1):
        for i, (column, cell) in enumerate(zip(columns, row, strict=True)):
            write_cell(book, page, row_no, i, column.number, cell)


def write_cell(book: Book, page: Any, row: int, column: int, number: Number, cell: Cell) -> None:
    """Write one cell in its style; text is never taken for a formula."""
    if isinstance(cell, Formula):
        style = Style.LINK if cell.is_link or "!" in cell.text else Style.CALC
        page.write_formula(row, column, f"={cell.text}", book.style(cell.number or number, style), _stored(cell.value))
        return
    if isinstance(cell, str):
        page.write_string(row, column, _text(cell), book.style(Number.TEXT, Style.WORDS))
        return
    if isinstance(cell, int):
        page.write_number(row, column, cell, book.style(Number.COUNT, Style.WORDS))
        return
    _write_typed(book, page, row, column, cell.number or number, cell.value)


def _text(text: str) -> str:
    """Return words as they stand in a cell: never a formula, cut where a cell ends."""
    return str(safe_cell(clean_text(text)))[:_LONGEST_TEXT]


def _write_typed(book: Book, page: Any, row: int, column: int, number: Number, value: Value) -> None:
    style = book.style(number, Style.INPUT)
    if value is None:
        page.write_string(row, column, "n/a", style)
    elif isinstance(value, str):
        page.write_string(row, column, _text(value), style)
    elif isinstance(value, bool):
        page.write_number(row, column, int(value), style)
    elif isinstance(value, date | datetime):
        page.write_datetime(row, column, value, book.style(Number.DAY, Style.INPUT))
    else:
        page.write_number(row, column, float(value), style)


def _stored(value: Value) -> str | float:
    """Return what a formula gives as it is kept in the file."""
    if value is None:
        return "n/a"
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date):
        return float((value - date(1899, 12, 30)).days)
    return _text(value) if isinstance(value, str) else float(value)


def set_up_page(page: Any, footer: str, n_columns: int) -> None:
    """Set a sheet up for print: landscape, one page wide (more where it has very many columns), footer with pages."""
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(-(-n_columns // MOST_PRINTED), 0)
    page.repeat_columns(0, min(2, n_columns - 1))
    page.hide_gridlines(2)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    page.set_footer(f"&L&8{_printed(footer)}&R&8&P / &N")


def _printed(footer: str) -> str:
    """Return as much of the footer as a printed one may hold, its & doubled and none of them cut in two."""
    kept = clean_text(footer)[:_LONGEST_FOOTER]
    while len(kept.replace("&", "&&")) > _LONGEST_FOOTER:
        kept = kept[:-1]
    return kept.replace("&", "&&")

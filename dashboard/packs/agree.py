"""Does every number on every slide stand in the workbook? Both files are read back as anybody would receive them.

Slides are taken apart into text, cells, chart labels and chart data (the cached values and the embedded sheet alike).
Each number is looked for among the values that the workbook's sheet `Board` gives for that slide, at the precision and
in the scale in which it is written; each date and period among the workbook's own. Words of the publication that hold
digits (a name, a reason) count only if they stand there letter by letter.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from pptx import Presentation
from pptx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from dashboard.format import Scale, format_date, round_half_up
from dashboard.packs.cells import HEADER_ROW

_LABEL = re.compile(r"\bFY\d\d(?:-(?:P\d\d|Q\d))?\b|\bE[0-5]\b|\bP80\b|\b(?:\d{1,2} )?[A-Z][a-z]{2} \d{4}\b")
_BOUND = re.compile(r"(?P<side>[<>])\s?(?P<body>\d+) %")
_NUMBER = re.compile(r"(?P<sign>[−+\-])?(?<![\w.,])(?P<body>\d[\d,]*(?:\.\d+)?)(?P<unit>\s?%|bn\b|k\b|m\b|x\b)?")
_LETTERS = {"k": Scale.K, "m": Scale.M, "bn": Scale.BN}
_FIXED = frozenset({"E0", "E1", "E2", "E3", "E4", "E5", "P80"})
#: The first series of a bridge, which nobody sees.
BASE, BRIDGE = "Base", "bridge"
_HALF_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A number of a slide that the workbook does not give there."""

    slide: int
    where: str
    text: str
    found: str

    @property
    def sentence(self) -> str:
        """Return the mismatch in words."""
        return f"slide {self.slide}, {self.where}: '{self.found}' in '{self.text}' is not in the workbook"


@dataclass(slots=True)
class SlideFacts:
    """What the workbook gives for one slide."""

    numbers: list[Decimal] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SlideTexts:
    """What stands on one slide: pieces of text with their place, and the numbers behind its charts."""

    pieces: list[tuple[str, str]]
    chart_values: list[tuple[str, float]]


def find_mismatches(board: IO[bytes], workbook: IO[bytes]) -> list[Mismatch]:
    """Return every number, date and period on a slide that the recalculated workbook does not give; none is right.

    Parameters
    ----------
    board
        The board pack.
    workbook
        The workbook of the same scope, saved by the program that computed its formulas.
    """
    facts, labels = read_facts(workbook)
    found: list[Mismatch] = []
    for number, slide in enumerate(Presentation(board).slides, start=1):
        texts = read_slide(slide, number)
        known = _merged(facts.get(number, SlideFacts()), facts.get(0, SlideFacts()))
        scales = _scales_of(texts.pieces)
        for where, text in texts.pieces:
            missing = _missing_in(text, known, labels, scales)
            found += [Mismatch(number, where, text, each) for each in missing]
        for where, value in texts.chart_values:
            if not _is_drawn(Decimal(repr(value)), known.numbers, is_signed=where != BRIDGE):
                found.append(Mismatch(number, where, "chart data", repr(value)))
    return found


def _is_drawn(value: Decimal, numbers: Sequence[Decimal], *, is_signed: bool) -> bool:
    """Tell whether the workbook gives what a chart draws; the pieces of a bridge have lengths, and labels for signs."""
    if is_signed:
        return any(abs(each - value) < _HALF_CENT for each in numbers)
    return any(abs(abs(each) - abs(value)) < _HALF_CENT for each in numbers)


def _merged(own: SlideFacts, common: SlideFacts) -> SlideFacts:
    texts = sorted({*own.texts, *common.texts}, key=len, reverse=True)
    return SlideFacts([*own.numbers, *common.numbers], [*own.days, *common.days], texts)


def read_facts(workbook: IO[bytes]) -> tuple[dict[int, SlideFacts], frozenset[str]]:
    """Return what the workbook gives by slide (0: all), and every period label in it."""
    book = CalamineWorkbook.from_filelike(workbook)
    sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    found: dict[int, SlideFacts] = {}
    for row in sheets["Board"][HEADER_ROW:]:
        if isinstance(row[0], float):
            _take(found.setdefault(int(row[0]), SlideFacts()), row, sheets)
    labels = {
        label
        for name, rows in sheets.items()
        if name != "Board"
        for row in rows
        for cell in row
        if isinstance(cell, str)
        for label in _LABEL.findall(cell)
    }
    years = {label.split("-")[0] for label in labels if label.startswith("FY")}
    return found, frozenset(labels | years)


def _take(facts: SlideFacts, row: Sequence[Any], sheets: dict[str, list[list[Any]]]) -> None:
    kind, exact, shown = row[2], row[3], row[6]
    if kind == "range":
        facts.numbers += [Decimal(repr(value)) for value in _block(str(exact), sheets)]
    elif kind == "text":
        facts.texts.append(str(exact).removeprefix("'"))
    elif isinstance(shown, datetime | date):
        facts.days.append(shown.date() if isinstance(shown, datetime) else shown)
    elif isinstance(shown, int | float) and not isinstance(shown, bool):
        facts.numbers.append(Decimal(repr(round(float(shown), 9))))


def _block(address: str, sheets: dict[str, list[list[Any]]]) -> Iterator[float]:
    match = re.fullmatch(r"'?([^'!]+)'?!([A-Z]+)(\d+):[A-Z]+(\d+)", address)
    if match is None:
        raise ValueError(f"{address} is no block of a sheet")
    sheet, letters, first, last = match.groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    for row in sheets[sheet][int(first) - 1 : int(last)]:
        if isinstance(row[column - 1], int | float):
            yield round(float(row[column - 1]), 9)


def read_slide(slide: Any, number: int) -> SlideTexts:
    """Return the text of a slide, cell by cell and label by label, and the numbers behind its charts."""
    pieces: list[tuple[str, str]] = []
    values: list[tuple[str, float]] = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            text = "\n".join(paragraph.text for paragraph in shape.text_frame.paragraphs)
            is_number = shape.name == "slide number" and text == str(number)
            pieces += [] if is_number else [(shape.name, text)]
        elif shape.has_table:
            rows = enumerate(shape.table.rows)
            pieces += [(f"table, row {i}", cell.text) for i, row in rows for cell in row.cells]
        elif shape.has_chart:
            texts, numbers = _read_chart(shape.chart)
            pieces += [("chart label", text) for text in texts]
            where = BRIDGE if BASE in texts else "chart"
            values += [(where, value) for value in numbers]
    if slide.has_notes_slide:
        pieces.append(("notes", slide.notes_slide.notes_text_frame.text))
    return SlideTexts(pieces, values)


def _read_chart(chart: Any) -> tuple[list[str], list[float]]:
    element = chart._chartSpace  # noqa: SLF001  # labels have no other name
    texts = [str(node.text) for node in element.iter(qn("a:t")) if node.text]
    texts += [str(node.text) for cache in element.iter(qn("c:strCache")) for node in cache.iter(qn("c:v"))]
    numbers = [
        float(node.text)
        for tag in ("c:numCache", "c:numLit")
        for cache in element.iter(qn(tag))
        for node in cache.iter(qn("c:v"))
    ]
    blob = chart.part.chart_workbook.xlsx_part.blob
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(blob)).get_sheet_by_index(0).to_python()
    for row in sheet:
        numbers += [float(cell) for cell in row if isinstance(cell, int | float) and not isinstance(cell, bool)]
        texts += [cell for cell in row if isinstance(cell, str)]
    return texts, numbers


def _scales_of(pieces: Sequence[tuple[str, str]]) -> list[Scale]:
    """Return the units that a slide names ("EUR k"): a plain number may be in any of them."""
    named = {letter for _, text in pieces for letter in re.findall(r"\b[A-Z]{3} (k|m|bn)\b", text)}
    return [Scale.ONE, *(_LETTERS[letter] for letter in sorted(named))]


def _missing_in(text: str, known: SlideFacts, labels: frozenset[str], scales: Sequence[Scale]) -> list[str]:
    rest = text
    for quoted in known.texts:
        if any(character.isdigit() for character in quoted):
            rest = _without(rest, quoted)
    missing = [label for label in _LABEL.findall(rest) if not _is_known_label(label, known, labels)]
    rest = _LABEL.sub(" ", rest)
    for bound in _BOUND.finditer(rest):
        limit = Decimal(bound["body"]) / 100
        inside = [v for v in known.numbers if (0 < v < limit if bound["side"] == "<" else limit < v < 1)]
        missing += [] if inside else [bound[0]]
    rest = _BOUND.sub(" ", rest)
    is_bracketed = re.fullmatch(r"\([\d,.]+\)", rest.strip()) is not None
    for match in _NUMBER.finditer(rest):
        if not _is_known_number(match, known.numbers, scales, is_negative=is_bracketed):
            missing.append(match[0])
    return missing


def _without(text: str, quoted: str) -> str:
    """Return a text without words of the publication, where they stand as such and not within a longer number."""
    before = r"(?<![\w.,])" if quoted[0].isalnum() else ""
    after = r"(?![\w])(?![.,]\d)" if quoted[-1].isalnum() else ""
    return re.sub(f"{before}{re.escape(quoted)}{after}", " ", text)


def _is_known_label(label: str, known: SlideFacts, labels: frozenset[str]) -> bool:
    if label in _FIXED or label in labels:
        return True
    return any(label in {format_date(day), f"{day:%b %Y}"} for day in known.days)


def _is_known_number(
    match: re.Match[str], numbers: Sequence[Decimal], scales: Sequence[Scale], *, is_negative: bool
) -> bool:
    body, unit = match["body"].replace(",", ""), (match["unit"] or "").strip()
    said = Decimal(body)
    decimals = len(body.partition(".")[2])
    powers = {"%": [-2], "x": [0]}.get(unit) or (
        [_LETTERS[unit].value[1]] if unit in _LETTERS else [scale.value[1] for scale in scales]
    )
    sign = -1 if is_negative or match["sign"] in {"−", "-"} else 1 if match["sign"] == "+" else 0
    for power in powers:
        for number in numbers:
            shown = round_half_up(number.scaleb(-power), decimals)
            if (abs(shown) if sign == 0 else shown * sign) == said:
                return True
    return False

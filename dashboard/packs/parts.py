"""What a slide is made of, as records: bridges, bars, lines, tables, notes; drawn elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures.waterfall import Step
from dashboard.packs.numbers import Said


@dataclass(frozen=True, slots=True)
class Box:
    """Where a part stands, in inches."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class BridgePart:
    """A bridge from top to bottom: totals on zero, changes from where the bar before ended."""

    box: Box
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one scenario: actual, plan, forecast or prior; single points may be of another."""

    name: str
    scenario: str
    values: Sequence[float | None]
    points: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BarsPart:
    """Columns or bars side by side, each with its amount in the unit of the format."""

    box: Box
    categories: Sequence[str]
    series: Sequence[Series]
    number_format: str
    is_horizontal: bool = False
    is_stacked: bool = False
    highest: float | None = None  # the ends of the axis, so that charts side by side share a scale
    lowest: float | None = None


@dataclass(frozen=True, slots=True)
class LinesPart:
    """Lines over fiscal periods; `unit` is the letter of the scale of their axis."""

    box: Box
    categories: Sequence[str]
    series: Sequence[Series]
    number_format: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table: heads, rows of text, widths in inches; the first column is words, the others are amounts."""

    box: Box
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    word_columns: frozenset[int] = frozenset({0})
    size_pt: float = 10


@dataclass(frozen=True, slots=True)
class NotesPart:
    """Lines of text below each other, with a heading."""

    box: Box
    heading: str
    lines: Sequence[str]
    size_pt: float = 11


Part = BridgePart | BarsPart | LinesPart | TablePart | NotesPart


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide: its message, what it shows in which unit, its parts, and every number that it says."""

    title: str
    subtitle: str
    parts: Sequence[Part]
    said: Sequence[Said]
    grade: str = ""
    source: str = ""

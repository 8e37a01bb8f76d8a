"""A line of the first sheet, and the limits beside a total."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.packs.cells import Cell, Formula, Number, Sheet, Value
from models.domain.interval import MoneyInterval


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary: its name in formulas (empty: none), its words, its cells."""

    name: str
    words: str
    point: Cell
    low: Cell = ""
    high: Cell = ""
    basis: str = ""


def limits(estimates: Sheet, key: str, values: tuple[Value, Value], number: Number | None = None) -> tuple[Cell, Cell]:
    """Return the limits of a figure of the whole pack, linked to the sheet of estimates."""
    low, high = (estimates.cell(f"{key}_{end}", 0) for end in ("low", "high"))
    return Formula(low, values[0], is_link=True, number=number), Formula(high, values[1], is_link=True, number=number)


def ends_of(interval: MoneyInterval | None) -> tuple[Value, Value]:
    """Return the limits of an interval, nothing where there is none."""
    return (interval.low, interval.high) if interval is not None else (None, None)


def named_lines(*lines: tuple[str, str, str, Value, str]) -> Iterator[Line]:
    """Yield lines without limits: name, words, formula over other sheets, value, what it is."""
    for name, words, text, value, basis in lines:
        yield Line(name, words, Formula(text, value, is_link=True), basis=basis)

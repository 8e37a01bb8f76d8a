"""Two documents compared leaf by leaf, each difference named by its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_NAMES = ("key", "benefit_line", "pl_line", "initiative", "start_on")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many numbers, and how many words and dates, were published; how many numbers agree; what differs."""

    n_figures: int
    n_agreeing: int
    n_words: int
    differences: tuple[str, ...]


def compare_documents(published: Any, again: Any) -> Comparison:
    """Compare a published document with the one computed again."""
    first, second = dict(leaves_of(published)), dict(leaves_of(again))
    figures = [place for place, value in first.items() if _is_number(value)]
    differing = {place: text for place in first | second if (text := _difference(place, first, second))}
    return Comparison(
        n_figures=len(figures),
        n_agreeing=sum(place not in differing for place in figures),
        n_words=sum(value is not None for value in first.values()) - len(figures),
        differences=tuple(differing.values()),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _difference(place: str, published: dict[str, Any], again: dict[str, Any]) -> str:
    if place not in again:
        return f"{place}: published {published[place]!r}, not computed"
    if place not in published:
        return f"{place}: computed {again[place]!r}, not published"
    if published[place] == again[place] and type(published[place]) is type(again[place]):
        return ""
    return f"{place}: published {published[place]!r}, computed {again[place]!r}"


def leaves_of(document: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield place and value of every leaf; rows of a table are named by number and key."""
    if isinstance(document, dict) and document.keys() == {"fields", "rows"}:
        for number, values in enumerate(document["rows"]):
            row = dict(zip(document["fields"], values, strict=True))
            name = next((f" {row[name]}" for name in _NAMES if isinstance(row.get(name), str)), "")
            yield from leaves_of(row, f"{place}[{number}{name}]")
    elif isinstance(document, dict):
        for name, value in document.items():
            yield from leaves_of(value, f"{place}.{name}" if place else name)
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from leaves_of(value, f"{place}[{number}]")
    else:
        yield place, document

"""One adapter for FOCUS 1.0 to 1.4: a table as read becomes a table of the contract focus_costs.

Only forms change here (names, date-times to days, exponents to plain decimals, JSON to one form, x_ columns gathered);
what a charge must hold is judged by the contract and the checks that every file passes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.focus.charge_keys import name_charges
from ingest.focus.columns import CUSTOM, ENDS, IDENTITY, INITIATIVE, MARKS, NUMBERS, STARTS, TEXTS, version_of
from ingest.focus.texts import day_after, first_day, map_distinct, one_form, parse_moment, plain_numbers
from ingest.tables import Fault, Mask, TextTable
from models.domain.extract import ExtractKind


@dataclass(slots=True)
class _Adapted:
    """Columns of the contract as they are made, their names in the file, and what does not fit."""

    source: TextTable
    columns: dict[str, pa.StringArray] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def nothing(self) -> pa.StringArray:
        return pa.repeat("", self.source.rows)

    def of(self, name: str) -> pa.StringArray:
        """Return a column of the file; one that is not there is empty."""
        return self.source.columns.get(name, self.nothing)

    def keep(self, column: str, name: str, texts: pa.StringArray) -> None:
        self.columns[column] = texts
        self.titles[column] = name

    def blame(self, code: str, column: str, bad: Mask, name: str) -> None:
        """Mark rows whose cell in the file does not fit."""
        if bad.any():
            rows = np.flatnonzero(bad).astype(np.int64)
            self.faults.append(Fault(code, column, rows, lambda row: {"text": self.source.text_at(name, row)}))


def is_focus_table(table: TextTable) -> bool:
    """Tell whether a table stands in the names of the specification."""
    return table.kind is ExtractKind.FOCUS_COSTS and len(MARKS.intersection(table.columns)) >= 2


def adapt_table(table: TextTable) -> tuple[TextTable, tuple[Fault, ...]]:
    """Return a FOCUS table in the columns of its contract with what could not be turned; any other as it is."""
    if not is_focus_table(table):
        return table, ()
    made = _Adapted(table)
    _take_texts(made)
    _take_numbers(made)
    moments = _take_moments(made)
    _take_objects(made)
    made.keep("focus_version", "", pa.repeat(version_of(list(table.columns)), table.rows))
    made.keep("charge", "", _name(made, moments))
    positions = {column: table.positions.get(name, len(table.positions)) for column, name in made.titles.items()}
    titles = {column: name for column, name in made.titles.items() if name}
    numbers = {column: table.number_cells[name] for column, name in titles.items() if name in table.number_cells}
    adapted = replace(table, columns=made.columns, positions=positions, titles=titles, number_cells=numbers)
    return adapted, tuple(made.faults)


def _take_texts(made: _Adapted) -> None:
    for column, names in TEXTS.items():
        there = [name for name in names if name in made.source.columns]
        if not there:
            continue
        texts = made.of(there[0])
        for name in there[1:]:
            texts = pc.if_else(pc.equal(texts, ""), made.of(name), texts)
        made.keep(column, there[0], texts)


def _take_numbers(made: _Adapted) -> None:
    for column, name in NUMBERS.items():
        if name in made.source.columns:
            texts, is_cut = plain_numbers(made.of(name))
            made.keep(column, name, texts)
            made.blame("FOCUS-007", column, is_cut, name)


def _take_moments(made: _Adapted) -> Mapping[str, pa.StringArray]:
    """Take the days of each period; return the exact moments, by the name in the file."""
    read = partial(parse_moment, is_typed=bool(made.source.number_cells))
    exact: dict[str, pa.StringArray] = {}
    for column, name in (*STARTS.items(), *ENDS.items()):
        to_day = first_day if column in STARTS else day_after
        days, is_bad = map_distinct(made.of(name), partial(_say_day, read, to_day))
        made.keep(column, name, days)
        made.blame("FOCUS-003", column, is_bad, name)
        exact[name], _ = map_distinct(made.of(name), partial(_say_moment, read))
    return exact


def _say_day(read: Callable[[str], datetime | None], to_day: Callable[[datetime], date], text: str) -> str | None:
    moment = read(text)
    return None if moment is None else to_day(moment).isoformat()


def _say_moment(read: Callable[[str], datetime | None], text: str) -> str:
    moment = read(text)
    return text if moment is None else moment.isoformat()


def _take_objects(made: _Adapted) -> None:
    """Take tags, and gather the custom columns of each row into one object."""
    if "Tags" in made.source.columns:
        tags, is_bad = map_distinct(made.of("Tags"), one_form)
        made.keep("tags", "Tags", tags)
        made.blame("FOCUS-004", "tags", is_bad, "Tags")
    custom = sorted(name for name in made.source.columns if name.startswith(CUSTOM) and name != INITIATIVE)
    if custom:
        made.keep("extensions", "", _gather(custom, [made.of(name) for name in custom]))


def _gather(names: Sequence[str], columns: Sequence[pa.StringArray]) -> pa.StringArray:
    """Return for each row its filled custom columns as one JSON object, empty where none is filled."""
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    texts = []
    for row in rows:
        filled = {name: text for name, text in zip(names, row, strict=True) if text}
        texts.append(json.dumps(filled, ensure_ascii=False, separators=(",", ":")) if filled else "")
    return pa.array(texts, pa.string())


def _name(made: _Adapted, moments: Mapping[str, pa.StringArray]) -> pa.StringArray:
    identity = [moments.get(name, made.of(name)) for name in IDENTITY]
    content = [
        made.columns.get(column, made.nothing)
        for column in ("tags", "charge_description", "extensions", "initiative", "invoice")
    ]
    amounts = [made.columns.get(column, made.nothing) for column in ("billed_cost", "effective_cost")]
    return name_charges([made.columns["provider"], *identity], [*content, *amounts])

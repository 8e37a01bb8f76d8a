"""Cast numbers: decimals and money exactly, beside floats; whole numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.coded import Coded
from ingest.grammar import (
    MAX_DIGITS,
    MAX_MONEY_DIGITS,
    canonical_numbers,
    is_bounded,
    is_number,
    minor_units,
    suggest_number,
)
from ingest.tables import Fault, Mask, TextTable
from models.domain.money import currency_exponent, is_currency

_MAX_WHOLE_DIGITS = 15
_GROUP_LIKE = r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A cast column of numbers.

    Parameters
    ----------
    exact
        Canonical texts, empty where missing; length n.
    floats
        The nearest floats, NaN where missing; length n.
    faults
        What does not fit.
    """

    exact: pa.StringArray
    floats: NDArray[np.float64]
    faults: tuple[Fault, ...]


def cast_decimals(table: TextTable, name: str) -> Numbers:
    """Cast plain decimal numbers."""
    if name not in table.columns:
        return _nothing(table.rows)
    texts = table.columns[name]
    filled = np.asarray(pc.greater(pc.binary_length(texts), 0))
    good = is_bounded(texts)
    faults: list[Fault] = []
    if not good[filled].all():
        plain = is_number(texts)
        allowed = f"at most {MAX_DIGITS} digits stand before and {MAX_DIGITS} after the point"
        faults += _fault("CELL-002", name, filled & ~plain, _numeric_words(table, name))
        faults += _fault(
            "CELL-003", name, plain & ~good, lambda row: {"text": table.text_at(name, row), "allowed": allowed}
        )
    long = _lost_digits(table, name)
    if long is not None:
        faults += _fault("CELL-014", name, long & good, lambda row: {"text": table.text_at(name, row)})
    faults += _maybe_grouped(table, name, texts, good)
    exact = canonical_numbers(texts if good.all() else pc.if_else(pa.array(good), texts, ""))
    return Numbers(exact, _floats(exact, good), tuple(faults))


def cast_money(table: TextTable, name: str, currencies: Coded) -> tuple[Numbers, NDArray[np.int64]]:
    """Cast amounts in major units; return them also in minor units of each row's currency, 0 where missing.

    Rows whose currency is missing or unknown stay without minor units: their currency is the fault.
    """
    numbers = cast_decimals(table, name)
    faults = [fault for fault in numbers.faults if fault.code != "CELL-018"]
    exponents = currencies.take(np.array([_exponent(text) for text in currencies.texts], dtype=np.int64), missing=-1)
    filled = ~np.isnan(numbers.floats)
    minor = np.zeros(table.rows, dtype=np.int64)
    allowed = f"an amount has at most {MAX_MONEY_DIGITS} digits before the point"
    for exponent in np.unique(exponents[exponents >= 0]).tolist():
        here = filled & (exponents == exponent)
        units, fits = minor_units(numbers.exact, exponent)
        minor[here] = units[here]
        bad = here & ~fits
        grouped = here & _group_like(table, name) if exponent != 3 else np.zeros(table.rows, dtype=bool)
        faults += _fault("CELL-017", name, grouped & ~bad, _group_words(table, name, currencies, exponent))
        long = bad & (np.abs(numbers.floats) >= 10.0**MAX_MONEY_DIGITS)
        faults += _fault("CELL-003", name, long, lambda row: {"text": table.text_at(name, row), "allowed": allowed})
        faults += _fault("CELL-010", name, bad & ~long, _decimal_words(table, name, currencies, exponent))
    return Numbers(numbers.exact, numbers.floats, tuple(faults)), minor


def _exponent(currency: str) -> int:
    """Return the decimals of a currency; -1 if it is none."""
    return currency_exponent(currency) if is_currency(currency) else -1


def cast_whole(table: TextTable, name: str) -> tuple[pd.arrays.IntegerArray, list[Fault]]:
    """Cast whole numbers."""
    if name not in table.columns:
        return pd.arrays.IntegerArray(np.zeros(table.rows, dtype=np.int64), np.ones(table.rows, dtype=bool)), []
    texts = table.columns[name]
    filled = np.asarray(pc.greater(pc.binary_length(texts), 0))
    good = np.asarray(pc.match_substring_regex(texts, rf"^-?[0-9]{{1,{_MAX_WHOLE_DIGITS}}}$"))
    faults = _fault("CELL-008", name, filled & ~good, lambda row: _whole_words(table.text_at(name, row)))
    values = np.array(pc.cast(pc.if_else(pa.array(good), texts, "0"), pa.int64()))
    return pd.arrays.IntegerArray(values, ~good), faults


def _nothing(rows: int) -> Numbers:
    return Numbers(pa.repeat("", rows), np.full(rows, np.nan), ())


def _floats(exact: pa.StringArray, good: Mask) -> NDArray[np.float64]:
    floats = np.array(pc.cast(exact if good.all() else pc.if_else(pa.array(good), exact, "0"), pa.float64()))
    floats[~good] = np.nan
    return floats


def _fault(code: str, name: str, bad: Mask, details: Callable[[int], Mapping[str, object]]) -> list[Fault]:
    return [Fault(code, name, np.flatnonzero(bad).astype(np.int64), details)] if bad.any() else []


def _numeric_words(table: TextTable, name: str) -> Callable[[int], Mapping[str, object]]:
    def words(row: int) -> Mapping[str, object]:
        text = table.text_at(name, row)
        return {"text": text, "suggestion": suggest_number(text)}

    return words


def _decimal_words(
    table: TextTable, name: str, currencies: Coded, exponent: int
) -> Callable[[int], Mapping[str, object]]:
    def words(row: int) -> Mapping[str, object]:
        return {"text": table.text_at(name, row), "currency": currencies.text(row), "allowed": exponent}

    return words


def _whole_words(text: str) -> Mapping[str, object]:
    offer = suggest_number(text) or text
    match = re.fullmatch(r"(-?[0-9]+)\.0+", offer)
    return {
        "text": text,
        "suggestion": match[1] if match else offer if re.fullmatch(r"-?[0-9]+", offer) and offer != text else "",
    }


def _group_words(
    table: TextTable, name: str, currencies: Coded, exponent: int
) -> Callable[[int], Mapping[str, object]]:
    def words(row: int) -> Mapping[str, object]:
        text = table.text_at(name, row)
        return {
            "text": text,
            "found": text.rstrip("0").rstrip("."),
            "other": text.replace(".", ""),
            "currency": currencies.text(row),
            "allowed": exponent,
        }

    return words


def _group_like(table: TextTable, name: str) -> Mask:
    """Mark texts whose point could group thousands; a number cell of a workbook has no such doubt."""
    if name not in table.columns:
        return np.zeros(table.rows, dtype=bool)
    like = np.asarray(pc.match_substring_regex(table.columns[name], _GROUP_LIKE))
    numbers = table.number_cells.get(name)
    return like if numbers is None else like & ~numbers


def _maybe_grouped(table: TextTable, name: str, texts: pa.StringArray, good: Mask) -> list[Fault]:
    """Flag a column in which nothing tells a decimal point from a grouping sign: three digits follow each point."""
    like = _group_like(table, name) & good
    if not like.any():
        return []
    has_point = np.asarray(pc.match_substring(texts, ".")) & good
    if (has_point & ~like).any():
        return []
    first = np.flatnonzero(like)[:1].astype(np.int64)
    return [Fault("CELL-018", name, first, lambda row: {"text": table.text_at(name, row)})]


def _lost_digits(table: TextTable, name: str) -> Mask | None:
    """Rows of a workbook whose number has more digits before the point than a workbook keeps."""
    numbers = table.number_cells.get(name)
    if not table.is_workbook or numbers is None or not numbers.any():
        return None
    is_long: Mask = np.asarray(pc.match_substring_regex(table.columns[name], r"^-?[0-9]{16,}"))
    return numbers & is_long

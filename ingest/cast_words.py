"""Cast words: keys, text, choices, currencies, flags and dates."""

from __future__ import annotations

import difflib
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest.coded import Coded, code_column, fault_texts
from ingest.grammar import invisible_fault, parse_date, strip_invisible, suggest_date
from ingest.limits import Limits
from ingest.tables import Fault, TextTable
from models.domain.money import is_currency

_FLAGS = {"yes": True, "no": False}
_FLAG_WORDS = {**dict.fromkeys(("true", "y", "1", "x"), "yes"), **dict.fromkeys(("false", "n", "0"), "no")}
_REPLACEMENT = "\ufffd"
#: Columns of JSON objects: a provider writes all tags of a resource into one cell.
_OBJECTS = frozenset({"tags", "extensions"})
_KEPT_DIGITS = 15


def cast_words(table: TextTable, name: str, limits: Limits) -> tuple[Coded, list[Fault]]:
    """Cast free text and choices; which choices are allowed is for the contract's checks."""
    coded = code_column(table, name)
    faults = _judge_texts(name, coded, limits)
    return coded.without(_too_long(name, coded, limits)), faults


def cast_keys(table: TextTable, name: str, limits: Limits) -> tuple[Coded, list[Fault]]:
    """Cast keys: kept exactly as they stand, and refused where two that differ would look the same."""
    coded = code_column(table, name)
    faults = _judge_texts(name, coded, limits)
    hidden = _mark(coded, lambda text: bool(invisible_fault(text)))
    faults += fault_texts(
        "CELL-011",
        name,
        coded,
        hidden,
        lambda text: {"found": invisible_fault(text), "suggestion": strip_invisible(text)},
    )
    numbers = table.number_cells.get(name)
    if numbers is not None and numbers.any():
        long = _mark(coded, lambda text: len(text.lstrip("-")) > _KEPT_DIGITS)
        rows = np.flatnonzero(numbers & coded.take(long, missing=False).astype(bool))
        if len(rows) and table.is_workbook:
            faults.append(Fault("CELL-014", name, rows, lambda row: {"text": coded.text(row)}))
        first = np.flatnonzero(numbers)[:1]
        faults.append(Fault("CELL-016", name, first, lambda _: {"found": int(numbers.sum())}))
    return coded.without(_too_long(name, coded, limits) | hidden), faults


def cast_currencies(table: TextTable, name: str, limits: Limits) -> tuple[Coded, list[Fault]]:
    """Cast ISO 4217 codes."""
    coded = code_column(table, name)
    bad = _mark(coded, lambda text: not is_currency(text))
    faults = fault_texts("CELL-009", name, coded, bad, lambda text: {"suggestion": _suggest_currency(text)})
    return coded.without(bad | _too_long(name, coded, limits)), faults


def cast_flags(table: TextTable, name: str) -> tuple[pd.arrays.BooleanArray, list[Fault]]:
    """Cast yes and no."""
    coded = code_column(table, name)
    bad = _mark(coded, lambda text: text not in _FLAGS)
    faults = fault_texts(
        "CELL-007", name, coded, bad, lambda text: {"suggestion": _FLAG_WORDS.get(text.strip().lower(), "")}
    )
    good = coded.without(bad)
    values = np.array([_FLAGS.get(text, False) for text in coded.texts], dtype=bool)
    return pd.arrays.BooleanArray(good.take(values, missing=False).astype(bool), good.codes < 0), faults


def cast_dates(table: TextTable, name: str) -> tuple[NDArray[np.datetime64], list[Fault]]:
    """Cast dates year-month-day."""
    coded = code_column(table, name)
    days = [parse_date(text) for text in coded.texts]
    bad = np.array([day is None for day in days], dtype=bool)
    faults = fault_texts("CELL-004", name, coded, bad, lambda text: {"suggestion": suggest_date(text)})
    values = np.array(["NaT" if day is None else day.isoformat() for day in days], dtype="datetime64[ns]")
    return coded.take(values, missing="NaT"), faults


def suggest_word(text: str, allowed: tuple[str, ...]) -> str:
    """Offer the allowed word that a text resembles."""
    plain = strip_invisible(text).casefold().replace(" ", "_").replace("-", "_")
    return "".join(difflib.get_close_matches(plain, allowed, n=1, cutoff=0.75))


def _suggest_currency(text: str) -> str:
    plain = {"€": "EUR", "£": "GBP", "US$": "USD", "EURO": "EUR"}.get(text.strip().upper(), text.strip().upper())
    return plain if is_currency(plain) else ""


def _judge_texts(name: str, coded: Coded, limits: Limits) -> list[Fault]:
    """Find texts that are too long or have lost a letter."""
    most, long = _most_chars(name, limits), _too_long(name, coded, limits)
    faults = fault_texts("CELL-012", name, coded, long, lambda text: {"found": len(text), "allowed": most})
    lost = _mark(coded, lambda text: _REPLACEMENT in text)
    return faults + fault_texts("CELL-013", name, coded, lost, lambda _: {})


def _too_long(name: str, coded: Coded, limits: Limits) -> NDArray[np.bool_]:
    most = _most_chars(name, limits)
    return _mark(coded, lambda text: len(text) > most)


def _most_chars(name: str, limits: Limits) -> int:
    return limits.object_chars if name in _OBJECTS else limits.cell_chars


def _mark(coded: Coded, judge: Callable[[str], bool]) -> NDArray[np.bool_]:
    return np.fromiter((judge(text) for text in coded.texts), dtype=bool, count=len(coded.texts))

"""Cells of a FOCUS file as texts of our grammar: date-times as days, numbers as plain decimals, JSON in one form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.grammar import MAX_DIGITS
from ingest.tables import Mask

_UTC = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|\+00:00)")
_NO_ZONE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?")
_EXPONENT = r"^[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,3}$"
_LONG = rf"^-?[0-9]+\.[0-9]{{{MAX_DIGITS + 1},}}$"


def parse_moment(text: str, *, is_typed: bool) -> datetime | None:
    """Return the moment of an ISO 8601 date-time in UTC, to the second; None if the text is none.

    Parameters
    ----------
    is_typed
        Whether the file types its columns: a date-time without zone is UTC there (the specification knows no other).
    """
    match = _UTC.fullmatch(text) or (_NO_ZONE.fullmatch(text) if is_typed else None)
    if match is None:
        return None
    try:
        found = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}:{match[3] or '00'}")
    except ValueError:
        return None
    return found.replace(tzinfo=UTC)


def first_day(moment: datetime) -> date:
    """Return the day on which a period starts."""
    return moment.date()


def day_after(moment: datetime) -> date:
    """Return the day after the last of a period whose end is exclusive: an end within a day counts that day."""
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date() if is_midnight or moment.date() == date.max else moment.date() + timedelta(days=1)


def map_distinct(texts: pa.StringArray, turn: Callable[[str], str | None]) -> tuple[pa.StringArray, Mask]:
    """Turn each distinct text once; return the texts, empty where there was none or None came out, and where it did."""
    encoded = pc.dictionary_encode(texts)
    turned = [turn(text) if text else "" for text in encoded.dictionary.to_pylist()]
    is_bad = np.array([text is None for text in turned], dtype=bool)
    codes = np.asarray(encoded.indices)
    words = pa.array([text or "" for text in turned], pa.string())
    return words.take(encoded.indices), is_bad[codes] if turned else np.zeros(len(texts), dtype=bool)


def plain_numbers(texts: pa.StringArray) -> tuple[pa.StringArray, Mask]:
    """Return numbers without exponent and with as many decimals as are kept; and which were cut to them.

    What is no number stays as it is: the grammar of cells names it.
    """
    is_exponent = pc.match_substring_regex(texts, _EXPONENT)
    if pc.any(is_exponent).as_py():
        plain = [
            format(Decimal(text), "f") if found else text
            for text, found in zip(texts.to_pylist(), is_exponent.to_pylist(), strict=True)
        ]
        texts = pa.array(plain, pa.string())
    is_long = pc.match_substring_regex(texts, _LONG)
    if not pc.any(is_long).as_py():
        return texts, np.zeros(len(texts), dtype=bool)
    cut = [
        text[: text.index(".") + 1 + MAX_DIGITS] if found else text
        for text, found in zip(texts.to_pylist(), is_long.to_pylist(), strict=True)
    ]
    return pa.array(cut, pa.string()), np.asarray(is_long)


def one_form(text: str) -> str | None:
    """Return a JSON object with its names in order, so that their order in the file is no change; None if it is none.

    A tag without a value has the value true (specification, attribute Key-Value Format). A name that stands twice, NaN,
    half a character and nesting beyond what can be read are no JSON that another program would read alike.
    """
    try:
        found = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse_constant)
        if not isinstance(found, dict):
            return None
        made = json.dumps(found, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        made.encode()
    except (ValueError, RecursionError):
        return None
    return made


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse_constant(_: str) -> None:
    raise ValueError

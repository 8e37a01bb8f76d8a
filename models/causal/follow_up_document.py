"""What follows an estimate as a JSON document and back: figures hold 10 significant digits, as those of estimates."""

from __future__ import annotations

import dataclasses
import types
from datetime import date
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from models.causal.mixture import round_significant
from models.domain.errors import IntegrityError
from models.domain.follow_up import FollowUp


def follow_up_to_document(follow_up: FollowUp) -> dict[str, Any]:
    """Return a JSON-safe document; whether it is in force is asked when it is read, not kept."""
    document: dict[str, Any] = _out(follow_up)
    del document["is_in_force"]
    return document


def follow_up_from_document(document: dict[str, Any]) -> FollowUp:
    """Return the record of a document; a part that its version did not have yet is empty.

    Raises
    ------
    IntegrityError
        If the document does not fit the record.
    """
    try:
        read: FollowUp = _record_in(FollowUp, document)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"the stored follow-up cannot be read: {error}") from error
    return read


def _out(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _out(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_out(item) for item in value]
    if isinstance(value, float):
        return round_significant(value)
    return value.isoformat() if isinstance(value, date) else value


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record)


def _record_in(record: Any, document: dict[str, Any]) -> Any:
    hints = _hints(record)
    return record(**{name: _in(hints[name], value) for name, value in document.items()})


def _in(kind: Any, value: Any) -> Any:
    """Return a value as its declared type: days are the only text where a day may stand."""
    if value is None:
        return None
    if get_origin(kind) is types.UnionType:
        choices = [each for each in get_args(kind) if each is not types.NoneType]
        if date in choices:
            return date.fromisoformat(value) if isinstance(value, str) else value
        return _in(choices[0], value)
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        if inner[-1] is Ellipsis:
            return tuple(_in(inner[0], item) for item in value)
        return tuple(_in(each, item) for each, item in zip(inner, value, strict=True))
    if dataclasses.is_dataclass(kind):
        return _record_in(kind, value)
    return float(value) if kind is float else value

"""Any record of what is valued as a JSON document that names its types, and back, without loss.

Where `document` stores what is published, by the fields of one known record, this form carries whatever a valuation
starts from: mappings, fractions, arrays and unions, each under its own name. Only records of `models.domain`,
`models.value` and `models.causal` are made again from a document; one that names anything else is refused.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from models.domain.errors import IntegrityError

_ROOMS = ("models.domain.", "models.value.", "models.causal.")
_TAG = "~"


def to_tagged(value: Any) -> Any:
    """Return a JSON-safe document of a value.

    Raises
    ------
    TypeError
        If the value, or something in it, has no such form (a function, a frame).
    """
    if value is None or type(value) in {bool, int, str}:
        return value
    if isinstance(value, Enum):
        return {_TAG: _name_of(type(value)), "value": value.value}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_tagged(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {_TAG: _name_of(type(value)), "fields": fields}
    if isinstance(value, np.ndarray):
        return {
            _TAG: "array",
            "type": str(value.dtype),
            "shape": list(value.shape),
            "of": to_tagged(value.ravel().tolist()),
        }
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        number = float(value)
        return number if math.isfinite(number) else {_TAG: "float", "text": repr(number)}
    if isinstance(value, tuple):
        return [to_tagged(item) for item in value]
    if isinstance(value, list):
        return {_TAG: "list", "of": [to_tagged(item) for item in value]}
    if isinstance(value, frozenset):
        return {_TAG: "frozenset", "of": sorted((to_tagged(item) for item in value), key=repr)}
    if isinstance(value, Mapping):
        return {_TAG: "mapping", "of": [[to_tagged(key), to_tagged(item)] for key, item in value.items()]}
    for kind in (datetime, date, Decimal, Fraction):
        if isinstance(value, kind):
            return {_TAG: kind.__name__.lower(), "text": value.isoformat() if isinstance(value, date) else str(value)}
    raise TypeError(f"a {type(value).__name__} has no tagged form")


def _name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def from_tagged(document: Any) -> Any:
    """Return the value of a document.

    Raises
    ------
    IntegrityError
        If the document names a record that is none of ours, or does not fit the one that it names.
    """
    if isinstance(document, list):
        return tuple(from_tagged(item) for item in document)
    if not isinstance(document, dict):
        return document
    name = document.get(_TAG)
    try:
        read = _READERS.get(str(name))
        return read(document) if read is not None else _record(str(name), document)
    except (AttributeError, ImportError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise IntegrityError(f"a stored {name} cannot be read: {error}") from error


def _record(name: str, document: Mapping[str, Any]) -> Any:
    if not name.startswith(_ROOMS):
        raise IntegrityError(f"a document names {name}, which is no record of ours")
    module, _, kind_name = name.rpartition(".")
    kind = getattr(import_module(module), kind_name)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(document["value"])
    if not dataclasses.is_dataclass(kind):
        raise IntegrityError(f"a document names {name}, which is no record of ours")
    make: Any = kind
    return make(**{field: from_tagged(value) for field, value in document["fields"].items()})


def _array(document: Mapping[str, Any]) -> Any:
    return np.array(from_tagged(document["of"]), dtype=document["type"]).reshape(document["shape"])


_READERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "array": _array,
    "date": lambda document: date.fromisoformat(document["text"]),
    "datetime": lambda document: datetime.fromisoformat(document["text"]),
    "decimal": lambda document: Decimal(document["text"]),
    "float": lambda document: float(document["text"]),
    "fraction": lambda document: Fraction(document["text"]),
    "frozenset": lambda document: frozenset(from_tagged(document["of"])),
    "list": lambda document: list(from_tagged(document["of"])),
    "mapping": lambda document: {from_tagged(key): from_tagged(value) for key, value in document["of"]},
}

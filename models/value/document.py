"""Published records as JSON documents and back, without loss.

Enums are stored by value (grades by number), days in ISO form, decimals as text. A record is an object; several of
one kind are a table, {"fields": [...], "rows": [[...], ...]}, which names its fields once. A document that does not fit
its record is an `IntegrityError`.
"""

from __future__ import annotations

import dataclasses
import types
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from models.domain.errors import IntegrityError

_Record = TypeVar("_Record")
_PLAIN = (str, int, float, bool)


def to_document(value: Any) -> Any:
    """Return a JSON-safe document of a record, a tuple of records, or a plain value."""
    if value is None:
        return None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return [to_document(item) for item in sorted(value)]
    if isinstance(value, tuple):
        return _table(value) if value and _is_table(value) else [to_document(item) for item in value]
    return {name: to_document(getattr(value, name)) for name in _field_types(_hashable(type(value)))}


def _is_table(values: tuple[Any, ...]) -> bool:
    return dataclasses.is_dataclass(values[0]) and len({type(value) for value in values}) == 1


def _table(records: tuple[Any, ...]) -> dict[str, Any]:
    fields = list(_field_types(_hashable(type(records[0]))))
    return {"fields": fields, "rows": [[to_document(getattr(each, name)) for name in fields] for each in records]}


def from_document(record: type[_Record], document: Any) -> _Record:
    """Return the record of a document.

    Raises
    ------
    IntegrityError
        If the document does not fit the record.
    """
    try:
        read: _Record = _reader(_hashable(record))(document)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise IntegrityError(f"the stored {record.__name__} cannot be read: {error}") from error
    return read


def _hashable(record: Any) -> Any:
    return record


@cache
def _field_types(record: Any) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {field.name: hints[field.name] for field in dataclasses.fields(record)}


@cache
def _reader(kind: Any) -> Any:
    """Return the function that reads a value of a type; made once per type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        inner = _reader(next(argument for argument in arguments if argument is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if origin in {tuple, frozenset}:
        return _reader_of_many(origin, arguments)
    if dataclasses.is_dataclass(kind):
        return _reader_of_record(kind)
    if kind is datetime or kind is date:
        return kind.fromisoformat
    if kind is float:
        return float
    if isinstance(kind, type) and issubclass(kind, (Enum, Decimal)):
        return kind
    return lambda value: value


def _reader_of_many(origin: Any, arguments: tuple[Any, ...]) -> Any:
    if origin is frozenset or arguments[-1] is Ellipsis:
        if dataclasses.is_dataclass(arguments[0]):
            return _reader_of_table(arguments[0])
        inner = _reader(arguments[0])
        return lambda values: origin(inner(value) for value in values)
    readers = [_reader(argument) for argument in arguments]
    return lambda values: tuple(read(value) for read, value in zip(readers, values, strict=True))


def _reader_of_table(kind: Any) -> Any:
    def read(table: Any) -> Any:
        if not table:
            return ()
        types_of = _field_types(kind)
        readers = [(name, _reader(types_of[name])) for name in table["fields"]]
        return tuple(
            kind(**{name: inner(value) for (name, inner), value in zip(readers, row, strict=True)})
            for row in table["rows"]
        )

    return read


@cache
def _defaulted(record: Any) -> frozenset[str]:
    """Return the names of the fields that have a default."""
    missing = dataclasses.MISSING
    return frozenset(
        field.name
        for field in dataclasses.fields(record)
        if field.default is not missing or field.default_factory is not missing
    )


def _is_given(kind: Any, name: str, document: Any) -> bool:
    return name in document or name not in _defaulted(kind)


def _reader_of_record(kind: Any) -> Any:
    readers: dict[str, Any] = {}

    def read(document: Any) -> Any:
        if not readers:
            readers.update({name: _reader(hint) for name, hint in _field_types(kind).items()})
        # A field that the document's version did not have yet takes the default of its record.
        return kind(
            **{name: inner(document[name]) for name, inner in readers.items() if _is_given(kind, name, document)}
        )

    return read

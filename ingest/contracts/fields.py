"""What a column of a contract may hold: the builders of its fields.

A frame under a contract is cast beforehand: keys, text, choices and currencies are categories over their texts,
decimals and money are floats beside their exact text, whole numbers and flags are nullable, dates and periods (their
first day) are dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import pandera.pandas as pa

#: The types of the frame's columns.
Category = pd.CategoricalDtype
Number = float
Whole = pd.Int64Dtype
Flag = pd.BooleanDtype
Day = pa.DateTime


class ColumnType(StrEnum):
    """What a column holds; decides the grammar that reads it."""

    KEY = "key"
    TEXT = "text"
    ENUM = "enum"
    CURRENCY = "currency"
    DATE = "date"
    DECIMAL = "decimal"
    MONEY = "money"
    INT = "int"
    BOOL = "bool"
    FISCAL_PERIOD = "fiscal period"
    KPI_PERIOD = "period of the KPI"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of a contract.

    `is_required` columns must stand in the header and be filled; `is_key` columns make up the business key; `refers_to`
    names the contract whose key the column names.
    """

    name: str
    type: ColumnType
    description: str
    is_key: bool
    is_required: bool
    allowed: tuple[str, ...] = ()
    refers_to: str = ""
    bounds: str = ""


_BOUND_WORDS = {"ge": "at least", "gt": "greater than", "le": "at most", "lt": "less than", "isin": "one of"}


def _field(
    column_type: ColumnType,
    description: str,
    *,
    is_key: bool = False,
    is_required: bool = True,
    allowed: tuple[str, ...] = (),
    refers_to: str = "",
    bounds: dict[str, Any] | None = None,
) -> Any:
    bounds = dict(bounds or {})
    words = " and ".join(f"{_BOUND_WORDS[name]} {_bound_text(value)}" for name, value in bounds.items())
    spec = {"type": column_type, "is_key": is_key, "allowed": allowed, "refers_to": refers_to, "bounds": words}
    if allowed:
        bounds["isin"] = list(allowed)
    return pa.Field(
        nullable=not is_required, description=description, metadata=spec, n_failure_cases=1, check_name=True, **bounds
    )


def _bound_text(value: Any) -> str:
    return " or ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def key(description: str, *, is_key: bool = False, is_required: bool = True, refers_to: str = "") -> Any:
    """Build the field of a text id, kept exactly as it stands."""
    return _field(ColumnType.KEY, description, is_key=is_key, is_required=is_required, refers_to=refers_to)


def text(description: str, *, is_required: bool = True) -> Any:
    """Build the field of free text."""
    return _field(ColumnType.TEXT, description, is_required=is_required)


def choice(
    description: str, allowed: tuple[str, ...] | type[StrEnum], *, is_key: bool = False, is_required: bool = True
) -> Any:
    """Build the field of one of several words."""
    words = allowed if isinstance(allowed, tuple) else tuple(member.value for member in allowed)
    return _field(ColumnType.ENUM, description, is_key=is_key, is_required=is_required, allowed=words)


def currency_code(
    description: str = "ISO 4217 code of the currency.", *, is_key: bool = False, is_required: bool = True
) -> Any:
    """Build the field of a currency code."""
    return _field(ColumnType.CURRENCY, description, is_key=is_key, is_required=is_required)


def day(description: str, *, is_key: bool = False, is_required: bool = True) -> Any:
    """Build the field of a date."""
    return _field(ColumnType.DATE, description, is_key=is_key, is_required=is_required)


def decimal(description: str, *, is_required: bool = True, **bounds: float) -> Any:
    """Build the field of an exact decimal."""
    return _field(ColumnType.DECIMAL, description, is_required=is_required, bounds=bounds)


def money(description: str, *, is_required: bool = True) -> Any:
    """Build the field of an amount in major units of the row's currency."""
    return _field(ColumnType.MONEY, description, is_required=is_required)


def whole(description: str, *, is_key: bool = False, is_required: bool = True, **bounds: Any) -> Any:
    """Build the field of a whole number."""
    return _field(ColumnType.INT, description, is_key=is_key, is_required=is_required, bounds=bounds)


def flag(description: str, *, is_required: bool = True) -> Any:
    """Build the field of yes or no."""
    return _field(ColumnType.BOOL, description, is_required=is_required)


def fiscal_period(description: str) -> Any:
    """Build the field of a fiscal period; always part of the key."""
    return _field(ColumnType.FISCAL_PERIOD, description, is_key=True)


def kpi_period(description: str) -> Any:
    """Build the field of a period in the KPI's frequency; always part of the key."""
    return _field(ColumnType.KPI_PERIOD, description, is_key=True)

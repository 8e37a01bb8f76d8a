"""What every contract has: the key check, the retract column, and its description as data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.fields import ColumnSpec, ColumnType, Flag, flag
from models.domain.extract import ExtractKind

#: A column of this name is left out on reading: the quarantine file carries its reasons there and can be sent again.
REASONS_COLUMN = "_findings"


class Extract(pa.DataFrameModel):
    """Rows of one kind of fact.

    Checks are named by the code of their finding, with the column at which it is shown: `DATE-001:closed_on`.
    """

    retract: Flag = flag(
        "yes: the row withdraws the posted row of its key; other columns may be empty.", is_required=False
    )

    class Config:
        """Columns are exactly those of the contract and already cast."""

        strict = True
        coerce = False

    @pa.dataframe_check(error="KEY-001:", n_failure_cases=1)
    @classmethod
    def has_unique_key(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that each key stands once in a file."""
        names = [name for name, column in cls.to_schema().columns.items() if (column.metadata or {})["is_key"]]
        return ~frame.duplicated(names, keep=False)


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as data: its kind, its columns in order and the model that checks a cast frame."""

    kind: ExtractKind
    description: str
    columns: tuple[ColumnSpec, ...]
    model: type[Extract]

    @property
    def key_names(self) -> tuple[str, ...]:
        """Names of the columns of the business key, in order."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns."""
        return tuple(column.name for column in self.columns)

    @property
    def required_names(self) -> tuple[str, ...]:
        """Names of the columns that the header must hold."""
        return tuple(column.name for column in self.columns if column.is_required)

    def column(self, name: str) -> ColumnSpec:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    def names_of(self, *types: ColumnType) -> tuple[str, ...]:
        """Names of the columns of the given types."""
        return tuple(column.name for column in self.columns if column.type in types)


@lru_cache(maxsize=64)
def describe_contract(kind: ExtractKind, model: type[Extract]) -> Contract:
    """Read a contract's description from its model."""
    schema = model.to_schema()
    specs = []
    for name, column in schema.columns.items():
        data = column.metadata or {}
        spec = ColumnSpec(
            name=str(name),
            type=data["type"],
            description=column.description or "",
            is_key=data["is_key"],
            is_required=not column.nullable,
            allowed=data["allowed"],
            refers_to=data["refers_to"],
            bounds=data["bounds"],
        )
        specs.append(spec)
    specs.sort(key=lambda spec: spec.name == "retract")
    return Contract(kind, (model.__doc__ or "").strip().split("\n", maxsplit=1)[0], tuple(specs), model)

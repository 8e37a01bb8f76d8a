"""Column types of the tables, with what each means to a contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Double, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.domain.errors import InvalidInputError

_NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, given and returned with its zone, kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a zoned time into UTC; a time without a zone is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidInputError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Return the time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TableRow(DeclarativeBase):
    """The declarative class of every table; names of constraints follow one convention."""

    metadata = MetaData(naming_convention=_NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - declared so by SQLAlchemy
        str: Text(),
        int: BigInteger(),
        float: Double(),
        bool: Boolean(),
        date: Date(),
        datetime: UtcDateTime(),
    }


class ColumnType(StrEnum):
    """What a contract's column holds; decides how it is stored."""

    KEY = "key"
    TEXT = "text"
    ENUM = "enum"
    DATE = "date"
    DECIMAL = "decimal"
    MONEY = "money"
    INT = "int"
    BOOL = "bool"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class FactColumn:
    """One column of a contract and the columns that store it.

    `stored` is (`start_on`, `end_on`) for a period, (`x`, `x_float`) for a decimal `x`, (`x_minor`,) for money `x`,
    else (`x`,).
    """

    name: str
    type: ColumnType
    is_key: bool
    is_optional: bool
    stored: tuple[str, ...]


def _column(sql_type: Any, column_type: ColumnType, *, is_key: bool = False, is_optional: bool = False) -> Any:
    info = {"type": column_type, "is_optional": is_optional}
    if is_key:
        return mapped_column(sql_type, primary_key=True, autoincrement=False, nullable=False, info=info)
    return mapped_column(sql_type, nullable=True, info=info)


# Value columns are nullable because a retraction may leave them empty; a check on each table requires them otherwise.
KeyText = Annotated[str, _column(Text, ColumnType.KEY, is_key=True)]
KeyOptional = Annotated[str, _column(Text, ColumnType.KEY, is_key=True, is_optional=True)]
KeyEnum = Annotated[str, _column(Text, ColumnType.ENUM, is_key=True)]
KeyEnumOptional = Annotated[str, _column(Text, ColumnType.ENUM, is_key=True, is_optional=True)]
KeyInt = Annotated[int, _column(BigInteger, ColumnType.INT, is_key=True)]
KeyDate = Annotated[date, _column(Date, ColumnType.DATE, is_key=True)]
PeriodStart = Annotated[date, _column(Date, ColumnType.PERIOD, is_key=True)]
PeriodEnd = Annotated[date | None, _column(Date, ColumnType.PERIOD)]
Reference = Annotated[str | None, _column(Text, ColumnType.KEY)]
ReferenceOptional = Annotated[str | None, _column(Text, ColumnType.KEY, is_optional=True)]
Label = Annotated[str | None, _column(Text, ColumnType.TEXT)]
LabelOptional = Annotated[str | None, _column(Text, ColumnType.TEXT, is_optional=True)]
Choice = Annotated[str | None, _column(Text, ColumnType.ENUM)]
ChoiceOptional = Annotated[str | None, _column(Text, ColumnType.ENUM, is_optional=True)]
Day = Annotated[date | None, _column(Date, ColumnType.DATE)]
DayOptional = Annotated[date | None, _column(Date, ColumnType.DATE, is_optional=True)]
DecimalText = Annotated[str | None, _column(Text, ColumnType.DECIMAL)]
DecimalTextOptional = Annotated[str | None, _column(Text, ColumnType.DECIMAL, is_optional=True)]
DecimalFloat = Annotated[float | None, _column(Double, ColumnType.DECIMAL)]
MoneyMinor = Annotated[int | None, _column(BigInteger, ColumnType.MONEY)]
MoneyMinorOptional = Annotated[int | None, _column(BigInteger, ColumnType.MONEY, is_optional=True)]
Whole = Annotated[int | None, _column(BigInteger, ColumnType.INT)]
WholeOptional = Annotated[int | None, _column(BigInteger, ColumnType.INT, is_optional=True)]
Flag = Annotated[bool | None, _column(Boolean, ColumnType.BOOL)]
FlagOptional = Annotated[bool | None, _column(Boolean, ColumnType.BOOL, is_optional=True)]


class FactRow(TableRow):
    """What every fact table has: the load that brought a row, the one that replaced it, the row's place in its file.

    Current rows have `superseded_by` null; as known at T: load_seq <= T, and `superseded_by` null or above T.
    """

    __abstract__ = True

    load_seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=10)
    superseded_by: Mapped[int | None] = mapped_column(BigInteger, sort_order=11)
    is_retracted: Mapped[bool] = mapped_column(Boolean, nullable=False, sort_order=12)
    part_no: Mapped[int] = mapped_column(Integer, nullable=False, sort_order=13)
    row_no: Mapped[int] = mapped_column(BigInteger, nullable=False, sort_order=14)

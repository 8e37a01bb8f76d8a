"""The fact tables by kind, each described by its contract's columns."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Column, Index, Table
from sqlalchemy.schema import SchemaItem

from models.domain.extract import ExtractKind
from models.store.tables import cases, ledger, master, spend
from models.store.tables.columns import ColumnType, FactColumn, FactRow

#: Columns of every fact table that no contract names.
SYSTEM_COLUMNS = ("load_seq", "superseded_by", "is_retracted", "part_no", "row_no")

#: Kinds of which a posted version never changes: a correction is a new version.
IMMUTABLE_KINDS = frozenset(
    {ExtractKind.APPROVED_CASES, ExtractKind.APPROVED_CASE_LINES, ExtractKind.APPROVED_CASE_PERIODS}
)


@dataclass(frozen=True, slots=True)
class FactTable:
    """The table of one kind of fact.

    `key_columns` and `value_columns` are the contract's columns in the order of the table; `key_names` are the stored
    columns of the business key
    (a period's is `start_on`), `value_names` all other stored columns, `compared_names` those whose difference is a
    change (float copies are not).
    """

    kind: ExtractKind
    row_class: type[FactRow]
    key_columns: tuple[FactColumn, ...]
    value_columns: tuple[FactColumn, ...]
    key_names: tuple[str, ...]
    value_names: tuple[str, ...]
    compared_names: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The mapped table."""
        table = self.row_class.__table__
        if not isinstance(table, Table):
            raise TypeError(f"{self.row_class.__name__} is not mapped to a table")
        return table

    @property
    def columns(self) -> tuple[FactColumn, ...]:
        """All columns of the contract, key first."""
        return self.key_columns + self.value_columns

    @property
    def frame_names(self) -> tuple[str, ...]:
        """Columns of a frame to be posted: key, values, `is_retracted`, `row_no`."""
        return (*self.key_names, *self.value_names, "is_retracted", "row_no")


def _describe(column: Column[object], table: Table) -> FactColumn:
    column_type: ColumnType = column.info["type"]
    name = column.name
    stored: tuple[str, ...] = (name,)
    if column_type is ColumnType.PERIOD:
        name, stored = "period", ("start_on", "end_on")
    elif column_type is ColumnType.DECIMAL:
        stored = (name, f"{name}_float")
    elif column_type is ColumnType.MONEY:
        name = name.removesuffix("_minor")
    if any(part not in table.columns for part in stored):
        raise TypeError(f"{table.name}.{column.name} lacks one of {stored}")
    return FactColumn(name, column_type, column.primary_key, bool(column.info["is_optional"]), stored)


def _is_copy(column: Column[object], table: Table) -> bool:
    """Whether the column is the second half of another: a period's end or the float copy of a decimal."""
    is_end = column.name == "end_on" and column.info["type"] is ColumnType.PERIOD
    return is_end or (column.name.endswith("_float") and column.name.removesuffix("_float") in table.columns)


def _current_only(table: Table, key_names: tuple[str, ...]) -> SchemaItem:
    """At most one current row per key; also the way to the current rows."""
    is_current = table.c.superseded_by.is_(None)
    return Index(
        f"ix_{table.name}_current",
        *(table.c[name] for name in key_names),
        unique=True,
        sqlite_where=is_current,
        postgresql_where=is_current,
    )


def _checks(table: Table, value_columns: tuple[FactColumn, ...]) -> tuple[CheckConstraint, ...]:
    required = [name for column in value_columns if not column.is_optional for name in column.stored]
    if "end_on" in table.columns and "end_on" not in required and table.c.end_on.info["type"] is ColumnType.PERIOD:
        required.append("end_on")
    filled = " AND ".join(f"{name} IS NOT NULL" for name in required)
    superseded_later = CheckConstraint("superseded_by IS NULL OR superseded_by > load_seq", name="superseded_later")
    if not filled:
        return (superseded_later,)
    return (CheckConstraint(f"is_retracted OR ({filled})", name="required"), superseded_later)


def _fact_table(kind: ExtractKind, row_class: type[FactRow]) -> FactTable:
    table = row_class.__table__
    if not isinstance(table, Table) or table.name != kind.value:
        raise TypeError(f"{row_class.__name__} is not the table of {kind.value}")
    own = [column for column in table.columns if column.name not in SYSTEM_COLUMNS]
    described = tuple(_describe(column, table) for column in own if not _is_copy(column, table))
    key_columns = tuple(column for column in described if column.is_key)
    value_columns = tuple(column for column in described if not column.is_key)
    key_names = tuple(column.name for column in own if column.primary_key)
    value_names = tuple(column.name for column in own if not column.primary_key)
    compared = tuple(
        name for name in value_names if not (name.endswith("_float") and name.removesuffix("_float") in table.columns)
    )
    table.dialect_options["sqlite"]["with_rowid"] = False
    _current_only(table, key_names)
    for check in _checks(table, value_columns):
        table.append_constraint(check)
    return FactTable(kind, row_class, key_columns, value_columns, key_names, value_names, compared)


_ROW_CLASSES: dict[ExtractKind, type[FactRow]] = {
    ExtractKind.POLICIES: master.PolicyRow,
    ExtractKind.FX_RATES: master.FxRateRow,
    ExtractKind.BUSINESS_UNITS: master.BusinessUnitRow,
    ExtractKind.PEOPLE: master.PersonRow,
    ExtractKind.UNITS: master.UnitRow,
    ExtractKind.UNIT_ALIASES: master.UnitAliasRow,
    ExtractKind.INITIATIVES: master.InitiativeRow,
    ExtractKind.INITIATIVE_STAGES: master.InitiativeStageRow,
    ExtractKind.KPIS: master.KpiRow,
    ExtractKind.BENEFIT_LINES: cases.BenefitLineRow,
    ExtractKind.ACCOUNT_MAP: ledger.AccountMapRow,
    ExtractKind.BENEFIT_LINE_ACCOUNTS: cases.BenefitLineAccountRow,
    ExtractKind.APPROVED_CASES: cases.ApprovedCaseRow,
    ExtractKind.APPROVED_CASE_LINES: cases.ApprovedCaseLineRow,
    ExtractKind.APPROVED_CASE_PERIODS: cases.ApprovedCasePeriodRow,
    ExtractKind.CLAIMS: cases.ClaimRow,
    ExtractKind.ROLLOUTS: master.RolloutRow,
    ExtractKind.KPI_OBSERVATIONS: ledger.KpiObservationRow,
    ExtractKind.COSTS: ledger.CostRow,
    ExtractKind.PL_ROWS: ledger.PlRow,
    ExtractKind.LINE_DRIVERS: ledger.LineDriverRow,
    ExtractKind.HOURS: ledger.HoursRow,
    ExtractKind.TRIAL_BALANCES: ledger.TrialBalanceRow,
    ExtractKind.INVOICES: ledger.InvoiceRow,
    ExtractKind.EXPECTED_EXTRACTS: master.ExpectedExtractRow,
    ExtractKind.OTHER_PROGRAMMES: master.OtherProgrammeRow,
    ExtractKind.OTHER_PROGRAMME_AMOUNTS: ledger.OtherProgrammeAmountRow,
    ExtractKind.FOCUS_COSTS: spend.FocusCostRow,
    ExtractKind.SPEND_MAPPINGS: spend.SpendMappingRow,
    ExtractKind.BUDGET_CUTS: spend.BudgetCutRow,
    ExtractKind.ALLOCATION_DRIVERS: spend.AllocationDriverRow,
}

FACT_TABLES: dict[ExtractKind, FactTable] = {
    kind: _fact_table(kind, row_class) for kind, row_class in _ROW_CLASSES.items()
}

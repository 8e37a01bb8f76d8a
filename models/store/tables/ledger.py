"""Facts that are observed or booked: KPI values, hours, costs, P&L rows and what explains them."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from models.store.tables.columns import (
    Choice,
    Day,
    DayOptional,
    DecimalFloat,
    DecimalText,
    DecimalTextOptional,
    FactRow,
    FlagOptional,
    KeyDate,
    KeyEnum,
    KeyEnumOptional,
    KeyOptional,
    KeyText,
    LabelOptional,
    MoneyMinor,
    PeriodEnd,
    PeriodStart,
    Reference,
    ReferenceOptional,
    Whole,
    WholeOptional,
)


class KpiObservationRow(FactRow):
    """One value of a KPI at a unit in a period; by aggregation.

    Value, value and count, or numerator and denominator.
    """

    __tablename__ = "kpi_observations"
    kpi: Mapped[KeyText]
    unit: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    end_on: Mapped[PeriodEnd]
    value: Mapped[DecimalTextOptional]
    value_float: Mapped[DecimalFloat]
    count: Mapped[DecimalTextOptional]
    count_float: Mapped[DecimalFloat]
    numerator: Mapped[DecimalTextOptional]
    numerator_float: Mapped[DecimalFloat]
    denominator: Mapped[DecimalTextOptional]
    denominator_float: Mapped[DecimalFloat]
    entity: Mapped[ReferenceOptional]
    definition_version: Mapped[LabelOptional]
    is_provisional: Mapped[FlagOptional]


class CostRow(FactRow):
    """A cost of an initiative in its accrual period."""

    __tablename__ = "costs"
    initiative: Mapped[KeyText]
    category: Mapped[KeyEnum]
    source_reference: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    end_on: Mapped[PeriodEnd]
    nature: Mapped[Choice]
    recurrence: Mapped[Choice]
    treatment: Mapped[Choice]
    status: Mapped[Choice]
    cash_on: Mapped[DayOptional]
    in_service_on: Mapped[DayOptional]
    useful_life_months: Mapped[WholeOptional]
    entity: Mapped[ReferenceOptional]
    amount_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]
    pl_line: Mapped[ReferenceOptional]
    cost_centre: Mapped[ReferenceOptional]


class PlRow(FactRow):
    """An amount of the P&L by entity, cost centre, account, period and scenario."""

    __tablename__ = "pl_rows"
    entity: Mapped[KeyText]
    cost_centre: Mapped[KeyText]
    account: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    scenario: Mapped[KeyEnum]
    scenario_version: Mapped[KeyOptional]
    partner_entity: Mapped[KeyOptional]
    end_on: Mapped[PeriodEnd]
    basis: Mapped[Choice]
    ledger_status: Mapped[Choice]
    sign_convention: Mapped[Choice]
    amount_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]


class AccountMapRow(FactRow):
    """The P&L line of an account from a day on; sign is the contribution to profit of a positive amount."""

    __tablename__ = "account_map"
    account: Mapped[KeyText]
    from_on: Mapped[KeyDate]
    pl_line: Mapped[Reference]
    pl_line_name: Mapped[LabelOptional]
    kind: Mapped[Choice]
    sign: Mapped[Whole]
    to_on: Mapped[DayOptional]


class LineDriverRow(FactRow):
    """What moves a P&L line besides initiatives: a factor on the reference or an amount added to it."""

    __tablename__ = "line_drivers"
    pl_line: Mapped[KeyText]
    entity: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    kind: Mapped[KeyEnum]
    end_on: Mapped[PeriodEnd]
    measure: Mapped[Choice]
    value: Mapped[DecimalText]
    value_float: Mapped[DecimalFloat]
    currency: Mapped[ReferenceOptional]


class HoursRow(FactRow):
    """Hours of a benefit line at a unit by stage; they never become cash by themselves."""

    __tablename__ = "hours"
    benefit_line: Mapped[KeyText]
    unit: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    stage: Mapped[KeyEnum]
    end_on: Mapped[PeriodEnd]
    hours: Mapped[DecimalText]
    hours_float: Mapped[DecimalFloat]


class TrialBalanceRow(FactRow):
    """The control sum and row count of an entity's books in a period."""

    __tablename__ = "trial_balances"
    entity: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    scenario: Mapped[KeyEnumOptional]
    end_on: Mapped[PeriodEnd]
    control_sum_minor: Mapped[MoneyMinor]
    row_count: Mapped[Whole]
    currency: Mapped[Reference]


class InvoiceRow(FactRow):
    """A vendor's invoice."""

    __tablename__ = "invoices"
    invoice: Mapped[KeyText]
    supplier: Mapped[Reference]
    invoice_on: Mapped[Day]
    total_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]


class OtherProgrammeAmountRow(FactRow):
    """What another programme moved on a P&L line in a period."""

    __tablename__ = "other_programme_amounts"
    programme: Mapped[KeyText]
    pl_line: Mapped[KeyText]
    entity: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    end_on: Mapped[PeriodEnd]
    amount_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]

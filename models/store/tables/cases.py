"""Facts of promise: benefit lines, approved cases and claims."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from models.store.tables.columns import (
    Choice,
    ChoiceOptional,
    Day,
    DecimalFloat,
    DecimalText,
    DecimalTextOptional,
    FactRow,
    FlagOptional,
    KeyDate,
    KeyEnum,
    KeyInt,
    KeyOptional,
    KeyText,
    Label,
    LabelOptional,
    MoneyMinor,
    MoneyMinorOptional,
    PeriodEnd,
    PeriodStart,
    Reference,
    ReferenceOptional,
)


class BenefitLineRow(FactRow):
    """One way in which an initiative is worth something; initiative, KPI and class never change for a key."""

    __tablename__ = "benefit_lines"
    benefit_line: Mapped[KeyText]
    valid_from_on: Mapped[KeyDate]
    initiative: Mapped[Reference]
    name: Mapped[Label]
    benefit_class: Mapped[Choice]
    kpi: Mapped[Reference]
    driver_kpi: Mapped[ReferenceOptional]
    unit_value: Mapped[DecimalTextOptional]
    unit_value_float: Mapped[DecimalFloat]
    currency: Mapped[ReferenceOptional]
    unit_value_low: Mapped[DecimalTextOptional]
    unit_value_low_float: Mapped[DecimalFloat]
    unit_value_high: Mapped[DecimalTextOptional]
    unit_value_high_float: Mapped[DecimalFloat]
    unit_value_source: Mapped[LabelOptional]
    unit_value_owner: Mapped[ReferenceOptional]
    owner: Mapped[ReferenceOptional]
    financing_rate: Mapped[DecimalTextOptional]
    financing_rate_float: Mapped[DecimalFloat]
    is_unmet_demand_approved: Mapped[FlagOptional]


class BenefitLineAccountRow(FactRow):
    """A P&L line that a benefit line moves, with its signed weight; weights of a line sum to 1."""

    __tablename__ = "benefit_line_accounts"
    benefit_line: Mapped[KeyText]
    pl_line: Mapped[KeyText]
    entity: Mapped[KeyOptional]
    cost_centre: Mapped[KeyOptional]
    valid_from_on: Mapped[KeyDate]
    weight: Mapped[DecimalText]
    weight_float: Mapped[DecimalFloat]


class ApprovedCaseRow(FactRow):
    """One version of the business case that was approved; immutable."""

    __tablename__ = "approved_cases"
    initiative: Mapped[KeyText]
    version: Mapped[KeyInt]
    approved_on: Mapped[Day]
    go_live_on: Mapped[Day]
    horizon_on: Mapped[Day]
    discount_rate: Mapped[DecimalText]
    discount_rate_float: Mapped[DecimalFloat]
    discount_basis: Mapped[Choice]
    rate_set: Mapped[Choice]
    price_basis: Mapped[Choice]
    currency: Mapped[Reference]
    note: Mapped[LabelOptional]


class ApprovedCaseLineRow(FactRow):
    """What a case promised of one benefit line, or planned of one cost category."""

    __tablename__ = "approved_case_lines"
    initiative: Mapped[KeyText]
    version: Mapped[KeyInt]
    line: Mapped[KeyText]
    side: Mapped[Choice]
    baseline: Mapped[DecimalTextOptional]
    baseline_float: Mapped[DecimalFloat]
    reach_units: Mapped[DecimalTextOptional]
    reach_units_float: Mapped[DecimalFloat]
    reach_volume: Mapped[DecimalTextOptional]
    reach_volume_float: Mapped[DecimalFloat]
    effect_basis: Mapped[ChoiceOptional]
    unit_value: Mapped[DecimalTextOptional]
    unit_value_float: Mapped[DecimalFloat]
    nature: Mapped[ChoiceOptional]


class ApprovedCasePeriodRow(FactRow):
    """A case line in one fiscal period: effect, amount and what of it the budget already holds."""

    __tablename__ = "approved_case_periods"
    initiative: Mapped[KeyText]
    version: Mapped[KeyInt]
    line: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    end_on: Mapped[PeriodEnd]
    effect: Mapped[DecimalTextOptional]
    effect_float: Mapped[DecimalFloat]
    amount_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]
    in_budget_amount_minor: Mapped[MoneyMinorOptional]
    budget_version: Mapped[LabelOptional]


class ClaimRow(FactRow):
    """A figure that an owner or vendor asserts (grade E0); compared beside, never summed."""

    __tablename__ = "claims"
    initiative: Mapped[KeyText]
    claimant: Mapped[KeyEnum]
    purpose: Mapped[KeyEnum]
    benefit_line: Mapped[KeyOptional]
    start_on: Mapped[PeriodStart]
    source_reference: Mapped[KeyText]
    end_on: Mapped[PeriodEnd]
    amount_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]
    statement: Mapped[LabelOptional]

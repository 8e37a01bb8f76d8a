"""Facts of spend and of who takes what of it: FOCUS charges, their mapping, accepted cuts, allocation drivers."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from models.store.tables.columns import (
    Choice,
    ChoiceOptional,
    Day,
    DayOptional,
    DecimalFloat,
    DecimalText,
    DecimalTextOptional,
    FactRow,
    KeyDate,
    KeyEnum,
    KeyOptional,
    KeyText,
    Label,
    LabelOptional,
    MoneyMinor,
    PeriodEnd,
    PeriodStart,
    Reference,
    ReferenceOptional,
)


class FocusCostRow(FactRow):
    """One charge of a FOCUS cost and usage file; `charge` names it within its provider.

    Charge and billing periods end on the day after their last, as FOCUS states them.
    """

    __tablename__ = "focus_costs"
    provider: Mapped[KeyText]
    charge: Mapped[KeyText]
    focus_version: Mapped[Label]
    billing_account: Mapped[Reference]
    billing_account_name: Mapped[LabelOptional]
    billing_start_on: Mapped[Day]
    billing_end_on: Mapped[Day]
    charge_start_on: Mapped[Day]
    charge_end_on: Mapped[Day]
    charge_category: Mapped[Choice]
    charge_class: Mapped[ChoiceOptional]
    charge_frequency: Mapped[ChoiceOptional]
    charge_description: Mapped[LabelOptional]
    currency: Mapped[Reference]
    billed_cost: Mapped[DecimalText]
    billed_cost_float: Mapped[DecimalFloat]
    effective_cost: Mapped[DecimalText]
    effective_cost_float: Mapped[DecimalFloat]
    contracted_cost: Mapped[DecimalTextOptional]
    contracted_cost_float: Mapped[DecimalFloat]
    list_cost: Mapped[DecimalTextOptional]
    list_cost_float: Mapped[DecimalFloat]
    invoice: Mapped[ReferenceOptional]
    invoice_issuer: Mapped[LabelOptional]
    publisher: Mapped[LabelOptional]
    service: Mapped[Label]
    service_category: Mapped[LabelOptional]
    sku: Mapped[ReferenceOptional]
    sub_account: Mapped[ReferenceOptional]
    sub_account_name: Mapped[LabelOptional]
    resource: Mapped[ReferenceOptional]
    resource_name: Mapped[LabelOptional]
    region: Mapped[LabelOptional]
    pricing_quantity: Mapped[DecimalTextOptional]
    pricing_quantity_float: Mapped[DecimalFloat]
    pricing_unit: Mapped[LabelOptional]
    consumed_quantity: Mapped[DecimalTextOptional]
    consumed_quantity_float: Mapped[DecimalFloat]
    consumed_unit: Mapped[LabelOptional]
    tags: Mapped[LabelOptional]
    extensions: Mapped[LabelOptional]
    initiative: Mapped[ReferenceOptional]


class SpendMappingRow(FactRow):
    """Which initiative charges belong to that carry a tag, or come from a sub-account, resource or service."""

    __tablename__ = "spend_mappings"
    match_by: Mapped[KeyEnum]
    match_name: Mapped[KeyOptional]
    match_value: Mapped[KeyText]
    from_on: Mapped[KeyDate]
    initiative: Mapped[Reference]
    nature: Mapped[Choice]
    to_on: Mapped[DayOptional]
    pl_line: Mapped[ReferenceOptional]
    cost_centre: Mapped[ReferenceOptional]


class BudgetCutRow(FactRow):
    """What a budget-holder has accepted to be cut from an account because of a benefit line."""

    __tablename__ = "budget_cuts"
    benefit_line: Mapped[KeyText]
    pl_line: Mapped[KeyText]
    entity: Mapped[KeyOptional]
    cost_centre: Mapped[KeyOptional]
    start_on: Mapped[PeriodStart]
    source_reference: Mapped[KeyText]
    end_on: Mapped[PeriodEnd]
    amount_minor: Mapped[MoneyMinor]
    currency: Mapped[Reference]
    accepted_by: Mapped[Reference]
    accepted_on: Mapped[Day]


class AllocationDriverRow(FactRow):
    """How much an initiative uses of a shared platform, or of an effect that several share, in a fiscal period."""

    __tablename__ = "allocation_drivers"
    purpose: Mapped[KeyEnum]
    subject: Mapped[KeyText]
    initiative: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    end_on: Mapped[PeriodEnd]
    driver: Mapped[Label]
    quantity: Mapped[DecimalText]
    quantity_float: Mapped[DecimalFloat]

"""Facts that describe the organisation: who, where, which initiatives, which KPIs, which policy."""

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
    Flag,
    KeyDate,
    KeyEnum,
    KeyInt,
    KeyText,
    Label,
    LabelOptional,
    PeriodEnd,
    PeriodStart,
    Reference,
    ReferenceOptional,
    Whole,
    WholeOptional,
)


class PersonRow(FactRow):
    """A person named in the data; signing in is an account of its own."""

    __tablename__ = "people"
    person: Mapped[KeyText]
    name: Mapped[Label]
    email: Mapped[LabelOptional]
    business_unit: Mapped[ReferenceOptional]


class BusinessUnitRow(FactRow):
    """A business unit and the one above it."""

    __tablename__ = "business_units"
    business_unit: Mapped[KeyText]
    name: Mapped[Label]
    parent: Mapped[ReferenceOptional]


class UnitRow(FactRow):
    """Whatever the roll-out reached at different times: a site, team, region, segment."""

    __tablename__ = "units"
    unit: Mapped[KeyText]
    name: Mapped[Label]
    entity: Mapped[Reference]
    cost_centre: Mapped[ReferenceOptional]
    business_unit: Mapped[ReferenceOptional]
    opened_on: Mapped[DayOptional]
    closed_on: Mapped[DayOptional]


class UnitAliasRow(FactRow):
    """Another key of a unit, for a time."""

    __tablename__ = "unit_aliases"
    alias: Mapped[KeyText]
    from_on: Mapped[KeyDate]
    unit: Mapped[Reference]
    to_on: Mapped[DayOptional]


class InitiativeRow(FactRow):
    """An initiative, its owner and kind."""

    __tablename__ = "initiatives"
    initiative: Mapped[KeyText]
    name: Mapped[Label]
    business_unit: Mapped[Reference]
    owner: Mapped[Reference]
    delivery_model: Mapped[Choice]
    archetype: Mapped[Choice]
    description: Mapped[LabelOptional]
    approved_on: Mapped[DayOptional]


class InitiativeStageRow(FactRow):
    """The stage of an initiative from a day on."""

    __tablename__ = "initiative_stages"
    initiative: Mapped[KeyText]
    from_on: Mapped[KeyDate]
    stage: Mapped[Choice]


class KpiRow(FactRow):
    """A measured quantity, defined once."""

    __tablename__ = "kpis"
    kpi: Mapped[KeyText]
    name: Mapped[Label]
    unit_of_measure: Mapped[Label]
    aggregation: Mapped[Choice]
    behaviour: Mapped[Choice]
    frequency: Mapped[Choice]
    better: Mapped[Choice]


class RolloutRow(FactRow):
    """When an initiative went live at a unit, and when it ended there."""

    __tablename__ = "rollouts"
    initiative: Mapped[KeyText]
    unit: Mapped[KeyText]
    go_live_on: Mapped[Day]
    ended_on: Mapped[DayOptional]
    assignment: Mapped[ChoiceOptional]


class PolicyRow(FactRow):
    """One version of the approved finance assumptions."""

    __tablename__ = "policies"
    version: Mapped[KeyInt]
    effective_on: Mapped[Day]
    reporting_currency: Mapped[Reference]
    fiscal_start_month: Mapped[Whole]
    calendar_pattern: Mapped[Choice]
    is_year_named_by_end: Mapped[Flag]
    horizon_months: Mapped[Whole]
    discount_rate: Mapped[DecimalText]
    discount_rate_float: Mapped[DecimalFloat]
    discount_basis: Mapped[Choice]
    timing: Mapped[Choice]
    interval_level: Mapped[DecimalText]
    interval_level_float: Mapped[DecimalFloat]
    rate_set: Mapped[Choice]
    persistence_rate: Mapped[DecimalText]
    persistence_rate_float: Mapped[DecimalFloat]
    persistence_low: Mapped[DecimalTextOptional]
    persistence_low_float: Mapped[DecimalFloat]
    persistence_high: Mapped[DecimalTextOptional]
    persistence_high_float: Mapped[DecimalFloat]
    auto_post_kinds: Mapped[LabelOptional]
    payback_horizon_months: Mapped[WholeOptional]
    ledger_basis: Mapped[ChoiceOptional]
    week_starts_on: Mapped[ChoiceOptional]


class FxRateRow(FactRow):
    """A rate of a named set for a fiscal period; a missing one is a finding, never 1."""

    __tablename__ = "fx_rates"
    currency: Mapped[KeyText]
    base: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    rate_set: Mapped[KeyEnum]
    end_on: Mapped[PeriodEnd]
    rate: Mapped[DecimalText]
    rate_float: Mapped[DecimalFloat]
    direction: Mapped[Choice]


class ExpectedExtractRow(FactRow):
    """An extract that is due for a period: "9 of 12 files approved"."""

    __tablename__ = "expected_extracts"
    extract_kind: Mapped[KeyText]
    entity: Mapped[KeyText]
    start_on: Mapped[PeriodStart]
    end_on: Mapped[PeriodEnd]
    due_on: Mapped[Day]
    owner: Mapped[ReferenceOptional]


class OtherProgrammeRow(FactRow):
    """A programme that is no initiative: an event for the counterfactual and a claimant in the ledger."""

    __tablename__ = "other_programmes"
    programme: Mapped[KeyText]
    unit: Mapped[KeyText]
    name: Mapped[Label]
    start_on: Mapped[Day]
    end_on: Mapped[DayOptional]

"""Contracts of benefits: KPIs with their observations, benefit lines, the P&L lines that they move, hours."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.extract import Extract
from ingest.contracts.fields import (
    Category,
    Day,
    Flag,
    Number,
    choice,
    currency_code,
    day,
    decimal,
    fiscal_period,
    flag,
    key,
    kpi_period,
    text,
)
from models.domain.calendar import Frequency
from models.domain.measure import Aggregation, Behaviour, BenefitClass, Better

HOURS_STAGES = ("claimed", "accepted", "verified", "released")


class KpisExtract(Extract):
    """KPIs, each defined once: how it combines, how often it is observed, which direction is favourable."""

    kpi: Category = key("Key of the KPI.", is_key=True)
    name: Category = text("Name as shown.")
    unit_of_measure: Category = text("Unit of its values: minutes, invoices, %.")
    aggregation: Category = choice("How rows combine.", Aggregation)
    behaviour: Category = choice("Flow over a period or stock at its end.", Behaviour)
    frequency: Category = choice("How often it is observed.", Frequency)
    better: Category = choice("Which direction is favourable.", Better)


class KpiObservationsExtract(Extract):
    """Observed values per unit and period: sums by value, means by value and count, ratios by both parts."""

    kpi: Category = key("The KPI.", is_key=True, refers_to="kpis")
    unit: Category = key("The unit, or an alias valid on the period's first day.", is_key=True, refers_to="units")
    period: Day = kpi_period("Period in the KPI's frequency.")
    value: Number = decimal("Value, for sums and means.", is_required=False)
    count: Number = decimal("Number of cases behind a mean.", is_required=False, ge=0)
    numerator: Number = decimal("Numerator of a ratio.", is_required=False)
    denominator: Number = decimal("Denominator of a ratio.", is_required=False, ge=0)
    entity: Category = key("Entity, where a unit has several.", is_required=False)
    definition_version: Category = text("Version of the KPI's definition.", is_required=False)
    is_provisional: Flag = flag("Whether the value may still change.", is_required=False)


class BenefitLinesExtract(Extract):
    """Benefit lines in dated versions; initiative, KPI and benefit class never change for a key."""

    benefit_line: Category = key("Key of the benefit line.", is_key=True)
    valid_from_on: Day = day("First day of this version.", is_key=True)
    initiative: Category = key("The initiative.", refers_to="initiatives")
    name: Category = text("Name as shown.")
    benefit_class: Category = choice("What kind of benefit it is.", BenefitClass)
    kpi: Category = key("KPI that shows the effect.", refers_to="kpis")
    driver_kpi: Category = key("KPI that gives the volume, where another.", is_required=False, refers_to="kpis")
    unit_value: Number = decimal("Avoidable cost or incremental contribution per KPI unit.", is_required=False, ge=0)
    currency: Category = currency_code("Currency of the unit value.", is_required=False)
    unit_value_low: Number = decimal("Low end of the unit value.", is_required=False, ge=0)
    unit_value_high: Number = decimal("High end of the unit value.", is_required=False)
    unit_value_source: Category = text("Where the unit value comes from.", is_required=False)
    unit_value_owner: Category = key("Who answers for the unit value.", is_required=False)
    owner: Category = key("Person who answers for the line.", is_required=False, refers_to="people")
    financing_rate: Number = decimal("Yearly rate on working capital (0.05 = 5 %).", is_required=False, ge=0, lt=1)
    is_unmet_demand_approved: Flag = flag("Whether released capacity meets approved unmet demand.", is_required=False)

    @pa.dataframe_check(error="BEN-003:currency", n_failure_cases=1)
    @classmethod
    def has_currency_of_value(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a unit value has a currency."""
        return frame["unit_value"].isna() | frame["currency"].notna()

    @pa.dataframe_check(error="BEN-003:unit_value_source", n_failure_cases=1)
    @classmethod
    def has_source_of_value(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a unit value has a source."""
        return frame["unit_value"].isna() | frame["unit_value_source"].notna()

    @pa.dataframe_check(error="BEN-003:unit_value_owner", n_failure_cases=1)
    @classmethod
    def has_owner_of_value(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a unit value has an owner."""
        return frame["unit_value"].isna() | frame["unit_value_owner"].notna()

    @pa.dataframe_check(error="CELL-015:unit_value_low:at most unit_value", n_failure_cases=1)
    @classmethod
    def has_low_below_value(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that the low end is not above the value."""
        return ~(frame["unit_value_low"] > frame["unit_value"])

    @pa.dataframe_check(error="CELL-015:unit_value_high:at least unit_value", n_failure_cases=1)
    @classmethod
    def has_high_above_value(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that the high end is not below the value."""
        return ~(frame["unit_value_high"] < frame["unit_value"])


class BenefitLineAccountsExtract(Extract):
    """P&L lines that a benefit line moves, with weights that sum to 1, signed in profit terms."""

    benefit_line: Category = key("The benefit line.", is_key=True, refers_to="benefit_lines")
    pl_line: Category = key("The P&L line.", is_key=True, refers_to="account_map")
    entity: Category = key("Entity; empty for all.", is_key=True, is_required=False)
    cost_centre: Category = key("Cost centre; empty for all.", is_key=True, is_required=False)
    valid_from_on: Day = day("First day on which the weight holds.", is_key=True)
    weight: Number = decimal("Share of the benefit on the P&L line, such as 1, or 1.6 and -0.6.")


class HoursExtract(Extract):
    """Hours of a benefit line at a unit, by how far they are evidenced; never cash by themselves."""

    benefit_line: Category = key("The benefit line.", is_key=True, refers_to="benefit_lines")
    unit: Category = key("The unit.", is_key=True, refers_to="units")
    period: Day = fiscal_period("Fiscal period.")
    stage: Category = choice("How far the hours are evidenced.", HOURS_STAGES, is_key=True)
    hours: Number = decimal("Hours.", ge=0)

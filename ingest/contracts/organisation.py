"""Contracts of the organisation: people, business units, units with their aliases, extracts that are due."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.extract import Extract
from ingest.contracts.fields import Category, Day, choice, day, fiscal_period, key, text
from models.domain.extract import ExtractKind


class PeopleExtract(Extract):
    """People named in the data as owners; a row creates no sign-in, role or membership."""

    person: Category = key("Key of the person.", is_key=True)
    name: Category = text("Name as shown.")
    email: Category = text("E-mail address.", is_required=False)
    business_unit: Category = key("Business unit of the person.", is_required=False, refers_to="business_units")


class BusinessUnitsExtract(Extract):
    """Business units and their hierarchy."""

    business_unit: Category = key("Key of the business unit.", is_key=True)
    name: Category = text("Name as shown.")
    parent: Category = key("Business unit above it.", is_required=False, refers_to="business_units")


class UnitsExtract(Extract):
    """Units that roll-outs reach at different times: sites, teams, regions, segments."""

    unit: Category = key("Key of the unit.", is_key=True)
    name: Category = text("Name as shown.")
    entity: Category = key("Legal entity of the unit.")
    cost_centre: Category = key("Cost centre of the unit.", is_required=False)
    business_unit: Category = key("Business unit of the unit.", is_required=False, refers_to="business_units")
    opened_on: Day = day("First day of the unit.", is_required=False)
    closed_on: Day = day("First day without the unit.", is_required=False)

    @pa.dataframe_check(error="DATE-001:closed_on:opened_on", n_failure_cases=1)
    @classmethod
    def closes_after_opening(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a unit closes after it opened."""
        return ~(frame["closed_on"] <= frame["opened_on"])


class UnitAliasesExtract(Extract):
    """Other keys of units, dated: renamed, merged or split units keep their history."""

    alias: Category = key("The other key.", is_key=True)
    from_on: Day = day("First day on which the alias names the unit.", is_key=True)
    unit: Category = key("The unit that it names.", refers_to="units")
    to_on: Day = day("First day on which it no longer does.", is_required=False)

    @pa.dataframe_check(error="DATE-001:to_on:from_on", n_failure_cases=1)
    @classmethod
    def ends_after_start(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that an alias ends after it began."""
        return ~(frame["to_on"] <= frame["from_on"])


class ExpectedExtractsExtract(Extract):
    """Extracts that are due for a period: what a close is waiting for."""

    extract_kind: Category = choice("Contract of the extract.", ExtractKind, is_key=True)
    entity: Category = key("Entity; empty for all.", is_key=True, is_required=False)
    period: Day = fiscal_period("Fiscal period.")
    due_on: Day = day("Day by which it is due.")
    owner: Category = key("Person who sends it.", is_required=False, refers_to="people")

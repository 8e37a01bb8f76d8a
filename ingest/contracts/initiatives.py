"""Contracts of initiatives: what they are, their stages, where they were rolled out, and what else was going on."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.extract import Extract
from ingest.contracts.fields import Category, Day, Number, choice, currency_code, day, fiscal_period, key, money, text
from models.domain.measure import Assignment, Stage

DELIVERY_MODELS = ("build", "buy", "partner", "embedded")
ARCHETYPES = ("assistant", "automation", "prediction", "optimisation", "generation", "inspection")


class InitiativesExtract(Extract):
    """AI initiatives; ownership and scope of sign-in are given by approved actions, never by a file."""

    initiative: Category = key("Key of the initiative.", is_key=True)
    name: Category = text("Name as shown.")
    business_unit: Category = key("Business unit that it serves.", refers_to="business_units")
    owner: Category = key("Person who answers for it.", refers_to="people")
    delivery_model: Category = choice("How it is delivered.", DELIVERY_MODELS)
    archetype: Category = choice("What the AI does.", ARCHETYPES)
    description: Category = text("A sentence on what it does.", is_required=False)
    approved_on: Day = day("Day on which it was approved.", is_required=False)


class InitiativeStagesExtract(Extract):
    """Stages of initiatives, dated; in production are roll_out and production."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    from_on: Day = day("First day of the stage.", is_key=True)
    stage: Category = choice("The stage.", Stage)


class RolloutsExtract(Extract):
    """When an initiative reached a unit."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    unit: Category = key("The unit.", is_key=True, refers_to="units")
    go_live_on: Day = day("First day of use at the unit.")
    ended_on: Day = day("First day without it.", is_required=False)
    assignment: Category = choice(
        "How the unit, or its turn, was picked: drawn at random, or chosen. Empty counts as chosen.",
        Assignment,
        is_required=False,
    )

    @pa.dataframe_check(error="DATE-001:ended_on:go_live_on", n_failure_cases=1)
    @classmethod
    def ends_after_go_live(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a roll-out ends after its go-live."""
        return ~(frame["ended_on"] <= frame["go_live_on"])


class OtherProgrammesExtract(Extract):
    """Programmes that are no AI initiatives but move the same units: events for the counterfactual."""

    programme: Category = key("Key of the programme.", is_key=True)
    unit: Category = key("Unit that it touches.", is_key=True, refers_to="units")
    name: Category = text("Name as shown.")
    start_on: Day = day("First day at the unit.")
    end_on: Day = day("First day after it.", is_required=False)

    @pa.dataframe_check(error="DATE-001:end_on:start_on", n_failure_cases=1)
    @classmethod
    def ends_after_start(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a programme ends after it began."""
        return ~(frame["end_on"] <= frame["start_on"])


class OtherProgrammeAmountsExtract(Extract):
    """What other programmes moved on P&L lines: claimants in the ledger."""

    programme: Category = key("The programme.", is_key=True, refers_to="other_programmes")
    pl_line: Category = key("The P&L line.", is_key=True, refers_to="account_map")
    entity: Category = key("Entity; empty for all.", is_key=True, is_required=False)
    period: Day = fiscal_period("Fiscal period.")
    amount: Number = money("Contribution to profit.")
    currency: Category = currency_code()

"""Contracts of the books: costs, P&L rows with the account map, line drivers, trial balances, invoices."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.extract import Extract
from ingest.contracts.fields import (
    Category,
    Day,
    Number,
    Whole,
    choice,
    currency_code,
    day,
    decimal,
    fiscal_period,
    key,
    money,
    text,
    whole,
)

COST_CATEGORIES = (
    "software_and_inference",
    "cloud",
    "people",
    "vendor",
    "data",
    "change_and_training",
    "human_correction",
    "cost_to_achieve",
    "decommissioning",
)
TREATMENTS = ("opex", "capitalised", "prepaid", "impairment")
SCENARIOS = ("actual", "budget", "forecast", "prior_year")
ACCOUNT_KINDS = ("revenue", "cogs", "opex", "depreciation", "financing", "tax", "other", "balance_sheet")
DRIVER_KINDS = ("volume", "price", "mix", "wage", "scope", "reclassification")


class CostsExtract(Extract):
    """What initiatives cost, on accrual basis, with cash date and capitalisation where they differ."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    category: Category = choice("Cost category.", COST_CATEGORIES, is_key=True)
    source_reference: Category = key("Voucher, invoice or posting behind the amount.", is_key=True)
    period: Day = fiscal_period("Fiscal period of accrual.")
    nature: Category = choice("Build or run.", ("build", "run"))
    recurrence: Category = choice("One-off or recurring.", ("one_off", "recurring"))
    treatment: Category = choice("How it is booked.", TREATMENTS)
    status: Category = choice("Actual or committed.", ("actual", "committed"))
    cash_on: Day = day("Day of payment.", is_required=False)
    in_service_on: Day = day("Day from which a capitalised cost is amortised.", is_required=False)
    useful_life_months: Whole = whole("Months of amortisation.", is_required=False, ge=1, le=480)
    entity: Category = key("Entity that bears it.", is_required=False)
    amount: Number = money("Amount; a cost is positive.")
    currency: Category = currency_code()
    pl_line: Category = key("P&L line on which it shows.", is_required=False, refers_to="account_map")
    cost_centre: Category = key("Cost centre that bears it.", is_required=False)

    @pa.dataframe_check(error="COST-001:in_service_on", n_failure_cases=1)
    @classmethod
    def has_in_service_date(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a capitalised actual cost says when it went into service."""
        return ~_is_capitalised(frame) | frame["in_service_on"].notna()

    @pa.dataframe_check(error="COST-001:useful_life_months", n_failure_cases=1)
    @classmethod
    def has_useful_life(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a capitalised actual cost says how long it serves."""
        return ~_is_capitalised(frame) | frame["useful_life_months"].notna()


def _is_capitalised(frame: pd.DataFrame) -> pd.Series[bool]:
    return (frame["treatment"] == "capitalised") & (frame["status"] == "actual")


class PlRowsExtract(Extract):
    """Rows of the P&L: actuals, budget, forecast and prior year, with their sign convention declared."""

    entity: Category = key("Legal entity.", is_key=True)
    cost_centre: Category = key("Cost centre.", is_key=True)
    account: Category = key("Account.", is_key=True, refers_to="account_map")
    period: Day = fiscal_period("Fiscal period.")
    scenario: Category = choice("What the amount is.", SCENARIOS, is_key=True)
    scenario_version: Category = key("Version of the budget or forecast.", is_key=True, is_required=False)
    partner_entity: Category = key("Partner of an intercompany row.", is_key=True, is_required=False)
    basis: Category = choice("Amount of the period, or of the year to date.", ("periodic", "year_to_date"))
    ledger_status: Category = choice("State of the books.", ("flash", "closed", "period_13"))
    sign_convention: Category = choice("How signs are meant.", ("costs_positive", "credits_negative"))
    amount: Number = money("Amount under the sign convention.")
    currency: Category = currency_code()


class AccountMapExtract(Extract):
    """The dated map from accounts to P&L lines."""

    account: Category = key("Account.", is_key=True)
    from_on: Day = day("First day on which the mapping holds.", is_key=True)
    pl_line: Category = key("P&L line.")
    pl_line_name: Category = text("Name of the P&L line as shown.", is_required=False)
    kind: Category = choice("Kind of the line.", ACCOUNT_KINDS)
    sign: Whole = whole("Contribution to profit of a positive amount under costs_positive.", isin=[1, -1])
    to_on: Day = day("First day on which it no longer holds.", is_required=False)

    @pa.dataframe_check(error="DATE-001:to_on:from_on", n_failure_cases=1)
    @classmethod
    def ends_after_start(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a mapping ends after it began."""
        return ~(frame["to_on"] <= frame["from_on"])


class LineDriversExtract(Extract):
    """What moved a P&L line besides initiatives: factors on the reference, or amounts added to it."""

    pl_line: Category = key("The P&L line.", is_key=True, refers_to="account_map")
    entity: Category = key("Entity; empty for all.", is_key=True, is_required=False)
    period: Day = fiscal_period("Fiscal period.")
    kind: Category = choice("What moved it.", DRIVER_KINDS, is_key=True)
    measure: Category = choice("Factor on the reference, or amount in profit terms.", ("factor", "amount"))
    value: Number = decimal("1.04 is +4 % as a factor.")
    currency: Category = currency_code("Currency of an amount.", is_required=False)

    @pa.dataframe_check(error="CUR-002:currency", n_failure_cases=1)
    @classmethod
    def has_currency_of_amount(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that an amount has a currency."""
        return (frame["measure"] != "amount") | frame["currency"].notna()

    @pa.dataframe_check(error="CELL-015:value:greater than 0 as a factor", n_failure_cases=1)
    @classmethod
    def has_positive_factor(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a factor is positive."""
        return (frame["measure"] != "factor") | ~(frame["value"] <= 0)


class TrialBalancesExtract(Extract):
    """Control sums and row counts of an entity's books per period."""

    entity: Category = key("Legal entity.", is_key=True)
    period: Day = fiscal_period("Fiscal period.")
    scenario: Category = choice("What the amounts are; empty for actual.", SCENARIOS, is_key=True, is_required=False)
    control_sum: Number = money("Sum of the P&L rows under their sign convention.")
    row_count: Whole = whole("Number of the P&L rows.", ge=0)
    currency: Category = currency_code()


class InvoicesExtract(Extract):
    """Invoices of suppliers, with their total."""

    invoice: Category = key("Number of the invoice.", is_key=True)
    supplier: Category = key("Supplier.")
    invoice_on: Day = day("Date of the invoice.")
    total: Number = money("Total amount.")
    currency: Category = currency_code()

"""Contracts of spend and of who takes what of it: FOCUS charges, their mapping, accepted cuts, allocation drivers."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.extract import Extract
from ingest.contracts.fields import (
    Category,
    Day,
    Number,
    choice,
    currency_code,
    day,
    decimal,
    fiscal_period,
    key,
    money,
    text,
)

CHARGE_CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")


class FocusCostsExtract(Extract):
    """Charges of a FOCUS cost and usage file (1.0 to 1.4), in the names that the adapter gives its columns."""

    provider: Category = key("Service provider (ProviderName or ServiceProviderName).", is_key=True)
    charge: Category = key("Name of the charge within its provider, made from what identifies it.", is_key=True)
    focus_version: Category = text("Version of the specification that the columns fit.")
    billing_account: Category = key("BillingAccountId.")
    billing_account_name: Category = text("BillingAccountName.", is_required=False)
    billing_start_on: Day = day("BillingPeriodStart.")
    billing_end_on: Day = day("BillingPeriodEnd: the day after the last.")
    charge_start_on: Day = day("ChargePeriodStart.")
    charge_end_on: Day = day("ChargePeriodEnd: the day after the last.")
    charge_category: Category = choice("ChargeCategory.", CHARGE_CATEGORIES)
    charge_class: Category = choice("ChargeClass.", ("Correction",), is_required=False)
    charge_frequency: Category = choice("ChargeFrequency.", ("One-Time", "Recurring", "Usage-Based"), is_required=False)
    charge_description: Category = text("ChargeDescription.", is_required=False)
    currency: Category = currency_code("BillingCurrency.")
    billed_cost: Number = decimal("BilledCost: what the invoice charges.")
    effective_cost: Number = decimal("EffectiveCost: what the P&L bears, purchases spread over their use.")
    contracted_cost: Number = decimal("ContractedCost.", is_required=False)
    list_cost: Number = decimal("ListCost.", is_required=False)
    invoice: Category = key("InvoiceId.", is_required=False)
    invoice_issuer: Category = text("InvoiceIssuerName.", is_required=False)
    publisher: Category = text("PublisherName or HostProviderName.", is_required=False)
    service: Category = text("ServiceName.")
    service_category: Category = text("ServiceCategory.", is_required=False)
    sku: Category = key("SkuId.", is_required=False)
    sub_account: Category = key("SubAccountId.", is_required=False)
    sub_account_name: Category = text("SubAccountName.", is_required=False)
    resource: Category = key("ResourceId.", is_required=False)
    resource_name: Category = text("ResourceName.", is_required=False)
    region: Category = text("RegionId.", is_required=False)
    pricing_quantity: Number = decimal("PricingQuantity.", is_required=False)
    pricing_unit: Category = text("PricingUnit.", is_required=False)
    consumed_quantity: Number = decimal("ConsumedQuantity.", is_required=False)
    consumed_unit: Category = text("ConsumedUnit.", is_required=False)
    tags: Category = text("Tags, as a JSON object.", is_required=False)
    extensions: Category = text("Columns that start with x_, as a JSON object.", is_required=False)
    initiative: Category = key("x_InitiativeId.", is_required=False)

    @pa.dataframe_check(error="DATE-001:charge_end_on:charge_start_on", n_failure_cases=1)
    @classmethod
    def ends_after_start(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a charge period ends after it began."""
        return ~(frame["charge_end_on"] <= frame["charge_start_on"])


class SpendMappingsExtract(Extract):
    """Which initiative charges belong to: by tag, sub-account, resource or service, from a day on."""

    match_by: Category = choice("What is compared.", ("tag", "sub_account", "resource", "service"), is_key=True)
    match_name: Category = key("Name of the tag; empty for the others.", is_key=True, is_required=False)
    match_value: Category = key("Value that it must have.", is_key=True)
    from_on: Day = day("First day of the charges that it holds for.", is_key=True)
    initiative: Category = key("The initiative.", refers_to="initiatives")
    nature: Category = choice("Build or run.", ("build", "run"))
    to_on: Day = day("First day on which it no longer holds.", is_required=False)
    pl_line: Category = key("P&L line on which the spend shows.", is_required=False, refers_to="account_map")
    cost_centre: Category = key("Cost centre that bears it.", is_required=False)

    @pa.dataframe_check(error="DATE-001:to_on:from_on", n_failure_cases=1)
    @classmethod
    def ends_after_start(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that a mapping ends after it began."""
        return ~(frame["to_on"] <= frame["from_on"])


class BudgetCutsExtract(Extract):
    """Cuts that the holder of a budget has accepted because of a benefit line: released hours that became cash."""

    benefit_line: Category = key("The benefit line.", is_key=True, refers_to="benefit_lines")
    pl_line: Category = key("P&L line that was cut.", is_key=True, refers_to="account_map")
    entity: Category = key("Entity; empty for all.", is_key=True, is_required=False)
    cost_centre: Category = key("Cost centre; empty for all.", is_key=True, is_required=False)
    period: Day = fiscal_period("Fiscal period of the cut.")
    source_reference: Category = key("Document of the acceptance.", is_key=True)
    amount: Number = money("Amount by which the budget was cut, positive.")
    currency: Category = currency_code()
    accepted_by: Category = key("Holder of the budget.", refers_to="people")
    accepted_on: Day = day("Day of acceptance.")


class AllocationDriversExtract(Extract):
    """How much each initiative uses of a shared platform, or of an effect that several share, per fiscal period."""

    purpose: Category = choice("What is allocated.", ("platform_cost", "joint_effect"), is_key=True)
    subject: Category = key("The platform's initiative, or the KPI of the shared effect.", is_key=True)
    initiative: Category = key("The initiative that uses it.", is_key=True, refers_to="initiatives")
    period: Day = fiscal_period("Fiscal period.")
    driver: Category = text("What is counted: calls, seats, orders.")
    quantity: Number = decimal("How much of it.", ge=0)

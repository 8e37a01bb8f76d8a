"""Contracts of promises: approved business cases by version, and figures that owners or vendors claim."""

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
from models.domain.policy import DiscountBasis, RateSet


class ApprovedCasesExtract(Extract):
    """Approved cases by version; a posted version never changes, a correction is a new version."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    version: Whole = whole("Version of the case, from 1.", is_key=True, ge=1)
    approved_on: Day = day("Day of approval.")
    go_live_on: Day = day("Promised go-live.")
    horizon_on: Day = day("Last day that the case counts.")
    discount_rate: Number = decimal("Yearly discount rate (0.08 = 8 %).", ge=0, lt=1)
    discount_basis: Category = choice("Tax and inflation in the rate.", DiscountBasis)
    rate_set: Category = choice("FX rates of the case.", RateSet)
    price_basis: Category = choice("Prices of the case.", ("nominal", "real"))
    currency: Category = currency_code("Currency of the case.")
    note: Category = text("Remark.", is_required=False)

    @pa.dataframe_check(error="DATE-001:horizon_on:go_live_on", n_failure_cases=1)
    @classmethod
    def ends_after_go_live(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that the horizon lies after the promised go-live."""
        return ~(frame["horizon_on"] <= frame["go_live_on"])


class ApprovedCaseLinesExtract(Extract):
    """Lines of approved cases: benefits by benefit line, costs by category, with the components of the promise."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    version: Whole = whole("Version of the case.", is_key=True, ge=1)
    line: Category = key("Benefit line, or cost category.", is_key=True)
    side: Category = choice("Benefit or cost.", ("benefit", "cost"))
    baseline: Number = decimal("KPI before go-live, as the case assumed.", is_required=False)
    reach_units: Number = decimal("Units that it was to reach.", is_required=False, ge=0)
    reach_volume: Number = decimal("Volume that it was to reach per year.", is_required=False, ge=0)
    effect_basis: Category = choice(
        "How the effect is stated.", ("absolute", "percent", "target_level"), is_required=False
    )
    unit_value: Number = decimal("Value per KPI unit in the case's currency.", is_required=False)
    nature: Category = choice(
        "Build or run, of a cost; without it, cost before the promised go-live is build.",
        ("build", "run"),
        is_required=False,
    )


class ApprovedCasePeriodsExtract(Extract):
    """Effects and amounts of approved cases per line and fiscal period, and what of them the budget already holds."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    version: Whole = whole("Version of the case.", is_key=True, ge=1)
    line: Category = key("Line of the case.", is_key=True)
    period: Day = fiscal_period("Fiscal period.")
    effect: Number = decimal("Effect in KPI units.", is_required=False)
    amount: Number = money("Amount: benefit or cost, positive.")
    currency: Category = currency_code()
    in_budget_amount: Number = money("Part of the benefit that the budget already holds.", is_required=False)
    budget_version: Category = text("Version of that budget.", is_required=False)


class ClaimsExtract(Extract):
    """Figures that owners or vendors assert (grade E0); they stand beside, never in, a realised total."""

    initiative: Category = key("The initiative.", is_key=True, refers_to="initiatives")
    claimant: Category = choice("Who claims.", ("owner", "vendor"), is_key=True)
    purpose: Category = choice("Claim of what was, or forecast of what will be.", ("claim", "forecast"), is_key=True)
    benefit_line: Category = key(
        "Benefit line; empty for the whole.", is_key=True, is_required=False, refers_to="benefit_lines"
    )
    period: Day = fiscal_period("Fiscal period.")
    source_reference: Category = key("Report or dashboard that states it.", is_key=True)
    amount: Number = money("Amount claimed.")
    currency: Category = currency_code()
    statement: Category = text("Words of the claim.", is_required=False)

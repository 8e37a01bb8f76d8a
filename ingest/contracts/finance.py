"""Contracts of finance assumptions: FX rates and the policy."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from ingest.contracts.extract import Extract
from ingest.contracts.fields import (
    Category,
    Day,
    Flag,
    Number,
    Whole,
    choice,
    currency_code,
    day,
    decimal,
    fiscal_period,
    flag,
    text,
    whole,
)
from models.domain.calendar import CalendarPattern, WeekStart
from models.domain.extract import ExtractKind
from models.domain.policy import DiscountBasis, LedgerBasis, RateSet, Timing


class FxRatesExtract(Extract):
    """Exchange rates per fiscal period and rate set; a missing rate is never taken as 1."""

    currency: Category = currency_code("Currency that is translated.", is_key=True)
    base: Category = currency_code("Currency into which it is translated.", is_key=True)
    period: Day = fiscal_period("Fiscal period.")
    rate_set: Category = choice("Which set the rate belongs to.", RateSet, is_key=True)
    rate: Number = decimal("The rate.", gt=0)
    direction: Category = choice("How the rate is quoted.", ("base_per_currency", "currency_per_base"))

    @pa.dataframe_check(error="FX-001:base", n_failure_cases=1)
    @classmethod
    def has_two_currencies(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that currency and base differ."""
        return frame["currency"].astype(object) != frame["base"].astype(object)


class PoliciesExtract(Extract):
    """Versions of the organisation's finance assumptions."""

    version: Whole = whole("Version of the policy, from 1.", is_key=True, ge=1)
    effective_on: Day = day("First day on which it holds.")
    reporting_currency: Category = currency_code("Currency of reports.")
    fiscal_start_month: Whole = whole("Calendar month in which the fiscal year starts.", ge=1, le=12)
    calendar_pattern: Category = choice("How the fiscal year is cut.", CalendarPattern)
    is_year_named_by_end: Flag = flag("Whether FY26 is the year that ends in 2026.")
    horizon_months: Whole = whole("Months that a valuation looks ahead.", ge=1, le=240)
    discount_rate: Number = decimal("Yearly discount rate (0.08 = 8 %).", ge=0, lt=1)
    discount_basis: Category = choice("Tax and inflation in the rate.", DiscountBasis)
    timing: Category = choice("Where in a period cash falls.", Timing)
    interval_level: Number = decimal("Level of intervals.", gt=0, lt=1)
    rate_set: Category = choice("FX rates of reports.", RateSet)
    persistence_rate: Number = decimal("Share of the run-rate kept per year.", ge=0, le=1.5)
    persistence_low: Number = decimal("Its low end.", is_required=False, ge=0, le=1.5)
    persistence_high: Number = decimal("Its high end.", is_required=False, ge=0, le=1.5)
    auto_post_kinds: Category = text("Contracts that post without waiting, separated by ;.", is_required=False)
    payback_horizon_months: Whole = whole("Months within which payback is judged.", is_required=False, ge=1, le=240)
    ledger_basis: Category = choice(
        "Books after eliminations (the default) or stand-alone.", LedgerBasis, is_required=False
    )
    week_starts_on: Category = choice(
        "First day of weeks in a week pattern; Monday without it.", WeekStart, is_required=False
    )

    @pa.dataframe_check(error="CELL-006:auto_post_kinds:contracts", n_failure_cases=1)
    @classmethod
    def has_known_kinds(cls, frame: pd.DataFrame) -> pd.Series[bool]:
        """Require that contracts which post by themselves exist."""
        kinds = {kind.value for kind in ExtractKind}
        texts = frame["auto_post_kinds"].astype(object)
        return texts.isna() | texts.map(lambda text: set(str(text).split(";")) <= kinds).astype(bool)

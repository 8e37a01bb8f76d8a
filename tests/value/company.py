"""A small company for tests of valuation: two initiatives on one P&L line, one pilot, one that is too recent."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.domain.calendar import add_months
from models.domain.extract import ExtractKind

FIRST_MONTH = date(2024, 1, 1)
AS_OF = date(2026, 9, 30)
N_MONTHS = 33
FIRST_WEEK = date(2024, 1, 1)
GO_LIVE = date(2025, 6, 30)
SITES = [f"S{i}" for i in range(12)]
TREATED = SITES[:5]
HOURS_SAVED = 8.0
HOUR_VALUE = 30.0

Rows = list[dict[str, object]]


def months(first: date, count: int) -> list[tuple[date, date]]:
    """Months as (first day, first day of the next)."""
    return [(add_months(first, i), add_months(first, i + 1)) for i in range(count)]


def decimal(value: float | str, name: str) -> dict[str, object]:
    """A decimal column with its float copy."""
    return {name: str(value), f"{name}_float": float(value)}


def master_rows() -> dict[ExtractKind, Rows]:
    """Policy, people, units, initiatives, KPIs, benefit lines."""
    no_decimals = {
        f"{name}{suffix}": None
        for name in ("unit_value_low", "unit_value_high", "financing_rate")
        for suffix in ("", "_float")
    }
    lines = [
        ("L-AP", "AP", "Contractor hours", "cashable", "K-HOURS", "EUR"),
        ("L-CO", "CO", "Hours released", "released_capacity", "K-MIN", "EUR"),
        ("L-PI", "PI", "Pilot savings", "cashable", "K-SCRAP", "EUR"),
        ("L-NE", "NE", "Newest savings", "cashable", "K-NEW", "EUR"),
    ]
    return {
        ExtractKind.POLICIES: [
            {
                "version": 1,
                "effective_on": date(2024, 1, 1),
                "reporting_currency": "EUR",
                "fiscal_start_month": 1,
                "calendar_pattern": "monthly",
                "is_year_named_by_end": True,
                "horizon_months": 24,
                **decimal("0.08", "discount_rate"),
                "discount_basis": "pre_tax_nominal",
                "timing": "mid_period",
                **decimal("0.95", "interval_level"),
                "rate_set": "budget",
                **decimal("0.9", "persistence_rate"),
                **decimal("0.8", "persistence_low"),
                **decimal("1.0", "persistence_high"),
                "auto_post_kinds": None,
                "payback_horizon_months": None,
            }
        ],
        ExtractKind.PEOPLE: [{"person": "p1", "name": "Paula", "email": None, "business_unit": "BU"}],
        ExtractKind.BUSINESS_UNITS: [{"business_unit": "BU", "name": "Operations", "parent": None}],
        ExtractKind.UNITS: [
            {
                "unit": site,
                "name": site,
                "entity": "DE",
                "cost_centre": None,
                "business_unit": None,
                "opened_on": None,
                "closed_on": None,
            }
            for site in SITES
        ],
        ExtractKind.INITIATIVES: [
            {
                "initiative": key,
                "name": name,
                "business_unit": "BU",
                "owner": "p1",
                "delivery_model": "buy",
                "archetype": "automation",
                "description": None,
                "approved_on": date(2025, 1, 15),
            }
            for key, name in (("AP", "Invoices"), ("CO", "Copilot"), ("PI", "Pilot"), ("NE", "Newest"))
        ],
        ExtractKind.INITIATIVE_STAGES: [
            {"initiative": key, "from_on": day, "stage": stage}
            for key, day, stage in (
                ("AP", GO_LIVE, "roll_out"),
                ("CO", GO_LIVE, "production"),
                ("PI", GO_LIVE, "pilot"),
                ("NE", date(2026, 9, 1), "roll_out"),
            )
        ],
        ExtractKind.KPIS: [
            {
                "kpi": key,
                "name": key,
                "unit_of_measure": "hours",
                "aggregation": "sum",
                "behaviour": "flow",
                "frequency": "week",
                "better": "lower",
            }
            for key in ("K-HOURS", "K-MIN", "K-SCRAP", "K-NEW")
        ],
        ExtractKind.BENEFIT_LINES: [
            {
                "benefit_line": key,
                "valid_from_on": date(2024, 1, 1),
                "initiative": initiative,
                "name": name,
                "benefit_class": benefit_class,
                "kpi": kpi,
                "driver_kpi": None,
                **decimal(HOUR_VALUE, "unit_value"),
                "currency": currency,
                **no_decimals,
                "unit_value_source": "rates 2026",
                "unit_value_owner": "p1",
                "owner": None,
                "is_unmet_demand_approved": None,
            }
            for key, initiative, name, benefit_class, kpi, currency in lines
        ],
        ExtractKind.BENEFIT_LINE_ACCOUNTS: [
            {
                "benefit_line": "L-AP",
                "pl_line": "contractors",
                "entity": "DE",
                "cost_centre": "",
                "valid_from_on": date(2024, 1, 1),
                **decimal("1", "weight"),
            }
        ],
        ExtractKind.ACCOUNT_MAP: [
            {
                "account": "6000",
                "from_on": date(2020, 1, 1),
                "pl_line": "contractors",
                "pl_line_name": "Contractors",
                "kind": "opex",
                "sign": -1,
                "to_on": None,
            }
        ],
        ExtractKind.ROLLOUTS: [
            {"initiative": key, "unit": unit, "go_live_on": day, "ended_on": None}
            for key, day in (("AP", GO_LIVE), ("CO", GO_LIVE), ("PI", GO_LIVE), ("NE", date(2026, 9, 21)))
            for unit in TREATED
        ],
    }


def kpi_rows(seed: int = 1) -> Rows:
    """Weekly hours of every site: common shocks, noise, and what is saved at treated sites."""
    rng = np.random.default_rng(seed)
    weeks = [FIRST_WEEK + timedelta(weeks=i) for i in range(144)]
    rows: Rows = []
    for kpi, saved in (("K-HOURS", HOURS_SAVED), ("K-MIN", 5.0), ("K-SCRAP", 3.0), ("K-NEW", 0.0)):
        shock = rng.normal(0.0, 3.0, len(weeks))
        for site in SITES:
            level = rng.uniform(90.0, 110.0)
            for i, week in enumerate(weeks):
                effect = saved if site in TREATED and week >= GO_LIVE else 0.0
                value = round(level + shock[i] + rng.normal(0.0, 2.0) - effect, 2)
                rows.append(
                    {
                        "kpi": kpi,
                        "unit": site,
                        "start_on": week,
                        "end_on": week + timedelta(weeks=1),
                        **decimal(value, "value"),
                        **{
                            f"{name}{suffix}": None
                            for name in ("count", "numerator", "denominator")
                            for suffix in ("", "_float")
                        },
                        "entity": None,
                        "definition_version": None,
                        "is_provisional": None,
                    }
                )
    return rows


def pl_rows(moved: float = 1.0, seed: int = 2) -> Rows:
    """Contractor cost of one entity: budget, and actuals that fall by `moved` times what is saved."""
    rng = np.random.default_rng(seed)
    rows: Rows = []
    for start, end in months(FIRST_MONTH, N_MONTHS):
        saved = moved * HOURS_SAVED * HOUR_VALUE * len(TREATED) * (end - start).days / 7 if start > GO_LIVE else 0.0
        actual = 100_000 + rng.normal(0.0, 150.0) - saved
        for scenario, amount in (("budget", 100_000.0), ("actual", actual)):
            rows.append(
                {
                    "entity": "DE",
                    "cost_centre": "C1",
                    "account": "6000",
                    "start_on": start,
                    "scenario": scenario,
                    "scenario_version": "V1" if scenario == "budget" else "",
                    "partner_entity": "",
                    "end_on": end,
                    "basis": "periodic",
                    "ledger_status": "closed",
                    "sign_convention": "costs_positive",
                    "amount_minor": round(amount * 100),
                    "currency": "EUR",
                }
            )
    return rows


def case_rows() -> dict[ExtractKind, Rows]:
    """Approved cases of AP and NE: 5,000 a month, go-live in April 2025."""
    cases: Rows = []
    lines: Rows = []
    periods: Rows = []
    for initiative, line in (("AP", "L-AP"), ("NE", "L-NE")):
        cases.append(
            {
                "initiative": initiative,
                "version": 1,
                "approved_on": date(2025, 1, 15),
                "go_live_on": date(2025, 4, 1),
                "horizon_on": date(2028, 12, 31),
                **decimal("0.10", "discount_rate"),
                "discount_basis": "pre_tax_nominal",
                "rate_set": "budget",
                "price_basis": "nominal",
                "currency": "EUR",
                "note": None,
            }
        )
        lines.append(
            {
                "initiative": initiative,
                "version": 1,
                "line": line,
                "side": "benefit",
                **{
                    f"{name}{suffix}": None
                    for name in ("baseline", "reach_units", "reach_volume", "unit_value")
                    for suffix in ("", "_float")
                },
                "effect_basis": None,
            }
        )
        periods += [
            {
                "initiative": initiative,
                "version": 1,
                "line": line,
                "start_on": start,
                "end_on": end,
                "effect": None,
                "effect_float": None,
                "amount_minor": 500_000,
                "currency": "EUR",
                "in_budget_amount_minor": None,
                "budget_version": None,
            }
            for start, end in months(date(2025, 4, 1), 36)
        ]
    return {
        ExtractKind.APPROVED_CASES: cases,
        ExtractKind.APPROVED_CASE_LINES: lines,
        ExtractKind.APPROVED_CASE_PERIODS: periods,
    }


def cost_rows() -> Rows:
    """Build cost once, run cost every month; the pilot only spends."""
    rows: Rows = []
    for initiative, build in (("AP", 20_000), ("CO", 30_000), ("PI", 15_000)):
        for i, (start, end) in enumerate(months(date(2025, 3, 1), 19)):
            is_build = i == 0
            rows.append(
                {
                    "initiative": initiative,
                    "category": "vendor" if is_build else "software_and_inference",
                    "source_reference": f"INV-{initiative}-{i}",
                    "start_on": start,
                    "end_on": end,
                    "nature": "build" if is_build else "run",
                    "recurrence": "one_off" if is_build else "recurring",
                    "treatment": "opex",
                    "status": "actual",
                    "cash_on": None,
                    "in_service_on": None,
                    "useful_life_months": None,
                    "entity": "DE",
                    "amount_minor": (build if is_build else 500) * 100,
                    "currency": "EUR",
                }
            )
    return rows


def claim_rows() -> Rows:
    """The vendor claims three times what is measured; the owner claims less for the same periods."""
    return [
        {
            "initiative": "AP",
            "claimant": claimant,
            "purpose": "claim",
            "benefit_line": "L-AP",
            "start_on": start,
            "source_reference": "dashboard",
            "end_on": end,
            "amount_minor": amount,
            "currency": "EUR",
            "statement": None,
        }
        for start, end in months(date(2025, 7, 1), 15)
        for claimant, amount in (("vendor", 1_500_000), ("owner", 600_000))
    ]


def company_rows(*, moved: float = 1.0) -> dict[ExtractKind, Rows]:
    """Everything to post, in order."""
    return {
        **master_rows(),
        **case_rows(),
        ExtractKind.CLAIMS: claim_rows(),
        ExtractKind.COSTS: cost_rows(),
        ExtractKind.PL_ROWS: pl_rows(moved),
        ExtractKind.KPI_OBSERVATIONS: kpi_rows(),
    }

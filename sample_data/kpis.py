"""What the sample company measures at its sites, and how each KPI behaves without any initiative."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.domain.calendar import Frequency
from models.domain.measure import Aggregation, Behaviour, Better


@dataclass(frozen=True, slots=True)
class KpiSpec:
    """A KPI and its behaviour without initiatives.

    Parameters
    ----------
    level
        Mean per unit-period, in KPI units; `volume` is the mean denominator (ratio) or count (mean), 0 for sums.
    growth, season
        Share of the level gained per year, and amplitude of the season; both are the same amount at every unit.
    shock
        Loading on the group's demand shock; `noise` and `rho` are the relative sd and autocorrelation of a unit's own
        noise.
    decimals
        Decimals of the value in extracts; numerators and denominators are whole numbers.
    first_on
        First day from which it is reported.
    """

    key: str
    name: str
    unit_of_measure: str
    group: str
    level: float
    noise: float
    aggregation: Aggregation = Aggregation.SUM
    behaviour: Behaviour = Behaviour.FLOW
    frequency: Frequency = Frequency.WEEK
    better: Better = Better.LOWER
    volume: float = 0.0
    growth: float = 0.01
    season: float = 0.05
    shock: float = 0.6
    rho: float = 0.4
    decimals: int = 2
    first_on: date = date(2023, 7, 3)
    has_holidays: bool = True


_SUM, _MEAN, _RATIO = Aggregation.SUM, Aggregation.MEAN, Aggregation.RATIO
_HIGHER = Better.HIGHER
_MONTH = Frequency.MONTH
_MONTHLY_FROM = date(2023, 1, 1)

KPIS: tuple[KpiSpec, ...] = (
    KpiSpec(
        "ap_contractor_hours", "Contractor hours, invoice handling", "hours", "branch", 62.0, 0.07, rho=0.5, decimals=1
    ),
    KpiSpec("enquiry_admin_hours", "Administrative hours on enquiries", "hours", "branch", 118.0, 0.06, decimals=1),
    KpiSpec(
        "km_per_drop",
        "Kilometres per drop",
        "km per drop",
        "hub",
        14.2,
        0.035,
        _RATIO,
        volume=620.0,
        season=0.01,
        shock=0.1,
        growth=0.0,
    ),
    KpiSpec(
        "freight_cost_per_pallet",
        "Freight cost per pallet",
        "EUR per pallet",
        "hub",
        23.5,
        0.04,
        _RATIO,
        volume=940.0,
        season=0.01,
        shock=0.1,
        growth=0.005,
    ),
    KpiSpec(
        "kwh_per_tonne",
        "Energy per tonne made",
        "kWh per tonne",
        "works",
        96.0,
        0.03,
        _RATIO,
        volume=2600.0,
        season=0.02,
        shock=0.0,
        growth=-0.003,
        rho=0.5,
    ),
    KpiSpec(
        "contract_revenue", "Revenue, contract customers", "EUR", "region", 305_000.0, 0.04, better=_HIGHER, shock=1.0
    ),
    KpiSpec("contract_discounts", "Discounts granted, contract customers", "EUR", "region", 11_500.0, 0.06, shock=1.0),
    KpiSpec(
        "project_quote_revenue",
        "Revenue from quoted projects",
        "EUR",
        "region",
        84_000.0,
        0.05,
        better=_HIGHER,
        shock=0.9,
    ),
    KpiSpec(
        "online_revenue", "Revenue, web shop", "EUR", "region", 112_000.0, 0.05, better=_HIGHER, growth=0.05, shock=0.8
    ),
    KpiSpec("credit_notes", "Credit notes issued", "EUR", "branch", 2_350.0, 0.14, rho=0.2),
    KpiSpec("damage_write_offs", "Damage and breakage written off", "EUR", "yard", 1_480.0, 0.10, rho=0.3),
    KpiSpec(
        "branch_margin_rate",
        "Gross margin rate, branch sales",
        "EUR per EUR",
        "branch",
        0.262,
        0.02,
        _RATIO,
        better=_HIGHER,
        volume=385_000.0,
        season=0.004,
        shock=0.02,
        growth=0.0,
        rho=0.3,
    ),
    KpiSpec(
        "vehicle_repair_cost", "Vehicle repairs and maintenance", "EUR", "hub", 2_350.0, 0.12, rho=0.3, season=0.03
    ),
    KpiSpec(
        "brokered_customs_lines",
        "Customs lines handled by brokers",
        "lines",
        "customs",
        1_240.0,
        0.05,
        decimals=0,
        season=0.03,
        shock=0.3,
        has_holidays=False,
    ),
    KpiSpec(
        "external_support_cost",
        "External IT support invoiced",
        "EUR",
        "it",
        26_000.0,
        0.05,
        season=0.01,
        shock=0.0,
        has_holidays=False,
    ),
    KpiSpec("stock_count_hours", "Stock counting hours", "hours", "hub", 38.0, 0.09, decimals=1),
    KpiSpec("works_downtime_hours", "Unplanned downtime", "hours", "works", 11.5, 0.22, decimals=1, shock=0.0, rho=0.2),
    KpiSpec(
        "branch_stock_value",
        "Stock value at month end",
        "EUR",
        "branch",
        1_450_000.0,
        0.018,
        behaviour=Behaviour.STOCK,
        frequency=_MONTH,
        rho=0.6,
        decimals=0,
        first_on=_MONTHLY_FROM,
    ),
    KpiSpec(
        "agency_pay",
        "Agency labour, payroll",
        "EUR",
        "branch",
        21_000.0,
        0.07,
        frequency=_MONTH,
        first_on=_MONTHLY_FROM,
    ),
    KpiSpec(
        "overtime_pay",
        "Overtime, payroll",
        "EUR",
        "branch",
        5_200.0,
        0.08,
        frequency=_MONTH,
        rho=0.3,
        first_on=_MONTHLY_FROM,
    ),
    KpiSpec(
        "bad_debt",
        "Receivables written off",
        "EUR",
        "region",
        9_400.0,
        0.38,
        frequency=_MONTH,
        rho=0.1,
        season=0.02,
        first_on=_MONTHLY_FROM,
    ),
    KpiSpec(
        "delivery_nps",
        "Net promoter score, deliveries",
        "points",
        "region",
        31.0,
        0.07,
        _MEAN,
        frequency=_MONTH,
        better=_HIGHER,
        volume=240.0,
        season=0.01,
        shock=0.1,
        decimals=1,
        first_on=_MONTHLY_FROM,
    ),
    KpiSpec(
        "agency_marketing_spend",
        "Marketing agencies invoiced",
        "EUR",
        "marketing",
        68_000.0,
        0.05,
        frequency=_MONTH,
        season=0.02,
        shock=0.1,
        first_on=_MONTHLY_FROM,
        has_holidays=False,
    ),
    KpiSpec(
        "returns_handling_cost",
        "Cost of handling returns",
        "EUR",
        "hub",
        6_200.0,
        0.08,
        frequency=_MONTH,
        first_on=_MONTHLY_FROM,
    ),
    KpiSpec(
        "time_to_hire_days",
        "Days from vacancy to contract",
        "days",
        "recruiting",
        44.0,
        0.08,
        _MEAN,
        frequency=_MONTH,
        volume=22.0,
        decimals=1,
        shock=0.0,
        first_on=date(2026, 1, 1),
        has_holidays=False,
    ),
    KpiSpec(
        "delivery_call_hours",
        "Agency hours on delivery calls",
        "hours",
        "delivery_calls",
        46.0,
        0.06,
        decimals=1,
    ),
    KpiSpec(
        "tender_pages_reviewed",
        "Tender pages reviewed by hand",
        "pages",
        "region",
        3_900.0,
        0.10,
        frequency=_MONTH,
        decimals=0,
        first_on=_MONTHLY_FROM,
    ),
)
KPI_OF = {kpi.key: kpi for kpi in KPIS}
#: KPIs that come from payroll as a workbook of their own.
PAYROLL_KPIS = ("agency_pay", "overtime_pay")

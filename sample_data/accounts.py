"""The chart of accounts: which P&L line an account leads to, and what its amounts are made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Money that a KPI carries into an account: EUR per KPI unit.

    `part`: `value` (the KPI times its volume), `volume` (the denominator alone), `remainder` (volume less value).
    """

    kpi: str
    rate: float
    part: str = "value"


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account. `function` is the cost-centre function that books it, '' for the centre of the site itself.

    `annual_eur` is what is not measured by KPIs, per year for the group; `volume` its loading on demand; `noise` the
    relative sd of a month. `sign` is the contribution to profit of a positive amount where costs are positive.
    """

    account: str
    name: str
    pl_line: str
    kind: str
    sign: int
    function: str = ""
    sources: tuple[Source, ...] = ()
    annual_eur: float = 0.0
    volume: float = 0.0
    noise: float = 0.004
    growth: float = 0.015


_COST, _INCOME = -1, 1

ACCOUNTS: tuple[AccountSpec, ...] = (
    AccountSpec(
        "400000",
        "Sales, branches",
        "revenue_branch",
        "revenue",
        _INCOME,
        "",
        (Source("branch_margin_rate", 1.0, "volume"),),
        noise=0.006,
    ),
    AccountSpec(
        "401000",
        "Sales, contract customers",
        "revenue_contract",
        "revenue",
        _INCOME,
        "500",
        (Source("contract_revenue", 1.0),),
        noise=0.001,
    ),
    AccountSpec(
        "402000",
        "Sales, web shop",
        "revenue_online",
        "revenue",
        _INCOME,
        "500",
        (Source("online_revenue", 1.0),),
        noise=0.001,
    ),
    AccountSpec(
        "403000",
        "Sales, projects",
        "revenue_projects",
        "revenue",
        _INCOME,
        "500",
        (Source("project_quote_revenue", 1.0),),
        noise=0.001,
    ),
    AccountSpec("408000", "Credit notes", "credit_notes", "revenue", _COST, "", (Source("credit_notes", 1.0),)),
    AccountSpec(
        "409000",
        "Discounts, contract customers",
        "customer_discounts",
        "revenue",
        _COST,
        "500",
        (Source("contract_discounts", 1.0),),
    ),
    AccountSpec(
        "500000",
        "Cost of goods, branches",
        "cogs_branch",
        "cogs",
        _COST,
        "",
        (Source("branch_margin_rate", 1.0, "remainder"),),
        noise=0.006,
    ),
    AccountSpec(
        "501000",
        "Cost of goods, contract customers",
        "cogs_contract",
        "cogs",
        _COST,
        "500",
        (Source("contract_revenue", 0.78),),
        noise=0.001,
    ),
    AccountSpec(
        "502000",
        "Cost of goods, web shop",
        "cogs_online",
        "cogs",
        _COST,
        "500",
        (Source("online_revenue", 0.79),),
        noise=0.001,
    ),
    AccountSpec(
        "503000",
        "Cost of goods, projects",
        "cogs_projects",
        "cogs",
        _COST,
        "500",
        (Source("project_quote_revenue", 0.75),),
        noise=0.001,
    ),
    AccountSpec(
        "508000", "Breakage and write-offs", "write_offs", "cogs", _COST, "", (Source("damage_write_offs", 1.0),)
    ),
    AccountSpec(
        "600000", "Wages and salaries", "wages", "opex", _COST, "100", annual_eur=58e6, noise=0.003, growth=0.03
    ),
    AccountSpec(
        "600100",
        "Wages and salaries, other functions",
        "wages",
        "opex",
        _COST,
        "900",
        annual_eur=44e6,
        noise=0.003,
        growth=0.03,
    ),
    AccountSpec("601000", "Overtime", "overtime", "opex", _COST, "", (Source("overtime_pay", 1.0),)),
    AccountSpec("602000", "Agency labour", "agency_labour", "opex", _COST, "", (Source("agency_pay", 1.0),)),
    AccountSpec(
        "603000",
        "Contract staff, accounts payable",
        "contract_staff",
        "opex",
        _COST,
        "900",
        (Source("ap_contractor_hours", 34.5),),
    ),
    AccountSpec(
        "610000", "Outbound freight", "freight_out", "opex", _COST, "300", (Source("freight_cost_per_pallet", 1.0),)
    ),
    AccountSpec(
        "611000",
        "Vehicle maintenance",
        "vehicle_maintenance",
        "opex",
        _COST,
        "300",
        (Source("vehicle_repair_cost", 1.0),),
    ),
    AccountSpec("612000", "Fuel", "fuel", "opex", _COST, "300", annual_eur=8.8e6, volume=0.5, noise=0.02),
    AccountSpec("620000", "Energy, works", "energy", "opex", _COST, "400", (Source("kwh_per_tonne", 0.148),)),
    AccountSpec("630000", "Rent and leases", "rent", "opex", _COST, "200", annual_eur=27e6, noise=0.001),
    AccountSpec("640000", "IT services", "it_services", "opex", _COST, "900", annual_eur=10.4e6, noise=0.01),
    AccountSpec(
        "640500", "External IT support", "it_support", "opex", _COST, "900", (Source("external_support_cost", 1.0),)
    ),
    AccountSpec(
        "640740",
        "Call agency",
        "call_agency",
        "opex",
        _COST,
        "900",
        (Source("delivery_call_hours", 26.0),),
        noise=0.03,  # billed by the minute, corrected the month after
    ),
    AccountSpec("641000", "AI services in operation", "ai_run", "opex", _COST, "900"),
    AccountSpec("642000", "AI projects", "ai_build", "opex", _COST, "900"),
    AccountSpec(
        "650000",
        "Marketing agencies",
        "marketing_agencies",
        "opex",
        _COST,
        "500",
        (Source("agency_marketing_spend", 1.0),),
    ),
    AccountSpec("651000", "Advertising and fairs", "advertising", "opex", _COST, "500", annual_eur=4.1e6, noise=0.03),
    AccountSpec("660000", "Bad debts", "bad_debts", "opex", _COST, "900", (Source("bad_debt", 1.0),)),
    AccountSpec(
        "661000", "Customs brokers", "customs_brokers", "opex", _COST, "900", (Source("brokered_customs_lines", 7.8),)
    ),
    AccountSpec(
        "662000",
        "Handling of returns",
        "returns_handling",
        "opex",
        _COST,
        "300",
        (Source("returns_handling_cost", 1.0),),
    ),
    AccountSpec("670000", "Recruiting", "recruiting", "opex", _COST, "900", annual_eur=1.3e6, noise=0.04),
    AccountSpec("680000", "Other operating cost", "other_opex", "opex", _COST, "900", annual_eur=11.5e6, noise=0.012),
    AccountSpec("700000", "Depreciation", "depreciation", "depreciation", _COST, "200", annual_eur=16.5e6, noise=0.001),
    AccountSpec("701000", "Amortisation of AI software", "amortisation_ai", "depreciation", _COST, "900"),
    AccountSpec("750000", "Interest", "interest", "financing", _COST, "900", annual_eur=5.2e6, noise=0.008),
    AccountSpec("760000", "Income tax", "income_tax", "tax", _COST, "900", annual_eur=6.1e6, noise=0.02),
)
#: In the map, without rows of profit and loss: where released stock is located.
BALANCE_SHEET_ACCOUNTS = (("130000", "Merchandise in stock", "inventories"),)
PL_LINE_NAMES = {
    "revenue_branch": "Revenue, branches",
    "revenue_contract": "Revenue, contract customers",
    "revenue_online": "Revenue, web shop",
    "revenue_projects": "Revenue, projects",
    "credit_notes": "Credit notes",
    "customer_discounts": "Customer discounts",
    "cogs_branch": "Cost of goods, branches",
    "cogs_contract": "Cost of goods, contract customers",
    "cogs_online": "Cost of goods, web shop",
    "cogs_projects": "Cost of goods, projects",
    "write_offs": "Breakage and write-offs",
    "wages": "Wages and salaries",
    "overtime": "Overtime",
    "agency_labour": "Agency labour",
    "contract_staff": "Contract staff",
    "freight_out": "Outbound freight",
    "vehicle_maintenance": "Vehicle maintenance",
    "fuel": "Fuel",
    "energy": "Energy",
    "rent": "Rent and leases",
    "it_services": "IT services",
    "it_support": "External IT support",
    "call_agency": "Call agency",
    "ai_run": "AI in operation",
    "ai_build": "AI projects",
    "marketing_agencies": "Marketing agencies",
    "advertising": "Advertising",
    "bad_debts": "Bad debts",
    "customs_brokers": "Customs brokers",
    "returns_handling": "Handling of returns",
    "recruiting": "Recruiting",
    "other_opex": "Other operating cost",
    "depreciation": "Depreciation",
    "amortisation_ai": "Amortisation, AI software",
    "interest": "Interest",
    "income_tax": "Income tax",
    "inventories": "Stock",
}
ACCOUNT_OF_LINE = {account.pl_line: account for account in reversed(ACCOUNTS)}

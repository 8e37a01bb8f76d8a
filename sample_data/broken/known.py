"""What is posted before the broken files are checked: a small company, as a workbook without any fault."""

from __future__ import annotations

from sample_data.broken.packing import Sheet, pack_workbook

_TABLES: dict[str, str] = {
    "business_units": "business_unit,name\nOPS,Operations",
    "people": "person,name\nkim,Kim Okafor\nlee,Lee Brandt",
    "units": "unit,name,entity\n0012,Depot Leeds,UK1\nNA,Depot Naples,IT1\nS3,Depot Graz,AT1",
    "unit_aliases": "alias,from_on,unit,to_on\nLEEDS-OLD,2020-01-01,0012,2026-01-01",
    "initiatives": (
        "initiative,name,business_unit,owner,delivery_model,archetype\nINV,Invoice matching,OPS,kim,build,automation\n"
        "FRT,Freight planning,OPS,lee,buy,optimisation"
    ),
    "kpis": (
        "kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\n"
        "invoices,Invoices handled,invoices,sum,flow,month,higher\n"
        "minutes,Minutes per invoice,minutes,mean,flow,month,lower\nerrors,Share of errors,%,ratio,flow,week,lower"
    ),
    "benefit_lines": (
        "benefit_line,valid_from_on,initiative,name,benefit_class,kpi\n"
        "INV-TIME,2025-01-01,INV,Time per invoice,cashable,minutes\n"
        "FRT-COST,2025-01-01,FRT,Freight,cashable,invoices\n"
        "FRT-MARGIN,2025-01-01,FRT,Margin kept,revenue,invoices\n"
        "INV-HOURS,2025-01-01,INV,Hours set free,released_capacity,minutes"
    ),
    "policies": (
        "version,effective_on,reporting_currency,fiscal_start_month,calendar_pattern,is_year_named_by_end,"
        "horizon_months,discount_rate,discount_basis,timing,interval_level,rate_set,persistence_rate\n"
        "1,2024-01-01,EUR,1,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9"
    ),
    "account_map": (
        "account,from_on,pl_line,kind,sign\n6100,2020-01-01,CONTRACTORS,opex,-1\n6200,2020-01-01,FREIGHT,opex,-1"
    ),
    "approved_cases": (
        "initiative,version,approved_on,go_live_on,horizon_on,discount_rate,discount_basis,rate_set,price_basis,currency\n"
        "INV,1,2024-11-01,2025-03-01,2027-12-31,0.08,pre_tax_nominal,budget,nominal,EUR"
    ),
    "approved_case_lines": "initiative,version,line,side\nINV,1,INV-TIME,benefit\nINV,1,software_and_inference,cost",
    "approved_case_periods": (
        "initiative,version,line,period,amount,currency\nINV,1,INV-TIME,FY26-P01,12000.00,EUR\n"
        "INV,1,software_and_inference,FY26-P01,3000.00,EUR"
    ),
    "pl_rows": (
        "entity,cost_centre,account,period,scenario,scenario_version,partner_entity,basis,ledger_status,sign_convention,"
        "amount,currency\nUK1,UK100,6100,FY26-P05,actual,,,periodic,closed,costs_positive,100.00,GBP"
    ),
    "costs": (
        "initiative,category,source_reference,period,nature,recurrence,treatment,status,amount,currency\n"
        "INV,cloud,ML-2026-05,FY26-P05,run,recurring,opex,actual,900.00,EUR"
    ),
    "invoices": "invoice,supplier,invoice_on,total,currency\nML-2026-06,Modelworks,2026-06-30,120.00,EUR",
    "focus_costs": (
        "provider,charge,focus_version,billing_account,billing_start_on,billing_end_on,charge_start_on,charge_end_on,"
        "charge_category,currency,billed_cost,effective_cost,service,initiative\n"
        "Modelworks,posted-1,1.2,ACC-2,2026-06-01,2026-07-01,2026-06-01,2026-06-02,Usage,EUR,8.00,8.00,Models,INV"
    ),
    "kpi_observations": (
        "kpi,unit,period,value,count\ninvoices,0012,2026-04,980,\ninvoices,0012,2026-05,1004,\nminutes,NA,2026-05,6.25,811"
    ),
}


def pack_known() -> bytes:
    """Return the workbook of what is posted beforehand."""
    tables = {name: [line.split(",") for line in text.split("\n")] for name, text in _TABLES.items()}
    control = [["part", "item", "value"], *([name, "rows", str(len(rows) - 1)] for name, rows in tables.items())]
    sheets = [Sheet(name, [[cell or None for cell in row] for row in rows]) for name, rows in tables.items()]
    return pack_workbook([*sheets, Sheet("Control", control)])

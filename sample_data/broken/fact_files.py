"""Broken facts: rows that are well written and cannot be true together."""

from __future__ import annotations

from sample_data.broken.case import BrokenFile, text_file

_KPI = "kpi,unit,period,value\n"
_LINE = (
    "benefit_line,valid_from_on,initiative,name,benefit_class,kpi,"
    "unit_value,currency,unit_value_source,unit_value_owner\n"
)
_POLICY = (
    "version,effective_on,reporting_currency,fiscal_start_month,calendar_pattern,is_year_named_by_end,horizon_months,"
    "discount_rate,discount_basis,timing,interval_level,rate_set,persistence_rate,persistence_low,persistence_high\n"
)
_CASE = "initiative,version,line,period,amount,currency\n"
_PL = "entity,cost_centre,account,period,scenario,basis,ledger_status,sign_convention,amount,currency\n"
_PL_ROW = "UK1,0700,{account},FY26-P08,actual,periodic,closed,costs_positive,10.00,{currency}\n"
_COST = (
    "initiative,category,source_reference,period,nature,recurrence,treatment,status,"
    "useful_life_months,amount,currency\n"
)


def broken_keys() -> tuple[BrokenFile, ...]:
    """Return files whose keys, references or dates do not hold."""
    return (
        text_file(
            "kpi_observations_same_key.csv",
            "KEY-001",
            _KPI + "invoices,0012,2026-06,1010\ninvoices,0012,2026-06,1012\n",
            "KEY-001 line 2",
            "KEY-001 line 3",
        ),
        text_file(
            "kpi_observations_retract_unknown.csv",
            "KEY-002",
            "kpi,unit,period,retract\ninvoices,NA,2026-01,yes\n",
            "KEY-002 line 2",
        ),
        text_file(
            "kpi_observations_unknown_unit.csv",
            "REF-001",
            _KPI + "invoices,12,2026-06,1010\n",
            "REF-001 line 2, column unit",
        ),
        text_file(
            "pl_rows_unmapped.csv",
            "REF-002",
            _PL + _PL_ROW.format(account="9999", currency="GBP"),
            "REF-002 line 2, column account",
        ),
        text_file(
            "kpi_observations_expired_alias.csv",
            "REF-003",
            _KPI + "invoices,LEEDS-OLD,2026-06,1010\n",
            "REF-003 line 2, column unit",
        ),
        text_file(
            "kpi_observations_alias.csv",
            "REF-004",
            _KPI + "invoices,LEEDS-OLD,2025-06,1010\n",
            "REF-004 line 2, column unit",
        ),
        text_file(
            "kpis_retract_in_use.csv",
            "REF-005",
            "kpi,name,unit_of_measure,aggregation,behaviour,frequency,better,retract\ninvoices,,,,,,,yes\n",
            "REF-005 line 2, column kpi",
        ),
        text_file(
            "kpis_other_direction.csv",
            "KPI-005",
            "kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\n"
            "invoices,Invoices handled,invoices,sum,flow,month,lower\n",
            "KPI-005 line 2, column better",
        ),
        text_file(
            "policies_other_calendar.csv",
            "POL-001",
            _POLICY + "2,2026-01-01,EUR,4,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9,,\n",
            "POL-001 line 2, column fiscal_start_month",
        ),
        text_file(
            "policies_other_rate.csv",
            "POL-002",
            _POLICY + "1,2024-01-01,EUR,1,monthly,yes,36,0.12,pre_tax_nominal,mid_period,0.95,budget,0.9,,\n",
            "POL-002 line 2, column version",
        ),
        text_file(
            "policies_from_tomorrow.csv",
            "POL-003",
            _POLICY + "2,2026-10-16,EUR,1,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9,,\n",
            "POL-003 line 2, column effective_on",
        ),
        text_file(
            "policies_limits.csv",
            "POL-004",
            _POLICY + "2,2026-10-01,EUR,1,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9,0.95,0.8\n",
            "POL-004 line 2, column persistence_rate",
        ),
        text_file(
            "rollouts_order.csv",
            "DATE-001",
            "initiative,unit,go_live_on,ended_on\nINV,0012,2026-03-01,2026-02-01\n",
            "DATE-001 line 2, column ended_on",
        ),
        text_file(
            "kpi_observations_future.csv",
            "DATE-002",
            _KPI + "invoices,S3,2026-12,1010\n",
            "DATE-002 line 2, column period",
        ),
        text_file(
            "pl_rows_two_currencies.csv",
            "CUR-001",
            _PL + _PL_ROW.format(account="6100", currency="GBP") + _PL_ROW.format(account="6200", currency="EUR"),
            "CUR-001 line 2, column currency",
        ),
        text_file(
            "line_drivers_no_currency.csv",
            "CUR-002",
            "pl_line,entity,period,kind,measure,value\nFREIGHT,UK1,FY26-P08,price,amount,1200.00\n",
            "CUR-002 line 2, column currency",
        ),
        text_file(
            "fx_rates_itself.csv",
            "FX-001",
            "currency,base,period,rate_set,rate,direction\nEUR,EUR,FY26-P08,budget,1,base_per_currency\n",
            "FX-001 line 2, column base",
        ),
    )


def broken_facts() -> tuple[BrokenFile, ...]:
    """Return files that break what their kind of fact demands."""
    return (
        text_file(
            "kpi_observations_week.csv",
            "KPI-001",
            _KPI + "invoices,0012,2026-W24,240\n",
            "KPI-001 line 2, column period",
        ),
        text_file(
            "kpi_observations_no_count.csv",
            "KPI-002",
            _KPI + "minutes,NA,2026-06,6.5\n",
            "KPI-002 line 2, column count",
        ),
        text_file(
            "kpi_observations_numerator.csv",
            "KPI-003",
            "kpi,unit,period,value,numerator\ninvoices,0012,2026-06,1010,5\n",
            "KPI-003 line 2, column numerator",
        ),
        text_file(
            "kpi_observations_gap.csv",
            "KPI-004",
            _KPI + "invoices,0012,2026-08,1010\n",
            "KPI-004 line 2, column period",
        ),
        text_file(
            "benefit_lines_swapped_kpi.csv",
            "BEN-001",
            _LINE + "INV-TIME,2026-01-01,INV,Time per invoice,cashable,invoices,,,,\n",
            "BEN-001 line 2, column kpi",
        ),
        text_file(
            "benefit_line_accounts_weights.csv",
            "BEN-002",
            "benefit_line,pl_line,valid_from_on,weight\nINV-TIME,CONTRACTORS,2025-01-01,0.6\nINV-TIME,FREIGHT,2025-01-01,0.3\n",
            "BEN-002 line 2, column weight",
            "BEN-002 line 3, column weight",
        ),
        text_file(
            "benefit_lines_no_source.csv",
            "BEN-003",
            _LINE + "INV-TIME,2026-01-01,INV,Time per invoice,cashable,minutes,0.55,EUR,,kim\n",
            "BEN-003 line 2, column unit_value_source",
        ),
        text_file(
            "approved_case_periods_changed.csv",
            "CASE-001",
            _CASE + "INV,1,INV-TIME,FY26-P01,15000.00,EUR\n",
            "CASE-001 line 2",
        ),
        text_file(
            "approved_case_lines_of_another.csv",
            "CASE-002",
            "initiative,version,line,side\nINV,1,FRT-COST,benefit\n",
            "CASE-002 line 2, column line",
        ),
        text_file(
            "costs_no_in_service.csv",
            "COST-001",
            _COST + "INV,people,V-2,FY26-P08,build,one_off,capitalised,actual,36,5000.00,EUR\n",
            "COST-001 line 2, column in_service_on",
        ),
        text_file("kpi_observations_no_control.csv", "CTRL-003", _KPI + "invoices,0012,2026-06,1010\n"),
    )

"""Broken files of closed books: rows of soft-closed and of locked periods, another currency under locks."""

from __future__ import annotations

from dataclasses import replace

from sample_data.broken.case import BrokenFile, text_file

_KPI = "kpi,unit,period,value\n"
_POLICY = (
    "version,effective_on,reporting_currency,fiscal_start_month,calendar_pattern,is_year_named_by_end,"
    "horizon_months,discount_rate,discount_basis,timing,interval_level,rate_set,persistence_rate\n"
)
_LOCKED_TO, _SOFT_CLOSED = "FY26-P03", "FY26-P06"


def broken_closings() -> tuple[BrokenFile, ...]:
    """Return files that are sound while every period is open."""
    files = (
        text_file(
            "kpi_observations_soft_closed.csv",
            "CLOSE-001",
            _KPI + "invoices,S3,2026-05,1010\ninvoices,S3,2026-06,1020\n",
            "CLOSE-001 line 3, column period",
        ),
        text_file(
            "kpi_observations_locked.csv",
            "CLOSE-002",
            _KPI + "invoices,S3,2026-02,1010\ninvoices,S3,2026-03,1020\ninvoices,S3,2026-04,1030\n",
            "CLOSE-002 line 2, column period",
        ),
        text_file(
            "policies_other_currency.csv",
            "CLOSE-003",
            _POLICY + "2,2026-10-01,USD,1,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9\n",
            "CLOSE-003 line 2, column reporting_currency",
        ),
        text_file(
            "policies_other_year.csv",
            "CLOSE-004",
            _POLICY + "2,2026-10-01,EUR,4,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9\n",
            "CLOSE-004 line 2, column fiscal_start_month",
            "POL-001 line 2, column fiscal_start_month",
        ),
    )
    return tuple(replace(file, locked_to=_LOCKED_TO, soft_closed=_SOFT_CLOSED) for file in files)

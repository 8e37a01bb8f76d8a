"""The company's files: a master-data workbook, history, three month-ends, a restatement, and what has not arrived yet.

Each file has an uploader and an approver, and a time, so that "as known on" has a history to show.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from models.domain.calendar import Frequency, add_months, period_label
from models.domain.extract import ExtractKind
from sample_data import company as facts
from sample_data.adjust import Misreport, misreport_august, misreport_payroll
from sample_data.assemble import Company
from sample_data.closing import PERIOD_STEPS
from sample_data.corrections import correction_entries, correction_files
from sample_data.focus import PROVIDERS, focus_frame
from sample_data.initiatives import INITIATIVES
from sample_data.kpis import KPIS, PAYROLL_KPIS
from sample_data.manifest import ExtractFile, Sheets, load_entries, write_file
from sample_data.master_data import ALIAS, ALIAS_TO, ALIAS_UNIT
from sample_data.money import fiscal_label
from sample_data.series import list_periods
from sample_data.writing import write_json

K = ExtractKind
_INES, _GEORGE, _MARTA = "ines.albrecht", "george.pearce", "marta.kowalczyk"
_HISTORY_LAST = date(2026, 6, 30)
_CLOSES = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
MASTER_KINDS = (
    K.POLICIES,
    K.BUSINESS_UNITS,
    K.PEOPLE,
    K.UNITS,
    K.UNIT_ALIASES,
    K.KPIS,
    K.INITIATIVES,
    K.INITIATIVE_STAGES,
    K.BENEFIT_LINES,
    K.ACCOUNT_MAP,
    K.BENEFIT_LINE_ACCOUNTS,
    K.ROLLOUTS,
    K.OTHER_PROGRAMMES,
    K.OTHER_PROGRAMME_AMOUNTS,
    K.EXPECTED_EXTRACTS,
)
CASE_KINDS = (K.APPROVED_CASES, K.APPROVED_CASE_LINES, K.APPROVED_CASE_PERIODS)


def _file(name: str, sheets: Sheets, day: str, clock: str, uploader: str = _INES, note: str = "") -> ExtractFile:
    hour = int(clock[:2])
    approved = f"{day}T{hour + 2:02d}:{clock[3:]}:00Z"
    return ExtractFile(name, sheets, uploader, f"{day}T{clock}:00Z", _MARTA, approved, note)


def _last_days() -> dict[str, date]:
    """Last day of every KPI period label."""
    return {
        period_label(period): period.last_on
        for frequency in (Frequency.WEEK, Frequency.MONTH)
        for period in list_periods(frequency)
    }


def _observations(company: Company, keys: tuple[str, ...], first_on: date, last_on: date) -> pd.DataFrame:
    frame = company.frames[K.KPI_OBSERVATIONS]
    last_days = frame["period"].map(_last_days())
    chosen = frame[frame["kpi"].isin(keys) & (last_days >= first_on) & (last_days <= last_on)]
    return chosen.reset_index(drop=True)


def _between(frame: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Rows of fiscal periods first..last; labels of one century sort as text."""
    return frame[(frame["period"] >= first) & (frame["period"] <= last)].reset_index(drop=True)


def _scenario(company: Company, scenario: str) -> pd.DataFrame:
    frame = company.frames[K.PL_ROWS]
    return frame[frame["scenario"] == scenario].reset_index(drop=True)


_WEEKLY = tuple(kpi.key for kpi in KPIS if kpi.frequency is Frequency.WEEK)
_MONTHLY = tuple(kpi.key for kpi in KPIS if kpi.frequency is Frequency.MONTH)
_MONTHLY_OPERATIONS = tuple(key for key in _MONTHLY if key not in PAYROLL_KPIS)


def _invoices_of(company: Company, first_on: date, last_on: date) -> pd.DataFrame:
    frame = company.frames[K.INVOICES]
    return frame[(frame["invoice_on"] >= first_on.isoformat()) & (frame["invoice_on"] <= last_on.isoformat())]


def history_files(company: Company) -> list[ExtractFile]:
    """Return master data and everything up to FY26-P06, as loaded when the company began."""
    frames, day, first, last = company.frames, "2026-07-09", "FY24-P01", "FY26-P06"
    weekly = _observations(company, _WEEKLY, date(2023, 1, 1), _HISTORY_LAST)
    monthly = _observations(company, _MONTHLY, date(2023, 1, 1), _HISTORY_LAST)
    actual = _between(_scenario(company, "actual"), first, last)
    claims = frames[K.CLAIMS]
    claims = claims[(claims["purpose"] == "claim") & (claims["period"] <= last)]
    master = {kind: frames[kind] for kind in MASTER_KINDS}
    history: list[tuple[str, Sheets, str]] = [
        ("01_master_data.xlsx", master, "Sheets named after the contracts"),
        (
            "02_approved_cases.xlsx",
            {kind: frames[kind] for kind in CASE_KINDS},
            "Cases as the investment board approved them",
        ),
        (
            "03_fx_rates_to_FY26-P06.csv",
            {K.FX_RATES: _rates(frames[K.FX_RATES], "FY24-P01", last, with_budget=True)},
            "Treasury",
        ),
        ("04_kpi_observations_weekly_to_FY26-P06.parquet", {K.KPI_OBSERVATIONS: weekly}, "Data lake"),
        ("05_kpi_observations_monthly_to_FY26-P06.csv", {K.KPI_OBSERVATIONS: monthly}, "Data lake"),
        ("06_pl_rows_budget.csv", {K.PL_ROWS: _scenario(company, "budget")}, "Budgets B24, B25, B26"),
        ("07_pl_rows_prior_year.csv", {K.PL_ROWS: _scenario(company, "prior_year")}, "Same month a year before"),
        ("08_pl_rows_actual_to_FY26-P06.csv", {K.PL_ROWS: actual}, "General ledger"),
        ("09_costs_to_FY26-P06.csv", {K.COSTS: _costs(company, first, last)}, "Cost ledger of the initiatives"),
        ("10_line_drivers_to_FY26-P06.csv", {K.LINE_DRIVERS: _between(frames[K.LINE_DRIVERS], first, last)}, "Volumes"),
        (
            "11_claims_to_FY26-P06.csv",
            {K.CLAIMS: claims.reset_index(drop=True)},
            "Vendors' dashboards and owners' lists",
        ),
        ("12_hours_to_FY26-P06.csv", {K.HOURS: _between(frames[K.HOURS], first, last)}, "Time studies of the copilot"),
        (
            "13_trial_balances_to_FY26-P06.csv",
            {K.TRIAL_BALANCES: _between(frames[K.TRIAL_BALANCES], first, last)},
            "Closing",
        ),
        (
            "14_invoices_to_FY26-P06.csv",
            {K.INVOICES: _invoices_of(company, date(2024, 1, 1), _HISTORY_LAST)},
            "Payables",
        ),
        ("15_spend_mappings.csv", {K.SPEND_MAPPINGS: frames[K.SPEND_MAPPINGS]}, "Whose charges are whose"),
        *(
            (
                f"{number}_focus_{provider.short}_to_FY26-P06.{'parquet' if provider.is_parquet else 'csv'}",
                {K.FOCUS_COSTS: focus_frame(provider, provider.stream.first_on, _HISTORY_LAST)},
                f"Cost and usage of {provider.name}",
            )
            for number, provider in enumerate(PROVIDERS, start=16)
        ),
        ("20_budget_cuts.csv", {K.BUDGET_CUTS: frames[K.BUDGET_CUTS]}, "Cuts that holders of budgets accepted"),
        (
            "21_allocation_drivers_to_FY26-P06.csv",
            {K.ALLOCATION_DRIVERS: _between(frames[K.ALLOCATION_DRIVERS], first, last)},
            "Who uses the route planner, and who answers the delivery calls",
        ),
    ]
    return [_file(name, sheets, day, f"07:{n:02d}", _INES, note) for n, (name, sheets, note) in enumerate(history)]


def _rates(frame: pd.DataFrame, first: str, last: str, *, with_budget: bool = False) -> pd.DataFrame:
    is_budget = frame["rate_set"] == "budget"
    is_inside = (frame["period"] >= first) & (frame["period"] <= last)
    return frame[(is_budget & with_budget) | (~is_budget & is_inside)].reset_index(drop=True)


def _costs(company: Company, first: str, last: str) -> pd.DataFrame:
    """Costs of periods first..last; what is committed is known with the last of the history."""
    frame = company.frames[K.COSTS]
    inside = (frame["period"] >= first) & (frame["period"] <= last)
    return frame[inside | ((frame["status"] == "committed") & (first == "FY24-P01"))].reset_index(drop=True)


def month_end_files(company: Company, month: date) -> list[ExtractFile]:
    """Return the files of a month-end: KPIs, payroll, the three ledgers, and finance's own workbook."""
    period, last_on = fiscal_label(month), add_months(month, 1)
    following = date(last_on.year, last_on.month, 1)
    day = f"{following:%Y-%m}-08"
    last_day = date.fromordinal(last_on.toordinal() - 1)
    misreports = [misreport_payroll(company), *misreport_august(company)]
    weekly = _observations(company, _WEEKLY, month, last_day)
    monthly = _observations(company, _MONTHLY_OPERATIONS, month, last_day)
    payroll = _observations(company, PAYROLL_KPIS, month, last_day)
    if following <= ALIAS_TO:
        payroll["unit"] = payroll["unit"].replace(ALIAS_UNIT, ALIAS)
    files = [
        _file(
            f"kpi_observations_weekly_{period}.csv", {K.KPI_OBSERVATIONS: weekly}, day, "06:10", _GEORGE, "Data lake"
        ),
        _file(
            f"kpi_observations_monthly_{period}.csv", {K.KPI_OBSERVATIONS: monthly}, day, "06:12", _GEORGE, "Data lake"
        ),
        _file(f"payroll_{period}.xlsx", {K.KPI_OBSERVATIONS: payroll}, day, "06:20", _GEORGE, "Payroll"),
    ]
    actual = _between(_scenario(company, "actual"), period, period)
    for n, entity in enumerate(facts.ENTITY_KEYS):
        rows = actual[actual["entity"] == entity].reset_index(drop=True)
        files.append(
            _file(f"pl_rows_{entity}_{period}.csv", {K.PL_ROWS: rows}, day, f"07:{n:02d}", _INES, "General ledger")
        )
    for n, provider in enumerate(PROVIDERS):
        name = f"focus_{provider.short}_{period}.{'parquet' if provider.is_parquet else 'csv'}"
        sheets: Sheets = {K.FOCUS_COSTS: focus_frame(provider, month, month)}
        files.append(_file(name, sheets, day, f"07:{20 + n}", _INES, f"Cost and usage of {provider.name}"))
    files.append(
        _file(f"month_end_{period}.xlsx", _month_end_sheets(company, month, last_day), day, "07:30", _INES, "Closing")
    )
    return [_apply(file, misreports, period) for file in files]


def _month_end_sheets(company: Company, month: date, last_day: date) -> Sheets:
    """Finance's workbook of a month; in September claims, hours and invoices have not arrived."""
    period, frames = fiscal_label(month), company.frames
    sheets: Sheets = {
        K.FX_RATES: _rates(frames[K.FX_RATES], period, period),
        K.COSTS: _costs(company, period, period),
        K.LINE_DRIVERS: _between(frames[K.LINE_DRIVERS], period, period),
        K.TRIAL_BALANCES: _between(frames[K.TRIAL_BALANCES], period, period),
        K.ALLOCATION_DRIVERS: _between(frames[K.ALLOCATION_DRIVERS], period, period),
    }
    if month < _CLOSES[-1]:
        claims = frames[K.CLAIMS]
        is_due = (claims["period"] == period) | ((claims["purpose"] == "forecast") & (month == _CLOSES[-2]))
        sheets[K.CLAIMS] = claims[is_due].reset_index(drop=True)
        sheets[K.HOURS] = _between(frames[K.HOURS], period, period)
        sheets[K.INVOICES] = _invoices_of(company, month, last_day)
    return sheets


def _apply(file: ExtractFile, misreports: list[Misreport], period: str) -> ExtractFile:
    """Put the values as first reported into a file of the period that got them wrong."""
    sheets = dict(file.sheets)
    for misreport in misreports:
        if misreport.fiscal_period == period and misreport.kind in sheets:
            sheets[misreport.kind] = misreport.first_reported(sheets[misreport.kind])
    return ExtractFile(file.name, sheets, file.uploader, file.uploaded_at, file.approver, file.approved_at, file.note)


def restatement_file(company: Company) -> ExtractFile:
    """Return the restatement of August in the UK: late time sheets, and the accrual and control sum that follow."""
    sheets = {
        misreport.kind: misreport.corrected(company.frames[misreport.kind]) for misreport in misreport_august(company)
    }
    note = "Late time sheets of three UK branches; accrual and control sum follow"
    return _file("restatement_0200_FY26-P08.xlsx", sheets, "2026-09-18", "09:15", _INES, note)


def waiting_file(company: Company) -> ExtractFile:
    """Return the hours of September: uploaded, not yet approved."""
    hours = _between(company.frames[K.HOURS], "FY26-P09", "FY26-P09")
    return ExtractFile(
        "hours_FY26-P09.csv", {K.HOURS: hours}, _GEORGE, "2026-10-08T13:40:00Z", None, None, "Waits for a second person"
    )


def list_files(company: Company) -> list[ExtractFile]:
    """Return all files in the order in which they were loaded."""
    files = history_files(company)
    for month in _CLOSES:
        files += month_end_files(company, month)
        if month == date(2026, 8, 1):
            files.append(restatement_file(company))
    return [*files, waiting_file(company)]


def build_manifest(company: Company, files: list[ExtractFile]) -> dict[str, object]:
    """Return the manifest: the organisation, its demo people, the loads in order, when the portfolio was published."""
    published = sorted({file.approved_at[:10] for file in files if file.approved_at})
    return {
        "name": facts.GROUP_NAME,
        "time_zone": facts.TIME_ZONE,
        "reporting_currency": facts.REPORTING_CURRENCY,
        "as_of": facts.AS_OF.isoformat(),
        "shown_at": "2026-10-08T15:00:00Z",
        "seed": company.seed,
        "people": [
            {"person": key, "name": name, "role": role, "initiatives": _memberships(key)}
            for key, name, _, role in facts.PEOPLE
            if role
        ],
        "loads": load_entries(files),
        "publications": [f"{day}T16:00:00Z" for day in published],
        "period_steps": list(PERIOD_STEPS),
        "corrections": correction_entries(),
    }


def _memberships(person: str) -> list[dict[str, str]]:
    """Return the initiatives that a demo owner sees: their own; proposed and approved by people, not by a file."""
    return [{"initiative": item.key, "from_on": "2024-09-01"} for item in INITIATIVES if item.owner == person]


def write_company(company: Company, folder: Path) -> None:
    """Write all files and the manifest into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = list_files(company)
    for file in files:
        write_file(file, folder)
    write_json(build_manifest(company, files), folder / "manifest.json")


def write_corrections(company: Company, folder: Path) -> None:
    """Write the corrections that a person may upload to see what moves."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in correction_files(company):
        write_file(file, folder)


def write_truth(company: Company, path: Path) -> None:
    """Write what was planted."""
    write_json(company.truth, path)

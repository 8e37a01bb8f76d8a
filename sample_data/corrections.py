"""Corrections that a person may upload: the payroll cell, and the link of the copilot to the overtime account."""

from __future__ import annotations

import pandas as pd

from models.domain.extract import ExtractKind
from sample_data.assemble import Company
from sample_data.benefit_lines import BENEFIT_LINES
from sample_data.kpis import PAYROLL_KPIS
from sample_data.manifest import ExtractFile, Sheets
from sample_data.master_data import benefit_line_account_rows, benefit_line_cells

PAYROLL_FILE = "payroll_FY26-P09_corrected.xlsx"
OVERTIME_FILE = "link_overtime_account.xlsx"


def correction_files(company: Company) -> list[ExtractFile]:
    """Return the corrections as files that wait for whoever uploads them."""
    observations = company.frames[ExtractKind.KPI_OBSERVATIONS]
    is_payroll = observations["kpi"].isin(PAYROLL_KPIS) & (observations["period"] == "2026-09")
    linked = tuple(line for line in BENEFIT_LINES if not line.is_linked)
    contents: list[tuple[str, Sheets, str]] = [
        (
            PAYROLL_FILE,
            {ExtractKind.KPI_OBSERVATIONS: observations[is_payroll].reset_index(drop=True)},
            "Payroll, corrected",
        ),
        (
            OVERTIME_FILE,
            {
                ExtractKind.BENEFIT_LINES: pd.DataFrame([benefit_line_cells(line) for line in linked], dtype=str),
                ExtractKind.BENEFIT_LINE_ACCOUNTS: pd.DataFrame(benefit_line_account_rows(linked), dtype=str),
            },
            "Agreed with the budget holder of the sales desks",
        ),
    ]
    return [
        ExtractFile(name, sheets, "george.pearce", "2026-10-09T06:30:00Z", None, None, note)
        for name, sheets, note in contents
    ]


def correction_entries() -> list[dict[str, str]]:
    """Return what the manifest says of the corrections."""
    return [
        {
            "file": PAYROLL_FILE,
            "title": "Payroll of September with its one mistyped cell put right",
            "what_moves": "One value of agency pay is restated; shift planning is estimated again and its value moves",
        },
        {
            "file": OVERTIME_FILE,
            "title": "Links the copilot to the overtime account",
            "what_moves": "A cashable line appears: only the movement of overtime at its desks, not the hours",
        },
    ]

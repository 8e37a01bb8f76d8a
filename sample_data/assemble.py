"""Assemble the company: every contract's rows from one seed, with what was planted beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.domain.extract import ExtractKind
from sample_data import cases, claims, focus, ledger_rows, master_data, spend
from sample_data.cuts import cut_rows
from sample_data.effects import MeasuredKpi, PlantedMoney, measure_all, planted_money_all
from sample_data.ledger import keep_book
from sample_data.money import rate_rows
from sample_data.observations import observation_frame
from sample_data.promises import CASES
from sample_data.shared import driver_rows
from sample_data.truth import tell_truth


@dataclass(frozen=True, slots=True)
class Company:
    """The generated company.

    `frames` holds each contract's rows as texts, as they are in the end: after the restatement, with the payroll cell
    right. `kpis` and `money` are what was planted; `truth` tells it in words and figures.
    """

    seed: int
    frames: Mapping[ExtractKind, pd.DataFrame]
    kpis: dict[str, MeasuredKpi]
    money: dict[str, PlantedMoney]
    truth: dict[str, Any]


def generate_company(seed: int) -> Company:
    """Generate the company; the same seed gives the same texts."""
    kpis = measure_all(seed)
    money = planted_money_all(kpis)
    costs = spend.list_costs()
    book = keep_book(kpis, money, costs, seed)
    actual = ledger_rows.actual_rows(book)
    lines = master_data.linked_lines()
    rows: dict[ExtractKind, list[dict[str, str]]] = {
        ExtractKind.POLICIES: master_data.policy_rows(),
        ExtractKind.FX_RATES: rate_rows(seed),
        ExtractKind.BUSINESS_UNITS: master_data.business_unit_rows(),
        ExtractKind.PEOPLE: master_data.people_rows(),
        ExtractKind.UNITS: master_data.unit_rows(),
        ExtractKind.UNIT_ALIASES: master_data.alias_rows(),
        ExtractKind.INITIATIVES: master_data.initiative_rows(),
        ExtractKind.INITIATIVE_STAGES: master_data.stage_rows(),
        ExtractKind.KPIS: master_data.kpi_rows(),
        ExtractKind.BENEFIT_LINES: [master_data.benefit_line_cells(line) for line in lines],
        ExtractKind.ACCOUNT_MAP: ledger_rows.account_map_rows(),
        ExtractKind.BENEFIT_LINE_ACCOUNTS: master_data.benefit_line_account_rows(lines),
        ExtractKind.APPROVED_CASES: [cases.case_cells(case) for case in CASES],
        ExtractKind.APPROVED_CASE_LINES: [row for case in CASES for row in cases.case_line_cells(case)],
        ExtractKind.APPROVED_CASE_PERIODS: [row for case in CASES for row in cases.case_period_cells(case)],
        ExtractKind.CLAIMS: claims.claim_rows(),
        ExtractKind.ROLLOUTS: master_data.rollout_rows(),
        ExtractKind.COSTS: [spend.cost_cells(cost) for cost in costs if not focus.explains(cost)],
        ExtractKind.PL_ROWS: [*ledger_rows.budget_rows(book), *ledger_rows.prior_year_rows(book), *actual],
        ExtractKind.LINE_DRIVERS: ledger_rows.driver_rows(book),
        ExtractKind.HOURS: claims.hours_rows(money["MASON-HOURS"]),
        ExtractKind.BUDGET_CUTS: cut_rows(),
        ExtractKind.TRIAL_BALANCES: ledger_rows.trial_balance_rows(actual),
        ExtractKind.INVOICES: [
            *(
                spend.invoice_cells(cost)
                for cost in costs
                if cost.stream.supplier and not cost.is_committed and not focus.explains(cost)
            ),
            *focus.invoice_rows(),
        ],
        ExtractKind.SPEND_MAPPINGS: focus.mapping_rows(),
        ExtractKind.ALLOCATION_DRIVERS: driver_rows(),
        ExtractKind.EXPECTED_EXTRACTS: master_data.expected_rows(),
        ExtractKind.OTHER_PROGRAMMES: master_data.programme_rows(),
        ExtractKind.OTHER_PROGRAMME_AMOUNTS: master_data.programme_amount_rows(kpis),
    }
    frames = {kind: pd.DataFrame(cells, dtype=str) for kind, cells in rows.items()}
    frames[ExtractKind.KPI_OBSERVATIONS] = observation_frame(kpis)
    return Company(seed, frames, kpis, money, {**tell_truth(seed, kpis, money), "spend": focus.tell_spend()})

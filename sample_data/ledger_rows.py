"""P&L rows, line drivers and trial balances as extract rows, in each entity's currency and sign convention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np

from models.domain.calendar import add_months
from sample_data.accounts import ACCOUNTS, BALANCE_SHEET_ACCOUNTS, PL_LINE_NAMES, AccountSpec
from sample_data.company import AS_OF, ENTITIES, Entity
from sample_data.effects import MONTHS
from sample_data.ledger import Book
from sample_data.money import fiscal_label, to_native
from sample_data.series import Floats

FIRST_FISCAL_MONTH = date(2024, 1, 1)
_ACCOUNT_OF = {account.account: account for account in ACCOUNTS}
_TEN = Decimal(10)
_CENT = Decimal("0.01")


def pl_cells(
    entity: Entity, centre: str, account: AccountSpec, month: date, scenario: str, amount: Decimal, version: str
) -> dict[str, str]:
    """Return the cells of one P&L row; `amount` is positive for what the account normally holds."""
    shown = -account.sign * amount if entity.is_credits_negative else amount
    return {
        "entity": entity.key,
        "cost_centre": centre,
        "account": account.account,
        "period": fiscal_label(month),
        "scenario": scenario,
        "scenario_version": version,
        "basis": "periodic",
        "ledger_status": "closed",
        "sign_convention": "credits_negative" if entity.is_credits_negative else "costs_positive",
        "amount": f"{shown + 0:.2f}",
        "currency": entity.currency,
    }


def _fiscal_months(last_on: date) -> Iterator[tuple[int, date]]:
    for i, month in enumerate(MONTHS):
        if FIRST_FISCAL_MONTH <= month.start_on <= last_on:
            yield i, month.start_on


def _keys_by_entity(book: Book) -> list[tuple[Entity, str, AccountSpec, tuple[str, str, str]]]:
    entities = {entity.key: entity for entity in ENTITIES}
    return [(entities[key[0]], key[1], _ACCOUNT_OF[key[2]], key) for key in sorted(book.actual)]


def actual_rows(book: Book) -> list[dict[str, str]]:
    """Return the actuals FY24-P01 to the last period counted, month by month."""
    rows = []
    for i, month in _fiscal_months(AS_OF):
        for entity, centre, account, key in _keys_by_entity(book):
            amount = to_native(book.actual[key][i], entity.key, month.year)
            if amount:
                rows.append(pl_cells(entity, centre, account, month, "actual", amount, ""))
    return rows


def budget_rows(book: Book) -> list[dict[str, str]]:
    """Return the budgets B24 to B26, rounded to ten as planners do; spend on AI is planned to the cent."""
    rows = []
    for i, month in _fiscal_months(MONTHS[-1].start_on):
        for entity, centre, account, key in _keys_by_entity(book):
            step = _TEN if account.annual_eur or account.sources else _CENT
            amount = to_native(book.budget[key][i], entity.key, month.year, step)
            if amount:
                version = f"B{month.year % 100:02d}"
                rows.append(pl_cells(entity, centre, account, month, "budget", amount, version))
    return rows


def prior_year_rows(book: Book) -> list[dict[str, str]]:
    """Return the actuals of the same month a year before, at that year's rate, as scenario prior_year."""
    rows = []
    for i, month in _fiscal_months(AS_OF):
        before = add_months(month, -12)
        for entity, centre, account, key in _keys_by_entity(book):
            amount = to_native(book.actual[key][i - 12], entity.key, before.year)
            if amount:
                rows.append(pl_cells(entity, centre, account, month, "prior_year", amount, ""))
    return rows


def driver_rows(book: Book) -> list[dict[str, str]]:
    """Return the volume factor of each line that moves with demand, by entity and period."""
    totals: dict[tuple[str, str], tuple[Floats, Floats]] = {}
    for entity, _, account, key in _keys_by_entity(book):
        line = (account.pl_line, entity.key)
        budget, flexed = totals.get(line, (np.zeros(len(MONTHS)), np.zeros(len(MONTHS))))
        totals[line] = (budget + book.budget[key], flexed + book.flexed[key])
    rows = []
    for i, month in _fiscal_months(AS_OF):
        for (pl_line, entity_key), (budget, flexed) in sorted(totals.items()):
            if budget[i] and abs(flexed[i] / budget[i] - 1.0) > 1e-9:
                cells = {"pl_line": pl_line, "entity": entity_key, "period": fiscal_label(month), "kind": "volume"}
                rows.append({**cells, "measure": "factor", "value": f"{flexed[i] / budget[i]:.6f}", "currency": ""})
    return rows


def account_map_rows() -> list[dict[str, str]]:
    """Return the account map, valid from the first month known."""
    rows = [(account.account, account.pl_line, account.kind, account.sign) for account in ACCOUNTS]
    rows += [(account, pl_line, "balance_sheet", 1) for account, _, pl_line in BALANCE_SHEET_ACCOUNTS]
    return [
        {
            "account": account,
            "from_on": "2023-01-01",
            "pl_line": pl_line,
            "pl_line_name": PL_LINE_NAMES[pl_line],
            "kind": kind,
            "sign": str(sign),
            "to_on": "",
        }
        for account, pl_line, kind, sign in rows
    ]


def trial_balance_rows(pl_rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the control sum and row count of each entity and period of actual rows."""
    sums: dict[tuple[str, str, str], tuple[Decimal, int]] = {}
    for row in pl_rows:
        key = (row["entity"], row["period"], row["currency"])
        total, count = sums.get(key, (Decimal(0), 0))
        sums[key] = (total + Decimal(row["amount"]), count + 1)
    return [
        {
            "entity": entity,
            "period": period,
            "scenario": "actual",
            "control_sum": f"{total:.2f}",
            "row_count": str(count),
            "currency": currency,
        }
        for (entity, period, currency), (total, count) in sums.items()
    ]

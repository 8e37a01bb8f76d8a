"""GL control totals: the P&L rows of an entity and period as posted, against the trial balance posted for them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd

from models.domain.calendar import FiscalCalendar, Frequency, Period
from models.domain.ledger import ControlTotal

ACTUAL = "actual"
_Books = tuple[str, date, str]  # entity, first day, scenario


def check_control_totals(
    rows: pd.DataFrame, balances: pd.DataFrame, calendar: FiscalCalendar
) -> tuple[ControlTotal, ...]:
    """Return each trial balance beside the sum and count of its P&L rows, in order of entity, period and scenario.

    Parameters
    ----------
    rows
        All P&L rows as posted, rows between entities and unmapped accounts included, under their sign convention.
    balances
        Trial balances as posted; one without a scenario is of the actuals. Of two for the same books the later counts.
    """
    sums: dict[_Books, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    grouped = rows.assign(amount_minor=rows["amount_minor"].astype("int64")).groupby(
        ["entity", "start_on", "scenario", "currency"], observed=True
    )["amount_minor"]
    found = grouped.agg(["sum", "count"]).reset_index()
    for row in found.itertuples(index=False):
        sums[str(row.entity), _day(row.start_on), str(row.scenario)][str(row.currency)] = [int(row[4]), int(row[5])]
    controls: dict[_Books, ControlTotal] = {}
    if "load_seq" in balances:
        balances = balances.sort_values("load_seq", kind="stable")
    for balance in balances.itertuples(index=False):
        scenario = balance.scenario if isinstance(balance.scenario, str) and balance.scenario else ACTUAL
        by_currency = sums.get((str(balance.entity), _day(balance.start_on), scenario), {})
        total, count = by_currency.get(str(balance.currency), (0, 0))
        period = Period(_day(balance.start_on), _day(balance.end_on), Frequency.MONTH)
        controls[str(balance.entity), period.start_on, scenario] = ControlTotal(
            str(balance.entity),
            period.start_on,
            calendar.label(period),
            scenario,
            str(balance.currency),
            total,
            count,
            int(str(balance.control_sum_minor)),
            int(str(balance.row_count)),
            tuple(sorted(set(by_currency) - {str(balance.currency)})),
        )
    return tuple(controls[key] for key in sorted(controls))


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no day")
    return value

"""The small company as a shop of US retail: 4-5-4 periods, weeks from Sunday, years named by their start, 2023 long.

Everything happens 337 days earlier, so that the first week starts on Sunday 29 January 2023 and FY24 follows a year of
53 weeks. Fiscal rows stand in the fiscal periods of the same number.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from models.domain.calendar import CalendarPattern, FiscalCalendar, Period, WeekStart
from models.domain.extract import ExtractKind
from tests.value.company import FIRST_MONTH, GO_LIVE, HOUR_VALUE, HOURS_SAVED, TREATED, Rows, company_rows

NRF = FiscalCalendar(2, CalendarPattern.P454, is_named_by_end=False, week_starts_on=WeekStart.SUNDAY)
FIRST_SUNDAY = date(2023, 1, 29)
_EARLIER = date(2024, 1, 1) - FIRST_SUNDAY
RETAIL_GO_LIVE = GO_LIVE - _EARLIER
_FISCAL = (
    ExtractKind.APPROVED_CASE_PERIODS,
    ExtractKind.CLAIMS,
    ExtractKind.COSTS,
    ExtractKind.PL_ROWS,
)


def fiscal_period(month: date) -> Period:
    """Return the fiscal period of the shop for a month of the small company."""
    place = (month.year - FIRST_MONTH.year) * 12 + month.month - FIRST_MONTH.month
    return NRF.period(2023 + place // 12, place % 12 + 1)


def retail_rows() -> dict[ExtractKind, Rows]:
    """Everything to post; no budget, so that the prior year is the reference."""
    rows = {kind: [dict(row) for row in found] for kind, found in company_rows().items()}
    for kind, found in rows.items():
        for row in found:
            if kind in _FISCAL:
                period = fiscal_period(_day(row["start_on"]))
                row["start_on"], row["end_on"] = period.start_on, period.end_on
            for name, value in row.items():
                if isinstance(value, date) and not (kind in _FISCAL and name in {"start_on", "end_on"}):
                    row[name] = value - _EARLIER
    rows[ExtractKind.PL_ROWS] = _books(rows[ExtractKind.PL_ROWS][0])
    (policy,) = rows[ExtractKind.POLICIES]
    policy.update(
        fiscal_start_month=2,
        calendar_pattern=CalendarPattern.P454.value,
        is_year_named_by_end=False,
        week_starts_on=WeekStart.SUNDAY.value,
    )
    return rows


def _books(like: dict[str, object]) -> Rows:
    """Contractors cost 25,000 a week, less what the shop saves from go-live, FY22-P01 to FY25-P09."""
    rng = np.random.default_rng(2)
    rows: Rows = []
    for place in range(45):
        period = NRF.period(2022 + place // 12, place % 12 + 1)
        weeks = period.days // 7
        saved = HOURS_SAVED * HOUR_VALUE * len(TREATED) * weeks if period.start_on > RETAIL_GO_LIVE else 0.0
        amount = 25_000 * weeks - saved + rng.normal(0.0, 150.0)
        changed = {"start_on": period.start_on, "end_on": period.end_on, "amount_minor": round(amount * 100)}
        rows.append({**like, "scenario": "actual", "scenario_version": "", **changed})
    return rows


def _day(value: object) -> date:
    assert isinstance(value, date)
    return value

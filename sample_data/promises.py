"""What the approved cases promised and planned to spend, and what the budgets hold of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import add_months
from sample_data.initiatives import INITIATIVE_OF
from sample_data.spend import STREAMS, Stream, months_of

#: What the FY26 budget of the works already holds of the kiln tuning, EUR a month.
KILN_IN_BUDGET_EUR = 31_000
KILN_BUDGET_YEAR = 2026
#: Reserve for AI projects that the budgets hold in each entity, EUR a month; no case knows of it.
RESERVE_EUR = 2_000
LAST_BUDGET_MONTH = date(2026, 12, 1)
_HORIZON_MONTHS = 36
#: Benefits are counted three months short of the horizon: the investment board leaves a quarter for delay.
_BENEFIT_MONTHS = 33
_PLANNED_SHARE_OF_SPEND = 0.85
_UNPLANNED = frozenset({"human_correction", "decommissioning"})
_TENDER_PILOT_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Promise:
    """What a case promised of a line: effect per unit-period in KPI units, at how many units.

    `effect_basis` is how the effect was stated; `baseline_error` by what share the case took the baseline too high,
    `value_error` by what share the unit value, and the effect as much too low, so that its amounts stand.
    """

    line: str
    effect: float
    reach_units: int
    effect_basis: str = "absolute"
    baseline_error: float = 0.0
    value_error: float = 0.0


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """One version of an approved case."""

    initiative: str
    version: int
    approved_on: date
    go_live_on: date
    promises: tuple[Promise, ...]
    note: str = ""
    rate_set: str = "budget"


def _case(
    initiative: str,
    go_live: str,
    *promises: Promise,
    version: int = 1,
    approved: str = "",
    note: str = "",
    rate_set: str = "budget",
) -> CaseSpec:
    approved_on = date.fromisoformat(approved) if approved else INITIATIVE_OF[initiative].approved_on
    return CaseSpec(initiative, version, approved_on, date.fromisoformat(go_live), promises, note, rate_set)


CASES: tuple[CaseSpec, ...] = (
    _case("AP-MATCH", "2025-01-01", Promise("AP-MATCH-HOURS", -27.0, 40)),
    _case(
        "AP-MATCH",
        "2025-02-01",
        Promise("AP-MATCH-HOURS", -27.0, 34),
        version=2,
        approved="2025-06-30",
        note="Roll-out by waves of three branches; ten branches taken out of scope",
    ),
    _case("MASON", "2025-03-01", Promise("MASON-HOURS", -31.0, 26)),
    _case("STOCK-FC", "2025-09-01", Promise("STOCK-FC-STOCK", -95_000.0, 22)),
    _case("KEEP", "2025-05-01", Promise("KEEP-REVENUE", 13_500.0, 7), Promise("KEEP-DISCOUNTS", 700.0, 7)),
    _case("ROUTE", "2025-03-01", Promise("ROUTE-KM", -1.25, 11, value_error=0.08), rate_set="actual_average"),
    _case("LOAD", "2025-08-01", Promise("LOAD-FREIGHT", -1.60, 11)),
    _case("KILN", "2025-04-01", Promise("KILN-ENERGY", -6.5, 4, "percent", 0.08), rate_set="actual_average"),
    _case("QUOTE", "2025-04-01", Promise("QUOTE-PROJECTS", 9_500.0, 7)),
    _case("TENDER", "2025-09-01", Promise("TENDER-PAGES", -1_400.0, 14)),
    _case("VOICE", "2025-10-01", Promise("VOICE-CREDITS", -160.0, 16)),
    _case("YARD-EYE", "2025-08-01", Promise("YARD-EYE-DAMAGE", -310.0, 10)),
    _case("CREDIT", "2025-07-01", Promise("CREDIT-LOSSES", -1_700.0, 7)),
    _case("PRICE", "2025-06-01", Promise("PRICE-MARGIN", 0.0045, 19)),
    _case("SEARCH", "2025-02-01", Promise("SEARCH-REVENUE", 8_200.0, 8)),
    _case("SHIFT", "2025-07-01", Promise("SHIFT-AGENCY", -4_900.0, 24)),
    _case("FLEET", "2025-04-01", Promise("FLEET-REPAIRS", -420.0, 12, "target_level", 0.015)),
    _case("RETURN", "2026-08-01", Promise("RETURN-COST", -1_150.0, 8)),
    _case("TRACK", "2025-08-01", Promise("TRACK-NPS", 5.0, 7)),
    _case("HIRE", "2026-01-01", Promise("HIRE-DAYS", -9.0, 3)),
    _case("TARIFF", "2025-05-01", Promise("TARIFF-LINES", -330.0, 1)),
    _case("IT-DESK", "2025-04-01", Promise("IT-DESK-SUPPORT", -5_500.0, 1)),
    _case("COPY", "2025-08-01", Promise("COPY-AGENCIES", -14_000.0, 3)),
    _case("SHELF", "2025-05-01", Promise("SHELF-HOURS", -9.0, 6)),
    _case("TWIN", "2027-02-01", Promise("TWIN-DOWNTIME", -2.6, 9)),
)


@dataclass(frozen=True, slots=True)
class PlannedSpend:
    """What a case planned to spend of a stream in a month, EUR."""

    stream: Stream
    month: date
    amount_eur: float


def horizon_month(case: CaseSpec) -> date:
    """Return the first day of the last month of a case."""
    return add_months(case.go_live_on, _HORIZON_MONTHS - 1)


def last_benefit_month(case: CaseSpec) -> date:
    """Return the first day of the last month in which a case counts benefits."""
    return add_months(case.go_live_on, _BENEFIT_MONTHS - 1)


def months_between(first_on: date, last_on: date) -> Iterator[date]:
    """Yield the first days of the months from the month of `first_on` to `last_on`."""
    month = first_on.replace(day=1)
    while month <= last_on:
        yield month
        month = add_months(month, 1)


def plan_spend(case: CaseSpec) -> list[PlannedSpend]:
    """Return the planned spend of a case: a little below what came, run cost carried from go-live to the horizon."""
    return [
        PlannedSpend(stream, month, round(_PLANNED_SHARE_OF_SPEND * stream.monthly_eur, 2))
        for stream in STREAMS
        if stream.initiative == case.initiative and stream.category not in _UNPLANNED
        for month in _planned_months(stream, case)
    ]


def _planned_months(stream: Stream, case: CaseSpec) -> list[date]:
    if stream.nature == "run":
        return list(months_between(case.go_live_on, horizon_month(case)))
    if case.initiative == "TENDER":
        return list(months_between(stream.first_on, add_months(stream.first_on, _TENDER_PILOT_MONTHS - 1)))
    return list(months_of(stream))


def held_cases() -> list[CaseSpec]:
    """Return the latest version of each case: what the budgets were made from."""
    return list({case.initiative: case for case in CASES}.values())

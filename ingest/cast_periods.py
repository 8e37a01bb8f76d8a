"""Cast periods: fiscal ones by the calendar, those of observations by their KPI's frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.coded import Coded, code_column, fault_texts
from ingest.grammar import parse_fiscal_period, parse_kpi_period, period_form
from ingest.known import Known
from ingest.tables import Fault, TextTable
from models.domain.calendar import CalendarPattern, FiscalCalendar, Frequency, Period, WeekStart, period_label
from models.domain.extract import ExtractKind

Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Spans:
    """A cast column of periods: first day and first day after, NaT where missing; length n."""

    starts: Days
    ends: Days
    faults: tuple[Fault, ...]


def cast_fiscal_periods(table: TextTable, name: str, known: Known) -> Spans:
    """Cast labels of fiscal periods."""
    coded = code_column(table, name)
    calendar = known.policy.calendar
    found = [parse_fiscal_period(text, calendar, is_date_allowed=table.is_workbook) for text in coded.texts]
    starts, ends = _days(found)
    bad = np.array([period is None for period in found], dtype=bool)
    allowed = _describe_calendar(calendar)
    faults = fault_texts("CELL-005", name, coded, bad, lambda _: {"allowed": allowed})
    return Spans(coded.take(starts, missing="NaT"), coded.take(ends, missing="NaT"), tuple(faults))


def cast_kpi_periods(table: TextTable, name: str, kpis: Coded, known: Known) -> Spans:
    """Cast labels of periods, each in the frequency of the row's KPI; an unknown KPI is a fault of its own."""
    coded = code_column(table, name)
    frequencies, week_starts_on = _known_frequencies(known), known.policy.calendar.kpi_week_starts_on
    of_kpi = [frequencies.get(text) for text in kpis.texts]
    pairs = (kpis.codes.astype(np.int64) + 1) * (len(coded.texts) + 1) + coded.codes + 1
    distinct, inverse = np.unique(pairs, return_inverse=True)
    found: list[Period | None] = []
    is_bad = []
    for pair in distinct.tolist():
        kpi, label = divmod(pair, len(coded.texts) + 1)
        frequency = of_kpi[kpi - 1] if kpi else None
        can_judge = frequency is not None and label > 0
        period = (
            parse_kpi_period(
                coded.texts[label - 1],
                frequency,
                is_date_allowed=table.is_workbook,
                week_starts_on=week_starts_on,
            )
            if can_judge
            else None
        )
        found.append(period)
        is_bad.append(can_judge and period is None)
    starts, ends = _days(found)
    rows = np.flatnonzero(np.array(is_bad, dtype=bool)[inverse]).astype(np.int64)

    def words(row: int) -> Mapping[str, object]:
        frequency = frequencies[kpis.text(row)]
        return {
            "text": coded.text(row),
            "kpi": kpis.text(row),
            "found": frequency.value.replace("_", "-"),
            "allowed": period_form(frequency, week_starts_on),
            "suggestion": _suggest_period(coded.text(row), frequency, week_starts_on),
        }

    faults = (Fault("KPI-001", name, rows, words),) if len(rows) else ()
    return Spans(starts[inverse], ends[inverse], faults)


def _known_frequencies(known: Known) -> dict[str, Frequency]:
    rows = known.latest(ExtractKind.KPIS, ("kpi",), ("frequency",))
    allowed = {frequency.value for frequency in Frequency}
    return {str(key[0]): Frequency(str(value[0])) for key, value in rows.items() if value[0] in allowed}


def _days(found: list[Period | None]) -> tuple[Days, Days]:
    starts = np.array(
        ["NaT" if period is None else period.start_on.isoformat() for period in found], dtype="datetime64[ns]"
    )
    ends = np.array(
        ["NaT" if period is None else period.end_on.isoformat() for period in found], dtype="datetime64[ns]"
    )
    return starts, ends


def _describe_calendar(calendar: FiscalCalendar) -> str:
    if calendar.pattern is CalendarPattern.MONTHLY:
        return "periods are written FY26-P03, P01 to P12, or as the calendar month 2026-03"
    return f"periods are written FY26-P03, P01 to P12; a calendar month is none in a {calendar.pattern.value} calendar"


def _suggest_period(text: str, frequency: Frequency, week_starts_on: WeekStart) -> str:
    """Offer the period whose first day the text is."""
    period = parse_kpi_period(text, frequency, is_date_allowed=True, week_starts_on=week_starts_on)
    return period_label(period) if period and period_label(period) != text else ""

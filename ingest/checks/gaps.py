"""Gaps in series of observations: named, never filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from ingest.cast import CastTable
from ingest.known import Known, Where
from ingest.tables import Fault
from models.domain.calendar import Frequency, add_months, period_label, period_starting
from models.domain.extract import ExtractKind

_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
_DAYS = {Frequency.DAY: 1, Frequency.WEEK: 7, Frequency.FOUR_WEEK: 28}
#: Periods before the file's first in which the posted series is looked for.
_LOOK_BACK = 13
_JUDGED = 5_000


@dataclass(frozen=True, slots=True)
class _Span:
    """Numbered periods [low, high) before a row, in which the file has nothing.

    Before the first row of a series (`is_lead`) only what follows the last posted period is a gap.
    """

    row: int
    kpi: str
    unit: str
    low: int
    high: int
    is_lead: bool


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """How periods are numbered: their frequency, and for day-based ones the phase of their first days."""

    frequency: Frequency
    phase: int


def check_gaps(cast: CastTable, known: Known) -> list[Fault]:
    """Flag periods that neither the file nor what is posted holds, between two that are there."""
    spans = _find_spans(cast, known)
    missing: dict[int, tuple[_Span, list[date]]] = {}
    for rhythm, found in spans.items():
        posted = _posted(found, rhythm, known)
        for span in found:
            there = {number for number in range(span.low, span.high) if (span.kpi, span.unit, number) in posted}
            begin = max(there, default=span.high) + 1 if span.is_lead else span.low
            starts = [_start(number, rhythm) for number in range(begin, span.high) if number not in there]
            if starts:
                missing[span.row] = (span, [starts[0], starts[-1]])
    frequencies = {span.kpi: rhythm.frequency for rhythm, found in spans.items() for span in found}

    def words(row: int) -> Mapping[str, object]:
        span, ends = missing[row]
        labels = [period_label(period_starting(day, frequencies[span.kpi])) for day in dict.fromkeys(ends)]
        return {"text": f"{span.kpi} · {span.unit}", "found": " to ".join(labels)}

    rows = np.array(sorted(missing), dtype=np.int64)
    return [Fault("KPI-004", "period", rows, words)] if len(rows) else []


def _find_spans(cast: CastTable, known: Known) -> dict[_Rhythm, list[_Span]]:
    """Spans without rows, KPI by KPI."""
    frequencies = known.latest(ExtractKind.KPIS, ("kpi",), ("frequency",))
    kpis, has_unit = cast.words["kpi"], cast.words["unit"].codes >= 0
    usable = has_unit & ~cast.is_bad(["kpi", "unit", "period"]) & ~cast.retracted()
    usable &= ~np.isnat(cast.spans["period"].starts)
    spans: dict[_Rhythm, list[_Span]] = {}
    order = np.argsort(kpis.codes, kind="stable")
    bounds = np.searchsorted(kpis.codes[order], np.arange(len(kpis.texts) + 1))
    for code, kpi in enumerate(kpis.texts):
        rows = order[bounds[code] : bounds[code + 1]]
        rows = rows[usable[rows]]
        found = frequencies.get((kpi,), (None,))[0]
        if not len(rows) or found not in {frequency.value for frequency in Frequency}:
            continue
        rhythm = _rhythm(cast.spans["period"].starts[rows[0]], Frequency(str(found)))
        spans.setdefault(rhythm, []).extend(_spans_of(cast, rows, kpi, rhythm))
    return spans


def _spans_of(cast: CastTable, rows: NDArray[np.int64], kpi: str, rhythm: _Rhythm) -> list[_Span]:
    """Spans without rows within each series of one KPI, and before its first row."""
    units = cast.words["unit"].codes[rows]
    numbers = _numbers(cast.spans["period"].starts[rows], rhythm.frequency)
    order = np.lexsort((numbers, units))
    rows, units, numbers = rows[order], units[order], numbers[order]
    is_first = np.concatenate(([True], units[1:] != units[:-1]))
    steps = np.concatenate(([0], np.diff(numbers)))
    texts = cast.words["unit"].texts
    spans = []
    for at in np.flatnonzero(is_first | (steps > 1))[:_JUDGED].tolist():
        high = int(numbers[at])
        low = high - _LOOK_BACK if is_first[at] else high - int(steps[at]) + 1
        spans.append(_Span(int(rows[at]), kpi, texts[units[at]], low, high, bool(is_first[at])))
    return spans


def _posted(spans: list[_Span], rhythm: _Rhythm, known: Known) -> set[tuple[str, str, int]]:
    """Return KPI, unit and number of the posted periods that lie in the spans."""
    numbers = sorted({number for span in spans for number in range(span.low, span.high)})
    starts = [_start(number, rhythm) for number in numbers]
    where: Where = {"kpi": sorted({span.kpi for span in spans}), "start_on": starts}
    frame = known.posted_where(ExtractKind.KPI_OBSERVATIONS, where)
    if not len(frame):
        return set()
    days = np.array([day.isoformat() for day in frame["start_on"]], dtype="datetime64[ns]")
    found = _numbers(days, rhythm.frequency).tolist()
    return set(zip(frame["kpi"].tolist(), frame["unit"].tolist(), found, strict=True))


def _rhythm(start: np.datetime64, frequency: Frequency) -> _Rhythm:
    """Return how the periods of a KPI are numbered, from the first day of one of them."""
    if frequency in _MONTHS:
        return _Rhythm(frequency, 0)
    return _Rhythm(frequency, int(start.astype("datetime64[D]").astype(np.int64)) % _DAYS[frequency])


def _numbers(starts: NDArray[np.datetime64], frequency: Frequency) -> NDArray[np.int64]:
    """Return numbers of the periods of a frequency, so that neighbours differ by 1."""
    if frequency in _MONTHS:
        return starts.astype("datetime64[M]").astype(np.int64) // _MONTHS[frequency]
    return starts.astype("datetime64[D]").astype(np.int64) // _DAYS[frequency]


def _start(number: int, rhythm: _Rhythm) -> date:
    """Return the first day of a numbered period."""
    if rhythm.frequency in _MONTHS:
        return add_months(date(1970, 1, 1), number * _MONTHS[rhythm.frequency])
    return date(1970, 1, 1) + timedelta(days=number * _DAYS[rhythm.frequency] + rhythm.phase)

"""Rows of periods that are closed: softly, where somebody is asked first, or locked, where they become a true-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ingest.cast import CastTable
from ingest.known import Known, policy_with_calendar
from ingest.normalise import normalise_frame
from ingest.tables import Fault, Mask
from models.domain.calendar import FiscalCalendar, is_same_period
from models.domain.extract import ExtractKind
from models.domain.period_state import PeriodState

_FIGURES = frozenset(
    {
        ExtractKind.KPI_OBSERVATIONS,
        ExtractKind.PL_ROWS,
        ExtractKind.COSTS,
        ExtractKind.LINE_DRIVERS,
        ExtractKind.HOURS,
        ExtractKind.OTHER_PROGRAMME_AMOUNTS,
        ExtractKind.TRIAL_BALANCES,
    }
)
_CODES = {PeriodState.SOFT_CLOSED: "CLOSE-001", PeriodState.LOCKED: "CLOSE-002"}


def check_closed_periods(cast: CastTable, known: Known) -> list[Fault]:
    """Name the closed periods that rows of a file belong to: one finding for each state, at its first row."""
    if cast.table.kind not in _FIGURES or not known.book.standings or "period" not in cast.spans:
        return []
    spans, kept = cast.spans["period"], ~cast.bad_rows()
    calendar = known.policy.calendar
    rows: dict[PeriodState, list[int]] = {}
    starts: dict[PeriodState, set[date]] = {}
    days = spans.starts.astype("datetime64[D]")
    for day in np.unique(days[kept & ~np.isnat(days)]):
        period = calendar.period_of(day.item())
        state = known.book.standing_of(period.start_on).state
        if state in _CODES:
            rows.setdefault(state, []).extend(np.flatnonzero(kept & (days == day)).tolist())
            starts.setdefault(state, set()).add(period.start_on)
    return [_fault(_CODES[state], rows[state], sorted(starts[state]), calendar) for state in _CODES if state in rows]


def check_locked_policy(cast: CastTable, known: Known) -> list[Fault]:
    """Flag the policy of a file that would report in another currency, or by other periods, than what is locked."""
    locked_to = known.book.locked_to
    keep = ~cast.bad_rows() & ~cast.retracted()
    kept = np.flatnonzero(keep).astype(np.int64)
    if locked_to is None or not len(kept):
        return []
    return [*_other_currency(cast, known, kept, locked_to), *_other_calendar(cast, known, keep)]


def _other_calendar(cast: CastTable, known: Known, keep: Mask) -> list[Fault]:
    """Compare the locked periods with those of the calendar that the file's last policy would bring."""
    frame = normalise_frame(cast, keep)
    before, after = known.policy.calendar, policy_with_calendar(known.policy, frame).calendar
    moved = [lock for lock in known.book.locks if not is_same_period(before, after, lock.start_on)]
    if not moved:
        return []
    labels = [calendar.label(calendar.period_of(moved[-1].start_on)) for calendar in (before, after)]
    last = np.flatnonzero(keep)[[int(frame["version"].astype("int64").argmax())]].astype(np.int64)
    column = "fiscal_start_month" if after.start_month != before.start_month else "calendar_pattern"
    text = cast.table.text_at(column, int(last[0]))
    words = {"text": text, "found": labels[0], "allowed": labels[1]}
    return [Fault("CLOSE-004", column, last, lambda _: words)]


def _other_currency(cast: CastTable, known: Known, kept: NDArray[np.int64], locked_to: date) -> list[Fault]:
    before = known.policy.reporting_currency
    odd = [int(row) for row in kept if cast.table.text_at("reporting_currency", int(row)) != before]
    label = known.policy.calendar.label(known.policy.calendar.period_of(locked_to))

    def words(row: int) -> dict[str, object]:
        return {"text": cast.table.text_at("reporting_currency", row), "found": label, "allowed": before}

    return [Fault("CLOSE-003", "reporting_currency", np.array(odd, dtype=np.int64), words)] if odd else []


def _fault(code: str, rows: Sequence[int], starts: Sequence[date], calendar: FiscalCalendar) -> Fault:
    labels = [calendar.label(calendar.period_of(start)) for start in (starts[0], starts[-1])]
    words = {
        "found": f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}",
        "periods": labels[0] if len(starts) == 1 else f"{labels[0]} to {labels[1]}",
    }
    return Fault(code, "period", np.array([min(rows)], dtype=np.int64), lambda _: words)

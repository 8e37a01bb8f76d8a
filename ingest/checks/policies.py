"""What a new policy must not do: change a version that holds, never hold, or cut the fiscal year otherwise unseen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.known import Known, policy_with_calendar
from ingest.normalise import normalise_frame
from ingest.policy_rows import changed_terms, policy_row
from ingest.tables import Fault
from models.domain.calendar import FiscalCalendar
from models.domain.extract import ExtractKind

_BY_FISCAL_PERIOD = (
    ExtractKind.APPROVED_CASE_PERIODS,
    ExtractKind.CLAIMS,
    ExtractKind.COSTS,
    ExtractKind.PL_ROWS,
    ExtractKind.LINE_DRIVERS,
)


def check_calendar(cast: CastTable, known: Known) -> list[Fault]:
    """Flag the policy of a file that changes the fiscal calendar while facts by fiscal period are posted."""
    kept = ~cast.bad_rows() & ~cast.retracted()
    if not kept.any():
        return []
    frame = normalise_frame(cast, kept)
    before, after = known.policy.calendar, policy_with_calendar(known.policy, frame).calendar
    n_rows = sum(len(known.posted(kind)) for kind in _BY_FISCAL_PERIOD) if after != before else 0
    if not n_rows:
        return []
    last = np.flatnonzero(kept)[[int(frame["version"].astype("int64").argmax())]].astype(np.int64)
    column = "fiscal_start_month" if after.start_month != before.start_month else "calendar_pattern"
    words: Mapping[str, object] = {"found": f"{_said(before)} becomes {_said(after)}", "allowed": n_rows}
    return [Fault("POL-001", column, last, lambda _: words)]


def check_versions(cast: CastTable, known: Known) -> list[Fault]:
    """Flag a version that is posted with other values, a date from which it could not hold, limits out of order."""
    kept = ~cast.bad_rows() & ~cast.retracted()
    if not kept.any():
        return []
    frame = normalise_frame(cast, kept).set_index(np.flatnonzero(kept))
    posted = known.posted(ExtractKind.POLICIES)
    held = {int(row["version"]): row for row in posted.to_dict("records")}
    newest = max((row["effective_on"] for row in held.values()), default=None)
    faults = []
    for row_no, row in zip(frame.index, frame.to_dict("records"), strict=True):
        faults += _faults_of(int(row_no), row, held, newest, known)
    return faults


def _faults_of(
    row_no: int, row: Mapping[Hashable, Any], held: Mapping[int, Mapping[Hashable, Any]], newest: Any, known: Known
) -> list[Fault]:
    version, effective_on = int(row["version"]), row["effective_on"]
    found: list[tuple[str, str, str, str, object]] = []
    before, after = (policy_row(each) for each in (held.get(version, {}), row))
    is_new = version not in held
    if not is_new and before is not None and after is not None and (changed := changed_terms(before, after)):
        found.append(("POL-002", "version", str(version), ", ".join(changed), max(held) + 1))
    if known.today is not None and effective_on > known.today:
        found.append(("POL-003", "effective_on", str(effective_on), "it is later than today", known.today))
    elif is_new and newest is not None and effective_on < newest:
        found.append(("POL-003", "effective_on", str(effective_on), "a later one holds already", newest))
    low, rate, high = (row[f"persistence_{name}_float"] for name in ("low", "rate", "high"))
    if (not pd.isna(low) and low > rate) or (not pd.isna(high) and high < rate):
        found.append(
            ("POL-004", "persistence_rate", str(row["persistence_rate"]), f"{_text(low)} to {_text(high)}", "")
        )
    return [_fault(row_no, *each) for each in found]


def _fault(row_no: int, code: str, column: str, text: str, found: str, allowed: object) -> Fault:
    words: Mapping[str, object] = {"text": text, "found": found, "allowed": allowed}
    return Fault(code, column, np.array([row_no], dtype=np.int64), lambda _: words)


def _text(limit: Any) -> str:
    return "-" if pd.isna(limit) else f"{limit:g}"


def _said(calendar: FiscalCalendar) -> str:
    named = "end" if calendar.is_named_by_end else "start"
    return f"{calendar.pattern.value} from month {calendar.start_month}, named by its {named}"

"""What a new policy must not do unseen: cut the fiscal year otherwise under facts that are posted by its periods."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.cast import CastTable
from ingest.known import Known, policy_with_calendar
from ingest.normalise import normalise_frame
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


def _said(calendar: FiscalCalendar) -> str:
    named = "end" if calendar.is_named_by_end else "start"
    return f"{calendar.pattern.value} from month {calendar.start_month}, named by its {named}"

"""What the approved case promised by now, and where the gap to what ties out lies.

case to date - tied out = late but recoverable + not yet evidenced + short, exactly. Not yet evidenced comes first
(lines and periods without a measurement), lateness is told on measured lines only, short is what remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import FiscalCalendar, Period
from models.value.facts import CaseFacts, InitiativeFacts


@dataclass(frozen=True, slots=True)
class CaseToDate:
    """The promised benefit of an initiative's cashable lines, minor units.

    `like_for_like` counts each measured line to its last measured fiscal period; `to_date` counts all lines to as-of.
    """

    to_date: int
    like_for_like: int
    late_recoverable: int
    to_horizon: int
    cost_to_date: int

    @property
    def not_yet_evidenced(self) -> int:
        """What was promised of lines and periods that are not measured."""
        return self.to_date - self.like_for_like


def case_to_date(
    initiative: InitiativeFacts,
    last_measured: Mapping[str, date],
    realised: Mapping[str, int],
    *,
    calendar: FiscalCalendar,
    as_of: date,
) -> CaseToDate | None:
    """Return what the held case promised; None without a case.

    Parameters
    ----------
    last_measured
        Last day measured of each measured benefit line.
    realised
        Realised cashable of each measured line, minor units.
    """
    case = initiative.case
    if case is None:
        return None
    not_cashable = {line.key for line in initiative.lines if not line.benefit_class.is_cashable}
    cells = [cell for cell in case.cells if cell.is_benefit and cell.line not in not_cashable]
    to_date = [cell for cell in cells if cell.period.last_on <= as_of]
    evidenced = [
        cell for cell in to_date if cell.line in last_measured and cell.period.last_on <= last_measured[cell.line]
    ]
    late = 0
    for line in sorted({cell.line for cell in evidenced}):
        promised = sum(cell.amount_minor for cell in evidenced if cell.line == line)
        missing = max(0, promised - realised.get(line, 0))
        path = {cell.period: cell.amount_minor for cell in cells if cell.line == line}
        delayed = late_recoverable(case, path, initiative.go_live_on, last_measured[line], calendar)
        late += min(delayed, missing)
    return CaseToDate(
        to_date=sum(cell.amount_minor for cell in to_date),
        like_for_like=sum(cell.amount_minor for cell in evidenced),
        late_recoverable=late,
        to_horizon=sum(cell.amount_minor for cell in cells if cell.period.last_on <= case.horizon_on),
        cost_to_date=sum(
            cell.amount_minor for cell in case.cells if not cell.is_benefit and cell.period.last_on <= as_of
        ),
    )


def late_recoverable(
    case: CaseFacts, path: Mapping[Period, int], go_live_on: date | None, until: date, calendar: FiscalCalendar
) -> int:
    """Return what a late go-live has put off to date and the same path, started late, still brings by the horizon.

    With a delay of d periods the path to `until` lacks what was due in its last d periods; what the shift pushes beyond
    the horizon is lost, the rest comes later.
    """
    if go_live_on is None or go_live_on <= case.go_live_on:
        return 0
    delay = _period_number(calendar, go_live_on) - _period_number(calendar, case.go_live_on)
    now, horizon = _period_number(calendar, until), _period_number(calendar, case.horizon_on)
    numbered = {_period_number(calendar, period.start_on): amount for period, amount in path.items()}
    put_off = sum(a for n, a in numbered.items() if n <= now) - sum(a for n, a in numbered.items() if n + delay <= now)
    lost = sum(a for n, a in numbered.items() if n <= horizon < n + delay)
    return max(0, put_off - lost)


def _period_number(calendar: FiscalCalendar, day: date) -> int:
    fiscal_year, number = calendar.locate(day)
    return fiscal_year * 12 + number

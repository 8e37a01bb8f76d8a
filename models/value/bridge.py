"""What the approved case promised by now, and the bridge from there to realised cashable, by cause and to the cent.

Each line is bridged alone: not yet evidenced takes what has no measurement, outside the case what nobody promised; the
rest is shared among timing and the factors of the promise by their Shapley value, rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from models.domain.bridge import Bridge, Cause, make_bridge
from models.domain.calendar import FiscalCalendar
from models.value.bridge_factors import FACTORS, Moved, RealisedLine, compare_factors
from models.value.bridge_share import PARTS_PER_MINOR, round_together, scale_level, share_change, value_coalitions
from models.value.facts import CaseCell, CaseFacts, InitiativeFacts

#: Factors whose sets are worth more than so many times both ends say nothing: what the case states is in another unit.
_MOST_ENDS = 10
_RUN_AWAY = "what the case states is out of all proportion to what was measured; all of it stays in effect size."


@dataclass(frozen=True, slots=True)
class CaseToDate:
    """The promised benefit of an initiative's cashable lines and its approved cost, minor units.

    `like_for_like` counts each measured line to its last measured fiscal period; `to_date` counts all lines to as-of.
    """

    to_date: int
    like_for_like: int
    to_horizon: int
    cost_to_date: int
    cost_to_horizon: int

    @property
    def not_yet_evidenced(self) -> int:
        """What was promised of lines and periods that are not measured."""
        return self.to_date - self.like_for_like


@dataclass(frozen=True, slots=True)
class LineBridge:
    """A line's way from promised to realised: amounts by cause, which sum to it."""

    promised_minor: int
    realised_minor: int
    amounts: Mapping[Cause, int]
    notes: tuple[str, ...]


def period_number(calendar: FiscalCalendar, day: date) -> int:
    """Return the number of the fiscal period that holds a day, counted without a gap over years."""
    fiscal_year, number = calendar.locate(day)
    return fiscal_year * 12 + number


def cashable_cells(initiative: InitiativeFacts) -> list[CaseCell]:
    """Return the promised benefit cells of classes that reach the P&L."""
    not_cashable = {line.key for line in initiative.lines if not line.benefit_class.is_cashable}
    cells = initiative.case.cells if initiative.case else ()
    return [cell for cell in cells if cell.is_benefit and cell.line not in not_cashable]


def case_to_date(initiative: InitiativeFacts, last_measured: Mapping[str, date], as_of: date) -> CaseToDate | None:
    """Return what the held case promised and planned; None without a case.

    Parameters
    ----------
    last_measured
        Last day measured of each measured benefit line.
    """
    case = initiative.case
    if case is None:
        return None
    benefit = cashable_cells(initiative)
    to_date = [cell for cell in benefit if cell.period.last_on <= as_of]
    cost = [cell for cell in case.cells if not cell.is_benefit]
    return CaseToDate(
        to_date=_sum(to_date),
        like_for_like=_sum(
            cell for cell in to_date if cell.line in last_measured and cell.period.last_on <= last_measured[cell.line]
        ),
        to_horizon=_sum(cell for cell in benefit if cell.period.last_on <= case.horizon_on),
        cost_to_date=_sum(cell for cell in cost if cell.period.last_on <= as_of),
        cost_to_horizon=_sum(cell for cell in cost if cell.period.last_on <= case.horizon_on),
    )


def _sum(cells: Iterable[CaseCell]) -> int:
    return sum(cell.amount_minor for cell in cells)


def bridge_benefit(
    initiative: InitiativeFacts, realised: Sequence[RealisedLine], *, calendar: FiscalCalendar, as_of: date
) -> tuple[Bridge, tuple[str, ...]]:
    """Return the bridge from the approved case to date to realised cashable, and what it could not tell apart.

    Parameters
    ----------
    realised
        The measured lines of classes that reach the P&L.
    """
    case = initiative.case
    by_line = {line.facts.key: line for line in realised}
    cells: dict[str, list[CaseCell]] = {}
    for cell in cashable_cells(initiative):
        cells.setdefault(cell.line, []).append(cell)
    start = end = 0
    amounts: dict[tuple[Cause, str], int] = {}
    notes: list[str] = []
    for key in sorted({*cells, *by_line}):
        line = by_line.get(key)
        promised = sum(cell.amount_minor for cell in cells.get(key, ()) if cell.period.last_on <= as_of)
        if line is None:
            found = LineBridge(promised, 0, {Cause.NOT_YET_EVIDENCED: -promised}, ())
        elif case is None or key not in cells:
            found = LineBridge(promised, sum(line.realised_minor), {Cause.OUTSIDE_CASE: sum(line.realised_minor)}, ())
        else:
            found = bridge_line(
                line,
                case,
                cells[key],
                delay=delay_of(case, initiative.go_live_on, calendar),
                calendar=calendar,
                as_of=as_of,
            )
        start, end = start + found.promised_minor, end + found.realised_minor
        amounts |= {(cause, key): amount for cause, amount in found.amounts.items()}
        notes += found.notes
    return make_bridge(start, end, amounts), tuple(dict.fromkeys(notes))


def delay_of(case: CaseFacts, go_live_on: date | None, calendar: FiscalCalendar) -> int:
    """Return by how many fiscal periods go-live came later than promised; 0 where there was none yet."""
    if go_live_on is None:
        return 0
    return period_number(calendar, go_live_on) - period_number(calendar, case.go_live_on)


def bridge_line(
    line: RealisedLine,
    case: CaseFacts,
    cells: Sequence[CaseCell],
    *,
    delay: int,
    calendar: FiscalCalendar,
    as_of: date,
) -> LineBridge:
    """Return the bridge of a measured line that the case promises.

    Parameters
    ----------
    cells
        The promise of the line by fiscal period.
    delay
        Fiscal periods by which go-live came later than promised.
    """
    now = period_number(calendar, line.last_measured_on)
    path = {period_number(calendar, cell.period.start_on): cell for cell in cells}
    places = {period_number(calendar, period.start_on): f for f, period in enumerate(line.fiscal)}
    due = [(cell, places.get(n + delay)) for n, cell in sorted(path.items()) if n + delay <= now and cell.amount_minor]
    promised = sum(cell.amount_minor for n, cell in path.items() if n <= now)
    to_date = sum(cell.amount_minor for cell in path.values() if cell.period.last_on <= as_of)
    moved = compare_factors(line, case.terms_of(line.facts.key), due)
    lost = _share_lost(path, delay, now, period_number(calendar, case.horizon_on))
    parts, is_within = share_factors(moved, promised, lost)
    notes = moved.notes if is_within else (*moved.notes, f"{line.facts.name}: {_RUN_AWAY}")
    total = sum(line.realised_minor)
    parts[Cause.NOT_YET_EVIDENCED] = promised - to_date
    parts[Cause.OUTSIDE_CASE] = total - moved.realised_minor
    return LineBridge(to_date, total, parts, notes)


def _share_lost(path: Mapping[int, CaseCell], delay: int, now: int, horizon: int) -> Fraction:
    """Return the share of what a delay puts off to date that does not come back by the horizon.

    With a delay of d periods the path to date lacks what was due in its last d periods; what the shift pushes beyond
    the horizon is lost, the rest comes later.
    """
    if delay <= 0:
        return Fraction(0)
    put_off = sum(cell.amount_minor for n, cell in path.items() if n <= now < n + delay)
    lost = sum(cell.amount_minor for n, cell in path.items() if n <= horizon < n + delay)
    return min(Fraction(1), max(Fraction(0), Fraction(lost, put_off))) if put_off else Fraction(0)


def share_factors(moved: Moved, promised: int, lost: Fraction = Fraction(0)) -> tuple[dict[Cause, int], bool]:
    """Return the change from promised to realised by cause, rounded once so that it sums exactly.

    The second is False where a set of factors would be worth many times both ends: then all stays in effect size.

    Parameters
    ----------
    promised
        What was due by the last measured period on the promised day of go-live; `moved.cells` are what is due on the
        real one. Between the two lies timing.
    lost
        The share of timing that does not come back by the horizon.
    """
    factors = [cause for cause in FACTORS if cause in moved.ratios]
    values = value_coalitions([float(cell) for cell in moved.cells], [moved.ratios[cause] for cause in factors])
    ends = max(sum(map(abs, moved.cells)), abs(moved.realised_minor))
    is_within = all(abs(value) <= _MOST_ENDS * ends for value in values)
    if not is_within:
        factors, values = [Cause.EFFECT_SIZE], [float(sum(moved.cells)), float(moved.realised_minor)]
    shifted = sum(moved.cells)
    is_moved = shifted != promised
    if is_moved:
        values = [scale_level(float(promised), value, float(shifted)) for value in values] + values
    exact = [round(value * PARTS_PER_MINOR) for value in values]
    exact[0], exact[-1] = promised * PARTS_PER_MINOR, moved.realised_minor * PARTS_PER_MINOR
    shares = [share / PARTS_PER_MINOR for share in share_change(exact)]
    found = dict(zip(factors, shares, strict=False))
    timing = shares[-1] if is_moved else Fraction(0)
    found |= {Cause.TIMING_RECOVERABLE: timing * (1 - lost), Cause.TIMING_LOST: timing * lost}
    causes = [cause for cause in Cause if cause in found]
    return dict(zip(causes, round_together([found[cause] for cause in causes]), strict=True)), is_within

"""Fiscal years that are locked to their last period: what was tied out there, and why not, stands as it was judged.

An entry is judged over a fiscal year to date. Once all of the year is locked, its entries, tests, unshared rows and
over-claims are those of the publication that locked it, whatever grades, rules or accounts say today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.domain.calendar import FiscalCalendar
from models.domain.ledger import Entry, Ledger, LedgerLine, LineTest, OverClaim, TieState, UnsharedRow
from models.value.ledger_waiting import age_postings
from models.value.profit_line import LineKey
from models.value.tie_out import LocatedPosting, RealisedPosting, fiscal_year_label

_CENTURY = 2000  # labels name years 2000 to 2099


@dataclass(frozen=True, slots=True)
class LockedYears:
    """What was judged of the fiscal years before `open_year`, the first that is not locked to its last period."""

    open_year: int = 0
    entries: tuple[Entry, ...] = ()
    unshared: tuple[UnsharedRow, ...] = ()
    over_claims: tuple[OverClaim, ...] = ()
    tests: tuple[tuple[tuple[str, str, str], tuple[LineTest, ...]], ...] = ()

    def holds(self, fiscal_year: str) -> bool:
        """Whether all of a fiscal year (FY26) is locked."""
        return _year_of(fiscal_year) < self.open_year


NO_YEARS = LockedYears()


def _year_of(fiscal_year: str) -> int:
    return _CENTURY + int(fiscal_year.removeprefix("FY"))


def locked_years(ledger: Ledger, calendar: FiscalCalendar, to_on: date) -> LockedYears:
    """Return what a published ledger says of the fiscal years that end by the last locked day."""
    years = LockedYears(calendar.locate(to_on + timedelta(days=1))[0])
    tests = [(line.key, tuple(test for test in line.tests if years.holds(test.fiscal_year))) for line in ledger.lines]
    return replace(
        years,
        entries=tuple(row for row in ledger.entries if years.holds(row.fiscal_year)),
        unshared=tuple(row for row in ledger.unshared if years.holds(row.fiscal_year)),
        over_claims=tuple(row for row in ledger.over_claims if years.holds(row.fiscal_year)),
        tests=tuple((key, found) for key, found in tests if found),
    )


def stand_years(
    ledger: Ledger,
    years: LockedYears,
    waiting: Mapping[TieState, Sequence[LocatedPosting]],
    calendar: FiscalCalendar,
    as_of: date,
) -> Ledger:
    """Return a ledger whose locked years say what they said.

    Parameters
    ----------
    waiting
        The postings that wait today, by state: their ages are those of what still waits.
    """
    if not years.open_year:
        return ledger
    tests = dict(years.tests)
    return replace(
        ledger,
        lines=tuple(_stand_tests(line, tests.get(line.key, ()), years) for line in ledger.lines),
        entries=(*years.entries, *(row for row in ledger.entries if not years.holds(row.fiscal_year))),
        unshared=(*years.unshared, *(row for row in ledger.unshared if not years.holds(row.fiscal_year))),
        over_claims=(*years.over_claims, *(row for row in ledger.over_claims if not years.holds(row.fiscal_year))),
        ageing=age_postings(
            {state: _stand_waiting(state, found, years, calendar) for state, found in waiting.items()}, calendar, as_of
        ),
    )


def _stand_tests(line: LedgerLine, locked: Sequence[LineTest], years: LockedYears) -> LedgerLine:
    later = tuple(test for test in line.tests if not years.holds(test.fiscal_year))
    return replace(line, tests=(*locked, *later))


def _stand_waiting(
    state: TieState, postings: Sequence[LocatedPosting], years: LockedYears, calendar: FiscalCalendar
) -> list[LocatedPosting]:
    """Return what waits; where a locked year holds another amount than today's it is as old as that year's end."""
    kept: list[LocatedPosting] = []
    today: dict[tuple[str, str], list[LocatedPosting]] = defaultdict(list)
    for posting in postings:
        year = fiscal_year_label(calendar, posting.source.period)
        if years.holds(year):
            today[posting.source.benefit_line, year].append(posting)
        else:
            kept.append(posting)
    then: dict[tuple[str, str], list[LocatedPosting]] = defaultdict(list)
    for entry in years.entries:
        amount = sum(part.amount_minor for part in entry.parts if part.state is state)
        if amount:
            then[entry.benefit_line, entry.fiscal_year].append(_as_posting(entry, amount, calendar))
    for place, standing in sorted(then.items()):
        found = today.get(place, [])
        is_same = sum(each.amount_minor for each in found) == sum(each.amount_minor for each in standing)
        kept += found if is_same else standing
    return kept


def _as_posting(entry: Entry, amount_minor: int, calendar: FiscalCalendar) -> LocatedPosting:
    last = calendar.period_of(calendar.year_start(_year_of(entry.fiscal_year) + 1) - timedelta(days=1))
    source = RealisedPosting(
        entry.initiative, entry.benefit_line, entry.benefit_class, entry.grade, last, amount_minor, ()
    )
    return LocatedPosting(source, LineKey(entry.pl_line, entry.entity, entry.cost_centre), amount_minor, entry.reason)

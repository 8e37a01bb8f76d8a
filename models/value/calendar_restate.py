"""Restated comparatives: everything is held against what lies 52 weeks back, in and after a year of 53 weeks.

After a long year the prior year is cut again by one week; its 53rd week is held against its own first week, which lies
52 weeks before. Books are posted by fiscal period, so the week that moves from one period to another is taken by its
share of the period's weeks. A period is cut into its first week and the rest, rounded once: what leaves one window
enters another, so that every week is held by one reference, exactly once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from models.domain.calendar import LONG_YEAR_WEEKS, FiscalCalendar, Period, is_restated_year

if TYPE_CHECKING:  # the ledger's cells call this module
    from models.value.profit_line import LineAmount

_WEEK_DAYS = 7
_LAST_PERIOD = 12


def split_first_week(amount_minor: int, period: Period) -> tuple[int, int]:
    """Return the share of a period's first week, rounded once, and the rest: they sum to the amount."""
    first = round(amount_minor * Fraction(_WEEK_DAYS, period.days))
    return first, amount_minor - first


def comparable_amounts(
    amounts_of: Callable[[Period], Sequence[LineAmount]], calendar: FiscalCalendar, period: Period
) -> tuple[list[LineAmount], bool]:
    """Return the amounts of 52 weeks before that a fiscal period is compared with, and whether they are restated.

    Parameters
    ----------
    amounts_of
        What was posted for a fiscal period, empty where nothing was.

    Returns
    -------
    amounts
        Empty where one of the periods they rest on was not posted: half a reference is none.
    is_restated
        True after a year of 53 weeks, and for the last period of one.
    """
    fiscal_year, number = calendar.locate(period.start_on)
    before = calendar.period(fiscal_year - 1, number)
    posted = list(amounts_of(before))
    is_restated, is_longer = is_restated_year(calendar, fiscal_year), _has_53rd_week(calendar, fiscal_year, number)
    if not (is_restated or is_longer) or not posted:
        return posted, False
    kept = posted
    if is_restated:
        kept = [replace(amount, amount_minor=split_first_week(amount.amount_minor, before)[1]) for amount in posted]
    if number == _LAST_PERIOD and not is_longer:
        return kept, True
    following = calendar.period_of(before.end_on)
    moved = list(amounts_of(following))
    if {amount.entity for amount in moved} != {amount.entity for amount in posted}:
        return [], True
    entering = [replace(amount, amount_minor=split_first_week(amount.amount_minor, following)[0]) for amount in moved]
    return [*kept, *entering], True


def _has_53rd_week(calendar: FiscalCalendar, fiscal_year: int, number: int) -> bool:
    return number == _LAST_PERIOD and calendar.n_weeks(fiscal_year) == LONG_YEAR_WEEKS


def carried_forward(amount_minor: int, calendar: FiscalCalendar, period: Period) -> list[tuple[Period, int]]:
    """Return the fiscal periods whose reference holds an amount of this period, exactly.

    The mirror of `comparable_amounts`: of a year of 53 weeks the first week of a period is held by the reference of the
    period before, a year later; that of its first period by its own last period, for the 53rd week.
    """
    fiscal_year, number = calendar.locate(period.start_on)
    same = calendar.period(fiscal_year + 1, number)
    if not is_restated_year(calendar, fiscal_year + 1):
        return [(same, amount_minor)]
    first, rest = split_first_week(amount_minor, period)
    earlier = calendar.period(fiscal_year + 1, number - 1) if number > 1 else calendar.period(fiscal_year, _LAST_PERIOD)
    return [(earlier, first), (same, rest)]

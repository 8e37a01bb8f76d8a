"""From hours to cash: what of released capacity and cost avoidance became cash, and on which account.

Neither class is cashable by itself. A budget-holder must have accepted a cut, and for released capacity the account
must have moved:

    evidenced = min(accepted cuts, what the account moved beyond its flex and nobody else holds, value of the hours)

The two sides of a period are compared period by period, the movement over the fiscal year to date (as the ledger does):
taking the better of each month's noise would find cash where there is none. Only periods with a closed ledger and a
reference count. Where several lines ask for one movement it is split in proportion to what was accepted, whatever their
order. What is not evidenced stays what it was: hours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.benefit_line import CashTest
from models.domain.calendar import FiscalCalendar, Period
from models.domain.money import split_largest_remainder
from models.value.facts import BudgetCut

Place = tuple[str, str, str]  # P&L line, entity, cost centre ('' = all)

#: Units of measure in which a KPI counts hours, so that reported hours bound its money.
HOUR_UNITS = frozenset({"h", "hour", "hours"})


@dataclass(frozen=True, slots=True)
class CashPart:
    """Cash of a line on one account in the posted fiscal period at `place`."""

    place: int
    account: Place
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CashEvidence:
    """What of a line became cash, by period and account, and how that was found."""

    parts: tuple[CashPart, ...] = ()
    tests: tuple[CashTest, ...] = ()

    def by_period(self, n_periods: int) -> tuple[int, ...]:
        """Return the cash of each posted fiscal period."""
        amounts = [0] * n_periods
        for part in self.parts:
            amounts[part.place] += part.amount_minor
        return tuple(amounts)


NO_CASH = CashEvidence()


@dataclass(frozen=True, slots=True)
class LineClaim:
    """A line that may have become cash: its value and cuts by posted fiscal period.

    `value_minor` is what its hours, or its avoided cost, are worth; never negative. `accounts` are those linked to it
    without a cut: they show what moved, and evidence nothing.
    """

    key: str
    fiscal: tuple[Period, ...]
    value_minor: tuple[int, ...]
    cuts: tuple[BudgetCut, ...]
    accounts: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountMovement:
    """What an account moved beyond its flexed reference in the closed periods of a window, favourable positive.

    `is_held` is False where the ledger holds nothing at the account: its books are looked at more finely, or lack it.
    """

    start_ons: frozenset[date]
    movement_minor: int
    held_by_others_minor: int
    is_held: bool = True


#: Returns the key of the ledger's line that holds an account, and its movement between two first days of periods.
Movements = Callable[[Place, date, date], tuple[object, AccountMovement]]


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a line asks of an account in one period: the cut, at most what the hours are worth."""

    line: str
    account: Place
    place: int
    period: Period
    cut_minor: int
    amount_minor: int


def avoid_cost(claim: LineClaim, calendar: FiscalCalendar) -> CashEvidence:
    """Return the cash of a cost avoidance: the part of its value that an accepted cut of the budget covers."""
    asks = list_asks(claim)
    tests = [
        CashTest(
            fiscal_year=year,
            pl_line=account[0],
            entity=account[1],
            cost_centre=account[2],
            n_periods=len(group),
            value_minor=sum(claim.value_minor[ask.place] for ask in group),
            accepted_minor=sum(ask.cut_minor for ask in group),
            movement_minor=None,
            held_by_others_minor=0,
            evidenced_minor=sum(ask.amount_minor for ask in group),
            reason="The budget was cut: that part is cashable, and the ledger tests it as any other entry.",
        )
        for (year, account), group in sorted(_by_year_and_account(asks, calendar).items())
    ]
    parts = tuple(CashPart(ask.place, ask.account, ask.amount_minor) for ask in asks if ask.amount_minor)
    return CashEvidence(parts, tuple(tests))


def release_year(
    claims: Sequence[LineClaim], fiscal_year: str, movements: Movements, calendar: FiscalCalendar
) -> dict[str, CashEvidence]:
    """Return by line what of released hours became cash in one fiscal year.

    Parameters
    ----------
    claims
        Lines of released capacity; any order.
    movements
        What the accounts moved, others' entries and the cash of earlier years known.
    """
    asks: dict[object, list[_Ask]] = defaultdict(list)
    seen: dict[object, AccountMovement] = {}
    for claim in sorted(claims, key=lambda each: each.key):
        for account, group in _of_year(claim, fiscal_year, calendar).items():
            key, _ = movements(account, group[0].period.start_on, group[-1].period.start_on)
            asks[key] += group
    parts: dict[str, list[CashPart]] = defaultdict(list)
    tests: dict[str, list[CashTest]] = defaultdict(list)
    by_key = {claim.key: claim for claim in claims}
    for key, group in asks.items():
        starts = [ask.period.start_on for ask in group]
        _, seen[key] = movements(group[0].account, min(starts), max(starts))
        for ask, amount in zip(group, _evidence(group, seen[key]), strict=True):
            if amount:
                parts[ask.line].append(CashPart(ask.place, ask.account, amount))
        for line in sorted({ask.line for ask in group}):
            tests[line] += _tests(by_key[line], group, parts[line], seen[key], fiscal_year)
    return {line: CashEvidence(tuple(parts[line]), tuple(tests[line])) for line in tests}


def list_asks(claim: LineClaim) -> list[_Ask]:
    """Return what a line asks by period and account: the cuts, together at most its value of the period."""
    places = {period.start_on: place for place, period in enumerate(claim.fiscal)}
    cuts: dict[int, dict[Place, int]] = defaultdict(lambda: defaultdict(int))
    for cut in claim.cuts:
        if (place := places.get(cut.period.start_on)) is not None and cut.amount_minor > 0:
            cuts[place][cut.pl_line, cut.entity, cut.cost_centre] += cut.amount_minor
    asks = []
    for place, by_account in sorted(cuts.items()):
        accounts = sorted(by_account)
        limit = max(0, claim.value_minor[place])
        amounts = [by_account[account] for account in accounts]
        if sum(amounts) > limit:
            amounts = split_largest_remainder(limit, amounts)
        asks += [
            _Ask(claim.key, account, place, claim.fiscal[place], by_account[account], amount)
            for account, amount in zip(accounts, amounts, strict=True)
        ]
    return asks


def fiscal_years_of(claims: Sequence[LineClaim], calendar: FiscalCalendar) -> list[str]:
    """Return the fiscal years in which any line has value or a cut, in order."""
    years = {calendar.locate(period.start_on)[0] for claim in claims for period in claim.fiscal}
    return [year_label(year) for year in sorted(years)]


def year_label(fiscal_year: int) -> str:
    """Return FY26 for 2026."""
    return f"FY{fiscal_year % 100:02d}"


def _of_year(claim: LineClaim, fiscal_year: str, calendar: FiscalCalendar) -> dict[Place, list[_Ask]]:
    """Return what a line asks of each account in a fiscal year: nothing of one without a cut, in periods with value."""
    found: dict[Place, list[_Ask]] = {}
    for (year, account), group in _by_year_and_account(list_asks(claim), calendar).items():
        if year == fiscal_year:
            found[account] = group
    for account in claim.accounts:
        valued = [
            _Ask(claim.key, account, place, period, 0, 0)
            for place, period in enumerate(claim.fiscal)
            if claim.value_minor[place] > 0 and year_label(calendar.locate(period.start_on)[0]) == fiscal_year
        ]
        if valued and account not in found:
            found[account] = valued
    return found


def _by_year_and_account(asks: Sequence[_Ask], calendar: FiscalCalendar) -> dict[tuple[str, Place], list[_Ask]]:
    groups: dict[tuple[str, Place], list[_Ask]] = defaultdict(list)
    for ask in asks:
        groups[year_label(calendar.locate(ask.period.start_on)[0]), ask.account].append(ask)
    return groups


def _evidence(group: Sequence[_Ask], moved: AccountMovement) -> list[int]:
    """Split what the account moved, and nobody else holds, over what is asked of it; exactly, and never more."""
    asked = [ask.amount_minor if ask.period.start_on in moved.start_ons else 0 for ask in group]
    free = max(0, moved.movement_minor - moved.held_by_others_minor)
    if sum(asked) <= free:
        return asked
    return split_largest_remainder(free, asked)


def _tests(
    claim: LineClaim, group: Sequence[_Ask], parts: Sequence[CashPart], moved: AccountMovement, fiscal_year: str
) -> list[CashTest]:
    tests = []
    for account in sorted({ask.account for ask in group if ask.line == claim.key}):
        own = [ask for ask in group if ask.line == claim.key and ask.account == account]
        places = {ask.place for ask in own}
        evidenced = sum(part.amount_minor for part in parts if part.account == account and part.place in places)
        tests.append(
            CashTest(
                fiscal_year=fiscal_year,
                pl_line=account[0],
                entity=account[1],
                cost_centre=account[2],
                n_periods=sum(1 for ask in own if ask.period.start_on in moved.start_ons),
                value_minor=sum(claim.value_minor[ask.place] for ask in own),
                accepted_minor=sum(ask.cut_minor for ask in own),
                movement_minor=moved.movement_minor,
                held_by_others_minor=moved.held_by_others_minor,
                evidenced_minor=evidenced,
                reason=_reason(own, evidenced, moved, n_lines=len({ask.line for ask in group})),
            )
        )
    return tests


def _reason(own: Sequence[_Ask], evidenced: int, moved: AccountMovement, *, n_lines: int) -> str:
    """Say which of the limits binds."""
    if not any(ask.cut_minor for ask in own):
        return "The account is linked, but no holder of its budget has accepted a cut."
    if not moved.is_held:
        return "The ledger has no line for this account; a cut names the entity or cost centre by which its books go."
    n_open = sum(1 for ask in own if ask.period.start_on not in moved.start_ons)
    parts = [f"The ledger of {n_open} period{'s' if n_open > 1 else ''} is open or has no reference."] if n_open else []
    counted = [ask for ask in own if ask.period.start_on in moved.start_ons]
    if counted and evidenced < sum(ask.amount_minor for ask in counted):
        shared = f"; {n_lines} lines share what is left, by what was accepted" if n_lines > 1 else ""
        parts.append(f"The account moved less beyond its flex than was accepted{shared}.")
    elif short := sum(1 for ask in counted if ask.amount_minor < ask.cut_minor):
        parts.append(_worth_less(short, len(counted)))
    elif counted:
        parts.append("The cut was accepted and the account moved: all of it is cash.")
    return " ".join(parts)


def _worth_less(n_short: int, n_counted: int) -> str:
    """Say in how many periods it is so: what the hours are worth beyond the cut of another period does not help."""
    periods = f"In {n_short} of {n_counted} periods the" if n_short < n_counted else "The"
    return f"{periods} hours are worth less than the cut that was accepted."


def cash_shares(amount_minor: Sequence[int], cash_minor: Sequence[int]) -> tuple[float, ...]:
    """Return the share of each posted amount that is cash: draws of the amount carry their spread into it."""
    return tuple(cash / amount if amount else 0.0 for amount, cash in zip(amount_minor, cash_minor, strict=True))


def merge_evidence(parts: Sequence[CashEvidence]) -> CashEvidence:
    """Return the evidence of several years as one."""
    return CashEvidence(
        tuple(part for evidence in parts for part in evidence.parts),
        tuple(test for evidence in parts for test in evidence.tests),
    )


def by_line(found: Sequence[Mapping[str, CashEvidence]]) -> dict[str, CashEvidence]:
    """Return the evidence of each line over several years."""
    keys = sorted({key for year in found for key in year})
    return {key: merge_evidence([year[key] for year in found if key in year]) for key in keys}

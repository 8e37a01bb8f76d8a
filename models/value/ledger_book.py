"""The whole ledger: cells with every row, entries with their states, over-claims and what the budget holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import FiscalCalendar, Period
from models.domain.ledger import ClaimingEntry, Entry, HeldByBudget, Ledger, LineTest, OverClaim, TieState
from models.domain.measure import BenefitClass
from models.value.calendar_restate import carried_forward
from models.value.facts import InitiativeFacts
from models.value.ledger_cost import PlacedCosts, place_costs
from models.value.ledger_levels import close_line, roll_up, whole_line
from models.value.ledger_waiting import age_postings, claims_beside
from models.value.locked_book import LockedBook
from models.value.locked_year import stand_years
from models.value.profit_line import WHOLE_PL, FlexedCell, LineKey, ProfitLines, build_cells, line_keys
from models.value.tie_out import (
    LineOutcome,
    LocatedPosting,
    RealisedPosting,
    Shares,
    fiscal_year_label,
    locate_postings,
    tie_line,
)
from models.value.true_up_books import stand_cells


@dataclass(frozen=True, slots=True)
class EmbeddedAmount:
    """What the budget already holds of a benefit line on a P&L line in a fiscal period."""

    initiative: str
    benefit_line: str
    pl_line: str
    entity: str
    period: Period
    amount_minor: int
    budget_version: str
    cost_centre: str = ""


def build_ledger(
    postings: Sequence[RealisedPosting],
    books: ProfitLines,
    embedded: Sequence[EmbeddedAmount],
    initiatives: Sequence[InitiativeFacts],
    *,
    calendar: FiscalCalendar,
    as_of: date,
    shares: Shares | None = None,
    locked: LockedBook | None = None,
) -> tuple[Ledger, list[LocatedPosting]]:
    """Return the ledger of all realised postings, and where each cashable posting is held.

    Every cell sums exactly to its actual, the parts of a line to the line, the entries exactly to the postings.

    Parameters
    ----------
    shares
        Signed shares of what short lines support, by P&L line, entity, cost centre and fiscal year.
    locked
        What is locked: its cells and what was judged of its wholly locked years stand, whatever the books say today.
    """
    keys = line_keys(books)
    located = locate_postings([each for each in postings if each.benefit_class.is_cashable], keys, books)
    costs = place_costs(initiatives, books, keys, calendar)
    held = added_back(books, embedded, located, calendar, costs)
    cells: Mapping[LineKey, Sequence[FlexedCell]] = build_cells(books, held, calendar, costs.rows)
    if locked is not None:
        cells = stand_cells(cells, locked.ledger)
    by_key: dict[LineKey, list[LocatedPosting]] = defaultdict(list)
    for part in located:
        by_key[part.key].append(part)
    unlocated = by_key.pop(WHOLE_PL, [])
    outcomes = {
        key: tie_line(key, parts, cells.get(key, ()), calendar, shares) for key, parts in sorted(by_key.items())
    }
    entries = [entry for outcome in outcomes.values() for entry in outcome.entries]
    entries += _unlocated_entries(unlocated, calendar)
    entries += _non_cash_entries([p for p in postings if not p.benefit_class.is_cashable], calendar)
    lines = [
        close_line(key, books.names[key.pl_line], found, by_key.get(key, ()), _tests(outcomes.get(key)), calendar)
        for key, found in sorted(cells.items())
    ]
    whole = whole_line(lines, costs, held)
    waiting = {
        TieState.UNLOCATED: unlocated,
        TieState.LEDGER_OPEN: [part for outcome in outcomes.values() for part in outcome.waiting],
    }
    ledger = Ledger(
        lines=(*([whole] if whole is not None else []), *sorted([*lines, *roll_up(lines)], key=lambda line: line.key)),
        entries=tuple(entries),
        unshared=tuple(row for outcome in outcomes.values() for row in outcome.unshared),
        over_claims=_over_claims(outcomes, books),
        held_by_budget=_held(embedded, books, calendar, as_of),
        unlocated_cost_minor=costs.unlocated_minor(as_of),
        reasons=(*_reasons(books), *costs.reasons),
        basis=books.basis,
        controls=books.controls,
        ageing=age_postings(waiting, calendar, as_of),
        claims=claims_beside(initiatives, books, keys, calendar, as_of),
    )
    if locked is not None:
        ledger = stand_years(ledger, locked.years, waiting, calendar, as_of)
    return ledger, located


def _tests(outcome: LineOutcome | None) -> tuple[LineTest, ...]:
    return outcome.tests if outcome is not None else ()


def added_back(
    books: ProfitLines,
    embedded: Sequence[EmbeddedAmount],
    located: Sequence[LocatedPosting],
    calendar: FiscalCalendar,
    costs: PlacedCosts | None = None,
) -> dict[tuple[LineKey, date, str], int]:
    """Sum what each kind of reference already holds: the budget as the cases say, the prior year as posted then."""
    held: dict[tuple[LineKey, date, str], int] = defaultdict(int)
    for amount in embedded:
        key = books.key_of(amount.pl_line, amount.entity, amount.cost_centre)
        held[key, amount.period.start_on, "budget"] += amount.amount_minor
    for part in located:
        for period, amount_minor in carried_forward(part.amount_minor, calendar, part.source.period):
            held[part.key, period.start_on, "prior_year"] += amount_minor
    for place, amount_minor in (costs.embedded if costs is not None else {}).items():
        held[place] += amount_minor
    return dict(held)


def _unlocated_entries(parts: Sequence[LocatedPosting], calendar: FiscalCalendar) -> list[Entry]:
    grouped: dict[tuple[str, str, str], list[LocatedPosting]] = defaultdict(list)
    for part in parts:
        grouped[part.source.benefit_line, fiscal_year_label(calendar, part.source.period), part.reason].append(part)
    return [
        _plain_entry(group[0].source, year, sum(part.amount_minor for part in group), TieState.UNLOCATED, reason)
        for (_, year, reason), group in sorted(grouped.items())
    ]


def _non_cash_entries(postings: Sequence[RealisedPosting], calendar: FiscalCalendar) -> list[Entry]:
    grouped: dict[tuple[str, str], list[RealisedPosting]] = defaultdict(list)
    for posting in postings:
        grouped[posting.benefit_line, fiscal_year_label(calendar, posting.period)].append(posting)
    entries = []
    for (_, year), group in sorted(grouped.items()):
        total = sum(posting.amount_minor for posting in group)
        if group[0].benefit_class is BenefitClass.WORKING_CAPITAL:
            state, reason = (
                TieState.BALANCE_SHEET,
                "A change in working capital shows in the balance sheet and in cash.",
            )
        else:
            state, reason = TieState.NON_CASH, f"A benefit of class {group[0].benefit_class.label} moves no account."
        entries.append(_plain_entry(group[0], year, total, state, reason))
    return entries


def _plain_entry(source: RealisedPosting, year: str, amount: int, state: TieState, reason: str) -> Entry:
    return Entry(
        source.initiative,
        source.benefit_line,
        source.benefit_class,
        source.grade,
        "",
        "",
        year,
        amount,
        0,
        state,
        reason,
    )


def _over_claims(outcomes: Mapping[LineKey, LineOutcome], books: ProfitLines) -> tuple[OverClaim, ...]:
    """Return every line and year that carries more entries than it moved, with each initiative's own."""
    return tuple(
        _over_claim(key, books.names[key.pl_line].name, test, outcome)
        for key, outcome in outcomes.items()
        for test in outcome.tests
        if test.short_minor
    )


def _over_claim(key: LineKey, name: str, test: LineTest, outcome: LineOutcome) -> OverClaim:
    untested = {TieState.LEDGER_OPEN, TieState.DRIVERS_MISSING}
    own: dict[str, int] = defaultdict(int)
    for entry in outcome.entries:
        if entry.fiscal_year == test.fiscal_year and entry.state not in untested:
            own[entry.initiative] += entry.amount_minor
    return OverClaim(
        key.pl_line,
        name,
        key.entity,
        test.fiscal_year,
        test.entries_minor,
        test.movement_minor or 0,
        test.short_minor,
        test.initiatives,
        key.cost_centre,
        tuple(ClaimingEntry(initiative, amount) for initiative, amount in sorted(own.items())),
    )


def _held(
    embedded: Sequence[EmbeddedAmount], books: ProfitLines, calendar: FiscalCalendar, as_of: date
) -> tuple[HeldByBudget, ...]:
    """Sum what the budget already holds over the fiscal year to date."""
    this_year = calendar.locate(as_of)[0]
    totals: dict[tuple[str, str, LineKey, str], int] = defaultdict(int)
    for amount in embedded:
        if calendar.locate(amount.period.start_on)[0] == this_year and amount.period.last_on <= as_of:
            key = books.key_of(amount.pl_line, amount.entity, amount.cost_centre)
            totals[amount.initiative, amount.benefit_line, key, amount.budget_version] += amount.amount_minor
    year = f"FY{this_year % 100:02d}"
    return tuple(
        HeldByBudget(initiative, line, key.pl_line, year, amount, version, key.entity, key.cost_centre)
        for (initiative, line, key, version), amount in sorted(totals.items())
        if amount
    )


def _reasons(books: ProfitLines) -> tuple[str, ...]:
    """Name what could not be placed: drivers and programmes that are coarser than their line is looked at."""
    reasons = [
        f"A {driver.kind.label} amount of {driver.entity or 'the group'} on {driver.pl_line} is not placed: {where}."
        for driver in books.drivers
        if driver.amount_minor is not None and (where := _too_coarse(books, driver.pl_line, driver.entity))
    ]
    reasons += [
        f"An amount of another programme on {programme.pl_line} is not placed: {where}."
        for programme in books.programmes
        if (where := _too_coarse(books, programme.pl_line, programme.entity))
    ]
    return tuple(dict.fromkeys(reasons))


def _too_coarse(books: ProfitLines, pl_line: str, entity: str) -> str:
    """Return how finely a line is looked at where an amount of an entity cannot be placed on it; else nothing."""
    if pl_line in books.by_cost_centre:
        return "the line is looked at by cost centre"
    return "the line is looked at by entity" if pl_line in books.by_entity and not entity else ""

"""Locked costs and the locked ledger: both stay as they were; what was posted since is a true-up beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.domain.calendar import FiscalCalendar, Frequency, Period
from models.domain.ledger import Ledger, LedgerCell, LedgerComponent, LedgerLine
from models.domain.true_up import TrueUp, TrueUpKind
from models.domain.valuation import CostCell
from models.value.facts import CostFacts, InitiativeFacts
from models.value.locked_book import LockedBook
from models.value.profit_line import FlexedCell, LineKey, ProfitLines

_CostKey = tuple[Period, str, str, str, str, str]  # period, category, nature, recurrence, treatment, allocated from


@dataclass(frozen=True, slots=True)
class HeldCosts:
    """Initiatives whose costs to the end of the locked periods are the locked ones, and the differences."""

    initiatives: tuple[InitiativeFacts, ...]
    true_ups: tuple[TrueUp, ...]


def hold_costs(
    initiatives: Sequence[InitiativeFacts], book: LockedBook, calendar: FiscalCalendar, target: Period | None
) -> HeldCosts:
    """Balance restated costs: the locked period keeps its sum, the difference is a cost of the first open period.

    Cash and amortisation follow the restated rows: the balancing pair moves accrual alone.
    """
    held, found = [], []
    for initiative in initiatives:
        moved = _moved_costs(initiative, book.costs.get(initiative.key, ()), book.to_on)
        pairs = [fact for key, amount in moved.items() for fact in _balance(key, amount, target)]
        held.append(replace(initiative, costs=(*initiative.costs, *pairs)) if pairs else initiative)
        found += _cost_true_ups(initiative, moved, book, calendar, target)
    return HeldCosts(tuple(held), tuple(found))


def _moved_costs(initiative: InitiativeFacts, locked: Sequence[CostCell], to_on: date) -> dict[_CostKey, int]:
    totals: dict[_CostKey, int] = defaultdict(int)
    for cost in initiative.costs:
        if cost.status == "actual" and cost.period.last_on <= to_on:
            totals[_key_of(cost, cost.period)] += cost.amount_minor
    for cell in locked:
        period = Period(cell.start_on, cell.end_on, Frequency.MONTH)
        totals[_key_of(cell, period)] -= cell.amount_minor
    return {key: totals[key] for key in sorted(totals) if totals[key]}


def _key_of(cost: CostFacts | CostCell, period: Period) -> _CostKey:
    return period, cost.category, cost.nature, cost.recurrence, cost.treatment, cost.allocated_from


def _balance(key: _CostKey, amount: int, target: Period | None) -> list[CostFacts]:
    period, category, nature, recurrence, treatment, allocated_from = key
    back = CostFacts(
        category=category,
        nature=nature,
        recurrence=recurrence,
        treatment=treatment,
        status="actual",
        period=period,
        cash_on=period.start_on,
        in_service_on=None,
        useful_life_months=None,
        amount_minor=-amount,
        allocated_from=allocated_from,
        is_true_up=True,
    )
    return [back] if target is None else [back, replace(back, period=target, amount_minor=amount)]


def _cost_true_ups(
    initiative: InitiativeFacts,
    moved: Mapping[_CostKey, int],
    book: LockedBook,
    calendar: FiscalCalendar,
    target: Period | None,
) -> list[TrueUp]:
    by_category: dict[str, list[tuple[Period, int]]] = defaultdict(list)
    for (period, category, *_), amount in moved.items():
        by_category[category].append((period, amount))
    return [
        TrueUp(
            kind=TrueUpKind.COST,
            initiative=initiative.key,
            subject=category,
            name=category.replace("_", " "),
            start_on=cells[0][0].start_on,
            end_on=cells[-1][0].end_on,
            first_period=calendar.label(cells[0][0]),
            last_period=calendar.label(cells[-1][0]),
            posted_on=target.start_on if target else None,
            posted_period=calendar.label(target) if target else "",
            currency=book.currency,
            amount_minor=sum(amount for _, amount in cells),
            realised_minor=0,
            since_seq=book.input_seq,
        )
        for category, cells in sorted(by_category.items())
    ]


@dataclass(frozen=True, slots=True)
class HeldLedger:
    """The ledger with its locked cells, and where the books say otherwise today."""

    ledger: Ledger
    true_ups: tuple[TrueUp, ...]


def hold_ledger(ledger: Ledger, books: ProfitLines, book: LockedBook, calendar: FiscalCalendar) -> HeldLedger:
    """Put the locked cells of every line back; a line that the books no longer have keeps its locked cells."""
    kept = {line.key: line for line in book.ledger}
    lines = []
    for line in ledger.lines:
        before = kept.pop(line.key, None)
        later = tuple(cell for cell in line.cells if cell.start_on > book.to_on)
        lines.append(replace(line, cells=(*(before.cells if before is not None else ()), *later)))
    gone = [line for line in kept.values() if line.cells]
    return HeldLedger(replace(ledger, lines=(*lines, *gone)), _book_true_ups(books, book, calendar))


def stand_cells(
    cells: Mapping[LineKey, Sequence[FlexedCell]], locked: Sequence[LedgerLine]
) -> dict[LineKey, Sequence[FlexedCell]]:
    """Return the cells of every line, in locked periods as they were locked: what a line supports rests on them."""
    kept = {LineKey(*line.key): {cell.start_on: _flexed(cell) for cell in line.cells} for line in locked}
    return {key: [kept.get(key, {}).get(cell.period.start_on, cell) for cell in found] for key, found in cells.items()}


def _flexed(cell: LedgerCell) -> FlexedCell:
    actual = cell.amount_of(LedgerComponent.ACTUAL)
    if not cell.reference_scenario:
        return FlexedCell(_period_of(cell), "", (), actual, cell.is_closed, (), cell.control)
    return FlexedCell(
        _period_of(cell),
        cell.reference_scenario,
        tuple(row for row in cell.rows if row.component.is_flex),
        actual,
        cell.is_closed,
        tuple(row for row in cell.rows if row.component.is_cost),
        cell.control,
    )


def _period_of(cell: LedgerCell) -> Period:
    return Period(cell.start_on, cell.end_on, Frequency.MONTH)


def _book_true_ups(books: ProfitLines, book: LockedBook, calendar: FiscalCalendar) -> tuple[TrueUp, ...]:
    """Return what the actuals of P&L lines moved by since the lock."""
    today: dict[tuple[LineKey, date], int] = defaultdict(int)
    for amount in books.amounts:
        if amount.scenario == "actual" and amount.period.start_on <= book.to_on:
            key = books.key_of(amount.pl_line, amount.entity, amount.cost_centre)
            today[key, amount.period.start_on] += amount.amount_minor
    for line in book.ledger:
        if line.pl_line and not line.is_roll_up:
            for cell in line.cells:
                today[LineKey(*line.key), cell.start_on] -= cell.amount_of(LedgerComponent.ACTUAL)
    by_line: dict[LineKey, list[tuple[date, int]]] = defaultdict(list)
    for (key, start_on), moved in sorted(today.items()):
        if moved:
            by_line[key].append((start_on, moved))
    return tuple(_book_true_up(key, moved, books, book, calendar) for key, moved in by_line.items())


def _book_true_up(
    key: LineKey, moved: Sequence[tuple[date, int]], books: ProfitLines, book: LockedBook, calendar: FiscalCalendar
) -> TrueUp:
    first, last = (calendar.period_of(moved[place][0]) for place in (0, -1))
    name = books.names[key.pl_line].name if key.pl_line in books.names else key.pl_line
    return TrueUp(
        kind=TrueUpKind.BOOKS,
        initiative="",
        subject=key.pl_line,
        name=" · ".join(part for part in (name, key.entity, key.cost_centre) if part),
        start_on=first.start_on,
        end_on=last.end_on,
        first_period=calendar.label(first),
        last_period=calendar.label(last),
        posted_on=None,
        posted_period="",
        currency=book.currency,
        amount_minor=sum(amount for _, amount in moved),
        realised_minor=0,
        since_seq=book.input_seq,
    )

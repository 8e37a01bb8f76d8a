"""The whole ledger: cells with every row, entries with their states, over-claims and what the budget holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import FiscalCalendar, Period, add_months
from models.domain.ledger import (
    Entry,
    HeldByBudget,
    Ledger,
    LedgerCell,
    LedgerComponent,
    LedgerLine,
    LedgerRow,
    LineTest,
    OverClaim,
    TieState,
)
from models.domain.measure import BenefitClass
from models.value.facts import CostFacts, InitiativeFacts
from models.value.profit_line import FlexedCell, LineKey, LineName, ProfitLines, build_cells, line_keys
from models.value.tie_out import (
    LineOutcome,
    LocatedPosting,
    RealisedPosting,
    fiscal_year_label,
    locate_postings,
    tie_line,
)

WHOLE_PL: LineKey = ("", "")


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


def build_ledger(
    postings: Sequence[RealisedPosting],
    books: ProfitLines,
    embedded: Sequence[EmbeddedAmount],
    initiatives: Sequence[InitiativeFacts],
    *,
    calendar: FiscalCalendar,
    as_of: date,
) -> tuple[Ledger, list[LocatedPosting]]:
    """Return the ledger of all realised postings, and where each cashable posting is held.

    Every cell sums exactly to its actual; the entries sum exactly to the postings.
    """
    cashable = [posting for posting in postings if posting.benefit_class.is_cashable]
    located = locate_postings(cashable, line_keys(books), books.by_entity)
    cells = build_cells(books, _added_back(books, embedded, located, calendar), calendar)
    by_key: dict[LineKey, list[LocatedPosting]] = defaultdict(list)
    for part in located:
        by_key[part.key].append(part)
    outcomes = {
        key: tie_line(key, parts, cells[key], calendar) for key, parts in sorted(by_key.items()) if key != WHOLE_PL
    }
    entries = [entry for outcome in outcomes.values() for entry in outcome.entries]
    entries += _unlocated_entries(by_key.get(WHOLE_PL, []), calendar)
    entries += _non_cash_entries([p for p in postings if not p.benefit_class.is_cashable], calendar)
    lines = tuple(
        _line(key, books.names[key[0]], cells[key], by_key.get(key, []), outcomes.get(key), calendar)
        for key in sorted(cells)
    )
    whole, cost_minor = _whole_line(lines, initiatives, calendar, as_of)
    ledger = Ledger(
        lines=(whole, *lines) if whole is not None else lines,
        entries=tuple(entries),
        unshared=tuple(row for outcome in outcomes.values() for row in outcome.unshared),
        over_claims=tuple(
            _over_claim(key, books.names[key[0]].name, test)
            for key, outcome in outcomes.items()
            for test in outcome.tests
            if test.short_minor
        ),
        held_by_budget=_held(embedded, calendar, as_of),
        unlocated_cost_minor=cost_minor,
        reasons=_reasons(books),
    )
    return ledger, located


def _added_back(
    books: ProfitLines, embedded: Sequence[EmbeddedAmount], located: Sequence[LocatedPosting], calendar: FiscalCalendar
) -> dict[tuple[LineKey, date, str], int]:
    """Sum what each kind of reference already holds: the budget as the cases say, the prior year as posted then."""
    held: dict[tuple[LineKey, date, str], int] = defaultdict(int)
    for amount in embedded:
        key = (amount.pl_line, amount.entity if amount.pl_line in books.by_entity else "")
        held[key, amount.period.start_on, "budget"] += amount.amount_minor
    for part in located:
        fiscal_year, number = calendar.locate(part.source.period.start_on)
        held[part.key, calendar.period(fiscal_year + 1, number).start_on, "prior_year"] += part.amount_minor
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


def _line(
    key: LineKey,
    name: LineName,
    cells: Sequence[FlexedCell],
    parts: Sequence[LocatedPosting],
    outcome: LineOutcome | None,
    calendar: FiscalCalendar,
) -> LedgerLine:
    by_period: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part in parts:
        by_period[part.source.period.start_on][part.source.initiative] += part.amount_minor
    full = tuple(_cell(cell, by_period.get(cell.period.start_on, {}), calendar) for cell in cells)
    return LedgerLine(key[0], name.name, name.kind, key[1], full, outcome.tests if outcome else ())


def _cell(cell: FlexedCell, moved: Mapping[str, int], calendar: FiscalCalendar) -> LedgerCell:
    """Close a cell: initiatives beside the flexed reference, and what is then unexplained."""
    actual = LedgerRow(LedgerComponent.ACTUAL, "", cell.actual_minor)
    rows: tuple[LedgerRow, ...] = (actual,)
    if cell.has_reference:
        initiatives = [LedgerRow(LedgerComponent.INITIATIVE, key, amount) for key, amount in sorted(moved.items())]
        explained = cell.flexed_minor + sum(row.amount_minor for row in initiatives)
        unexplained = LedgerRow(LedgerComponent.UNEXPLAINED, "", cell.actual_minor - explained)
        rows = (*cell.rows, *initiatives, unexplained, actual)
    period = cell.period
    return LedgerCell(
        period.start_on,
        period.end_on,
        calendar.label(period),
        cell.reference_scenario,
        cell.is_closed,
        rows,
        None,
        None,
    )


def _whole_line(
    lines: Sequence[LedgerLine], initiatives: Sequence[InitiativeFacts], calendar: FiscalCalendar, as_of: date
) -> tuple[LedgerLine | None, int]:
    """Sum all P&L lines and put the initiatives' cost, which names no line, beside the benefits."""
    profit = [line for line in lines if line.kind != "balance_sheet"]
    costs = _cost_rows(initiatives, calendar)
    in_budget = _cost_in_budget(initiatives)
    by_start: dict[date, list[LedgerCell]] = defaultdict(list)
    for line in profit:
        for cell in line.cells:
            by_start[cell.start_on].append(cell)
    cells = tuple(
        _whole_cell(group, costs.get(start, {}), in_budget.get(start, 0)) for start, group in sorted(by_start.items())
    )
    cost = sum(sum(rows.values()) for start, rows in costs.items() if start <= as_of)
    if not cells:
        return None, cost
    return LedgerLine("", "All P&L lines", "total", "", cells, ()), cost


def _whole_cell(
    group: Sequence[LedgerCell], costs: Mapping[tuple[LedgerComponent, str], int], cost_in_budget: int
) -> LedgerCell:
    totals: dict[tuple[LedgerComponent, str], int] = defaultdict(int)
    for cell in group:
        for row in cell.rows:
            totals[row.component, row.initiative] += row.amount_minor
    references = {cell.reference_scenario for cell in group}
    first = group[0]
    actual = totals.pop((LedgerComponent.ACTUAL, ""))
    rows = [LedgerRow(LedgerComponent.ACTUAL, "", actual)]
    if "" not in references:
        totals.pop((LedgerComponent.UNEXPLAINED, ""))
        totals.update(costs)
        if cost_in_budget and all(name.startswith("budget") for name in references):
            totals[LedgerComponent.EMBEDDED, ""] += cost_in_budget
        order = list(LedgerComponent)
        explained = [
            LedgerRow(component, initiative, amount)
            for (component, initiative), amount in sorted(
                totals.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
            )
        ]
        unexplained = actual - sum(row.amount_minor for row in explained)
        rows = [*explained, LedgerRow(LedgerComponent.UNEXPLAINED, "", unexplained), *rows]
    name = "" if "" in references else references.pop() if len(references) == 1 else "budget and prior year"
    is_closed = all(cell.is_closed for cell in group)
    return LedgerCell(first.start_on, first.end_on, first.period, name, is_closed, tuple(rows), None, None)


def _cost_in_budget(initiatives: Sequence[InitiativeFacts]) -> dict[date, int]:
    """Sum the initiatives' cost that the budget already holds, to be added back, by first day of the period."""
    totals: dict[date, int] = defaultdict(int)
    for initiative in initiatives:
        for cell in initiative.case.cells if initiative.case else ():
            if not cell.is_benefit:
                totals[cell.period.start_on] += cell.in_budget_minor
    return dict(totals)


def _cost_rows(
    initiatives: Sequence[InitiativeFacts], calendar: FiscalCalendar
) -> dict[date, dict[tuple[LedgerComponent, str], int]]:
    """Return cost as the P&L meets it: expense by accrual, capitalised build by straight-line amortisation."""
    rows: dict[date, dict[tuple[LedgerComponent, str], int]] = defaultdict(lambda: defaultdict(int))
    for initiative in initiatives:
        for cost in initiative.costs:
            if cost.status != "actual":
                continue
            if cost.treatment == "capitalised":
                for start, amount in amortise(cost):
                    rows[calendar.period_of(start).start_on][LedgerComponent.AMORTISATION, initiative.key] -= amount
                continue
            rows[cost.period.start_on][_cost_component(cost), initiative.key] -= cost.amount_minor
    return rows


def amortise(cost: CostFacts) -> list[tuple[date, int]]:
    """Spread a capitalised cost straight-line over its useful life from in-service, exactly.

    Returns
    -------
    list of (first day of the month, minor units); empty until it is in service with a useful life
    """
    months = cost.useful_life_months
    if cost.in_service_on is None or not months:
        return []
    done = [cost.amount_minor * k // months for k in range(months + 1)]
    return [(add_months(cost.in_service_on, k), done[k + 1] - done[k]) for k in range(months)]


def _cost_component(cost: CostFacts) -> LedgerComponent:
    if cost.category == "cost_to_achieve":
        return LedgerComponent.COST_TO_ACHIEVE
    return LedgerComponent.RUN_COST if cost.nature == "run" else LedgerComponent.BUILD_COST


def _over_claim(key: LineKey, name: str, test: LineTest) -> OverClaim:
    movement = test.movement_minor or 0
    return OverClaim(
        key[0], name, key[1], test.fiscal_year, test.entries_minor, movement, test.short_minor, test.initiatives
    )


def _held(embedded: Sequence[EmbeddedAmount], calendar: FiscalCalendar, as_of: date) -> tuple[HeldByBudget, ...]:
    """Sum what the budget already holds over the fiscal year to date."""
    this_year = calendar.locate(as_of)[0]
    totals: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for amount in embedded:
        if calendar.locate(amount.period.start_on)[0] == this_year and amount.period.last_on <= as_of:
            totals[amount.initiative, amount.benefit_line, amount.pl_line, amount.budget_version] += amount.amount_minor
    year = f"FY{this_year % 100:02d}"
    return tuple(
        HeldByBudget(initiative, line, pl_line, year, amount, version)
        for (initiative, line, pl_line, version), amount in sorted(totals.items())
        if amount
    )


def _reasons(books: ProfitLines) -> tuple[str, ...]:
    """Name what could not be placed: group drivers and programmes on lines that are looked at by entity."""
    reasons = [
        f"A {driver.kind.label} amount of the group on {driver.pl_line} is not placed: the line is looked at by entity."
        for driver in books.drivers
        if driver.amount_minor is not None and not driver.entity and driver.pl_line in books.by_entity
    ]
    reasons += [
        f"An amount of another programme on {programme.pl_line} is not placed: the line is looked at by entity."
        for programme in books.programmes
        if not programme.entity and programme.pl_line in books.by_entity
    ]
    return tuple(dict.fromkeys(reasons))

"""Levels of the ledger: lines as they are looked at, their sums by entity and for the group, and the whole P&L.

The cells of parts sum to the cell of the whole, row by row, to the cent. A sum has rows only where each of its parts
has a reference; otherwise it has the actual alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from models.domain.calendar import FiscalCalendar
from models.domain.ledger import LedgerCell, LedgerComponent, LedgerLine, LedgerRow, LineTest
from models.value.ledger_cost import PlacedCosts
from models.value.profit_line import WHOLE_PL, FlexedCell, LineKey, LineName
from models.value.tie_out import LocatedPosting

_ORDER = {component: place for place, component in enumerate(LedgerComponent)}


def close_line(
    key: LineKey,
    name: LineName,
    cells: Sequence[FlexedCell],
    parts: Sequence[LocatedPosting],
    tests: tuple[LineTest, ...],
    calendar: FiscalCalendar,
) -> LedgerLine:
    """Return a line with its initiatives beside the flexed reference, and what is then unexplained."""
    by_period: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for part in parts:
        by_period[part.source.period.start_on][part.source.initiative] += part.amount_minor
    full = tuple(_close(cell, by_period.get(cell.period.start_on, {}), calendar) for cell in cells)
    return LedgerLine(key.pl_line, name.name, name.kind, key.entity, full, tests, key.cost_centre)


def _close(cell: FlexedCell, moved: Mapping[str, int], calendar: FiscalCalendar) -> LedgerCell:
    actual = LedgerRow(LedgerComponent.ACTUAL, "", cell.actual_minor)
    rows: tuple[LedgerRow, ...] = (actual,)
    if cell.has_reference:
        initiatives = [LedgerRow(LedgerComponent.INITIATIVE, key, amount) for key, amount in sorted(moved.items())]
        unexplained = cell.moved_minor - sum(row.amount_minor for row in initiatives)
        closing = LedgerRow(LedgerComponent.UNEXPLAINED, "", unexplained)
        rows = (*cell.rows, *initiatives, *cell.costs, closing, actual)
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
        cell.control,
    )


def roll_up(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """Return the sums by entity and for the group of every line that is looked at more finely."""
    by_line: dict[str, list[LedgerLine]] = defaultdict(list)
    for line in lines:
        by_line[line.pl_line].append(line)
    sums = []
    for parts in by_line.values():
        if len(parts) == 1:
            continue
        sums.append(_sum_lines(parts, ""))
        by_entity: dict[str, list[LedgerLine]] = defaultdict(list)
        for part in parts:
            if part.cost_centre:
                by_entity[part.entity].append(part)
        if len(by_entity) > 1:
            sums += [_sum_lines(group, entity) for entity, group in by_entity.items() if len(group) > 1]
    return sums


def _sum_lines(parts: Sequence[LedgerLine], entity: str) -> LedgerLine:
    first = parts[0]
    return LedgerLine(first.pl_line, first.name, first.kind, entity, _sum_cells(parts, {}, {}), (), is_roll_up=True)


def whole_line(
    lines: Sequence[LedgerLine], costs: PlacedCosts, embedded: Mapping[tuple[LineKey, date, str], int]
) -> LedgerLine | None:
    """Sum all P&L lines and put the cost that names no line beside the benefits; None where there is no line."""
    profit = [line for line in lines if line.kind != "balance_sheet" and not line.is_roll_up]
    cells = _sum_cells(profit, costs.rows, embedded)
    return LedgerLine(WHOLE_PL.pl_line, "All P&L lines", "total", "", cells, ()) if cells else None


def _sum_cells(
    lines: Iterable[LedgerLine],
    costs: Mapping[tuple[LineKey, date], tuple[LedgerRow, ...]],
    embedded: Mapping[tuple[LineKey, date, str], int],
) -> tuple[LedgerCell, ...]:
    by_start: dict[date, list[LedgerCell]] = defaultdict(list)
    for line in lines:
        for cell in line.cells:
            by_start[cell.start_on].append(cell)
    return tuple(
        _sum_group(group, costs.get((WHOLE_PL, start), ()), embedded) for start, group in sorted(by_start.items())
    )


def _sum_group(
    group: Sequence[LedgerCell], costs: Sequence[LedgerRow], embedded: Mapping[tuple[LineKey, date, str], int]
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
        totals.pop((LedgerComponent.UNEXPLAINED, ""), None)
        for row in costs:
            totals[row.component, row.initiative] += row.amount_minor
        kinds = {name.split(" ")[0] for name in references}
        if len(kinds) == 1 and (held := embedded.get((WHOLE_PL, first.start_on, _scenario_of(kinds.pop())), 0)):
            totals[LedgerComponent.EMBEDDED, ""] -= held
        explained = [
            LedgerRow(component, initiative, amount)
            for (component, initiative), amount in sorted(
                totals.items(), key=lambda item: (_ORDER[item[0][0]], item[0][1])
            )
        ]
        unexplained = actual - sum(row.amount_minor for row in explained)
        rows = [*explained, LedgerRow(LedgerComponent.UNEXPLAINED, "", unexplained), *rows]
    name = "" if "" in references else references.pop() if len(references) == 1 else "budget and prior year"
    return LedgerCell(
        first.start_on,
        first.end_on,
        first.period,
        name,
        all(cell.is_closed for cell in group),
        tuple(rows),
        None,
        None,
        next((cell.control for cell in group if cell.control), ""),
    )


def _scenario_of(kind: str) -> str:
    return "prior_year" if kind == "prior" else kind

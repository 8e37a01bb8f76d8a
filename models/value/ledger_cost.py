"""Costs of initiatives as rows of the ledger: on the P&L line that they name, else on the whole P&L alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from models.domain.calendar import FiscalCalendar
from models.domain.ledger import LedgerComponent, LedgerRow
from models.value.amortise import CAPITALISED, amortise_all, booked
from models.value.calendar_restate import carried_forward
from models.value.facts import CostFacts, InitiativeFacts
from models.value.profit_line import WHOLE_PL, LineKey, ProfitLines
from models.value.splitting import split_signed

CellKey = tuple[LineKey, date]


@dataclass(frozen=True, slots=True)
class PlacedCosts:
    """Rows of cost by line and first day of the period, and what references already hold of cost (negative).

    The key `WHOLE_PL` carries what names no line of the books, or not as finely as its line is looked at.
    """

    rows: Mapping[CellKey, tuple[LedgerRow, ...]]
    embedded: Mapping[tuple[LineKey, date, str], int]
    reasons: tuple[str, ...]

    def unlocated_minor(self, as_of: date) -> int:
        """Cost to as-of that names no line, in profit terms."""
        return sum(
            row.amount_minor
            for (key, start_on), rows in self.rows.items()
            if key == WHOLE_PL and start_on <= as_of
            for row in rows
        )


def place_costs(
    initiatives: Sequence[InitiativeFacts], books: ProfitLines, lines: frozenset[LineKey], calendar: FiscalCalendar
) -> PlacedCosts:
    """Return every cost as the P&L meets it: expense by accrual, capitalised build by amortisation, write-downs.

    What the budget already holds of cost stands where the initiative's actual costs of the category stand, split in
    their proportion; what the prior year held is what was charged then.
    """
    totals: dict[CellKey, dict[tuple[LedgerComponent, str], int]] = defaultdict(lambda: defaultdict(int))
    embedded: dict[tuple[LineKey, date, str], int] = defaultdict(int)
    reasons: list[str] = []
    for initiative in initiatives:
        for key, start_on, component, amount in _charges(initiative, books, lines, calendar, reasons):
            totals[key, start_on][component, initiative.key] -= amount
            period = calendar.period_of(start_on)
            for later, part in carried_forward(-amount, calendar, period):
                embedded[key, later.start_on, "prior_year"] += part
        _embed_budget(initiative, books, lines, embedded)
    order = list(LedgerComponent)
    rows = {
        cell: tuple(
            LedgerRow(component, key, amount)
            for (component, key), amount in sorted(found.items(), key=lambda row: (order.index(row[0][0]), row[0][1]))
        )
        for cell, found in totals.items()
    }
    return PlacedCosts(rows, dict(embedded), tuple(dict.fromkeys(reasons)))


def _charges(
    initiative: InitiativeFacts,
    books: ProfitLines,
    lines: frozenset[LineKey],
    calendar: FiscalCalendar,
    reasons: list[str],
) -> list[tuple[LineKey, date, LedgerComponent, int]]:
    """Return line, first day of the period, component and amount (a cost is positive) of every charge."""
    found = []
    for cost in initiative.costs:
        key, reason = _place(cost, books, lines)
        if reason and cost.status == "actual":
            reasons.append(reason)
        if cost.status == "actual" and cost.treatment != CAPITALISED:
            found.append((key, cost.period.start_on, _component_of(cost), cost.amount_minor))
    for asset in amortise_all(initiative.costs, initiative.impairments, calendar):
        key, _ = _place(asset.cost, books, lines)
        found += [
            (key, calendar.period_of(day).start_on, LedgerComponent.AMORTISATION, amount)
            for day, amount in asset.charges
        ]
    for cost in booked(initiative.impairments):
        key, reason = _place(cost, books, lines)
        reasons += [reason] if reason else []
        found.append((key, cost.period.start_on, LedgerComponent.IMPAIRMENT, cost.amount_minor))
    return found


def _place(cost: CostFacts, books: ProfitLines, lines: frozenset[LineKey]) -> tuple[LineKey, str]:
    """Return where a cost stands, and why it stands on no line although it names one."""
    if not cost.pl_line:
        return WHOLE_PL, ""
    key = books.key_of(cost.pl_line, cost.entity, cost.cost_centre)
    if key in lines:
        return key, ""
    if not any(line.pl_line == cost.pl_line for line in lines):
        return WHOLE_PL, f"The books have no P&L line {cost.pl_line}: its cost stands on the whole P&L."
    level = "cost centre" if cost.pl_line in books.by_cost_centre else "entity"
    return WHOLE_PL, f"Cost on {cost.pl_line} that names no known {level} stands on the whole P&L: so the line is read."


def _component_of(cost: CostFacts) -> LedgerComponent:
    if cost.category == "cost_to_achieve":
        return LedgerComponent.COST_TO_ACHIEVE
    return LedgerComponent.RUN_COST if cost.nature == "run" else LedgerComponent.BUILD_COST


def _embed_budget(
    initiative: InitiativeFacts,
    books: ProfitLines,
    lines: frozenset[LineKey],
    embedded: dict[tuple[LineKey, date, str], int],
) -> None:
    """Place what the budget holds of an initiative's cost, exactly, favourable positive."""
    places: dict[str, dict[LineKey, int]] = defaultdict(lambda: defaultdict(int))
    for cost in initiative.costs:
        if cost.status == "actual" and cost.amount_minor > 0:
            places[cost.category][_place(cost, books, lines)[0]] += cost.amount_minor
    for cell in initiative.case.cells if initiative.case else ():
        if cell.is_benefit or not cell.in_budget_minor:
            continue
        found = places.get(cell.line) or {WHOLE_PL: 1}
        whole = sum(found.values())
        parts = split_signed(-cell.in_budget_minor, [Fraction(amount, whole) for amount in found.values()])
        for key, part in zip(found, parts, strict=True):
            embedded[key, cell.period.start_on, "budget"] += part

"""What an initiative has cost and will cost: spend incurred to as-of with build at spend, and what lies ahead."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import Period
from models.domain.errors import InvalidInputError
from models.domain.measure import Stage
from models.domain.spend import PRICED_CATEGORIES
from models.value.amortise import CAPITALISED
from models.value.facts import CostFacts, InitiativeFacts
from models.value.parts import Grid

DECOMMISSIONING = "decommissioning"
_RECENT_PERIODS = 3


@dataclass(frozen=True, slots=True)
class CostPlan:
    """Cost in minor units: incurred to as-of (accrual), ahead to the horizon, and by grid period.

    `cash_path` is when it is paid, `accrual_path` when it is incurred, `expense_path` the part of it that is not
    capitalised. `forward_path` is what is paid of cost that lies ahead: spend incurred to as-of is sunk even where it
    is not paid yet. `priced_path` is the part of it whose price a provider of AI sets.
    """

    invested: int
    forecast: int
    cash_path: tuple[int, ...]
    accrual_path: tuple[int, ...]
    expense_path: tuple[int, ...]
    forward_path: tuple[int, ...]
    first_spend_on: date | None
    reasons: tuple[str, ...]
    priced_path: tuple[int, ...] = ()


def plan_costs(initiative: InitiativeFacts, grid: Grid, horizon_on: date, as_of: date) -> CostPlan:
    """Place the cost of an initiative on the grid.

    Ahead of as-of a category costs what is booked or committed for a period; without either, recurring run cost goes on
    at the mean of the last three periods until the horizon, unless the initiative has been stopped. Decommissioning
    counts also where it comes after the horizon: whoever goes on must one day end.
    """
    cash, accrual, expense, forward, priced = ([0] * len(grid.periods) for _ in range(5))
    incurred = [cost for cost in initiative.costs if cost.status == "actual" and cost.period.last_on <= as_of]
    ahead = [cost for cost in initiative.costs if as_of < cost.period.last_on and is_due_by(cost, horizon_on)]
    for cost in incurred + ahead:
        accrual[_accrual_place(cost, grid)] += cost.amount_minor
        cash[_cash_place(cost, grid)] += cost.amount_minor
        if cost.treatment != CAPITALISED:
            expense[_accrual_place(cost, grid)] += cost.amount_minor
    for cost in ahead:
        forward[_cash_place(cost, grid)] += cost.amount_minor
        if cost.category in PRICED_CATEGORIES:
            priced[_cash_place(cost, grid)] += cost.amount_minor
    booked = {(cost.category, cost.period.start_on) for cost in ahead}
    stage = initiative.stage_on(as_of)
    is_stopped = stage is not None and stage.stage is Stage.STOPPED
    forecast = sum(cost.amount_minor for cost in ahead)
    for category, monthly in _recurring(incurred, grid).items():
        for i in range(grid.n_past, len(grid.periods)):
            period = grid.periods[i]
            if is_stopped or period.last_on > horizon_on or (category, period.start_on) in booked:
                continue
            for path in (cash, accrual, expense, forward, *([priced] if category in PRICED_CATEGORIES else [])):
                path[i] += monthly
            forecast += monthly
    overdue = sum(c.amount_minor for c in initiative.costs if c.status == "committed" and c.period.last_on <= as_of)
    return CostPlan(
        invested=sum(cost.amount_minor for cost in incurred),
        forecast=forecast,
        cash_path=tuple(cash),
        accrual_path=tuple(accrual),
        expense_path=tuple(expense),
        forward_path=tuple(forward),
        first_spend_on=min((_spend_on(cost) for cost in incurred if cost.amount_minor), default=None),
        reasons=("Cost committed for periods to as-of is not incurred and not counted.",) if overdue else (),
        priced_path=tuple(priced),
    )


def is_due_by(cost: CostFacts, horizon_on: date) -> bool:
    """Return whether cost that lies ahead counts: by the horizon, decommissioning always."""
    return cost.period.last_on <= horizon_on or cost.category == DECOMMISSIONING


def _spend_on(cost: CostFacts) -> date:
    return cost.cash_on or cost.period.start_on


def _accrual_place(cost: CostFacts, grid: Grid) -> int:
    place = grid.place_of(cost.period.start_on)
    if place is None:
        raise InvalidInputError(f"the grid does not reach the cost period {cost.period.start_on}")
    return place


def _cash_place(cost: CostFacts, grid: Grid) -> int:
    """Return the grid period in which cash leaves; the accrual period where the day is not given or off the grid."""
    place = None if cost.cash_on is None else grid.place_of(cost.cash_on)
    return _accrual_place(cost, grid) if place is None else place


def _recurring(incurred: list[CostFacts], grid: Grid) -> dict[str, int]:
    """Return recurring run cost a period by category: the mean of the last three periods to as-of."""
    recent: set[Period] = set(grid.periods[max(0, grid.n_past - _RECENT_PERIODS) : grid.n_past])
    totals: dict[str, int] = defaultdict(int)
    for cost in incurred:
        if cost.is_true_up:
            continue
        if cost.nature == "run" and cost.recurrence == "recurring" and cost.period in recent:
            totals[cost.category] += cost.amount_minor
    return {category: round(total / _RECENT_PERIODS) for category, total in sorted(totals.items())}

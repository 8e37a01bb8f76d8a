"""From approved cost to date to what is invested, by cause and to the cent.

Each category is bridged alone within build, run and cost to achieve. Three factors move: when the cost falls due, how
much it is at the rates of the case, and the rates. They are shared by their Shapley value and rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from models.domain.bridge import Bridge, Cause, make_bridge
from models.domain.calendar import FiscalCalendar
from models.value.bridge import delay_of, period_number
from models.value.bridge_share import PARTS_PER_MINOR, round_together, scale_level, share_change
from models.value.facts import CaseFacts, CostFacts, InitiativeFacts

_COST_TO_ACHIEVE = "cost_to_achieve"
_GROUPS = {"build": Cause.COST_BUILD, "run": Cause.COST_RUN}


@dataclass(slots=True)
class CostGroup:
    """One category within build, run or cost to achieve: what was planned and what came, minor units.

    `path` is the plan by number of fiscal period; `booked_later` what is booked or committed and not yet incurred.
    """

    path: dict[int, int] = field(default_factory=dict)
    actual: int = 0
    at_case_rates: int = 0
    booked_later: int = 0

    def planned_to(self, now: int) -> int:
        """Return what was planned by a fiscal period."""
        return sum(amount for n, amount in self.path.items() if n <= now)


GroupKey = tuple[Cause, str]


def bridge_cost(initiative: InitiativeFacts, *, calendar: FiscalCalendar, as_of: date) -> Bridge:
    """Return the bridge from the approved cost to date to invested; without a case all of it is outside."""
    case = initiative.case
    incurred = [cost for cost in initiative.costs if cost.status == "actual" and cost.period.last_on <= as_of]
    invested = sum(cost.amount_minor for cost in incurred)
    if case is None:
        totals: dict[tuple[Cause, str], int] = {}
        for cost in incurred:
            key = (Cause.OUTSIDE_CASE, cost.category)
            totals[key] = totals.get(key, 0) + cost.amount_minor
        return make_bridge(0, invested, totals)
    now = (
        period_number(calendar, as_of)
        if calendar.period_of(as_of).last_on == as_of
        else period_number(calendar, as_of) - 1
    )
    delay = _delay(case, initiative, calendar, now)
    groups = group_costs(case, incurred, _not_incurred(initiative.costs, as_of), calendar)
    amounts: dict[tuple[Cause, str], int] = {}
    for (cause, category), group in sorted(groups.items(), key=lambda item: (item[0][0].value, item[0][1])):
        for step, amount in share_group(cause, group, now=now, delay=delay).items():
            amounts[step, category] = amounts.get((step, category), 0) + amount
    return make_bridge(sum(group.planned_to(now) for group in groups.values()), invested, amounts)


def _not_incurred(costs: Iterable[CostFacts], as_of: date) -> list[CostFacts]:
    return [cost for cost in costs if cost.status != "actual" or cost.period.last_on > as_of]


def _delay(case: CaseFacts, initiative: InitiativeFacts, calendar: FiscalCalendar, now: int) -> int:
    """Return by how many periods run cost starts later than planned; not live yet, it starts after now."""
    go_live_on = initiative.go_live_on
    if go_live_on is not None and period_number(calendar, go_live_on) <= now:
        return delay_of(case, go_live_on, calendar)
    return max(0, now + 1 - period_number(calendar, case.go_live_on))


def group_costs(
    case: CaseFacts, incurred: Sequence[CostFacts], not_incurred: Sequence[CostFacts], calendar: FiscalCalendar
) -> dict[GroupKey, CostGroup]:
    """Return plan and actual by group and category.

    A planned cost is of the nature that its case line states; else it is build before the promised go-live and run from
    there on. Cost to achieve stands apart.
    """
    groups: dict[GroupKey, CostGroup] = {}
    natures = {terms.line: terms.nature for terms in case.terms}
    for cell in case.cells:
        if cell.is_benefit:
            continue
        nature = natures.get(cell.line) or ("build" if cell.period.start_on < case.go_live_on else "run")
        group = groups.setdefault((_cause(cell.line, nature), cell.line), CostGroup())
        n = period_number(calendar, cell.period.start_on)
        group.path[n] = group.path.get(n, 0) + cell.amount_minor
    for cost in incurred:
        group = groups.setdefault((_cause(cost.category, cost.nature), cost.category), CostGroup())
        group.actual += cost.amount_minor
        group.at_case_rates += round(cost.amount_minor / cost.rate_ratio)
    for cost in not_incurred:
        group = groups.setdefault((_cause(cost.category, cost.nature), cost.category), CostGroup())
        group.booked_later += cost.amount_minor
    return groups


def _cause(category: str, nature: str) -> Cause:
    return Cause.COST_TO_ACHIEVE if category == _COST_TO_ACHIEVE else _GROUPS[nature]


def share_group(cause: Cause, group: CostGroup, *, now: int, delay: int) -> dict[Cause, int]:
    """Return the change from planned to incurred of one category by cause; the amounts sum to it exactly."""
    planned = group.planned_to(now)
    due = group.planned_to(now - delay) if cause is Cause.COST_RUN else planned + _moved(group, planned)
    levels = [planned, due, group.at_case_rates, group.actual]
    shares = share_change(_coalitions(*levels))
    causes = (Cause.COST_TIMING, cause, Cause.COST_FX)
    return dict(zip(causes, round_together([share / PARTS_PER_MINOR for share in shares]), strict=True))


def _moved(group: CostGroup, planned: int) -> int:
    """Return what of a one-off cost falls in other periods than planned; its total stands.

    Less than planned by now is late as far as more is booked for later than was planned for then; more than planned by
    now is early as far as less is booked for later.
    """
    planned_later = sum(group.path.values()) - planned
    short = planned - group.at_case_rates
    more_later = group.booked_later - planned_later
    if short > 0:
        return -min(short, max(0, more_later))
    return min(-short, max(0, -more_later))


def _coalitions(planned: int, due: int, at_case_rates: int, actual: int) -> list[int]:
    """Return the cost under each set of moved factors (timing, amount, rates), in parts of a minor unit.

    Amount and rates scale what is due, at most to twice it; what is beyond adds.
    """
    values = []
    for coalition in range(8):
        base = Fraction(due if coalition & 1 else planned)
        if coalition & 2:
            base = scale_level(base, Fraction(at_case_rates), Fraction(due))
        if coalition & 4:
            base = scale_level(base, Fraction(actual), Fraction(at_case_rates))
        values.append(round(base * PARTS_PER_MINOR))
    values[0], values[-1] = planned * PARTS_PER_MINOR, actual * PARTS_PER_MINOR
    return values

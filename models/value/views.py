"""EBITDA, EBIT and cash of an initiative by fiscal period, from the same postings and costs as everything else.

EBITDA: realised cashable less what is expensed by accrual (run cost, build that is not capitalised, cost to achieve;
what is prepaid by the period that it is for). EBIT: less amortisation of capitalised cost from in-service, and
impairment.
Cash: cost when it is paid, capitalised build whole; benefits by accrual, because no extract dates their cash; released
working capital once. The charge for financing working capital is interest: in none of the three.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.domain.measure import BenefitClass
from models.domain.views import ViewCell
from models.value.amortise import CAPITALISED, amortise, amortise_all, booked
from models.value.cost import CostPlan, is_due_by
from models.value.facts import InitiativeFacts
from models.value.parts import Grid
from models.value.realise import InitiativeWorth, LineWorth, Setting


def build_views(worth: InitiativeWorth, setting: Setting) -> tuple[ViewCell, ...]:
    """Return the views of an initiative from the first thing that happened to its last charge on the grid."""
    grid, benefit = setting.grid, worth.part.totals.benefit_path
    amortisation = _amortisation(worth.facts, setting, worth.horizon_on)
    release = _release(worth.lines, grid)
    capitalised = _capitalised(worth.costs)
    rows = list(
        zip(benefit, worth.costs.expense_path, amortisation, capitalised, worth.costs.cash_path, release, strict=True)
    )
    places = [i for i, row in enumerate(rows) if any(row)]
    if not places:
        return ()
    return tuple(
        ViewCell(
            start_on=grid.periods[i].start_on,
            end_on=grid.periods[i].end_on,
            period=setting.calendar.label(grid.periods[i]),
            is_forecast=i >= grid.n_past,
            benefit_minor=rows[i][0],
            benefit_cash_minor=rows[i][0],
            opex_minor=rows[i][1],
            amortisation_minor=rows[i][2],
            capitalised_minor=rows[i][3],
            paid_minor=rows[i][4],
            release_minor=rows[i][5],
        )
        for i in range(places[0], places[-1] + 1)
    )


def _capitalised(costs: CostPlan) -> list[int]:
    return [spent - expensed for spent, expensed in zip(costs.accrual_path, costs.expense_path, strict=True)]


def _amortisation(facts: InitiativeFacts, setting: Setting, horizon_on: date) -> list[int]:
    """Return amortisation and impairment by grid period; what falls beyond the grid stays book value.

    Capitalised cost that lies ahead is amortised from the day on which it is to be in service.
    """
    grid, as_of = setting.grid, setting.as_of
    charges = [0] * len(grid.periods)
    assets = [cost for cost in facts.costs if cost.treatment == CAPITALISED]
    incurred = [cost for cost in assets if cost.period.last_on <= as_of]
    written = [each for each in facts.impairments if each.period.last_on <= as_of]
    for asset in amortise_all(incurred, written, setting.calendar):
        for day, amount in asset.charges:
            _put(charges, grid, day, amount)
    for cost in assets:
        if as_of < cost.period.last_on and is_due_by(cost, horizon_on):
            for day, amount in amortise(cost, setting.calendar):
                _put(charges, grid, max(day, cost.period.start_on), amount)
    for each in booked(written):
        _put(charges, grid, each.period.start_on, each.amount_minor)
    return charges


def _put(path: list[int], grid: Grid, day: date, amount_minor: int) -> None:
    """Add an amount to its period; what lies before the grid belongs to its first, what lies behind it is left out."""
    place = 0 if day < grid.periods[0].start_on else grid.place_of(day)
    if place is not None:
        path[place] += amount_minor


def _release(lines: Sequence[LineWorth], grid: Grid) -> list[int]:
    """Return the working capital released in production by grid period: the change in level, without its charge."""
    path = [0] * len(grid.periods)
    for line in lines:
        if line.money is None or line.facts.benefit_class is not BenefitClass.WORKING_CAPITAL:
            continue
        charges = line.money.financing_minor or (0,) * len(line.money.fiscal)
        for month, realised, charge in zip(line.money.fiscal, line.realised_minor, charges, strict=True):
            if realised:
                _put(path, grid, month.start_on, realised - charge)
    return path

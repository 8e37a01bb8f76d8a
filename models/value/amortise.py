"""Capitalised cost as the P&L meets it: straight-line from in-service, less what was written down on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.domain.calendar import CalendarPattern, FiscalCalendar, add_months
from models.value.facts import CostFacts
from models.value.splitting import scale_exactly

CAPITALISED, IMPAIRMENT = "capitalised", "impairment"
_MONTHS = FiscalCalendar()


@dataclass(frozen=True, slots=True)
class Amortisation:
    """A capitalised cost with its charge by first day of the month or period, minor units.

    It has none until it is in service.
    """

    cost: CostFacts
    charges: tuple[tuple[date, int], ...]


def amortise(cost: CostFacts, calendar: FiscalCalendar = _MONTHS) -> list[tuple[date, int]]:
    """Spread a capitalised cost straight-line over its useful life from in-service, exactly.

    A calendar of weeks has twelve fiscal periods a year as well, and one charge in each of them: some of its periods
    hold two first days of a month, and some none.

    Returns
    -------
    list of (first day of the month or fiscal period, minor units); empty until it is in service with a useful life
    """
    if cost.in_service_on is None or not cost.useful_life_months:
        return []
    first, months = cost.in_service_on, cost.useful_life_months
    if calendar.pattern is CalendarPattern.MONTHLY:
        return _spread(cost.amount_minor, [add_months(first, k) for k in range(months)])
    periods = [calendar.period_of(first)]
    while len(periods) < months:
        periods.append(calendar.period_of(periods[-1].end_on))
    return _spread(cost.amount_minor, [period.start_on for period in periods])


def amortise_all(
    costs: Sequence[CostFacts], impairments: Sequence[CostFacts] = (), calendar: FiscalCalendar = _MONTHS
) -> list[Amortisation]:
    """Spread all capitalised actual costs of an initiative, each impairment taken off what is left of its asset.

    An impairment belongs to the capitalised costs of its category and source reference. It is booked in its period;
    what remains to be amortised after that period falls by it and is spread straight-line over the months left,
    exactly. It takes off what is left at most.
    """
    assets = [cost for cost in costs if cost.status == "actual" and cost.treatment == CAPITALISED]
    charges = [amortise(cost, calendar) for cost in assets]
    for impairment in booked(impairments):
        places = [place for place, cost in enumerate(assets) if is_asset_of(cost, impairment)]
        left = [sum(amount for day, amount in charges[place] if day >= impairment.period.end_on) for place in places]
        if not sum(left):
            continue
        taken = scale_exactly(left, min(impairment.amount_minor, sum(left)))
        for place, before, less in zip(places, left, taken, strict=True):
            kept = [each for each in charges[place] if each[0] < impairment.period.end_on]
            days = [day for day, _ in charges[place][len(kept) :]]
            charges[place] = [*kept, *_spread(before - less, days)]
    return [Amortisation(cost, tuple(found)) for cost, found in zip(assets, charges, strict=True)]


def is_asset_of(cost: CostFacts, impairment: CostFacts) -> bool:
    """Tell whether a write-down is of a capitalised cost: the same category and source reference, spent by then."""
    return (
        cost.status == "actual"
        and cost.treatment == CAPITALISED
        and (cost.category, cost.source_reference) == (impairment.category, impairment.source_reference)
        and cost.allocated_from == (impairment.allocated_from or cost.allocated_from)
        and cost.period.start_on <= impairment.period.start_on
    )


def booked(impairments: Sequence[CostFacts]) -> list[CostFacts]:
    """Return actual write-downs in order; they are booked in full in their period."""
    actual = [each for each in impairments if each.status == "actual"]
    return sorted(actual, key=lambda each: (each.period.start_on, each.category, each.source_reference))


def _spread(total: int, days: Sequence[date]) -> list[tuple[date, int]]:
    """Split an amount evenly over months, cumulatively rounded down, so that they sum to it."""
    n = len(days)
    done = [total * k // n for k in range(n + 1)] if n else []
    return [(day, done[k + 1] - done[k]) for k, day in enumerate(days)]

"""The owner's forecast beside the model's: the same fiscal periods after as-of, never in a figure."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from models.domain.bridge import OwnerMonth
from models.domain.calendar import FiscalCalendar
from models.value.facts import InitiativeFacts
from models.value.parts import Grid


def owner_months(
    initiative: InitiativeFacts, benefit_path: tuple[int, ...], grid: Grid, calendar: FiscalCalendar, as_of: date
) -> tuple[OwnerMonth, ...]:
    """Return what the owner forecasts of cashable lines by fiscal period after as-of, and the model of each period.

    Parameters
    ----------
    benefit_path
        Realised cashable and its forecast by grid period, minor units.
    """
    not_cashable = {line.key for line in initiative.lines if not line.benefit_class.is_cashable}
    totals: dict[int, int] = defaultdict(int)
    for claim in initiative.claims:
        if (claim.claimant, claim.purpose) != ("owner", "forecast") or claim.period.last_on <= as_of:
            continue
        place = grid.place_of(claim.period.start_on)
        if place is not None and claim.benefit_line not in not_cashable:
            totals[place] += claim.amount_minor
    return tuple(
        OwnerMonth(
            grid.periods[place].start_on,
            grid.periods[place].end_on,
            calendar.label(grid.periods[place]),
            amount,
            benefit_path[place],
        )
        for place, amount in sorted(totals.items())
    )

"""Both bridges of an initiative, benefit and cost, to as-of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.domain.bridge import InitiativeBridge
from models.domain.calendar import FiscalCalendar
from models.value.bridge import bridge_benefit
from models.value.bridge_cost import bridge_cost
from models.value.bridge_factors import RealisedLine
from models.value.facts import InitiativeFacts


def bridge_initiative(
    initiative: InitiativeFacts, measured: Sequence[RealisedLine], calendar: FiscalCalendar, as_of: date
) -> InitiativeBridge:
    """Return what lies between the held case and what came: promised to realised cashable, approved cost to invested.

    Parameters
    ----------
    measured
        The measured lines with what of them is cashable; those of which nothing can be are left out.
    """
    cashable = [line for line in measured if line.facts.benefit_class.is_cashable or any(line.realised_minor)]
    benefit, notes = bridge_benefit(initiative, cashable, calendar=calendar, as_of=as_of)
    cost = bridge_cost(initiative, calendar=calendar, as_of=as_of)
    case_notes: tuple[str, ...] = ()
    if initiative.case is not None and initiative.case.is_real:
        case_notes = (
            "The case is in real prices: what unit values rose since its approval stands with FX and inflation.",
        )
    return InitiativeBridge(benefit, cost, (*case_notes, *notes))

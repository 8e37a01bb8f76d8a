"""What a change of the price of AI does to go-forward NPV: linear, from what a publication stores.

NPV(change) = NPV - change x present value of the cost ahead whose price a provider sets. Nothing is estimated again.
"""

from __future__ import annotations

from decimal import Decimal

from models.domain.interval import MoneyInterval
from models.value.draws import round_outwards
from models.value.parts import Totals

#: Ends of the control: half the price, half as much again.
LOWEST, HIGHEST = Decimal("-0.5"), Decimal("0.5")


def shock_npv(npv: MoneyInterval, totals: Totals, present_minor: float, change: Decimal) -> MoneyInterval:
    """Return go-forward NPV at a change of price (0.1: 10 % dearer); at 0 the published one to the cent.

    Parameters
    ----------
    npv
        As published.
    totals
        The points that it was rounded from.
    present_minor
        Present value of the priced cost ahead, minor units.
    """
    if not change:
        return npv
    shift = present_minor * float(change)
    point = round(_present(totals) - shift)
    low, high = round_outwards(npv.low_minor - shift, npv.high_minor - shift)
    return MoneyInterval(min(low, point), point, max(high, point), npv.currency, npv.level)


def flip_change(totals: Totals, present_minor: float) -> float | None:
    """Return the change of price at which go-forward NPV is zero; None where no price above zero makes it so."""
    if present_minor <= 0.0:
        return None
    change = _present(totals) / present_minor
    return change if change > -1.0 else None


def _present(totals: Totals) -> float:
    return totals.benefit_present_forward - totals.cost_present_forward

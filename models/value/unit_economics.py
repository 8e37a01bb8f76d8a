"""What one outcome costs, leaves, and how many it takes to break even.

An outcome is one unit of what a benefit line works on: of its driver, else what its KPI counts. Cost is run cost; value
is realised cashable, with the limits of its draws. Cost is known, so that limits come from value alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from models.domain.interval import Interval
from models.domain.money import Money, currency_exponent
from models.domain.spend import OutcomeEconomics
from models.value.draws import ratio_interval

Floats = NDArray[np.float64]
_SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class OutcomeBasis:
    """What an outcome's economics rest on: the same fiscal periods on all sides, amounts in minor units.

    `value_draws` has shape (n_draws,); it and `value_minor` are None where nothing cashable is measured. `priced_minor`
    is the part of run cost whose price a provider of AI sets.
    """

    name: str
    unit: str
    volume: Fraction
    value_minor: int | None
    value_draws: Floats | None
    run_cost_minor: int
    priced_minor: int


def cost_at(basis: OutcomeBasis, change: Decimal) -> Fraction:
    """Return run cost at a change of price, minor units."""
    return Fraction(basis.run_cost_minor) + Fraction(change) * basis.priced_minor


def outcome_economics(basis: OutcomeBasis, change: Decimal, *, currency: str, level: float) -> OutcomeEconomics:
    """Return the economics of an outcome at a change of price; `basis.volume` must be positive."""
    minor = 10 ** currency_exponent(currency)
    cost = cost_at(basis, change)
    cost_each = cost / basis.volume / minor
    shown = (Decimal(cost_each.numerator) / Decimal(cost_each.denominator)).quantize(_SHOWN)
    volume = Decimal(basis.volume.numerator) / Decimal(basis.volume.denominator)
    spent = Money(round(cost), currency)
    if basis.value_minor is None or basis.value_draws is None:
        reason = "Nothing cashable is measured in these periods, so that an outcome has a cost and no value."
        return OutcomeEconomics(basis.name, basis.unit, volume, shown, None, None, None, reason, spent)
    scale = float(basis.volume) * minor
    value = ratio_interval(float(Fraction(basis.value_minor) / basis.volume / minor), basis.value_draws / scale, level)
    each = float(cost_each)
    margin = Interval(value.low - each, value.point - each, value.high - each, level)
    even, reason = _break_even(basis, float(cost), level)
    gained = Money(basis.value_minor, currency)
    return OutcomeEconomics(basis.name, basis.unit, volume, shown, value, margin, even, reason, spent, gained)


def _break_even(basis: OutcomeBasis, cost_minor: float, level: float) -> tuple[Interval | None, str]:
    """Return the outcomes whose value pays the run cost of the same periods; the upper limit may be infinite."""
    if basis.value_minor is None or basis.value_draws is None or basis.value_minor <= 0:
        return None, "No volume breaks even: an outcome is worth nothing or less."
    if cost_minor <= 0.0:
        return None, "There is no run cost to break even with."
    volume = float(basis.volume)
    with np.errstate(divide="ignore"):
        draws = np.where(basis.value_draws > 0.0, cost_minor * volume / basis.value_draws, math.inf)
    tail = (1.0 - level) / 2.0
    low = float(np.quantile(draws, tail, method="lower"))
    high = float(np.quantile(draws, 1.0 - tail, method="higher"))
    point = cost_minor * volume / basis.value_minor
    return Interval(min(low, point), point, max(high, point), level), ""

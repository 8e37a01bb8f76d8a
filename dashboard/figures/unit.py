"""One unit for a chart: its scale and decimals, said once in the subtitle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.format import Amount, Scale, common_scale, format_number, format_variance, to_decimal, unit_header

#: Below so many units of a scale, the scale below is used.
SMALL = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A scale (k, m, bn) and the decimals that are shown in it."""

    scale: Scale
    decimals: int

    def number(self, amount: Amount) -> str:
        """Return an amount in the unit: `5.3`, `−0.2`."""
        exact = to_decimal(amount)
        return format_number(self.scale.apply(exact) if exact is not None else None, self.decimals)

    def text(self, amount: Amount, currency: str = "") -> str:
        """Return an amount with the letter of the unit, for a sentence: `EUR 0.7m`."""
        return f"{currency} {self.number(amount)}{self.scale.letter}".strip()

    def variance(self, amount: Amount) -> str:
        """Return a variance in the unit, with arrow, sign and F or A: `▼ −1.5 A`."""
        return format_variance(amount, scale=self.scale, decimals=self.decimals).text

    def header(self, currency: str) -> str:
        """Return the unit for a subtitle: `EUR m`."""
        return unit_header(currency, self.scale)


def common_unit(amounts: Iterable[Amount]) -> Unit:
    """Return the unit of the largest amount: one decimal in m and bn, none below.

    An amount of less than three units is shown one step finer, because a decimal would say too little beside it.
    """
    known = [amount for amount in map(to_decimal, amounts) if amount is not None]
    scale = common_scale(known)
    unit = Unit(scale, 1 if scale in {Scale.M, Scale.BN} else 0)
    largest = max((abs(scale.apply(amount)) for amount in known), default=0)
    return finer_unit(unit) if unit.decimals and largest < SMALL else unit


def finer_unit(unit: Unit) -> Unit:
    """Return the unit one step below, in whole numbers."""
    below = {Scale.BN: Scale.M, Scale.M: Scale.K, Scale.K: Scale.ONE}
    return Unit(below.get(unit.scale, Scale.ONE), 0)

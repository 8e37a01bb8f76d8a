"""Flexing: what volume, price and FX each moved, in a fixed order, exact to the minor unit.

A value that is a product moves from one state to the next factor by factor: volume at old price and old rate, price at
new volume and old rate, FX at new volume and new price, and so on (the sequential form of price-volume analysis, in
the order that controllers use; the order is fixed because the parts depend on it). Nothing is rounded before the end:
each step is the difference of two rounded products, so that the steps sum to the rounded difference exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from models.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class FlexState:
    """Units sold or bought, price of one in its currency (major units), and rate (reporting units for one of it)."""

    units: Fraction
    price: Fraction
    rate: Fraction


@dataclass(frozen=True, slots=True)
class FlexEffects:
    """What moved between two states, in minor units of the reporting currency; the parts sum to the whole."""

    volume_minor: int
    price_minor: int
    fx_minor: int

    @property
    def total_minor(self) -> int:
        """The whole movement."""
        return self.volume_minor + self.price_minor + self.fx_minor


def flex_steps(base: Fraction, before: Sequence[Fraction], after: Sequence[Fraction]) -> list[int]:
    """Return what each factor moves when it goes from before to after, the factors in order.

    Parameters
    ----------
    base
        What all factors multiply, in minor units.
    before, after
        Factors of the two states; of one length.

    Raises
    ------
    InvalidInputError
        If the states differ in length.
    """
    if len(before) != len(after):
        raise InvalidInputError("both states of a flex have the same factors")
    still = [Fraction(1)]  # of the factors behind each place, that have not moved yet
    for factor in reversed(before[1:]):
        still.append(still[-1] if factor == 1 else still[-1] * factor)
    value = base
    at = round(value * before[0] * still[-1]) if before else 0
    steps = []
    for factor, rest in zip(after, reversed(still), strict=True):
        value *= factor
        reached = round(value if rest == 1 else value * rest)
        steps.append(reached - at)
        at = reached
    return steps


def flex_states(before: FlexState, after: FlexState, *, minor_per_major: int = 100) -> FlexEffects:
    """Return what volume, price and FX moved between two states, in that order."""
    volume, price, fx = flex_steps(
        Fraction(minor_per_major), (before.units, before.price, before.rate), (after.units, after.price, after.rate)
    )
    return FlexEffects(volume, price, fx)

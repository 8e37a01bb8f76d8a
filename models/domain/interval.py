"""An interval: a point with its limits and its level."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with lower and upper limit at a level.

    Limits of intervals never add; those of a sum come from draws.
    """

    low: float
    point: float
    high: float
    level: float

    @property
    def spans_zero(self) -> bool:
        """Whether zero lies within the limits: "cannot be told from zero"."""
        return self.low <= 0.0 <= self.high

    @property
    def width(self) -> float:
        """Upper less lower limit."""
        return self.high - self.low

"""Intervals: a point with its limits and its level, of a number or of money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from models.domain.money import to_major


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


@dataclass(frozen=True, slots=True)
class MoneyInterval:
    """An amount with its limits at a level; the point is exact (posted), the limits come from draws."""

    low_minor: int
    point_minor: int
    high_minor: int
    currency: str
    level: float

    @property
    def low(self) -> Decimal:
        """Lower limit in major units."""
        return to_major(self.low_minor, self.currency)

    @property
    def point(self) -> Decimal:
        """The point in major units."""
        return to_major(self.point_minor, self.currency)

    @property
    def high(self) -> Decimal:
        """Upper limit in major units."""
        return to_major(self.high_minor, self.currency)

    @property
    def spans_zero(self) -> bool:
        """Whether zero lies within the limits: "cannot be told from zero"."""
        return self.low_minor <= 0 <= self.high_minor

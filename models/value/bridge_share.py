"""How the change of a product is shared among its factors: the Shapley value, exactly.

A factor's share is its mean marginal change over all orders in which the factors can move from promised to realised
(Shapley 1953, "A value for n-person games"). Shares sum to the change, do not depend on an order, and a factor that
did not move has none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import TypeVar

Level = TypeVar("Level", float, Fraction)

#: Values of coalitions are integers in this part of a minor unit, so that shares are exact fractions of them.
PARTS_PER_MINOR = 1000
#: A level of more than so many times what was promised says nothing of what else was promised.
MOST_TIMES = 2


@cache
def _weights(n_factors: int) -> tuple[int, ...]:
    """Return |S|! (n - |S| - 1)! by the size of the coalition S that a factor joins; they share n! as denominator."""
    return tuple(math.factorial(size) * math.factorial(n_factors - size - 1) for size in range(n_factors))


def share_change(values: Sequence[int]) -> list[Fraction]:
    """Return each factor's Shapley share of values[-1] - values[0].

    Parameters
    ----------
    values
        Length 2^n: the value with the factors realised whose bits are set in the place, the others as promised.

    Returns
    -------
    list of n exact fractions that sum to the change
    """
    n_factors = len(values).bit_length() - 1
    weights, whole = _weights(n_factors), math.factorial(n_factors)
    shares = []
    for factor in range(n_factors):
        bit, total = 1 << factor, 0
        for coalition in range(len(values)):
            if not coalition & bit:
                total += weights[coalition.bit_count()] * (values[coalition | bit] - values[coalition])
        shares.append(Fraction(total, whole))
    return shares


def value_coalitions(cells: Sequence[float], ratios: Sequence[Sequence[float]]) -> list[float]:
    """Return what promised cells are worth under each set of realised ratios, length 2^n.

    Parameters
    ----------
    cells
        Promised money by cell.
    ratios
        For each factor the realised over the promised level by cell.
    """
    vectors = [list(cells)]
    for ratio in ratios:
        vectors += [[amount * level for amount, level in zip(vector, ratio, strict=True)] for vector in vectors]
    return [math.fsum(vector) for vector in vectors]


def scale_level(base: Level, level: Level, of: Level) -> Level:
    """Return a base times level / of, at most twice the base either way; what the level holds beyond that is added.

    So a few late weeks that brought many times what was promised of them are not stretched over the whole promise.
    """
    if not of:
        return base + level
    most = abs(of) * MOST_TIMES
    held = max(-most, min(most, level))
    return base * held / of + (level - held)


def round_together(parts: Sequence[Fraction]) -> list[int]:
    """Round fractions whose sum is an integer to integers with the same sum (largest remainder, ties to the earlier).

    Each result differs from its part by less than one.
    """
    floors = [part.numerator // part.denominator for part in parts]
    left = int(sum(parts, Fraction(0))) - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for i in by_remainder[:left]:
        floors[i] += 1
    return floors

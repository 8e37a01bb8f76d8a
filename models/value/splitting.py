"""Exact splits of posted amounts: integers that sum to what was split, whatever the signs of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from models.domain.errors import InvalidInputError


def split_signed(total: int, weights: Sequence[Fraction]) -> list[int]:
    """Split an integer by weights that sum to 1 and may be negative, summing exactly to it.

    Shares are floored; the units left over go to the largest remainders, ties to the earlier position.

    Raises
    ------
    InvalidInputError
        If the weights do not sum to 1.
    """
    if sum(weights) != 1:
        raise InvalidInputError(f"signed weights must sum to 1, not {float(sum(weights))}")
    shares = [total * weight for weight in weights]
    parts = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def scale_exactly(amounts: Sequence[int], total: int) -> list[int]:
    """Scale integers in proportion so that they sum exactly to `total`.

    Amounts that sum to zero cannot be scaled to anything but zero.

    Raises
    ------
    InvalidInputError
        If the amounts sum to zero and the total does not.
    """
    whole = sum(amounts)
    if whole == 0:
        if total:
            raise InvalidInputError("amounts that sum to zero cannot be scaled")
        return [0] * len(amounts)
    return split_signed(total, [Fraction(amount, whole) for amount in amounts])

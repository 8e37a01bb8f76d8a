"""Draws: every random source has its own seed from its own key, so that what shares a source shares its randomness.

A source is a pair (kind, key): an effect by its KPI and treated units, a unit value by its source, persistence as one
belief of the organisation, whatever the version of the policy. Draws are quantiles at (i - 1/2) / n in an order that
the seed permutes; two lines with one source have the same order and move together, two sources are independent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models.domain.figures import MoneyInterval
from models.domain.interval import Interval

Floats = NDArray[np.float64]

#: Draws of a publication: limits at 95 % rest on 50 draws in each tail.
N_DRAWS = 2000
# A low and a high that somebody believes are taken as 95 % limits.
_BELIEVED_LIMIT = 1.959963984540054


def source_seed(kind: str, key: str) -> int:
    """Return the seed of a random source, 63 bits of the SHA-256 of its kind and key."""
    digest = hashlib.sha256(f"{kind}\x1f{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def effect_key(kpi: str, treated_units: Iterable[str]) -> str:
    """Return the key of an effect's source: its KPI and treated units, in any order."""
    return "\x1f".join((kpi, *sorted(set(treated_units))))


def permuted_probabilities(n_draws: int, seed: int) -> Floats:
    """Return (i - 1/2) / n for i = 1..n in the order that the seed permutes, shape (n_draws,)."""
    order = np.random.default_rng(seed).permutation(n_draws)
    return np.asarray((order + 0.5) / n_draws, dtype=np.float64)


def believed_draws(point: float, low: float | None, high: float | None, *, n_draws: int, seed: int) -> Floats:
    """Return draws of a quantity with a believed low and high; constant where neither is given.

    The quantile function is point + z sd, with sd below and above the point such that the 2.5 % and 97.5 % quantiles
    are `low` and `high` exactly; the median is the point. A limit that is not given leaves its side constant.

    Returns
    -------
    array of shape (n_draws,)
    """
    below = 0.0 if low is None else (point - low) / _BELIEVED_LIMIT
    above = 0.0 if high is None else (high - point) / _BELIEVED_LIMIT
    if below == 0.0 and above == 0.0:
        return np.full(n_draws, point)
    z = ndtri(permuted_probabilities(n_draws, seed))
    return np.asarray(point + z * np.where(z < 0.0, below, above), dtype=np.float64)


def limits(draws: Floats, level: float) -> tuple[float, float]:
    """Return the equal-tailed limits of draws at a level."""
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    return float(low), float(high)


def round_outwards(low: float, high: float) -> tuple[int, int]:
    """Round limits in minor units outwards; what differs by less than a thousandth of a unit is the same."""
    return int(np.floor(np.round(low, 3))), int(np.ceil(np.round(high, 3)))


def money_interval(point_minor: int, draws: Floats, *, currency: str, level: float) -> MoneyInterval:
    """Return the posted point with limits from draws in minor units, rounded outwards to whole units.

    Parameters
    ----------
    draws
        Shape (n_draws,), minor units.
    """
    low, high = round_outwards(*limits(draws, level))
    return MoneyInterval(min(low, point_minor), point_minor, max(high, point_minor), currency, level)


def certain_money(point_minor: int, *, currency: str, level: float) -> MoneyInterval:
    """Return an amount that is known: its limits are itself."""
    return MoneyInterval(point_minor, point_minor, point_minor, currency, level)


def ratio_interval(point: float, draws: Floats, level: float) -> Interval:
    """Return a ratio with limits from draws, shape (n_draws,)."""
    low, high = (float(f"{limit:.9e}") for limit in limits(draws, level))
    return Interval(min(low, point), point, max(high, point), level)

"""One series for a group of units, robust to units that come, go and change in volume."""

from __future__ import annotations

import numpy as np

from models.causal.noise import Mask
from models.domain.effect import Floats

_SWEEPS = 200
_SETTLED = 1e-12


def unit_levels(values: Floats, weights: Floats, is_baseline: Mask) -> Floats:
    """Return the level of each unit from a two-way fit (unit + period) over baseline cells.

    Parameters
    ----------
    values, weights, is_baseline
        Shape (n_units, n_periods); cells outside the baseline or missing are not read.

    Returns
    -------
    ndarray, shape (n_units,)
        NaN for a unit without a baseline cell. In a balanced panel these are the unit means.
    """
    used = is_baseline & np.isfinite(values)
    w = np.where(used, weights, 0.0)
    y = np.where(used, values, 0.0)
    has_cells = w.sum(axis=1) > 0
    unit_weight = np.where(has_cells, w.sum(axis=1), 1.0)
    period_weight = np.where(w.sum(axis=0) > 0, w.sum(axis=0), 1.0)
    level = (w * y).sum(axis=1) / unit_weight
    if int(used.all(axis=0).sum()) < int(used.any(axis=0).sum()) and has_cells.sum() > 1:
        scale = float(np.abs(level).max()) + 1.0
        for _ in range(_SWEEPS):
            period = (w * (y - level[:, None])).sum(axis=0) / period_weight
            updated = (w * (y - period[None, :])).sum(axis=1) / unit_weight
            moved = float(np.abs(updated - level).max())
            level = updated
            if moved < _SETTLED * scale:
                break
        level += (w * (y - level[:, None])).sum() / w.sum()
    return np.where(has_cells, level, np.nan)


def mean_series(values: Floats, weights: Floats, is_baseline: Mask) -> tuple[Floats, Floats]:
    """Return (adjusted, plain) weighted mean series of a group, each shape (n_periods,), NaN where nothing is observed.

    The adjusted series averages deviations from each unit's own baseline level and adds the mean level back: a unit
    that is missing in a period, or whose volume grows, does not move it.
    """
    level = unit_levels(values, weights, is_baseline)
    used = np.isfinite(values) & np.isfinite(level)[:, None]
    w = np.where(used, weights, 0.0)
    total = w.sum(axis=0)
    seen = total > 0
    safe = np.where(seen, total, 1.0)
    deviation = np.where(used, values - level[:, None], 0.0)
    plain = np.where(seen, (w * np.where(used, values, 0.0)).sum(axis=0) / safe, np.nan)
    if values.shape[0] == 1:
        return plain, plain
    base = np.where(used & is_baseline, weights, 0.0).sum(axis=1)
    if not base.any():  # no unit was seen before: there is no series to speak of
        return np.full(seen.shape, np.nan), plain
    anchor = float((base * np.where(np.isfinite(level), level, 0.0)).sum() / base.sum())
    adjusted = np.where(seen, (w * deviation).sum(axis=0) / safe + anchor, np.nan)
    return adjusted, plain

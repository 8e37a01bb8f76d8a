"""What of a panel is admitted to an estimate: comparisons that move, and no more covariates than the history bears."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.domain.effect import Floats, LeftOut

#: Periods before go-live for each covariate: a history of 12 bears two.
PERIODS_PER_COVARIATE = 6
_COLLINEAR = 1e-6


def admit_panel(panel: KpiPanel) -> KpiPanel:
    """Return the panel without controls that never move and covariates that its history cannot bear, each named.

    A control with one value in every period tells nothing of what would have happened: with it a series would pass for
    a comparison. Covariates are taken in their order: those that vary before go-live beside the level, a trend and
    each other, one for every six periods of it.
    """
    return _with_few_covariates(_without_still_controls(panel))


def _without_still_controls(panel: KpiPanel) -> KpiPanel:
    is_touched = panel.go_live < 2**31
    seen = panel.is_observed
    high = np.where(seen, panel.values, -np.inf).max(axis=1)
    low = np.where(seen, panel.values, np.inf).min(axis=1)
    counts = seen.sum(axis=1)
    is_still = (counts > 1) & ~is_touched & _is_same(low, high)
    if not is_still.any():
        return panel
    left = tuple(
        LeftOut(panel.units[int(row)], None, "control: the KPI never changes here, so that nothing is compared with it")
        for row in np.flatnonzero(is_still)
    )
    return replace(
        panel,
        values=np.where(is_still[:, None], np.nan, panel.values),
        weights=np.where(is_still[:, None], np.nan, panel.weights),
        left_out=(*panel.left_out, *left),
    )


def _is_same(low: Floats, high: Floats) -> Mask:
    is_finite = np.isfinite(low) & np.isfinite(high)
    span = np.subtract(high, low, out=np.full(low.shape, np.inf), where=is_finite)
    size = np.maximum(np.abs(np.where(is_finite, low, 0.0)), np.abs(np.where(is_finite, high, 0.0)))
    return np.asarray(is_finite & (span <= 1e-12 * size), dtype=bool)


def _with_few_covariates(panel: KpiPanel) -> KpiPanel:
    if not panel.covariate_names:
        return panel
    treated = panel.go_live < 2**31
    cells = panel.is_observed & ~panel.is_treated_cell & treated[:, None]
    n_before = int(cells.any(axis=0).sum())
    most = n_before // PERIODS_PER_COVARIATE
    t = np.arange(panel.n_periods, dtype=np.float64)
    known = [np.ones(n_before), t[cells.any(axis=0)]]
    kept: list[int] = []
    left: list[LeftOut] = []
    for i, name in enumerate(panel.covariate_names):
        if len(kept) >= most:
            left.append(LeftOut(None, None, f"covariate {name}: {n_before} periods before go-live bear only {most}"))
            continue
        column = _mean_before(panel.covariates[i], cells)
        # What never varies before go-live enters no design; it takes no one's place.
        if np.ptp(column) > 0.0 and _is_told_by(column, known):
            left.append(LeftOut(None, None, f"covariate {name}: a line, or what other covariates tell"))
            continue
        if np.ptp(column) > 0.0:
            known.append(column)
            kept.append(i)
    if len(kept) == len(panel.covariate_names):
        return panel
    return replace(
        panel,
        covariates=panel.covariates[kept],
        covariate_names=tuple(panel.covariate_names[i] for i in kept),
        left_out=(*panel.left_out, *left),
    )


def _mean_before(covariate: Floats, cells: Mask) -> Floats:
    used = np.where(cells, np.nan_to_num(covariate), 0.0)
    periods = cells.any(axis=0)
    return np.asarray(used.sum(axis=0)[periods] / cells.sum(axis=0)[periods], dtype=np.float64)


def _is_told_by(column: Floats, known: list[Floats]) -> bool:
    x = np.column_stack(known)
    x = x / np.linalg.norm(x, axis=0)
    size = float(np.linalg.norm(column - column.mean()))
    left = column - x @ np.linalg.lstsq(x, column, rcond=None)[0]
    return bool(np.linalg.norm(left) <= _COLLINEAR * size)

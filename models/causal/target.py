"""The target: which treated cells the average is over, with which weights, and the effect columns that reach it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.average import Ints
from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.causal.shapes import ShapeSet, effect_shapes
from models.domain.effect import Floats


@dataclass(frozen=True, slots=True)
class EffectTarget:
    """The treated cells an average is over.

    `rows` are the treated units in the panel, `positions` the effect periods in the window; `unit_exposure` has shape
    (n_treated_units, n_effect_periods), `exposure` is its sum over units, `observed` the exposure-weighted mean value.
    """

    rows: tuple[int, ...]
    positions: tuple[int, ...]
    unit_exposure: Floats
    exposure: Floats
    observed: Floats


@dataclass(frozen=True, slots=True)
class EffectColumns:
    """Effect columns of a group mean.

    `columns` (n_periods, n_shapes) whose coefficient is the average effect, and `paths`
    (n_shapes, n_effect_periods), the mean effect on treated units per period when that coefficient is 1.
    """

    names: tuple[str, ...]
    columns: Floats
    paths: Floats
    log_prior: Floats


def build_target(panel: KpiPanel, is_counted: Mask) -> EffectTarget:
    """Return the target over counted treated cells, `is_counted` of shape (n_units, n_periods)."""
    cells = is_counted & panel.is_treated_cell & panel.is_observed
    rows = tuple(int(row) for row in np.flatnonzero(cells.any(axis=1)))
    positions = tuple(int(at) for at in np.flatnonzero(cells.any(axis=0)))
    box = np.ix_(rows, positions)
    unit_exposure = np.where(cells[box], panel.weights[box], 0.0)
    exposure = unit_exposure.sum(axis=0)
    observed = (unit_exposure * np.where(cells[box], panel.values[box], 0.0)).sum(axis=0) / exposure
    return EffectTarget(rows, positions, unit_exposure, exposure, observed)


def effect_columns(panel: KpiPanel, target: EffectTarget, is_in_mean: Mask, *, is_constant: bool) -> EffectColumns:
    """Return the effect columns of the mean series of the treated units.

    Parameters
    ----------
    is_in_mean
        Shape (n_units, n_periods): cells that enter the mean series, treated or not yet.
    is_constant
        The recorded assumption of a constant step.
    """
    starts = panel.go_live[list(target.rows)]
    ages = np.asarray(target.positions)[None, :] - starts[:, None]
    shapes = effect_shapes(int(ages.max()) + 1, panel.timeline.frequency, is_constant=is_constant)
    effects = np.where(target.unit_exposure > 0, _by_age(shapes, ages), 0.0)
    total = (target.unit_exposure * effects).sum(axis=1)
    paths = total / target.exposure
    size = total.sum(axis=1) / target.exposure.sum()
    in_mean = np.where(is_in_mean, np.nan_to_num(panel.weights), 0.0).sum(axis=0)[list(target.positions)]
    columns = np.zeros((panel.n_periods, len(shapes.names)))
    columns[list(target.positions)] = (total / in_mean / size[:, None]).T
    return EffectColumns(shapes.names, columns, paths / size[:, None], np.log(shapes.prior))


def _by_age(shapes: ShapeSet, ages: Ints) -> Floats:
    return np.asarray(shapes.by_age[:, np.maximum(ages, 0)], dtype=np.float64)

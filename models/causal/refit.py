"""The same design fitted again on part of what an estimate rests on: the ground of all that follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.causal.average import Ints
from models.causal.design_fit import DesignFit
from models.causal.estimate import fit_design
from models.causal.mixture import mixture_interval, two_sided_p
from models.causal.noise import Mask
from models.causal.panel import KpiPanel, read_panel
from models.causal.study import Study
from models.domain.effect import Design, EffectEstimate, Floats, Mixture, NotEstimable
from models.domain.interval import Interval

_FAR = 2**31
#: Cells of all refits of one part together; 60 refits of 100 units over 200 periods.
_CELLS_OF_ALL_REFITS = 1_200_000
_FEWEST_REFITS = 5


@dataclass(frozen=True, slots=True)
class FittedCase:
    """An estimate and the panel that it rests on.

    `panel` has what the study leaves out as gaps already, so that `study` keeps only what refits need. `rows` of the
    panel are there to be fitted again; `treated` and `controls` are those that the estimate used.
    """

    panel: KpiPanel
    study: Study
    estimate: EffectEstimate
    rows: tuple[int, ...]
    treated: tuple[int, ...]
    controls: tuple[int, ...]
    level: float
    seed: int

    @property
    def starts(self) -> Ints:
        """Positions of the go-lives of the treated units."""
        return np.asarray(self.panel.go_live[list(self.treated)], dtype=np.int64)


def fitted_case(
    frame: pd.DataFrame, go_live: Mapping[Any, Any], study: Study, estimate: EffectEstimate, seed: int
) -> FittedCase:
    """Return the case of an estimate from the frame and the go-lives that it was made of."""
    panel = read_panel(frame, go_live, study)
    row_of = {unit: row for row, unit in enumerate(panel.units)}
    kept = Study(
        is_randomised=study.is_randomised, covariates=panel.covariate_names, is_effect_constant=study.is_effect_constant
    )
    return FittedCase(
        panel=panel,
        study=kept,
        estimate=estimate,
        rows=tuple(range(len(panel.units))),
        treated=tuple(row_of[unit] for unit in estimate.treated_units),
        controls=tuple(row_of[unit] for unit in estimate.control_units),
        level=estimate.level,
        seed=seed,
    )


def history_panel(panel: KpiPanel, rows: tuple[int, ...]) -> KpiPanel:
    """Return some units of a panel with what came after each unit's go-live taken out, up to the last period left."""
    index = list(rows)
    values = np.where(panel.is_treated_cell[index], np.nan, panel.values[index])
    n_periods = int(np.minimum(panel.go_live[panel.is_treated_unit].max(), panel.n_periods))
    return part_of_panel(panel, rows, values=values, n_periods=n_periods)


def part_of_panel(
    panel: KpiPanel,
    rows: tuple[int, ...],
    *,
    values: Floats | None = None,
    go_live: Ints | None = None,
    n_periods: int | None = None,
) -> KpiPanel:
    """Return some units of a panel, up to a period, with values and go-lives of the caller's.

    Parameters
    ----------
    values, go_live
        Of shapes (n_rows, n_periods of the panel) and (n_rows,); those of the panel if None.
    """
    index, end = list(rows), panel.n_periods if n_periods is None else n_periods
    used = panel.values[index] if values is None else values
    starts = panel.go_live[index] if go_live is None else go_live
    cut = used[:, :end]
    return replace(
        panel,
        units=tuple(panel.units[row] for row in index),
        timeline=replace(panel.timeline, periods=panel.timeline.periods[:end]),
        values=cut,
        weights=np.where(np.isfinite(cut), panel.weights[index][:, :end], np.nan),
        go_live=np.where(starts < end, starts, _FAR).astype(np.int64),
        covariates=panel.covariates[:, index][:, :, :end],
        left_out=(),
    )


def refit(case: FittedCase, panel: KpiPanel, design: Design | None = None) -> DesignFit | NotEstimable:
    """Return the fit of the estimate's own design, or of another, on another panel."""
    return fit_design(panel, case.study, design or case.estimate.design)


def fit_interval(fit: DesignFit, level: float) -> Interval:
    """Return the interval of the average effect of a fit."""
    return mixture_interval(fit.mixture, level)


def fit_p_value(fit: DesignFit) -> float:
    """Return the two-sided p-value of the average effect of a fit."""
    return two_sided_p(fit.mixture)


def mixture_moments(mixture: Mixture) -> tuple[float, float]:
    """Return mean and standard deviation of a mixture of t distributions."""
    weight = mixture.weight / mixture.weight.sum()
    mean = float(weight @ mixture.location)
    df = np.maximum(mixture.df, 2.5)
    variance = weight @ (mixture.scale**2 * df / (df - 2.0) + (mixture.location - mean) ** 2)
    return mean, float(np.sqrt(variance))


def observed_before(panel: KpiPanel, rows: tuple[int, ...]) -> Mask:
    """Return which periods hold an observed untreated cell of some units, shape (n_periods,)."""
    index = list(rows)
    seen = (panel.is_observed & ~panel.is_treated_cell)[index]
    return np.asarray(seen.any(axis=0), dtype=bool)


def evenly(n: int, most: int) -> Ints:
    """Return at most `most` of the positions 0 to n - 1, evenly chosen, first and last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)) if n else np.zeros(0, np.int64)


def most_refits(panel: KpiPanel, most: int) -> int:
    """Return how many refits a panel allows, so that what follows one estimate stays a matter of seconds."""
    return max(_FEWEST_REFITS, min(most, int(_CELLS_OF_ALL_REFITS / panel.values.size)))

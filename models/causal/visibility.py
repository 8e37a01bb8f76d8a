"""Will we ever be able to see it? The floor: how small an effect a history could tell if its noise were known.

In milliseconds, for a first look while somebody plans; `detectable.detectable_effects` is the statement, by simulation
through the estimate itself: 1 to 1.3 times as large with one go-live date, 1.6 times under a random walk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from models.causal.average import AverageFit
from models.causal.group_series import mean_series
from models.causal.interrupted import problem_scale, scaled_problem
from models.causal.noise import Mask, noise_grid, whiten_at
from models.causal.outliers import fit_series
from models.causal.panel import KpiPanel, read_panel
from models.causal.refuse import AFTER, BEFORE_ALONE, BEFORE_WITH_CONTROLS, IN_ALL
from models.causal.study import PeriodKey, Study
from models.domain.effect import Floats
from models.domain.errors import InvalidInputError

_POWER_QUANTILE = 0.8416212335729143


@dataclass(frozen=True, slots=True)
class Visibility:
    """What the history can tell, by number of periods after go-live.

    `smallest_effect` has shape (n_periods,): the constant effect per treated unit-period that would be found with 80 %
    power at the level after 1, 2, ... periods, infinite where the rules refuse. `from_period` is the first period after
    which the expected effect is visible, None if it is not within the horizon or no effect was expected.
    """

    smallest_effect: Floats
    from_period: PeriodKey | None
    level: float


def when_visible(
    panel: pd.DataFrame,
    go_live: Mapping[Any, Any],
    expected_effect: float | None = None,
    *,
    study: Study | None = None,
    horizon: int = 104,
    level: float = 0.95,
) -> Visibility:
    """Return from when on an effect could be told from zero, judged by the KPI's own history before go-live.

    The treated units' mean series, less the controls' where there are any, is fitted before go-live under all noise
    models; for each number of later periods the standard error of a step follows from the noise model, averaged by
    variance over the four most probable. It is the error with the noise known, so a floor: the estimate itself adds
    what it must learn.

    Raises
    ------
    InvalidInputError
        If no treated unit has 8 periods before its go-live.
    """
    facts = study if study is not None else Study()
    read = read_panel(panel, go_live, facts)
    series, has_controls = _history(read)
    first = int(read.go_live.min())
    is_before = np.isfinite(series) & (np.arange(series.size) < first)
    needed = BEFORE_WITH_CONTROLS if has_controls else BEFORE_ALONE
    if is_before.sum() < BEFORE_WITH_CONTROLS:
        raise InvalidInputError("too little history to judge by: 8 periods before go-live are needed")
    scale, _ = problem_scale(series, is_before)
    past = np.where(is_before, series, np.nan)
    empty = np.where(np.arange(series.size) == np.flatnonzero(is_before)[-1], 1.0, 0.0)[:, None]
    problem = scaled_problem(read, past, is_before, empty, np.zeros(1), np.zeros((series.size, 0)))
    errors = _step_errors(fit_series(problem).fit, problem.y, is_before, horizon, has_trend=not has_controls) * scale
    n_after = np.arange(1, horizon + 1)
    enough = (n_after >= AFTER) & (is_before.sum() >= needed)
    if not has_controls:
        enough &= is_before.sum() + n_after >= IN_ALL
    reach = float(stdtrit(max(is_before.sum() - 2, 1), (1.0 + level) / 2.0)) + _POWER_QUANTILE
    smallest = np.where(enough, reach * errors, np.inf)
    from_period = None
    if expected_effect is not None and (smallest <= abs(expected_effect)).any():
        from_period = read.timeline.period_at(first + int(np.argmax(smallest <= abs(expected_effect))))
    return Visibility(np.asarray(smallest, dtype=np.float64), from_period, level)


def _history(panel: KpiPanel) -> tuple[Floats, bool]:
    """Return the series that the design would be judged on, and whether it has controls."""
    treated = np.flatnonzero((panel.go_live < 2**31) & panel.is_observed.any(axis=1))
    controls = np.flatnonzero((panel.go_live >= 2**31) & panel.is_observed.any(axis=1))
    if treated.size == 0:
        raise InvalidInputError("no unit with a go-live has any observation")
    series, _ = mean_series(panel.values[treated], panel.weights[treated], ~panel.is_treated_cell[treated])
    if controls.size == 0:
        return series, False
    control, _ = mean_series(panel.values[controls], panel.weights[controls], panel.is_observed[controls])
    return series - control, True


def _step_errors(fit: AverageFit, y: Floats, is_before: Mask, horizon: int, *, has_trend: bool) -> Floats:
    """Return the standard error of a step after 1 ... horizon periods, in units of y, shape (horizon,).

    Whitened rows do not depend on later ones, so the normal equations of each horizon are partial sums.
    """
    probability = np.bincount(fit.noise, weights=fit.weight, minlength=noise_grid().rho.size)
    kept = np.argsort(-np.round(probability, 9), kind="stable")[:4]
    start = int(np.flatnonzero(is_before)[-1]) + 1
    seen = np.concatenate([is_before[:start], np.ones(horizon, dtype=bool)])
    t = np.arange(seen.size, dtype=np.float64)
    columns = [np.ones(seen.size), np.where(t >= start, 1.0, 0.0), *([t / seen.size] if has_trend else [])]
    total = np.zeros(horizon)
    for noise in kept:
        white = whiten_at(np.column_stack(columns), seen, int(noise))
        normal = np.cumsum(white[:, :, None] * white[:, None, :], axis=0)[-horizon:]
        total += probability[noise] * _variance(y, is_before, int(noise)) * np.linalg.inv(normal)[:, 1, 1]
    return np.asarray(np.sqrt(total / probability[kept].sum()), dtype=np.float64)


def _variance(y: Floats, is_before: Mask, noise: int) -> float:
    white = whiten_at(np.column_stack([np.ones(y.size), np.where(is_before, y, 0.0)]), is_before, noise)
    level = float(white[:, 0] @ white[:, 1]) / float(white[:, 0] @ white[:, 0])
    left = white[:, 1] - level * white[:, 0]
    return float(left @ left) / (left.size - 1)

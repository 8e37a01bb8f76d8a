"""Additive outliers and yearly spikes: found at the most probable component, taken out of the fit, always reported."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from models.causal.average import AverageFit, SeriesProblem, fit_average
from models.causal.component import ComponentFit, ComponentModel, component_model, fit_component
from models.domain.effect import Floats

_WEEKS = 52
#: Periods that the search leaves at the least: what the rules ask of a series is not to be taken away again.
_FEWEST_LEFT = 18


@dataclass(frozen=True, slots=True)
class SeriesFit:
    """A series with what the search for outliers settled on.

    `outliers` are positions taken out of the fit, `spikes` first positions of week-of-year columns that were added.
    """

    problem: SeriesProblem
    fit: AverageFit
    model: ComponentModel
    best: ComponentFit
    outliers: tuple[int, ...]
    spikes: tuple[int, ...]


def fit_series(problem: SeriesProblem, cycle_length: int | None = None) -> SeriesFit:
    """Return the average over models after outliers and repeating yearly spikes have been set apart."""
    fit = fit_average(problem)
    spikes = _find_spikes(problem, fit) if cycle_length == _WEEKS and problem.y.size >= 2 * _WEEKS else ()
    if spikes:
        problem = _with_spikes(problem, spikes)
        fit = fit_average(problem)
    outliers = _find_outliers(problem, fit)
    if outliers:
        is_kept = problem.is_observed.copy()
        is_kept[list(outliers)] = False
        problem = replace(problem, is_observed=is_kept)
        fit = fit_average(problem)
    model = component_model(problem, fit, fit.best)
    return SeriesFit(problem, fit, model, fit_component(problem.y, model), outliers, spikes)


def outlier_threshold(n_periods: int) -> float:
    """Return Phi^-1(1 - .01 / (2n)) (1 + 2 / n), the bar of a scaled outlier statistic."""
    return float(ndtri(1.0 - 0.01 / (2.0 * n_periods)) * (1.0 + 2.0 / n_periods))


def _scaled(outlier_t: Floats) -> Floats:
    """Return statistics over 1.4826 times their median absolute deviation, 0 where there is no spread to judge by."""
    seen = outlier_t[np.isfinite(outlier_t)]
    spread = 1.4826 * float(np.median(np.abs(seen - np.median(seen)))) if seen.size else 0.0
    size = float(np.abs(seen).max()) if seen.size else 0.0
    if spread <= 1e-6 * size or size == 0.0:
        return np.zeros(outlier_t.shape)
    return np.asarray(np.round(np.nan_to_num(outlier_t / spread), 9), dtype=np.float64)


def _find_outliers(problem: SeriesProblem, fit: AverageFit) -> tuple[int, ...]:
    n = int(problem.is_observed.sum())
    bar, found = outlier_threshold(n), []
    model = component_model(problem, fit, fit.best)
    for _ in range(min(max(3, n // 20), max(0, n - _FEWEST_LEFT))):
        scaled = np.abs(_scaled(fit_component(problem.y, model).outlier_t))
        at = int(np.argmax(scaled))
        if scaled[at] <= bar or _is_last_of_a_kind(model, at) or _is_all_that_moves(problem, model, at):
            break
        found.append(at)
        is_kept = model.is_observed.copy()
        is_kept[at] = False
        model = replace(model, is_observed=is_kept)
    return tuple(sorted(found))


def _is_last_of_a_kind(model: ComponentModel, at: int) -> bool:
    """Whether the effect could not be told without this period: fewer than two treated periods would remain."""
    treated = model.is_observed & (model.columns[:, -1] != 0.0)
    return bool(treated[at]) and int(treated.sum()) <= 2


def _is_all_that_moves(problem: SeriesProblem, model: ComponentModel, at: int) -> bool:
    """Whether the series never changes without this period: its noise is then unknown, not nought."""
    rest = model.is_observed.copy()
    rest[at] = False
    return bool(np.ptp(problem.y[rest]) <= 1e-9 * abs(problem.y[at]))


def _find_spikes(problem: SeriesProblem, fit: AverageFit) -> tuple[int, ...]:
    """Return first positions of weeks of the year that stand out the same way at least twice, every time."""
    model = component_model(problem, fit, fit.best)
    scaled = _scaled(fit_component(problem.y, model).outlier_t)
    bar, found = outlier_threshold(_WEEKS), []
    for week in range(_WEEKS):
        rows = [t for t in range(week, problem.y.size, _WEEKS) if problem.is_observed[t]]
        if len(rows) < 2:
            continue
        t = scaled[rows]
        is_alike = np.all(np.sign(t) == np.sign(t[0])) and np.abs(t).min() > 2.0
        if is_alike and abs(t.sum()) / np.sqrt(len(rows)) > bar:
            found.append((abs(float(t.sum())), week))
    return tuple(sorted(week for _, week in sorted(found, reverse=True)[:3]))


def _with_spikes(problem: SeriesProblem, spikes: tuple[int, ...]) -> SeriesProblem:
    columns = [np.where(np.arange(problem.y.size) % _WEEKS == week, 1.0, 0.0) for week in spikes]
    return replace(problem, flat=np.column_stack([problem.flat, *columns]))

"""Interrupted time series: a series held against the continuation of its own past."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.causal.average import MeanOption, SeriesProblem
from models.causal.bands import merge_components
from models.causal.checks import check_series
from models.causal.component import statsmodels_table
from models.causal.design_fit import DesignFit
from models.causal.gaps import describe_gaps, describe_outliers
from models.causal.group_series import mean_series
from models.causal.noise import PROBABILITY_NO_WALK_ALONE, Mask, noise_grid
from models.causal.outliers import SeriesFit, fit_series
from models.causal.panel import KpiPanel
from models.causal.refuse import refuse_counts
from models.causal.study import Study
from models.causal.target import EffectColumns, EffectTarget, build_target, effect_columns
from models.domain.calendar import Frequency
from models.domain.effect import Design, Floats, NotEstimable

TREND_SPREADS = (1.0, 3.0, 10.0)
#: A series alone may also hardly drift: in simulation that makes AR series 5 % narrower and covers trends as well.
TREND_SPREADS_ALONE = (0.3, *TREND_SPREADS)
_YEAR_DAYS = 365.25


def estimate_interrupted(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the interrupted-series fit of the treated units' mean series, or the rule that refuses.

    The mean is a level, a trend with drift N(0, c^2 v sigma^2), c in {.3, 1, 3, 10}, harmonics 0 to 3 with coefficients
    N(0, sd_pre^2), and covariates where the panel has them.
    """
    return _estimate(panel, study, Design.INTERRUPTED_SERIES)


def estimate_before_after(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return two averages, before and after, under the same noise models: no trend, no season, a step.

    Only when forced, and never above grade E1: whatever else moved the KPI is in the figure. The same rules refuse.
    """
    return _estimate(panel, study, Design.BEFORE_AFTER)


def _estimate(panel: KpiPanel, study: Study, design: Design) -> DesignFit | NotEstimable:
    is_group = _group(panel)
    refusal = _refuse(panel, is_group)
    if refusal is not None:
        return refusal
    rows = np.flatnonzero(is_group.any(axis=1))
    target = build_target(panel, is_group)
    is_constant = study.is_effect_constant or design is Design.BEFORE_AFTER
    series, plain = mean_series(panel.values[rows], panel.weights[rows], ~panel.is_treated_cell[rows])
    effects = effect_columns(panel, target, is_group, is_constant=is_constant)
    is_before = np.isfinite(series) & ~(panel.is_treated_cell & is_group).any(axis=0)
    covariates = mean_covariates(panel, is_group)
    problem = scaled_problem(panel, series, is_before, effects.columns, effects.log_prior, covariates)
    scale, centre = problem_scale(series, is_before)
    if design is Design.BEFORE_AFTER:
        problem = replace(problem, options=(MeanOption((), None, 0.0),))
    found = fit_series(problem, panel.timeline.cycle_length)
    mixture = merge_components(found.fit, scale)
    fitted = plain - (series - (found.best.baseline * scale + centre))
    return DesignFit(
        design=design,
        target=target,
        mixture=mixture,
        paths=effects.paths,
        window_observed=plain,
        window_fitted=fitted,
        noise_summary=noise_grid().describe(found.model.noise),
        statsmodels_table=statsmodels_table(found.problem.y * scale, found.model),
        control_units=(),
        left_out=(*describe_gaps(panel, is_group), *describe_outliers(panel, found)),
        checks=check_series(panel, study, found, is_before, design, effects.names),
        notes=_notes(panel, study, len(rows), design),
    )


def _notes(panel: KpiPanel, study: Study, n_units: int, design: Design) -> tuple[str, ...]:
    notes = []
    if n_units > 1:
        what = "volume" if panel.is_weighted else "units"
        notes.append(
            f"The mean series of {n_units} treated units is held against its own past; it counts {what} alike."
        )
    if study.is_effect_constant:
        notes.append("Assumed, and recorded: the effect is a constant step.")
    if design is Design.BEFORE_AFTER:
        notes.append("Two averages only: trend, season and whatever else changed are in the figure.")
    return tuple(notes)


def _refuse(panel: KpiPanel, is_group: Mask) -> NotEstimable | None:
    treated = is_group & panel.is_treated_cell
    starts = panel.go_live[panel.is_treated_unit]
    seen = panel.is_observed[panel.is_treated_unit].any(axis=0)
    before = is_group.any(axis=0) & ~treated.any(axis=0) & (np.arange(panel.n_periods) < starts.max())
    return refuse_counts(
        panel,
        int(before.sum()),
        int((panel.is_treated_cell & panel.is_observed).any(axis=0).sum()),
        has_controls=False,
        go_live=int(starts.min()),
        last=int(np.flatnonzero(seen).max()) if seen.any() else -1,
    )


def problem_scale(series: Floats, is_before: Mask) -> tuple[float, float]:
    """Return (scale, centre) that bring a series to unit size, from its periods before go-live where they vary."""
    before, seen = series[is_before], series[np.isfinite(series)]
    centre = float(before.mean())
    spread = float(before.std())
    if spread <= 1e-9 * float(np.abs(seen - centre).max()):
        spread = float(seen.std())
    return (spread if spread > 0.0 else 1.0), centre


def scaled_problem(
    panel: KpiPanel, series: Floats, is_before: Mask, columns: Floats, log_prior: Floats, covariates: Floats
) -> SeriesProblem:
    """Return the series problem in units of the spread before go-live, so that sd_pre is 1."""
    scale, centre = problem_scale(series, is_before)
    n = series.size
    waves, groups = season_blocks(panel, is_before)
    standard = standardise(covariates, is_before)
    extra = tuple(range(waves.shape[1], waves.shape[1] + standard.shape[1]))
    blocks = [(own, k) for own, k in groups] + [(own + extra, k) for own, k in groups if extra]
    options = tuple(
        MeanOption(free, c, float(-np.log(len(blocks) * len(TREND_SPREADS_ALONE))), k)
        for free, k in blocks
        for c in TREND_SPREADS_ALONE
    )
    free_columns = np.column_stack([waves, standard])
    return SeriesProblem(
        y=(series - centre) / scale,
        is_observed=np.isfinite(series),
        flat=np.ones((n, 1)),
        free=free_columns,
        free_sd=np.ones(free_columns.shape[1]),
        trend=trend_column(n),
        options=options,
        shapes=columns,
        shape_log_prior=log_prior,
        noise_log_prior=noise_grid(PROBABILITY_NO_WALK_ALONE).log_prior,
    )


def trend_column(n_periods: int) -> Floats:
    """Return a centred line that rises by 1 over the window: its coefficient is the drift over the window."""
    t = np.arange(n_periods, dtype=np.float64)
    return np.asarray((t - t.mean()) / max(n_periods - 1, 1), dtype=np.float64)


def max_harmonics(panel: KpiPanel, is_before: Mask) -> int:
    """Return the most harmonics the history before go-live supports.

    0 below one cycle, 1 below one and a half, 2 for monthly data below 30 periods, else 3, never beyond half the cycle.
    """
    cycle, n = panel.timeline.cycle_length, int(is_before.sum())
    if cycle is None or n < cycle:
        return 0
    if n < 1.5 * cycle:
        return 1
    most = 2 if panel.timeline.frequency is Frequency.MONTH and n < 30 else 3
    return min(most, cycle // 2)


def season_blocks(panel: KpiPanel, is_before: Mask) -> tuple[Floats, list[tuple[tuple[int, ...], int]]]:
    """Return columns of all harmonics, and (columns, harmonics) of each block they may enter as, all alike likely.

    Harmonics 0 to the most that the history supports; daily data have the whole week or nothing of it and, from a year
    before go-live on, none, one or two (from one and a half years) yearly harmonics beside.
    """
    n = is_before.size
    most = max_harmonics(panel, is_before)
    waves, _ = harmonic_columns(n, panel.timeline.cycle_length, most)
    n_waves = waves.shape[1]
    if panel.timeline.frequency is not Frequency.DAY:
        return waves, [(tuple(range(min(2 * k, n_waves))), k) for k in range(most + 1)]
    yearly = int(np.searchsorted([_YEAR_DAYS, 1.5 * _YEAR_DAYS], int(is_before.sum()), side="right"))
    slow, _ = harmonic_columns(n, _YEAR_DAYS, yearly)
    parts = [(tuple(range(size)), k) for size, k in sorted({(0, 0), (n_waves, most)})]
    blocks = [
        (own + tuple(range(n_waves, n_waves + 2 * k)), fast + k) for own, fast in parts for k in range(yearly + 1)
    ]
    return np.column_stack([waves, slow]), blocks


def harmonic_columns(n_periods: int, cycle: float | None, most: int) -> tuple[Floats, int]:
    """Return cosine and sine columns (n_periods, 2 most), less the sine that vanishes at half the cycle, and `most`."""
    t = np.arange(n_periods)
    columns = []
    for k in range(1, most + 1):
        angle = 2.0 * np.pi * k * t / float(cycle or 1)
        columns.append(np.cos(angle))
        if 2 * k != cycle:
            columns.append(np.sin(angle))
    return (np.column_stack(columns) if columns else np.zeros((n_periods, 0))), most


def fit_beside(panel: KpiPanel, study: Study, beside: Floats) -> tuple[SeriesFit, EffectTarget, EffectColumns, float]:
    """Return the fit of the treated units' mean series with further effect columns, each with a coefficient of its own.

    Parameters
    ----------
    beside
        Shape (n_periods, n_columns): what others do to the mean series, as it sees them.

    Returns
    -------
    Fit, target, effect columns, and the size of the unit the fit is in.
    """
    is_group = _group(panel)
    rows = np.flatnonzero(is_group.any(axis=1))
    target = build_target(panel, is_group)
    series, _ = mean_series(panel.values[rows], panel.weights[rows], ~panel.is_treated_cell[rows])
    effects = effect_columns(panel, target, is_group, is_constant=study.is_effect_constant)
    is_before = np.isfinite(series) & ~(panel.is_treated_cell & is_group).any(axis=0)
    problem = scaled_problem(
        panel, series, is_before, effects.columns, effects.log_prior, mean_covariates(panel, is_group)
    )
    used = np.ptp(beside[np.isfinite(series)], axis=0) > 0.0
    problem = replace(problem, flat=np.column_stack([problem.flat, beside[:, used]]))
    found = fit_series(problem, panel.timeline.cycle_length)
    return found, target, effects, problem_scale(series, is_before)[0]


def _group(panel: KpiPanel) -> Mask:
    """Return the observed cells of treated units that were seen before their go-live, shape (n_units, n_periods)."""
    is_group = panel.is_treated_unit[:, None] & panel.is_observed
    has_before = (is_group & ~panel.is_treated_cell).any(axis=1)
    return np.asarray(is_group & has_before[:, None], dtype=bool)


def mean_covariates(panel: KpiPanel, is_group: Mask) -> Floats:
    """Return the mean covariates of a group, shape (n_periods, n_covariates)."""
    weights = np.where(is_group, np.nan_to_num(panel.weights), 0.0)
    total = weights.sum(axis=0)
    sums = np.einsum("cut,ut->tc", np.nan_to_num(panel.covariates), weights)
    return np.asarray(sums / np.where(total > 0, total, 1.0)[:, None], dtype=np.float64)


def standardise(covariates: Floats, is_before: Mask) -> Floats:
    """Return covariates in units of their spread before go-live, without those that do not vary there."""
    before = covariates[is_before]
    spread = before.std(axis=0)
    is_used = spread > 1e-12 * (np.abs(before).max(axis=0) + 1e-300)
    return np.asarray((covariates[:, is_used] - before[:, is_used].mean(axis=0)) / spread[is_used], dtype=np.float64)

"""A panel carried on beyond its history: what may be observed after go-live if the initiative changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.causal.average import Ints, MeanOption, SeriesProblem
from models.causal.component import ComponentModel
from models.causal.continuation import draw_continuation, draw_continuations
from models.causal.contrasts import contrast_log_prior, group_contrast_prior
from models.causal.difference import TREND_PRIOR
from models.causal.group_series import mean_series
from models.causal.interrupted import TREND_SPREADS, problem_scale, scaled_problem, trend_column
from models.causal.outliers import SeriesFit, fit_series
from models.causal.panel import KpiPanel
from models.causal.timeline import build_timeline
from models.domain.effect import Floats

#: Periods of history that are looked at; more tell nothing new of the noise and cost time.
MOST_HISTORY = 400
_MANY_UNITS = 200
_STILL_THERE = 13


@dataclass(frozen=True, slots=True)
class Prospect:
    """A panel over history and the periods to come.

    `history` ends before the first go-live, `go_live` (n_units,) holds positions in the longer window, `first` is the
    first of them, `has_future` (n_units,) marks units still observed at the end of the history.
    """

    history: KpiPanel
    go_live: Ints
    first: int
    n_periods: int
    treated: Ints
    controls: Ints

    @property
    def n_before(self) -> int:
        """Periods of history in which the treated units were observed."""
        return int(self.history.is_observed[self.treated].any(axis=0).sum())


def build_prospect(panel: KpiPanel, n_after: int) -> Prospect | None:
    """Return the panel before its first go-live with `n_after` periods to come, None where there is no history."""
    is_touched = panel.go_live < 2**31
    if not is_touched.any():
        return None
    first = int(panel.go_live[is_touched].min())
    end = min(first, panel.n_periods)
    start = max(0, end - MOST_HISTORY)
    if end - start < 2:
        return None
    timeline = build_timeline(list(panel.timeline.periods[start:end]), panel.timeline.frequency)
    go_live = np.where(is_touched, panel.go_live - start, panel.go_live)
    history = replace(
        panel,
        timeline=timeline,
        values=panel.values[:, start:end],
        weights=panel.weights[:, start:end],
        covariates=panel.covariates[:, :, start:end],
        go_live=go_live,
        left_out=(),
    )
    is_there = history.is_observed[:, -_STILL_THERE:].any(axis=1) & history.is_observed.any(axis=1)
    treated, controls = np.flatnonzero(is_there & is_touched), np.flatnonzero(is_there & ~is_touched)
    if treated.size == 0:
        return None
    return Prospect(history, go_live, first - start, first - start + n_after, treated, controls)


def draw_prospects(prospect: Prospect, n_draws: int, rng: np.random.Generator) -> Floats:
    """Return draws of the values of all units, shape (n_draws, n_units, n_periods), the history as it was.

    One go-live date: the treated units' mean, or its distance from that of the controls, goes on as its own past
    makes probable; controls repeat their past backwards, and units their distance from the mean of their group.
    Several dates: the distance of each unit from the mean of all goes on by itself, under one noise model a draw.
    """
    dates = np.unique(prospect.go_live[prospect.treated])
    used = np.concatenate([prospect.treated, prospect.controls])
    if dates.size > 1 and used.size > 1:
        return _by_unit(prospect, used, n_draws, rng)
    return _by_group(prospect, n_draws, rng)


def prospect_frame(prospect: Prospect, values: Floats, effect: float, n_after: int) -> pd.DataFrame:
    """Return the frame of one draw (n_units, n_periods) up to `n_after` periods after go-live, with a step added."""
    history, end = prospect.history, prospect.first + n_after
    periods = [history.timeline.period_at(at) for at in range(end)]
    back = _backwards(history.n_periods, end)
    is_after = np.arange(end)[None, :] >= prospect.go_live[:, None]
    cells = values[:, :end] + np.where(is_after, effect, 0.0)
    row, column = np.nonzero(np.isfinite(cells))
    data = {
        "unit": np.array(history.units, dtype=object)[row],
        "period": np.array(periods, dtype=object)[column],
        "value": cells[row, column],
    }
    if history.is_weighted:
        weights = np.where(np.isfinite(history.weights), history.weights, _row_means(history.weights)[:, None])
        data["weight"] = weights[:, back][row, column]
    for name, covariate in zip(history.covariate_names, history.covariates, strict=True):
        known = np.where(np.isfinite(covariate), covariate, _row_means(covariate)[:, None])
        data[name] = known[:, back][row, column]
    return pd.DataFrame(data)


def _by_group(prospect: Prospect, n_draws: int, rng: np.random.Generator) -> Floats:
    history, n = prospect.history, prospect.n_periods
    back = _backwards(history.n_periods, n)
    out = np.full((n_draws, len(history.units), n), np.nan)
    treated = list(prospect.treated)
    mean = _group_mean(history, treated)
    common = np.zeros(n)
    if prospect.controls.size:
        controls = list(prospect.controls)
        beside = _group_mean(history, controls)
        common = _filled(beside)[back]
        out[:, controls] = (common + _distances(history, controls, beside)[:, back])[None]
        mean = mean - beside
    found, scale, centre = _fit_history(prospect, mean)
    paths = draw_continuations(found, n_draws, rng) * scale + centre
    own = _distances(history, treated, _group_mean(history, treated))[:, back]
    out[:, treated] = paths[:, None, :] + (common + own)[None]
    out[:, :, : history.n_periods] = history.values[None]
    return out


def _by_unit(prospect: Prospect, used: Ints, n_draws: int, rng: np.random.Generator) -> Floats:
    history, n = prospect.history, prospect.n_periods
    back = _backwards(history.n_periods, n)
    rows = [int(row) for row in used]
    mean = _group_mean(history, rows)
    apart = history.values[rows] - mean
    likely = contrast_log_prior(history, [tuple(rows)], history.is_observed)
    weight = np.exp(likely - likely.max())
    noises = rng.choice(likely.size, size=n_draws, p=weight / weight.sum())
    out = np.full((n_draws, len(history.units), n), np.nan)
    common = _filled(mean)[back]
    for k, noise in enumerate(noises):
        for i, row in enumerate(rows):
            if len(rows) > _MANY_UNITS or np.isfinite(apart[i]).sum() < 3:
                out[k, row] = common + _distances(history, [row], mean)[0][back]
                continue
            y = np.append(apart[i], np.full(n - history.n_periods, np.nan))
            seen = np.isfinite(y)
            model = ComponentModel(np.ones((n, 1)), ("level",), np.zeros(1), int(noise), seen)
            out[k, row] = common + draw_continuation(y, model, rng)
    out[:, :, : history.n_periods] = history.values[None]
    return out


def _fit_history(prospect: Prospect, mean: Floats) -> tuple[SeriesFit, float, float]:
    """Return the fit of a mean series, missing where it is to come, under the mean models of its design."""
    history, n = prospect.history, prospect.n_periods
    series = np.append(mean, np.full(n - mean.size, np.nan))
    seen = np.isfinite(series)
    scale, centre = problem_scale(series, seen)
    # An effect column is required; one on the first period deletes that period and nothing else.
    first = np.where(np.arange(n) == np.flatnonzero(seen)[0], 1.0, 0.0)[:, None]
    if not prospect.controls.size:
        problem = scaled_problem(history, series, seen, first, np.zeros(1), np.zeros((n, 0)))
        return fit_series(problem, history.timeline.cycle_length), scale, centre
    each = float(np.log(TREND_PRIOR / len(TREND_SPREADS)))
    noise = group_contrast_prior(
        history, tuple(int(row) for row in prospect.treated), tuple(int(row) for row in prospect.controls)
    )
    problem = SeriesProblem(
        y=(series - centre) / scale,
        is_observed=seen,
        flat=np.ones((n, 1)),
        free=np.zeros((n, 0)),
        free_sd=np.zeros(0),
        trend=trend_column(n),
        options=(
            MeanOption((), None, float(np.log(1.0 - TREND_PRIOR))),
            *(MeanOption((), c, each) for c in TREND_SPREADS),
        ),
        shapes=first,
        shape_log_prior=np.zeros(1),
        noise_log_prior=noise,
    )
    return fit_series(problem, None), scale, centre


def _group_mean(history: KpiPanel, rows: list[int]) -> Floats:
    return mean_series(history.values[rows], history.weights[rows], history.is_observed[rows])[0]


def _distances(history: KpiPanel, rows: list[int], mean: Floats) -> Floats:
    """Return the distance of units from a mean series, their own average where they are missing."""
    apart = history.values[rows] - mean
    return np.where(np.isfinite(apart), apart, _row_means(apart)[:, None])


def _row_means(values: Floats) -> Floats:
    seen = np.isfinite(values)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.asarray(total / np.maximum(seen.sum(axis=1), 1), dtype=np.float64)


def _filled(series: Floats) -> Floats:
    at, seen = np.arange(series.size), np.isfinite(series)
    return np.asarray(np.interp(at, at[seen], series[seen]), dtype=np.float64)


def _backwards(n_past: int, n_periods: int) -> Ints:
    """Return positions of the past by period: each its own, then from the last one back, and forth again."""
    at = np.arange(n_periods)
    turn = np.concatenate([np.arange(n_past), np.arange(n_past)[::-1]])
    return np.asarray(turn[at % turn.size], dtype=np.int64)

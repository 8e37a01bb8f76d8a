"""Effects of a roll-out by age and by go-live date, with placebos before go-live."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from models.causal.average import Ints
from models.causal.imputation_gls import ImputationFit, PatternBlock, fit_imputation
from models.causal.mixture import round_significant
from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.causal.support import largest_connected
from models.causal.target import EffectTarget
from models.domain.effect import CohortEffect, EventTime, Floats
from models.domain.interval import Interval

_MOST_LEADS = 8
_MONTHS, _FIRST_LOOK, _MOST_LOOKS = 12, 2, 60


@dataclass(frozen=True, slots=True)
class Moments:
    """Points and standard errors of several effects, shape (n_effects,)."""

    point: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class RolloutEffects:
    """Effects by age and by go-live date, in KPI units.

    `ages`, `n_units` (n_ages,) go with `by_age`; `starts`, `rows`, `n_periods` with `by_cohort`; `df` are the degrees
    of freedom of all.
    """

    ages: tuple[int, ...]
    n_units: tuple[int, ...]
    by_age: Moments
    starts: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    n_periods: tuple[int, ...]
    by_cohort: Moments
    df: float


def combine_effects(fit: ImputationFit, weights: Sequence[Floats]) -> Moments:
    """Return sums of effects weighted by each of `weights` (n_units, n_periods), with standard errors.

    The variance is that of GLS imputation: what the units' own noise leaves after their history, and the period
    effects that all sums share.
    """
    stacked = np.stack(weights) if weights else np.zeros((0, *fit.effects.shape))
    k, n = stacked.shape[0], stacked.shape[2]
    point = np.einsum("kut,ut->k", stacked, np.nan_to_num(fit.effects))
    own, on_periods = np.zeros(k), np.zeros((k, n))
    for block in fit.blocks:
        share = stacked[:, list(block.rows)][:, :, list(block.post)]
        touched = np.flatnonzero(share.any(axis=(1, 2)))
        if touched.size == 0:
            continue
        share = share[touched]
        left = 1.0 - block.carry.sum(axis=1)
        spread = block.carry_error + block.level_variance * np.outer(left, left)
        total = share.sum(axis=1)
        square = ((share @ spread) * share).sum(axis=2)
        own[touched] += square @ fit.variances[list(block.rows)]
        on_periods[touched[:, None], list(block.post)] += total
        on_periods[touched[:, None], list(block.pre)] -= total @ block.carry + np.outer(total @ left, block.level)
    variance = own + ((on_periods @ fit.period_covariance) * on_periods).sum(axis=1)
    return Moments(point, np.sqrt(fit.sigma2 * variance))


def combine_ages(fit: ImputationFit, weights: Floats, go_live: Ints, ages: Ints) -> Moments:
    """Return the mean effect at each age with its standard error, as `combine_effects` would.

    At an age each unit has one cell, so that a block's share of all ages is read off its matrices at once.

    Parameters
    ----------
    weights
        Shape (n_units, n_periods): exposure of each counted cell, zero elsewhere.
    go_live, ages
        Shapes (n_units,) position of the first treated period, (n_ages,) rising.
    """
    total, point, own = np.zeros(ages.size), np.zeros(ages.size), np.zeros(ages.size)
    on_periods = np.zeros((ages.size, weights.shape[1]))
    for block, start, rows in _by_start(fit, go_live):
        post, pre = np.array(block.post), list(block.pre)
        share = weights[np.ix_(rows, list(block.post))]
        counted = np.flatnonzero(share.any(axis=0))
        share, post, carry = share[:, counted], post[counted], block.carry[counted]
        at = np.searchsorted(ages, post - start)
        summed, left = share.sum(axis=0), 1.0 - carry.sum(axis=1)
        error = np.diag(block.carry_error)[counted] + block.level_variance * left**2
        total[at] += summed
        point[at] += (share * fit.effects[np.ix_(rows, post.tolist())]).sum(axis=0)
        own[at] += (fit.variances[rows] @ share**2) * error
        on_periods[at, post] += summed
        on_periods[at[:, None], pre] -= summed[:, None] * (carry + left[:, None] * block.level)
    variance = own + ((on_periods @ fit.period_covariance) * on_periods).sum(axis=1)
    return Moments(point / total, np.sqrt(fit.sigma2 * variance) / total)


def combine_starts(fit: ImputationFit, weights: Floats, go_live: Ints, starts: Ints) -> Moments:
    """Return the average effect of each go-live date (`starts`, rising) with its standard error."""
    total, point, own = np.zeros(starts.size), np.zeros(starts.size), np.zeros(starts.size)
    on_periods = np.zeros((starts.size, weights.shape[1]))
    for block, start, rows in _by_start(fit, go_live):
        at = int(np.searchsorted(starts, start))
        share = weights[np.ix_(rows, list(block.post))]
        if at == starts.size or starts[at] != start or not share.any():
            continue
        left = 1.0 - block.carry.sum(axis=1)
        spread = block.carry_error + block.level_variance * np.outer(left, left)
        summed = share.sum(axis=0)
        total[at] += summed.sum()
        point[at] += float((share * fit.effects[np.ix_(rows, list(block.post))]).sum())
        own[at] += float(fit.variances[rows] @ ((share @ spread) * share).sum(axis=1))
        on_periods[at, list(block.post)] += summed
        on_periods[at, list(block.pre)] -= summed @ block.carry + float(summed @ left) * block.level
    variance = own + ((on_periods @ fit.period_covariance) * on_periods).sum(axis=1)
    return Moments(point / total, np.sqrt(fit.sigma2 * variance) / total)


def _by_start(fit: ImputationFit, go_live: Ints) -> Iterator[tuple[PatternBlock, int, list[int]]]:
    """Yield each block of treated units with a go-live date and its rows: units that share cells may not share it."""
    for block in fit.blocks:
        if block.post:
            rows = np.array(block.rows)
            for start in np.unique(go_live[rows]):
                yield block, int(start), rows[go_live[rows] == start].tolist()


def describe_rollout(
    panel: KpiPanel,
    fits: Sequence[ImputationFit],
    mix: Floats,
    weights: Floats,
    leads: tuple[Ints, Ints, Moments],
    scale: float,
    inflation: float,
) -> RolloutEffects:
    """Return effects by age and go-live date, averaged over noise models by the two moments of their mixture.

    Parameters
    ----------
    fits, mix
        The fits of the noise models and their weights, summing to 1.
    weights
        Shape (n_units, n_periods): exposure of each counted cell, zero elsewhere.
    leads
        Ages, units and moments of placebos before go-live, see `placebo_leads`.
    scale, inflation
        KPI units per unit of the fits, and the factor on standard errors where units spread more than the model says.
    """
    age = np.arange(panel.n_periods)[None, :] - panel.go_live[:, None]
    counted = weights > 0.0
    ages = np.unique(age[counted])
    starts = np.unique(panel.go_live[counted.any(axis=1)])
    rows = [np.flatnonzero(counted.any(axis=1) & (panel.go_live == start)) for start in starts]
    found = mix_moments([combine_ages(fit, weights, panel.go_live, ages) for fit in fits], mix)
    by_cohort = mix_moments([combine_starts(fit, weights, panel.go_live, starts) for fit in fits], mix)
    return RolloutEffects(
        ages=tuple(int(a) for a in (*leads[0], *ages)),
        n_units=tuple(int(c) for c in (*leads[1], *np.bincount(np.searchsorted(ages, age[counted])))),
        by_age=Moments(
            scale * np.concatenate([leads[2].point, found.point]),
            inflation * scale * np.concatenate([leads[2].spread, found.spread]),
        ),
        starts=tuple(int(start) for start in starts),
        rows=tuple(tuple(int(row) for row in own) for own in rows),
        n_periods=tuple(int(counted[own].any(axis=0).sum()) for own in rows),
        by_cohort=Moments(scale * by_cohort.point, inflation * scale * by_cohort.spread),
        df=min(fit.df for fit in fits),
    )


def mix_moments(parts: Sequence[Moments], mix: Floats) -> Moments:
    """Return the two moments of a mixture of effects."""
    points = np.stack([part.point for part in parts])
    point = mix @ points
    variance = mix @ (np.stack([part.spread for part in parts]) ** 2 + (points - point) ** 2)
    return Moments(point, np.sqrt(variance))


def placebo_leads(
    panel: KpiPanel, values: Floats, untreated: Mask, noise: int, variances: Floats, min_before: int
) -> tuple[Ints, Ints, Moments]:
    """Return ages (negative), units and moments of placebos: the last periods before go-live as if treated.

    The fit pretends that every treated unit went live up to 8 periods early, as far as its history keeps
    `min_before` periods; nothing is found there unless something moved before go-live.
    """
    age = np.arange(panel.n_periods)[None, :] - panel.go_live[:, None]
    treated: Mask = np.asarray(panel.is_treated_unit, dtype=bool)
    n_before = (untreated & treated[:, None]).sum(axis=1)
    n_leads = int(min(_MOST_LEADS, (n_before[treated] - min_before).max(initial=0)))
    if n_leads < 1:
        return no_leads()
    pretended: Mask = np.asarray(untreated & treated[:, None] & (age >= -n_leads), dtype=bool)
    kept = untreated & ~pretended
    counted = pretended & (kept.sum(axis=1) >= min_before)[:, None] & np.asarray(kept.any(axis=0))[None, :]
    ages = np.unique(age[counted])
    if ages.size == 0 or not _is_connected(kept):
        return no_leads()
    exposure = np.where(counted, np.nan_to_num(panel.weights), 0.0)
    found = combine_ages(fit_imputation(values, kept, counted, noise, variances), exposure, panel.go_live, ages)
    return ages.astype(np.int64), np.bincount(np.searchsorted(ages, age[counted])).astype(np.int64), found


def no_leads() -> tuple[Ints, Ints, Moments]:
    """Return what `placebo_leads` returns where the history is too short."""
    return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), Moments(np.zeros(0), np.zeros(0))


def _is_connected(cells: Mask) -> bool:
    return bool(np.array_equal(largest_connected(cells), cells))


def looks_so_far(panel: KpiPanel, fit: ImputationFit, target: EffectTarget, scale: float) -> tuple[Floats, Floats]:
    """Return the average effect to date and its standard error at every look, a month apart, shape (n_looks,)."""
    step = max(1, round((panel.timeline.cycle_length or _MONTHS) / _MONTHS))
    ends = sorted({target.positions[-1], *target.positions[_FIRST_LOOK - 1 :: step]})[-_MOST_LOOKS:]
    weights = np.zeros(panel.values.shape)
    weights[np.ix_(target.rows, target.positions)] = target.unit_exposure
    parts = []
    for end in ends:
        to_date = np.where(np.arange(panel.n_periods)[None, :] <= end, weights, 0.0)
        parts.append(combine_effects(fit, [to_date / to_date.sum()]))
    points, spreads = ([float(getattr(part, name)[0]) for part in parts] for name in ("point", "spread"))
    return scale * np.array(points), scale * np.array(spreads)


def event_study(effects: RolloutEffects, level: float) -> tuple[EventTime, ...]:
    """Return the effect at each age with its interval, placebos before go-live first."""
    limits = _intervals(effects.by_age, effects.df, level)
    return tuple(EventTime(*row) for row in zip(effects.ages, limits, effects.n_units, strict=True))


def cohort_effects(panel: KpiPanel, effects: RolloutEffects, level: float) -> tuple[CohortEffect, ...]:
    """Return the average effect on the units of each go-live date."""
    limits = _intervals(effects.by_cohort, effects.df, level)
    return tuple(
        CohortEffect(panel.timeline.period_at(start), tuple(panel.units[row] for row in rows), limit, n)
        for start, rows, limit, n in zip(effects.starts, effects.rows, limits, effects.n_periods, strict=True)
    )


def _intervals(moments: Moments, df: float, level: float) -> list[Interval]:
    reach = float(stdtrit(df, (1.0 + level) / 2.0))
    return [
        Interval(round_significant(p - reach * s), round_significant(p), round_significant(p + reach * s), level)
        for p, s in zip(moments.point.tolist(), moments.spread.tolist(), strict=True)
    ]

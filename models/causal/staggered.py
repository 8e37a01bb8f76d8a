"""Staggered roll-outs: every treated cell against units not yet or never treated, averaged over noise models.

Never a two-way fixed-effects dummy, which weights late effects negatively when effects grow (Goodman-Bacon 2021).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.causal.cell_outliers import describe_outlying_cells, find_outlying_cells
from models.causal.checks.balance import check_balance, is_unbalanced
from models.causal.checks.staggered import check_staggered, early_group
from models.causal.design_fit import DesignFit
from models.causal.gaps import describe_gaps
from models.causal.imputation_gls import ImputationFit, effect_covariance, fit_imputation, pattern_rows
from models.causal.imputation_table import imputation_table
from models.causal.level_spread import UnitLevels, compare_arms, read_levels, weigh_spreads
from models.causal.noise import Mask, noise_grid
from models.causal.panel import KpiPanel
from models.causal.refuse import BEFORE_WITH_CONTROLS, refuse_counts
from models.causal.rollout_effects import RolloutEffects, describe_rollout, looks_so_far, no_leads, placebo_leads
from models.causal.study import Study
from models.causal.support import Support, find_support
from models.causal.target import EffectTarget, build_target
from models.causal.unit_noise import settle_variances, unit_noise_log_prior
from models.causal.unit_slopes import compare_slopes
from models.causal.unit_spread import UnitSpread, compare_unit_spread
from models.domain.effect import Design, Floats, Mixture, NotEstimable

_KEEP_ABOVE = np.log(1e-3)
_MANY_PATTERNS, _LONG = 200, 800
_KEEP_SPREAD = 0.02
_MAX_FACTORS = 24
_DETAIL_WEIGHT = 0.05
_NOTED_RATIO = 1.5


@dataclass(frozen=True, slots=True)
class _Component:
    """One noise model: weight, fit, effect per period (n_effect_periods,) with covariance, average and its variance."""

    weight: float
    noise: int
    fit: ImputationFit
    path: Floats
    covariance: Floats
    average: float
    variance: float


@dataclass(frozen=True, slots=True)
class _Cells:
    """The panel in units of its own spread, the cells that are used, and those that were set apart as outlying."""

    values: Floats
    scale: float
    support: Support
    outlying: Mask
    log_prior: Floats


def estimate_staggered(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the staggered fit: GLS imputation, noise from untreated cells; or the rule that refuses."""
    support = find_support(panel, BEFORE_WITH_CONTROLS)
    refusal = refuse_staggered(panel, support)
    return fit_rollout(panel, study, support, Design.STAGGERED) if refusal is None else refusal


def fit_rollout(panel: KpiPanel, study: Study, support: Support, design: Design) -> DesignFit:
    """Return the fit of a roll-out; where units were assigned at random, with levels drawn together.

    Parameters
    ----------
    support
        What the panel admits, already found to be enough.
    design
        STAGGERED leaves unit levels free; RANDOMISED averages over how far they spread, unless the arms differed
        before go-live.
    """
    target = build_target(panel, support.counted)
    cells = _set_apart(panel, support)
    free = _free_fits(cells)
    group = early_group(panel, support)
    levels = read_levels(free.fits[0], cells.values)
    arms = compare_arms(levels, group, np.asarray(support.untreated.any(axis=1)))
    is_drawn = design is Design.RANDOMISED and not is_unbalanced(arms[1])
    components = _components(panel, cells, target, free, _level_spreads(levels, group, is_drawn=is_drawn))
    best = components[0]
    spread = compare_unit_spread(free.fits, free.noises, free.weight)
    is_assigned = design is Design.RANDOMISED
    slopes = None if is_assigned else compare_slopes(cells.values, cells.support.untreated, free.fits[0])
    mixture, paths, offsets, residual, noise = _summarise(components, target, spread.inflation)
    observed, fitted = _window(panel, cells, best)
    rollout = _rollout(panel, cells, components, target, spread)
    return DesignFit(
        design=design,
        target=target,
        mixture=mixture,
        paths=paths,
        window_observed=observed,
        window_fitted=fitted,
        noise_summary=noise_grid().describe(best.noise),
        statsmodels_table=imputation_table(best.fit, _average_weights(panel, target), best.noise, cells.scale),
        control_units=tuple(
            unit
            for row, unit in enumerate(panel.units)
            if support.untreated[row].any() and not panel.is_treated_unit[row]
        ),
        left_out=(
            *support.left_out,
            *describe_gaps(panel, support.untreated | support.counted),
            *describe_outlying_cells(panel, cells.outlying),
        ),
        checks=(
            *((check_balance(*arms),) if design is Design.RANDOMISED else ()),
            *check_staggered(
                panel,
                study,
                cells.support,
                free.fits,
                free.weight,
                spread,
                slopes,
                n_outlying=int(cells.outlying.sum()),
            ),
        ),
        notes=_notes(panel, target, support, best, spread),
        offsets=offsets,
        residual=residual,
        noise=noise,
        period_moments=_period_moments(components, spread.inflation),
        rollout=rollout,
        looks=looks_so_far(panel, best.fit, target, cells.scale) if design is Design.RANDOMISED else None,
    )


def _notes(
    panel: KpiPanel, target: EffectTarget, support: Support, best: _Component, spread: UnitSpread
) -> tuple[str, ...]:
    groups = len(np.unique(panel.go_live[list(target.rows)]))
    dates = "1 go-live date" if groups == 1 else f"{groups} go-live dates"
    notes = [f"{dates}; effects are free in every unit and period."]
    used = best.fit.variances[support.untreated.any(axis=1)]
    ratio = float(np.sqrt(used.max() / used.min()))
    if ratio > _NOTED_RATIO:
        notes.append(f"Units differ in noise, the noisiest {ratio:.1f} times the calmest; each counts accordingly.")
    if spread.is_wider:
        notes.append(
            f"Units moved more before go-live than the noise model allows: standard errors are "
            f"{spread.inflation:.2f} times the model's."
        )
    if panel.n_periods > _LONG:
        notes.append(
            f"More than {_LONG} periods: the most probable noise model alone, units alike, no search for outliers."
        )
    if panel.covariate_names:
        notes.append(f"Not used in a staggered roll-out: {', '.join(panel.covariate_names)}.")
    return (*notes, *support.notes)


def _set_apart(panel: KpiPanel, support: Support) -> _Cells:
    """Return the cells in use once outlying ones are set apart, with the noise prior that they tell."""
    spoken = panel.values[support.untreated]
    centre, scale = float(spoken.mean()), float(spoken.std()) or 1.0
    values = (panel.values - centre) / scale
    log_prior = unit_noise_log_prior(panel, support.untreated)
    if panel.n_periods > _LONG:
        return _Cells(values, scale, support, np.zeros_like(support.untreated), log_prior)
    outlying = find_outlying_cells(values, support.untreated, int(np.argmax(log_prior)), BEFORE_WITH_CONTROLS)
    if outlying.any():
        support = replace(support, untreated=support.untreated & ~outlying)
        log_prior = unit_noise_log_prior(panel, support.untreated)
    return _Cells(values, scale, support, outlying, log_prior)


def refuse_staggered(panel: KpiPanel, support: Support) -> NotEstimable | None:
    """Return the rule by which a panel admits no comparison with units not yet treated, None if it admits one."""
    treated = panel.is_treated_unit
    before = (panel.is_observed & ~panel.is_treated_cell)[treated].sum(axis=1)
    counted = support.counted.any(axis=0)
    starts = panel.go_live[treated]
    if not support.untreated.any():
        return NotEstimable(
            "no_overlap",
            "No treated unit was observed together with a unit not yet treated.",
            "Load the periods before go-live, for all units over the same months.",
        )
    if not counted.any() and (panel.is_observed & panel.is_treated_cell).any() and before.max() >= BEFORE_WITH_CONTROLS:
        return NotEstimable(
            "design_not_possible",
            "After go-live no unit is left to compare with.",
            "Add units without the initiative, or let the ladder choose the design.",
        )
    return refuse_counts(
        panel,
        int(before.max()) if before.size else 0,
        int(counted.sum()),
        has_controls=True,
        go_live=int(starts.min()),
        last=int(np.flatnonzero(panel.is_observed.any(axis=0)).max()),
    )


def _period_shares(panel: KpiPanel, target: EffectTarget) -> Floats:
    """Return the share of each counted cell in its period's mean effect, shape (n_units, n_periods)."""
    shares = np.zeros(panel.values.shape)
    shares[np.ix_(target.rows, target.positions)] = target.unit_exposure / target.exposure
    return shares


def _average_weights(panel: KpiPanel, target: EffectTarget) -> Floats:
    weights = np.zeros(panel.values.shape)
    weights[np.ix_(target.rows, target.positions)] = target.unit_exposure / target.exposure.sum()
    return weights


@dataclass(frozen=True, slots=True)
class _FreeFits:
    """The kept noise models, most probable first: indices, weights, and fits that leave unit levels free."""

    noises: tuple[int, ...]
    weight: Floats
    fits: tuple[ImputationFit, ...]


def _free_fits(cells: _Cells) -> _FreeFits:
    """Return the fits of the noise models that remain plausible, each unit weighed by its own noise."""
    log_prior, support = cells.log_prior, cells.support
    kept = np.flatnonzero(np.round(log_prior, 9) > log_prior.max() + _KEEP_ABOVE)
    order = kept[np.argsort(-np.round(log_prior[kept], 9), kind="stable")]
    is_long = support.untreated.shape[1] > _LONG
    if is_long or len(pattern_rows(support.untreated, support.counted)) > _MANY_PATTERNS:
        order = order[:1]
    weight = np.exp(log_prior[order] - log_prior[order[0]])
    if is_long:
        plain = fit_imputation(cells.values, support.untreated, support.counted, int(order[0]))
        return _FreeFits((int(order[0]),), np.ones(1), (plain,))
    variances = settle_variances(cells.values, support.untreated, support.counted, int(order[0]))
    fits = tuple(
        fit_imputation(cells.values, support.untreated, support.counted, int(noise), variances) for noise in order
    )
    return _FreeFits(tuple(int(noise) for noise in order), np.asarray(weight / weight.sum()), fits)


def _level_spreads(levels: UnitLevels, group: Floats, *, is_drawn: bool) -> list[tuple[float, float]]:
    """Return (spread, weight) of unit levels: infinite where levels are free."""
    if not is_drawn:
        return [(np.inf, 1.0)]
    spreads, weight = weigh_spreads(levels, group)
    kept = weight > _KEEP_SPREAD * weight.max()
    return list(zip(spreads[kept].tolist(), (weight[kept] / weight[kept].sum()).tolist(), strict=True))


def _components(
    panel: KpiPanel, cells: _Cells, target: EffectTarget, free: _FreeFits, spreads: list[tuple[float, float]]
) -> list[_Component]:
    """Return the components, most probable first: each noise model with each spread of levels."""
    shares, scale = _period_shares(panel, target), cells.scale
    positions, share = list(target.positions), target.exposure / target.exposure.sum()
    out = []
    for w, noise, plain in zip(free.weight, free.noises, free.fits, strict=True):
        for spread, probability in spreads:
            fit = plain if np.isinf(spread) else _drawn_fit(cells, noise, plain, spread)
            means, full = effect_covariance(fit, shares)
            path, covariance = means[positions] * scale, full[np.ix_(positions, positions)] * scale**2
            variance = float(share @ covariance @ share)
            weight = float(w) * probability
            out.append(_Component(weight, noise, fit, path, covariance, float(share @ path), variance))
    return sorted(out, key=lambda component: -round(component.weight, 12))


def _drawn_fit(cells: _Cells, noise: int, plain: ImputationFit, spread: float) -> ImputationFit:
    """Return the fit with levels drawn together; the noise variance is that within units."""
    support = cells.support
    fit = fit_imputation(cells.values, support.untreated, support.counted, noise, plain.variances, spread)
    return replace(fit, sigma2=plain.sigma2, df=plain.df)


def _rollout(
    panel: KpiPanel, cells: _Cells, components: list[_Component], target: EffectTarget, spread: UnitSpread
) -> RolloutEffects:
    """Return effects by age and go-live date over the noise models that carry weight."""
    chosen = [c for c in components if c.weight >= _DETAIL_WEIGHT] or components[:1]
    mix = np.array([c.weight for c in chosen])
    best = components[0]
    untreated = cells.support.untreated
    leads = (
        no_leads()
        if panel.n_periods > _LONG
        else placebo_leads(panel, cells.values, untreated, best.noise, best.fit.variances, BEFORE_WITH_CONTROLS)
    )
    weights = _average_weights(panel, target)
    return describe_rollout(
        panel, [c.fit for c in chosen], mix / mix.sum(), weights, leads, cells.scale, spread.inflation
    )


def _summarise(
    components: list[_Component], target: EffectTarget, inflation: float
) -> tuple[Mixture, Floats, Floats, Floats, Floats]:
    """Return mixture, paths, offsets, residual factors and residual noise of the components."""
    weight = np.array([c.weight for c in components])
    scale = np.sqrt(np.array([c.variance for c in components])) * inflation
    share = target.exposure / target.exposure.sum()
    paths = np.stack([c.covariance @ share / c.variance for c in components])
    average = np.array([c.average for c in components])
    offsets = np.stack([c.path for c in components]) - average[:, None] * paths
    df = np.array([c.fit.df for c in components])
    mixture = Mixture(weight, average, scale, df, np.arange(len(components), dtype=np.int64))
    remainder = sum(
        (
            c.weight * (c.covariance - c.variance * np.outer(path, path))
            for c, path in zip(components, paths, strict=True)
        ),
        start=np.zeros((share.size, share.size)),
    )
    residual, noise = _factors(inflation**2 * remainder)
    return mixture, paths, offsets, residual, noise


def _factors(remainder: Floats) -> tuple[Floats, Floats]:
    """Return leading factors (n_periods, n_factors) of a covariance and the spread (n_periods,) left over."""
    values, vectors = np.linalg.eigh(remainder)
    top = np.argsort(-values, kind="stable")[: min(_MAX_FACTORS, values.size)]
    factors = vectors[:, top] * np.sqrt(np.maximum(values[top], 0.0))
    largest = factors[np.abs(factors).argmax(axis=0), np.arange(top.size)]
    factors = factors * np.where(largest < 0, -1.0, 1.0)
    left = np.maximum(np.diag(remainder) - np.square(factors).sum(axis=1), 0.0)
    return factors, np.sqrt(left)


def _period_moments(components: list[_Component], inflation: float) -> tuple[Floats, Floats]:
    """Return point and spread of each period's effect, shape (n_effect_periods,), by the two moments of the mixture."""
    weight = np.array([c.weight for c in components])
    paths = np.stack([c.path for c in components])
    point = weight @ paths
    variance = weight @ np.stack([inflation**2 * np.diag(c.covariance) for c in components])
    variance += weight @ (paths - point) ** 2
    return point, np.sqrt(variance)


def _window(panel: KpiPanel, used: _Cells, best: _Component) -> tuple[Floats, Floats]:
    """Return mean observed and fitted series of the treated units, shape (n_periods,)."""
    support = used.support
    rows = np.flatnonzero(support.counted.any(axis=1))
    cells = (support.untreated | support.counted)[rows]
    weight = np.where(cells, np.nan_to_num(panel.weights[rows]), 0.0)
    total = weight.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    values = np.where(cells, panel.values[rows], 0.0)
    observed = np.where(total > 0, (weight * values).sum(axis=0) / safe, np.nan)
    left = np.nan_to_num(best.fit.residuals[rows]) * used.scale
    return observed, observed - (weight * left).sum(axis=0) / safe

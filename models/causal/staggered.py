"""Staggered roll-outs: every treated cell against units not yet or never treated, averaged over noise models.

Never a two-way fixed-effects dummy, which weights late effects negatively when effects grow (Goodman-Bacon 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.checks.staggered import check_staggered
from models.causal.contrasts import contrast_log_prior
from models.causal.design_fit import DesignFit
from models.causal.gaps import describe_gaps
from models.causal.imputation_gls import ImputationFit, effect_covariance, fit_imputation, pattern_rows, unit_influence
from models.causal.imputation_table import imputation_table
from models.causal.noise import noise_grid
from models.causal.panel import KpiPanel
from models.causal.refuse import BEFORE_WITH_CONTROLS, refuse_counts
from models.causal.study import Study
from models.causal.support import Support, find_support
from models.causal.target import EffectTarget, build_target
from models.domain.effect import Design, Floats, Mixture, NotEstimable

_KEEP_ABOVE = np.log(1e-3)
_MANY_PATTERNS = 200
_MIN_UNITS_FOR_CLUSTER = 8
_CLUSTER_RATIO = 1.5
_MAX_FACTORS = 24


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
    unit_size: float


def estimate_staggered(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the staggered fit: GLS imputation, noise from within-cohort contrasts; or the rule that refuses."""
    support = find_support(panel, BEFORE_WITH_CONTROLS)
    refusal = refuse_staggered(panel, support)
    if refusal is not None:
        return refusal
    target = build_target(panel, support.counted)
    components = _components(panel, support, target)
    inflation, note = _cluster_inflation(panel, target, components[0])
    mixture, paths, offsets, residual, noise = _summarise(components, target, inflation)
    best = components[0]
    observed, fitted = _window(panel, support, best)
    groups = len(np.unique(panel.go_live[list(target.rows)]))
    notes = (
        f"{groups} go-live dates; effects are free in every unit and period.",
        *((note,) if note else ()),
        *support.notes,
    )
    controls = tuple(
        unit for row, unit in enumerate(panel.units) if support.untreated[row].any() and not panel.is_treated_unit[row]
    )
    return DesignFit(
        design=Design.STAGGERED,
        target=target,
        mixture=mixture,
        paths=paths,
        window_observed=observed,
        window_fitted=fitted,
        noise_summary=noise_grid().describe(best.noise),
        statsmodels_table=imputation_table(best.fit, _average_weights(panel, target), best.noise, best.unit_size),
        control_units=controls,
        left_out=(*support.left_out, *describe_gaps(panel, support.untreated | support.counted)),
        checks=check_staggered(panel, study, support, best.noise, is_cluster_wider=bool(note)),
        notes=notes,
        offsets=offsets,
        residual=residual,
        noise=noise,
        period_moments=_period_moments(components, inflation),
    )


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


def _components(panel: KpiPanel, support: Support, target: EffectTarget) -> list[_Component]:
    """Return the kept noise models, most probable first."""
    log_prior = contrast_log_prior(panel, cohort_rows(panel, support), support.untreated)
    kept = np.flatnonzero(np.round(log_prior, 9) > log_prior.max() + _KEEP_ABOVE)
    order = kept[np.argsort(-np.round(log_prior[kept], 9), kind="stable")]
    if len(pattern_rows(support.untreated, support.counted)) > _MANY_PATTERNS:
        order = order[:1]
    weight = np.exp(log_prior[order] - log_prior[order[0]])
    weight /= weight.sum()
    centre, scale = float(panel.values[support.untreated].mean()), float(panel.values[support.untreated].std()) or 1.0
    values, shares = (panel.values - centre) / scale, _period_shares(panel, target)
    positions, share = list(target.positions), target.exposure / target.exposure.sum()
    out = []
    for w, noise in zip(weight, order, strict=True):
        fit = fit_imputation(values, support.untreated, support.counted, int(noise))
        means, full = effect_covariance(fit, shares)
        path, covariance = means[positions] * scale, full[np.ix_(positions, positions)] * scale**2
        variance = float(share @ covariance @ share)
        out.append(_Component(float(w), int(noise), fit, path, covariance, float(share @ path), variance, scale))
    return out


def cohort_rows(panel: KpiPanel, support: Support) -> list[tuple[int, ...]]:
    """Return the rows of each go-live date, and of the units never treated within the window."""
    starts = np.minimum(panel.go_live, panel.n_periods)
    rows = np.flatnonzero(support.untreated.any(axis=1))
    return [tuple(int(row) for row in rows[starts[rows] == start]) for start in np.unique(starts[rows])]


def _cluster_inflation(panel: KpiPanel, target: EffectTarget, best: _Component) -> tuple[float, str]:
    """Return the factor on standard errors if the variance across units exceeds the model's 1.5 times, with a note."""
    n_units = len(target.rows)
    if n_units < _MIN_UNITS_FOR_CLUSTER:
        return 1.0, ""
    weights = _average_weights(panel, target)
    effects = np.nan_to_num(best.fit.effects)
    ages = np.arange(panel.n_periods)[None, :] - panel.go_live[:, None]
    common = np.zeros(effects.shape)
    for age in np.unique(ages[weights > 0]):
        cells = (ages == age) & (weights > 0)
        common[cells] = (weights[cells] * effects[cells]).sum() / weights[cells].sum()
    residuals = np.where(weights > 0, effects - common, 0.0)
    influence = unit_influence(best.fit, weights, residuals)
    n_all = int(np.count_nonzero(influence))
    clustered = float(influence @ influence) * n_all / max(n_all - 1, 1)
    ratio = clustered * best.unit_size**2 / best.variance
    if round(ratio, 9) <= _CLUSTER_RATIO:
        return 1.0, ""
    return float(np.sqrt(ratio)), (
        f"Units differ more than the model allows: their standard error is {np.sqrt(ratio):.2f} times the model's; "
        "the larger is used."
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


def _window(panel: KpiPanel, support: Support, best: _Component) -> tuple[Floats, Floats]:
    """Return mean observed and fitted series of the treated units, shape (n_periods,)."""
    rows = np.flatnonzero(support.counted.any(axis=1))
    cells = (support.untreated | support.counted)[rows]
    weight = np.where(cells, np.nan_to_num(panel.weights[rows]), 0.0)
    total = weight.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    values = np.where(cells, panel.values[rows], 0.0)
    observed = np.where(total > 0, (weight * values).sum(axis=0) / safe, np.nan)
    left = np.nan_to_num(best.fit.residuals[rows]) * best.unit_size
    return observed, observed - (weight * left).sum(axis=0) / safe

"""What every design hands on, and the estimate made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from models.causal.bands import effect_bands
from models.causal.grade import grade_estimate
from models.causal.mixture import mixture_interval, round_array, round_significant, two_sided_p
from models.causal.panel import KpiPanel
from models.causal.rollout_effects import RolloutEffects, cohort_effects, event_study
from models.causal.sequence import always_valid
from models.causal.target import EffectTarget
from models.domain.effect import (
    CheckResult,
    Design,
    EffectEstimate,
    Floats,
    LeftOut,
    Mixture,
)
from models.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class DesignFit:
    """The fit of one design.

    `paths`, `offsets` (n_shapes, n_effect_periods), `residual` (n_effect_periods, n_factors) and `noise`
    (n_effect_periods,) describe the effect path given the average, see `EffectEstimate`; `period_moments` are point
    and spread of each period's effect where effects are free, None where the paths carry them whole.
    `window_observed` and `window_fitted` have shape (n_periods,). `rollout` holds effects by age and go-live date where
    there are several, `looks` points and standard errors (n_looks,) of repeated looks, this one last.
    """

    design: Design
    target: EffectTarget
    mixture: Mixture
    paths: Floats
    window_observed: Floats
    window_fitted: Floats
    noise_summary: str
    statsmodels_table: str
    control_units: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    checks: tuple[CheckResult, ...]
    notes: tuple[str, ...]
    offsets: Floats | None = None
    residual: Floats | None = None
    noise: Floats | None = None
    period_moments: tuple[Floats, Floats] | None = None
    rollout: RolloutEffects | None = None
    looks: tuple[Floats, Floats] | None = None


def assemble_estimate(
    panel: KpiPanel, fitted: DesignFit, *, reason: str, is_forced: bool, level: float, seed: int
) -> EffectEstimate:
    """Return the estimate of a design's fit, every figure rounded to 10 significant digits as it is stored."""
    target, mixture = fitted.target, _round_mixture(fitted.mixture)
    paths, exposure = round_array(fitted.paths), round_array(target.exposure)
    average = mixture_interval(mixture, level)
    size = float(exposure.sum())
    point, limits = _period_limits(fitted, mixture, paths, (level, 0.80))
    observed = round_array(target.observed)
    counterfactual = fitted.window_fitted.copy()
    counterfactual[list(target.positions)] = target.observed - point
    counterfactual[~np.isfinite(fitted.window_observed)] = np.nan
    grade, grade_reason = grade_estimate(fitted.design, fitted.checks)
    periods = panel.timeline.periods
    return EffectEstimate(
        design=fitted.design,
        design_reason=reason,
        is_design_forced=is_forced,
        level=level,
        average=average,
        cumulative=Interval(
            round_significant(average.low * size),
            round_significant(average.point * size),
            round_significant(average.high * size),
            level,
        ),
        p_value=round_significant(two_sided_p(mixture)),
        grade=grade,
        grade_reason=grade_reason,
        checks=fitted.checks,
        left_out=(*panel.left_out, *fitted.left_out),
        mixture=mixture,
        shape_paths=paths,
        effect_periods=tuple(periods[at] for at in target.positions),
        exposure=exposure,
        treated_units=tuple(panel.units[row] for row in target.rows),
        unit_exposure=round_array(target.unit_exposure),
        control_units=fitted.control_units,
        observed=observed,
        effect_low=round_array(limits[0, 0]),
        effect_point=round_array(point),
        effect_high=round_array(limits[0, 1]),
        effect_low_80=round_array(limits[1, 0]),
        effect_high_80=round_array(limits[1, 1]),
        window_periods=periods,
        window_observed=round_array(fitted.window_observed),
        window_counterfactual=round_array(counterfactual),
        noise_summary=fitted.noise_summary,
        statsmodels_table=fitted.statsmodels_table,
        seed=seed,
        notes=fitted.notes,
        path_offsets=None if fitted.offsets is None else round_array(fitted.offsets),
        path_residual=None if fitted.residual is None else round_array(fitted.residual),
        path_noise=None if fitted.noise is None else round_array(fitted.noise),
        event_study=() if fitted.rollout is None else event_study(fitted.rollout, level),
        cohorts=() if fitted.rollout is None else cohort_effects(panel, fitted.rollout, level),
        always_valid=_at_every_look(fitted.looks, average),
    )


def _at_every_look(looks: tuple[Floats, Floats] | None, average: Interval) -> Interval | None:
    """Return limits around the average that hold at all looks together, never narrower than at this one alone."""
    if looks is None:
        return None
    low, high = always_valid(*looks, average.level)
    reach = float(high[-1] - low[-1]) / 2.0
    low_end, high_end = min(average.point - reach, average.low), max(average.point + reach, average.high)
    return Interval(round_significant(low_end), average.point, round_significant(high_end), average.level)


def _period_limits(
    fitted: DesignFit, mixture: Mixture, paths: Floats, levels: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return point (n_effect_periods,) and limits (2, 2, n_effect_periods) of each period's effect."""
    if fitted.period_moments is None:
        return effect_bands(mixture, paths, levels)
    point, spread = fitted.period_moments
    df = float(mixture.df.min())
    reach = np.array([stdtrit(df, (1.0 + level) / 2.0) for level in levels])
    width = reach[:, None] * spread
    return point, np.stack([point - width, point + width], axis=1)


def _round_mixture(mixture: Mixture) -> Mixture:
    return Mixture(
        round_array(mixture.weight),
        round_array(mixture.location),
        round_array(mixture.scale),
        round_array(mixture.df),
        mixture.shape,
    )

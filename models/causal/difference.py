"""Difference designs: the treated units' mean against that of units which never had the initiative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.causal.average import MeanOption, SeriesProblem
from models.causal.bands import merge_components
from models.causal.checks import check_series
from models.causal.component import statsmodels_table
from models.causal.contrasts import group_contrast_prior
from models.causal.design_fit import DesignFit
from models.causal.gaps import describe_gaps, describe_outliers
from models.causal.group_series import mean_series
from models.causal.interrupted import (
    TREND_SPREADS,
    harmonic_columns,
    max_harmonics,
    mean_covariates,
    problem_scale,
    standardise,
    trend_column,
)
from models.causal.noise import Mask, noise_grid
from models.causal.outliers import SeriesFit, fit_series
from models.causal.panel import KpiPanel
from models.causal.refuse import refuse_counts
from models.causal.study import Study
from models.causal.target import EffectColumns, build_target, effect_columns
from models.domain.effect import Design, Floats, LeftOut, NotEstimable

TREND_PRIOR = 0.05
LOADING_PRIOR, LOADING_SD = 0.3, 0.3
_COVARIATE_PRIOR = 0.5
_MIN_DONORS_FOR_LOADING = 3
_FEW_TREATED, _MIN_BEFORE_FOR_MANY = 2, 24
_MIN_CONTROL_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class _Groups:
    """Treated and control rows with their mean series; `z` is treated less control, NaN where either is missing."""

    treated: tuple[int, ...]
    controls: tuple[int, ...]
    left_out: tuple[LeftOut, ...]
    in_treated: Mask
    z: Floats
    treated_plain: Floats
    control: Floats
    is_before: Mask


def estimate_difference(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the difference-design fit, or the rule that refuses.

    z = mean treated - mean control; a level, a trend with prior probability .05; with three donors or more (and 24
    periods before go-live, if more than two units are treated) also a loading (deviation of the coefficient on the
    control mean from 1 ~ N(0, .3^2), with harmonics), prior .3.
    """
    return _estimate(panel, study, Design.DIFFERENCE)


def estimate_randomised_means(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the difference-design fit of randomly assigned units: no trend and no loading can part them but chance."""
    return _estimate(panel, study, Design.RANDOMISED)


def _estimate(panel: KpiPanel, study: Study, design: Design) -> DesignFit | NotEstimable:
    groups = _group(panel)
    if isinstance(groups, NotEstimable):
        return groups
    is_counted = groups.in_treated & np.isfinite(groups.z)[None, :]
    target = build_target(panel, is_counted)
    effects = effect_columns(panel, target, is_counted, is_constant=study.is_effect_constant)
    problem, scale, centre = _problem(panel, groups, effects, design)
    found = fit_series(problem, None)
    fitted_z = found.best.baseline * scale + centre
    in_controls = np.isin(np.arange(len(panel.units)), groups.controls)[:, None] & panel.is_observed
    beside = np.asarray((panel.is_treated_cell & groups.in_treated & ~np.isfinite(groups.z)[None, :]).any(axis=0))
    unpaired = tuple(
        LeftOut(None, panel.timeline.periods[int(at)], "not identified: no control is observed in this period")
        for at in np.flatnonzero(beside)
    )
    return DesignFit(
        design=design,
        target=target,
        mixture=merge_components(found.fit, scale),
        paths=effects.paths,
        window_observed=groups.treated_plain,
        window_fitted=groups.treated_plain - (groups.z - fitted_z),
        noise_summary=noise_grid().describe(found.model.noise),
        statsmodels_table=statsmodels_table(found.problem.y * scale, found.model),
        control_units=tuple(panel.units[row] for row in groups.controls),
        left_out=(
            *groups.left_out,
            *describe_gaps(panel, groups.in_treated | in_controls),
            *unpaired,
            *describe_outliers(panel, found),
        ),
        checks=check_series(panel, study, found, groups.is_before, design, effects.names),
        notes=_notes(panel, groups, study, found),
    )


def _notes(panel: KpiPanel, groups: _Groups, study: Study, found: SeriesFit) -> tuple[str, ...]:
    target = "units of volume" if panel.is_weighted else "units"
    notes = [f"The average counts {target} alike; the comparison is the mean of {len(groups.controls)} units."]
    if "loading" in found.model.names:
        loading = 1.0 + float(found.best.coefficients[found.model.names.index("loading")])
        notes.append(f"The treated units follow what is common to the donors {loading:.2f} times.")
    if study.is_effect_constant:
        notes.append("Assumed, and recorded: the effect is a constant step.")
    return tuple(notes)


def _group(panel: KpiPanel) -> _Groups | NotEstimable:
    seen, treated_cell = panel.is_observed, panel.is_treated_cell
    starts = panel.go_live
    has_before = (seen & ~treated_cell).any(axis=1)
    left_out = [
        LeftOut(panel.units[int(row)], None, "never observed before go-live")
        for row in np.flatnonzero(panel.is_treated_unit & ~has_before & seen.any(axis=1))
    ]
    treated = np.flatnonzero(panel.is_treated_unit & has_before)
    candidates = np.flatnonzero(~panel.is_treated_unit & seen.any(axis=1))
    if candidates.size == 0:
        return NotEstimable(
            "design_not_possible",
            "A difference design needs units that never had the initiative; there is none.",
            "Add units without the initiative, or let the ladder choose the design.",
        )
    if treated.size == 0:
        return _no_overlap("No treated unit was observed before go-live.")
    in_treated = np.isin(np.arange(len(panel.units)), treated)[:, None] & seen
    span = np.asarray(in_treated.any(axis=0))
    share = (seen[candidates] & span[None, :]).sum(axis=1) / max(int(span.sum()), 1)
    best = float(share.max())
    if best == 0.0:
        return _no_overlap("Treated units and controls were never observed in the same period.")
    is_used = share >= _MIN_CONTROL_SHARE * best
    left_out += [
        LeftOut(panel.units[int(row)], None, "control observed in too few of the treated units' periods")
        for row in candidates[~is_used]
    ]
    controls = candidates[is_used]
    treated_series, plain = mean_series(panel.values[treated], panel.weights[treated], ~treated_cell[treated])
    control, _ = mean_series(
        panel.values[controls], panel.weights[controls], np.ones((controls.size, panel.n_periods), dtype=bool)
    )
    z = treated_series - control
    after = (treated_cell & in_treated).any(axis=0) & np.isfinite(z)
    is_before = np.isfinite(z) & ~after & (np.arange(panel.n_periods) < starts[treated].max())
    observed = np.flatnonzero(np.isfinite(z))
    refusal = refuse_counts(
        panel,
        int(is_before.sum()),
        int(after.sum()),
        has_controls=True,
        go_live=int(starts[treated].min()),
        last=int(observed[-1]) if observed.size else -1,
    )
    if refusal is not None:
        return refusal
    rows = tuple(int(row) for row in treated)
    return _Groups(rows, tuple(int(row) for row in controls), tuple(left_out), in_treated, z, plain, control, is_before)


def _no_overlap(reason: str) -> NotEstimable:
    return NotEstimable(
        "no_overlap", reason, "Load the periods before go-live, for treated units and controls over the same months."
    )


def _problem(
    panel: KpiPanel, groups: _Groups, effects: EffectColumns, design: Design
) -> tuple[SeriesProblem, float, float]:
    n = panel.n_periods
    scale, centre = problem_scale(groups.z, groups.is_before)
    free, free_sd, blocks = _blocks(panel, groups, scale, has_loading=_has_loading(groups, design))
    options = []
    for columns, share, k in blocks:
        has_trend = 0.0 if design is Design.RANDOMISED else TREND_PRIOR
        options.append(MeanOption(columns, None, float(np.log(share * (1.0 - has_trend))), k))
        if has_trend:
            each = share * has_trend / len(TREND_SPREADS)
            options += [MeanOption(columns, c, float(np.log(each)), k) for c in TREND_SPREADS]
    noise = group_contrast_prior(panel, groups.treated, groups.controls)
    problem = SeriesProblem(
        y=(groups.z - centre) / scale,
        is_observed=np.isfinite(groups.z),
        flat=np.ones((n, 1)),
        free=free,
        free_sd=free_sd,
        trend=trend_column(n),
        options=tuple(options),
        shapes=effects.columns,
        shape_log_prior=effects.log_prior,
        noise_log_prior=noise,
        is_shrunk=np.array([i == 0 and _has_loading(groups, design) for i in range(free_sd.size)], dtype=bool),
    )
    return problem, scale, centre


def _smooth(series: Floats) -> Floats:
    """Return a centred moving average over a twelfth of the window, at least 5 periods, shorter at the ends.

    The noise of the donors' mean would pull the loading towards zero and let common shocks pass for an effect.
    """
    half = max(2, series.size // 24)
    seen = np.isfinite(series)
    out = np.zeros(series.size)
    for t in range(series.size):
        near = series[max(0, t - half) : t + half + 1]
        out[t] = near[np.isfinite(near)].mean() if np.isfinite(near).any() else series[seen].mean()
    return out


def _has_loading(groups: _Groups, design: Design) -> bool:
    """Tell whether treated units may follow what is common more or less than the donors do.

    Three donors or more carry it; beyond two treated units, whose own differences average out, it needs 24 periods
    before go-live: in 150 panels of 4 treated of 12 with 12 months before, it cost 7 % of width and gained nothing.
    """
    is_carried = len(groups.treated) <= _FEW_TREATED or int(groups.is_before.sum()) >= _MIN_BEFORE_FOR_MANY
    return is_carried and len(groups.controls) >= _MIN_DONORS_FOR_LOADING and design is Design.DIFFERENCE


def _blocks(
    panel: KpiPanel, groups: _Groups, scale: float, *, has_loading: bool
) -> tuple[Floats, Floats, list[tuple[tuple[int, ...], float, int]]]:
    """Return free columns, their prior standard deviations, and (columns, prior, harmonics) of each block."""
    n = panel.n_periods
    parts: list[Floats] = []
    sds: list[float] = []
    blocks: list[tuple[tuple[int, ...], float, int]] = [((), 1.0, 0)]
    if has_loading:
        common = _smooth(groups.control)
        parts.append((common - common[groups.is_before].mean())[:, None] / scale)
        sds.append(LOADING_SD)
        most = max_harmonics(panel, groups.is_before)
        harmonics, _ = harmonic_columns(n, panel.timeline.cycle_length, most)
        parts.append(harmonics)
        sds += [1.0] * harmonics.shape[1]
        blocks = [((), 1.0 - LOADING_PRIOR, 0)]
        for k in range(most + 1):
            own = tuple(range(1 + min(2 * k, harmonics.shape[1])))
            blocks.append((own, LOADING_PRIOR / (most + 1), k))
    in_controls = np.isin(np.arange(len(panel.units)), groups.controls)[:, None] & panel.is_observed
    gap = mean_covariates(panel, groups.in_treated) - mean_covariates(panel, in_controls)
    covariates = standardise(gap, groups.is_before)
    if covariates.shape[1]:
        first = len(sds)
        parts.append(covariates)
        sds += [1.0] * covariates.shape[1]
        extra = tuple(range(first, first + covariates.shape[1]))
        blocks = [(own, share * (1.0 - _COVARIATE_PRIOR), k) for own, share, k in blocks] + [
            (own + extra, share * _COVARIATE_PRIOR, k) for own, share, k in blocks
        ]
    free = np.column_stack(parts) if parts else np.zeros((n, 0))
    return free, np.array(sds), blocks

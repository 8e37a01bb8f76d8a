"""The joint fit of members that units and periods can tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.causal.checks.result import make_check
from models.causal.design_fit import DesignFit
from models.causal.difference import estimate_difference
from models.causal.joint_average import JointAverage, average_effects
from models.causal.joint_columns import Member, MemberColumns, member_columns
from models.causal.joint_gram import TwoWayGram, eliminate_two_way, unit_levels_of
from models.causal.joint_noise import joint_noise_prior
from models.causal.joint_spread import spread_factors
from models.causal.joint_table import joint_table
from models.causal.joint_window import JointFit, with_mixture
from models.causal.noise import noise_grid
from models.causal.panel import KpiPanel
from models.causal.staggered import estimate_staggered
from models.causal.study import Study
from models.causal.target import EffectTarget
from models.domain.effect import CheckResult, CheckStatus, Floats, NotEstimable

_KEEP_ABOVE = np.log(1e-5)
_ALIKE = "Effects unfold alike in every unit, by the time since its own go-live."


@dataclass(frozen=True, slots=True)
class _Best:
    """The most probable component over units and periods.

    `effects` (n_members, n_units, n_periods) are what each member does there, `baseline` (n_units, n_periods) unit and
    period effects, `left` what remains; all in units of the KPI.
    """

    effects: Floats
    baseline: Floats
    left: Floats


def fit_over_panel(
    panel: KpiPanel, study: Study, members: Sequence[Member], targets: Sequence[EffectTarget]
) -> JointFit:
    """Return the joint GLS of members over units and periods, averaged over noise models and shapes.

    y = unit + period + sum of effects + noise, noise independent across units; effects add up and unfold alike in
    every unit.
    """
    observed = panel.is_observed
    centre, scale = float(panel.values[observed].mean()), float(panel.values[observed].std()) or 1.0
    y = np.where(observed, (panel.values - centre) / scale, 0.0)
    columns = [
        member_columns(panel, member, target, len(members), is_constant=study.is_effect_constant)
        for member, target in zip(members, targets, strict=True)
    ]
    cells = np.concatenate([column.cells for column in columns] + [y[None]]).transpose(1, 2, 0)
    likely = joint_noise_prior(panel, tuple(members))
    kept = np.flatnonzero(np.round(likely, 9) > likely.max() + _KEEP_ABOVE)
    grams = {int(noise): eliminate_two_way(cells, observed, int(noise)) for noise in kept}
    average = average_effects(
        list(grams.values()),
        list(grams),
        noise_grid().log_prior[kept].tolist(),
        [column.log_prior for column in columns],
        int(observed.any(axis=1).sum()),
    )
    chosen = grams[int(average.noise[0])]
    best = _best_component(panel, average, chosen, columns, y, centre, scale)
    tables = _tables(average, chosen, columns, scale)
    rows = [target.rows for target in targets]
    spreads = spread_factors(chosen, average, columns, best.left / scale, observed, rows)
    fits = []
    for i, member in enumerate(members):
        net = replace(member.on(panel), values=panel.values - (best.effects.sum(axis=0) - best.effects[i]))
        fitted = _by_the_ladder(net, study)
        if not isinstance(fitted, NotEstimable):
            factor, note = spreads[i]
            fitted = with_mixture(fitted, average.mixture_of(i, factor, scale))
            fitted = replace(
                fitted,
                target=targets[i],
                paths=columns[i].paths,
                noise_summary=noise_grid().describe(int(average.noise[0])),
                statsmodels_table=tables[i],
                checks=_checks(fitted, is_wider=bool(note)),
                notes=(_ALIKE, *((note,) if note else ())),
            )
            fitted = _windowed(panel, fitted, best.effects, best.baseline, i)
        fits.append(fitted)
    return JointFit(tuple(fits), average.correlation())


def _checks(fitted: DesignFit, *, is_wider: bool) -> tuple[CheckResult, ...]:
    """Return the checks with the word on units that differ from the joint fit itself, unless the ladder failed it."""
    if any(check.key == "unit_differences" and check.status is CheckStatus.FAIL for check in fitted.checks):
        return fitted.checks
    kept = tuple(check for check in fitted.checks if check.key != "unit_differences")
    case, status = ("wider", CheckStatus.REVIEW) if is_wider else ("alike", CheckStatus.PASS)
    return (*kept, make_check("unit_differences", case, status))


def _by_the_ladder(net: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the fit that the ladder makes of one member once the others' effects are taken off: it brings checks."""
    dates = np.unique(net.go_live[net.is_treated_unit])
    has_controls = bool((~net.is_treated_unit & net.is_observed.any(axis=1)).any())
    if dates.size == 1 and has_controls:
        return estimate_difference(net, study)
    return estimate_staggered(net, study)


def _best_component(
    panel: KpiPanel,
    average: JointAverage,
    gram: TwoWayGram,
    columns: Sequence[MemberColumns],
    y: Floats,
    centre: float,
    scale: float,
) -> _Best:
    effects = np.stack(
        [average.location[0, i] * column.cells[average.best_shape(i)] for i, column in enumerate(columns)]
    )
    left = y - effects.sum(axis=0)
    first = np.concatenate([[0], np.cumsum([column.log_prior.size for column in columns])])
    period = gram.period[:, -1].copy()
    for i in range(len(columns)):
        period -= average.location[0, i] * gram.period[:, int(first[i]) + average.best_shape(i)]
    levels = unit_levels_of(gram, left, period)
    baseline = levels[:, None] + period[None, :]
    seen = np.where(panel.is_observed, left - baseline, 0.0)
    return _Best(effects * scale, baseline * scale + centre, seen * scale)


def _tables(average: JointAverage, gram: TwoWayGram, columns: Sequence[MemberColumns], scale: float) -> list[str]:
    """Return statsmodels' table for each member: its own effect first, the others counted, not named."""
    first = np.concatenate([[0], np.cumsum([column.log_prior.size for column in columns])]).astype(int)
    at = [int(first[i]) + average.best_shape(i) for i in range(len(columns))]
    tables = []
    for i in range(len(columns)):
        ordered = [at[i], *at[:i], *at[i + 1 :], -1]
        names = ["effect", *[f"other {j}" for j in range(1, len(columns))]]
        picked = gram.gram[np.ix_(ordered, ordered)]
        tables.append(joint_table(picked, names, gram.n_left, int(average.noise[0]), scale))
    return tables


def _windowed(panel: KpiPanel, fitted: DesignFit, effects: Floats, baseline: Floats, own: int) -> DesignFit:
    """Return a fit whose window shows what was observed, and what is fitted with the others at work."""
    rows = list(fitted.target.rows)
    cells = panel.is_observed[rows]
    weight = np.where(cells, np.nan_to_num(panel.weights[rows]), 0.0)
    total = weight.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    observed = (weight * np.where(cells, panel.values[rows], 0.0)).sum(axis=0) / safe
    without = baseline[rows] + (effects.sum(axis=0) - effects[own])[rows]
    series = (weight * without).sum(axis=0) / safe
    is_seen = total > 0
    return replace(
        fitted,
        window_observed=np.where(is_seen, observed, np.nan),
        window_fitted=np.where(is_seen, series, np.nan),
    )

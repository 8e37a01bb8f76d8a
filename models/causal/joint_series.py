"""Effects on the mean series of a member's units, the other members beside it: where no comparison is left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.causal.bands import merge_components
from models.causal.component import ComponentModel
from models.causal.design_fit import DesignFit
from models.causal.interrupted import estimate_interrupted, fit_beside
from models.causal.joint_columns import Member, member_columns
from models.causal.joint_paths import OtherPaths, average_over_paths
from models.causal.joint_separate import series_columns
from models.causal.joint_window import JointFit, with_mixture
from models.causal.mixture import mixture_mean
from models.causal.noise import apply_precision
from models.causal.panel import KpiPanel
from models.causal.study import Study
from models.causal.target import build_target
from models.domain.effect import Floats, Mixture, NotEstimable


@dataclass(frozen=True, slots=True)
class _OwnFit:
    """One member's distribution and shape paths, its correlation with each member, and its likely path over cells."""

    mixture: Mixture
    paths: Floats
    correlation: Floats
    cells: Floats


def fit_on_series(panel: KpiPanel, study: Study, members: Sequence[Member], wanted: Collection[int]) -> JointFit:
    """Return the fits of the wanted members; the others are there to be allowed for.

    Each other member has a column with a coefficient of its own: first a step, then the path that the first pass makes
    most probable, on which outliers are looked for, and at last every path it may take (`average_over_paths`). The
    effects of members that are not wanted enter the checks by their coefficient here.
    """
    paths = np.stack([member.step(panel.n_periods) for member in members])
    paths = np.stack([_fit_beside(panel, study, members, paths, i, is_last=False).cells for i in range(len(members))])
    found = [_fit_beside(panel, study, members, paths, i, is_last=True) for i in range(len(members))]
    effects = np.stack([mixture_mean(one.mixture) * one.cells for one in found])
    fits = tuple(_checked(panel, study, members[i], found[i], effects.sum(axis=0) - effects[i]) for i in sorted(wanted))
    return JointFit(fits, _symmetric(np.stack([found[i].correlation for i in sorted(wanted)])[:, sorted(wanted)]))


def _fit_beside(
    panel: KpiPanel, study: Study, members: Sequence[Member], paths: Floats, own: int, *, is_last: bool
) -> _OwnFit:
    member, others = members[own], [i for i in range(len(members)) if i != own]
    beside = series_columns(panel, member, paths[others]) if others else np.zeros((panel.n_periods, 0))
    found, target, effects, scale = fit_beside(member.on(panel), study, beside)
    columns = member_columns(panel, replace(member, initiatives=member.initiatives[:1]), target, 1, is_constant=False)
    correlation = np.zeros(len(members))
    correlation[own] = 1.0
    with_others = _correlations(found.model)
    places: dict[int, int] = {}
    for i, column in zip(others, beside.T, strict=True):
        at = next((j for j, known in enumerate(found.problem.flat.T) if j and np.array_equal(known, column)), None)
        correlation[i] = with_others[f"fixed {at}"] if at is not None else 0.0
        if at is not None and at not in places.values():
            places[i] = at
    fit = found.fit
    if is_last and places and not study.is_effect_constant:
        fit = average_over_paths(
            found.problem, [_other_paths(panel, members, i, member, place) for i, place in places.items()]
        )
    probability = np.bincount(fit.shape, weights=fit.weight, minlength=len(effects.names))
    cells = np.tensordot(probability, columns.cells[: probability.size], axes=1)
    return _OwnFit(merge_components(fit, scale), effects.paths, correlation, cells)


def _other_paths(panel: KpiPanel, members: Sequence[Member], other: int, own: Member, place: int) -> OtherPaths:
    """Return how another member may unfold, as the mean series of a member's units sees it."""
    member = replace(members[other], initiatives=members[other].initiatives[:1])
    there = member.on(panel)
    target = build_target(there, there.is_observed)
    columns = member_columns(panel, member, target, len(members), is_constant=False)
    return OtherPaths(place, series_columns(panel, own, columns.cells).T, columns.log_prior)


def _correlations(model: ComponentModel) -> dict[str, float]:
    """Return the correlation of the effect with every other coefficient of the most probable component, by name."""
    seen = np.where(model.is_observed[:, None], model.columns, 0.0)
    precise, _ = apply_precision(seen, model.is_observed, model.noise)
    covariance = np.linalg.inv(seen.T @ precise + np.diag(model.ridge))
    size = np.sqrt(np.diag(covariance))
    return {name: float(covariance[-1, i] / (size[-1] * size[i])) for i, name in enumerate(model.names[:-1])}


def _checked(panel: KpiPanel, study: Study, member: Member, own: _OwnFit, others: Floats) -> DesignFit | NotEstimable:
    """Return the interrupted series of one member once the others are taken off, with the joint distribution."""
    fitted = estimate_interrupted(replace(member.on(panel), values=panel.values - others), study)
    if isinstance(fitted, NotEstimable):
        return fitted
    rows = list(fitted.target.rows)
    weight = np.where(panel.is_observed[rows], np.nan_to_num(panel.weights[rows]), 0.0)
    total = weight.sum(axis=0)
    off = (weight * others[rows]).sum(axis=0) / np.where(total > 0, total, 1.0)
    return replace(
        with_mixture(fitted, own.mixture),
        paths=own.paths,
        window_observed=fitted.window_observed + off,
        window_fitted=fitted.window_fitted + off,
    )


def _symmetric(correlation: Floats) -> Floats:
    """Return the mean of a correlation table and its transpose, drawn towards none until it is one."""
    both = (correlation + correlation.T) / 2.0
    lowest = float(np.linalg.eigvalsh(both)[0])
    if lowest < 0.0:
        both = (both - lowest * np.eye(len(both))) / (1.0 - lowest)
    return np.asarray(both, dtype=np.float64)

"""From members that can be told apart to their estimates: the rung of each, the fits, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.causal.design import rank_designs
from models.causal.design_fit import DesignFit, assemble_estimate
from models.causal.joint_columns import Member
from models.causal.joint_panel import fit_over_panel
from models.causal.joint_separate import MAX_INFLATION, Separation
from models.causal.joint_series import fit_on_series
from models.causal.mixture import round_array
from models.causal.panel import KpiPanel
from models.causal.refuse import BEFORE_WITH_CONTROLS
from models.causal.staggered import refuse_staggered
from models.causal.study import Study
from models.causal.support import find_support
from models.causal.target import EffectTarget, build_target
from models.domain.effect import Floats, JointPlace, LeftOut, NotEstimable
from models.domain.joint import JointGroup

_ADDITIVE = "Effects fitted together are taken to add up: what one initiative does to another cannot be told."


def fit_together(
    panel: KpiPanel, study: Study, found: Separation, *, level: float, seed: int, left_out: tuple[LeftOut, ...]
) -> list[JointGroup]:
    """Return the groups of members that can be told apart, two or more, fitted together."""
    targets, is_counted = _targets(panel, found)
    fits, correlation = _fit(panel, study, found, targets, is_counted)
    names = tuple(member.name for member in found.members)
    others = _others(len(names) - 1)
    is_treated = np.logical_or.reduce([member.on(panel).is_treated_unit for member in found.members])
    units = sorted(panel.units[int(row)] for row in np.flatnonzero(is_treated))
    groups = []
    for i, (member, fitted) in enumerate(zip(found.members, fits, strict=True)):
        shared, own = float(found.shared[i]), float(found.inflation[i])
        sentence = describe_separation(member, shared, beside=own)
        if isinstance(fitted, NotEstimable):
            groups.append(JointGroup(member.initiatives, fitted, max(shared, own), sentence))
            continue
        estimate = assemble_estimate(
            member.on(panel),
            fitted,
            reason=f"{_reason(panel, study, member, fitted)}; estimated jointly with {others}",
            is_forced=False,
            level=level,
            seed=seed,
        )
        estimate = replace(
            estimate,
            joint=JointPlace(names, i, round_array(correlation), tuple(units)),
            notes=(
                *estimate.notes,
                f"Estimated jointly with {others} on the same units.",
                sentence,
                _ADDITIVE,
                *_notes(panel, study),
            ),
            left_out=(*estimate.left_out, *left_out),
        )
        groups.append(JointGroup(member.initiatives, estimate, max(shared, own), sentence))
    return groups


def describe_separation(member: Member, shared: float, *, beside: float = 1.0) -> str:
    """Return in a sentence why initiatives are one effect, or how well one is told from the others.

    Parameters
    ----------
    shared
        The largest inflation that made the member's initiatives one.
    beside
        Inflation of the member's variance by the other members of its fit.
    """
    if len(member.initiatives) > 1:
        count = f"{len(member.initiatives)} initiatives share one effect on this KPI"
        if not np.isfinite(shared):
            return f"{count}: their roll-outs coincide, so that no figure can tell them apart."
        return (
            f"{count}: their roll-outs are too alike. Told apart, the variance of an effect would be {shared:.3g} times"
            f" that alone; at most {MAX_INFLATION:g} times is accepted."
        )
    if round(beside, 9) <= 1.0:
        return "No other initiative that is estimated with it blurs its effect."
    return (
        f"The roll-outs tell it from the others: the variance is {beside:.3g} times that alone, at most"
        f" {MAX_INFLATION:g} times is accepted."
    )


def _targets(panel: KpiPanel, found: Separation) -> tuple[list[EffectTarget], list[bool]]:
    """Return what each member's average is over, and whether units and periods identify it."""
    targets, is_counted = [], []
    for member, in_panel in zip(found.members, found.in_panel, strict=True):
        own = member.on(panel)
        support = find_support(own, BEFORE_WITH_CONTROLS)
        is_admitted = bool(in_panel) and refuse_staggered(own, support) is None
        targets.append(build_target(own, support.counted if is_admitted else own.is_observed))
        is_counted.append(is_admitted)
    return targets, is_counted


def _fit(
    panel: KpiPanel, study: Study, found: Separation, targets: Sequence[EffectTarget], is_counted: Sequence[bool]
) -> tuple[list[DesignFit | NotEstimable], Floats]:
    """Return the fits in the order of the members, and the correlation of their averages.

    A member that units and periods do not identify does not disturb them: period effects hold what it does. It
    rests on the mean series of its units, and its draws are independent of those of the others.
    """
    n = len(found.members)
    correlation, fits = np.eye(n), dict[int, DesignFit | NotEstimable]()
    in_panel = [int(i) for i in np.flatnonzero(found.in_panel)]
    admitted = [i for i in in_panel if is_counted[i]]
    if admitted:
        joint = fit_over_panel(panel, study, [found.members[i] for i in in_panel], [targets[i] for i in in_panel])
        fits |= {i: fitted for i, fitted in zip(in_panel, joint.fits, strict=True) if is_counted[i]}
        correlation[np.ix_(in_panel, in_panel)] = joint.correlation
    rest = [i for i in range(n) if i not in admitted]
    if rest:
        joint = fit_on_series(panel, study, found.members, rest)
        fits |= dict(zip(rest, joint.fits, strict=True))
        correlation[rest, :] = 0.0
        correlation[:, rest] = 0.0
        correlation[np.ix_(rest, rest)] = joint.correlation
    return [fits[i] for i in range(n)], correlation


def _others(count: int) -> str:
    # Counted, not named: who may see one initiative need not know of the other.
    return "1 other effect" if count == 1 else f"{count} other effects"


def _reason(panel: KpiPanel, study: Study, member: Member, fitted: DesignFit) -> str:
    choices = rank_designs(member.on(panel), study, None)
    return next((choice.reason for choice in choices if choice.design is fitted.design), choices[-1].reason)


def _notes(panel: KpiPanel, study: Study) -> tuple[str, ...]:
    notes = []
    if study.is_randomised:
        notes.append("Random assignment is declared for all alike; the joint fit does not rest on it.")
    if panel.covariate_names:
        notes.append(f"The joint fit over units and periods does not use {', '.join(panel.covariate_names)}.")
    return tuple(notes)

"""The effect columns of initiatives that are fitted together, over units and periods."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.causal.average import Ints
from models.causal.noise import Mask
from models.causal.panel import KpiPanel
from models.causal.shapes import effect_shapes
from models.causal.target import EffectTarget
from models.domain.effect import Floats

#: Combinations of shapes that are averaged over; with more initiatives each keeps fewer shapes.
_MAX_COMBINATIONS = 128
_ALIKE = "each of its initiatives alike"


@dataclass(frozen=True, slots=True)
class Member:
    """One initiative, or several that cannot be told apart, as one effect of a joint fit.

    `starts` has shape (n_initiatives, n_units): positions of first treated periods, beyond the window where untreated.
    """

    initiatives: tuple[str, ...]
    starts: Ints

    @property
    def name(self) -> str:
        """The initiatives, joined."""
        return "+".join(self.initiatives)

    @property
    def go_live(self) -> Ints:
        """Position at which the first of its initiatives is at work, shape (n_units,)."""
        return np.asarray(self.starts.min(axis=0), dtype=np.int64)

    def on(self, panel: KpiPanel) -> KpiPanel:
        """Return the panel as one roll-out of this member."""
        return replace(panel, go_live=self.go_live)

    def step(self, n_periods: int) -> Floats:
        """Return 1 where the member is at work, 0 elsewhere, shape (n_units, n_periods)."""
        return (np.arange(n_periods)[None, :] >= self.go_live[:, None]).astype(np.float64)


def merge_members(first: Member, second: Member) -> Member:
    """Return two members as one, its initiatives in order of their names."""
    names = first.initiatives + second.initiatives
    order = sorted(range(len(names)), key=lambda i: names[i])
    starts = np.concatenate([first.starts, second.starts])[order]
    return Member(tuple(names[i] for i in order), starts)


@dataclass(frozen=True, slots=True)
class MemberColumns:
    """Effect columns of a member.

    `cells` (n_shapes, n_units, n_periods) whose coefficient is the average effect over the target, the step first;
    `paths` (n_shapes, n_effect_periods) the mean effect on the target's units per period when that coefficient is 1.
    """

    names: tuple[str, ...]
    cells: Floats
    paths: Floats
    log_prior: Floats


def member_columns(
    panel: KpiPanel, member: Member, target: EffectTarget, n_members: int, *, is_constant: bool
) -> MemberColumns:
    """Return the effect columns of one of `n_members`, each shape divided by its mean over the target.

    A group has one shape more: each of its initiatives has the same effect from its own go-live on.
    """
    ages = np.arange(panel.n_periods)[None, :] - member.go_live[:, None]
    is_treated: Mask = ages >= 0
    shapes = effect_shapes(int(ages.max()) + 1, panel.timeline.frequency, is_constant=is_constant)
    names, prior = list(shapes.names), shapes.prior.copy()
    cells = np.where(is_treated, shapes.by_age[:, np.maximum(ages, 0)], 0.0)
    chosen = _spread_out(len(names), n_members)
    names, cells, prior = [names[i] for i in chosen], cells[chosen], prior[chosen]
    prior[1:] *= (1.0 - prior[0]) / prior[1:].sum() if len(chosen) > 1 else 1.0
    prior /= prior.sum()
    if len(member.initiatives) > 1 and not is_constant:
        count = (np.arange(panel.n_periods)[None, None, :] >= member.starts[:, :, None]).sum(axis=0)
        cells = np.concatenate([cells, count[None] / float(len(member.initiatives))])
        names.append(_ALIKE)
        prior = np.append(prior, prior[0] / 2.0)
        prior[0] /= 2.0
    total = (target.unit_exposure * cells[:, target.rows][:, :, target.positions]).sum(axis=1)
    size = total.sum(axis=1) / target.exposure.sum()
    return MemberColumns(
        tuple(names), cells / size[:, None, None], total / target.exposure / size[:, None], np.log(prior)
    )


def _spread_out(n_shapes: int, n_members: int) -> list[int]:
    """Return the shapes to keep: the step, and others evenly, so that combinations of all members stay few."""
    most = max(1, int(_MAX_COMBINATIONS ** (1.0 / n_members) + 1e-9))
    if most >= n_shapes:
        return list(range(n_shapes))
    return [0, *np.unique(np.linspace(1, n_shapes - 1, most - 1).round().astype(int)).tolist()]

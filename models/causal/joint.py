"""The second front door: initiatives that touch one KPI, estimated together where they meet on the same units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.causal.admit import admit_panel
from models.causal.average import Ints
from models.causal.estimate import estimate_effect
from models.causal.joint_columns import Member
from models.causal.joint_separate import separate_members
from models.causal.joint_together import describe_separation, fit_together
from models.causal.noise import Mask
from models.causal.panel import KpiPanel, read_panel
from models.causal.refuse import refuse_counts, refuse_panel, settle_waiting
from models.causal.study import Study
from models.causal.support import largest_connected
from models.domain.effect import EffectEstimate, LeftOut, NotEstimable
from models.domain.errors import InvalidInputError
from models.domain.joint import JointEffects, JointGroup

Starts = Ints
GoLives = Mapping[str, Mapping[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked, as the parts of the estimate need it."""

    frame: pd.DataFrame
    go_lives: GoLives
    study: Study
    level: float
    seed: int


def estimate_joint_effects(
    panel: pd.DataFrame, go_lives: GoLives, *, study: Study | None = None, level: float = 0.95, seed: int = 0
) -> JointEffects | NotEstimable:
    """Estimate what each of several initiatives changed on one KPI.

    Initiatives that meet on no unit are estimated one by one, as `estimate_effect` does, each with the others' units
    left out of its controls from their go-live. Those that meet are fitted together, with an effect each; where their
    roll-outs are too alike (the variance of an effect given the others is more than 4 times that
    alone) they are one effect, from the first go-live of any of them.

    Parameters
    ----------
    panel
        One row per unit and period, as for `estimate_effect`.
    go_lives
        Initiative to unit to first treated period. The order does not matter.
    study
        As for `estimate_effect`; `treated_until` of a unit holds for all initiatives on it.
    level
        Level of the intervals, between 0 and 1.
    seed
        Kept with the results.

    Returns
    -------
    JointEffects or NotEstimable
        Groups of one initiative with its own effect, groups of several with one; or the rule that refuses the panel.

    Raises
    ------
    PanelError
        If the frame is not a KPI panel.
    InvalidInputError
        If `level` is not between 0 and 1, or no initiative is given.
    """
    if not 0.0 < level < 1.0:
        raise InvalidInputError(f"a level of {level} is not between 0 and 1")
    if not go_lives:
        raise InvalidInputError("no initiative is given")
    facts = study if study is not None else Study()
    names = sorted(go_lives)
    request = _Request(panel, {name: go_lives[name] for name in names}, facts, level, seed)
    read = read_panel(panel, _first_of(request.go_lives.values()), facts)
    refusal = refuse_panel(read)
    if refusal is not None:
        return settle_waiting(refusal, read, facts)
    starts = {name: read_panel(panel, request.go_lives[name], facts).go_live for name in names}
    groups: list[JointGroup] = []
    for part in _meeting(read, starts):
        groups += _estimate_part(request, {name: starts[name] for name in part})
    return JointEffects(tuple(sorted(groups, key=lambda group: group.initiatives)), level, seed)


def _first_of(go_lives: Any) -> dict[str, Any]:
    """Return by unit the first of several go-lives."""
    first: dict[str, Any] = {}
    for go_live in go_lives:
        for unit, period in go_live.items():
            if period is not None and not pd.isna(period):
                known = first.get(str(unit))
                first[str(unit)] = period if known is None or period < known else known
    return first


def _meeting(panel: KpiPanel, starts: Mapping[str, Starts]) -> list[tuple[str, ...]]:
    """Return initiatives that meet on a unit, directly or through others, in groups sorted by name."""
    parts: list[tuple[set[str], Mask]] = []
    for name in sorted(starts):
        is_on: Mask = starts[name] < panel.n_periods
        meets = [part for part in parts if bool((part[1] & is_on).any())]
        merged = {name}.union(*(part[0] for part in meets))
        units = np.logical_or.reduce([is_on, *(part[1] for part in meets)])
        parts = [part for part in parts if part not in meets] + [(merged, units)]
    return sorted(tuple(sorted(names)) for names, _ in parts)


def _estimate_part(request: _Request, starts: Mapping[str, Starts]) -> list[JointGroup]:
    """Return the groups of initiatives that meet on a unit, those not estimable yet set apart."""
    members = tuple(Member((name,), starts[name][None, :]) for name in sorted(starts))
    request = replace(request, study=_spoilt_by_others(request, starts))
    if len(members) == 1:
        return [_alone(request, members[0], 1.0, ())]
    read = _read(request, starts)
    groups, blanked, left = [], [], []
    for member in members:
        refusal = _too_few(read, member)
        if refusal is not None:
            refusal = settle_waiting(refusal, member.on(read), request.study)
            groups.append(JointGroup(member.initiatives, refusal, 1.0, f"Not estimable yet: {refusal.reason}"))
            is_late = refusal.rule == "too_few_after"
            own = member.on(read)
            blanked.append((own.is_treated_cell == is_late) & own.is_treated_unit[:, None])
            left += _left_out_beside(read, member, is_late=is_late)
    members = tuple(member for member in members if all(group.initiatives != member.initiatives for group in groups))
    if groups:
        request = replace(request, frame=_blanked(request, read, blanked))
        read = _read(request, starts)
    if members:
        groups += _separate(request, read, members, tuple(left))
    return groups


def _separate(
    request: _Request, read: KpiPanel, members: tuple[Member, ...], left: tuple[LeftOut, ...]
) -> list[JointGroup]:
    if len(members) == 1:
        return [_alone(request, members[0], 1.0, left)]
    read = replace(read, values=np.where(largest_connected(read.is_observed), read.values, np.nan))
    found = separate_members(read, members, is_constant=request.study.is_effect_constant)
    if len(found.members) == 1:
        return [_alone(request, found.members[0], float(found.shared[0]), left)]
    return fit_together(read, request.study, found, level=request.level, seed=request.seed, left_out=left)


def _read(request: _Request, starts: Mapping[str, Starts]) -> KpiPanel:
    return admit_panel(read_panel(request.frame, _first_of(request.go_lives[name] for name in starts), request.study))


def _spoilt_by_others(request: _Request, starts: Mapping[str, Starts]) -> Study:
    """Return the study with the units of initiatives elsewhere left out from their go-live."""
    own = set(_first_of(request.go_lives[name] for name in starts))
    others = _first_of(go_live for name, go_live in request.go_lives.items() if name not in starts)
    spoilt = dict(request.study.leave_out_from)
    for unit, period in others.items():
        if unit not in own:
            spoilt[unit] = min(period, spoilt.get(unit, period))
    return replace(request.study, leave_out_from=spoilt)


def _too_few(panel: KpiPanel, member: Member) -> NotEstimable | None:
    """Return the refusal by counts that holds whatever the others do, None if there are enough periods."""
    own = member.on(panel)
    rows = own.is_treated_unit
    after = (own.is_observed & own.is_treated_cell)[rows].any(axis=0)
    before = (own.is_observed & ~own.is_treated_cell)[rows].sum(axis=1)
    seen = np.flatnonzero(panel.is_observed.any(axis=0))
    return refuse_counts(
        own,
        int(before.max()),
        int(after.sum()),
        has_controls=True,
        go_live=int(own.go_live[rows].min()),
        last=int(seen[-1]),
    )


def _left_out_beside(panel: KpiPanel, member: Member, *, is_late: bool) -> list[LeftOut]:
    where = "from here on" if is_late else "until here"
    when = "cannot be estimated yet" if is_late else "was at work almost from the first period"
    return [
        LeftOut(
            panel.units[int(row)],
            panel.timeline.period_at(int(member.go_live[row])),
            f"{where}: another initiative here {when}",
        )
        for row in np.flatnonzero(member.on(panel).is_treated_unit)
    ]


def _blanked(request: _Request, panel: KpiPanel, spoilt: Sequence[Mask]) -> pd.DataFrame:
    """Return the frame without the values of cells that hold an effect which cannot be estimated."""
    is_gone = np.logical_or.reduce(spoilt)
    row_of = {unit: row for row, unit in enumerate(panel.units)}
    rows = np.array([row_of[str(unit)] for unit in request.frame["unit"]])
    columns = np.array([panel.timeline.position(period) for period in request.frame["period"]])
    frame = request.frame.copy()
    for name in {"value", "numerator"} & set(frame.columns):
        frame[name] = frame[name].astype("float64").where(~is_gone[rows, columns])
    return frame


def _alone(request: _Request, member: Member, inflation: float, left: tuple[LeftOut, ...]) -> JointGroup:
    """Return the group of one roll-out: an initiative alone on its units, or several as one."""
    result = estimate_effect(
        request.frame,
        _first_of(request.go_lives[name] for name in member.initiatives),
        study=request.study,
        level=request.level,
        seed=request.seed,
    )
    sentence = describe_separation(member, inflation)
    if isinstance(result, EffectEstimate):
        notes = (*result.notes, sentence) if len(member.initiatives) > 1 else result.notes
        result = replace(result, notes=notes, left_out=(*result.left_out, *left))
    return JointGroup(member.initiatives, result, inflation, sentence)

"""The result of one benefit line from its panel: alone, or with those whose units other initiatives are at work on too.

A `LinePanel` is all that the result rests on: whoever holds it computes the same result, with a database or without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from models.causal.estimate import estimate_effect
from models.causal.joint import estimate_joint_effects
from models.causal.study import Study
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import InvalidInputError, PanelError
from models.domain.joint import NOT_SEPARABLE, JointGroup, joint_key

_WHAT_WOULD_HELP = (
    "Roll the initiatives out to units at different times, three months apart or more, or let finance and the owners"
    " sign a sharing rule."
)


@dataclass(frozen=True, slots=True)
class Meeting:
    """The initiatives at work on the units of a line: their go-lives by unit, their lines, what is declared of all."""

    go_lives: Mapping[str, Mapping[str, date]]
    lines: Mapping[str, tuple[str, ...]]
    study: Study


@dataclass(frozen=True, slots=True)
class LinePanel:
    """What the result of a benefit line rests on.

    `frame` has columns unit, period, value and, by aggregation, weight or numerator and denominator. `seed` is that of
    the effect. `meeting` is None where no other initiative is at work on the units.
    """

    benefit_line: str
    initiative: str
    kpi_name: str
    driver_kpi: str | None
    frame: pd.DataFrame
    go_live: Mapping[str, date]
    study: Study
    seed: int
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class LineResult:
    """What is published of a benefit line, and the joint estimate that stands for it where it has no own effect.

    `joint` is None where the line has an effect of its own or none can be had.
    """

    result: EffectEstimate | NotEstimable
    joint_key: str | None = None
    joint: EffectEstimate | None = None


def estimate_line(panel: LinePanel, lead: LinePanel | None, *, level: float) -> LineResult:
    """Return the result of a benefit line; what is no panel is a result too, with its reason.

    Parameters
    ----------
    lead
        The panel that a joint effect rests on, None where nothing overlaps.
    """
    if panel.frame.empty:
        return LineResult(
            NotEstimable(
                "nothing_observed",
                f"No value of the KPI {panel.kpi_name} is posted.",
                "Upload KPI observations before and after go-live.",
            )
        )
    try:
        if lead is not None:
            return estimate_overlapping(panel, lead, level=level)
        return LineResult(estimate_effect(panel.frame, panel.go_live, study=panel.study, level=level, seed=panel.seed))
    except PanelError as error:
        return LineResult(
            NotEstimable("not_a_panel", f"The observations are no panel: {error}.", "Correct and upload them again.")
        )


def estimate_overlapping(panel: LinePanel, lead: LinePanel, *, level: float) -> LineResult:
    """Return the result of a line whose units several initiatives are at work on.

    Which initiatives can be told apart, and the joint effect of those that cannot, rest on the panel of the lead, the
    first of all lines; a line with an effect of its own has it by its own volumes.

    Raises
    ------
    PanelError
        If the observations are no panel.
    InvalidInputError
        If the line meets no other initiative.
    """
    group = _group(lead, panel, level)
    if isinstance(group, NotEstimable):
        return LineResult(group)
    if group.is_separable and panel.driver_kpi != lead.driver_kpi:
        group = _group(panel, panel, level)
        if isinstance(group, NotEstimable):
            return LineResult(group)
    if group.is_separable or isinstance(group.result, NotEstimable):
        return LineResult(group.result)
    return _shared(lead, group, group.result)


def _group(basis: LinePanel, panel: LinePanel, level: float) -> JointGroup | NotEstimable:
    meeting = basis.meeting
    if meeting is None:
        raise InvalidInputError(f"no other initiative is at work on the units of {basis.benefit_line}")
    found = estimate_joint_effects(basis.frame, meeting.go_lives, study=meeting.study, level=level, seed=panel.seed)
    return found if isinstance(found, NotEstimable) else found.group_of(panel.initiative)


def _shared(lead: LinePanel, group: JointGroup, effect: EffectEstimate) -> LineResult:
    meeting = lead.meeting
    lines = tuple(line for name in group.initiatives for line in (meeting.lines[name] if meeting is not None else ()))
    key = joint_key(lines)
    refusal = NotEstimable(NOT_SEPARABLE, group.sentence, _WHAT_WOULD_HELP, joint_key=key)
    return LineResult(refusal, key, effect)

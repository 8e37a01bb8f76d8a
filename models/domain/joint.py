"""Initiatives that touch one KPI on the same units: what each changed where roll-outs tell, and what stays joint.

A group of one initiative is separable: its result is its own effect. A group of several is not: its result is the one
effect of all of them together, which belongs to none until finance and the owners sign a sharing rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from models.domain.effect import EffectEstimate, Floats, NotEstimable

#: Begins the key under which a joint estimate is published, where a benefit line's own key stands otherwise.
JOINT_PREFIX = "joint:"
#: The rule by which a line of a group that cannot be told apart is refused.
NOT_SEPARABLE = "not_separable"
_BETWEEN = "+"


def joint_key(lines: tuple[str, ...]) -> str:
    """Return the key of the joint estimate of benefit lines: the order in which they are given does not matter."""
    return JOINT_PREFIX + _BETWEEN.join(_escaped(line) for line in sorted(lines))


def _escaped(line: str) -> str:
    """Return a line's key without the sign that stands between keys."""
    return line.replace("%", "%25").replace(_BETWEEN, "%2B")


def lines_of(key: str) -> tuple[str, ...]:
    """Return the benefit lines that a key stands for: those of a joint estimate, otherwise the line itself."""
    if not key.startswith(JOINT_PREFIX) or _BETWEEN not in key:
        return (key,)
    return tuple(unquote(line) for line in key.removeprefix(JOINT_PREFIX).split(_BETWEEN))


@dataclass(frozen=True, slots=True)
class JointGroup:
    """One initiative, or several that cannot be told apart, with the effect and the reason in a sentence.

    `initiatives` are sorted. `inflation` is the largest variance of an effect of the group given all others over its
    variance alone, infinite where roll-outs coincide; 1 where nothing overlaps. `result` is the effect per treated
    unit-period: of the initiative, or of the group on units where at least one of its initiatives is at work.
    """

    initiatives: tuple[str, ...]
    result: EffectEstimate | NotEstimable
    inflation: float
    sentence: str

    @property
    def is_separable(self) -> bool:
        """Whether the group is one initiative with an effect of its own."""
        return len(self.initiatives) == 1


@dataclass(frozen=True, slots=True)
class JointEffects:
    """The effects of initiatives that touch one KPI; every initiative is in one of the groups, which are sorted.

    Effects that were fitted together have a `JointPlace`, by which their draws under one seed are correlated.
    """

    groups: tuple[JointGroup, ...]
    level: float
    seed: int

    def group_of(self, initiative: str) -> JointGroup:
        """Return the group of an initiative.

        Raises
        ------
        KeyError
            If the initiative was not among those estimated.
        """
        found = next((group for group in self.groups if initiative in group.initiatives), None)
        if found is None:
            raise KeyError(initiative)
        return found


@dataclass(frozen=True, slots=True)
class KnownJoint:
    """A published joint estimate in force, with what draws it.

    `draw(joint_key, seed)` gives draws of the joint effect, shape (n_draws, n_periods); it raises KeyError where
    `result` is NotEstimable.
    """

    joint_key: str
    lines: tuple[str, ...]
    initiatives: tuple[str, ...]
    estimate_id: int
    result: EffectEstimate | NotEstimable
    draw: Callable[[str, int], Floats]

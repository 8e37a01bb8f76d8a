"""Joint effects as a valuation takes them: published once for several benefit lines, with the volume they worked on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.domain.benefit_line import WhyNot
from models.domain.effect import NotEstimable
from models.domain.extract import ExtractKind
from models.domain.joint import JOINT_PREFIX, NOT_SEPARABLE, KnownJoint, lines_of
from models.queries.effects import KnownEffects, effect_with_volumes
from models.queries.knowledge import facts
from models.value.facts import InitiativeFacts
from models.value.weigh import LineEffect


def load_joint_effects(session: Session, known: KnownEffects, seq: int) -> tuple[KnownJoint, ...]:
    """Return the joint estimates in force: those whose lines are all refused as not separable."""
    frame = facts(session, ExtractKind.BENEFIT_LINES, seq)
    owner = dict(zip(frame["benefit_line"], frame["initiative"], strict=True))
    found = []
    for key, (estimate_id, result) in sorted(known.results.items()):
        lines = lines_of(key) if key.startswith(JOINT_PREFIX) else ()
        if lines and all(_stands_for(known, line, key) and line in owner for line in lines):
            initiatives = tuple(sorted({str(owner[line]) for line in lines}))
            found.append(KnownJoint(key, lines, initiatives, estimate_id, result, known.draw))
    return tuple(found)


def _stands_for(known: KnownEffects, line: str, key: str) -> bool:
    """Whether a line is refused in favour of this joint estimate, not of one that has been overtaken."""
    result = known.results.get(line, (0, None))[1]
    return isinstance(result, NotEstimable) and result.rule == NOT_SEPARABLE and result.joint_key == key


def joint_line_effects(
    session: Session, seq: int, initiatives: Sequence[InitiativeFacts], joints: Sequence[KnownJoint]
) -> dict[str, LineEffect | WhyNot]:
    """Return of each joint effect what it changed with its volumes, or why it is not estimable, by its key.

    Volumes are those of its first line: where its lines name different drivers it is not valued anyway.
    """
    lines = {line.key: line for initiative in initiatives for line in initiative.lines}
    found: dict[str, LineEffect | WhyNot] = {}
    for joint in joints:
        line = lines.get(joint.lines[0])
        if line is None:
            continue
        found[joint.joint_key] = effect_with_volumes(session, seq, line, joint.estimate_id, joint.result)
    return found

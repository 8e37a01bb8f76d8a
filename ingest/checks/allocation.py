"""What allocation drivers must hold: each allocates something that is there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.cast import CastTable
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Fault
from models.domain.extract import ExtractKind

#: What the subject of a purpose is: its contract, the column of its key, and its name in words.
_SUBJECTS = {
    "platform_cost": (ExtractKind.INITIATIVES, "initiative", "initiative of a platform"),
    "joint_effect": (ExtractKind.KPIS, "kpi", "KPI of a shared effect"),
}


def check_subjects(cast: CastTable, known: Known) -> list[Fault]:
    """Require that the subject of a driver is a known initiative, or a known KPI, as its purpose says."""
    there = {
        purpose: {key for (key,) in known.latest(kind, (name,), ())} for purpose, (kind, name, _) in _SUBJECTS.items()
    }
    usable = ~cast.bad_rows() & ~cast.retracted()
    frame = normalise_frame(cast, usable)
    unknown: dict[int, Mapping[str, object]] = {}
    pairs = zip(frame["purpose"], frame["subject"], strict=True)
    for row, (purpose, subject) in zip(np.flatnonzero(usable).tolist(), pairs, strict=True):
        if subject not in there[purpose]:
            kind, _, noun = _SUBJECTS[purpose]
            unknown[row] = {"text": subject, "noun": noun, "allowed": kind.value}
    return [Fault("REF-001", "subject", np.array(sorted(unknown)), unknown.__getitem__)] if unknown else []

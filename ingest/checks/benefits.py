"""What benefit lines must hold: a nature that never changes, and weights that sum to 1."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Fault
from models.domain.extract import ExtractKind

_FIXED = ("initiative", "kpi", "benefit_class")


def check_fixed_columns(cast: CastTable, known: Known) -> list[Fault]:
    """Require initiative, KPI and class of a line to be those posted, or those of its first row in the file."""
    posted = known.posted(ExtractKind.BENEFIT_LINES)
    first: dict[str, tuple[str, ...]] = {}
    if len(posted):
        first = {row[0]: row[1:] for row in zip(*(posted[name] for name in ("benefit_line", *_FIXED)), strict=True)}
    lines = cast.words["benefit_line"].objects()
    values = {name: cast.words[name].objects() for name in _FIXED}
    usable = ~cast.is_bad(["benefit_line", *_FIXED]) & ~cast.retracted()
    changed: dict[str, dict[int, tuple[str, str]]] = {name: {} for name in _FIXED}
    for row in np.flatnonzero(usable).tolist():
        said = tuple(values[name][row] for name in _FIXED)
        before = first.setdefault(lines[row], said)
        for name, was, now in zip(_FIXED, before, said, strict=True):
            if was != now and now is not None:
                changed[name][row] = (was, now)
    return [_fault(name, rows, cast) for name, rows in changed.items() if rows]


def _fault(name: str, changed: dict[int, tuple[str, str]], cast: CastTable) -> Fault:
    def words(row: int) -> Mapping[str, object]:
        was, now = changed[row]
        return {"line": cast.words["benefit_line"].text(row), "found": was, "text": now}

    return Fault("BEN-001", name, np.array(sorted(changed), dtype=np.int64), words)


_KEY = ["benefit_line", "pl_line", "entity", "cost_centre", "valid_from_on"]


def check_weights(cast: CastTable, known: Known) -> list[Fault]:
    """Require the weights of a line from a day on to sum to 1, posted rows counted unless restated."""
    usable = ~cast.bad_rows()
    incoming = normalise_frame(cast, usable)
    incoming["row"] = np.flatnonzero(usable)
    posted = known.posted(ExtractKind.BENEFIT_LINE_ACCOUNTS)
    if len(posted):
        touched = posted[posted["benefit_line"].isin(incoming["benefit_line"])]
        incoming = pd.concat(
            [touched[[*_KEY, "weight"]].assign(is_retracted=False, row=-1), incoming], ignore_index=True
        )
        incoming = incoming.drop_duplicates(_KEY, keep="last")
    broken: dict[int, Mapping[str, object]] = {}
    for (line, day), group in incoming.groupby(["benefit_line", "valid_from_on"], sort=False):
        weights = group.loc[~group["is_retracted"].astype(bool), "weight"]
        total = sum((Decimal(weight) for weight in weights), Decimal(0))
        if total != 1 and len(weights):
            words = {"text": f"{line} from {day}", "found": format(total.normalize(), "f")}
            broken.update({int(row): words for row in group["row"] if row >= 0})
    return [Fault("BEN-002", "weight", np.array(sorted(broken), dtype=np.int64), broken.__getitem__)] if broken else []

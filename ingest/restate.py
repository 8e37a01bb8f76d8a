"""What posting a part would do, compared in memory with what is known; the store does the same set by set."""

from __future__ import annotations

import pandas as pd

from ingest.known import Known
from models.actions.extracts import PartDelta
from models.domain.extract import PartCounts, Restatement
from models.store.merge import NormalisedPart
from models.store.tables import FACT_TABLES

_LISTED = 200


def compare_part(known: Known, part: NormalisedPart, bad: int) -> PartDelta:
    """Count new, changed and same rows of a part, and list the first values that it restates.

    Parameters
    ----------
    known
        Posted facts.
    part
        The good rows.
    bad
        How many rows of the part are bad.
    """
    fact = FACT_TABLES[part.kind]
    compared = list(fact.compared_names)
    posted = known.posted(part.kind)
    before = dict(zip(_rows(posted, list(fact.key_names)), _rows(posted, compared), strict=True)) if len(posted) else {}
    new = changed = 0
    restatements: list[Restatement] = []
    frame = part.frame
    said = zip(
        _rows(frame, list(fact.key_names)), _rows(frame, compared), frame["is_retracted"], frame["row_no"], strict=True
    )
    for key, values, is_retracted, line in said:
        if key not in before:
            new += not is_retracted
        elif is_retracted or before[key] != values:
            changed += 1
            pairs = [("retract", "", "retracted")] if is_retracted else _changes(compared, before[key], values)
            text = " · ".join(str(item) for item in key if item != "")
            restatements += [Restatement(part.kind.value, text, *pair, int(line)) for pair in pairs]
    rows_in = len(frame) + bad
    counts = PartCounts(rows_in, new, changed, rows_in - new - changed - bad, bad)
    return PartDelta(counts, tuple(restatements[:_LISTED]))


def _rows(frame: pd.DataFrame, names: list[str]) -> list[tuple[object, ...]]:
    """Rows as plain values, missing as None."""
    plain = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    return list(zip(*plain, strict=True))


def _changes(names: list[str], before: tuple[object, ...], after: tuple[object, ...]) -> list[tuple[str, str, str]]:
    return [(name, _said(was), _said(now)) for name, was, now in zip(names, before, after, strict=True) if was != now]


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)

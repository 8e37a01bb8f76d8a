"""What observations must hold: the columns of their KPI's aggregation, periods that are over, series without gaps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.known import Known
from ingest.tables import Details, Fault, Mask
from models.domain.extract import ExtractKind
from models.domain.measure import Aggregation

_VALUE_COLUMNS = ("value", "count", "numerator", "denominator")
_NEEDED = {
    Aggregation.SUM: ("value",),
    Aggregation.MEAN: ("value", "count"),
    Aggregation.RATIO: ("numerator", "denominator"),
}


def check_aggregation(cast: CastTable, known: Known) -> list[Fault]:
    """Each KPI's rows carry the columns of its aggregation, and no other."""
    rules = known.latest(ExtractKind.KPIS, ("kpi",), ("aggregation",))
    coded = cast.words["kpi"]
    aggregations = [rules.get((text,), (None,))[0] for text in coded.texts]
    live = ~cast.retracted()
    faults: list[Fault] = []
    for aggregation, needed in _NEEDED.items():
        here = coded.take(np.array([found == aggregation.value for found in aggregations], dtype=bool), missing=False)
        if not here.any():
            continue
        allowed = " and ".join(needed)
        for column in _VALUE_COLUMNS:
            empty = np.isnan(np.asarray(cast.columns[column], dtype=np.float64)) & ~cast.is_bad([column])
            filled = ~np.isnan(np.asarray(cast.columns[column], dtype=np.float64))
            wrong = here & live & (empty if column in needed else filled)
            code = "KPI-002" if column in needed else "KPI-003"
            rows = np.flatnonzero(wrong).astype(np.int64)
            if len(rows):
                faults.append(Fault(code, column, rows, _words(cast, column, aggregation, allowed)))
    return faults + _check_denominators(cast)


def _words(cast: CastTable, column: str, aggregation: Aggregation, allowed: str) -> Details:
    def words(row: int) -> Mapping[str, object]:
        text = cast.table.text_at(column, row)
        return {"text": text, "kpi": cast.words["kpi"].text(row), "found": aggregation.value, "allowed": allowed}

    return words


def _check_denominators(cast: CastTable) -> list[Fault]:
    """Refuse a ratio over nothing, unless there was nothing above either."""
    over = np.asarray(cast.columns["numerator"], dtype=np.float64)
    under = np.asarray(cast.columns["denominator"], dtype=np.float64)
    rows = np.flatnonzero((under == 0) & (over != 0) & ~np.isnan(over)).astype(np.int64)
    words = {"text": "0", "allowed": "greater than 0 where the numerator is not 0"}
    return [Fault("CELL-015", "denominator", rows, lambda _: words)] if len(rows) else []


#: What a KPI's observations and estimates rest on.
_DEFINED_BY = ("aggregation", "behaviour", "frequency", "better")


def check_definitions(cast: CastTable, known: Known) -> list[Fault]:
    """Flag KPIs whose definition changes while observations stand that were posted under the earlier one."""
    posted = known.posted(ExtractKind.KPIS)
    if not len(posted):
        return []
    before = posted.reindex(columns=["kpi", *_DEFINED_BY]).set_index("kpi").to_dict("index")
    keys, retracted = cast.words["kpi"], cast.retracted()
    changed: dict[int, tuple[str, str]] = {}
    for row in range(cast.table.rows):
        old = before.get(keys.text(row))
        if old is None or retracted[row]:
            continue
        new = {name: cast.words[name].text(row) for name in _DEFINED_BY}
        odd = [name for name in _DEFINED_BY if new[name] and isinstance(old[name], str) and new[name] != old[name]]
        if odd:
            changed[row] = (odd[0], "; ".join(f"{name} {old[name]} becomes {new[name]}" for name in odd))
    used = known.posted_where(ExtractKind.KPI_OBSERVATIONS, {"kpi": sorted({keys.text(row) for row in changed})})
    counts = used["kpi"].value_counts().to_dict() if len(used) else {}
    return [
        Fault("KPI-005", column, np.array([row], dtype=np.int64), _defined(keys.text(row), words, counts))
        for row, (column, words) in changed.items()
        if counts.get(keys.text(row))
    ]


def _defined(kpi: str, words: str, counts: Mapping[object, int]) -> Details:
    return lambda _: {"kpi": kpi, "found": words, "allowed": counts[kpi]}


#: Which rows of a kind are observed facts: all, or those whose column holds the word.
_OBSERVED: dict[ExtractKind, tuple[str, str] | None] = {
    ExtractKind.KPI_OBSERVATIONS: None,
    ExtractKind.HOURS: None,
    ExtractKind.COSTS: ("status", "actual"),
    ExtractKind.PL_ROWS: ("scenario", "actual"),
    ExtractKind.CLAIMS: ("purpose", "claim"),
}


def check_periods_over(cast: CastTable, known: Known) -> list[Fault]:
    """Flag observed facts in periods that are not over."""
    if known.today is None or cast.table.kind not in _OBSERVED:
        return []
    rule = _OBSERVED[cast.table.kind]
    ends = cast.spans["period"].ends
    late: Mask = ends > np.datetime64(known.today.isoformat()) + np.timedelta64(1, "D")
    if rule is not None:
        column, word = rule
        coded = cast.words[column]
        late &= coded.take(np.array([text == word for text in coded.texts], dtype=bool), missing=False).astype(bool)
    rows = np.flatnonzero(late).astype(np.int64)
    today = str(pd.Timestamp(known.today).date())
    return (
        [Fault("DATE-002", "period", rows, lambda row: {"text": cast.table.text_at("period", row), "found": today})]
        if len(rows)
        else []
    )

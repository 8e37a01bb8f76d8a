"""What approved cases must hold: versions that never change once posted, and lines that lead somewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.contracts.ledger import COST_CATEGORIES
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Fault
from models.domain.extract import ExtractKind
from models.store.tables import FACT_TABLES

_VERSION = ("initiative", "version")


def check_immutable(cast: CastTable, known: Known) -> list[Fault]:
    """Require that a version of which rows of this kind are posted takes neither changes nor further rows."""
    fact = FACT_TABLES[cast.table.kind]
    posted = known.posted(cast.table.kind)
    if not len(posted):
        return []
    usable = ~cast.bad_rows()
    incoming = normalise_frame(cast, usable)
    key, compared = list(fact.key_names), list(fact.compared_names)
    versions = set(posted[list(_VERSION)].astype(object).itertuples(index=False, name=None))
    before = dict(zip(_tuples(posted, key), _tuples(posted, compared), strict=True))
    broken: dict[int, str] = {}
    said = zip(
        np.flatnonzero(usable).tolist(),
        _tuples(incoming, list(_VERSION)),
        _tuples(incoming, key),
        _tuples(incoming, compared),
        incoming["is_retracted"].tolist(),
        strict=True,
    )
    for row, version, row_key, values, is_retracted in said:
        if version not in versions:
            continue
        if is_retracted:
            broken[row] = "withdraw from"
        elif row_key not in before:
            broken[row] = "extend"
        elif before[row_key] != values:
            broken[row] = "change"
    return _tell_broken(cast, broken)


def _tuples(frame: pd.DataFrame, names: list[str]) -> list[tuple[object, ...]]:
    """Rows as plain values, missing as None."""
    plain = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    return list(zip(*plain, strict=True))


def _tell_broken(cast: CastTable, broken: dict[int, str]) -> list[Fault]:
    def words(row: int) -> Mapping[str, object]:
        version = cast.table.text_at("version", row)
        return {"text": cast.words["initiative"].text(row), "version": version, "found": broken[row]}

    return [Fault("CASE-001", "", np.array(sorted(broken), dtype=np.int64), words)] if broken else []


def check_case_lines(cast: CastTable, known: Known) -> list[Fault]:
    """Require that a benefit row names a line of the initiative, a cost row a cost category, both a known case."""
    lines = known.latest(ExtractKind.BENEFIT_LINES, ("benefit_line",), ("initiative",))
    columns = {name: cast.words[name].objects() for name in ("initiative", "line", "side")}
    usable = ~cast.is_bad(["initiative", "line", "side"]) & ~cast.retracted()
    broken = []
    for row in np.flatnonzero(usable).tolist():
        initiative, line, side = (columns[name][row] for name in ("initiative", "line", "side"))
        is_fine = line in COST_CATEGORIES if side == "cost" else lines.get((line,), (None,))[0] == initiative
        if not is_fine and None not in {initiative, line, side}:
            broken.append(row)

    def words(row: int) -> Mapping[str, object]:
        return {
            "text": columns["line"][row],
            "initiative": columns["initiative"][row],
            "allowed": ", ".join(COST_CATEGORIES),
        }

    faults = [Fault("CASE-002", "line", np.array(broken, dtype=np.int64), words)] if broken else []
    return faults + _check_known(cast, known, ExtractKind.APPROVED_CASES, _VERSION, "version", "version of the case")


def check_case_periods(cast: CastTable, known: Known) -> list[Fault]:
    """Require that each period belongs to a known line of the case."""
    names = (*_VERSION, "line")
    return _check_known(cast, known, ExtractKind.APPROVED_CASE_LINES, names, "line", "line of that version of the case")


def _check_known(
    cast: CastTable, known: Known, target: ExtractKind, names: tuple[str, ...], column: str, noun: str
) -> list[Fault]:
    """Name rows whose compound key is not that of a known row of another kind."""
    there = set(known.latest(target, names, ()))
    usable = ~cast.is_bad(names) & ~cast.retracted()
    frame = normalise_frame(cast, usable)
    rows = np.flatnonzero(usable)
    missing = rows[[None not in key and key not in there for key in _tuples(frame, list(names))]]
    words: Callable[[int], Mapping[str, object]] = lambda row: {  # noqa: E731 - one of a family
        "text": cast.table.text_at(column, row),
        "noun": noun,
        "allowed": target.value,
    }
    return [Fault("REF-001", column, missing.astype(np.int64), words)] if len(missing) else []

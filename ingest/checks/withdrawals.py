"""A key that others build on is not withdrawn from under them: what refers to it would silently stop counting."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.cast import CastTable
from ingest.checks.references import KEYS
from ingest.coded import Coded
from ingest.contracts import contract_of
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Details, Fault
from models.domain.extract import ExtractKind
from models.store.tables import FACT_TABLES


def check_withdrawals(cast: CastTable, known: Known) -> list[Fault]:
    """Name retractions that would leave posted rows of other kinds without the key that they refer to.

    A key of several rows (dated versions) may lose all but one of them.
    """
    if not (cast.retracted() & ~cast.bad_rows()).any():
        return []
    faults = []
    for column, references in _references_to(cast.table.kind).items():
        holders = _find_holders(_gone(cast, known, column), references, known)
        if holders:
            coded = cast.words[column]
            is_held = np.array([text in holders for text in coded.texts], dtype=bool)
            rows = coded.rows_where(is_held)
            faults.append(Fault("REF-005", column, rows[cast.retracted()[rows]], _words(coded, holders)))
    return faults


def _references_to(kind: ExtractKind) -> dict[str, list[tuple[ExtractKind, str]]]:
    """Return by column of a kind the columns of other kinds that name its values; accounts may stand unmapped."""
    found: dict[str, list[tuple[ExtractKind, str]]] = {}
    for other in ExtractKind:
        for spec in contract_of(other).columns:
            if spec.refers_to == kind and other is not kind and spec.name != "account":
                found.setdefault(KEYS.get(kind, spec.name), []).append((other, spec.name))
    return found


def _gone(cast: CastTable, known: Known, column: str) -> set[str]:
    """Return values of a column that no row holds any more once the file is posted."""
    names = list(FACT_TABLES[cast.table.kind].key_names)
    retracted = normalise_frame(cast, cast.retracted() & ~cast.bad_rows())
    kept = normalise_frame(cast, ~cast.retracted())
    posted = known.posted_where(cast.table.kind, {column: retracted[column].unique().tolist()})
    withdrawn = set(retracted[names].itertuples(index=False, name=None))
    is_left = [key not in withdrawn for key in posted[names].itertuples(index=False, name=None)]
    return set(retracted[column]) - set(posted[column][is_left]) - set(kept[column])


def _find_holders(gone: set[str], references: list[tuple[ExtractKind, str]], known: Known) -> dict[str, str]:
    """Return for each value that is still named the first kind that names it, in words."""
    holders: dict[str, str] = {}
    for kind, column in references:
        if open_values := gone - holders.keys():
            frame = known.posted_where(kind, {column: sorted(open_values)})
            counts = frame[column].value_counts()
            holders |= {str(value): f"{count:,} rows of {kind.value}" for value, count in counts.items()}
    return holders


def _words(coded: Coded, holders: Mapping[str, str]) -> Details:
    def words(row: int) -> Mapping[str, object]:
        return {"text": coded.text(row), "found": holders[coded.text(row)]}

    return words

"""What a row refers to must be known: posted, or in the same file. Aliases of units resolve by date."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from ingest.cast import CastTable
from ingest.coded import Coded
from ingest.known import Known
from ingest.tables import Details, Fault, Mask
from models.domain.extract import ExtractKind

_NOUNS = {
    "business_units": "business unit",
    "people": "person",
    "units": "unit",
    "initiatives": "initiative",
    "kpis": "KPI",
    "benefit_lines": "benefit line",
    "account_map": "P&L line",
    "other_programmes": "programme",
}
#: Column by which a kind is referred to.
KEYS = {
    "business_units": "business_unit",
    "people": "person",
    "units": "unit",
    "initiatives": "initiative",
    "kpis": "kpi",
    "benefit_lines": "benefit_line",
    "other_programmes": "programme",
}
#: The date on which an alias of the row's unit is read.
_DATES = {
    ExtractKind.KPI_OBSERVATIONS: "period",
    ExtractKind.HOURS: "period",
    ExtractKind.ROLLOUTS: "go_live_on",
    ExtractKind.OTHER_PROGRAMMES: "start_on",
}


def resolve_aliases(cast: CastTable, known: Known) -> list[Fault]:
    """Put the unit in place of an alias that is valid on the row's date; name what has no unit on that date."""
    date_column = _DATES.get(cast.table.kind)
    aliases = _read_aliases(known) if date_column else {}
    if not date_column or not aliases:
        return []
    coded = cast.words["unit"]
    is_alias = np.array([text in aliases for text in coded.texts], dtype=bool)
    rows = coded.rows_where(is_alias)
    if not len(rows):
        return []
    days = np.asarray(cast.columns[date_column], dtype="datetime64[D]")
    units = known.values(ExtractKind.UNITS, "unit")
    texts, places = list(coded.texts), {text: place for place, text in enumerate(coded.texts)}
    codes, resolved, expired = coded.codes.copy(), [], []
    for row in rows.tolist():
        alias = coded.texts[coded.codes[row]]
        unit = _unit_on(aliases[alias], days[row].item())
        if unit is not None:
            codes[row] = places.setdefault(unit, len(texts))
            if codes[row] == len(texts):
                texts.append(unit)
            resolved.append(row)
        elif alias not in units and not np.isnat(days[row]):
            expired.append(row)
    cast.set_words("unit", Coded(codes, tuple(texts)))
    return _tell_aliases(coded, aliases, days, np.array(resolved, dtype=np.int64), np.array(expired, dtype=np.int64))


Alias = tuple[date, date | None, str]


def _read_aliases(known: Known) -> dict[str, list[Alias]]:
    rows = known.latest(ExtractKind.UNIT_ALIASES, ("alias", "from_on"), ("unit", "to_on"))
    found: dict[str, list[Alias]] = {}
    for (alias, from_on), (unit, to_on) in rows.items():
        if isinstance(from_on, date) and isinstance(unit, str):
            found.setdefault(str(alias), []).append((from_on, to_on if isinstance(to_on, date) else None, unit))
    return found


def _unit_on(aliases: list[Alias], day: date | None) -> str | None:
    if day is None:
        return None
    return next((unit for start, end, unit in aliases if start <= day and (end is None or day < end)), None)


def _tell_aliases(
    coded: Coded,
    aliases: dict[str, list[Alias]],
    days: NDArray[np.datetime64],
    resolved: NDArray[np.int64],
    expired: NDArray[np.int64],
) -> list[Fault]:
    def words(row: int) -> Mapping[str, object]:
        spans = [f"{unit} from {start} to {end or 'today'}" for start, end, unit in aliases[coded.text(row)]]
        return {"text": coded.text(row), "found": ", ".join(spans), "date": str(days[row])}

    faults = [Fault("REF-003", "unit", expired, words)] if len(expired) else []
    if len(resolved):
        faults.append(Fault("REF-004", "unit", resolved[:1], lambda _: {"found": len(resolved)}))
    return faults


def check_references(cast: CastTable, known: Known) -> list[Fault]:
    """Name every key that is not known."""
    faults: list[Fault] = []
    for spec in cast.table.contract.columns:
        if not spec.refers_to:
            continue
        target = ExtractKind(spec.refers_to)
        column = KEYS.get(spec.refers_to, spec.name)
        allowed = known.values(target, column)
        if target is cast.table.kind:
            allowed |= frozenset(cast.words[column].texts)
        coded = cast.words[spec.name]
        unknown = np.array([text not in allowed for text in coded.texts], dtype=bool)
        rows = coded.rows_where(unknown)
        rows = rows[~cast.is_bad([spec.name])[rows]]
        if len(rows):
            code = "REF-002" if column == "account" else "REF-001"
            faults.append(Fault(code, spec.name, rows, _words(coded, allowed, _NOUNS[spec.refers_to], spec.refers_to)))
    return faults


def _words(coded: Coded, allowed: frozenset[str], noun: str, contract: str) -> Details:
    def words(row: int) -> Mapping[str, object]:
        text = coded.text(row)
        return {"text": text, "noun": noun, "allowed": contract, "suggestion": suggest_key(text, allowed)}

    return words


def suggest_key(text: str, allowed: frozenset[str]) -> str:
    """Offer the known key that a text resembles: but for leading zeros or case first, else by likeness."""
    plain = text.lstrip("0").casefold()
    same = sorted(key for key in allowed if key.lstrip("0").casefold() == plain)
    if same:
        return same[0] if len(same) == 1 else ""
    return "".join(difflib.get_close_matches(text, sorted(allowed)[:5_000], n=1, cutoff=0.8))


def check_retractions(cast: CastTable, known: Known) -> list[Fault]:
    """Flag retractions of what is not known."""
    retracted: Mask = cast.retracted() & ~cast.bad_rows()
    if not retracted.any():
        return []
    from ingest.normalise import normalise_frame  # noqa: PLC0415 - normalising imports the checks' records
    from models.store.tables import FACT_TABLES  # noqa: PLC0415

    names = FACT_TABLES[cast.table.kind].key_names
    incoming = normalise_frame(cast, retracted)
    first = {names[0]: incoming[names[0]].unique().tolist()}
    posted = known.posted_where(cast.table.kind, first)
    there = set(posted[list(names)].itertuples(index=False, name=None)) if len(posted) else set()
    keys = list(incoming[list(names)].itertuples(index=False, name=None))
    missing = np.flatnonzero(retracted)[[key not in there for key in keys]]
    texts = dict(zip(np.flatnonzero(retracted).tolist(), keys, strict=True))

    def words(row: int) -> Mapping[str, object]:
        return {"text": " · ".join(str(part) for part in texts[row] if part != "")}

    return [Fault("KEY-002", "", missing.astype(np.int64), words)] if len(missing) else []

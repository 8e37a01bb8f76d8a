"""Trial balances against the P&L rows of the same entity and period, posted or in the same file."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from ingest.cast import CastTable
from ingest.findings import make_finding
from ingest.known import Known
from ingest.normalise import normalise_frame
from models.domain.extract import ExtractKind, Finding
from models.queries.control_totals import ACTUAL, check_control_totals
from models.store.tables import FACT_TABLES

_PLACE = ["entity", "start_on"]
_BOTH = (ExtractKind.TRIAL_BALANCES, ExtractKind.PL_ROWS)


def compare_trial_balances(casts: Sequence[CastTable], known: Known) -> list[Finding]:
    """Return a warning for each entity and period whose P&L rows do not agree, where both are known.

    Only what the file touches is compared; rows of the file stand in place of posted ones of the same key.
    """
    incoming = {kind: _incoming(kind, casts) for kind in _BOTH}
    touched = pd.concat([frame[_PLACE] for frame in incoming.values() if len(frame)] or [pd.DataFrame(columns=_PLACE)])
    if touched.empty:
        return []
    where = {name: sorted(set(touched[name])) for name in _PLACE}
    balances = _overlay(ExtractKind.TRIAL_BALANCES, known.posted_where(ExtractKind.TRIAL_BALANCES, where), incoming)
    if balances.empty:
        return []
    balances = balances.assign(scenario=balances["scenario"].fillna("").replace("", ACTUAL))
    where = {name: sorted(set(balances[name])) for name in (*_PLACE, "scenario")}
    rows = _overlay(ExtractKind.PL_ROWS, known.posted_where(ExtractKind.PL_ROWS, where), incoming)
    places = set(touched.itertuples(index=False, name=None))
    table = next(cast for kind in _BOTH for cast in casts if cast.table.kind is kind).table
    return [
        make_finding(
            "CTRL-005",
            table.place(),
            {"found": control.sentence.rstrip("."), "text": control.entity, "date": control.period},
        )
        for control in check_control_totals(rows, balances, known.policy.calendar)
        if control.row_count + len(control.other_currencies)
        and not control.agrees
        and (control.entity, control.start_on) in places
    ]


def _incoming(kind: ExtractKind, casts: Sequence[CastTable]) -> pd.DataFrame:
    frames = [normalise_frame(cast, ~cast.bad_rows()) for cast in casts if cast.table.kind is kind]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _overlay(kind: ExtractKind, posted: pd.DataFrame, incoming: dict[ExtractKind, pd.DataFrame]) -> pd.DataFrame:
    """Return posted rows with those of the file in place of the same key, retracted ones left out."""
    fact = FACT_TABLES[kind]
    columns = [*fact.key_names, *fact.value_names, "is_retracted"]
    frames = [posted.assign(is_retracted=False)] if len(posted) else []
    frames += [incoming[kind]] if len(incoming[kind]) else []
    if not frames:
        return pd.DataFrame(columns=columns)
    rows = pd.concat([frame[columns].astype(object) for frame in frames], ignore_index=True)
    rows = rows.drop_duplicates(list(fact.key_names), keep="last")
    return rows[~rows["is_retracted"].astype(bool)]

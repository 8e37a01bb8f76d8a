"""The rows behind cost that a shared platform passes on: the platform's cost and charges, and the drivers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from models.domain.extract import ExtractKind
from models.queries.knowledge import facts
from models.queries.lineage_scope import LineageScope
from models.queries.sources import SourceTable, table_of
from models.queries.spend_lineage import charge_tables

_PURPOSE: Mapping[str, object] = {"purpose": "platform_cost"}


def platform_tables(
    scope: LineageScope,
    initiative: str,
    seq: int,
    *,
    within: tuple[date, date] | None,
    spend: Mapping[str, object],
) -> tuple[SourceTable, ...]:
    """Return the rows of other initiatives' cost of which an initiative bears a part, and the drivers that say which.

    Drivers are all of a platform and period in which the initiative has a part, its own as a platform too; of other
    sides those alone that the person may see. What a platform out of scope passes on has no rows here.

    Parameters
    ----------
    within
        Only periods that share a day with [first, second).
    spend
        Stored column -> value of the cost rows that count.
    """
    drivers = _within(facts(scope.session, ExtractKind.ALLOCATION_DRIVERS, seq, where=_PURPOSE), within)
    drivers = drivers.loc[[_is_told(scope, row) for row in drivers.itertuples(index=False)]]
    borne = drivers[(drivers["initiative"] == initiative) & (drivers["subject"] != initiative)]
    places = set(zip(borne["subject"], borne["start_on"], strict=True))
    is_ours = [
        subject == initiative or (subject, start_on) in places
        for subject, start_on in zip(drivers["subject"], drivers["start_on"], strict=True)
    ]
    tables = list(_cost_tables(scope, seq, borne, spend)) if places else []
    tables.append(table_of(scope.session, ExtractKind.ALLOCATION_DRIVERS, drivers.loc[is_ours]))
    return tuple(table for table in tables if table.rows)


def _cost_tables(
    scope: LineageScope, seq: int, borne: pd.DataFrame, spend: Mapping[str, object]
) -> tuple[SourceTable, ...]:
    """Return cost rows of platforms in the periods that are shared, and the charges that count as such cost."""
    platforms = sorted(set(borne["subject"]))
    places = set(zip(borne["subject"], borne["start_on"], strict=True))
    costs = facts(scope.session, ExtractKind.COSTS, seq, where={**spend, "initiative": platforms})
    is_shared = [place in places for place in zip(costs["initiative"], costs["start_on"], strict=True)]
    span = min(borne["start_on"]), max(borne["end_on"])
    charges = charge_tables(scope.session, seq, initiatives=platforms, within=span)
    tables = (table_of(scope.session, ExtractKind.COSTS, costs.loc[is_shared]), *charges)
    return tuple(replace(table, is_platform=True) for table in tables)


def _is_told(scope: LineageScope, row: Any) -> bool:
    return scope.person.may_see(str(row.subject)) and scope.person.may_see(str(row.initiative))


def _within(frame: pd.DataFrame, within: tuple[date, date] | None) -> pd.DataFrame:
    if within is None or frame.empty:
        return frame
    return frame[(frame["start_on"] < within[1]) & (frame["end_on"] > within[0])]

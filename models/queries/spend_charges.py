"""Posted charges and mappings as records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pandas as pd

from models.domain.spend import Charge, ChargeMarks, MatchBy, SpendMapping

#: Stored columns from which `read_marks` tells whose a charge is.
MARK_COLUMNS = ("initiative", "resource", "sub_account", "service", "tags", "charge_start_on")
_CHARGE_COLUMNS = (
    "provider",
    "charge",
    "charge_end_on",
    "service_category",
    "invoice",
    "charge_class",
    "currency",
    "billed_cost",
    "effective_cost",
)


def read_mappings(frame: pd.DataFrame) -> tuple[SpendMapping, ...]:
    """Return the mappings of rows of spend_mappings."""
    return tuple(
        SpendMapping(
            match_by=MatchBy(row.match_by),
            match_name=_text(row.match_name),
            match_value=str(row.match_value),
            from_on=row.from_on,
            to_on=row.to_on if isinstance(row.to_on, date) else None,
            initiative=str(row.initiative),
            nature=str(row.nature),
            pl_line=_text(row.pl_line),
            cost_centre=_text(row.cost_centre),
        )
        for row in _records(frame)
    )


def read_charges(frame: pd.DataFrame) -> Iterator[Charge]:
    """Yield the charges of rows of focus_costs, in their order; charges of the same marks share one record of them."""
    known: dict[tuple[Any, ...], ChargeMarks] = {}
    marks_columns = [frame[name].tolist() for name in MARK_COLUMNS]
    own_columns = [frame[name].tolist() for name in _CHARGE_COLUMNS]
    for marked, own in zip(zip(*marks_columns, strict=True), zip(*own_columns, strict=True), strict=True):
        marks = known.get(marked) or known.setdefault(marked, read_marks(dict(zip(MARK_COLUMNS, marked, strict=True))))
        provider, charge, end_on, category, invoice, charge_class, currency, billed, effective = own
        yield Charge(
            provider=provider,
            charge=charge,
            marks=marks,
            end_on=end_on,
            service_category=_text(category),
            invoice=_text(invoice),
            is_correction=isinstance(charge_class, str),
            currency=currency,
            billed=Decimal(billed),
            effective=Decimal(effective),
        )


def read_marks(row: Mapping[str, Any]) -> ChargeMarks:
    """Return what of a stored charge tells whose it is."""
    return ChargeMarks(
        initiative=_text(row["initiative"]),
        resource=_text(row["resource"]),
        sub_account=_text(row["sub_account"]),
        service=_text(row["service"]),
        tags=read_tags(_text(row["tags"])),
        start_on=row["charge_start_on"],
    )


@lru_cache(maxsize=65_536)
def read_tags(text: str) -> tuple[tuple[str, str], ...]:
    """Return tags as pairs by name from their JSON object; a tag without a value says `true`."""
    if not text:
        return ()
    found = json.loads(text)
    pairs = [(name, value if isinstance(value, str) else json.dumps(value)) for name, value in found.items()]
    return tuple(sorted(pairs))


def _records(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

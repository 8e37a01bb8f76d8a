"""Rows of a policies frame as records: what a file proposes, or what is posted."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import fields

import pandas as pd

from models.domain.policy import Policy
from models.queries.knowledge import policy_of
from models.store.tables import PolicyRow


def policy_row(record: Mapping[Hashable, object]) -> PolicyRow | None:
    """Return a row of a frame as a row of the table; None where it retracts one."""
    if record.get("is_retracted"):
        return None
    names = set(PolicyRow.__table__.columns.keys())
    return PolicyRow(**{str(name): _plain(value) for name, value in record.items() if name in names})


def changed_terms(one: PolicyRow, other: PolicyRow) -> list[str]:
    """Return the terms in which two rows mean another policy; what is left out means its default."""
    before, after = policy_of(one), policy_of(other)
    found = [field.name for field in fields(Policy) if getattr(before, field.name) != getattr(after, field.name)]
    if one.payback_horizon_months != other.payback_horizon_months:
        found.append("payback_horizon_months")
    return [name.replace("_", " ") for name in found]


def _plain(value: object) -> object:
    """Return a cell of a frame as a column holds it: a missing one is None, a whole number an int."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    item = getattr(value, "item", None)
    return item() if callable(item) else value

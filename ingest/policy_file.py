"""A proposed policy as a file like any other: written from texts, checked like an upload, read back as a record."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ingest.check import CheckedExtract
from ingest.outcome import IngestOutcome
from ingest.pipeline import check_for_store, ingest_extract
from ingest.policy_rows import policy_row
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, require
from models.domain.policy import Policy
from models.queries.knowledge import policy_of
from models.store.engine import Store
from models.store.tables import FACT_TABLES

#: The columns of the contract, in order.
POLICY_COLUMNS: tuple[str, ...] = tuple(column.name for column in FACT_TABLES[ExtractKind.POLICIES].columns)


def policy_csv(values: Mapping[str, str]) -> bytes:
    """Return a policies file of one row from texts by column; what is not given stays empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(POLICY_COLUMNS)
    writer.writerow([values.get(name, "") for name in POLICY_COLUMNS])
    return out.getvalue().encode()


def policy_texts(policy: Policy, payback_horizon_months: int | None = None) -> dict[str, str]:
    """Return the texts by column that say a policy."""
    calendar = policy.calendar
    return {
        "version": str(policy.version),
        "effective_on": policy.effective_on.isoformat(),
        "reporting_currency": policy.reporting_currency,
        "fiscal_start_month": str(calendar.start_month),
        "calendar_pattern": calendar.pattern.value,
        "is_year_named_by_end": "yes" if calendar.is_named_by_end else "no",
        "horizon_months": str(policy.horizon_months),
        "discount_rate": str(policy.discount_rate),
        "discount_basis": policy.discount_basis.value,
        "timing": policy.timing.value,
        "interval_level": str(policy.interval_level),
        "rate_set": policy.rate_set.value,
        "persistence_rate": str(policy.persistence_rate),
        "persistence_low": str(policy.persistence_low),
        "persistence_high": str(policy.persistence_high),
        "auto_post_kinds": ";".join(sorted(policy.auto_post_kinds)),
        "payback_horizon_months": "" if payback_horizon_months is None else str(payback_horizon_months),
        "ledger_basis": policy.ledger_basis.value,
        "week_starts_on": calendar.week_starts_on.value,
    }


def check_policy(store: Store, content: bytes | Path, filename: str, now: datetime) -> CheckedExtract:
    """Check a policies file against what is posted; nothing is written."""
    return check_for_store(store, content, filename, now, ExtractKind.POLICIES)


def last_policy(checked: CheckedExtract) -> Policy | None:
    """Return the policy of a checked file that would come into force last; None where it has no good row."""
    found = []
    for part in checked.parts:
        if part.kind is ExtractKind.POLICIES:
            found += [policy_row(record) for record in part.frame.to_dict("records")]
    rows = [row for row in found if row is not None]
    if not rows:
        return None
    return policy_of(max(rows, key=lambda row: (str(row.effective_on), row.version)))


def propose_policy(store: Store, values: Mapping[str, str], *, person: Person, now: datetime) -> IngestOutcome:
    """Send a proposed policy in as a file, awaiting a second person.

    Raises
    ------
    NotPermittedError
        If the person may not propose policies.
    """
    require(person, Permission.PROPOSE_POLICY)
    filename = f"policy_version_{values.get('version', '')}.csv"
    return ingest_extract(
        store, policy_csv(values), filename=filename, person=person, now=now, kind=ExtractKind.POLICIES
    )

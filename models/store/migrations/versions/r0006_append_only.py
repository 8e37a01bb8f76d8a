"""Triggers that make the tables append-only."""

import sqlalchemy as sa
from alembic import op

from models.store.append_only import POSTGRESQL_FUNCTION, delete_trigger, set_once, unchanged, update_trigger

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = (
    "policies",
    "fx_rates",
    "business_units",
    "people",
    "units",
    "unit_aliases",
    "initiatives",
    "initiative_stages",
    "kpis",
    "benefit_lines",
    "account_map",
    "benefit_line_accounts",
    "claims",
    "rollouts",
    "kpi_observations",
    "costs",
    "pl_rows",
    "line_drivers",
    "hours",
    "trial_balances",
    "invoices",
    "expected_extracts",
    "other_programmes",
    "other_programme_amounts",
)
VERSIONED = ("approved_cases", "approved_case_lines", "approved_case_periods")
FROZEN = ("loads", "findings", "audit_events", "estimates", "publications", "valuations", "ledger_entries")
KEPT = {
    "sign_in_accounts": (
        ("person", "person_folded", "created_by", "created_at"),
        (),
        "an account keeps its person",
    ),
    "initiative_members": (
        ("id", "person", "initiative", "from_on", "reason", "proposed_by", "proposed_at"),
        ("approved_by", "approved_at", "refused_by", "refused_at", "ended_by", "ended_at"),
        "a membership keeps who proposed and approved it",
    ),
    "organisation": (
        ("id", "time_zone", "created_at"),
        (),
        "the time zone of the organisation never changes",
    ),
}


def _update_rules(dialect: str) -> dict[str, tuple[str, str]]:
    inspector = sa.inspect(op.get_bind())
    rules = {table: ("1 = 0", f"{table} rows never change") for table in FROZEN}
    for table in FACTS:
        names = [column["name"] for column in inspector.get_columns(table) if column["name"] != "superseded_by"]
        once = f"OLD.superseded_by IS NULL AND NEW.superseded_by IS NOT NULL AND {unchanged(names, dialect)}"
        rules[table] = (once, f"{table} rows never change")
    for table in VERSIONED:
        rules[table] = ("1 = 0", f"{table}: an approved version never changes; post a new version")
    for table, (kept, once_only, message) in KEPT.items():
        parts = [unchanged(kept, dialect), *([set_once(once_only, dialect)] if once_only else [])]
        rules[table] = (" AND ".join(parts), message)
    kept_of_extract = unchanged(("id", "sha256", "filename", "size_bytes", "uploaded_by", "received_at"), dialect)
    once_of_extract = set_once(("load_seq", "posted_at", "decided_by", "decided_at"), dialect)
    closed = f"(OLD.state NOT IN ('posted', 'refused') OR {unchanged(('state',), dialect)})"
    rules["extracts"] = (
        f"{kept_of_extract} AND {once_of_extract} AND {closed}",
        "an extract keeps its bytes, its uploader and its decision",
    )
    return rules


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
    for table, (allowed, message) in _update_rules(dialect).items():
        for statement in delete_trigger(table, dialect) + update_trigger(table, dialect, allowed, message):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in _update_rules(dialect):
        for name in ("no_delete", "no_update", *(["no_truncate"] if dialect == "postgresql" else [])):
            suffix = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_{name}{suffix}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION tieout_refuse()")

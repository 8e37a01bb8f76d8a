"""Statements that make a table append-only. Migrations use them as they stand.

A changed rule is a new function here.
"""

from __future__ import annotations

from collections.abc import Sequence

#: Raised by every trigger on PostgreSQL, with the message given as its argument.
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION tieout_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def delete_trigger(table: str, dialect: str) -> list[str]:
    """Return the statements that forbid every DELETE of `table` (and TRUNCATE on PostgreSQL)."""
    message = f"{table} rows are never deleted"
    if dialect == "sqlite":
        action = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        return [f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {action}"]
    action = f"EXECUTE FUNCTION tieout_refuse('{message}')"
    return [
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {action}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {action}",
    ]


def update_trigger(table: str, dialect: str, allowed: str, message: str) -> list[str]:
    """Return the statement that forbids an UPDATE of `table` unless a condition over OLD and NEW holds."""
    condition = f"NOT ({allowed})"
    if dialect == "sqlite":
        action = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        return [f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN {condition} {action}"]
    action = f"EXECUTE FUNCTION tieout_refuse('{message}')"
    return [f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) {action}"]


def unchanged(columns: Sequence[str], dialect: str) -> str:
    """Return the SQL condition that none of the columns changes."""
    same = "IS" if dialect == "sqlite" else "IS NOT DISTINCT FROM"
    return " AND ".join(f'NEW."{column}" {same} OLD."{column}"' for column in columns) or "TRUE"


def set_once(columns: Sequence[str], dialect: str) -> str:
    """Return the SQL condition that each of the columns changes from null only."""
    return " AND ".join(f"(OLD.{column} IS NULL OR {unchanged([column], dialect)})" for column in columns)

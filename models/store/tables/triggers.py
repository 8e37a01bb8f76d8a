"""Triggers that make the tables append-only, whoever writes to them."""

from __future__ import annotations

from sqlalchemy import Connection, Table, event

from models.store.append_only import POSTGRESQL_FUNCTION, delete_trigger, set_once, unchanged, update_trigger
from models.store.tables.columns import TableRow
from models.store.tables.decisions import PeriodEventRow, SharingRuleRow, SharingSignatureRow
from models.store.tables.facts import FACT_TABLES, IMMUTABLE_KINDS
from models.store.tables.people import AccountRow, InitiativeMemberRow
from models.store.tables.records import AuditEventRow, ExtractRow, FindingRow, LoadRow, OrganisationRow
from models.store.tables.results import EstimateRow, FollowUpRow, LedgerEntryRow, PublicationRow, ValuationRow


def _names(table: Table, *but: str) -> list[str]:
    return [column.name for column in table.columns if column.name not in but]


def fact_triggers(table: Table, dialect: str) -> list[str]:
    """Triggers of a fact table: only `superseded_by` may be set, once."""
    kept = unchanged(_names(table, "superseded_by"), dialect)
    allowed = f"OLD.superseded_by IS NULL AND NEW.superseded_by IS NOT NULL AND {kept}"
    message = f"{table.name} rows never change"
    if table.name in {kind.value for kind in IMMUTABLE_KINDS}:
        allowed, message = "1 = 0", f"{table.name}: an approved version never changes; post a new version"
    return delete_trigger(table.name, dialect) + update_trigger(table.name, dialect, allowed, message)


def _frozen(table: Table, dialect: str) -> list[str]:
    message = f"{table.name} rows never change"
    return delete_trigger(table.name, dialect) + update_trigger(table.name, dialect, "1 = 0", message)


def _extract_triggers(table: Table, dialect: str) -> list[str]:
    kept = unchanged(["id", "sha256", "filename", "size_bytes", "uploaded_by", "received_at"], dialect)
    once = set_once(["load_seq", "posted_at", "decided_by", "decided_at"], dialect)
    closed = f"(OLD.state NOT IN ('posted', 'refused') OR {unchanged(['state'], dialect)})"
    message = "an extract keeps its bytes, its uploader and its decision"
    return delete_trigger(table.name, dialect) + update_trigger(
        table.name, dialect, f"{kept} AND {once} AND {closed}", message
    )


def _account_triggers(table: Table, dialect: str) -> list[str]:
    allowed = unchanged(["person", "person_folded", "created_by", "created_at"], dialect)
    message = "an account keeps its person"
    return delete_trigger(table.name, dialect) + update_trigger(table.name, dialect, allowed, message)


def _member_triggers(table: Table, dialect: str) -> list[str]:
    kept = unchanged(["id", "person", "initiative", "from_on", "reason", "proposed_by", "proposed_at"], dialect)
    once = set_once(["approved_by", "approved_at", "refused_by", "refused_at", "ended_by", "ended_at"], dialect)
    return delete_trigger(table.name, dialect) + update_trigger(
        table.name, dialect, f"{kept} AND {once}", "a membership keeps who proposed and approved it"
    )


def _organisation_triggers(table: Table, dialect: str) -> list[str]:
    allowed = unchanged(["id", "time_zone", "created_at"], dialect)
    return delete_trigger(table.name, dialect) + update_trigger(
        table.name, dialect, allowed, "the time zone of the organisation never changes"
    )


_FROZEN_ROWS: tuple[type[TableRow], ...] = (
    LoadRow,
    FindingRow,
    AuditEventRow,
    EstimateRow,
    FollowUpRow,
    PublicationRow,
    ValuationRow,
    LedgerEntryRow,
    PeriodEventRow,
    SharingRuleRow,
    SharingSignatureRow,
)


def triggers_of(table: Table, dialect: str) -> list[str]:
    """Return the statements that create the triggers of a table; none for a table that is free to change."""
    special = {
        ExtractRow.__tablename__: _extract_triggers,
        AccountRow.__tablename__: _account_triggers,
        InitiativeMemberRow.__tablename__: _member_triggers,
        OrganisationRow.__tablename__: _organisation_triggers,
    }
    if table.name in special:
        return special[table.name](table, dialect)
    if table.name in {kind.value for kind in FACT_TABLES}:
        return fact_triggers(table, dialect)
    if table.name in {row_class.__tablename__ for row_class in _FROZEN_ROWS}:
        return _frozen(table, dialect)
    return []


def _create_triggers(table: Table, connection: Connection, **_: object) -> None:
    for statement in triggers_of(table, connection.dialect.name):
        connection.exec_driver_sql(statement)


def _create_function(_target: object, connection: Connection, **_: object) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(POSTGRESQL_FUNCTION.replace("%", "%%"))


def listen() -> None:
    """Let `metadata.create_all` create the triggers too."""
    event.listen(TableRow.metadata, "before_create", _create_function)
    for table in TableRow.metadata.tables.values():
        event.listen(table, "after_create", _create_triggers)

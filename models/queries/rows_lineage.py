"""The rows behind an amount that is their plain sum: costs, claims, a case, a line of the P&L."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.people import Permission, Person, require
from models.queries.knowledge import facts
from models.queries.lineage_scope import lineage_scope
from models.queries.platform_lineage import platform_tables
from models.queries.sources import SourceTable, source_table
from models.queries.spend_lineage import charge_tables


@dataclass(frozen=True, slots=True)
class RowsLineage:
    """Rows behind an amount that is their plain sum: costs, claims, case or P&L rows."""

    title: str
    initiative: str
    period: str | None
    tables: tuple[SourceTable, ...]


def initiative_rows_lineage(
    session: Session,
    person: Person,
    kind: ExtractKind,
    initiative: str,
    *,
    period: str | None = None,
    known_on: date | None = None,
) -> RowsLineage:
    """Return the cost, claim or case rows of an initiative."""
    scope = lineage_scope(session, person, known_on)
    scope.require(initiative)
    kinds = (
        (ExtractKind.APPROVED_CASES, ExtractKind.APPROVED_CASE_LINES, ExtractKind.APPROVED_CASE_PERIODS)
        if kind is ExtractKind.APPROVED_CASES
        else (kind,)
    )
    has_period = {ExtractKind.COSTS, ExtractKind.CLAIMS, ExtractKind.APPROVED_CASE_PERIODS}
    span = scope.span(period)
    tables = tuple(
        source_table(
            session, each, scope.seq, where={"initiative": initiative}, within=span if each in has_period else None
        )
        for each in kinds
    )
    if kind is ExtractKind.COSTS:
        tables += charge_tables(session, scope.seq, initiatives={initiative}, within=span)
        tables += platform_tables(scope, initiative, scope.seq, within=span, spend={})
    return RowsLineage(scope.names()[initiative], initiative, period, tables)


def ledger_rows_lineage(
    session: Session,
    person: Person,
    pl_line: str,
    *,
    period: str | None = None,
    known_on: date | None = None,
    entity: str = "",
    cost_centre: str = "",
) -> RowsLineage:
    """Return the P&L rows, drivers, account map and located costs behind a line of the ledger, or a part of it.

    Raises
    ------
    NotPermittedError
        If the person's role does not see the ledger, which holds every initiative.
    NotFoundError
        If no account leads to such a line.
    """
    require(person, Permission.VIEW_LEDGER)
    scope = lineage_scope(session, person, known_on)
    accounts = facts(session, ExtractKind.ACCOUNT_MAP, scope.seq, where={"pl_line": pl_line})
    if accounts.empty:
        raise NotFoundError(f"there is no P&L line {pl_line}")
    span = scope.span(period)
    place = {name: key for name, key in (("entity", entity), ("cost_centre", cost_centre)) if key}
    booked: dict[str, object] = {"account": sorted(set(accounts["account"])), **place}
    tables = (
        source_table(session, ExtractKind.PL_ROWS, scope.seq, where=booked, within=span),
        source_table(session, ExtractKind.COSTS, scope.seq, where={"pl_line": pl_line, **place}, within=span),
        source_table(session, ExtractKind.LINE_DRIVERS, scope.seq, where={"pl_line": pl_line}, within=span),
        source_table(session, ExtractKind.ACCOUNT_MAP, scope.seq, where={"pl_line": pl_line}),
    )
    name = accounts.iloc[-1]["pl_line_name"]
    return RowsLineage(
        str(name) if isinstance(name, str) and name else pl_line,
        "",
        period,
        tuple(table for table in tables if table.rows),
    )

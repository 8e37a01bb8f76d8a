"""From a figure to the rows behind it: figure -> benefit line and fiscal period -> rows with extract, sheet and row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.extract import ExtractKind
from models.domain.joint import JOINT_PREFIX, lines_of
from models.domain.people import Person
from models.queries.knowledge import estimate_known, facts, publication_known
from models.queries.lineage_scope import LineageScope, lineage_scope
from models.queries.lineage_shared import require_bearer, shared_in_scope
from models.queries.platform_lineage import platform_tables
from models.queries.sources import SourceTable, source_table
from models.queries.spend_lineage import charge_tables
from models.store.tables import FACT_TABLES, LedgerEntryRow, PublicationRow, ValuationRow

_CASHABLE = frozenset({"cashable", "revenue"})
_TOGETHER, _JOINT_EFFECT = "several initiatives together", "Joint effect"


class LineageFigure(StrEnum):
    """The figures that can be walked back."""

    CLAIMED = "claimed"
    MEASURED = "measured"
    REALISED = "realised"
    REALISED_CASHABLE = "realised_cashable"
    TIED_OUT = "tied_out"
    INVESTED = "invested"
    NET = "net"
    CASE = "case"


#: Rows of cost that are invested: an impairment takes off what was invested before.
_SPEND: Mapping[str, object] = {"status": "actual", "treatment": ("opex", "capitalised", "prepaid")}
#: Kinds whose rows sum to a figure, with the values that choose them.
_PLAIN_ROWS: Mapping[LineageFigure, tuple[tuple[ExtractKind, Mapping[str, object]], ...]] = {
    LineageFigure.CLAIMED: ((ExtractKind.CLAIMS, {"purpose": "claim"}),),
    LineageFigure.INVESTED: ((ExtractKind.COSTS, _SPEND),),
    LineageFigure.NET: ((ExtractKind.COSTS, _SPEND),),
    LineageFigure.CASE: ((ExtractKind.APPROVED_CASES, {}), (ExtractKind.APPROVED_CASE_PERIODS, {})),
}


@dataclass(frozen=True, slots=True)
class LineagePart:
    """One summand of a figure: a benefit line in a fiscal period, or a tied-out entry in a fiscal year.

    `pl_line` (with its name), `entity` and `cost_centre` are those of an entry, else empty. An entry that several
    initiatives share until a rule is signed has neither initiative nor benefit line.
    """

    initiative: str
    initiative_name: str
    benefit_line: str
    line_name: str
    period: str
    start_on: date
    amount_minor: int
    currency: str
    pl_line: str = ""
    entity: str = ""
    cost_centre: str = ""
    pl_line_name: str = ""


@dataclass(frozen=True, slots=True)
class FigureLineage:
    """The summands of a figure as published; the rows behind it where it is their plain sum."""

    figure: LineageFigure
    load_seq: int
    as_of: date
    currency: str
    total_minor: int
    parts: tuple[LineagePart, ...]
    tables: tuple[SourceTable, ...]


@dataclass(frozen=True, slots=True)
class LinePosting:
    """A published amount of a benefit line in a fiscal period."""

    period: str
    start_on: date
    measure: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class LineEstimate:
    """The estimate behind a benefit line: what it read, when, and its fingerprint."""

    id: int
    status: str
    fingerprint: str
    engine_version: int
    policy_version: int
    input_seq: int
    load_seq: int
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class LineLineage:
    """A benefit line with its published amounts, its estimate and every row they rest on."""

    benefit_line: str
    name: str
    initiative: str
    initiative_name: str
    period: str | None
    postings: tuple[LinePosting, ...]
    estimate: LineEstimate | None
    tables: tuple[SourceTable, ...]


def figure_lineage(
    session: Session, person: Person, figure: str, *, initiative: str | None = None, known_on: date | None = None
) -> FigureLineage:
    """Return what a published figure sums, in the person's scope.

    Raises
    ------
    InvalidInputError
        If there is no such figure.
    NotFoundError
        If nothing has been published, or the person may not see the initiative.
    """
    if figure not in set(LineageFigure):
        raise InvalidInputError(f"'{figure}' is no figure that can be walked back")
    wanted, scope = LineageFigure(figure), lineage_scope(session, person, known_on)
    publication = publication_known(session, scope.seq)
    if publication is None:
        raise NotFoundError("nothing has been valued yet")
    lines = _line_names(scope)
    if initiative:
        require_bearer(scope, publication, initiative)
    seen = shared_in_scope(scope, publication)
    parts = [
        part
        for part in _published_parts(scope, publication, wanted, lines)
        if (person.may_see(part.initiative) or _shared_key(part) in seen) and initiative in {None, "", part.initiative}
    ]
    tables = _plain_tables(scope, publication, wanted, initiative)
    return FigureLineage(
        wanted,
        publication.load_seq,
        publication.as_of,
        publication.currency,
        sum(part.amount_minor for part in parts),
        tuple(parts),
        tables,
    )


def _shared_key(part: LineagePart) -> tuple[object, ...]:
    """Return what names an amount of several initiatives: the joint effect, or line and fiscal year."""
    if part.initiative:
        return (part.initiative,)
    return part.pl_line, part.entity, part.cost_centre, part.start_on


def _line_names(scope: LineageScope) -> dict[str, str]:
    frame = facts(scope.session, ExtractKind.BENEFIT_LINES, scope.seq)
    return dict(zip(frame["benefit_line"], frame["name"], strict=True))


def _name_of(key: str, names: Mapping[str, str], joint: str) -> str:
    """Return a name by key; what several initiatives share has no name of its own."""
    return joint if key.startswith(JOINT_PREFIX) else names.get(key, key)


def _published_parts(
    scope: LineageScope, publication: PublicationRow, figure: LineageFigure, lines: dict[str, str]
) -> list[LineagePart]:
    names = scope.names()
    if figure in {LineageFigure.TIED_OUT, LineageFigure.NET}:
        return _tied_parts(scope, publication, names, lines)
    measure = {
        LineageFigure.MEASURED: "measured",
        LineageFigure.REALISED: "realised",
        LineageFigure.REALISED_CASHABLE: "realised",
    }.get(figure)
    if measure is None:
        return []
    query = select(ValuationRow).where(ValuationRow.load_seq == publication.load_seq, ValuationRow.measure == measure)
    rows = scope.session.scalars(
        query.order_by(ValuationRow.initiative, ValuationRow.benefit_line, ValuationRow.start_on)
    ).all()
    is_counted = [figure is not LineageFigure.REALISED_CASHABLE or row.benefit_class in _CASHABLE for row in rows]
    return [_part(scope, row, names, lines) for row, is_in in zip(rows, is_counted, strict=True) if is_in]


def _tied_parts(
    scope: LineageScope, publication: PublicationRow, names: dict[str, str], lines: dict[str, str]
) -> list[LineagePart]:
    query = select(LedgerEntryRow).where(
        LedgerEntryRow.load_seq == publication.load_seq, LedgerEntryRow.state == "tied_out"
    )
    rows = scope.session.scalars(
        query.order_by(LedgerEntryRow.initiative, LedgerEntryRow.benefit_line, LedgerEntryRow.start_on)
    ).all()
    pl_names = _pl_line_names(scope)
    return [
        replace(_part(scope, row, names, lines), pl_line_name=pl_names.get(row.pl_line, row.pl_line)) for row in rows
    ]


def _pl_line_names(scope: LineageScope) -> dict[str, str]:
    frame = (
        facts(scope.session, ExtractKind.ACCOUNT_MAP, scope.seq).sort_values("from_on").dropna(subset="pl_line_name")
    )
    return dict(zip(frame["pl_line"], frame["pl_line_name"], strict=True))


def _part(
    scope: LineageScope, row: ValuationRow | LedgerEntryRow, names: dict[str, str], lines: dict[str, str]
) -> LineagePart:
    fiscal_year, _ = scope.calendar.locate(row.start_on)
    is_entry = isinstance(row, LedgerEntryRow)
    return LineagePart(
        initiative=row.initiative,
        initiative_name=_name_of(row.initiative, names, _TOGETHER),
        benefit_line=row.benefit_line,
        line_name=_name_of(row.benefit_line, lines, _JOINT_EFFECT),
        period=f"FY{fiscal_year % 100:02d}"
        if is_entry
        else scope.calendar.label(scope.calendar.period_of(row.start_on)),
        start_on=row.start_on,
        amount_minor=row.amount_minor,
        currency=row.currency,
        pl_line=row.pl_line if isinstance(row, LedgerEntryRow) else "",
        entity=row.entity if isinstance(row, LedgerEntryRow) else "",
        cost_centre=row.cost_centre if isinstance(row, LedgerEntryRow) else "",
    )


def _plain_tables(
    scope: LineageScope, publication: PublicationRow, figure: LineageFigure, initiative: str | None
) -> tuple[SourceTable, ...]:
    """Return the rows whose plain sum is a figure: incurred to as-of, as the publication read them."""
    within = (date.min, publication.as_of + timedelta(days=1))
    tables = []
    for kind, chosen in _PLAIN_ROWS.get(figure, ()):
        where = dict(chosen) | _initiatives_where(scope, initiative)
        has_period = "start_on" in FACT_TABLES[kind].key_names
        tables.append(
            source_table(scope.session, kind, publication.input_seq, where=where, within=within if has_period else None)
        )
    if any(kind is ExtractKind.COSTS for kind, _ in _PLAIN_ROWS.get(figure, ())):
        own = {initiative} if initiative else scope.person.initiatives
        tables += charge_tables(scope.session, publication.input_seq, initiatives=own, within=within)
        if initiative:
            tables += platform_tables(scope, initiative, publication.input_seq, within=within, spend=_SPEND)
    currencies = {str(value) for table in tables for value in table.column("currency")} - {publication.currency}
    if currencies:  # the figure is in the reporting currency: the rates belong to what is behind it
        rates = {"rate_set": publication.rate_set, "currency": sorted(currencies)}
        tables.append(
            source_table(scope.session, ExtractKind.FX_RATES, publication.input_seq, where=rates, within=within)
        )
    return tuple(tables)


def _initiatives_where(scope: LineageScope, initiative: str | None) -> dict[str, object]:
    if initiative:
        return {"initiative": initiative}
    return {} if scope.person.initiatives is None else {"initiative": sorted(scope.person.initiatives)}


def line_lineage(
    session: Session, person: Person, benefit_line: str, *, period: str | None = None, known_on: date | None = None
) -> LineLineage:
    """Return a benefit line with its amounts, estimate and rows, in one fiscal period or all.

    Raises
    ------
    NotFoundError
        If there is no such line that the person may see.
    InvalidInputError
        If the period is no fiscal period.
    """
    scope = lineage_scope(session, person, known_on)
    lines = lines_of(benefit_line)
    versions = facts(session, ExtractKind.BENEFIT_LINES, scope.seq, where={"benefit_line": lines})
    initiatives = sorted({str(key) for key in versions["initiative"]})
    if versions.empty or not all(person.may_see(key) for key in initiatives):
        raise NotFoundError(f"there is no benefit line {benefit_line}")
    line, span = versions.iloc[-1], scope.span(period)
    initiative = benefit_line if benefit_line.startswith(JOINT_PREFIX) else str(line["initiative"])
    kpis = [str(line["kpi"])] + (
        [str(line["driver_kpi"])] if isinstance(line["driver_kpi"], str) and line["driver_kpi"] else []
    )
    tables = [
        source_table(session, ExtractKind.KPI_OBSERVATIONS, scope.seq, where={"kpi": kpis}, within=span),
        source_table(session, ExtractKind.ROLLOUTS, scope.seq, where={"initiative": initiatives}),
        source_table(session, ExtractKind.BENEFIT_LINES, scope.seq, where={"benefit_line": lines}),
        source_table(session, ExtractKind.BENEFIT_LINE_ACCOUNTS, scope.seq, where={"benefit_line": lines}),
        source_table(session, ExtractKind.HOURS, scope.seq, where={"benefit_line": lines}, within=span),
        source_table(session, ExtractKind.BUDGET_CUTS, scope.seq, where={"benefit_line": benefit_line}, within=span),
    ]
    return LineLineage(
        benefit_line=benefit_line,
        name=_name_of(benefit_line, {benefit_line: str(line["name"])}, _JOINT_EFFECT),
        initiative=initiative,
        initiative_name=_name_of(initiative, scope.names(), _TOGETHER),
        period=period,
        postings=_postings(scope, benefit_line, span),
        estimate=_estimate(session, benefit_line, scope.seq),
        tables=tuple(table for table in tables if table.rows),
    )


def _postings(scope: LineageScope, benefit_line: str, span: tuple[date, date] | None) -> tuple[LinePosting, ...]:
    publication = publication_known(scope.session, scope.seq)
    if publication is None:
        return ()
    query = select(ValuationRow).where(
        ValuationRow.load_seq == publication.load_seq, ValuationRow.benefit_line == benefit_line
    )
    if span is not None:
        query = query.where(ValuationRow.start_on >= span[0], ValuationRow.start_on < span[1])
    rows = scope.session.scalars(query.order_by(ValuationRow.start_on, ValuationRow.measure)).all()
    calendar = scope.calendar
    return tuple(
        LinePosting(
            calendar.label(calendar.period_of(row.start_on)), row.start_on, row.measure, row.amount_minor, row.currency
        )
        for row in rows
    )


def _estimate(session: Session, benefit_line: str, seq: int) -> LineEstimate | None:
    row = estimate_known(session, benefit_line, seq)
    if row is None:
        return None
    return LineEstimate(
        row.id,
        row.status,
        row.fingerprint,
        row.engine_version,
        row.policy_version,
        row.input_seq,
        row.load_seq,
        row.computed_at,
    )

"""Published valuations: the document, the rounded postings and the rows of the ledger, stored together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from models.domain.calendar import FiscalCalendar
from models.domain.ledger import Ledger, TieState
from models.domain.valuation import InitiativeValuation, PortfolioValuation, PublicationContext
from models.store.tables import (
    EstimateRow,
    ExtractRow,
    KpiObservationRow,
    LedgerEntryRow,
    LoadRow,
    PublicationRow,
    ValuationRow,
)

#: `component` of the rows that are entries, and of entries that several initiatives share.
ENTRY, UNSHARED = "entry", "unshared"


def find_publication(session: Session, fingerprint: str) -> int | None:
    """Return the number of the last publication if it was made from these inputs."""
    query = select(PublicationRow).order_by(PublicationRow.load_seq.desc()).limit(1)
    last = session.scalars(query).first()
    return last.load_seq if last is not None and last.fingerprint == fingerprint else None


def last_published_input_seq(session: Session) -> int:
    """Return the last number of the sequence that the last publication read; 0 before the first."""
    query = select(PublicationRow.input_seq).order_by(PublicationRow.load_seq.desc()).limit(1)
    return session.scalar(query) or 0


def last_input_seq(session: Session) -> int:
    """Return the last number of the sequence that a valuation reads: an extract or an estimate; 0 if nothing."""
    return session.scalar(select(func.max(LoadRow.load_seq)).where(LoadRow.kind != "publication")) or 0


def input_identities(session: Session, seq: int) -> list[list[object]]:
    """Return what identifies all that is known at `seq`: files by their SHA-256, estimates by their fingerprint."""
    files = select(ExtractRow.load_seq, ExtractRow.sha256).where(ExtractRow.load_seq <= seq)
    estimates = select(EstimateRow.load_seq, EstimateRow.fingerprint).where(EstimateRow.load_seq <= seq)
    rows = [*session.execute(files).all(), *session.execute(estimates).all()]
    return [[load_seq, identity] for load_seq, identity in sorted((int(row[0] or 0), row[1]) for row in rows)]


def last_kpi_day(session: Session, seq: int, by: date) -> date | None:
    """Return the last day of the last KPI period known at `seq` that is over by the end of `by`; None without any."""
    rows = KpiObservationRow
    is_over = rows.end_on <= by + timedelta(days=1)
    query = select(func.max(rows.end_on)).where(
        is_over,
        rows.load_seq <= seq,
        (rows.superseded_by.is_(None)) | (rows.superseded_by > seq),
        rows.is_retracted.is_(False),
    )
    end_on = session.scalar(query)
    return None if end_on is None else end_on - timedelta(days=1)


def add_publication(
    session: Session, valuation: PortfolioValuation, calendar: FiscalCalendar, *, fingerprint: str, document: str
) -> None:
    """Store a valuation in the caller's transaction: one row, its postings, its ledger."""
    context = valuation.context
    session.add(
        PublicationRow(
            load_seq=context.load_seq,
            as_of=context.as_of,
            input_seq=context.input_seq,
            fingerprint=fingerprint,
            policy_version=context.policy_version,
            level=context.level,
            rate_set=context.rate_set,
            currency=context.currency,
            computed_at=context.computed_at,
            document=document,
        )
    )
    session.flush()
    postings = [row for initiative in valuation.initiatives for row in _posting_rows(initiative, context)]
    if postings:
        session.execute(insert(ValuationRow), postings)
    cells = [*_cell_rows(valuation.ledger, context), *_entry_rows(valuation.ledger, context, calendar)]
    if cells:
        session.execute(insert(LedgerEntryRow), cells)


def _posting_rows(initiative: InitiativeValuation, context: PublicationContext) -> Iterator[dict[str, Any]]:
    for line in initiative.lines:
        for posting in line.postings:
            amounts = {
                "measured_native": (posting.native_minor, line.currency),
                "measured": (posting.measured_minor, context.currency),
                "realised": (posting.realised_minor, context.currency),
            }
            for measure, (amount_minor, currency) in amounts.items():
                yield {
                    "load_seq": context.load_seq,
                    "benefit_line": line.benefit_line,
                    "start_on": posting.start_on,
                    "benefit_class": line.benefit_class.value,
                    "measure": measure,
                    "end_on": posting.end_on,
                    "initiative": initiative.key,
                    "amount_minor": amount_minor,
                    "currency": currency,
                    "estimate_id": line.estimate_id,
                }


def _row(context: PublicationContext, span: tuple[date, date], **values: Any) -> dict[str, Any]:
    blank = {"entity": "", "benefit_line": "", "state": "", "initiative": "", "reason": ""}
    fixed = {"load_seq": context.load_seq, "start_on": span[0], "end_on": span[1], "currency": context.currency}
    return {**blank, **fixed, **values}


def _cell_rows(ledger: Ledger, context: PublicationContext) -> Iterator[dict[str, Any]]:
    for line in ledger.lines:
        for cell in line.cells:
            for row in cell.rows:
                name = row.component.value
                yield _row(
                    context,
                    (cell.start_on, cell.end_on),
                    pl_line=line.pl_line,
                    entity=line.entity,
                    component=f"{name}:{row.initiative}" if row.initiative else name,
                    initiative=row.initiative,
                    amount_minor=row.amount_minor,
                    reason=cell.reference_scenario,
                )


def _entry_rows(ledger: Ledger, context: PublicationContext, calendar: FiscalCalendar) -> Iterator[dict[str, Any]]:
    """Rows of entries, by fiscal year: the tied-out part and the rest under its state; then the unshared rows."""
    totals: dict[tuple[Any, ...], tuple[int, str]] = {}
    for entry in ledger.entries:
        for state, amount in (
            (TieState.TIED_OUT, entry.tied_minor),
            (entry.state, entry.amount_minor - entry.tied_minor),
        ):
            if amount:
                key = (entry.pl_line, entry.entity, entry.fiscal_year, entry.benefit_line, entry.initiative, state)
                totals[key] = (totals.get(key, (0, ""))[0] + amount, entry.reason)
    for (pl_line, entity, year, benefit_line, initiative, state), (amount, reason) in sorted(totals.items()):
        yield _row(
            context,
            _year_span(calendar, year),
            pl_line=pl_line,
            entity=entity,
            component=ENTRY,
            benefit_line=benefit_line,
            initiative=initiative,
            state=state.value,
            amount_minor=amount,
            reason=reason,
        )
    for row in ledger.unshared:
        yield _row(
            context,
            _year_span(calendar, row.fiscal_year),
            pl_line=row.pl_line,
            entity=row.entity,
            component=UNSHARED,
            state=TieState.TIED_OUT.value,
            amount_minor=row.tied_minor,
            reason=row.reason,
        )


def _year_span(calendar: FiscalCalendar, fiscal_year: str) -> tuple[date, date]:
    """Return the first day of FY26 and of the year after it."""
    year = 2000 + int(fiscal_year.removeprefix("FY"))
    return calendar.year_start(year), calendar.year_start(year + 1)

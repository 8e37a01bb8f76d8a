"""Published valuations: the document, the rounded postings and the rows of the ledger, stored together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from models.domain.calendar import FiscalCalendar
from models.domain.ledger import Ledger, TieState
from models.domain.measure import BenefitClass
from models.domain.valuation import LineValuation, PortfolioValuation, PublicationContext
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
#: Kinds of load that no valuation reads.
_OUTPUTS = ("publication", "follow_up")


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
    return session.scalar(select(func.max(LoadRow.load_seq)).where(LoadRow.kind.not_in(_OUTPUTS))) or 0


def last_input_seq_of_facts(session: Session) -> int:
    """Return the last number of the sequence that brought facts or an estimate, decisions left aside; 0 if nothing."""
    return session.scalar(select(func.max(LoadRow.load_seq)).where(LoadRow.kind.not_in((*_OUTPUTS, "decision")))) or 0


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
    lines = [line for initiative in valuation.initiatives for line in initiative.lines]
    lines += [joint.unshared for joint in valuation.joints if joint.unshared is not None]
    postings = [row for line in lines for row in _posting_rows(line, context)]
    if postings:
        session.execute(insert(ValuationRow), postings)
    cells = [*_cell_rows(valuation.ledger, context), *_entry_rows(valuation.ledger, context, calendar)]
    if cells:
        session.execute(insert(LedgerEntryRow), cells)


def _posting_rows(line: LineValuation, context: PublicationContext) -> Iterator[dict[str, Any]]:
    for posting in line.postings:
        own, cash = line.benefit_class.value, BenefitClass.CASHABLE.value
        amounts = [
            ("measured_native", own, posting.native_minor, line.currency),
            ("measured", own, posting.measured_minor, context.currency),
            ("realised", own, posting.realised_minor - posting.evidenced_minor, context.currency),
        ]
        if posting.evidenced_minor:  # by class: what of it became cash
            amounts.append(("realised", cash, posting.evidenced_minor, context.currency))
        for measure, benefit_class, amount_minor, currency in amounts:
            yield {
                "load_seq": context.load_seq,
                "benefit_line": line.benefit_line,
                "start_on": posting.start_on,
                "benefit_class": benefit_class,
                "measure": measure,
                "end_on": posting.end_on,
                "initiative": line.initiative,
                "amount_minor": amount_minor,
                "currency": currency,
                "estimate_id": line.estimate_id,
            }


def _row(context: PublicationContext, span: tuple[date, date], **values: Any) -> dict[str, Any]:
    blank = {"entity": "", "cost_centre": "", "benefit_line": "", "state": "", "initiative": "", "reason": ""}
    fixed = {"load_seq": context.load_seq, "start_on": span[0], "end_on": span[1], "currency": context.currency}
    return {**blank, **fixed, **values}


def _cell_rows(ledger: Ledger, context: PublicationContext) -> Iterator[dict[str, Any]]:
    """Rows of cells by line as it is looked at; roll-ups would repeat them."""
    for line in ledger.lines:
        for cell in line.cells if not line.is_roll_up else ():
            for row in cell.rows:
                yield _row(
                    context,
                    (cell.start_on, cell.end_on),
                    **_place_of(line.key),
                    component=f"{row.component.value}:{row.initiative}" if row.initiative else row.component.value,
                    initiative=row.initiative,
                    amount_minor=row.amount_minor,
                    reason=cell.reference_scenario,
                )


def _entry_rows(ledger: Ledger, context: PublicationContext, calendar: FiscalCalendar) -> Iterator[dict[str, Any]]:
    """Rows of entries, by fiscal year: the tied-out part and the rest under its state; then the unshared rows."""
    totals: dict[tuple[Any, ...], tuple[int, str]] = {}
    for entry in ledger.entries:
        place = (entry.pl_line, entry.entity, entry.cost_centre)
        for part in entry.parts:
            key = (place, entry.fiscal_year, entry.benefit_line, entry.initiative, part.state)
            totals[key] = (totals.get(key, (0, ""))[0] + part.amount_minor, part.reason)
    for (place, year, benefit_line, initiative, state), (amount, reason) in sorted(totals.items()):
        yield _row(
            context,
            _year_span(calendar, year),
            **_place_of(place),
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
            **_place_of((row.pl_line, row.entity, row.cost_centre)),
            component=UNSHARED,
            state=TieState.TIED_OUT.value,
            amount_minor=row.tied_minor,
            reason=row.reason,
        )


def _place_of(key: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("pl_line", "entity", "cost_centre"), key, strict=True))


def _year_span(calendar: FiscalCalendar, fiscal_year: str) -> tuple[date, date]:
    """Return the first day of FY26 and of the year after it."""
    year = 2000 + int(fiscal_year.removeprefix("FY"))
    return calendar.year_start(year), calendar.year_start(year + 1)

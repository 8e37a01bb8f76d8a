"""What stands in locked periods: the amounts of the publication on which the last of them was locked.

Every publication carries the amounts of periods locked before it unchanged, so the last lock's publication holds all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from models.domain.benefit_line import LineValuation, Posting
from models.domain.calendar import FiscalCalendar
from models.domain.effect import EvidenceGrade
from models.domain.ledger import LedgerLine
from models.domain.measure import BenefitClass
from models.domain.true_up import TrueUp
from models.domain.valuation import CostCell, PortfolioValuation
from models.value.locked_year import NO_YEARS, LockedYears, locked_years


@dataclass(frozen=True, slots=True)
class LockedLine:
    """The locked postings of a benefit line, with its class and grade at the lock."""

    benefit_line: str
    name: str
    initiative: str
    benefit_class: BenefitClass
    grade: EvidenceGrade | None
    estimate_id: int | None
    currency: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class LockedBook:
    """All that is locked to a day: benefits by line, costs by initiative, the ledger, and what was trued up till then.

    `years` is what was judged of fiscal years that are locked to their last period.

    `input_seq` is the last number of the sequence that the locked publication saw: what came later is a true-up.
    """

    to_on: date
    publication_seq: int
    input_seq: int
    policy_version: int
    engine_version: int
    currency: str
    lines: Mapping[str, LockedLine]
    costs: Mapping[str, tuple[CostCell, ...]]
    ledger: tuple[LedgerLine, ...]
    posted: tuple[TrueUp, ...]
    years: LockedYears = NO_YEARS


def locked_book(valuation: PortfolioValuation, to_on: date, calendar: FiscalCalendar) -> LockedBook:
    """Return what of a publication is locked to a day."""
    context = valuation.context
    return LockedBook(
        to_on=to_on,
        publication_seq=context.load_seq,
        input_seq=context.input_seq,
        policy_version=context.policy_version,
        engine_version=context.engine_version,
        currency=context.currency,
        lines={line.benefit_line: _locked_line(line, to_on) for line in _lines(valuation) if line.postings},
        costs={
            each.key: tuple(cell for cell in each.costs if cell.end_on <= _next(to_on))
            for each in valuation.initiatives
        },
        ledger=tuple(_locked_cells(line, to_on) for line in valuation.ledger.lines),
        posted=tuple(each for each in valuation.true_ups if each.posted_on is not None and each.posted_on <= to_on),
        years=locked_years(valuation.ledger, calendar, to_on),
    )


def _lines(valuation: PortfolioValuation) -> Iterable[LineValuation]:
    for initiative in valuation.initiatives:
        yield from initiative.lines
    for joint in valuation.joints:
        if joint.unshared is not None:
            yield joint.unshared


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _locked_line(line: LineValuation, to_on: date) -> LockedLine:
    return LockedLine(
        benefit_line=line.benefit_line,
        name=line.name,
        initiative=line.initiative,
        benefit_class=line.benefit_class,
        grade=line.grade,
        estimate_id=line.estimate_id,
        currency=line.currency,
        postings=tuple(posting for posting in line.postings if posting.end_on <= _next(to_on)),
    )


def _locked_cells(line: LedgerLine, to_on: date) -> LedgerLine:
    return LedgerLine(
        line.pl_line,
        line.name,
        line.kind,
        line.entity,
        tuple(cell for cell in line.cells if cell.end_on <= _next(to_on)),
        (),
        line.cost_centre,
        line.is_roll_up,
    )

"""What waits, by its age: amounts without a line, or on one whose ledger is open; and what others claim, beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import AgeRow, ClaimBeside, TieState
from models.domain.ledger_proof import AGE_LABELS, age_bucket
from models.domain.measure import BenefitClass
from models.value.facts import InitiativeFacts, LineFacts
from models.value.profit_line import LineKey, ProfitLines
from models.value.tie_out import LocatedPosting, RealisedPosting, fiscal_year_label, locate_postings


def age_postings(
    waiting: Mapping[TieState, Sequence[LocatedPosting]], calendar: FiscalCalendar, as_of: date
) -> tuple[AgeRow, ...]:
    """Return by initiative and state what waits, by fiscal periods since its posting; sums are exact."""
    rows = []
    for state, postings in waiting.items():
        amounts: dict[str, list[int]] = defaultdict(lambda: [0] * len(AGE_LABELS))
        oldest: dict[str, Period] = {}
        for posting in postings:
            source = posting.source
            amounts[source.initiative][age_bucket(age_in_periods(source.period, calendar, as_of))] += (
                posting.amount_minor
            )
            oldest[source.initiative] = min(source.period, oldest.get(source.initiative, source.period))
        rows += [
            AgeRow(initiative, state.value, calendar.label(oldest[initiative]), tuple(found))
            for initiative, found in sorted(amounts.items())
        ]
    return tuple(rows)


def age_in_periods(period: Period, calendar: FiscalCalendar, as_of: date) -> int:
    """Return how many fiscal periods lie between a period and that of as-of; 0 for the same one or a later one."""
    year, number = calendar.locate(period.start_on)
    year_now, number_now = calendar.locate(as_of)
    return max(0, (year_now - year) * 12 + number_now - number)


def claims_beside(
    initiatives: Sequence[InitiativeFacts],
    books: ProfitLines,
    lines: frozenset[LineKey],
    calendar: FiscalCalendar,
    as_of: date,
) -> tuple[ClaimBeside, ...]:
    """Return what owners and vendors claim to as-of, on the P&L lines of the benefit lines that they name."""
    totals: dict[tuple[str, str, str, LineKey, str], int] = defaultdict(int)
    for initiative in initiatives:
        own = {line.key: line for line in initiative.lines}
        for claim in initiative.claims:
            if claim.purpose != "claim" or claim.period.last_on > as_of:
                continue
            posting = _as_posting(initiative.key, own.get(claim.benefit_line), claim.period, claim.amount_minor)
            year = fiscal_year_label(calendar, claim.period)
            for part in locate_postings([posting], lines, books):
                totals[claim.claimant, initiative.key, claim.benefit_line, part.key, year] += part.amount_minor
    return tuple(
        ClaimBeside(claimant, initiative, line, *key, year, amount)
        for (claimant, initiative, line, key, year), amount in sorted(totals.items())
    )


def _as_posting(initiative: str, line: LineFacts | None, period: Period, amount_minor: int) -> RealisedPosting:
    """Return a claim as if it were posted; a line whose class reaches no P&L has no accounts."""
    is_cashable = line is not None and line.benefit_class.is_cashable
    accounts = line.accounts_on(period.last_on) if line is not None and is_cashable else ()
    key = line.key if line is not None else ""
    return RealisedPosting(initiative, key, BenefitClass.CASHABLE, EvidenceGrade.E0, period, amount_minor, accounts)

"""What a P&L line supports: entries against the movement beyond the flexed reference, by fiscal year to date.

Entries R, movement M beyond the flex and the costs located there in their direction, s = standard deviation of
unexplained over the 24 periods before the first entry x sqrt(n). R < 2s: too small to see. Else short = R if M <= 0,
otherwise max(0, R - M - 2s), and R - short is supported. We say "consistent with the ledger", never "proven".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np

from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import CONSISTENT, OPEN_LEDGER, Entry, LineTest, TieState, UnsharedRow
from models.domain.measure import BenefitClass
from models.value.facts import AccountWeight
from models.value.line_shares import share_supported, unshared_row
from models.value.profit_line import WHOLE_PL, FlexedCell, LineKey, ProfitLines
from models.value.splitting import scale_exactly, split_signed

#: Periods before the first entry over which the noise of a line is taken, and the fewest that tell anything.
NOISE_PERIODS = 24
MIN_NOISE_PERIODS = 6
LOWEST_TIED_GRADE = EvidenceGrade.E2
_SPREADS = 2.0
_SHORT = "The line moved less beyond its flexed reference than is held against it."
_BLIND = "No budget and no prior year to hold the line against."


@dataclass(frozen=True, slots=True)
class RealisedPosting:
    """A realised amount of a benefit line in a fiscal period, with the accounts on which it shows."""

    initiative: str
    benefit_line: str
    benefit_class: BenefitClass
    grade: EvidenceGrade
    period: Period
    amount_minor: int
    accounts: tuple[AccountWeight, ...]


@dataclass(frozen=True, slots=True)
class LocatedPosting:
    """The part of a realised posting that is held against one P&L line; the key is empty where there is none."""

    source: RealisedPosting
    key: LineKey
    amount_minor: int
    reason: str = ""


def locate_postings(
    postings: Sequence[RealisedPosting], lines: frozenset[LineKey], books: ProfitLines
) -> list[LocatedPosting]:
    """Split realised cashable postings over their P&L lines by signed weights, exactly; the rest is unlocated."""
    located: list[LocatedPosting] = []
    for posting in postings:
        parts: dict[LineKey, Fraction] = defaultdict(Fraction)
        reasons: dict[LineKey, str] = {}
        for account in posting.accounts:
            key = books.key_of(account.pl_line, account.entity, account.cost_centre)
            if key not in lines:
                place = "".join(f" of {part}" for part in key[1:] if part)
                reasons[WHOLE_PL] = f"The books have no P&L line {account.pl_line}{place}."
                key = WHOLE_PL
            parts[key] += Fraction(account.weight)
        if (rest := 1 - sum(parts.values())) != 0:
            parts[WHOLE_PL] += rest
            reasons.setdefault(
                WHOLE_PL,
                f"Its weights leave {float(rest):.0%} on no P&L line." if posting.accounts else "No account is linked.",
            )
        keys = list(parts)
        amounts = split_signed(posting.amount_minor, [parts[key] for key in keys])
        located.extend(
            LocatedPosting(posting, key, amount, reasons.get(key, ""))
            for key, amount in zip(keys, amounts, strict=True)
            if amount
        )
    return located


@dataclass(frozen=True, slots=True)
class _Noise:
    """The spread of a line's unexplained in one period, None where too few periods tell it."""

    spread: float | None
    n_periods: int


def measure_noise(cells: Sequence[FlexedCell], before: date) -> _Noise:
    """Return the standard deviation of unexplained over the last closed periods before a day."""
    usable = [cell for cell in cells if cell.period.start_on < before and cell.is_settled and cell.has_reference]
    values = [float(cell.moved_minor) for cell in usable[-NOISE_PERIODS:]]
    if len(values) < MIN_NOISE_PERIODS:
        return _Noise(None, len(values))
    return _Noise(float(np.std(values, ddof=1)), len(values))


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """The entries of one P&L line with its tests and unshared rows, and the postings for which its ledger is open."""

    entries: tuple[Entry, ...]
    tests: tuple[LineTest, ...]
    unshared: tuple[UnsharedRow, ...]
    waiting: tuple[LocatedPosting, ...]


#: Signed shares of initiatives of what a short line supports, by P&L line, entity, cost centre and fiscal year.
Shares = Mapping[tuple[str, str, str, str], Mapping[str, Fraction]]


def tie_line(
    key: LineKey,
    located: Sequence[LocatedPosting],
    cells: Sequence[FlexedCell],
    calendar: FiscalCalendar,
    shares: Shares | None = None,
) -> LineOutcome:
    """Hold the entries of a line against what it moved, fiscal year by fiscal year."""
    by_start = {cell.period.start_on: cell for cell in cells}
    noise = measure_noise(cells, min(posting.source.period.start_on for posting in located))
    years: dict[str, list[LocatedPosting]] = defaultdict(list)
    for posting in located:
        years[fiscal_year_label(calendar, posting.source.period)].append(posting)
    entries: list[Entry] = []
    tests: list[LineTest] = []
    unshared: list[UnsharedRow] = []
    waiting: list[LocatedPosting] = []
    for fiscal_year, postings in sorted(years.items(), key=lambda item: item[1][0].source.period.start_on):
        place = _Place(key, fiscal_year)
        open_ones: dict[str, list[LocatedPosting]] = defaultdict(list)
        blind: list[LocatedPosting] = []
        seen: list[LocatedPosting] = []
        for posting in postings:
            cell = by_start.get(posting.source.period.start_on)
            if cell is None or not cell.is_settled:
                open_ones[(cell.control if cell is not None else "") or OPEN_LEDGER].append(posting)
            else:
                (seen if cell.has_reference else blind).append(posting)
        for reason, held in open_ones.items():
            entries += place.entries(held, TieState.LEDGER_OPEN, reason)
            waiting += held
        entries += place.entries(blind, TieState.DRIVERS_MISSING, _BLIND)
        if seen:
            test = _test_year(fiscal_year, seen, by_start, noise, calendar)
            rule = (shares or {}).get((*key, fiscal_year)) if test.is_unshared else None
            if rule is not None:
                test = replace(test, is_unshared=False, reason=_SHORT)
            tests.append(test)
            found, rest = _entries_of_test(test, seen, place, rule)
            entries += found
            unshared += rest
    return LineOutcome(tuple(entries), tuple(tests), tuple(unshared), tuple(waiting))


def fiscal_year_label(calendar: FiscalCalendar, period: Period) -> str:
    """Return FY26 for a fiscal period."""
    return f"FY{calendar.locate(period.start_on)[0] % 100:02d}"


def _test_year(
    fiscal_year: str,
    seen: Sequence[LocatedPosting],
    by_start: Mapping[date, FlexedCell],
    noise: _Noise,
    calendar: FiscalCalendar,
) -> LineTest:
    first = min(posting.source.period for posting in seen)
    last = max(posting.source.period for posting in seen)
    window = [
        cell
        for start, cell in by_start.items()
        if first.start_on <= start <= last.start_on and cell.is_settled and cell.has_reference
    ]
    total = sum(posting.amount_minor for posting in seen)
    direction = -1 if total < 0 else 1
    movement = direction * sum(cell.moved_minor for cell in window)
    state, short, spread, reason = _judge(abs(total), movement, noise, len(window))
    initiatives = tuple(sorted({posting.source.initiative for posting in seen}))
    is_unshared = short > 0 and len(initiatives) > 1
    if is_unshared:
        reason = f"{len(initiatives)} initiatives are on this short line; it stays unshared until a rule is signed."
    supported = (
        0 if state in {TieState.TOO_SMALL_TO_SEE, TieState.DRIVERS_MISSING} else direction * (abs(total) - short)
    )
    return LineTest(
        fiscal_year,
        calendar.label(first),
        calendar.label(last),
        len(window),
        total,
        direction * movement,
        None if spread is None else round(spread),
        noise.n_periods,
        direction * short,
        supported,
        state,
        initiatives,
        is_unshared,
        reason,
    )


def _judge(entries: int, movement: int, noise: _Noise, n_periods: int) -> tuple[TieState, int, float | None, str]:
    """Apply the rule to amounts in the direction of the entries: state, short amount, noise and reason."""
    if noise.spread is None:
        reason = (
            f"The noise of the line is not known: {noise.n_periods} closed periods with a reference before go-live, "
            f"{MIN_NOISE_PERIODS} are needed."
        )
        return TieState.DRIVERS_MISSING, 0, None, reason
    spread = noise.spread * math.sqrt(n_periods)
    if entries < _SPREADS * spread:
        return (
            TieState.TOO_SMALL_TO_SEE,
            0,
            spread,
            "Less than twice the noise of the line: drill to cost centre or account.",
        )
    short = entries if movement <= 0 else max(0, math.ceil(entries - movement - _SPREADS * spread))
    if short == 0:
        return TieState.TIED_OUT, 0, spread, CONSISTENT
    return TieState.LOCATED_NOT_SUPPORTED, short, spread, _SHORT


def _entries_of_test(
    test: LineTest, seen: Sequence[LocatedPosting], place: _Place, rule: Mapping[str, Fraction] | None
) -> tuple[list[Entry], list[UnsharedRow]]:
    """Return the entries of a tested year, and what of a short line belongs to several initiatives."""
    state = TieState.OVERLAP_OPEN if test.is_unshared else test.state
    plain = place.entries(seen, state, test.reason)
    good = sum(entry.amount_minor for entry in plain if entry.grade >= LOWEST_TIED_GRADE)
    if test.is_unshared:
        return plain, [unshared_row(test, place.key, good)]
    if test.state is TieState.TIED_OUT:
        return [_tie(entry, entry.amount_minor, test.reason) for entry in plain], []
    if rule is None:
        if test.supported_minor == 0:
            return plain, []
        supported = scale_exactly([entry.amount_minor for entry in plain], test.supported_minor)
        return [_tie(entry, part, test.reason) for entry, part in zip(plain, supported, strict=True)], []
    parts, rest = share_supported(test, place.key, [(e.initiative, e.amount_minor) for e in plain], rule, good)
    return [_tie(entry, part, test.reason) for entry, part in zip(plain, parts, strict=True)], rest


def _tie(entry: Entry, supported: int, reason: str) -> Entry:
    if entry.grade < LOWEST_TIED_GRADE:
        evidence = f"The line supports it, but the evidence is {entry.grade.label}: E2 or better is needed."
        is_part = supported != entry.amount_minor
        return replace(
            entry,
            tied_minor=0,
            state=TieState.LOCATED_NOT_SUPPORTED,
            reason=f"{reason} The evidence is {entry.grade.label} besides: E2 or better is needed."
            if is_part
            else evidence,
        )
    is_whole = supported == entry.amount_minor
    state = TieState.TIED_OUT if is_whole else TieState.LOCATED_NOT_SUPPORTED
    return replace(entry, tied_minor=supported, state=state, reason=CONSISTENT if is_whole else reason)


@dataclass(frozen=True, slots=True)
class _Place:
    """A P&L line in a fiscal year."""

    key: LineKey
    fiscal_year: str

    def entries(self, postings: Sequence[LocatedPosting], state: TieState, reason: str) -> list[Entry]:
        """Sum postings by benefit line into entries of one state, nothing of them tied."""
        totals: dict[tuple[str, EvidenceGrade], int] = defaultdict(int)
        sources: dict[tuple[str, EvidenceGrade], RealisedPosting] = {}
        for posting in postings:
            line = posting.source.benefit_line, posting.source.grade
            totals[line] += posting.amount_minor
            sources[line] = posting.source
        return [
            Entry(
                sources[line].initiative,
                line[0],
                sources[line].benefit_class,
                sources[line].grade,
                self.key.pl_line,
                self.key.entity,
                self.fiscal_year,
                amount,
                0,
                state,
                reason,
                self.key.cost_centre,
            )
            for line, amount in sorted(totals.items())
        ]

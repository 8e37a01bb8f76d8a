"""What a P&L line supports: entries against the movement beyond the flexed reference, by fiscal year to date.

Entries R, movement M beyond the flex in their direction, s = standard deviation of unexplained over the 24 periods
before the first entry x sqrt(n). R < 2s: too small to see. Else short = R if M <= 0, otherwise max(0, R - M - 2s), and
R - short is supported. We say "consistent with the ledger", never "proven".
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import Entry, LineTest, TieState, UnsharedRow
from models.domain.measure import BenefitClass
from models.value.facts import AccountWeight
from models.value.profit_line import FlexedCell, LineKey
from models.value.splitting import scale_exactly, split_signed

#: Periods before the first entry over which the noise of a line is taken, and the fewest that tell anything.
NOISE_PERIODS = 24
MIN_NOISE_PERIODS = 6
_LOWEST_TIED_GRADE = EvidenceGrade.E2
_SPREADS = 2.0


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
    postings: Sequence[RealisedPosting], lines: frozenset[LineKey], by_entity: frozenset[str]
) -> list[LocatedPosting]:
    """Split realised cashable postings over their P&L lines by signed weights, exactly; the rest is unlocated."""
    located: list[LocatedPosting] = []
    for posting in postings:
        parts: dict[LineKey, Fraction] = defaultdict(Fraction)
        reasons: dict[LineKey, str] = {}
        for account in posting.accounts:
            key = (account.pl_line, account.entity if account.pl_line in by_entity else "")
            if key not in lines:
                reasons["", ""] = f"The books have no P&L line {account.pl_line}."
                key = ("", "")
            parts[key] += Fraction(account.weight)
        if (rest := 1 - sum(parts.values())) != 0:
            parts["", ""] += rest
            reasons.setdefault(
                ("", ""),
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
    usable = [cell for cell in cells if cell.period.start_on < before and cell.is_closed and cell.has_reference]
    values = [float(cell.actual_minor - cell.flexed_minor) for cell in usable[-NOISE_PERIODS:]]
    if len(values) < MIN_NOISE_PERIODS:
        return _Noise(None, len(values))
    return _Noise(float(np.std(values, ddof=1)), len(values))


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """The entries of one P&L line with its tests and unshared rows."""

    entries: tuple[Entry, ...]
    tests: tuple[LineTest, ...]
    unshared: tuple[UnsharedRow, ...]


def tie_line(
    key: LineKey, located: Sequence[LocatedPosting], cells: Sequence[FlexedCell], calendar: FiscalCalendar
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
    for fiscal_year, postings in sorted(years.items(), key=lambda item: item[1][0].source.period.start_on):
        open_ones: list[LocatedPosting] = []
        blind: list[LocatedPosting] = []
        seen: list[LocatedPosting] = []
        for posting in postings:
            cell = by_start.get(posting.source.period.start_on)
            if cell is None or not cell.is_closed:
                open_ones.append(posting)
            else:
                (seen if cell.has_reference else blind).append(posting)
        entries += _entries(open_ones, key, fiscal_year, TieState.LEDGER_OPEN, "The ledger of these periods is open.")
        entries += _entries(
            blind, key, fiscal_year, TieState.DRIVERS_MISSING, "No budget and no prior year to hold the line against."
        )
        if seen:
            test = _test_year(fiscal_year, seen, by_start, noise, calendar)
            tests.append(test)
            entries += _entries_of_test(test, seen, key)
            unshared += _unshared_of_test(test, seen, key)
    return LineOutcome(tuple(entries), tuple(tests), tuple(unshared))


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
        if first.start_on <= start <= last.start_on and cell.is_closed and cell.has_reference
    ]
    total = sum(posting.amount_minor for posting in seen)
    direction = -1 if total < 0 else 1
    movement = direction * sum(cell.actual_minor - cell.flexed_minor for cell in window)
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
        return TieState.TIED_OUT, 0, spread, "Consistent with what the line moved beyond its flexed reference."
    return (
        TieState.LOCATED_NOT_SUPPORTED,
        short,
        spread,
        "The line moved less beyond its flexed reference than is held against it.",
    )


def _entries_of_test(test: LineTest, seen: Sequence[LocatedPosting], key: LineKey) -> list[Entry]:
    if test.is_unshared:
        return _entries(seen, key, test.fiscal_year, TieState.OVERLAP_OPEN, test.reason)
    plain = _entries(seen, key, test.fiscal_year, test.state, test.reason)
    if test.state is TieState.TIED_OUT:
        return [_tie(entry, entry.amount_minor, test.reason) for entry in plain]
    if test.supported_minor == 0:
        return plain
    supported = scale_exactly([entry.amount_minor for entry in plain], test.supported_minor)
    return [_tie(entry, part, test.reason) for entry, part in zip(plain, supported, strict=True)]


def _tie(entry: Entry, supported: int, reason: str) -> Entry:
    if entry.grade < _LOWEST_TIED_GRADE:
        evidence = f"The line supports it, but the evidence is {entry.grade.label}: E2 or better is needed."
        return _with_tie(entry, 0, TieState.LOCATED_NOT_SUPPORTED, evidence)
    state = TieState.TIED_OUT if supported == entry.amount_minor else TieState.LOCATED_NOT_SUPPORTED
    return _with_tie(entry, supported, state, reason)


def _with_tie(entry: Entry, tied: int, state: TieState, reason: str) -> Entry:
    return Entry(
        entry.initiative,
        entry.benefit_line,
        entry.benefit_class,
        entry.grade,
        entry.pl_line,
        entry.entity,
        entry.fiscal_year,
        entry.amount_minor,
        tied,
        state,
        reason,
    )


def _unshared_of_test(test: LineTest, seen: Sequence[LocatedPosting], key: LineKey) -> list[UnsharedRow]:
    """Return the one row that several initiatives share: only the part of grade E2 or better is tied out."""
    if not test.is_unshared:
        return []
    good = sum(posting.amount_minor for posting in seen if posting.source.grade >= _LOWEST_TIED_GRADE)
    tied = round(Fraction(test.supported_minor * good, test.entries_minor)) if test.entries_minor else 0
    return [
        UnsharedRow(
            key[0], key[1], test.fiscal_year, test.initiatives, test.entries_minor, tied, test.short_minor, test.reason
        )
    ]


def _entries(
    postings: Sequence[LocatedPosting], key: LineKey, fiscal_year: str, state: TieState, reason: str
) -> list[Entry]:
    """Sum postings by benefit line into entries of one state, nothing of them tied."""
    totals: dict[str, int] = defaultdict(int)
    sources: dict[str, RealisedPosting] = {}
    for posting in postings:
        totals[posting.source.benefit_line] += posting.amount_minor
        sources[posting.source.benefit_line] = posting.source
    return [
        Entry(
            sources[line].initiative,
            line,
            sources[line].benefit_class,
            sources[line].grade,
            key[0],
            key[1],
            fiscal_year,
            amount,
            0,
            state,
            reason,
        )
        for line, amount in sorted(totals.items())
    ]

"""Measure the ledger of 1,000 initiatives over 36 fiscal periods beside a bare pandas groupby of the same rows.

`python -m benchmarks.ledger` draws entries and books from one seed, builds the ledger, and prints seconds, peak memory
and the ratio to the groupby that only sums. Nothing is estimated and nothing is stored.
"""

from __future__ import annotations

import resource
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from models.domain.calendar import FiscalCalendar, Period
from models.domain.effect import EvidenceGrade
from models.domain.ledger import Ledger, LedgerComponent, TieState, check_identities, total_by_state
from models.domain.measure import BenefitClass
from models.value.facts import AccountWeight
from models.value.ledger_book import build_ledger
from models.value.profit_line import LineAmount, LineDriver, LineName, ProfitLines
from models.value.tie_out import RealisedPosting

N_INITIATIVES, N_PERIODS, N_HISTORY = 1_000, 36, 24
N_LINES, N_ENTITIES, N_CENTRES = 60, 5, 4
CALENDAR = FiscalCalendar()
PERIODS = CALENDAR.periods_between(date(2022, 1, 1), date(2026, 12, 31))[: N_HISTORY + N_PERIODS]
BY_ENTITY = frozenset(f"L{i:02d}" for i in range(20, N_LINES))
BY_CENTRE = frozenset(f"L{i:02d}" for i in range(40, N_LINES))


def place_of(line: str, entity: int, centre: int) -> tuple[str, str]:
    """Return entity and cost centre as finely as a line is looked at."""
    return f"E{entity}", f"C{centre}" if line in BY_CENTRE else ""


def draw_books(rng: np.random.Generator) -> ProfitLines:
    """Return budget and actual of every line, entity, cost centre and period, with a volume driver each."""
    shape = (N_LINES, N_ENTITIES, N_CENTRES, len(PERIODS))
    budget = rng.integers(-(10**9), -(10**8), shape)
    actual = budget + rng.integers(-(10**6), 10**6, shape)
    amounts, drivers = [], []
    for i in range(N_LINES):
        line = f"L{i:02d}"
        for j in range(N_ENTITIES):
            for k in range(N_CENTRES):
                entity, centre = place_of(line, j, k)
                for t, period in enumerate(PERIODS):
                    planned, booked = int(budget[i, j, k, t]), int(actual[i, j, k, t])
                    amounts.append(LineAmount(line, entity, period, "budget", "B", planned, True, cost_centre=centre))
                    amounts.append(LineAmount(line, entity, period, "actual", "", booked, True, cost_centre=centre))
        factors = rng.integers(980, 1020, len(PERIODS))
        drivers += [
            LineDriver(line, "", period.start_on, LedgerComponent.VOLUME, Fraction(int(factor), 1000), None)
            for period, factor in zip(PERIODS, factors, strict=True)
        ]
    names = {f"L{i:02d}": LineName(f"L{i:02d}", f"Line {i}", "opex") for i in range(N_LINES)}
    return ProfitLines(names, tuple(amounts), tuple(drivers), (), BY_ENTITY, BY_CENTRE)


def draw_postings(rng: np.random.Generator) -> list[RealisedPosting]:
    """Return one benefit line per initiative on two P&L lines, realised in each of the 36 periods."""
    amounts = rng.integers(1, 10**7, (N_INITIATIVES, N_PERIODS))
    grades = (EvidenceGrade.E1, EvidenceGrade.E2, EvidenceGrade.E3, EvidenceGrade.E4)
    found = []
    for i in range(N_INITIATIVES):
        lines = [f"L{int(x):02d}" for x in rng.choice(N_LINES, 2, replace=False)]
        entity, centre = f"E{i % N_ENTITIES}", f"C{i % N_CENTRES}"
        accounts = tuple(
            AccountWeight(line, entity, centre, date(2020, 1, 1), Decimal(weight))
            for line, weight in zip(lines, ("1.6", "-0.6"), strict=True)
        )
        for t, period in enumerate(PERIODS[N_HISTORY:]):
            amount, grade = int(amounts[i, t]), grades[i % len(grades)]
            found.append(
                RealisedPosting(f"I{i:04d}", f"B{i:04d}", BenefitClass.CASHABLE, grade, period, amount, accounts)
            )
    return found


def sum_bare(books: ProfitLines, postings: list[RealisedPosting]) -> int:
    """Sum the same rows by line, entity, cost centre and period, and do nothing else."""
    booked = pd.DataFrame(
        [(a.pl_line, a.entity, a.cost_centre, a.period.start_on, a.scenario, a.amount_minor) for a in books.amounts],
        columns=["pl_line", "entity", "cost_centre", "start_on", "scenario", "amount"],
    )
    held = pd.DataFrame(
        [
            (w.pl_line, w.entity, w.cost_centre, p.period.start_on, p.initiative, p.amount_minor)
            for p in postings
            for w in p.accounts
        ],
        columns=["pl_line", "entity", "cost_centre", "start_on", "initiative", "amount"],
    )
    keys = ["pl_line", "entity", "cost_centre", "start_on"]
    cells = booked.groupby([*keys, "scenario"])["amount"].sum()
    return len(cells) + len(held.groupby([*keys, "initiative"])["amount"].sum())


def measure(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds without tracing, and the peak of traced memory in MB of a second run."""
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return seconds, peak


def last_day(periods: list[Period]) -> date:
    """Return the last day of the last period."""
    return periods[-1].last_on


def assert_exact(ledger: Ledger, postings: list[RealisedPosting]) -> None:
    """Stop if anything fails to sum: a fast wrong ledger is no result."""
    realised = sum(posting.amount_minor for posting in postings)
    tied = total_by_state(ledger.entries, ledger.unshared).get(TieState.TIED_OUT, 0)
    assert not any(each.difference_minor for each in check_identities(ledger, realised, realised, tied))
    for line in ledger.lines:
        for cell in line.cells:
            rest = sum(row.amount_minor for row in cell.rows if row.component is not LedgerComponent.ACTUAL)
            assert not cell.reference_scenario or rest == cell.amount_of(LedgerComponent.ACTUAL)


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    books, postings = draw_books(rng), draw_postings(rng)

    def build() -> Ledger:
        return build_ledger(postings, books, (), (), calendar=CALENDAR, as_of=last_day(PERIODS))[0]

    ledger = build()
    assert_exact(ledger, postings)
    bare_s, bare_mb = measure(lambda: sum_bare(books, postings))
    ledger_s, ledger_mb = measure(build)
    cells = sum(len(line.cells) for line in ledger.lines)
    print(f"{N_INITIATIVES:,} initiatives x {N_PERIODS} periods")
    print(f"{len(postings):,} postings, {len(books.amounts):,} amounts of the books")
    print(f"{len(ledger.lines):,} lines at every level, {cells:,} cells, {len(ledger.entries):,} entries")
    print(f"{'':24}{'seconds':>10}{'peak MB':>10}")
    print(f"{'bare pandas groupby':24}{bare_s:>10.2f}{bare_mb:>10.0f}")
    print(f"{'ledger':24}{ledger_s:>10.2f}{ledger_mb:>10.0f}")
    print(f"{'ratio':24}{ledger_s / bare_s:>9.1f}x{ledger_mb / bare_mb:>9.1f}x")
    print(f"peak of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:,.0f} MB")


if __name__ == "__main__":
    main()

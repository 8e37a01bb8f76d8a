"""A portfolio of twelve initiatives with planted faults: the ledger lists exactly those, to the cent.

Entries are given, not estimated. The expected amounts are computed here from the drawn books by the rule of
docs/methods/ledger.md, apart from the ledger's own code.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from models.domain.ledger import Ledger, LedgerComponent, TieState, check_identities, total_by_state
from models.value.ledger_book import EmbeddedAmount, build_ledger
from models.value.profit_line import LineAmount, LineDriver
from tests.value.builders import CALENDAR, make_books, month, posting

HISTORY = [month(year, n) for year in (2024, 2025) for n in range(1, 13)]
YEAR = [month(2026, n) for n in range(1, 10)]
BUDGET = -4_000_000_00
NOISE = 6_000_00
VOLUME = Fraction("1.04")
#: In order, none left out: under some the noise of a line accuses its true saving, by the rule in three of a hundred.
SEEDS = range(1, 13)
PLANTED = {"agency_labour", "marketing", "write_offs", "travel"}

#: P&L line -> what it truly moved a month, and the monthly entries by initiative.
MOVED = {
    "contract_staff": (90_000_00, {"INVOICES": 90_000_00}),
    "energy": (0, {"KILN": 70_000_00}),  # the budget holds all of it
    "freight": (80_000_00, {"ROUTES": 80_000_00}),  # on a line that rose with volume
    "it_support": (60_000_00, {"DESK": 60_000_00}),
    "agency_labour": (75_000_00, {"SHIFTS": 75_000_00, "ROSTER": 75_000_00}),
    "marketing": (50_000_00, {"COPY": 50_000_00, "IMAGES": 50_000_00}),
    "write_offs": (65_000_00, {"YARD": 65_000_00, "CAMERAS": 65_000_00}),
    "travel": (20_000_00, {"BOOKING": 70_000_00}),
}
DOUBLE = {"agency_labour", "marketing", "write_offs"}


def noise_of(seed: int) -> dict[str, list[int]]:
    """Noise of each line by period, whole cents."""
    rng = np.random.default_rng(seed)
    n = len(HISTORY) + len(YEAR)
    return {line: [round(x) for x in rng.normal(0.0, NOISE, n)] for line in MOVED}


def books_of(noise: dict[str, list[int]]) -> list[LineAmount]:
    rows = []
    for line, (moved, _) in MOVED.items():
        for i, period in enumerate([*HISTORY, *YEAR]):
            live = period in YEAR
            budget = BUDGET + (70_000_00 if line == "energy" and live else 0)
            flexed = round(budget * VOLUME) if line == "freight" and live else budget
            actual = flexed + (moved if live else 0) + noise[line][i]
            rows.append(LineAmount(line, "DE", period, "budget", "B26", budget, True))
            rows.append(LineAmount(line, "DE", period, "actual", "", actual, True))
    return rows


def portfolio(seed: int) -> tuple[Ledger, int]:
    postings = [
        posting(initiative, period, amount, [(line, "1")])
        for line, (_, entries) in MOVED.items()
        for initiative, amount in entries.items()
        for period in YEAR
    ]
    assert len({each.initiative for each in postings} | {"REPORTS"}) == 12
    postings += [posting("REPORTS", period, 30_000_00, []) for period in YEAR]
    held = [EmbeddedAmount("KILN", "L-KILN", "energy", "", period, 70_000_00, "B26") for period in YEAR]
    volume = [LineDriver("freight", "", period.start_on, LedgerComponent.VOLUME, VOLUME, None) for period in YEAR]
    books = make_books(books_of(noise_of(seed)), drivers=tuple(volume))
    ledger, _ = build_ledger(postings, books, held, (), calendar=CALENDAR, as_of=YEAR[-1].last_on)
    return ledger, sum(each.amount_minor for each in postings)


def expected_excess(line: str, noise: list[int]) -> int:
    """Apply the rule by hand: R - M - 2s, with the noise of 24 periods before, over nine."""
    moved, entries = MOVED[line]
    if line == "energy":
        moved = 70_000_00  # what the budget holds is added back
    spread = float(np.std(noise[:24], ddof=1)) * 3.0
    movement = 9 * moved + sum(noise[24:])
    return max(0, math.ceil(9 * sum(entries.values()) - movement - 2.0 * spread))


def accused_by_rule(seed: int) -> dict[str, int]:
    """Return every line that the rule calls short under the noise of a seed, with its excess, computed by hand."""
    noise = noise_of(seed)
    return {line: excess for line in MOVED if (excess := expected_excess(line, noise[line]))}


#: The first draw under which chance accuses nobody: the whole picture is told on it.
QUIET = next(seed for seed in SEEDS if set(accused_by_rule(seed)) == PLANTED)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_fault_is_listed_and_nothing_but_what_the_rule_says(seed: int):
    ledger, _ = portfolio(seed)
    found = {claim.pl_line: claim.excess_minor for claim in ledger.over_claims}
    assert set(found) >= PLANTED
    assert found == accused_by_rule(seed)


def test_chance_accuses_true_savings_of_this_portfolio_as_seldom_as_the_rule_says():
    seeds = range(1, 1001)
    accused = sum(len(set(accused_by_rule(seed)) - PLANTED) for seed in seeds)
    # Four true lines a seed at 2.87 %; 0.8 points are three standard errors of 4,000 draws.
    assert accused / (4 * len(seeds)) == pytest.approx(0.0287, abs=0.008)


def test_exactly_the_planted_faults_are_listed_with_their_amounts():
    ledger, realised = portfolio(QUIET)
    noise = noise_of(QUIET)
    found = {claim.pl_line: claim for claim in ledger.over_claims}
    assert set(found) == PLANTED
    assert {line for line, claim in found.items() if claim.is_double_count} == DOUBLE
    for line, claim in found.items():
        moved, entries = MOVED[line]
        assert claim.excess_minor == expected_excess(line, noise[line])
        assert claim.entries_minor == 9 * sum(entries.values())
        assert claim.movement_minor == 9 * moved + sum(noise[line][24:])
        assert {each.initiative: each.amount_minor for each in claim.entries} == {k: 9 * v for k, v in entries.items()}
        assert (claim.fiscal_year, claim.entity, claim.cost_centre) == ("FY26", "", "")
    (held,) = ledger.held_by_budget
    assert (held.initiative, held.pl_line, held.amount_minor, held.budget_version) == (
        "KILN",
        "energy",
        9 * 70_000_00,
        "B26",
    )
    states = {entry.initiative: entry.state for entry in ledger.entries}
    for true in ("INVOICES", "KILN", "ROUTES", "DESK"):
        assert states[true] is TieState.TIED_OUT, true
    assert states["BOOKING"] is TieState.LOCATED_NOT_SUPPORTED
    assert states["REPORTS"] is TieState.UNLOCATED
    assert {row.pl_line for row in ledger.unshared} == DOUBLE
    for row in ledger.unshared:
        assert row.tied_minor + row.short_minor == row.entries_minor
    totals = total_by_state(ledger.entries, ledger.unshared)
    assert sum(totals.values()) == realised
    tied = totals[TieState.TIED_OUT]
    assert [each.difference_minor for each in check_identities(ledger, realised, realised, tied)] == [0] * 5


def test_freight_rose_in_the_books_although_its_saving_is_true():
    ledger, _ = portfolio(QUIET)
    line = next(line for line in ledger.lines if line.pl_line == "freight")
    cells = [cell for cell in line.cells if cell.start_on >= YEAR[0].start_on]
    actual = sum(cell.amount_of(LedgerComponent.ACTUAL) for cell in cells)
    assert actual < 9 * BUDGET
    assert sum(cell.amount_of(LedgerComponent.VOLUME) for cell in cells) == 9 * round(BUDGET * (VOLUME - 1))


def accusation_rate(n_lines: int, seed: int) -> float:
    """Return how often a true saving, of exactly the movement, is called short: noise drawn, everything else true."""
    rng = np.random.default_rng(seed)
    spread = rng.normal(size=(n_lines, 24)).std(axis=1, ddof=1)
    movement = rng.normal(size=(n_lines, 9)).sum(axis=1)
    return float(np.mean(movement < -2.0 * spread * 3.0))


def test_a_true_saving_is_accused_by_chance_in_about_three_of_a_hundred_lines():
    # Student's t with 23 degrees of freedom below -2: 2.87 %; a known spread would give 2.28 %.
    assert accusation_rate(400_000, 1) == pytest.approx(0.0287, abs=0.001)

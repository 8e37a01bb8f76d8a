"""Random portfolios on random books, drawn whole from one seed, and what must hold of every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from models.domain.effect import EvidenceGrade
from models.domain.ledger import Ledger, LedgerCell, LedgerComponent, TieState, check_identities, total_by_state
from models.domain.measure import BenefitClass
from models.value.facts import AccountWeight, CostFacts, InitiativeFacts
from models.value.ledger_book import EmbeddedAmount, build_ledger
from models.value.profit_line import LineAmount, LineDriver, ProfitLines
from models.value.tie_out import LocatedPosting, RealisedPosting
from tests.value.builders import CALENDAR, make_books, make_initiative, month

PERIODS = [*(month(2025, n) for n in range(7, 13)), *(month(2026, n) for n in range(1, 4))]
AS_OF = PERIODS[-1].last_on
PLACES = (("DE", "C1"), ("DE", "C2"), ("UK", "C1"))
LINES = ("a", "b", "c")
_WEIGHTS = ((("a", "1"),), (("a", "1.6"), ("b", "-0.6")), (("b", "0.333"),), (("c", "0.5"), ("x", "0.5")), ())
_GRADES = tuple(EvidenceGrade)
_CLASSES = (BenefitClass.CASHABLE, BenefitClass.REVENUE, BenefitClass.COST_AVOIDANCE)
#: Line b is looked at by entity, line c by cost centre.
_FINE = {"by_entity": frozenset({"b", "c"}), "by_cost_centre": frozenset({"c"})}


def draw_books(rng: np.random.Generator) -> ProfitLines:
    """Return three lines in three cost centres with gaps, open periods, currencies and drivers."""
    shape = (len(LINES), len(PLACES), len(PERIODS))
    reference = rng.integers(-(10**8), 10**8, shape)
    actual = reference + rng.integers(-(10**5), 10**6, shape)
    has_reference, has_actual = rng.random(shape) < 0.99, rng.random(shape) < 0.99
    is_closed = rng.random(shape) < 0.98
    fx = [Fraction(int(x), 1000) for x in rng.integers(900, 1100, len(PLACES))]
    amounts = []
    for i, line in enumerate(LINES):
        for j, (entity, centre) in enumerate(PLACES):
            for k, period in enumerate(PERIODS):
                fine = centre if line == "c" else ""
                if has_reference[i, j, k]:
                    planned = int(reference[i, j, k])
                    amounts.append(LineAmount(line, entity, period, "budget", "V1", planned, True, fx[j], fine))
                if has_actual[i, j, k]:
                    booked, closed = int(actual[i, j, k]), bool(is_closed[i, j, k])
                    amounts.append(LineAmount(line, entity, period, "actual", "", booked, closed, Fraction(1), fine))
    factors = [Fraction(int(x), 997) for x in rng.integers(990, 1005, len(PERIODS))]
    drivers = [
        LineDriver("abc"[k % 3], ("", "DE")[k % 2], period.start_on, LedgerComponent.VOLUME, factors[k], None)
        for k, period in enumerate(PERIODS)
    ]
    return make_books(amounts, drivers=tuple(drivers), **_FINE)


def draw_postings(rng: np.random.Generator) -> list[RealisedPosting]:
    """Return up to twelve postings of five initiatives, of any sign, grade and class."""
    n = int(rng.integers(0, 13))
    amounts = rng.integers(-(10**6), 10**7, n)
    picks = rng.integers(0, 2**31, (n, 6))
    found = []
    for i in range(n):
        a, b, c, d, e, f = (int(x) for x in picks[i])
        entity, centre = PLACES[f % len(PLACES)]
        accounts = tuple(
            AccountWeight(line, entity, centre, date(2020, 1, 1), Decimal(weight))
            for line, weight in _WEIGHTS[a % len(_WEIGHTS)]
        )
        key = f"i{b % 5}"
        kind = _CLASSES[d % len(_CLASSES)]
        line = f"L-{key}-{kind.value}"
        period, grade = PERIODS[-1 - e % (3 if a % 7 else len(PERIODS))], _GRADES[c % len(_GRADES)]
        found.append(RealisedPosting(key, line, kind, grade, period, int(amounts[i]) or 1, accounts))
    return found


def draw_initiatives(rng: np.random.Generator) -> list[InitiativeFacts]:
    """Return initiatives with expensed, capitalised and impaired cost, some on a line, some on none."""
    found = []
    for i in range(int(rng.integers(0, 3))):
        entity, centre = PLACES[int(rng.integers(len(PLACES)))]
        build = CostFacts(
            category="vendor",
            nature="build",
            recurrence="one_off",
            treatment="capitalised",
            status="actual",
            period=PERIODS[0],
            cash_on=None,
            in_service_on=date(2025, 7, 1),
            useful_life_months=int(rng.integers(1, 14)),
            amount_minor=int(rng.integers(1, 10**6)),
            source_reference="R",
            pl_line=("a", "b", "c", "", "nowhere")[int(rng.integers(5))],
            entity=entity,
            cost_centre=centre,
        )
        run = replace(build, treatment="opex", nature="run", period=PERIODS[int(rng.integers(len(PERIODS)))])
        lost = replace(build, treatment="impairment", period=PERIODS[7], amount_minor=int(rng.integers(1, 10**5)))
        found.append(make_initiative(None, key=f"i{i}", costs=(build, run), impairments=(lost,)))
    return found


def draw_ledger(seed: int) -> tuple[Ledger, list[RealisedPosting], list[LocatedPosting]]:
    """Return a ledger with its postings, some of its short lines shared out by a rule."""
    rng = np.random.default_rng(seed)
    books, postings, initiatives = draw_books(rng), draw_postings(rng), draw_initiatives(rng)
    held = [EmbeddedAmount("i0", "L", "a", "", period, int(rng.integers(-999, 999)), "V1") for period in PERIODS[::3]]
    rule = {f"i{k}": Fraction(int(x), 500) for k, x in enumerate(rng.integers(0, 100, 5))}
    shares = {(*key, "FY26"): rule for key in (("a", "", ""), ("b", "DE", ""), ("c", "DE", "C1"))}
    ledger, located = build_ledger(
        postings, books, held, initiatives, calendar=CALENDAR, as_of=AS_OF, shares=shares if seed % 2 else None
    )
    return ledger, postings, located


def assert_cell_sums(cell: LedgerCell) -> None:
    """Rows before the actual sum to it."""
    rest = sum(row.amount_minor for row in cell.rows if row.component is not LedgerComponent.ACTUAL)
    assert not cell.reference_scenario or rest == cell.amount_of(LedgerComponent.ACTUAL)


def assert_levels_agree(ledger: Ledger) -> None:
    """Row by row, the parts of every roll-up sum to it; so do all lines to the whole P&L, but for unlocated cost."""
    parts = [line for line in ledger.lines if line.pl_line and not line.is_roll_up]
    for whole in (line for line in ledger.lines if line.is_roll_up or not line.pl_line):
        for cell in whole.cells:
            summed: dict[tuple[LedgerComponent, str], int] = {}
            for part in parts:
                if whole.pl_line in {"", part.pl_line} and whole.entity in {"", part.entity}:
                    for own in part.cells:
                        if own.start_on == cell.start_on:
                            for row in own.rows:
                                key = (row.component, row.initiative)
                                summed[key] = summed.get(key, 0) + row.amount_minor
            actual = (LedgerComponent.ACTUAL, "")
            found = {(row.component, row.initiative): row.amount_minor for row in cell.rows}
            assert found[actual] == summed[actual]
            if cell.reference_scenario and whole.pl_line:
                assert found == summed


def assert_exact(seed: int) -> None:
    """Cells, levels, entries, parts, states and ages of one random portfolio sum to the cent."""
    ledger, postings, located = draw_ledger(seed)
    realised = sum(posting.amount_minor for posting in postings)
    cashable = sum(posting.amount_minor for posting in postings if posting.benefit_class.is_cashable)
    assert sum(part.amount_minor for part in located) == cashable
    assert sum(entry.amount_minor for entry in ledger.entries) == realised
    for entry in ledger.entries:
        assert sum(part.amount_minor for part in entry.parts) == entry.amount_minor
        assert 0 <= entry.tied_minor * (1 if entry.amount_minor > 0 else -1) <= abs(entry.amount_minor)
    tied = total_by_state(ledger.entries, ledger.unshared).get(TieState.TIED_OUT, 0)
    assert all(not each.difference_minor for each in check_identities(ledger, realised, cashable, tied))
    for line in ledger.lines:
        for cell in line.cells:
            assert_cell_sums(cell)
    assert_levels_agree(ledger)

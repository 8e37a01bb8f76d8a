"""The ledger: what ties out, what is short, what is held twice, and that everything sums exactly."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.effect import EvidenceGrade
from models.domain.errors import InvalidInputError
from models.domain.ledger import Ledger, LedgerComponent, TieState
from models.domain.measure import BenefitClass
from models.value.ledger_book import EmbeddedAmount, build_ledger
from models.value.profit_line import LineDriver, ProgrammeAmount
from models.value.splitting import scale_exactly, split_signed
from tests.value.builders import CALENDAR, line_amounts, make_books, month, posting

HISTORY = [month(2024, n) for n in range(1, 13)] + [month(2025, n) for n in range(1, 13)]
YEAR = [month(2026, n) for n in range(1, 10)]
AS_OF = YEAR[-1].last_on


def moves(monthly: int, *, noise: int = 1000) -> list[tuple[object, int]]:
    """Two years that swing by `noise` about nothing, then nine months of a movement beside the same swings."""
    drawn = [noise if i % 2 else -noise for i in range(len(HISTORY) + len(YEAR))]
    before = list(zip(HISTORY, drawn, strict=False))
    return [*before, *((period, monthly + extra) for period, extra in zip(YEAR, drawn[len(HISTORY) :], strict=True))]


def book(postings, amounts, embedded=(), **others) -> Ledger:
    ledger, _ = build_ledger(postings, make_books(amounts, **others), embedded, (), calendar=CALENDAR, as_of=AS_OF)
    return ledger


def saves(initiative: str, monthly: int, pl_line: str, **kwargs):
    return [posting(initiative, period, monthly, [(pl_line, "1")], **kwargs) for period in YEAR]


def states_of(ledger: Ledger, initiative: str) -> set[TieState]:
    return {entry.state for entry in ledger.entries if entry.initiative == initiative}


def assert_exact(ledger: Ledger, postings) -> None:
    assert sum(entry.amount_minor for entry in ledger.entries) == sum(each.amount_minor for each in postings)
    for line in ledger.lines:
        for cell in line.cells:
            if cell.reference_scenario:
                explained = sum(r.amount_minor for r in cell.rows if r.component is not LedgerComponent.ACTUAL)
                assert explained == cell.amount_of(LedgerComponent.ACTUAL)


def test_a_seeded_portfolio_accuses_exactly_the_planted_faults():
    """True savings, one on a line that rose with volume, a double count, an over-claim, one budgeted, one small."""
    volume = [
        LineDriver("freight", "", period.start_on, LedgerComponent.VOLUME, Fraction("1.10"), None) for period in YEAR
    ]
    amounts = [
        *line_amounts("contractors", moves(50_000)),
        *line_amounts("freight", moves(-100_000 + 40_000)),  # ten per cent more volume, less a true saving
        *line_amounts("rent", moves(30_000)),
        *line_amounts("energy", moves(0)),
        *line_amounts("travel", moves(0)),
        *line_amounts("wages", moves(0, noise=60_000)),
    ]
    postings = [
        *saves("true", 50_000, "contractors"),
        *saves("volume", 40_000, "freight"),
        *saves("twin_a", 30_000, "rent"),
        *saves("twin_b", 30_000, "rent"),
        *saves("nothing", 20_000, "energy"),
        *saves("budgeted", 25_000, "travel"),
        *saves("small", 10_000, "wages"),
    ]
    embedded = [EmbeddedAmount("budgeted", "L-budgeted", "travel", "", period, 25_000, "V1") for period in YEAR]
    ledger = book(postings, amounts, embedded, drivers=tuple(volume))
    assert_exact(ledger, postings)
    assert states_of(ledger, "true") == {TieState.TIED_OUT}
    assert states_of(ledger, "volume") == {TieState.TIED_OUT}
    assert states_of(ledger, "budgeted") == {TieState.TIED_OUT}
    assert states_of(ledger, "small") == {TieState.TOO_SMALL_TO_SEE}
    assert states_of(ledger, "nothing") == {TieState.LOCATED_NOT_SUPPORTED}
    assert states_of(ledger, "twin_a") == states_of(ledger, "twin_b") == {TieState.OVERLAP_OPEN}
    assert {claim.initiatives for claim in ledger.over_claims} == {("nothing",), ("twin_a", "twin_b")}
    (shared,) = ledger.unshared
    assert shared.entries_minor == 60_000 * 9
    assert shared.tied_minor + shared.short_minor == shared.entries_minor
    assert abs(shared.tied_minor - 30_000 * 9) < 15_000
    (held,) = ledger.held_by_budget
    assert (held.initiative, held.amount_minor) == ("budgeted", 225_000)


def test_the_short_amount_is_what_the_rule_says():
    amounts = line_amounts("rent", [*moves(0)[: len(HISTORY)], *((period, 20_000) for period in YEAR)])
    postings = saves("a", 50_000, "rent")
    ledger = book(postings, amounts)
    spread = float(np.std([1000 if i % 2 else -1000 for i in range(24)], ddof=1)) * 3
    (claim,) = ledger.over_claims
    assert claim.movement_minor == 180_000
    assert claim.excess_minor == pytest.approx(450_000 - 180_000 - 2 * spread, abs=1)
    (entry,) = ledger.entries
    assert entry.tied_minor == 450_000 - claim.excess_minor
    assert entry.state is TieState.LOCATED_NOT_SUPPORTED


def test_evidence_of_grade_e1_is_located_and_not_tied_out():
    ledger = book(saves("a", 50_000, "rent", grade=EvidenceGrade.E1), line_amounts("rent", moves(50_000)))
    (entry,) = ledger.entries
    assert (entry.state, entry.tied_minor) == (TieState.LOCATED_NOT_SUPPORTED, 0)
    assert "E1" in entry.reason


def test_an_open_ledger_a_missing_reference_and_a_missing_line_are_said():
    half_open = line_amounts("rent", moves(50_000), open_from=YEAR[6])
    ledger = book(saves("a", 50_000, "rent"), half_open)
    assert states_of(ledger, "a") == {TieState.TIED_OUT, TieState.LEDGER_OPEN}
    no_reference = [amount for amount in line_amounts("rent", moves(50_000)[-9:]) if amount.scenario == "actual"]
    assert states_of(book(saves("a", 50_000, "rent"), no_reference), "a") == {TieState.DRIVERS_MISSING}
    short_history = line_amounts("rent", moves(50_000)[-12:])
    assert states_of(book(saves("a", 50_000, "rent"), short_history), "a") == {TieState.DRIVERS_MISSING}
    assert states_of(book(saves("a", 50_000, "nowhere"), half_open), "a") == {TieState.UNLOCATED}
    unlinked = [posting("a", period, 100, []) for period in YEAR]
    assert states_of(book(unlinked, half_open), "a") == {TieState.UNLOCATED}


def test_classes_that_move_no_account_have_states_of_their_own():
    postings = [
        *saves("avoided", 100, "rent", benefit_class=BenefitClass.COST_AVOIDANCE),
        *saves("stock", 100, "rent", benefit_class=BenefitClass.WORKING_CAPITAL),
    ]
    ledger = book(postings, line_amounts("rent", moves(0)))
    assert states_of(ledger, "avoided") == {TieState.NON_CASH}
    assert states_of(ledger, "stock") == {TieState.BALANCE_SHEET}


def test_revenue_shows_on_two_signed_lines():
    amounts = [*line_amounts("revenue", moves(16_000), reference=9_000_000), *line_amounts("cogs", moves(-6_000))]
    postings = [
        posting("a", period, 10_000, [("revenue", "1.6"), ("cogs", "-0.6")], benefit_class=BenefitClass.REVENUE)
        for period in YEAR
    ]
    ledger = book(postings, amounts)
    assert_exact(ledger, postings)
    assert {entry.pl_line: entry.amount_minor for entry in ledger.entries} == {"revenue": 144_000, "cogs": -54_000}
    assert states_of(ledger, "a") == {TieState.TIED_OUT}
    assert sum(entry.tied_minor for entry in ledger.entries) == 90_000


def test_without_a_budget_the_year_before_is_the_reference_and_what_it_held_is_added_back():
    movements = [(period, 0) for period in HISTORY[:12]] + [(period, 5_000) for period in HISTORY[12:]]
    amounts = [a for a in line_amounts("rent", [*movements, *((p, 5_000) for p in YEAR)]) if a.scenario == "actual"]
    postings = [posting("a", period, 5_000, [("rent", "1")]) for period in (*HISTORY[12:], *YEAR)]
    ledger = book(postings, amounts)
    assert_exact(ledger, postings)
    cell = next(
        c for c in next(line for line in ledger.lines if line.pl_line == "rent").cells if c.period == "FY26-P01"
    )
    assert cell.reference_scenario == "prior year"
    assert cell.amount_of(LedgerComponent.EMBEDDED) == -5_000
    assert cell.amount_of(LedgerComponent.UNEXPLAINED) == 0


def test_flexing_is_sequential_in_a_fixed_order():
    drivers = (
        LineDriver("rent", "", YEAR[0].start_on, LedgerComponent.WAGE, None, -700),
        LineDriver("rent", "", YEAR[0].start_on, LedgerComponent.PRICE, Fraction("1.05"), None),
        LineDriver("rent", "", YEAR[0].start_on, LedgerComponent.VOLUME, Fraction("1.10"), None),
    )
    programmes = (ProgrammeAmount("rent", "DE", YEAR[0].start_on, 300),)
    ledger = book([], line_amounts("rent", [(YEAR[0], 0)]), drivers=drivers, programmes=programmes)
    cell = next(line for line in ledger.lines if line.pl_line == "rent").cells[0]
    assert [(row.component, row.amount_minor) for row in cell.rows] == [
        (LedgerComponent.REFERENCE, -1_000_000),
        (LedgerComponent.VOLUME, -100_000),
        (LedgerComponent.PRICE, -55_000),
        (LedgerComponent.WAGE, -700),
        (LedgerComponent.OTHER_PROGRAMMES, 300),
        (LedgerComponent.UNEXPLAINED, 155_400),
        (LedgerComponent.ACTUAL, -1_000_000),
    ]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_ledgers_sum_exactly_whatever_is_in_them(data):
    lines = ["a", "b", "c"]
    amounts = [
        amount
        for pl_line in lines
        for amount in line_amounts(
            pl_line,
            [(period, data.draw(st.integers(-(10**7), 10**7))) for period in (*HISTORY[-7:], *YEAR)],
            reference=data.draw(st.integers(-(10**9), 10**9)),
            open_from=data.draw(st.sampled_from([None, *YEAR])),
        )
    ]
    weights = st.sampled_from(
        [[], [("a", "1")], [("a", "1.6"), ("b", "-0.6")], [("b", "0.333")], [("c", "0.5"), ("x", "0.5")]]
    )
    postings = [
        posting(
            f"i{number}",
            data.draw(st.sampled_from(YEAR)),
            data.draw(st.integers(-(10**7), 10**7).filter(bool)),
            data.draw(weights),
            grade=data.draw(st.sampled_from(EvidenceGrade)),
            benefit_class=data.draw(
                st.sampled_from([BenefitClass.CASHABLE, BenefitClass.REVENUE, BenefitClass.COST_AVOIDANCE])
            ),
        )
        for number in range(data.draw(st.integers(0, 6)))
    ]
    factor = data.draw(st.fractions(Fraction(1, 2), Fraction(2), max_denominator=1000))
    drivers = (LineDriver("a", "", YEAR[0].start_on, LedgerComponent.VOLUME, factor, None),)
    ledger = book(postings, amounts, drivers=drivers)
    assert_exact(ledger, postings)
    for entry in ledger.entries:
        assert (entry.state is TieState.TIED_OUT) == (entry.tied_minor == entry.amount_minor)
        assert 0 <= entry.tied_minor * (1 if entry.amount_minor > 0 else -1) <= abs(entry.amount_minor)


@given(
    total=st.integers(-(10**12), 10**12),
    weights=st.lists(st.fractions(-5, 5, max_denominator=97), min_size=1, max_size=8),
)
def test_signed_splits_sum_exactly_and_stay_within_one_unit(total, weights):
    exact = [*weights, 1 - sum(weights)]
    parts = split_signed(total, exact)
    assert sum(parts) == total
    assert all(abs(part - total * weight) < 1 for part, weight in zip(parts, exact, strict=True))


def test_splits_refuse_what_cannot_be_split():
    with pytest.raises(InvalidInputError, match="must sum to 1"):
        split_signed(10, [Fraction(1, 2)])
    with pytest.raises(InvalidInputError, match="cannot be scaled"):
        scale_exactly([5, -5], 3)
    assert scale_exactly([5, -5], 0) == [0, 0]


def test_fx_is_the_step_from_the_budgets_rates_to_the_ledgers():
    factor = Fraction("1.10")
    budget, actual = line_amounts("rent", [(YEAR[0], 0)])
    drivers = (LineDriver("rent", "", YEAR[0].start_on, LedgerComponent.VOLUME, Fraction("1.20"), None),)
    ledger = book([], [replace(budget, fx_factor=factor), actual], drivers=drivers)
    cell = next(line for line in ledger.lines if line.pl_line == "rent").cells[0]
    reference = round(-1_000_000 / factor)
    assert cell.amount_of(LedgerComponent.REFERENCE) == reference
    assert cell.amount_of(LedgerComponent.VOLUME) == round(reference * Fraction("0.20"))
    assert cell.amount_of(LedgerComponent.FX) == round(Fraction(reference + round(reference * Fraction("0.20"))) / 10)
    assert cell.flexed_reference_minor == -1_200_000


def test_lines_are_looked_at_by_entity_where_every_link_names_one():
    amounts = line_amounts("rent", moves(50_000))
    abroad = [replace(amount, entity="UK") for amount in line_amounts("rent", moves(-80_000))]
    plain = saves("a", 50_000, "rent")
    named = [
        replace(each, accounts=tuple(replace(account, entity="DE") for account in each.accounts)) for each in plain
    ]
    by_entity = book(named, [*amounts, *abroad], by_entity=frozenset({"rent"}))
    assert states_of(by_entity, "a") == {TieState.TIED_OUT}
    assert {line.entity: line.is_roll_up for line in by_entity.lines if line.pl_line} == {
        "": True,
        "DE": False,
        "UK": False,
    }
    # Seen for the group, what rose abroad hides the saving.
    assert states_of(book(plain, [*amounts, *abroad]), "a") == {TieState.LOCATED_NOT_SUPPORTED}

"""What a line is held against: versions, the rates of a year before, and entities whose books are awaited."""

from dataclasses import replace
from fractions import Fraction

from models.domain.ledger import OPEN_LEDGER, LedgerComponent, TieState
from models.value.ledger_book import build_ledger
from models.value.line_reference import version_order
from models.value.profit_line import LineAmount, LineDriver, LineRate
from tests.value.builders import CALENDAR, line_amounts, make_books, month, posting

BEFORE = [month(2025, n) for n in range(1, 13)]
YEAR = [month(2026, n) for n in range(1, 7)]
EVERY = [*BEFORE, *YEAR]


def book(amounts, postings=(), **others):
    books = make_books(amounts, **others)
    return build_ledger(postings, books, (), (), calendar=CALENDAR, as_of=YEAR[-1].last_on)[0]


def cell_of(ledger, period, entity=""):
    line = next(each for each in ledger.lines if each.pl_line == "rent" and each.entity == entity)
    return next(cell for cell in line.cells if cell.start_on == period.start_on)


def test_a_year_before_is_restated_to_todays_rate():
    """100,000 pounds a month, 1.20 a year ago and 1.30 now: the whole movement is FX, nothing is unexplained."""
    rates = {period: Fraction("1.20") if period in BEFORE else Fraction("1.30") for period in EVERY}
    amounts = [
        LineAmount("rent", "UK", period, "actual", "", round(-10_000_000 * rate), True, currency="GBP")
        for period, rate in rates.items()
    ]
    told = tuple(LineRate("GBP", period.start_on, rate) for period, rate in rates.items())
    cell = cell_of(book(amounts, rates=told), YEAR[0])
    assert cell.reference_scenario == "prior year"
    assert cell.amount_of(LedgerComponent.REFERENCE) == -12_000_000
    assert cell.amount_of(LedgerComponent.FX) == -1_000_000
    assert cell.amount_of(LedgerComponent.UNEXPLAINED) == 0
    assert cell_of(book(amounts), YEAR[0]).amount_of(LedgerComponent.FX) == 0


def test_what_the_prior_year_held_of_an_initiative_is_restated_with_it():
    rates = {period: Fraction(1) if period in BEFORE else Fraction(2) for period in EVERY}
    amounts = [
        LineAmount("rent", "UK", period, "actual", "", -900 * int(rate), True, currency="GBP")
        for period, rate in rates.items()
    ]
    saved = [posting("I", each, 100 * int(rate), [("rent", "1")]) for each, rate in rates.items()]
    told = tuple(LineRate("GBP", period.start_on, rate) for period, rate in rates.items())
    cell = cell_of(book(amounts, saved, rates=told), YEAR[0])
    assert cell.amount_of(LedgerComponent.EMBEDDED) == -100
    assert cell.amount_of(LedgerComponent.FX) == -1000
    assert cell.amount_of(LedgerComponent.UNEXPLAINED) == 0


def test_the_tenth_version_of_a_budget_follows_the_ninth():
    budget, actual = line_amounts("rent", [(YEAR[0], 0)])
    later = replace(budget, version="V10", amount_minor=-2_000_000)
    cell = cell_of(book([replace(budget, version="V9"), later, actual]), YEAR[0])
    assert (cell.reference_scenario, cell.amount_of(LedgerComponent.REFERENCE)) == ("budget V10", -2_000_000)
    assert sorted(["FY26-10", "FY26", "FY26-9"], key=version_order) == ["FY26", "FY26-9", "FY26-10"]


def abroad(amounts):
    return [replace(amount, entity="UK") for amount in amounts]


def test_a_line_of_the_group_waits_for_an_entity_that_has_not_posted():
    """The UK has no June yet: its whole budget would look like a saving or a loss."""
    moves = [(period, 0) for period in EVERY]
    late = [
        each for each in abroad(line_amounts("rent", moves)) if (each.scenario, each.period) != ("actual", YEAR[-1])
    ]
    saved = [posting("I", period, 5_000, [("rent", "1")]) for period in YEAR]
    ledger = book([*line_amounts("rent", moves), *late], saved)
    assert cell_of(ledger, YEAR[-2]).is_closed
    assert not cell_of(ledger, YEAR[-1]).is_closed
    (waiting,) = [entry for entry in ledger.entries if entry.state is TieState.LEDGER_OPEN]
    assert (waiting.amount_minor, waiting.reason) == (5_000, "The books of UK are not closed in these periods.")
    assert waiting.reason != OPEN_LEDGER


def test_an_entity_that_booked_nothing_or_left_is_not_waited_for():
    moves = [(period, 0) for period in EVERY]
    home, uk = line_amounts("rent", moves), abroad(line_amounts("rent", moves))
    silent = [each for each in uk if (each.scenario, each.period) != ("actual", YEAR[-1])]
    elsewhere = [replace(each, pl_line="other") for each in uk]
    assert cell_of(book([*home, *silent, *elsewhere]), YEAR[-1]).is_closed
    left = (LineDriver("rent", "UK", YEAR[-1].start_on, LedgerComponent.SCOPE, None, 1_000_000),)
    cell = cell_of(book([*home, *silent], drivers=left), YEAR[-1])
    assert cell.is_closed
    assert cell.amount_of(LedgerComponent.UNEXPLAINED) == 0

"""A fiscal year that is locked to its last period keeps its tie-out, whatever grades, rules and accounts say later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from models.domain.effect import EvidenceGrade
from models.domain.ledger import TieState, check_identities, total_by_state
from models.value.ledger_book import build_ledger
from models.value.locked_book import LockedBook
from models.value.locked_year import NO_YEARS, locked_years
from tests.value.builders import CALENDAR
from tests.value.ledger_portfolios import AS_OF, draw_books, draw_initiatives, draw_postings

LAST_OF_25 = date(2025, 12, 31)
SEEDS = range(150)


def draw_company(seed):
    """Books, realised postings of two fiscal years, and initiatives."""
    rng = np.random.default_rng(seed)
    books = draw_books(rng)
    postings = [posting for _ in range(4) for posting in draw_postings(rng)]
    return books, postings, draw_initiatives(rng)


def ledger_of(company, postings, *, locked=None, shares=None):
    books, _, initiatives = company
    return build_ledger(postings, books, (), initiatives, calendar=CALENDAR, as_of=AS_OF, locked=locked, shares=shares)[
        0
    ]


def book_of(ledger, to_on=LAST_OF_25):
    lines = tuple(replace(line, cells=tuple(c for c in line.cells if c.start_on <= to_on)) for line in ledger.lines)
    return LockedBook(to_on, 1, 1, 1, 1, "EUR", {}, {}, lines, (), locked_years(ledger, CALENDAR, to_on))


def judged(ledger, fiscal_year):
    """All that a ledger says of a fiscal year."""
    rows = (*ledger.entries, *ledger.unshared, *ledger.over_claims)
    tests = {(line.key, test) for line in ledger.lines for test in line.tests if test.fiscal_year == fiscal_year}
    return {row for row in rows if row.fiscal_year == fiscal_year}, tests


def change(postings, rng):
    """The same amounts with other grades, and some of them on other accounts."""
    grades = tuple(EvidenceGrade)
    accounts = [posting.accounts for posting in postings]
    return [
        replace(
            posting,
            grade=grades[int(rng.integers(len(grades)))],
            accounts=accounts[int(rng.integers(len(accounts)))] if rng.random() < 0.3 else posting.accounts,
        )
        for posting in postings
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_locked_year_stands_and_every_sum_still_holds(seed):
    company = draw_company(seed)
    postings = company[1]
    before = ledger_of(company, postings)
    later = change(postings, np.random.default_rng(seed + 10_000))
    rule = {f"i{k}": Fraction(1, 5) for k in range(5)}
    shares = {(*line.key, "FY25"): rule for line in before.lines}
    after = ledger_of(company, later, locked=book_of(before), shares=shares)
    free = ledger_of(company, later, shares=shares)
    assert judged(after, "FY25") == judged(before, "FY25")
    assert judged(after, "FY26")[0] == judged(free, "FY26")[0]
    realised = sum(posting.amount_minor for posting in postings)
    cashable = sum(posting.amount_minor for posting in postings if posting.benefit_class.is_cashable)
    tied = total_by_state(after.entries, after.unshared).get(TieState.TIED_OUT, 0)
    assert [each.difference_minor for each in check_identities(after, realised, cashable, tied)] == [0] * 5


@pytest.mark.parametrize("seed", range(20))
def test_nothing_moves_where_nothing_changed(seed):
    company = draw_company(seed)
    before = ledger_of(company, company[1])
    after = ledger_of(company, company[1], locked=book_of(before))
    for name in ("entries", "unshared", "over_claims", "ageing"):
        assert sorted(map(repr, getattr(after, name))) == sorted(map(repr, getattr(before, name)))
    assert [line.tests for line in after.lines] == [line.tests for line in before.lines]


def test_a_year_with_an_open_period_is_judged_as_of_today():
    company = draw_company(3)
    best, worst = (
        [replace(each, grade=grade) for each in company[1]] for grade in (EvidenceGrade.E5, EvidenceGrade.E1)
    )
    before = ledger_of(company, best)
    assert any(entry.tied_minor for entry in before.entries)
    book = book_of(before, date(2025, 11, 30))
    assert book.years == replace(NO_YEARS, open_year=2025)
    after = ledger_of(company, worst, locked=book)
    assert not any(entry.tied_minor for entry in after.entries)

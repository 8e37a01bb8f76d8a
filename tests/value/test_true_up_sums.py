"""Whatever is estimated and locked: locked amounts stand, totals are estimated, draws move with their points."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.benefit_line import Posting
from models.domain.calendar import FiscalCalendar
from models.domain.effect import EvidenceGrade
from models.domain.measure import BenefitClass
from models.value.locked_book import LockedBook, LockedLine
from models.value.monetise import DrawRecipe, LineMoney, ValueBand, draw_money
from models.value.realise import LineWorth
from models.value.true_up import hold_lines
from tests.value.builders import make_line

CALENDAR = FiscalCalendar()
PERIODS = tuple(CALENDAR.periods_between(date(2026, 1, 1), date(2026, 12, 31)))
BAND = ValueBand(2.0, None, None, 0)
amounts = st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=12, max_size=12)
flags = st.lists(st.booleans(), min_size=12, max_size=12)
#: One valuation: estimates of twelve periods (None: not measured), which are in production, how many are locked next.
rounds = st.lists(st.tuples(amounts, flags, st.integers(0, 11)), min_size=1, max_size=6)


def estimate(values, on):
    """A line as it is estimated today; without any amount it is not measured."""
    line = make_line()
    places = [i for i, value in enumerate(values) if value is not None]
    if not places:
        return LineWorth(line, None, None, None, (), "not measured")
    fiscal = tuple(PERIODS[i] for i in places)
    money = tuple(values[i] for i in places)
    cells = tuple((f, f, amount / 2.0) for f, amount in enumerate(money))
    recipe = DrawRecipe(line.key, 1, 1, len(fiscal), tuple(p.start_on for p in fiscal), cells, (BAND,) * len(fiscal))
    production = tuple(on[i] for i in places)
    return LineWorth(line, EvidenceGrade.E3, LineMoney(fiscal, "EUR", money, money, recipe), None, production, "none")


def book_of(worth, to_on):
    """What a lock keeps of a line as it stands."""
    money = worth.money
    today = dict(zip(worth.estimate.fiscal, worth.estimate.amount_minor, strict=True)) if worth.estimate else None
    corrections = worth.true_up_minor or (0,) * len(money.fiscal) if money else ()
    columns = zip(money.fiscal, money.native_minor, money.amount_minor, worth.realised_minor, corrections, strict=True)
    postings = tuple(
        Posting(p.start_on, p.end_on, "", n, m, r, 0, None if today is None else today.get(p, 0), t)
        for p, n, m, r, t in columns
        if p.last_on <= to_on
    )
    line = LockedLine(
        worth.facts.key, "", "I", BenefitClass(worth.facts.benefit_class), EvidenceGrade.E3, 1, "EUR", postings
    )
    return LockedBook(to_on, 1, 1, 1, 1, "EUR", MappingProxyType({worth.facts.key: line}), {}, (), ())


def by_period(worth):
    if worth.money is None:
        return {}
    return {
        month.start_on: (measured, realised)
        for month, measured, realised in zip(
            worth.money.fiscal, worth.money.amount_minor, worth.realised_minor, strict=True
        )
    }


def draws(worth):
    """Draws of the posted money: the effect spreads by a tenth around its point."""
    recipe = worth.money.recipe
    rng = np.random.default_rng(5)
    effect = 1.0 + 0.1 * rng.standard_normal((40, recipe.n_periods))
    effect[0] = 1.0
    return draw_money(recipe, effect)


@settings(max_examples=400, deadline=None)
@given(rounds)
def test_locked_amounts_stand_and_totals_are_estimated(taken):
    book, stood = None, {}
    for values, on, n_locked in taken:
        today = estimate(values, on)
        worth = today
        if book is not None:
            worth = hold_lines({"I": [today]}, book, CALENDAR, PERIODS[-1].last_on).worths["I"][0]
            found = by_period(worth)
            assert {day: found.get(day, (0, 0)) for day in stood} == stood
            for place in (0, 1):
                total = sum(amount[place] for amount in found.values())
                assert total == sum(amount[place] for amount in by_period(today).values())
        if worth.money is not None:
            points = np.array(worth.money.amount_minor, dtype=np.float64)
            drawn = draws(worth)
            np.testing.assert_allclose(drawn[0], points, atol=1e-3)
            if today.money is not None:
                plain = draws(today)
                np.testing.assert_allclose(drawn.sum(axis=1), plain.sum(axis=1), rtol=0, atol=1e-2)
        to_on = PERIODS[n_locked].last_on
        is_further = book is None or to_on > book.to_on
        if worth.money is not None and is_further and n_locked < 11:
            book = book_of(worth, to_on)
            stood = {day: amount for day, amount in by_period(worth).items() if day <= to_on}


@settings(max_examples=200, deadline=None)
@given(amounts, amounts, flags)
def test_while_everything_is_locked_nothing_moves_and_the_difference_waits(first, second, on):
    worth = estimate(first, on)
    if worth.money is None:
        return
    book = book_of(worth, PERIODS[-1].last_on)
    held = hold_lines({"I": [estimate(second, on)]}, book, CALENDAR, PERIODS[-1].last_on)
    before, after = by_period(worth), by_period(held.worths["I"][0])
    assert {day: after.get(day, (0, 0)) for day in before} == before
    assert sum(amount[0] for amount in after.values()) == sum(amount[0] for amount in before.values())
    due = sum(value or 0 for value in second) - sum(value or 0 for value in first)
    assert sum(each.amount_minor for each in held.true_ups) == due or not held.true_ups
    assert all(each.is_pending for each in held.true_ups)

"""The chain from hours to cash, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.value.facts import BudgetCut
from models.value.hours_to_cash import (
    AccountMovement,
    CashEvidence,
    LineClaim,
    Movements,
    Place,
    avoid_cost,
    cash_shares,
    release_year,
)
from tests.value.builders import CALENDAR, month

OVERTIME: Place = ("overtime", "", "")
MONTHS = tuple(month(2026, number) for number in range(1, 13))
#: 10,000 hours at 38.00 over twelve months.
HOURS_WORTH = 38_000_000
MONTHLY = (3_166_667, *[3_166_667] * 7, *[3_166_666] * 4)


def cut(number: int, amount_minor: int, *, account: Place = OVERTIME, line: str = "L") -> BudgetCut:
    return BudgetCut(*account, month(2026, number), f"{line}-{number}", amount_minor, "p9", date(2026, 1, 15))


def claim(cuts: Sequence[BudgetCut], *, key: str = "L", values: Sequence[int] = MONTHLY, **more) -> LineClaim:
    return LineClaim(key, MONTHS, tuple(values), tuple(cuts), **more)


def moving(total: int, *, others: int = 0, n_closed: int = 12) -> Movements:
    """An account that moved evenly over the closed months of the window."""
    closed = frozenset(each.start_on for each in MONTHS[:n_closed])

    def movement(place: Place, first: date, last: date) -> tuple[object, AccountMovement]:
        return place, AccountMovement(frozenset(day for day in closed if first <= day <= last), total, others)

    return movement


def cash_of(found: dict[str, CashEvidence], line: str = "L") -> int:
    return sum(part.amount_minor for part in found[line].parts) if line in found else 0


def test_ten_thousand_hours_without_an_account_are_no_cash() -> None:
    assert sum(MONTHLY) == HOURS_WORTH == 10_000 * 38_00
    found = release_year([claim([])], "FY26", moving(10**9), CALENDAR)
    assert found == {}


def test_a_linked_account_without_acceptance_evidences_nothing() -> None:
    found = release_year([claim([], accounts=(OVERTIME,))], "FY26", moving(12_000_000), CALENDAR)
    (test,) = found["L"].tests
    assert (cash_of(found), test.movement_minor, test.accepted_minor) == (0, 12_000_000, 0)
    assert "no holder" in test.reason


def test_linking_overtime_moves_only_its_evidenced_movement() -> None:
    """150,000.00 accepted, 120,000.00 moved, 380,000.00 worth of hours: 120,000.00 is cash, 260,000.00 stay hours."""
    cuts = [cut(number, 1_250_000) for number in range(1, 13)]
    found = release_year([claim(cuts)], "FY26", moving(12_000_000), CALENDAR)
    (test,) = found["L"].tests
    assert cash_of(found) == test.evidenced_minor == 12_000_000
    assert HOURS_WORTH - cash_of(found) == 26_000_000
    assert (test.value_minor, test.accepted_minor, test.movement_minor) == (HOURS_WORTH, 15_000_000, 12_000_000)
    assert [part.amount_minor for part in found["L"].parts] == [1_000_000] * 12
    assert "moved less" in test.reason


@pytest.mark.parametrize(
    ("cuts", "moved", "others", "n_closed", "expected"),
    [
        (1_250_000, 20_000_000, 0, 12, 15_000_000),  # the cut binds
        (9_000_000, 10**9, 0, 12, HOURS_WORTH),  # the value of the hours binds
        (1_250_000, 20_000_000, 9_999_999, 12, 10_000_001),  # what others hold is taken off first
        (1_250_000, -5_000_000, 0, 12, 0),  # the account rose
        (1_250_000, 20_000_000, 30_000_000, 12, 0),  # others hold more than it moved
        (1_250_000, 20_000_000, 0, 9, 11_250_000),  # three periods are open
    ],
)
def test_the_smallest_limit_binds(cuts: int, moved: int, others: int, n_closed: int, expected: int) -> None:
    asked = [claim([cut(number, cuts) for number in range(1, 13)])]
    found = release_year(asked, "FY26", moving(moved, others=others, n_closed=n_closed), CALENDAR)
    assert cash_of(found) == expected
    assert sum(test.evidenced_minor for test in found["L"].tests) == expected
    if n_closed < 12:
        assert "3 periods" in found["L"].tests[0].reason


def test_lines_on_one_account_share_its_movement_whatever_their_order() -> None:
    asked = [
        claim([cut(1, 6_000_000, line=key)], key=key, values=(value, *[0] * 11))
        for key, value in (("A", 6_000_000), ("B", 3_000_000), ("C", 1_000_001))
    ]
    results = [release_year(order, "FY26", moving(5_000_000), CALENDAR) for order in permutations(asked)]
    assert all(result == results[0] for result in results)
    assert [cash_of(results[0], key) for key in "ABC"] == [3_000_000, 1_500_000, 500_000]
    assert sum(cash_of(results[0], key) for key in "ABC") == 5_000_000


def test_two_accounts_of_a_period_share_the_value_of_its_hours() -> None:
    temps: Place = ("temps", "DE", "C1")
    asked = claim([cut(1, 3_000_000), cut(1, 1_000_000, account=temps)], values=(2_000_000, *[0] * 11))
    found = release_year([asked], "FY26", moving(10**9), CALENDAR)
    assert {part.account: part.amount_minor for part in found["L"].parts} == {OVERTIME: 1_500_000, temps: 500_000}


def test_avoided_cost_is_cash_only_as_far_as_the_budget_was_cut() -> None:
    asked = claim([cut(2, 1_000_000), cut(3, 9_000_000)])
    found = avoid_cost(asked, CALENDAR)
    assert [(part.place, part.amount_minor) for part in found.parts] == [(1, 1_000_000), (2, 3_166_667)]
    assert found.by_period(12)[:4] == (0, 1_000_000, 3_166_667, 0)
    assert avoid_cost(claim([]), CALENDAR) == CashEvidence()


@given(
    st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 10**8)), min_size=12, max_size=12),
    st.integers(-(10**9), 10**9),
    st.integers(-(10**8), 10**8),
    st.integers(0, 12),
)
def test_cash_never_exceeds_any_limit(pairs: list[tuple[int, int]], moved: int, others: int, n_closed: int) -> None:
    values = [max(0, value) for value, _ in pairs]
    asked = claim([cut(i + 1, amount) for i, (_, amount) in enumerate(pairs)], values=values)
    found = release_year([asked], "FY26", moving(moved, others=others, n_closed=n_closed), CALENDAR)
    cash = found["L"].by_period(12) if "L" in found else (0,) * 12
    assert sum(cash) <= max(0, moved - others)
    for i, amount in enumerate(cash):
        assert 0 <= amount <= min(values[i], pairs[i][1])
        assert amount == 0 or i < n_closed
    limits = [min(value, pair[1]) for value, pair in zip(values, pairs, strict=True)][:n_closed]
    assert sum(cash) == min(sum(limits), max(0, moved - others))


def test_draws_carry_the_spread_of_the_amount_they_are_part_of() -> None:
    assert cash_shares([100, 0, 50], [25, 0, 50]) == (0.25, 0.0, 1.0)

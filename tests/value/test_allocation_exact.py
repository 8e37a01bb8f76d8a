"""In random portfolios neither the cost of platforms nor a shared effect loses or makes a cent."""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from models.domain.sharing import ShareRule
from models.value.monetise import value_line
from models.value.sharing import period_shares, split_money
from tests.value.builders import CALENDAR, EUR, make_line, weekly_series
from tests.value.test_allocation import KEYS, MONTHS, allocate, company, cost, totals, use
from tests.value.test_sharing import signed_rule

MEMBERS = ("A", "B", "C")
MONEY = value_line(
    make_line(),
    weekly_series(date(2025, 10, 6), [-1.0] * 30),
    calendar=CALENDAR,
    rates=EUR,
    rate_set="budget",
    as_of=date(2026, 5, 31),
    estimate_id=1,
    effect_seed=1,
)


def check_platforms(rng: np.random.Generator) -> None:
    costs = {
        key: [
            cost(
                MONTHS[rng.integers(len(MONTHS))],
                int(rng.integers(-(10**6), 10**9)),
                category=str(rng.choice(["cloud", "people"])),
                treatment=str(rng.choice(["opex", "capitalised"])),
            )
            for _ in range(rng.integers(4))
        ]
        for key in KEYS
    }
    uses = [
        use(user, month, str(round(float(rng.gamma(0.5, 100.0)), 3)), platform=platform)
        for platform in ("P", "A")
        for user in KEYS
        for month in MONTHS
        if rng.random() < 0.4
    ]
    found = allocate(costs, uses)
    assert totals(found.initiatives) == totals(company(costs))
    assert allocate(costs, [uses[i] for i in rng.permutation(len(uses))]) == found
    received, listed = Counter(), Counter()
    for initiative in found.initiatives:
        for each in initiative.costs:
            received[initiative.key] += each.amount_minor if each.allocated_from else 0
    for row in found.costs:
        listed[row.initiative] += row.amount_minor
    assert {k: v for k, v in received.items() if v} == {k: v for k, v in listed.items() if v}


def check_shares(rng: np.random.Generator) -> None:
    amounts = [int(amount) for amount in rng.integers(-(10**9), 10**9, len(MONEY.fiscal))]
    money = replace(MONEY, native_minor=tuple(amounts), amount_minor=tuple(amounts))
    rule = signed_rule(list(ShareRule)[rng.integers(len(ShareRule))], initiatives=MEMBERS)
    shares = []
    for month in money.fiscal:
        promised = {key: int(rng.integers(0, 10**6)) for key in MEMBERS}
        usage = {key: Fraction(int(rng.integers(0, 999)), 7) for key in (*MEMBERS, "D") if rng.random() < 0.8}
        shares.append(period_shares(month, (rule,), MEMBERS, promised, usage))
        turned = tuple(MEMBERS[i] for i in rng.permutation(3))
        assert dict(period_shares(month, (rule,), turned, promised, usage).parts) == dict(shares[-1].parts)
        assert 0 <= shares[-1].rest <= 1
    split, rest = split_money(money, shares)
    found: Counter[date] = Counter()
    for piece in [*split.values(), *([rest] if rest else [])]:
        for month, amount in zip(piece.fiscal, piece.amount_minor, strict=True):
            found[month.start_on] += amount
    assert found == Counter({month.start_on: a for month, a in zip(money.fiscal, amounts, strict=True)})


def check(seed: int) -> None:
    rng = np.random.default_rng(seed)
    check_platforms(rng)
    check_shares(rng)


def test_five_hundred_random_portfolios_share_exactly():
    for seed in range(500):
        check(seed)


@pytest.mark.slow
def test_ten_thousand_random_portfolios_share_exactly():
    for seed in range(500, 10_000):
        check(seed)

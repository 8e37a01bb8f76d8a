from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.value.allocate import PlatformUse, allocate_costs
from models.value.amortise import amortise_all, booked
from models.value.facts import CostFacts
from tests.value.builders import CALENDAR, make_initiative

AS_OF = date(2026, 6, 30)
MONTHS = CALENDAR.periods_between(date(2026, 1, 1), AS_OF)
KEYS = ("P", "A", "B", "C")


def cost(month, amount, *, category="cloud", nature="run", treatment="opex", status="actual", **more):
    return CostFacts(category, nature, "recurring", treatment, status, month, None, None, None, amount, **more)


def company(costs):
    return [make_initiative(None, key=key, costs=tuple(costs.get(key, ()))) for key in KEYS]


def use(initiative, month, quantity, *, platform="P", driver="calls"):
    return PlatformUse(platform, initiative, month.start_on, driver, Decimal(quantity))


def allocate(costs, uses):
    return allocate_costs(company(costs), uses, calendar=CALENDAR, as_of=AS_OF)


def costs_of(allocation, key):
    return next(each.costs for each in allocation.initiatives if each.key == key)


def test_users_bear_a_platform_by_their_use():
    uses = [use("A", MONTHS[0], "3"), use("B", MONTHS[0], "1"), use("P", MONTHS[0], "4")]
    found = allocate({"P": [cost(MONTHS[0], 1001)]}, uses)
    assert [c.amount_minor for c in costs_of(found, "P")] == [501]
    (a,) = costs_of(found, "A")
    assert (a.amount_minor, a.allocated_from, a.category, a.nature) == (375, "P", "cloud", "run")
    assert costs_of(found, "B")[0].amount_minor == 125
    assert [(row.initiative, row.quantity, row.total_quantity) for row in found.costs] == [
        ("A", "3", "8"),
        ("B", "1", "8"),
    ]


def test_a_capitalised_build_is_amortised_where_it_is_used():
    build = replace(
        cost(MONTHS[1], 90_000, nature="build", treatment="capitalised"),
        in_service_on=date(2026, 3, 1),
        useful_life_months=36,
    )
    found = allocate({"P": [build]}, [use("A", MONTHS[1], "1"), use("C", MONTHS[1], "2")])
    assert costs_of(found, "P") == ()
    for key, amount in (("A", 30_000), ("C", 60_000)):
        (part,) = costs_of(found, key)
        assert part.amount_minor == amount
        assert (part.treatment, part.in_service_on, part.useful_life_months) == (
            "capitalised",
            date(2026, 3, 1),
            36,
        )


def test_what_no_driver_covers_stays_with_the_platform():
    found = allocate({"P": [cost(MONTHS[0], 500), cost(MONTHS[1], 700)]}, [use("A", MONTHS[0], "1")])
    assert [c.amount_minor for c in costs_of(found, "P")] == [700]
    unused = allocate({"P": [cost(MONTHS[0], 500)]}, [use("A", MONTHS[0], "0")])
    assert [c.amount_minor for c in costs_of(unused, "P")] == [500]
    stranger = allocate({"P": [cost(MONTHS[0], 500)]}, [use("A", MONTHS[0], "1"), use("X", MONTHS[0], "1")])
    assert [c.amount_minor for c in costs_of(stranger, "P")] == [250]


def test_use_counted_in_two_ways_is_no_driver():
    uses = [use("A", MONTHS[0], "3"), use("B", MONTHS[0], "1", driver="seats")]
    found = allocate({"P": [cost(MONTHS[0], 500)]}, uses)
    assert [c.amount_minor for c in costs_of(found, "P")] == [500]
    assert "different drivers" in found.initiatives[0].untranslated[0]


def test_what_a_platform_bears_of_another_is_not_passed_on():
    costs = {"P": [cost(MONTHS[0], 1000)], "A": [cost(MONTHS[0], 400)]}
    uses = [use("A", MONTHS[0], "1"), use("B", MONTHS[0], "1", platform="A")]
    found = allocate(costs, uses)
    assert [(c.amount_minor, c.allocated_from) for c in costs_of(found, "A")] == [(1000, "P")]
    assert [(c.amount_minor, c.allocated_from) for c in costs_of(found, "B")] == [(400, "A")]


def test_only_incurred_cost_is_listed_and_without_drivers_nothing_changes():
    costs = {"P": [cost(MONTHS[0], 500, status="committed")]}
    assert allocate(costs, [use("A", MONTHS[0], "1")]).costs == ()
    assert list(allocate(costs, []).initiatives) == company(costs)


_COSTS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(range(len(MONTHS))),
        st.integers(-(10**7), 10**9),
        st.sampled_from(["cloud", "people", "software"]),
        st.sampled_from(["opex", "capitalised"]),
    ),
    max_size=12,
)
_USES = st.dictionaries(
    st.tuples(st.sampled_from(["P", "A"]), st.sampled_from(KEYS), st.sampled_from(range(len(MONTHS)))),
    st.decimals(0, 10**6, places=3),
    max_size=20,
)


@settings(max_examples=300, deadline=None)
@given(_COSTS, _USES, st.randoms(use_true_random=False))
def test_sums_are_the_same_before_and_after_in_every_period_and_category(rows, quantities, order):
    costs = {key: [] for key in KEYS}
    for key, month, amount, category, treatment in rows:
        costs[key].append(cost(MONTHS[month], amount, category=category, treatment=treatment))
    uses = [use(user, MONTHS[m], q, platform=platform) for (platform, user, m), q in quantities.items()]
    found = allocate(costs, uses)
    assert totals(found.initiatives) == totals(company(costs))
    order.shuffle(uses)
    assert allocate(costs, uses) == found
    received = Counter()
    for initiative in found.initiatives:
        for each in initiative.costs:
            received[initiative.key] += each.amount_minor if each.allocated_from else 0
    listed = Counter()
    for row in found.costs:
        listed[row.initiative] += row.amount_minor
    assert +received == +listed
    assert -received == -listed


def totals(initiatives):
    found = Counter()
    for initiative in initiatives:
        for each in initiative.costs:
            found[each.period.start_on, each.category, each.nature, each.treatment] += each.amount_minor
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.parametrize("amount", [0, 1, -1, 100])
def test_small_amounts_split_exactly(amount):
    uses = [use(key, MONTHS[0], "1") for key in KEYS[1:]]
    found = allocate({"P": [cost(MONTHS[0], amount)]}, uses)
    assert sum(c.amount_minor for each in found.initiatives for c in each.costs) == amount


def build_of(amount, month_, **more):
    whole = cost(month_, amount, nature="build", treatment="capitalised", source_reference="R1")
    return replace(whole, in_service_on=date(2026, 3, 1), useful_life_months=36, **more)


def charged(initiatives):
    """Everything that capitalised cost takes off profit: amortisation and write-downs."""
    amortised = [asset for each in initiatives for asset in amortise_all(each.costs, each.impairments)]
    written = sum(each.amount_minor for one in initiatives for each in booked(one.impairments))
    return sum(amount for asset in amortised for _, amount in asset.charges) + written


@given(quantities=st.tuples(*[st.integers(0, 50)] * 3), written=st.integers(1, 91_000))
@settings(max_examples=60, deadline=None)
def test_a_write_down_of_a_platform_follows_its_asset(quantities, written):
    """Otherwise users would go on amortising what the platform has written down, and it would be charged twice."""
    write_down = cost(MONTHS[4], written, treatment="impairment", source_reference="R1")
    before = company({"P": [build_of(100_003, MONTHS[1])]})
    before[0] = replace(before[0], impairments=(write_down,))
    uses = [use(key, MONTHS[1], str(n)) for key, n in zip(("P", "A", "B"), quantities, strict=True) if n]
    after = allocate_costs(before, uses, calendar=CALENDAR, as_of=AS_OF).initiatives
    assert sum(part.amount_minor for each in after for part in each.impairments) == written
    assert charged(after) == charged(before)
    for each in after:
        whole = sum(part.amount_minor for part in each.costs)
        share = sum(part.amount_minor for part in each.impairments)
        assert abs(share * 100_003 - whole * written) <= 3 * 100_003
        assert {part.allocated_from for part in each.impairments} <= {"" if each.key == "P" else "P"}


def test_a_write_down_without_an_asset_stays_where_it_was_booked():
    write_down = cost(MONTHS[4], 500, treatment="impairment", source_reference="R9")
    before = company({"P": [build_of(9_000, MONTHS[1])]})
    before[0] = replace(before[0], impairments=(write_down,))
    after = allocate_costs(before, [use("A", MONTHS[1], "1")], calendar=CALENDAR, as_of=AS_OF).initiatives
    assert [each.impairments for each in after] == [(write_down,), (), (), ()]

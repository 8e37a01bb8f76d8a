"""Bridges of random portfolios: every one sums to the cent, and no order matters."""

from dataclasses import replace
from random import Random

import pytest

from models.domain.bridge import sum_bridges
from models.value.bridge_initiative import bridge_initiative
from tests.value.bridge_portfolios import AS_OF, random_initiative
from tests.value.builders import CALENDAR


def check_portfolio(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a test, not a secret
    bridges = []
    for number in range(random.randint(1, 4)):
        facts, measured = random_initiative(random, f"I{number}")
        found = bridge_initiative(facts, measured, CALENDAR, AS_OF)
        promised = sum(cell.amount_minor for cell in _due(facts))
        assert found.benefit.is_exact
        assert found.cost.is_exact
        assert found.benefit.start_minor == promised
        cashable = [line for line in measured if line.facts.benefit_class.is_cashable or any(line.realised_minor)]
        assert found.benefit.end_minor == sum(sum(line.realised_minor) for line in cashable)
        assert found.cost.end_minor == sum(
            cost.amount_minor for cost in facts.costs if cost.status == "actual" and cost.period.last_on <= AS_OF
        )
        assert bridge_initiative(_shuffled(facts, random), _shuffle(measured, random), CALENDAR, AS_OF) == found
        bridges.append((facts.key, found))
    for side in ("benefit", "cost"):
        sides = [(key, getattr(bridge, side)) for key, bridge in bridges]
        total = sum_bridges(sides)
        assert total.is_exact
        assert total == sum_bridges(_shuffle(sides, random))
        assert total.end_minor == sum(bridge.end_minor for _, bridge in sides)


def _due(facts):
    excluded = {line.key for line in facts.lines if not line.benefit_class.is_cashable}
    cells = facts.case.cells if facts.case else ()
    return [c for c in cells if c.is_benefit and c.line not in excluded and c.period.last_on <= AS_OF]


def _shuffle(items, random: Random):
    return random.sample(list(items), len(items))


def _shuffled(facts, random: Random):
    """The same facts, every list of them in another order."""
    case = facts.case
    if case is not None:
        case = replace(case, cells=tuple(_shuffle(case.cells, random)), terms=tuple(_shuffle(case.terms, random)))
    return replace(
        facts, case=case, lines=tuple(_shuffle(facts.lines, random)), costs=tuple(_shuffle(facts.costs, random))
    )


def test_bridges_of_five_hundred_random_portfolios_sum_exactly_in_any_order():
    for seed in range(500):
        check_portfolio(seed)


@pytest.mark.slow
def test_bridges_of_ten_thousand_random_portfolios_sum_exactly_in_any_order():
    for seed in range(500, 10_000):
        check_portfolio(seed)

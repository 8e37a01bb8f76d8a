from dataclasses import replace
from decimal import Decimal

import pytest

from models.domain.errors import NotFoundError
from models.domain.sharing import RemovalStep, ShareRule
from models.value.allocate import PlatformUse, allocate_costs
from models.value.removal import removal_bridge
from tests.value.shared_company import AS_OF, line_rule, publish, shared_inputs, signed_rule


def allocated_inputs(rules=(), line_rules=()):
    """B is a platform that A and C use."""
    inputs = shared_inputs(rules, line_rules=line_rules)
    starts = {cost.period.start_on for each in inputs.initiatives if each.key == "B" for cost in each.costs}
    uses = [
        PlatformUse("B", key, start, "calls", Decimal(quantity))
        for start in starts
        for key, quantity in (("A", 2), ("C", 1), ("B", 1))
    ]
    found = allocate_costs(inputs.initiatives, uses, calendar=inputs.policy.calendar, as_of=AS_OF)
    return replace(inputs, initiatives=found.initiatives), found.costs


def amounts(bridge):
    return {row.step: row.amount_minor for row in bridge.rows}


@pytest.mark.parametrize("rules", [(), (signed_rule(ShareRule.EQUAL),)], ids=["unshared", "shared"])
@pytest.mark.parametrize("line_rules", [(), (line_rule(ShareRule.EQUAL, ("A", "C", "D")),)], ids=["open", "signed"])
@pytest.mark.parametrize("key", "ABCD")
def test_steps_sum_to_the_difference_exactly(rules, line_rules, key):
    inputs, allocated = allocated_inputs(rules, line_rules)
    publication = publish(inputs, allocated)
    bridge = removal_bridge(publication, key)
    figures = publication.valuation.figures
    assert bridge.with_minor == figures.net.point_minor
    assert sum(row.amount_minor for row in bridge.rows) == bridge.without_minor - bridge.with_minor
    assert all(sum(amount for _, amount in row.items) == row.amount_minor for row in bridge.rows)


def test_platform_cost_that_it_bore_falls_on_the_others():
    inputs, allocated = allocated_inputs()
    publication = publish(inputs, allocated)
    borne = sum(row.amount_minor for row in allocated if row.initiative == "A")
    assert borne > 0
    steps = amounts(removal_bridge(publication, "A"))
    assert steps[RemovalStep.PLATFORM_COST] == -borne
    own = next(each.figures.invested.amount_minor for each in publication.valuation.initiatives if each.key == "A")
    assert steps[RemovalStep.OWN_COST] == own
    # Without the platform itself, what it passed on is spent by nobody.
    passed = sum(row.amount_minor for row in allocated)
    platform = next(each for each in publication.valuation.initiatives if each.key == "B")
    assert amounts(removal_bridge(publication, "B"))[RemovalStep.OWN_COST] == (
        platform.figures.invested.amount_minor + passed
    )


def test_a_part_of_a_joint_effect_goes_back_to_the_others():
    rules = (signed_rule(ShareRule.EQUAL),)
    publication = publish(shared_inputs(rules, line_rules=(line_rule(ShareRule.EQUAL, ("A", "C", "D")),)))
    tied = sum(entry.tied_minor for entry in publication.valuation.ledger.entries if entry.initiative == "C")
    assert tied > 0
    steps = amounts(removal_bridge(publication, "C"))
    assert (steps[RemovalStep.OWN], steps[RemovalStep.RETURNED]) == (-tied, tied)
    assert steps[RemovalStep.FREED] == steps[RemovalStep.TOO_SMALL] == 0


def test_an_over_claim_vanishes_with_who_made_it():
    publication = publish(shared_inputs())
    lines = {line.pl_line: line for line in publication.valuation.ledger.lines}
    test = next(test for test in lines["staff"].tests if test.fiscal_year == "FY26")
    # Enough for the joint effect, too little for A besides.
    ample = replace(test, supported_minor=30_000_000, short_minor=test.entries_minor - 30_000_000)
    altered = replace(lines["staff"], tests=(ample,))
    ledger = replace(publication.valuation.ledger, lines=(altered,))
    bridge = removal_bridge(replace(publication, valuation=replace(publication.valuation, ledger=ledger)), "A")
    assert bridge.vanished == (("Staff", "FY26", ample.short_minor),)
    joint = sum(
        entry.amount_minor
        for entry in ledger.entries
        if entry.pl_line == "staff" and entry.fiscal_year == "FY26" and entry.initiative != "A"
    )
    before = next(row.tied_minor for row in ledger.unshared if row.fiscal_year == "FY26")
    assert amounts(bridge)[RemovalStep.FREED] == joint - before


def test_there_is_no_bridge_of_a_stranger():
    with pytest.raises(NotFoundError):
        removal_bridge(publish(shared_inputs()), "Z")

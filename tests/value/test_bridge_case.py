"""From one approved version of a case to another, and the bridge of cost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.domain.bridge import Cause
from models.domain.calendar import Frequency
from models.value.bridge_case import bridge_versions
from models.value.bridge_cost import CostGroup, bridge_cost, share_group
from models.value.facts import CaseCell, CaseFacts, CaseTerms, CostFacts
from tests.value.builders import CALENDAR, make_case, make_initiative, month

AS_OF = date(2026, 6, 30)
MONTHLY = {"L": Frequency.MONTH}


def version(amounts: list[int], *, value: str = "10", rate: str = "1", effect: str = "-1", **terms) -> CaseFacts:
    case = make_case(amounts, **{name: terms.pop(name) for name in ("go_live", "horizon") if name in terms})
    worth = Fraction(value) * Fraction(rate) * 100
    cells = tuple(replace(cell, effect=Decimal(effect), unit_value=worth) for cell in case.cells)
    return replace(case, cells=cells, terms=(CaseTerms("L", unit_value=Decimal(value), **terms),))


def change(before: CaseFacts, after: CaseFacts, excluded: frozenset[str] = frozenset()) -> dict[Cause, int]:
    found = bridge_versions(before, after, excluded, MONTHLY, CALENDAR)
    assert found.is_exact
    return {step.cause: step.amount_minor for step in found.steps}


def test_each_component_stands_alone_where_it_alone_moved():
    before = version([100_000] * 3, reach_units=Decimal(10), reach_volume=Decimal(1200))
    units = version([80_000] * 3, reach_units=Decimal(8), reach_volume=Decimal(960))
    assert change(before, units) == {Cause.REACH_UNITS: -60_000}
    volume = version([90_000] * 3, reach_units=Decimal(10), reach_volume=Decimal(1080))
    assert change(before, volume) == {Cause.REACH_VOLUME: -30_000}
    value = version([120_000] * 3, value="12", reach_units=Decimal(10), reach_volume=Decimal(1200))
    assert change(before, value) == {Cause.UNIT_VALUE: 60_000}
    rate = version([110_000] * 3, rate="1.1", reach_units=Decimal(10), reach_volume=Decimal(1200))
    assert change(before, rate) == {Cause.FX_PRICES: 30_000}
    effect = version([50_000] * 3, effect="-0.5", reach_units=Decimal(10), reach_volume=Decimal(1200))
    assert change(before, effect) == {Cause.EFFECT_SIZE: -150_000}


def test_two_components_share_by_the_mean_of_both_orders():
    before = version([100_000], reach_units=Decimal(10))
    after = version([40_000], effect="-0.5", reach_units=Decimal(8))
    assert change(before, after) == {Cause.REACH_UNITS: -15_000, Cause.EFFECT_SIZE: -45_000}


def test_a_baseline_moves_the_promise_of_relative_effects():
    before = version([100_000], effect="-10", baseline=Decimal(100), effect_basis="percent")
    assert change(before, version([80_000], effect="-8", baseline=Decimal(80), effect_basis="percent")) == {
        Cause.BASELINE: -20_000
    }
    target = version([100_000], effect="-10", baseline=Decimal(100), effect_basis="target_level")
    assert change(target, version([50_000], effect="-5", baseline=Decimal(95), effect_basis="target_level")) == {
        Cause.BASELINE: -50_000
    }


def test_a_later_go_live_loses_what_leaves_the_horizon_and_a_longer_horizon_brings_it_back():
    before = version([100] * 12)
    late = version([100] * 10, go_live=date(2026, 3, 1))
    assert change(before, late) == {Cause.TIMING_LOST: -200}
    longer = version([100] * 12, go_live=date(2026, 3, 1), horizon=date(2027, 2, 28))
    assert change(before, longer) == {Cause.TIMING_LOST: -200, Cause.HORIZON: 200}


def test_lines_of_one_version_only_are_scope_and_classes_off_the_ledger_are_left_out():
    before, after = version([100] * 2), version([100] * 2)
    other = replace(after, cells=tuple(replace(cell, line="M") for cell in after.cells))
    found = bridge_versions(before, other, (), MONTHLY, CALENDAR)
    assert [(c.key, c.amount_minor) for c in found.step_of(Cause.HORIZON).contributions] == [("L", -200), ("M", 200)]
    assert change(before, version([50] * 2), frozenset({"L"})) == {}


def planned(*costs: tuple[str, int, int], natures: dict[str, str] | None = None) -> CaseFacts:
    """A case that goes live in March and plans (category, month, amount)."""
    case = make_case([], go_live=date(2026, 3, 1))
    cells = tuple(CaseCell(category, False, month(2026, at), amount, 0, "") for category, at, amount in costs)
    terms = tuple(CaseTerms(line, nature=nature) for line, nature in (natures or {}).items())
    return replace(case, cells=cells, terms=terms)


def spent(category: str, nature: str, at: int, amount: int, *, ratio: str = "1", status: str = "actual") -> CostFacts:
    return CostFacts(
        category,
        nature,
        "one_off",
        "opex",
        status,
        month(2026, at),
        None,
        None,
        None,
        amount,
        rate_ratio=Fraction(ratio),
    )


def cost(case: CaseFacts | None, *costs: CostFacts, go_live_on: date | None = date(2026, 3, 1)) -> dict[Cause, int]:
    initiative = make_initiative(case, go_live_on=go_live_on, costs=costs)
    found = bridge_cost(initiative, calendar=CALENDAR, as_of=AS_OF)
    assert found.is_exact
    return {step.cause: step.amount_minor for step in found.steps}


def test_build_and_run_are_told_by_the_promised_go_live_unless_the_case_says():
    case = planned(("vendor", 1, 100), ("vendor", 4, 50))
    assert cost(case, spent("vendor", "build", 1, 130), spent("vendor", "run", 4, 40)) == {
        Cause.COST_BUILD: 30,
        Cause.COST_RUN: -10,
    }
    stated = planned(("vendor", 1, 100), ("vendor", 4, 50), natures={"vendor": "build"})
    assert cost(stated, spent("vendor", "build", 1, 130)) == {Cause.COST_BUILD: -20}
    assert cost(planned(("cost_to_achieve", 4, 50)), spent("cost_to_achieve", "run", 5, 70)) == {
        Cause.COST_TO_ACHIEVE: 20
    }


def test_what_is_committed_for_later_is_timing():
    case = planned(("vendor", 1, 100), ("vendor", 2, 100))
    late = spent("vendor", "build", 9, 60, status="committed")
    assert cost(case, spent("vendor", "build", 1, 140), late) == {Cause.COST_TIMING: -60}


def test_what_is_spent_ahead_of_its_plan_is_timing():
    case = planned(("vendor", 1, 100), ("vendor", 9, 100), natures={"vendor": "build"})
    assert cost(case, spent("vendor", "build", 1, 150)) == {Cause.COST_TIMING: 50}


def test_run_cost_starts_with_go_live():
    case = planned(*(("cloud", at, 100) for at in range(3, 13)))
    runs = [spent("cloud", "run", at, 100) for at in (5, 6)]
    assert cost(case, *runs, go_live_on=date(2026, 5, 4)) == {Cause.COST_TIMING: -200}
    assert cost(case, go_live_on=None) == {Cause.COST_TIMING: -400}


def test_rates_scale_what_is_due():
    case = planned(("vendor", 1, 1000))
    assert cost(case, spent("vendor", "build", 1, 1100, ratio="11/10")) == {Cause.COST_FX: 100}


def test_cost_without_a_case_is_outside_it():
    assert cost(None, spent("vendor", "build", 1, 70)) == {Cause.OUTSIDE_CASE: 70}


def test_run_cost_of_a_small_first_period_is_not_stretched_over_the_plan():
    """6,000.00 spent where 1.00 was due, 110,000.00 planned by now: no step is larger than twice the plan."""
    group = CostGroup({1: 100, **dict.fromkeys(range(2, 13), 1_000_000)}, actual=600_000, at_case_rates=600_000)
    parts = share_group(Cause.COST_RUN, group, now=12, delay=11)
    assert sum(parts.values()) == 600_000 - 11_000_100
    assert max(abs(amount) for amount in parts.values()) <= 2 * 11_000_100

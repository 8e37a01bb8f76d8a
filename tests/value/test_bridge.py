"""What the approved case promised by now, and the way from there to realised cashable."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from models.domain.bridge import Cause
from models.domain.calendar import Frequency
from models.domain.measure import Aggregation, BenefitClass
from models.domain.policy import RateSet
from models.value.bridge import bridge_benefit, case_to_date
from models.value.bridge_factors import ObservedCell, RealisedLine, observe_line
from models.value.facts import CaseFacts, CaseTerms
from models.value.monetise import value_line
from tests.value.builders import (
    CALENDAR,
    EUR,
    make_case,
    make_initiative,
    make_kpi,
    make_line,
    make_series,
    month,
    unit_value,
)

AS_OF = date(2026, 6, 30)
JUNE = month(2026, 6)
LINE = make_line(kpi=make_kpi(frequency=Frequency.MONTH))


def test_what_is_not_measured_is_not_yet_evidenced():
    initiative = make_initiative(make_case([100] * 12))
    nothing = case_to_date(initiative, {}, AS_OF)
    assert (nothing.to_date, nothing.like_for_like, nothing.not_yet_evidenced) == (600, 0, 600)
    part = case_to_date(initiative, {"L": date(2026, 4, 30)}, AS_OF)
    assert (part.to_date, part.like_for_like, part.not_yet_evidenced) == (600, 400, 200)
    assert part.to_horizon == 1200


def test_only_cashable_classes_are_promised():
    line = make_line(benefit_class=BenefitClass.COST_AVOIDANCE)
    initiative = make_initiative(make_case([100] * 12), lines=(line,))
    assert case_to_date(initiative, {}, AS_OF).to_date == 0
    assert bridge_benefit(initiative, [], calendar=CALENDAR, as_of=AS_OF)[0].start_minor == 0


def test_without_a_case_there_is_no_promise_and_all_is_outside_it():
    initiative = make_initiative(None)
    assert case_to_date(initiative, {}, AS_OF) is None
    bridge, _ = bridge_benefit(initiative, [realised([70], first=6)], calendar=CALENDAR, as_of=AS_OF)
    assert steps(bridge) == {Cause.OUTSIDE_CASE: 70}


def realised(amounts: list[int], *, first: int = 1, units: float = 10.0, value: float = 1.0, **more) -> RealisedLine:
    fiscal = tuple(month(2026, first + i) for i in range(len(amounts)))
    observed = tuple(ObservedCell(each.start_on, units, more.pop("volume", units), value, 1.0) for each in fiscal)
    given = {"facts": LINE, "observed": observed, "baseline": None, **more}
    return RealisedLine(fiscal=fiscal, realised_minor=tuple(amounts), last_measured_on=fiscal[-1].last_on, **given)


def promise(amounts: list[int], *, value: int | None = 1, effect: str = "-1", **terms) -> CaseFacts:
    case = make_case(amounts, **{name: terms.pop(name) for name in ("go_live", "horizon") if name in terms})
    worth = None if value is None else Fraction(value)
    cells = tuple(replace(cell, effect=Decimal(effect), unit_value=worth) for cell in case.cells)
    return replace(case, cells=cells, terms=(CaseTerms("L", **terms),))


def bridge(case: CaseFacts, line: RealisedLine, *, go_live_on: date = date(2026, 1, 1)):
    initiative = make_initiative(case, go_live_on=go_live_on, lines=(line.facts,))
    return bridge_benefit(initiative, [line], calendar=CALENDAR, as_of=AS_OF)


def steps(found) -> dict[Cause, int]:
    assert found.is_exact
    return {step.cause: step.amount_minor for step in found.steps}


def test_two_factors_computed_by_hand():
    """Reach x 0.8 and effect x 0.5 turn 1000.00 into 400.00.

    Reach alone loses 200.00, after effect 100.00: 150.00 on the mean of both orders. Effect alone loses 500.00, after
    reach 400.00: 450.00.
    """
    case = promise([100_000], value=10_000, reach_units=Decimal(10))
    found, notes = bridge(case, realised([40_000], units=8.0, value=10_000.0))
    assert steps(found) == {Cause.REACH_UNITS: -15_000, Cause.EFFECT_SIZE: -45_000}
    assert notes == ()


def test_a_case_whose_amounts_are_not_its_components_is_named():
    case = promise([110_000], value=10_000, reach_units=Decimal(10))
    found, notes = bridge(case, realised([100_000], value=10_000.0))
    assert steps(found) == {Cause.EFFECT_SIZE: -10_000}
    assert "110 % of its effect x reach x value" in notes[0]


def test_three_factors_computed_by_hand():
    """Reach x 0.8, effect x 0.5, value x 1.5: 1000.00 to 600.00.

    The weights are 1/3 joining first, 1/6 joining either other factor, 1/3 joining last. Value: 500/3 + 400/6 + 250/6 +
    200/3 = 341.67. Reach: -200/3 - 100/6 - 300/6 - 150/3 = -183.33. Effect: the rest, -558.33.
    """
    case = promise([100_000], value=2, reach_units=Decimal(10))
    found, _ = bridge(case, realised([60_000], units=8.0, value=3.0))
    assert steps(found) == {Cause.REACH_UNITS: -18_333, Cause.EFFECT_SIZE: -55_833, Cause.UNIT_VALUE: 34_166}


def test_a_factor_that_the_case_does_not_state_stays_in_effect_size():
    found, notes = bridge(promise([100_000], value=None), realised([40_000], units=8.0, value=3.0))
    assert steps(found) == {Cause.EFFECT_SIZE: -60_000}
    assert notes == ("Line: units, value per unit, FX cannot be told apart and stay in effect size.",)


def test_volume_is_told_from_units():
    kpi = make_kpi(frequency=Frequency.MONTH, aggregation=Aggregation.RATIO)
    case = promise([100_000], value=100, reach_units=Decimal(10), reach_volume=Decimal(12_000))
    found, _ = bridge(case, realised([50_000], units=5.0, volume=500.0, value=100.0, facts=make_line(kpi=kpi)))
    assert steps(found) == {Cause.REACH_UNITS: -50_000}
    found, _ = bridge(case, realised([50_000], units=10.0, volume=500.0, value=100.0, facts=make_line(kpi=kpi)))
    assert steps(found) == {Cause.REACH_VOLUME: -50_000}


def test_a_volume_in_another_unit_is_not_believed():
    kpi = make_kpi(frequency=Frequency.MONTH, aggregation=Aggregation.RATIO)
    case = promise([100_000], value=100, reach_units=Decimal(10), reach_volume=Decimal(100))
    found, notes = bridge(case, realised([50_000], units=5.0, volume=500.0, value=100.0, facts=make_line(kpi=kpi)))
    assert steps(found) == {Cause.REACH_UNITS: -50_000}
    assert notes == ("Line: volume cannot be told apart and stay in effect size.",)


def test_the_baseline_changes_the_promise_of_relative_effects_only():
    """10 % of a baseline of 80 in place of 100 promises a fifth less; a target of 90 from 95 promises half of 10."""
    percent = promise([100_000], effect="-10", reach_units=Decimal(10), baseline=Decimal(100), effect_basis="percent")
    assert steps(bridge(percent, realised([80_000], baseline=80.0))[0]) == {Cause.BASELINE: -20_000}
    target = promise(
        [100_000], effect="-10", reach_units=Decimal(10), baseline=Decimal(100), effect_basis="target_level"
    )
    assert steps(bridge(target, realised([50_000], baseline=95.0))[0]) == {Cause.BASELINE: -50_000}
    absolute = promise([100_000], effect="-10", reach_units=Decimal(10), baseline=Decimal(100), effect_basis="absolute")
    assert steps(bridge(absolute, realised([80_000], baseline=80.0))[0]) == {Cause.EFFECT_SIZE: -20_000}


def test_rates_stand_apart_from_value():
    line = realised([90_000])
    cell = replace(line.observed[0], rate_ratio=0.9)
    found, _ = bridge(promise([100_000], reach_units=Decimal(10)), replace(line, observed=(cell,)))
    assert steps(found) == {Cause.FX_PRICES: -10_000}


def test_a_late_go_live_is_timing_recoverable_as_far_as_the_horizon_leaves_room():
    for horizon, lost in ((date(2027, 12, 31), 0), (date(2027, 1, 31), -100), (date(2026, 12, 31), -200)):
        case = promise([100] * 12, horizon=horizon, reach_units=Decimal(10))
        found, _ = bridge(case, realised([100] * 4, first=3), go_live_on=date(2026, 3, 10))
        late = {Cause.TIMING_RECOVERABLE: -200 - lost, Cause.TIMING_LOST: lost}
        assert steps(found) == {cause: amount for cause, amount in late.items() if amount}


def test_an_early_go_live_brings_money_forward():
    case = promise([100] * 12, go_live=date(2026, 3, 1), reach_units=Decimal(10))
    found, _ = bridge(case, realised([100] * 6), go_live_on=date(2026, 1, 1))
    assert (found.start_minor, found.end_minor) == (400, 600)
    assert steps(found) == {Cause.TIMING_RECOVERABLE: 200}


def test_lines_and_periods_without_a_measurement_are_not_yet_evidenced_whole():
    case = promise([100] * 12, reach_units=Decimal(10))
    found, _ = bridge(case, realised([100] * 4))
    assert steps(found) == {Cause.NOT_YET_EVIDENCED: -200}
    initiative = make_initiative(case)
    unmeasured, _ = bridge_benefit(initiative, [], calendar=CALENDAR, as_of=AS_OF)
    assert steps(unmeasured) == {Cause.NOT_YET_EVIDENCED: -600}
    assert unmeasured.steps[0].contributions[0].key == "L"


def test_a_period_out_of_production_is_reach():
    line = realised([100, 0, 100, 100, 100, 100])
    silent = (line.observed[0], None, *line.observed[2:])
    found, _ = bridge(promise([100] * 12, reach_units=Decimal(10)), replace(line, observed=silent))
    assert steps(found) == {Cause.REACH_UNITS: -100}


def test_money_in_periods_that_the_case_leaves_empty_is_outside_it():
    case = promise([100, 100, 0, 0, 0, 0], reach_units=Decimal(10))
    found, _ = bridge(case, realised([100, 100, 30, 0, 0, 0]))
    assert steps(found) == {Cause.OUTSIDE_CASE: 30}


def test_a_case_in_real_prices_parts_value_from_inflation():
    values = [unit_value("10", since=date(2025, 1, 1)), unit_value("12", since=date(2026, 1, 1))]
    line = make_line(kpi=make_kpi(frequency=Frequency.MONTH), values=values)
    series = make_series((JUNE,), [-4.0])
    money = value_line(
        line, series, calendar=CALENDAR, rates=EUR, rate_set=RateSet.BUDGET, as_of=AS_OF, estimate_id=1, effect_seed=1
    )
    case = replace(promise([100]), is_real=True)
    (cell,) = observe_line(line, money, series, case, EUR, [Fraction(1)])
    assert (cell.unit_value, cell.rate_ratio) == (1000.0, 1.2)


def test_a_first_late_period_is_not_stretched_over_the_whole_promise():
    """Eleven of twelve periods late, and a first period of 1.00 that brought 5,000.00: timing stays within the promise.

    On the promised day that is at most twice 110,001.00; at the promised level the delay costs 110,000.00.
    """
    case = promise([100] + [1_000_000] * 11, go_live=date(2025, 7, 1), horizon=date(2027, 12, 31))
    found, _ = bridge(case, realised([500_000], first=6), go_live_on=date(2026, 6, 1))
    moved = steps(found)
    assert moved[Cause.TIMING_RECOVERABLE] == -(11_000_000 + 22_000_000) // 2
    assert moved[Cause.EFFECT_SIZE] == found.change_minor - moved[Cause.TIMING_RECOVERABLE]


def test_a_component_in_another_unit_makes_no_steps_that_cancel():
    """A case for one unit, the company, and 5,000 desks treated: reach would gain what effect size loses."""
    case = promise([100_000], value=1, reach_units=Decimal(1))
    found, notes = bridge(case, realised([90_000], units=5_000.0))
    assert steps(found) == {Cause.EFFECT_SIZE: -10_000}
    assert "out of all proportion" in notes[-1]

"""Run-rate, persistence, cost ahead, amortisation and present values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from models.domain.calendar import Frequency, period_starting
from models.domain.measure import Stage
from models.domain.policy import INITIAL_POLICY, RateSet, Timing
from models.value.amortise import amortise
from models.value.cost import plan_costs
from models.value.draws import limits
from models.value.facts import CostFacts, StageFrom
from models.value.monetise import EffectSeries, LineMoney, value_line
from models.value.parts import Grid, add_totals, no_totals, present_factors
from models.value.run_rate import RunRate, draw_persistence_factors, measure_run_rate, persistence_factors
from tests.value.builders import CALENDAR, EUR, make_initiative, make_kpi, make_line, make_series, month

AS_OF = date(2026, 9, 30)
GRID = Grid(tuple(CALENDAR.periods_between(date(2026, 1, 1), date(2027, 12, 31))), 9)


def money_of(effects: list[float], volumes: list[float]) -> tuple[LineMoney, EffectSeries]:
    first = month(2026, 10 - len(effects)) if len(effects) < 10 else month(2025, 22 - len(effects))
    periods = [period_starting(first.start_on, Frequency.MONTH)]
    while len(periods) < len(effects):
        periods.append(period_starting(periods[-1].end_on, Frequency.MONTH))
    series = make_series(tuple(periods), effects, volumes)
    line = make_line(kpi=make_kpi(frequency=Frequency.MONTH))
    money = value_line(
        line,
        series,
        calendar=CALENDAR,
        rates=EUR,
        rate_set=RateSet.BUDGET,
        as_of=AS_OF,
        estimate_id=1,
        effect_seed=1,
    )
    assert isinstance(money, LineMoney)
    return money, series


def rate_of(
    effects: list[float], volumes: list[float] | None = None, *, as_of: date = AS_OF, **kwargs
) -> RunRate | str:
    money, series = money_of(effects, volumes or [1.0] * len(effects))
    counted = kwargs.pop("counted", [True] * len(effects))
    return measure_run_rate(
        money,
        series,
        counted,
        Fraction(1),
        is_recurring=kwargs.pop("is_recurring", True),
        calendar=CALENDAR,
        as_of=as_of,
    )


def test_run_rate_is_the_mean_of_the_last_three_periods():
    found = rate_of([-9.0, -1.0, -2.0, -3.0])
    assert isinstance(found, RunRate)
    assert found.month_minor == 6000
    assert sum(w * m for w, m in zip(found.weights, [27000, 3000, 6000, 9000], strict=True)) == pytest.approx(6000)
    assert not found.is_seasonally_adjusted


def test_run_rate_is_seasonally_adjusted_by_volume_from_twelve_periods_on():
    found = rate_of([-1.0] * 12, [1.0] * 9 + [2.0] * 3)
    assert isinstance(found, RunRate)
    assert found.is_seasonally_adjusted
    assert found.month_minor == 3000 * 15 / 12


def test_what_has_no_run_rate_says_why():
    assert "once" in str(rate_of([-1.0] * 4, is_recurring=False))
    assert "Fewer than 3" in str(rate_of([-1.0] * 2))
    assert "Fewer than 3" in str(rate_of([-1.0] * 4, counted=[True, True, False, False]))
    assert "too far back" in str(rate_of([-1.0] * 4, as_of=date(2026, 12, 31)))


def test_persistence_is_an_assumption_with_its_own_limits():
    factors = persistence_factors(INITIAL_POLICY, 24)
    assert factors[11] == pytest.approx(0.9 ** (11.5 / 12))
    drawn = draw_persistence_factors(INITIAL_POLICY, 24, 4000)
    assert limits(drawn[:, 11], 0.95) == pytest.approx((0.7 ** (11.5 / 12), 1.0), abs=0.01)
    # One source: a draw that loses much loses much in every month.
    assert np.corrcoef(drawn[:, 0], drawn[:, 23])[0, 1] > 0.99


def make_cost(period, amount: int, **changes) -> CostFacts:
    plain = CostFacts("software", "run", "recurring", "opex", "actual", period, None, None, None, amount)
    return replace(plain, **changes)


def test_recurring_cost_goes_on_committed_cost_replaces_it_and_the_past_is_incurred():
    costs = [make_cost(month(2026, n), 300) for n in (7, 8, 9)]
    costs.append(make_cost(month(2026, 10), 1000, status="committed"))
    costs.append(make_cost(month(2026, 3), 5000, category="vendor", nature="build", recurrence="one_off"))
    plan = plan_costs(make_initiative(None, costs=tuple(costs)), GRID, date(2026, 12, 31), AS_OF)
    assert plan.invested == 5900
    assert plan.forecast == 1000 + 300 + 300
    assert plan.cash_path[2] == 5000
    assert plan.cash_path[9:13] == (1000, 300, 300, 0)
    assert plan.first_spend_on == date(2026, 3, 1)


def test_cost_stops_with_the_initiative_and_overdue_commitments_are_said():
    costs = (make_cost(month(2026, 9), 300), make_cost(month(2026, 8), 50, status="committed"))
    stopped = make_initiative(None, costs=costs, stages=(StageFrom(date(2026, 9, 1), Stage.STOPPED),))
    plan = plan_costs(stopped, GRID, date(2026, 12, 31), AS_OF)
    assert (plan.invested, plan.forecast) == (300, 0)
    assert plan.reasons == ("Cost committed for periods to as-of is not incurred and not counted.",)


def test_cash_leaves_on_its_day():
    cost = make_cost(month(2026, 3), 700, recurrence="one_off", cash_on=date(2026, 5, 20))
    plan = plan_costs(make_initiative(None, costs=(cost,)), GRID, date(2026, 12, 31), AS_OF)
    assert (plan.cash_path[4], plan.accrual_path[2]) == (700, 700)


def test_amortisation_is_straight_and_exact():
    cost = make_cost(
        month(2026, 1), 100, treatment="capitalised", in_service_on=date(2026, 3, 15), useful_life_months=3
    )
    assert amortise(cost) == [(date(2026, 3, 1), 33), (date(2026, 4, 1), 33), (date(2026, 5, 1), 34)]
    assert amortise(replace(cost, in_service_on=None)) == []


def test_discount_factors_look_back_to_approval_and_forward_from_as_of():
    since, forward = present_factors(Decimal("0.10"), date(2026, 1, 1), Timing.MID_PERIOD, GRID)
    assert since is not None
    assert forward is not None
    assert since[0] == pytest.approx(1.10 ** (-15.5 / 365))
    assert not forward[:9].any()
    assert forward[9] == pytest.approx(1.10 ** (-(1 + 15.5) / 365))
    assert present_factors(None, date(2026, 1, 1), Timing.MID_PERIOD, GRID) == (None, None)
    assert present_factors(Decimal("0.10"), None, Timing.END_OF_PERIOD, GRID)[0] is None


def test_totals_add_and_nothing_adds_nothing():
    one = replace(no_totals(2), cashable=5, by_grade=(), benefit_path=(1, 2), claimed_by=(("owner", 3),))
    both = add_totals([one, one, no_totals(2)])
    assert (both.cashable, both.benefit_path, both.claimed_by) == (10, (2, 4), (("owner", 6),))
    with pytest.raises(ValueError, match="no initiatives"):
        add_totals([])

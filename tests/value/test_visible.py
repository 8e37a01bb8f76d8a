"""The smallest effect that would be found, in money a year, and against the case."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from models.domain.benefit_line import WhyNot
from models.domain.follow_up import DetectableEffect
from models.domain.measure import Behaviour, BenefitClass, Better
from models.domain.policy import RateSet
from models.value.exchange import ExchangeRates
from models.value.visible import case_year, expected_effect, visible_benefits, visible_from, year_worth
from tests.value.builders import EUR, make_case, make_kpi, make_line, unit_value

DAY = date(2026, 9, 1)


def _worth(line, volume=20.0, rates=EUR):
    return year_worth(line, volume, rates=rates, rate_set=RateSet.BUDGET, start_on=DAY)


def _detectable(*sizes):
    return [DetectableEffect(n, date(2026, 1 + n, 1), size, 0.8, 12) for n, size in enumerate(sizes, start=2)]


def test_a_year_is_volume_times_periods_times_unit_value():
    weekly = _worth(make_line())
    assert weekly == Fraction(20) * Fraction(365, 7) * 30 * 100
    once = _worth(make_line(kpi=make_kpi(behaviour=Behaviour.STOCK)))
    assert once == Fraction(20) * 30 * 100
    capital = make_line(benefit_class=BenefitClass.WORKING_CAPITAL, financing_rate="0.08")
    assert _worth(capital) == Fraction(20) * 30 * 100 * Fraction(108, 100)


def test_other_currencies_are_translated_at_the_last_rate_known():
    line = make_line(values=[unit_value("30", currency="USD")])
    rates = ExchangeRates("EUR", {("USD", date(2026, 3, 1), RateSet.BUDGET): Fraction(9, 10)})
    assert _worth(line, rates=rates) == _worth(make_line()) * Fraction(9, 10)


def test_the_unit_value_to_come_serves_before_it_is_in_force():
    line = make_line(values=[unit_value("40", since=date(2027, 1, 1))])
    assert _worth(line) == _worth(make_line()) * Fraction(4, 3)


@pytest.mark.parametrize(
    ("line", "volume", "rule"),
    [
        (make_line(benefit_class=BenefitClass.NON_FINANCIAL), 20.0, "no_money_class"),
        (make_line(benefit_class=BenefitClass.RELEASED_CAPACITY), 20.0, "no_unmet_demand"),
        (make_line(), 0.0, "no_volume"),
        (make_line(), float("nan"), "no_volume"),
        (make_line(values=[]), 20.0, "no_unit_value"),
        (make_line(values=[unit_value("30", currency="JPY")]), 20.0, "missing_rate"),
    ],
)
def test_what_has_no_money_says_why(line, volume, rule):
    found = _worth(line, volume)
    assert isinstance(found, WhyNot)
    assert found.rule == rule


def test_sizes_become_money_and_none_stays_none():
    line = make_line()
    worth = _worth(line)
    found = visible_benefits(_detectable(None, 2.0, 1.0), line, worth)
    assert [one.year_minor for one in found] == [None, round(2 * worth), round(worth)]
    assert found[2].to_date_minor == 1 * 20 * 4 * 30 * 100
    assert found[0].to_date_minor is None
    without = visible_benefits(_detectable(2.0), line, None)
    assert (without[0].smallest_effect, without[0].year_minor) == (2.0, None)


def test_a_promise_is_its_best_year_and_the_effect_that_makes_it():
    line = make_line()
    amounts = [0, 100_000, *[300_000] * 14]
    case = make_case(amounts, horizon=date(2027, 12, 31))
    promised = case_year(case, line)
    assert promised == 12 * 300_000
    worth = _worth(line)
    effect = expected_effect(promised, worth, line)
    assert effect == pytest.approx(-float(Fraction(promised) / worth))
    higher = replace(line, kpi=make_kpi(better=Better.HIGHER))
    assert expected_effect(promised, worth, higher) == -effect
    assert case_year(make_case([-amount for amount in amounts], horizon=date(2027, 12, 31)), line) == -promised
    assert case_year(None, line) is None
    assert case_year(make_case([0, 0]), line) is None
    assert expected_effect(None, worth, line) is None
    assert expected_effect(promised, None, line) is None
    stock = make_line(kpi=make_kpi(behaviour=Behaviour.STOCK))
    assert case_year(case, stock) == sum(amounts)


def test_the_first_horizon_by_which_a_promise_shows():
    line = make_line()
    found = visible_benefits(_detectable(None, 2.0, 1.0), line, _worth(line))
    assert visible_from(found, -1.5) == date(2026, 5, 1)
    assert visible_from(found, 2.0) == date(2026, 4, 1)
    assert visible_from(found, 0.5) is None
    assert visible_from(found, None) is None

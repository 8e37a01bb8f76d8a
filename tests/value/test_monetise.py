"""From effect to money: fiscal posting, stocks, classes, units and refusals."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.benefit_line import WhyNot
from models.domain.calendar import Frequency, period_starting
from models.domain.errors import MissingRateError
from models.domain.measure import Behaviour, BenefitClass, Better
from models.domain.policy import RateSet
from models.value.draws import believed_draws, effect_key, limits, source_seed
from models.value.exchange import ExchangeRates
from models.value.monetise import EffectSeries, LineMoney, draw_money, measured_fiscal_periods, value_line
from tests.value.builders import CALENDAR, EUR, make_kpi, make_line, make_series, unit_value, weekly_series


def post(line, series: EffectSeries, *, as_of=date(2026, 12, 31), rates=EUR) -> LineMoney | WhyNot:
    return value_line(
        line,
        series,
        calendar=CALENDAR,
        rates=rates,
        rate_set=RateSet.BUDGET,
        as_of=as_of,
        estimate_id=1,
        effect_seed=7,
    )


def money_of(outcome: LineMoney | WhyNot) -> LineMoney:
    assert isinstance(outcome, LineMoney)
    return outcome


def months_of(effects: list[float], *, first: date = date(2026, 1, 1)):
    periods = [period_starting(first, Frequency.MONTH)]
    while len(periods) < len(effects):
        periods.append(period_starting(periods[-1].end_on, Frequency.MONTH))
    return make_series(tuple(periods), effects)


def test_a_week_is_split_by_its_days():
    # Monday 29 December 2025: three days in December, four in January; 7 hours at 30 are 210.
    money = money_of(post(make_line(), weekly_series(date(2025, 12, 29), [-7.0] * 6)))
    assert [period.start_on for period in money.fiscal] == [date(2025, 12, 1), date(2026, 1, 1)]
    assert money.amount_minor == (9000, 31 * 3000)


def test_money_beyond_any_books_is_a_slip_that_stops_no_other_line():
    outcome = post(make_line(values=(unit_value("10000000000000000"),)), weekly_series(date(2025, 12, 29), [-7.0] * 6))
    assert isinstance(outcome, WhyNot)
    assert outcome.rule == "too_large"
    assert "unit value" in outcome.what_would_help


def test_a_period_that_the_kpi_has_not_reached_the_end_of_waits():
    series = weekly_series(date(2026, 1, 5), [-7.0] * 2)
    refusal = post(make_line(), series)
    assert isinstance(refusal, WhyNot)
    assert refusal.rule == "no_full_period"
    # To 25 January only six days are missing: the straddling week may be outstanding. Thirteen are too many.
    assert len(months_covered(date(2026, 1, 5), 3)) == 1
    assert months_covered(date(2026, 1, 5), 2) == ()
    assert [month.start_on for month in months_covered(date(2025, 12, 29), 4)] == [date(2025, 12, 1), date(2026, 1, 1)]


def months_covered(first: date, n_weeks: int):
    return measured_fiscal_periods(weekly_series(first, [0.0] * n_weeks).periods, CALENDAR, date(2026, 12, 31))


def test_a_month_that_is_not_delivered_is_not_measured_even_if_short():
    periods = months_of([1.0]).periods
    assert [p.start_on for p in measured_fiscal_periods(periods, CALENDAR, date(2026, 3, 31))] == [date(2026, 1, 1)]


def test_nothing_counts_beyond_as_of():
    money = money_of(
        post(make_line(kpi=make_kpi(frequency=Frequency.MONTH)), months_of([-1.0] * 6), as_of=date(2026, 3, 31))
    )
    assert len(money.fiscal) == 3


def test_a_gap_has_no_posting_instead_of_zero():
    line = make_line(kpi=make_kpi(frequency=Frequency.MONTH))
    series = months_of([-1.0, -1.0, -1.0])
    without = EffectSeries(series.periods[::2], series.point[::2], series.volume[::2], series.units[::2])
    assert [period.start_on.month for period in money_of(post(line, without)).fiscal] == [1, 3]


def test_higher_is_better_turns_the_sign():
    kpi = make_kpi(frequency=Frequency.MONTH, better=Better.HIGHER)
    assert money_of(post(make_line(kpi=kpi), months_of([2.0]))).amount_minor == (6000,)
    assert money_of(post(make_line(kpi=kpi), months_of([-2.0]))).amount_minor == (-6000,)


def test_volume_multiplies():
    line = make_line(kpi=make_kpi(frequency=Frequency.MONTH))
    series = make_series(months_of([-0.5]).periods, [-0.5], 1200.0)
    assert money_of(post(line, series)).amount_minor == (0.5 * 1200 * 30 * 100,)


def test_a_stock_is_a_change_in_level_once_with_its_financing():
    kpi = make_kpi(frequency=Frequency.MONTH, behaviour=Behaviour.STOCK)
    line = make_line(kpi=kpi, benefit_class=BenefitClass.WORKING_CAPITAL, values=[unit_value("1")])
    released = money_of(post(line, months_of([-100.0, -100.0, -150.0])))
    assert released.amount_minor == (10000, 0, 5000)
    financed = make_line(
        kpi=kpi, benefit_class=BenefitClass.WORKING_CAPITAL, values=[unit_value("1")], financing_rate="0.0365"
    )
    charged = money_of(post(financed, months_of([-100.0, -100.0])))
    assert charged.amount_minor == (10000 + 31, 28)


def test_hours_need_approved_unmet_demand():
    series = months_of([-10.0])
    kpi = make_kpi(frequency=Frequency.MONTH)
    refusal = post(make_line(kpi=kpi, benefit_class=BenefitClass.RELEASED_CAPACITY), series)
    assert isinstance(refusal, WhyNot)
    assert refusal.rule == "no_unmet_demand"
    approved = make_line(kpi=kpi, benefit_class=BenefitClass.RELEASED_CAPACITY, is_unmet_demand_approved=True)
    assert money_of(post(approved, series)).amount_minor == (30000,)


def test_what_has_no_money_says_why():
    kpi = make_kpi(frequency=Frequency.MONTH)
    series = months_of([-1.0])
    cases = {
        "no_money_class": (make_line(kpi=kpi, benefit_class=BenefitClass.NON_FINANCIAL), series),
        "no_unit_value": (make_line(kpi=kpi, values=[unit_value("30", since=date(2027, 1, 1))]), series),
        "no_volume": (make_line(kpi=kpi), make_series(series.periods, [-1.0], 0.0)),
        "missing_rate": (make_line(kpi=kpi, values=[unit_value("30", currency="GBP")]), series),
    }
    for rule, (line, given_series) in cases.items():
        refusal = post(line, given_series)
        assert isinstance(refusal, WhyNot)
        assert refusal.rule == rule
        assert refusal.reason


def test_a_unit_value_that_changes_its_currency_is_refused():
    values = [unit_value("30"), unit_value("25", currency="GBP", since=date(2026, 2, 1))]
    refusal = post(make_line(kpi=make_kpi(frequency=Frequency.MONTH), values=values), months_of([-1.0, -1.0]))
    assert isinstance(refusal, WhyNot)
    assert refusal.rule == "no_unit_value"


def test_dated_unit_values_hold_from_their_day():
    values = [unit_value("30"), unit_value("40", since=date(2026, 2, 15))]
    money = money_of(post(make_line(kpi=make_kpi(frequency=Frequency.MONTH), values=values), months_of([-1.0, -1.0])))
    assert money.amount_minor == (3000, 4000)


def test_amounts_keep_their_currency_and_are_translated_once():
    rates = ExchangeRates("EUR", {("GBP", date(2026, 1, 1), RateSet.BUDGET): Fraction("1.17")})
    line = make_line(kpi=make_kpi(frequency=Frequency.MONTH), values=[unit_value("30.01", currency="GBP")])
    money = money_of(post(line, months_of([-1.0]), rates=rates))
    assert money.currency == "GBP"
    assert money.native_minor == (3001,)
    assert money.amount_minor == (round(Fraction(3001) * Fraction("1.17")),)


def test_a_missing_rate_is_an_error_and_never_one():
    with pytest.raises(MissingRateError, match="GBP to EUR"):
        EUR.rate("GBP", date(2026, 1, 1), RateSet.BUDGET)


def test_currencies_of_other_exponents_translate_by_minor_units():
    rates = ExchangeRates("EUR", {("JPY", date(2026, 1, 1), RateSet.BUDGET): Fraction("0.006")})
    assert rates.translate(10_000, "JPY", date(2026, 1, 1), RateSet.BUDGET) == 6_000


def test_draws_follow_the_effect_and_the_unit_value():
    line = make_line(kpi=make_kpi(frequency=Frequency.MONTH), values=[unit_value("30", low="20", high="40")])
    money = money_of(post(line, months_of([-1.0, -1.0])))
    certain = draw_money(money.recipe, np.full((4000, 2), -1.0))
    low, high = limits(certain[:, 0], 0.95)
    assert low == pytest.approx(2000, abs=5)
    assert high == pytest.approx(4000, abs=5)
    # One source, one randomness: both months move together.
    assert np.array_equal(certain[:, 0], certain[:, 1])


def test_sources_share_randomness_by_key_alone():
    assert source_seed("effect", effect_key("K", ["b", "a"])) == source_seed("effect", effect_key("K", ["a", "b"]))
    assert source_seed("effect", effect_key("K", ["a"])) != source_seed("effect", effect_key("K", ["a", "b"]))
    assert source_seed("effect", "x") != source_seed("unit_value", "x")
    one = believed_draws(1.0, 0.5, 1.5, n_draws=100, seed=source_seed("unit_value", "x"))
    two = believed_draws(2.0, 1.0, 3.0, n_draws=100, seed=source_seed("unit_value", "x"))
    assert np.allclose(two, 2.0 * one)


def test_believed_limits_are_the_quantiles():
    draws = believed_draws(0.9, 0.7, 1.0, n_draws=20000, seed=1)
    assert limits(draws, 0.95) == pytest.approx((0.7, 1.0), abs=1e-3)
    assert float(np.median(draws)) == pytest.approx(0.9, abs=1e-3)
    assert set(believed_draws(3.0, None, None, n_draws=5, seed=1)) == {3.0}


@given(
    effects=st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 4)), min_size=5, max_size=40),
    value=st.decimals(min_value=Decimal("0.01"), max_value=Decimal(99999), places=2),
)
def test_postings_are_the_exact_sum_of_their_days_rounded_once(effects, value):
    line = make_line(values=[unit_value(str(value))])
    series = weekly_series(date(2026, 1, 5), effects)
    outcome = post(line, series)
    if isinstance(outcome, WhyNot):
        assert outcome.rule == "no_full_period"
        return
    for month, amount in zip(outcome.fiscal, outcome.amount_minor, strict=True):
        exact = sum(
            (-Fraction(Decimal(f"{effect:.9e}")) * Fraction(value) * 100 * Fraction(week.overlap_days(month), 7)
             for week, effect in zip(series.periods, effects, strict=True)),
            Fraction(0),
        )  # fmt: skip
        assert abs(amount - exact) <= Fraction(1, 2)

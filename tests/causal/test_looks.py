"""Looks at the end of every month: their limits hold at all looks together."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from models.causal import Study, estimate_effect
from models.causal.looks import MOST_LOOKS, SINGLE_LOOK, monthly_looks
from models.causal.simulate import SeriesRecipe, series_family
from models.domain.calendar import Frequency
from models.domain.errors import InvalidInputError


def test_a_look_is_the_last_period_of_each_month_and_the_last_of_the_panel(weekly):
    frame, start = weekly(effect=4.0)
    looks = monthly_looks(frame, {"A": start})
    assert [look.period for look in looks][:2] == [date(2023, 10, 30), date(2023, 11, 27)]
    assert looks[-1].period == frame["period"].max()
    assert len({(look.period.year, look.period.month) for look in looks}) == len(looks)


def test_the_last_look_is_the_estimate_with_wider_limits(weekly):
    frame, start = weekly(effect=4.0)
    last = monthly_looks(frame, {"A": start})[-1]
    average = estimate_effect(frame, {"A": start}).average
    assert last.point == average.point
    assert last.low < average.low
    assert last.high > average.high
    assert last.is_alarm


def test_a_look_never_changes_for_what_comes_later(weekly):
    frame, start = weekly(effect=1.0)
    early = monthly_looks(frame[frame["period"] < date(2024, 3, 1)], {"A": start})
    late = monthly_looks(frame, {"A": start})
    assert late[: len(early)] == early


def test_there_are_at_most_24_looks_and_none_before_the_rules_admit_the_panel(weekly):
    frame, start = weekly(n=300, go_live=60)
    looks = monthly_looks(frame, {"A": start})
    assert len(looks) == MOST_LOOKS
    short, start = weekly(n=30, go_live=12)
    assert monthly_looks(short, {"A": start})[0].period >= short["period"][17]
    assert monthly_looks(short[:12], {"A": start}) == ()


@pytest.mark.parametrize(("frequency", "n_looks"), [(Frequency.MONTH, 11), (Frequency.QUARTER, 11), (None, 3)])
def test_longer_periods_are_each_a_look_and_every_fourth_of_whole_numbers(frequency, n_looks):
    step = {Frequency.MONTH: 1, Frequency.QUARTER: 3, None: 0}[frequency]
    periods = [date(2000 + step * i // 12, step * i % 12 + 1, 1) if step else i for i in range(36)]
    frame = pd.DataFrame({"unit": "A", "period": periods, "value": np.random.default_rng(1).normal(size=36)})
    looks = monthly_looks(frame, {"A": periods[24]}, study=Study(frequency=frequency))
    assert len(looks) == n_looks + (frequency is None)


def test_a_level_is_between_0_and_1(weekly):
    frame, start = weekly()
    with pytest.raises(InvalidInputError, match="level"):
        monthly_looks(frame, {"A": start}, level=0.0)
    assert SINGLE_LOOK.endswith(".")


@pytest.mark.slow
def test_false_alarms_over_all_looks_stay_below_1_in_20():
    simulate, n = series_family(SeriesRecipe(n=182, go_live=78, phi=(0.5,), effect=1e-9)), 60
    alarms = 0
    for i in range(n):
        made = simulate(np.random.default_rng(420_000 + i))
        alarms += any(look.is_alarm for look in monthly_looks(made.frame, made.go_live, study=made.study))
    assert alarms <= binom.ppf(0.999, n, 0.05)

"""Every rule refuses exactly at its bound, by design and frequency, and its advice leads out of it."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.causal import Study, estimate_effect, estimate_joint_effects
from models.domain.calendar import Frequency, add_months
from models.domain.effect import Design, EffectEstimate, NotEstimable

MONDAY = date(2022, 1, 3)
_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}
_DAYS = {Frequency.DAY: 1, Frequency.WEEK: 7, Frequency.FOUR_WEEK: 28}
FREQUENCIES = (*_DAYS, *_MONTHS, None)


def _periods(n, frequency=Frequency.WEEK):
    if frequency is None:
        return list(range(1, n + 1))
    if frequency in _MONTHS:
        return [add_months(date(2001, 1, 1), _MONTHS[frequency] * i) for i in range(n)]
    return [MONDAY + timedelta(days=_DAYS[frequency] * i) for i in range(n)]


def _frame(n, units=("A",), frequency=Frequency.WEEK, seed=5):
    rng = np.random.default_rng(seed)
    return pd.concat(
        [
            pd.DataFrame({"unit": unit, "period": _periods(n, frequency), "value": 20.0 + rng.normal(size=n)})
            for unit in units
        ],
        ignore_index=True,
    )


def _at(index, frequency=Frequency.WEEK):
    return _periods(index + 1, frequency)[index]


def _rule(result):
    return result.rule if isinstance(result, NotEstimable) else None


ALONE = [
    (11, 20, "too_few_before"),
    (12, 20, None),
    (12, 6, None),
    (12, 5, "too_few_in_all"),
    (16, 2, None),
    (15, 2, "too_few_in_all"),
    (40, 1, "too_few_after"),
    (40, 2, None),
]
BESIDE = [(7, 2, "too_few_before"), (8, 1, "too_few_after"), (8, 2, None), (40, 1, "too_few_after"), (40, 2, None)]


@pytest.mark.parametrize(
    ("before", "after", "rule", "design"),
    [(*row, design) for row, design in product(ALONE, (None, "interrupted_series", "before_after"))],
)
def test_bounds_without_controls(before, after, rule, design):
    result = estimate_effect(_frame(before + after), {"A": _at(before)}, design=design)
    assert _rule(result) == rule


@pytest.mark.parametrize(("before", "after", "rule"), BESIDE)
def test_bounds_with_controls(before, after, rule):
    frame = _frame(before + after, ("A", "B", "C"))
    assert _rule(estimate_effect(frame, {"A": _at(before)}, design="difference")) == rule
    randomised = Study(is_randomised=True)
    assert _rule(estimate_effect(frame, {"A": _at(before)}, design="randomised", study=randomised)) == rule


@pytest.mark.parametrize(("before", "after", "rule"), [*BESIDE[:3], (40, 2, None)])
def test_bounds_of_a_staggered_roll_out(before, after, rule):
    frame = _frame(before + after, ("A", "B", "C"))
    starts = {"A": _at(before), "B": _at(before - 1)}
    assert _rule(estimate_effect(frame, starts, design="staggered")) == rule


@pytest.mark.parametrize(("before", "after", "rule"), ALONE)
def test_missing_periods_do_not_count_at_the_bound(before, after, rule):
    frame = _frame(before + after + 6)
    frame.loc[[2, 3, 4], "value"] = np.nan
    frame.loc[[before + 3, before + 4, before + 5], "value"] = np.nan
    assert _rule(estimate_effect(frame, {"A": _at(before + 3)})) == rule


@pytest.mark.parametrize(
    ("design", "units", "is_randomised"),
    [
        ("difference", ("A",), False),
        ("staggered", ("A",), False),
        ("randomised", ("A",), True),
        ("randomised", ("A", "B"), False),
        ("staggered", ("A", "B"), False),
    ],
)
def test_a_forced_design_needs_what_its_grade_rests_on(design, units, is_randomised):
    study = Study(is_randomised=is_randomised)
    result = estimate_effect(_frame(60, units), {"A": _at(40)}, design=design, study=study)
    assert _rule(result) == "design_not_possible"


def test_a_forced_interrupted_series_is_refused_by_its_own_bound_though_controls_are_there():
    assert _rule(estimate_effect(_frame(60, "AB"), {"A": _at(11)}, design="interrupted_series")) == "too_few_before"
    assert _rule(estimate_effect(_frame(60, "AB"), {"A": _at(11)})) is None


@pytest.mark.parametrize("design", [None, "difference"])
def test_units_that_never_meet_in_time(design):
    frame = _frame(80, "AB")
    is_a = frame["unit"] == "A"
    is_late = frame["period"] >= _at(40)
    result = estimate_effect(frame[is_a == is_late], {"A": _at(60)}, design=design)
    assert _rule(result) == "no_overlap"


def test_a_kpi_that_never_moves_on_treated_units_is_constant_whatever_the_controls_do():
    frame = _frame(60, "ABC")
    frame.loc[frame["unit"] == "A", "value"] = 3.0
    result = estimate_effect(frame, {"A": _at(40)})
    assert _rule(result) == "constant_kpi"
    assert "treated" in result.reason
    joint = estimate_joint_effects(frame, {"first": {"A": _at(20)}, "second": {"A": _at(40)}})
    assert _rule(joint) == "constant_kpi"
    both = estimate_effect(frame, {"A": _at(40), "B": _at(40)})
    assert isinstance(both, EffectEstimate)


def test_units_that_each_stand_still_at_a_level_of_their_own_are_constant():
    frame = _frame(60, "ABC")
    frame.loc[frame["unit"] == "A", "value"] = 3.0
    frame.loc[frame["unit"] == "B", "value"] = 4.0
    frame = frame.drop(frame.index[[5, 80]])
    for design in (None, "interrupted_series"):
        result = estimate_effect(frame, {"A": _at(40), "B": _at(40)}, design=design)
        assert _rule(result) == "constant_kpi"


def test_controls_that_never_move_are_no_comparison():
    frame = _frame(60, "ABC")
    frame.loc[frame["unit"] == "B", "value"] = 3.0
    result = estimate_effect(frame, {"A": _at(40)})
    assert result.design is Design.DIFFERENCE
    assert result.control_units == ("C",)
    assert any(left.unit == "B" and "never changes" in left.reason for left in result.left_out)
    frame.loc[frame["unit"] == "C", "value"] = 4.0
    alone = estimate_effect(frame, {"A": _at(40)})
    assert alone.design is Design.INTERRUPTED_SERIES
    assert _rule(estimate_effect(frame, {"A": _at(40)}, design="difference")) == "design_not_possible"


def test_a_window_after_go_live_that_holds_only_missing_values():
    frame = _frame(60)
    frame.loc[frame["period"] >= _at(40), "value"] = np.nan
    assert _rule(estimate_effect(frame, {"A": _at(40)})) == "too_few_after"


def test_a_transition_that_eats_the_periods_after_go_live():
    eaten = Study(transition={"A": frozenset(_periods(44)[40:])})
    assert _rule(estimate_effect(_frame(45), {"A": _at(40)}, study=eaten)) == "too_few_after"
    assert _rule(estimate_effect(_frame(46), {"A": _at(40)}, study=eaten)) is None


@pytest.mark.parametrize(("end", "rule"), [(40, "too_few_after"), (41, "too_few_after"), (42, None)])
def test_an_initiative_that_ended_cannot_be_waited_for(end, rule):
    result = estimate_effect(_frame(60), {"A": _at(40)}, study=Study(treated_until={"A": _at(end)}))
    assert _rule(result) == rule
    if rule:
        assert result.from_period is None
        assert "ended" in result.what_would_help


@pytest.mark.parametrize("frequency", FREQUENCIES)
@pytest.mark.parametrize(("before", "after"), [(40, 1), (12, 2), (13, 1), (20, 0)])
def test_from_the_period_named_on_the_rules_admit_the_panel(frequency, before, after):
    n = before + after
    study = Study(frequency=frequency)
    refused = estimate_effect(_frame(n, frequency=frequency), {"A": _at(before, frequency)}, study=study)
    assert isinstance(refused, NotEstimable)
    assert refused.from_period is not None
    until = _periods(200, frequency).index(refused.from_period)
    one_less = estimate_effect(_frame(until, frequency=frequency), {"A": _at(before, frequency)}, study=study)
    enough = estimate_effect(_frame(until + 1, frequency=frequency), {"A": _at(before, frequency)}, study=study)
    assert isinstance(one_less, NotEstimable)
    assert isinstance(enough, EffectEstimate)


@pytest.mark.parametrize("frequency", [Frequency.QUARTER, Frequency.YEAR])
def test_short_panels_of_quarters_and_years_are_refused(frequency):
    for n in (5, 10, 17):
        result = estimate_effect(
            _frame(n, frequency=frequency), {"A": _at(n - 3, frequency)}, study=Study(frequency=frequency)
        )
        assert isinstance(result, NotEstimable)


@settings(max_examples=40, deadline=None)
@given(before=st.integers(0, 20), after=st.integers(0, 8), n_controls=st.integers(0, 2), gap=st.integers(0, 3))
def test_following_the_advice_leads_to_an_estimate_or_to_another_rule(before, after, n_controls, gap):
    n = before + after
    if n < 3:
        return
    units = ("A", "B", "C")[: 1 + n_controls]
    frame = _frame(n, units)
    go_live = {"A": _at(before + (gap if after == 0 else 0))}
    result = estimate_effect(frame, go_live)
    if isinstance(result, EffectEstimate):
        assert after >= 2
        assert before >= (8 if n_controls else 12)
        return
    if result.from_period is not None:
        longer = _frame(_periods(100).index(result.from_period) + 1, units)
        assert _rule(estimate_effect(longer, go_live)) != result.rule
    elif "earlier period" in result.what_would_help:
        missing = int(next(word for word in result.what_would_help.split() if word.isdigit()))
        early = pd.concat(
            [
                pd.DataFrame(
                    {
                        "unit": unit,
                        "period": [MONDAY - timedelta(weeks=k) for k in range(1, missing + 1)],
                        "value": np.random.default_rng(k).normal(size=missing),
                    }
                )
                for k, unit in enumerate(units)
            ]
        )
        longer = pd.concat([frame, early], ignore_index=True)
        assert _rule(estimate_effect(longer, go_live)) != result.rule


def test_a_go_live_to_come_after_too_short_a_history_is_refused_for_the_history():
    result = estimate_effect(_frame(5), {"A": _at(7)})
    assert _rule(result) == "too_few_before"
    assert "7 periods" in result.reason
    assert _rule(estimate_effect(_frame(5), {"A": _at(12)})) == "too_few_after"


@pytest.mark.parametrize("n_covariates", [1, 2, 3, 12, 40])
def test_covariates_never_eat_up_a_short_history(n_covariates):
    frame = _frame(18)
    rng = np.random.default_rng(2)
    for i in range(n_covariates):
        frame[f"x{i}"] = rng.normal(size=18)
    result = estimate_effect(frame, {"A": _at(12)})
    assert isinstance(result, EffectEstimate)
    assert sum("covariate" in left.reason for left in result.left_out) == max(0, n_covariates - 2)
    assert result.average.high - result.average.low > 0.5
    assert result.mixture.df.min() >= 11.0


def test_covariates_that_tell_the_same_count_once():
    frame = _frame(60)
    frame["x"] = np.random.default_rng(2).normal(size=60)
    doubled = frame.assign(y=3.0 * frame["x"] + 1.0, line=np.arange(60.0))
    one, two = estimate_effect(frame, {"A": _at(40)}), estimate_effect(doubled, {"A": _at(40)})
    assert two.average == one.average
    assert sum("covariate" in left.reason for left in two.left_out) == 2


def test_outliers_never_take_a_series_below_what_the_rules_ask():
    frame = _frame(18)
    frame.loc[[2, 5, 9], "value"] += 100.0
    result = estimate_effect(frame, {"A": _at(16)})
    assert not any("outlying" in left.reason for left in result.left_out)
    assert result.average.high - result.average.low > 20.0


def test_one_period_that_moves_is_no_proof_that_nothing_else_does():
    frame = _frame(40)
    frame["value"] = 3.0
    frame.loc[35, "value"] = 4.0
    result = estimate_effect(frame, {"A": _at(30)})
    assert result.average.high - result.average.low > 0.1


def test_many_initiatives_on_one_short_series_are_refused_or_one():
    frame = _frame(30)
    found = estimate_joint_effects(frame, {f"i{j}": {"A": _at(12 + 2 * j)} for j in range(8)})
    separate = [group for group in found.groups if isinstance(group.result, EffectEstimate)]
    assert sum(len(group.initiatives) for group in found.groups) == 8
    assert len(separate) <= 2

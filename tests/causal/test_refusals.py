"""Exactly the listed rules refuse, always; and what is no panel is an error that names the place."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.causal import Study, estimate_effect
from models.causal.refuse import RULES
from models.domain.calendar import Frequency
from models.domain.effect import Design, EffectEstimate, NotEstimable
from models.domain.errors import InvalidInputError, PanelError


def _rule(result):
    assert isinstance(result, NotEstimable), result
    assert result.rule in RULES
    assert result.reason.endswith(".")
    assert result.what_would_help.endswith(".")
    return result.rule


@pytest.mark.parametrize(
    ("n", "go_live", "rule"),
    [
        (31, 11, "too_few_before"),
        (14, 12, "too_few_in_all"),
        (17, 15, "too_few_in_all"),
        (20, 19, "too_few_after"),
        (5, 3, "too_few_before"),
    ],
)
def test_too_little_is_refused_without_controls(weekly, n, go_live, rule):
    frame, start = weekly(n=n, go_live=go_live)
    assert _rule(estimate_effect(frame, {"A": start})) == rule


def test_the_least_that_is_admitted_without_controls(weekly):
    frame, start = weekly(n=18, go_live=16)
    assert isinstance(estimate_effect(frame, {"A": start}), EffectEstimate)
    frame, start = weekly(n=18, go_live=12)
    assert isinstance(estimate_effect(frame, {"A": start}), EffectEstimate)


@pytest.mark.parametrize(("go_live", "is_refused"), [(7, True), (8, False)])
def test_eight_periods_before_are_enough_with_controls(panel, go_live, is_refused):
    frame, periods = panel(n_units=4, n=go_live + 4, starts={"u0": go_live})
    result = estimate_effect(frame, {"u0": periods[go_live]})
    assert isinstance(result, NotEstimable) == is_refused
    if is_refused:
        assert _rule(result) == "too_few_before"


def test_a_refusal_says_from_when_on(weekly):
    frame, start = weekly(n=31, go_live=30)
    result = estimate_effect(frame, {"A": start})
    assert _rule(result) == "too_few_after"
    assert result.from_period == date(2022, 8, 8)


def test_a_go_live_after_the_window_is_too_few_after(weekly):
    frame, _ = weekly(n=30, go_live=30)
    result = estimate_effect(frame, {"A": date(2022, 9, 5)})
    assert _rule(result) == "too_few_after"
    assert result.from_period == date(2022, 9, 12)


def test_a_go_live_before_the_window_is_too_few_before(weekly):
    frame, _ = weekly(n=60)
    assert _rule(estimate_effect(frame, {"A": date(2020, 1, 6)})) == "too_few_before"


def test_missing_values_do_not_count(weekly):
    frame, start = weekly(n=40, go_live=30)
    frame.loc[:19, "value"] = np.nan
    assert _rule(estimate_effect(frame, {"A": start})) == "too_few_before"


def test_only_missing_values_are_refused(weekly):
    frame, start = weekly()
    assert _rule(estimate_effect(frame.assign(value=np.nan), {"A": start})) == "nothing_observed"


def test_a_constant_kpi_is_refused(weekly):
    frame, start = weekly()
    assert _rule(estimate_effect(frame.assign(value=7.0), {"A": start})) == "constant_kpi"


def test_no_treated_unit_is_refused(weekly):
    frame, start = weekly()
    assert _rule(estimate_effect(frame, {})) == "no_treated_unit"
    assert _rule(estimate_effect(frame, {"B": start})) == "no_treated_unit"


def test_units_that_never_overlap_in_time_are_refused(panel):
    frame, periods = panel(n_units=4, n=80, starts={"u0": 60})
    is_u0 = frame["unit"] == "u0"
    late = frame["period"] >= periods[40]
    apart = frame[(is_u0 & late) | (~is_u0 & ~late)]
    assert _rule(estimate_effect(apart, {"u0": periods[60]})) == "no_overlap"


def test_controls_that_are_too_short_leave_the_units_own_past(panel):
    frame, periods = panel(n_units=3, n=80, starts={"u0": 50}, effect=3.0)
    short = frame[(frame["unit"] == "u0") | (frame["period"] >= periods[46])]
    result = estimate_effect(short, {"u0": periods[50]})
    assert isinstance(result, EffectEstimate)
    assert result.design is Design.INTERRUPTED_SERIES
    assert "refused" in result.design_reason


def test_a_forced_design_without_what_it_needs_is_refused(weekly):
    frame, start = weekly()
    assert _rule(estimate_effect(frame, {"A": start}, design="difference")) == "design_not_possible"
    assert _rule(estimate_effect(frame, {"A": start}, design="staggered")) == "design_not_possible"


def test_a_unit_twice_in_a_period_is_no_panel(weekly):
    frame, start = weekly()
    doubled = pd.concat([frame, frame.iloc[[5]]])
    with pytest.raises(PanelError, match=r"unit 'A' has 2 values in period 2022-02-07"):
        estimate_effect(doubled, {"A": start})


def test_infinity_is_no_panel(weekly):
    frame, start = weekly()
    frame.loc[3, "value"] = np.inf
    with pytest.raises(PanelError, match=r"unit 'A' in period 2022-01-24 is infinite"):
        estimate_effect(frame, {"A": start})


def test_text_is_no_panel(weekly):
    frame, start = weekly()
    with pytest.raises(PanelError, match="value holds something that is no number"):
        estimate_effect(frame.assign(value=frame["value"].astype(str)), {"A": start})


def test_columns_and_rows_are_required(weekly):
    frame, start = weekly()
    with pytest.raises(PanelError, match="lacks the column value"):
        estimate_effect(frame.drop(columns="value"), {"A": start})
    with pytest.raises(PanelError, match="no rows"):
        estimate_effect(frame.iloc[:0], {"A": start})


def test_a_declared_frequency_that_the_spacing_contradicts_is_an_error(weekly):
    frame, start = weekly()
    with pytest.raises(PanelError, match="month"):
        estimate_effect(frame, {"A": start}, study=Study(frequency=Frequency.MONTH))


def test_wrong_arguments_are_errors(weekly):
    frame, start = weekly()
    with pytest.raises(InvalidInputError, match="level"):
        estimate_effect(frame, {"A": start}, level=95)
    with pytest.raises(InvalidInputError, match="no design"):
        estimate_effect(frame, {"A": start}, design="magic")


def test_a_perfect_step_is_estimated_without_nan():
    frame = pd.DataFrame({"unit": "A", "period": range(40), "value": [0.0] * 30 + [1.0] * 10})
    result = estimate_effect(frame, {"A": 30})
    assert isinstance(result, EffectEstimate)
    assert result.average.point == pytest.approx(1.0, abs=1e-6)
    assert np.isfinite([result.average.low, result.average.high, result.p_value]).all()

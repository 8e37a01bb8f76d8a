"""The sentences and charts of the bridge pages, from bridges made by hand."""

from __future__ import annotations

from datetime import date

import plotly.graph_objects as go
import pytest

from dashboard.components.bridge_words import (
    benefit_title,
    completion_cost_title,
    completion_title,
    cost_title,
    largest_cause,
    steps_title,
    versions_title,
)
from dashboard.figures import theme
from dashboard.figures.bridge import bridge_spans
from dashboard.figures.causes import bridge_unit, cause_steps, draw_causes
from dashboard.format import Scale, format_cost_change
from models.domain.bridge import Bridge, Cause, Completion, OwnerMonth, make_bridge, sum_bridges
from models.domain.errors import InvalidInputError
from models.domain.interval import MoneyInterval

K = 100_000


def bridge(start: int, **steps: int) -> Bridge:
    amounts = {(Cause(name), "L"): amount * K for name, amount in steps.items()}
    return make_bridge(start * K, start * K + sum(amounts.values()), amounts)


LATE = bridge(1000, timing_recoverable=-120, timing_lost=-40, effect_size=-90, unit_value=40)
COST = bridge(400, cost_timing=-20, cost_build=90, cost_run=-10)
INTERVAL = MoneyInterval(700 * K, 790 * K, 900 * K, "EUR", 0.95)


def test_the_title_is_the_distance_and_the_largest_cause_taken_together() -> None:
    assert benefit_title(LATE, "EUR") == "Realised value is 21 % below case; late go-live is the largest cause"
    assert largest_cause(bridge(100, baseline=5, unit_value=30)) == "more value per unit"
    assert cost_title(COST, "EUR") == "Cost is 15 % above plan; a dearer build is the largest cause"
    assert steps_title(LATE, "EUR").endswith("the largest steps are timing, recoverable −120k, effect size −90k")


def test_the_title_says_what_there_is_without_a_case_or_a_gain() -> None:
    assert benefit_title(bridge(0), "EUR").startswith("No approved case promised")
    assert "no approved case promised" in benefit_title(bridge(0, outside_case=5), "EUR")
    assert "is lost instead" in benefit_title(bridge(100, effect_size=-130), "EUR")
    assert benefit_title(bridge(100), "EUR") == "Realised value is on case"
    assert cost_title(bridge(0, cost_run=3), "EUR") == "EUR 3.0k is invested; no approved case planned a cost by now"


def test_versions_and_completion_speak() -> None:
    assert versions_title(bridge(100, reach_units=-20), 1, 2, "EUR") == (
        "Version 2 of the case promises EUR 20k less than version 1; less reach is the largest cause"
    )
    assert versions_title(bridge(100), 1, 2, "EUR") == "Versions 1 and 2 of the case promise the same"
    month = OwnerMonth(date(2026, 10, 1), date(2026, 11, 1), "FY26-P10", 50 * K, 30 * K)
    completion = Completion(1000 * K, INTERVAL, 400 * K, 500 * K, (month,))
    assert completion.owner_difference_minor == 20 * K
    assert "21 % below the case to its horizon; the owner forecasts 20k more" in completion_title(completion, "EUR")
    assert completion_cost_title(completion, "EUR").endswith("25 % above what was approved to the horizon")
    assert completion_title(Completion(0, None, None, 0, ()), "EUR").startswith("No forecast at completion")
    assert completion_cost_title(Completion(0, None, None, 0, ()), "EUR").endswith("no approved case planned a cost")


def test_a_loss_is_no_percentage_and_a_rounding_is_no_largest_step() -> None:
    loss = MoneyInterval(-700 * K, -583 * K, -459 * K, "EUR", 0.95)
    title = completion_title(Completion(356 * K, loss, None, 0, ()), "EUR")
    assert "%" not in title
    assert title.endswith("is expected, where the case promises 356k to its horizon")
    small = steps_title(bridge(5_000, reach_units=-772, effect_size=-1), "EUR")
    assert small.endswith("the largest step is reach: units −772k")


@pytest.mark.parametrize("found", [LATE, COST, bridge(100), bridge(0, outside_case=-3)])
def test_a_bridge_is_drawn_with_subtotals_and_arrives_where_it_ends(found: Bridge) -> None:
    steps = cause_steps(
        found, "EUR", lambda cause: f"/bridge/{cause.value}", start=("Case", "/case"), end=("Realised", "/realised")
    )
    go.Figure(draw_causes(steps))
    spans = bridge_spans(steps)
    assert spans[-1] == (0.0, found.end_minor / 100)
    assert spans[-2][1] == pytest.approx(spans[-1][1])
    assert all(step.href for step in steps if step.kind == "change")


def test_subtotals_stand_where_the_meaning_changes() -> None:
    found = bridge(1000, baseline=-10, timing_recoverable=-90, effect_size=-100, not_yet_evidenced=-50)
    labels = [
        step.label
        for step in cause_steps(found, "EUR", lambda _: "/", start=("Case", ""), end=("Realised", ""))
        if step.kind == "total"
    ]
    assert labels == ["Case", "Due by now", "Measured of it", "Realised"]


def test_shown_steps_add_up_to_the_shown_ends() -> None:
    found = bridge(1234, effect_size=-333, unit_value=-333, reach_units=-333)
    steps = cause_steps(found, "EUR", lambda _: "/", start=("Case", ""), end=("Realised", ""))
    assert [step.text for step in steps if step.kind == "total"] == ["1,234", "235"]


def test_a_step_that_would_show_as_nothing_makes_the_unit_finer() -> None:
    assert bridge_unit(bridge(14_000, effect_size=-4000), "EUR").scale is Scale.M
    assert bridge_unit(bridge(14_000, effect_size=-4000, baseline=-9), "EUR").scale is Scale.K


def test_more_cost_is_adverse() -> None:
    steps = {step.label: step for step in cause_steps(COST, "EUR", lambda _: "/", start=("A", ""), end=("B", ""))}
    assert steps["build"].text == "▲ +90 A"
    assert steps["build"].fill["color"] == theme.ADVERSE
    assert steps["run"].text == "▼ −10 F"
    assert format_cost_change(0, scale=Scale.ONE, decimals=0).is_favourable is None


def test_a_bridge_that_does_not_sum_is_refused_and_sums_are_exact() -> None:
    with pytest.raises(InvalidInputError):
        make_bridge(100, 90, {(Cause.EFFECT_SIZE, "L"): -9})
    total = sum_bridges([("A", LATE), ("B", bridge(10, effect_size=-2))])
    assert total.is_exact
    assert [part.key for part in total.step_of(Cause.EFFECT_SIZE).contributions] == ["A", "B"]

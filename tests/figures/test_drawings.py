from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.evidence import GRADE_WORDS
from dashboard.figures import theme
from dashboard.figures.axes import padded_range, round_ticks
from dashboard.figures.bridge import bridge_spans, wrap_label
from dashboard.figures.cascade import cascade_steps, draw_cascade, figure_link
from dashboard.figures.costs import cost_by_period, draw_costs
from dashboard.figures.counterfactual import draw_counterfactual
from dashboard.figures.cumulative import draw_cumulative
from dashboard.figures.gap import cast_gap, draw_gap
from dashboard.figures.labels import LINE_HEIGHT, EndLabel, place_end_labels
from dashboard.figures.ledger import draw_movement, draw_movement_history, sum_cells
from dashboard.figures.shares import draw_bars, grade_bars, idle_bars, tie_bars
from models.domain.effect import EvidenceGrade
from models.domain.ledger import LedgerComponent
from models.domain.money import Money
from models.domain.valuation import GapBridge
from tests.figures.specimen import make_ledger_view, make_summary
from tests.figures.specimen_effect import BEFORE, make_estimate
from tests.figures.specimen_plots import EUR

SUMMARY = make_summary()
VIEW = make_ledger_view()
FREIGHT = next(line for line in VIEW.ledger.lines if line.pl_line == "freight")
LINK = figure_link()
FIRST = SUMMARY.initiatives[0]


def every_figure() -> dict[str, theme.Figure]:
    figures = SUMMARY.figures
    return {
        "cascade": draw_cascade(figures, LINK),
        "gap": draw_gap(figures.gap, LINK),
        "grades": draw_bars(grade_bars(figures, GRADE_WORDS, "/lineage", "/lineage")),
        "states": draw_bars(tie_bars(figures.by_tie_state, figures.realised.point_minor, "/lineage")),
        "idle": draw_bars(idle_bars(SUMMARY.spend_without_production, {})),
        "cumulative": draw_cumulative(FIRST.cumulative, EUR),
        "unmeasured": draw_cumulative(FIRST.cumulative, EUR, is_measured=False),
        "counterfactual": draw_counterfactual(make_estimate(), go_live=None),
        "costs": draw_costs(FIRST.costs, EUR, {}),
        "movement": draw_movement(sum_cells(FREIGHT.cells), {}, {}, EUR, actual_link="/lineage"),
        "history": draw_movement_history(FREIGHT.cells, EUR, {}),
    }


@pytest.mark.parametrize("name", sorted(every_figure()))
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_is_valid_and_plain(name: str, scheme: theme.Scheme) -> None:
    figure = theme.recolour(every_figure()[name], scheme)
    go.Figure(figure)
    assert type(figure) is dict
    assert figure["layout"]["showlegend"] is False
    assert len({trace["name"] for trace in figure["data"]}) <= 7
    colours = {theme.FAVOURABLE, theme.ADVERSE} if scheme == "dark" else set()
    assert not colours & set(_strings(figure))


def _strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list | tuple):
        return [text for value in node for text in _strings(value)]
    return [node] if isinstance(node, str) else []


def test_the_cascade_arrives_where_each_total_stands() -> None:
    steps = cascade_steps(SUMMARY.figures, LINK)
    spans = bridge_spans(steps)
    for (before, after), step in zip(pairwise(spans), steps[1:], strict=True):
        if step.kind == "total":
            assert after[1] == pytest.approx(before[1], abs=0.005)
    figures = SUMMARY.figures
    totals = [step.amount for step in steps if step.kind == "total"]
    assert totals == [
        float(amount)
        for amount in (
            figures.claimed.major,
            figures.measured.point,
            figures.realised_cashable.point,
            figures.tied_out.point,
            figures.net.point,
        )
    ]


def test_claims_are_hatched_and_measured_totals_carry_whiskers() -> None:
    steps = cascade_steps(SUMMARY.figures, LINK)
    assert "pattern" in steps[0].fill
    assert all("pattern" not in step.fill for step in steps[1:])
    uncertain = [step.label for step in steps if step.low is not None]
    assert uncertain == [
        "Measured",
        "Realised cashable",
        "Tied out",
        "Net",
    ]


def test_every_bar_of_a_bridge_opens_its_rows() -> None:
    for figure in (every_figure()["cascade"], every_figure()["gap"]):
        bars = next(trace for trace in figure["data"] if trace["type"] == "bar")
        assert all(href.startswith("/lineage?figure=") for _, href in bars["customdata"])


def test_value_not_in_production_is_a_step_of_its_own() -> None:
    figures = SUMMARY.figures
    pilot = replace(figures, measured=replace(figures.measured, point_minor=figures.measured.point_minor + 50_000_000))
    assert "not in production" in [step.label for step in cascade_steps(pilot, LINK)]
    assert "not in production" not in [step.label for step in cascade_steps(figures, LINK)]


AMOUNTS = st.integers(-(10**11), 10**11)


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_gap_adds_up_as_it_is_shown(tied: int, late: int, unseen: int, short: int) -> None:
    gap = GapBridge(*(Money(amount, EUR) for amount in (tied + late + unseen + short, tied, late, unseen, short)))
    shown = cast_gap(gap)
    assert shown.promised - shown.tied == shown.late + shown.unseen + shown.short


def test_grades_below_e2_are_hatched_and_claims_stand_last() -> None:
    bars = grade_bars(SUMMARY.figures, GRADE_WORDS, "/a", "/b")
    assert [bar.label[:2] for bar in bars] == ["E5", "E4", "E3", "E2", "E1", "E0"]
    assert ["pattern" in bar.fill for bar in bars] == [False, False, False, False, True, True]
    realised = sum(bar.amount for bar in bars[:-1])
    assert realised == pytest.approx(float(SUMMARY.figures.realised.point), abs=0.005)
    assert "%" not in bars[-1].text
    assert EvidenceGrade.E0.label in bars[-1].label


def test_actual_keeps_its_gaps_and_bands_hold_the_counterfactual() -> None:
    estimate = make_estimate()
    figure = draw_counterfactual(estimate, go_live=None)
    by_name = {trace["name"]: trace for trace in figure["data"]}
    actual, without = by_name["Actual"], by_name["Counterfactual"]
    assert actual["y"][30] is None
    assert actual["connectgaps"] is False
    low, high = [trace["y"] for trace in figure["data"] if trace["name"] == "95%"]
    centre = without["y"][BEFORE:]
    assert all(bottom < value < top for bottom, value, top in zip(low, centre, high, strict=True))
    widths = np.array(high) - np.array(low)
    assert np.allclose(widths, estimate.effect_high - estimate.effect_low)
    assert figure["layout"]["shapes"][0]["x0"] == estimate.effect_periods[0].isoformat()  # type: ignore[union-attr]


def test_yearly_integer_periods_are_drawn_as_numbers() -> None:
    estimate = make_estimate()
    years = tuple(range(len(estimate.window_periods)))
    numbered = replace(estimate, window_periods=years, effect_periods=years[BEFORE:])
    figure = draw_counterfactual(numbered, go_live=None)
    go.Figure(figure)
    assert figure["layout"]["xaxis"]["type"] == "linear"
    assert figure["layout"]["shapes"][0]["x0"] == BEFORE


def test_the_forecast_starts_where_the_realised_line_ends() -> None:
    figure = draw_cumulative(FIRST.cumulative, EUR)
    by_name = {trace["name"]: trace for trace in figure["data"]}
    assert by_name["Forecast"]["x"][0] == by_name["Realised"]["x"][-1] == "2026-09-30"
    assert by_name["Forecast"]["y"][0] == by_name["Realised"]["y"][-1]
    assert by_name["Realised"]["line"] == theme.line_actual()


def test_without_a_measured_benefit_there_is_no_line_at_zero() -> None:
    names = {trace["name"] for trace in draw_cumulative(FIRST.cumulative, EUR, is_measured=False)["data"]}
    assert names == {"Cost", "Approved case"}


def test_an_initiative_without_a_case_has_no_case_line_label() -> None:
    points = [replace(point, projected_minor=None, projected_cost_minor=None) for point in FIRST.cumulative]
    labels = [label["text"] for label in draw_cumulative(points, EUR)["layout"]["annotations"]]
    assert not any("Case" in text for text in labels)


def test_costs_sum_to_what_was_posted() -> None:
    table = cost_by_period(FIRST.costs)
    assert list(table) == ["build", "run"]
    assert sum(sum(amounts.values()) for amounts in table.values()) == FIRST.figures.invested.amount_minor


def test_the_movement_is_what_the_rows_add_up_to() -> None:
    movement = sum_cells(FREIGHT.cells)
    assert movement.moved_minor == sum(movement.rows.values())
    assert movement.actual_minor == movement.flexed_minor + sum(movement.rows.values())
    figure = draw_movement(movement, {}, {}, EUR, actual_link="")
    bars = next(trace for trace in figure["data"] if trace["type"] == "bar")
    assert bars["base"][-1] == 0
    assert bars["base"][-2] + bars["x"][-2] == pytest.approx(bars["x"][-1], abs=0.01)


def test_periods_without_a_reference_are_left_out_of_a_movement() -> None:
    blank = replace(FREIGHT.cells[0], reference_scenario="", rows=FREIGHT.cells[0].rows[-1:])
    assert sum_cells([blank, *FREIGHT.cells[1:]]) == sum_cells(FREIGHT.cells[1:])
    history = draw_movement_history([blank, *FREIGHT.cells[1:]], EUR, {})
    assert len(history["data"][0]["x"]) == len(FREIGHT.cells) - 1


def test_initiatives_out_of_scope_have_no_name_in_a_bridge() -> None:
    figure = draw_movement(sum_cells(FREIGHT.cells), {"INI-02": "Route planning"}, {}, EUR, actual_link="")
    words = " ".join(figure["layout"]["yaxis"]["ticktext"])
    assert "Route planning" in words
    assert "Load consolidation" not in words
    assert any(component is LedgerComponent.INITIATIVE for component, _ in sum_cells(FREIGHT.cells).rows)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_end_labels_never_touch(values: list[float]) -> None:
    low, high = padded_range(values)
    height = 280
    placed = place_end_labels([EndLabel(str(i), 0, y) for i, y in enumerate(values)], low=low, high=high, height=height)
    per_pixel = (high - low) / height
    tops = [label["y"] / per_pixel + label["yshift"] for label in placed]
    assert all(upper - lower >= LINE_HEIGHT - 0.2 for lower, upper in pairwise(tops))


@given(st.floats(-1e9, 1e9), st.floats(1.0, 1e9))
def test_ticks_are_round_and_inside(low: float, span: float) -> None:
    ticks = round_ticks(low, low + span)
    assert 1 <= len(ticks) <= 9
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)
    if len(ticks) > 1:
        step = ticks[1] - ticks[0]
        lead = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(lead - round_one) for round_one in (1, 2, 5, 10)) < 1e-6


def test_labels_are_escaped_and_kept_to_two_lines() -> None:
    assert wrap_label("A <b> name") == "A &lt;b&gt; name"
    long = wrap_label("Returns routing with a name that runs on for longer than any column is wide")
    assert long.count("<br>") == 1
    assert long.endswith("…")

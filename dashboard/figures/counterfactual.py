"""Actual against what would have been: the treated units of a benefit line before and after go-live."""

from __future__ import annotations

from datetime import date

import numpy as np

from dashboard.figures import theme
from dashboard.figures.axes import date_axis, finite_values, mark_position, padded_range, position_of
from dashboard.figures.labels import EndLabel, place_end_labels
from models.domain.effect import EffectEstimate

HEIGHT = 330
PLOT_HEIGHT = 280
LABEL_MARGIN = 84


def draw_counterfactual(estimate: EffectEstimate, *, go_live: date | None) -> theme.Figure:
    """Return actual (solid) and counterfactual (dashed) with bands after go-live, and go-live marked.

    The bands are those of the effect, turned about the counterfactual. Missing periods stay open.
    """
    window = [position_of(period) for period in estimate.window_periods]
    observed, without = finite_values(estimate.window_observed), finite_values(estimate.window_counterfactual)
    bands = _bands(estimate)
    low, high = padded_range(
        [*observed, *without, *(value for trace in bands for value in trace["y"])], is_zero_shown=False
    )
    is_dated = bool(estimate.window_periods) and isinstance(estimate.window_periods[0], date)
    figure = theme.make_figure(
        [
            *bands,
            _line(window, without, theme.line_counterfactual(), "Counterfactual"),
            _line(window, observed, theme.line_actual(), "Actual"),
        ],
        height=HEIGHT,
        margin={"l": 8, "r": LABEL_MARGIN, "t": 22, "b": 8},
        hovermode="x unified",
        annotations=place_end_labels(
            [
                *_end_label("Actual", window, observed, is_strong=True),
                *_end_label("Without it", window, without, is_strong=False),
            ],
            low=low,
            high=high,
            height=PLOT_HEIGHT,
        ),
        xaxis=date_axis(window),
        yaxis=theme.axis(showline=False, showgrid=True, gridcolor=theme.GRID, range=[low, high], nticks=5),
    )
    mark: date | int | None = go_live if is_dated else None
    if mark is None and estimate.effect_periods:
        mark = estimate.effect_periods[0]
    if mark is not None:
        mark_position(figure, mark, "go-live")
    return figure


def _bands(estimate: EffectEstimate) -> list[theme.Trace]:
    """Return the bands about the counterfactual: as far from it as the limits of the effect are from the effect."""
    at = {period: i for i, period in enumerate(estimate.window_periods)}
    after = [position_of(period) for period in estimate.effect_periods]
    centre = np.array(
        [estimate.window_counterfactual[at[period]] if period in at else np.nan for period in estimate.effect_periods]
    )
    bands = []
    for low, high, colour, name in (
        (estimate.effect_low, estimate.effect_high, theme.BAND_95, f"{estimate.level:.0%}"),
        (estimate.effect_low_80, estimate.effect_high_80, theme.BAND_80, "80%"),
    ):
        below, above = centre - (high - estimate.effect_point), centre + (estimate.effect_point - low)
        bands += theme.band(after, finite_values(below), finite_values(above), colour, name)
    return bands


def _line(x: list[str | int], y: list[float | None], line: dict[str, object], name: str) -> theme.Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": line,
        "name": name,
        "connectgaps": False,
        "hovertemplate": "%{y:.4g}",
    }


def _end_label(name: str, x: list[str | int], y: list[float | None], *, is_strong: bool) -> list[EndLabel]:
    known = [(at, value) for at, value in zip(x, y, strict=True) if value is not None]
    return [EndLabel(name, known[-1][0], known[-1][1], is_strong)] if known else []

"""The effect by age: how far the treated units were from their counterfactual, period by period around go-live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures import theme
from dashboard.figures.axes import mark_position, padded_range
from dashboard.format import format_number, format_quantity_range

HEIGHT = 320
FEW = 40


@dataclass(frozen=True, slots=True)
class AgePoint:
    """The effect at an age: periods since go-live, 0 in the first treated period, negative before.

    Before go-live it is what the fit leaves over, without limits unless the design gives them.
    """

    age: int
    low: float | None
    point: float
    high: float | None
    low_80: float | None = None
    high_80: float | None = None


def draw_event_study(points: Sequence[AgePoint], unit: str) -> theme.Figure:
    """Return hollow points before go-live and solid ones after, with whiskers, or bands where there are many."""
    low, high = padded_range(value for point in points for value in (point.low, point.point, point.high))
    limited = [point for point in points if point.low is not None and point.high is not None]
    limits = _bands(limited) if len(points) > FEW else _whiskers(limited)
    ages = [point.age for point in points]
    figure = theme.make_figure(
        [*limits, *_dots(points, unit)],
        height=HEIGHT,
        margin={"l": 8, "r": 16, "t": 22, "b": 30},
        xaxis=theme.axis(
            range=[min(ages, default=0) - 0.8, max(ages, default=1) + 0.8],
            nticks=8,
            title={"text": "periods since go-live", "font": {"size": 11, "color": theme.MUTED}},
        ),
        yaxis=theme.value_axis(
            range=[low, high],
            nticks=6,
        ),
    )
    if any(age < 0 for age in ages):
        mark_position(figure, 0, "go-live")
        figure["layout"]["shapes"][-1] |= {"x0": -0.5, "x1": -0.5}
        figure["layout"]["annotations"][-1] |= {"x": -0.5}
    return figure


def _bands(points: Sequence[AgePoint]) -> list[theme.Trace]:
    """Return bands of the runs after go-live and before it: they do not join across go-live."""
    traces: list[theme.Trace] = []
    for side in ([p for p in points if p.age < 0], [p for p in points if p.age >= 0]):
        ages = [point.age for point in side]
        if side:
            traces += theme.band(ages, [p.low for p in side], [p.high for p in side], theme.BAND_95, "limits")
        inner = [point for point in side if point.low_80 is not None]
        if inner:
            ages = [point.age for point in inner]
            lows, highs = [p.low_80 for p in inner], [p.high_80 for p in inner]
            traces += theme.band(ages, lows, highs, theme.BAND_80, "80%")
    return traces


def _whiskers(points: Sequence[AgePoint]) -> list[theme.Trace]:
    traces: list[theme.Trace] = []
    pairs = (
        ("limits", 1.4, [(p.age, p.low, p.high) for p in points]),
        ("80%", 4.0, [(p.age, p.low_80, p.high_80) for p in points if p.low_80 is not None]),
    )
    for name, width, spans in pairs:
        if not spans:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [x for age, _, _ in spans for x in (age, age, None)],
                "y": [y for _, low, high in spans for y in (low, high, None)],
                "line": {"color": theme.AXIS, "width": width},
                "name": name,
                "hoverinfo": "skip",
            }
        )
    return traces


def _dots(points: Sequence[AgePoint], unit: str) -> list[theme.Trace]:
    traces = []
    size = 8 if len(points) <= FEW else 5
    sides = (
        ("before", theme.PAPER, theme.COUNTERFACTUAL, [p for p in points if p.age < 0]),
        ("after", theme.INK, theme.INK, [p for p in points if p.age >= 0]),
    )
    for name, fill, edge, side in sides:
        if side:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [point.age for point in side],
                    "y": [point.point for point in side],
                    "marker": {"size": size, "color": fill, "line": {"color": edge, "width": 1.3}},
                    "name": name,
                    "customdata": [
                        theme.escape_text(
                            f"age {format_number(p.age)}: {format_quantity_range(p.low, p.point, p.high, unit)}"
                        )
                        for p in side
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                }
            )
    return traces

"""Bridges drawn as bars with a base, because a waterfall trace cannot outline or hatch single bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from dashboard.figures import theme


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a bridge.

    A `total` stands on zero and shows its own amount; a `change` starts where the bar before ended. `low` and
    `high` are the limits of a total, drawn as a whisker. `text` is the label above the bar, `href` the rows behind it.
    """

    label: str
    amount: float
    kind: Literal["total", "change"]
    text: str
    fill: Mapping[str, Any] = field(default_factory=theme.fill_actual)
    low: float | None = None
    high: float | None = None
    hover: str = ""
    href: str = ""


def waterfall_with_base(
    steps: Sequence[Step], *, height: int = 320, format_tick: Callable[[float], str] | None = None
) -> theme.Figure:
    """Return a bridge: bars with base, connectors between them, whiskers on totals, labels above.

    Parameters
    ----------
    steps
        The bars from left to right; the first is a total.
    height
        Pixels.
    format_tick
        Text of the vertical axis; without it the axis is hidden, since each bar carries its label.
    """
    spans = _spans(steps)
    names = [str(i) for i in range(len(steps))]
    tops = [
        max(start, end, step.high if step.high is not None else end)
        for step, (start, end) in zip(steps, spans, strict=True)
    ]
    traces: list[theme.Trace] = [*_connectors(names, spans), _bars(names, steps, spans), *_whiskers(names, steps)]
    labels = [
        {
            "x": name, "y": top, "yanchor": "bottom", "yshift": 4, "showarrow": False, "align": "center",
            "text": f"<b>{theme.escape_text(step.text)}</b>" if step.kind == "total" else theme.escape_text(step.text),
            "font": {"size": 12, "color": theme.TEXT},
        }
        for name, step, top in zip(names, steps, tops, strict=True)
    ]  # fmt: skip
    low, high = min([0.0, *(min(span) for span in spans)]), max([0.0, *tops])
    room = (high - low) * 0.12 or 1.0
    return theme.make_figure(
        traces,
        height=height,
        annotations=labels,
        xaxis=theme.axis(
            type="category", tickmode="array", tickvals=names,
            ticktext=[theme.escape_text(step.label) for step in steps],
            tickfont={"size": 12, "color": theme.TEXT},
        ),
        yaxis=_value_axis(low - (room if low < 0 else 0.0), high + room, format_tick),
    )  # fmt: skip


def _spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Return where each bar starts and ends."""
    spans: list[tuple[float, float]] = []
    level = 0.0
    for step in steps:
        start = 0.0 if step.kind == "total" else level
        level = start + step.amount
        spans.append((start, level))
    return spans


def _bars(names: list[str], steps: Sequence[Step], spans: list[tuple[float, float]]) -> theme.Trace:
    return {
        "type": "bar", "x": names, "base": [start for start, _ in spans], "y": [end - start for start, end in spans],
        "marker": theme.fill_per_point([step.fill for step in steps]), "width": 0.62,
        "customdata": [[theme.escape_text(step.hover or f"{step.label}: {step.text}"), step.href] for step in steps],
        "hovertemplate": "%{customdata[0]}<extra></extra>", "name": "bridge",
    }  # fmt: skip


def _connectors(names: list[str], spans: list[tuple[float, float]]) -> list[theme.Trace]:
    x: list[str | None] = []
    y: list[float | None] = []
    for (left, right), (_, level) in zip(pairwise(names), spans, strict=False):
        x += [left, right, None]
        y += [level, level, None]
    line = {"color": theme.AXIS, "width": 1}
    return [
        {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "name": "connectors"}
    ]


def _whiskers(names: list[str], steps: Sequence[Step]) -> list[theme.Trace]:
    limits = [
        (n, s.amount, s.low, s.high)
        for n, s in zip(names, steps, strict=True)
        if s.low is not None and s.high is not None
    ]
    if not limits:
        return []
    return [
        {
            "type": "scatter", "mode": "markers", "x": [name for name, *_ in limits],
            "y": [point for _, point, _, _ in limits],
            "marker": {"size": 1, "color": theme.COUNTERFACTUAL}, "hoverinfo": "skip", "name": "interval",
            "error_y": {
                "type": "data", "symmetric": False, "array": [high - point for _, point, _, high in limits],
                "arrayminus": [point - low for _, point, low, _ in limits], "color": theme.COUNTERFACTUAL,
                "thickness": 1.6, "width": 5,
            },
        }
    ]  # fmt: skip


def _value_axis(low: float, high: float, format_tick: Callable[[float], str] | None) -> dict[str, Any]:
    if format_tick is None:
        return theme.axis(visible=False, range=[low, high], zeroline=True, zerolinecolor=theme.AXIS)
    ticks = [low + (high - low) * i / 4 for i in range(5)]
    return theme.axis(
        range=[low, high], tickmode="array", tickvals=ticks, ticktext=[format_tick(tick) for tick in ticks],
        showline=False, showgrid=True, gridcolor=theme.GRID, zeroline=True, zerolinecolor=theme.AXIS,
    )  # fmt: skip

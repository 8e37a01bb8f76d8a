"""A bridge that runs from top to bottom: the form for structure, as columns are the form for time (IBCS).

Each bar has room for its words on the left and its amount on the right, on a phone as on a wide screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dashboard.figures import theme
from dashboard.figures.waterfall import Step

ROW_HEIGHT = 34
LABEL_WIDTH = 24


def draw_bridge(steps: Sequence[Step], *, row_height: int = ROW_HEIGHT) -> theme.Figure:
    """Return a bridge of horizontal bars: totals stand on zero, changes start where the bar before ended.

    Parameters
    ----------
    steps
        The bars from top to bottom; the first is a total. Limits of a total are drawn as a whisker.
    row_height
        Pixels per bar.
    """
    spans = bridge_spans(steps)
    rows = [str(i) for i in range(len(steps))]
    ends = [
        max(start, end, step.high if step.high is not None else end)
        for step, (start, end) in zip(steps, spans, strict=True)
    ]
    starts = [
        min(start, end, step.low if step.low is not None else end)
        for step, (start, end) in zip(steps, spans, strict=True)
    ]
    low, high = min([0.0, *starts]), max([0.0, *ends])
    room = (high - low) or 1.0
    return theme.make_figure(
        [*_connectors(rows, spans), _bars(rows, steps, spans), *_whiskers(rows, steps)],
        height=row_height * len(steps) + 20,
        margin={"l": 8, "r": label_room([step.text for step in steps]), "t": 6, "b": 6},
        annotations=[_amount_label(row, end, step) for row, end, step in zip(rows, ends, steps, strict=True)],
        xaxis=theme.axis(visible=False, range=[low - room * 0.02, high]),
        yaxis=theme.axis(
            type="category",
            autorange="reversed",
            tickmode="array",
            tickvals=rows,
            ticktext=[_tick_text(step) for step in steps],
            tickfont={"size": 12, "color": theme.TEXT},
            showline=False,
        ),
        shapes=[
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": theme.AXIS, "width": 1},
            }
        ],
    )


def bridge_spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Return where each bar starts and ends; a total starts at zero."""
    spans: list[tuple[float, float]] = []
    level = 0.0
    for step in steps:
        start = 0.0 if step.kind == "total" else level
        level = start + step.amount
        spans.append((start, level))
    return spans


def wrap_label(text: str, width: int = LABEL_WIDTH) -> str:
    """Return a label in at most two lines of about `width` characters, escaped for Plotly."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            if len(lines) == 2:
                lines[-1] += "…"
                break
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(theme.escape_text(line) for line in lines)


def label_room(texts: Sequence[str]) -> int:
    """Return the pixels that the longest of some amounts takes to the right of a bar."""
    return round(max((len(text) for text in texts), default=0) * 6.8) + 16


def _tick_text(step: Step) -> str:
    text = wrap_label(step.label)
    return f"<b>{text}</b>" if step.kind == "total" else text


def _amount_label(row: str, end: float, step: Step) -> dict[str, Any]:
    text = theme.escape_text(step.text)
    return {
        "x": end,
        "y": row,
        "xanchor": "left",
        "xshift": 7,
        "showarrow": False,
        "align": "left",
        "text": f"<b>{text}</b>" if step.kind == "total" else text,
        "font": {"size": 12, "color": _label_colour(step)},
    }


def _label_colour(step: Step) -> str:
    colour = str(step.fill.get("color", theme.TEXT))
    return colour if step.kind == "change" and colour in {theme.FAVOURABLE, theme.ADVERSE} else theme.TEXT


def _bars(rows: list[str], steps: Sequence[Step], spans: list[tuple[float, float]]) -> theme.Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "y": rows,
        "base": [start for start, _ in spans],
        "x": [end - start for start, end in spans],
        "marker": theme.fill_per_point([step.fill for step in steps]),
        "width": 0.58,
        "name": "bridge",
        "customdata": [[theme.escape_text(step.hover or f"{step.label}: {step.text}"), step.href] for step in steps],
        "hovertemplate": "%{customdata[0]}<extra></extra>",
    }


def _connectors(rows: list[str], spans: list[tuple[float, float]]) -> list[theme.Trace]:
    x: list[float | None] = []
    y: list[str | None] = []
    for (upper, lower), (_, level) in zip(pairwise(rows), spans, strict=False):
        x += [level, level, None]
        y += [upper, lower, None]
    line = {"color": theme.AXIS, "width": 1}
    return [
        {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "name": "connectors"}
    ]


def _whiskers(rows: list[str], steps: Sequence[Step]) -> list[theme.Trace]:
    limits = [
        (row, s.amount, s.low, s.high)
        for row, s in zip(rows, steps, strict=True)
        if s.low is not None and s.high is not None
    ]
    if not limits:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "y": [row for row, *_ in limits],
            "x": [point for _, point, _, _ in limits],
            "marker": {"size": 1, "color": theme.COUNTERFACTUAL},
            "hoverinfo": "skip",
            "name": "interval",
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [high - point for _, point, _, high in limits],
                "arrayminus": [point - low for _, point, low, _ in limits],
                "color": theme.COUNTERFACTUAL,
                "thickness": 1.6,
                "width": 5,
            },
        }
    ]

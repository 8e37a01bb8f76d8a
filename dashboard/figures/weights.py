"""Whom a synthetic comparison is made of: weights of control units, method beside method."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures import theme
from dashboard.figures.bridge import wrap_label
from dashboard.format import format_percent
from models.domain.follow_up import DonorWeight

SHOWN = 14
ROW_HEIGHT = 26
OTHERS = "all others"
#: Characters of a method that fit above its bars on a phone.
METHOD_WIDTH = 20


def weight_rows(weights: Sequence[DonorWeight], shown: int = SHOWN) -> tuple[list[str], list[tuple[str, list[float]]]]:
    """Return the methods, and rows of (unit, weight per method), heaviest first, the rest summed in a last row."""
    methods = list(dict.fromkeys(weight.method for weight in weights))
    table: dict[str, list[float]] = {}
    for weight in weights:
        table.setdefault(weight.unit, [0.0] * len(methods))[methods.index(weight.method)] += weight.weight
    ranked = sorted(table.items(), key=lambda row: (-sum(row[1]), row[0]))
    kept, rest = ranked[:shown], ranked[shown:]
    if rest:
        kept.append((f"{OTHERS} ({len(rest)})", [sum(row[i] for _, row in rest) for i in range(len(methods))]))
    return methods, kept


def draw_weights(weights: Sequence[DonorWeight]) -> theme.Figure:
    """Return bars from zero, one panel per method on one scale, units on a common axis."""
    methods, rows = weight_rows(weights)
    places = list(range(len(rows)))
    largest = max((value for _, values in rows for value in values), default=1.0) or 1.0
    width = 1.0 / max(len(methods), 1)
    traces: list[theme.Trace] = []
    axes: dict[str, object] = {}
    words = []
    for i, method in enumerate(methods):
        suffix = "" if i == 0 else str(i + 1)
        start = i * width
        axes[f"xaxis{suffix}"] = theme.axis(
            domain=[start, start + width * 0.88], range=[0, largest * 1.22], visible=False
        )
        traces.append(_bars(places, rows, i) | {"xaxis": f"x{suffix}", "name": theme.escape_text(method)})
        words.append(_method_word(method, start))
    return theme.make_figure(
        traces,
        height=ROW_HEIGHT * max(len(rows), 1) + 64,
        margin={"l": 8, "r": 8, "t": 26 if all(len(method) <= METHOD_WIDTH for method in methods) else 42, "b": 8},
        annotations=words,
        yaxis=theme.axis(
            range=[len(rows) - 0.4, -0.6],
            tickmode="array",
            tickvals=places,
            ticktext=[wrap_label(unit) for unit, _ in rows],
            tickfont={"size": 12, "color": theme.TEXT},
            ticklabelstandoff=6,
            showline=False,
        ),
        **axes,
    )


def _bars(places: list[int], rows: Sequence[tuple[str, list[float]]], i: int) -> theme.Trace:
    values = [weights[i] for _, weights in rows]
    return {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": values,
        "width": 0.6,
        "marker": {"color": theme.INK if i == 0 else theme.PRIOR},
        "text": [format_percent(value) if value >= 0.005 else "" for value in values],
        "textposition": "outside",
        "textfont": {"size": 11, "color": theme.MUTED},
        "cliponaxis": False,
        "customdata": [
            theme.escape_text(f"{unit}: {format_percent(value, 1)}")
            for (unit, _), value in zip(rows, values, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _method_word(method: str, start: float) -> dict[str, object]:
    return {
        "xref": "paper",
        "x": start,
        "yref": "paper",
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": theme.escape_text(method),
        "showarrow": False,
        "font": {"size": 12, "color": theme.MUTED},
    }

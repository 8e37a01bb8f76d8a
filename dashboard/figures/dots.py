"""Dots: a hundred of them for a share, or many along a line for how results spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.figures import theme
from dashboard.figures.bridge import label_room, wrap_label

_ACROSS = 20
#: Characters of a row's label in a line, so that a phone has room for the dots.
LABEL_WIDTH = 18


@dataclass(frozen=True, slots=True)
class DotRow:
    """One row: its words, the text at its end, and its dots as (value, hover); `is_main` draws it in ink."""

    label: str
    text: str
    dots: Sequence[tuple[float, str]]
    is_main: bool = field(default=True)


def draw_hundred(filled: int, hover: str) -> theme.Figure:
    """Return 100 dots in five rows, the first so many filled; the others are rings."""
    marks = [theme.INK if i < filled else theme.PAPER for i in range(100)]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [i % _ACROSS for i in range(100)],
        "y": [i // _ACROSS for i in range(100)],
        "marker": {"size": 13, "color": marks, "line": {"color": theme.INK, "width": 1.2}},
        "hovertemplate": f"{theme.escape_text(hover)}<extra></extra>",
        "name": "of 100",
    }
    return theme.make_figure(
        [trace],
        height=150,
        xaxis=theme.axis(visible=False, range=[-0.7, _ACROSS - 0.3]),
        yaxis=theme.axis(visible=False, range=[4.6, -0.6]),
    )


def draw_spread(
    rows: Sequence[DotRow],
    *,
    low: float,
    high: float,
    ticks: Sequence[tuple[float, str]],
    band: tuple[float, float] | None = None,
    row_height: int = 44,
) -> theme.Figure:
    """Return rows of dots over one axis, first on top; `band` shades where they belong."""
    positions = list(range(len(rows)))
    traces = [_trace(position, row) for position, row in zip(positions, rows, strict=True)]
    shapes = [] if band is None else [_shade(band)]
    return theme.make_figure(
        traces,
        height=row_height * max(len(rows), 1) + 40,
        margin={"l": 8, "r": label_room([row.text for row in rows]), "t": 6, "b": 8},
        shapes=shapes,
        annotations=[
            {
                "xref": "paper",
                "x": 1,
                "y": position,
                "xanchor": "left",
                "xshift": 8,
                "showarrow": False,
                "text": theme.escape_text(row.text),
                "font": {"size": 12, "color": theme.TEXT if row.is_main else theme.MUTED},
            }
            for position, row in zip(positions, rows, strict=True)
        ],
        xaxis=theme.axis(
            range=[low, high],
            tickmode="array",
            tickvals=[value for value, _ in ticks],
            ticktext=[text for _, text in ticks],
            tickangle=0,
            showgrid=True,
            gridcolor=theme.GRID,
        ),
        yaxis=theme.axis(
            range=[len(rows) - 0.5, -0.5],
            tickmode="array",
            tickvals=positions,
            ticktext=[wrap_label(row.label, LABEL_WIDTH) for row in rows],
            tickfont={"size": 12, "color": theme.TEXT},
            showline=False,
        ),
    )


def _trace(position: int, row: DotRow) -> dict[str, Any]:
    ink = theme.INK if row.is_main else theme.COUNTERFACTUAL
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value for value, _ in row.dots],
        "y": [position] * len(row.dots),
        "marker": {
            "size": 10,
            "color": ink if row.is_main else theme.PAPER,
            "line": {"color": ink, "width": 1.4},
            "opacity": 0.75,
        },
        "customdata": [theme.escape_text(hover) for _, hover in row.dots],
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
        "name": row.label,
    }


def _shade(band: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": band[0],
        "x1": band[1],
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "fillcolor": theme.BAND_95,
        "line": {"width": 0},
    }

"""From hours to cash: bars for the links of the chain, what leaks out drawn as an outline beside what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures import theme
from dashboard.figures.bridge import label_room, wrap_label

ROW_HEIGHT = 44


@dataclass(frozen=True, slots=True)
class FunnelBar:
    """One link: what it keeps and what leaked before it, in hours, with the words at its end."""

    label: str
    kept: float
    leaked: float
    text: str
    is_asserted: bool = False
    hover: str = ""
    href: str = ""


def draw_funnel(bars: Sequence[FunnelBar]) -> theme.Figure:
    """Return horizontal bars from zero, first link on top; asserted hours are hatched, leaks outlined."""
    rows = [str(i) for i in range(len(bars))]
    largest = max((bar.kept + max(bar.leaked, 0.0) for bar in bars), default=1.0) or 1.0
    kept_fills = [theme.fill_hatched() if bar.is_asserted else theme.fill_actual() for bar in bars]
    shared = {"type": "bar", "orientation": "h", "y": rows, "width": 0.58}
    hover = [[theme.escape_text(bar.hover or f"{bar.label}: {bar.text}"), bar.href] for bar in bars]
    return theme.make_figure(
        [
            {
                **shared,
                "x": [bar.kept for bar in bars],
                "name": "kept",
                "marker": theme.fill_per_point(kept_fills),
                "customdata": hover,
                "hovertemplate": "%{customdata[0]}<extra></extra>",
            },
            {
                **shared,
                "x": [max(bar.leaked, 0.0) for bar in bars],
                "base": [bar.kept for bar in bars],
                "name": "leaked",
                "marker": theme.fill_per_point([theme.fill_plan() for _ in bars]),
                "customdata": hover,
                "hovertemplate": "%{customdata[0]}<extra></extra>",
            },
        ],
        height=ROW_HEIGHT * max(len(bars), 1) + 20,
        barmode="overlay",
        margin={"l": 8, "r": label_room([bar.text for bar in bars]), "t": 6, "b": 6},
        annotations=[
            {
                "x": bar.kept + max(bar.leaked, 0.0),
                "y": row,
                "xanchor": "left",
                "xshift": 7,
                "showarrow": False,
                "text": theme.escape_text(bar.text),
                "font": {"size": 12, "color": theme.TEXT},
            }
            for row, bar in zip(rows, bars, strict=True)
        ],
        xaxis=theme.axis(visible=False, range=[0, largest]),
        yaxis=theme.axis(
            type="category",
            autorange="reversed",
            tickmode="array",
            tickvals=rows,
            ticktext=[wrap_label(bar.label) for bar in bars],
            tickfont={"size": 12, "color": theme.TEXT},
            showline=False,
        ),
    )

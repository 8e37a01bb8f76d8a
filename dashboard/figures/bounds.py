"""What the effect could still be if the trend did something after go-live, within a limit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures import theme
from dashboard.figures.axes import mark_position, padded_range
from dashboard.format import format_quantity
from models.domain.follow_up import TrendBound

HEIGHT = 260


def draw_bounds(bounds: Sequence[TrendBound], breakdown: float | None, unit: str) -> theme.Figure:
    """Return the interval as a fan over the limit of one restriction, zero and the limit that reaches it marked."""
    ordered = sorted(bounds, key=lambda bound: bound.limit)
    limits = [bound.limit for bound in ordered]
    lows, highs = [bound.low for bound in ordered], [bound.high for bound in ordered]
    low, high = padded_range([*lows, *highs])
    edge = {"type": "scatter", "mode": "lines+markers", "x": limits}
    line = {"color": theme.INK, "width": 1.4}
    dot = {"size": 6, "color": theme.PAPER, "line": {"color": theme.INK, "width": 1.3}}
    figure = theme.make_figure(
        [
            *theme.band(limits, lows, highs, theme.BAND_95, "bound"),
            *(
                edge
                | {
                    "y": values,
                    "line": line,
                    "marker": dot,
                    "name": name,
                    "customdata": [
                        f"limit {format_quantity(limit)}: {format_quantity(value)} {theme.escape_text(unit)}"
                        for limit, value in zip(limits, values, strict=True)
                    ],
                    "hovertemplate": "%{customdata}<extra></extra>",
                }
                for name, values in (("low", lows), ("high", highs))
            ),
        ],
        height=HEIGHT,
        margin={"l": 8, "r": 16, "t": 22, "b": 8},
        xaxis=theme.axis(range=[min(limits, default=0.0), (max(limits, default=1.0) or 1.0) * 1.03], nticks=6),
        yaxis=theme.value_axis(
            range=[low, high],
            nticks=5,
        ),
    )
    if breakdown is not None and limits and limits[0] < breakdown <= limits[-1]:
        mark_position(figure, 0, f"reaches zero at {format_quantity(breakdown)}")
        figure["layout"]["shapes"][-1] |= {"x0": breakdown, "x1": breakdown}
        figure["layout"]["annotations"][-1] |= {"x": breakdown}
    return figure

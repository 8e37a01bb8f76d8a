"""What was known at each look, in limits that hold at all looks together."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures import theme
from dashboard.figures.axes import date_axis, finite_values, padded_range, position_of
from dashboard.format import format_quantity_range
from models.domain.follow_up import Look

HEIGHT = 300


def draw_looks(looks: Sequence[Look], unit: str) -> theme.Figure:
    """Return the sequence of looks; a look whose limits leave zero out is solid, the first one is named."""
    at = [position_of(look.period) for look in looks]
    lows, highs = finite_values(look.low for look in looks), finite_values(look.high for look in looks)
    settled = sorted(abs(value) for value in (*lows, *highs) if value is not None)
    reach = settled[int(0.9 * (len(settled) - 1))] * 1.6 if settled else 1.0
    low, high = padded_range(max(-reach, min(reach, value)) for value in (*lows, *highs) if value is not None)
    first = next((i for i, look in enumerate(looks) if look.is_alarm), None)
    notes = [] if first is None else [_alarm(at[first], looks[first], low, high)]
    return theme.make_figure(
        [
            *theme.band(at, lows, highs, theme.BAND_95, "limits"),
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": at,
                "y": [look.point for look in looks],
                "line": theme.line_actual() | {"width": 1.4},
                "marker": {
                    "size": 9,
                    "color": [theme.INK if look.is_alarm else theme.PAPER for look in looks],
                    "line": {"color": theme.INK, "width": 1.4},
                },
                "name": "looks",
                "customdata": [
                    theme.escape_text(
                        f"{position}: {format_quantity_range(look.low, look.point, look.high, unit)}"
                        f"{', alarm' if look.is_alarm else ''}"
                    )
                    for position, look in zip(at, looks, strict=True)
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        ],
        height=HEIGHT,
        margin={"l": 8, "r": 20, "t": 22, "b": 8},
        annotations=notes,
        xaxis=date_axis(at) | {"range": None, "autorange": True},
        yaxis=theme.value_axis(
            range=[low, high],
            nticks=5,
        ),
    )


def _alarm(x: str | int, look: Look, low: float, high: float) -> dict[str, object]:
    is_above = look.point > 0.0
    return {
        "x": x,
        "y": min(max(look.high if is_above else look.low, low), high),
        "yanchor": "bottom" if is_above else "top",
        "text": "first alarm",
        "showarrow": False,
        "font": {"size": 11, "color": theme.TEXT},
    }

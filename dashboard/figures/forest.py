"""Points with their intervals below each other, one scale, the one that is asked about in ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures import theme
from dashboard.figures.axes import padded_range
from dashboard.figures.bridge import label_room, wrap_label
from dashboard.format import format_quantity_range

ROW_HEIGHT = 30


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One row: its words, the point, its limits (None where there are none), and a few words at its right."""

    label: str
    low: float | None
    point: float
    high: float | None
    is_main: bool = False
    note: str = ""


def draw_forest(rows: Sequence[ForestRow], unit: str) -> theme.Figure:
    """Return rows of point and interval, first on top; the interval of the main row is a band behind all."""
    places = list(range(len(rows)))
    low, high = padded_range(value for row in rows for value in (row.low, row.point, row.high))
    main = next((row for row in rows if row.is_main), None)
    shapes = [_vertical(0.0)]
    if main is not None and main.low is not None and main.high is not None:
        shapes.insert(0, _behind(main.low, main.high))
    return theme.make_figure(
        [*_intervals(rows), *_points(rows, unit)],
        height=ROW_HEIGHT * max(len(rows), 1) + 44,
        margin={"l": 8, "r": label_room([row.note for row in rows]), "t": 8, "b": 8},
        shapes=shapes,
        annotations=[_note(row.note, place) for place, row in zip(places, rows, strict=True) if row.note],
        xaxis=theme.axis(range=[low, high], nticks=5, tickangle=0, showgrid=True, gridcolor=theme.GRID, showline=False),
        yaxis=theme.axis(
            range=[len(rows) - 0.4, -0.6],
            tickmode="array",
            tickvals=places,
            ticktext=[theme.escape_text(row.label) if len(row.label) < 24 else wrap_label(row.label) for row in rows],
            tickfont={"size": 12, "color": theme.TEXT},
            showline=False,
        ),
    )


def _intervals(rows: Sequence[ForestRow]) -> list[theme.Trace]:
    traces = []
    for is_main, colour, width in ((False, theme.COUNTERFACTUAL, 1.6), (True, theme.INK, 3.0)):
        x: list[float | None] = []
        y: list[float | None] = []
        for place, row in enumerate(rows):
            if row.is_main is is_main and row.low is not None and row.high is not None:
                x += [row.low, row.high, None]
                y += [place, place, None]
        if x:
            name = "interval" if is_main else "interval of others"
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": x,
                    "y": y,
                    "line": {"color": colour, "width": width},
                    "name": name,
                    "hoverinfo": "skip",
                }
            )
    return traces


def _points(rows: Sequence[ForestRow], unit: str) -> list[theme.Trace]:
    traces = []
    for is_main, fill in ((False, theme.PAPER), (True, theme.INK)):
        chosen = [(place, row) for place, row in enumerate(rows) if row.is_main is is_main]
        if not chosen:
            continue
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [row.point for _, row in chosen],
                "y": [place for place, _ in chosen],
                "marker": {"size": 9, "color": fill, "line": {"color": theme.INK, "width": 1.5}},
                "name": "estimate" if is_main else "others",
                "customdata": [
                    theme.escape_text(f"{row.label}: {format_quantity_range(row.low, row.point, row.high, unit)}")
                    for _, row in chosen
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
    return traces


def _vertical(x: float) -> dict[str, object]:
    line = {"color": theme.AXIS, "width": 1}
    return {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line, "layer": "below"}


def _behind(low: float, high: float) -> dict[str, object]:
    return {
        "type": "rect",
        "x0": low,
        "x1": high,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "fillcolor": theme.BAND_95,
        "line": {"width": 0, "color": theme.BAND_95},
        "layer": "below",
    }


def _note(text: str, place: int) -> dict[str, object]:
    return {
        "xref": "paper",
        "x": 1,
        "y": place,
        "xanchor": "left",
        "xshift": 6,
        "text": theme.escape_text(text),
        "showarrow": False,
        "font": {"size": 12, "color": theme.MUTED},
    }

"""How small an effect the history of a KPI could show, by periods after go-live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures import theme
from dashboard.figures.axes import padded_range
from dashboard.figures.labels import EndLabel, place_end_labels
from dashboard.format import count_words, format_quantity
from models.domain.follow_up import DetectableEffect

HEIGHT = 300
PLOT_HEIGHT = 250
LABEL_MARGIN = 112


@dataclass(frozen=True, slots=True)
class SizeMark:
    """A size to hold the curve against: what was found (dashed) or promised (dotted, as a plan is)."""

    words: str
    size: float
    is_plan: bool = False


def draw_detectable(effects: Sequence[DetectableEffect], unit: str, marks: Sequence[SizeMark] = ()) -> theme.Figure:
    """Return the smallest effect that would be found, falling with time, and sizes to hold it against as lines."""
    known = [(effect, abs(effect.smallest_effect)) for effect in effects if effect.smallest_effect is not None]
    low, high = padded_range([*(value for _, value in known), *(abs(mark.size) for mark in marks)])
    end = max((effect.n_periods for effect in effects), default=1) * 1.04
    named = [EndLabel(mark.words, end, abs(mark.size), is_strong=mark.is_plan) for mark in marks]
    return theme.make_figure(
        [_curve(known, unit), *(_line(mark, end) for mark in marks)],
        height=HEIGHT,
        margin={"l": 8, "r": LABEL_MARGIN if marks else 16, "t": 10, "b": 30},
        annotations=place_end_labels(named, low=low, high=high, height=PLOT_HEIGHT),
        xaxis=theme.axis(
            range=[0, end],
            tickmode="array",
            tickvals=_ticks(effects, end),
            tickangle=0,
            title={"text": "periods after go-live", "font": {"size": 11, "color": theme.MUTED}},
        ),
        yaxis=theme.axis(showline=False, showgrid=True, gridcolor=theme.GRID, range=[min(low, 0.0), high], nticks=5),
    )


def _ticks(effects: Sequence[DetectableEffect], end: float) -> list[int]:
    """Return the horizons that are written: those that keep off the one before, on a phone too."""
    kept: list[int] = []
    for effect in effects:
        if not kept or effect.n_periods - kept[-1] >= 0.045 * end:
            kept.append(effect.n_periods)
    return kept


def _curve(known: Sequence[tuple[DetectableEffect, float]], unit: str) -> theme.Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [effect.n_periods for effect, _ in known],
        "y": [value for _, value in known],
        "line": theme.line_actual() | {"width": 1.6},
        "marker": {"size": 8, "color": theme.INK, "line": {"color": theme.INK, "width": 1}},
        "name": "smallest effect",
        "customdata": [
            theme.escape_text(f"after {count_words(effect.n_periods, 'period')}: {format_quantity(value)} {unit}")
            for effect, value in known
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _line(mark: SizeMark, end: float) -> theme.Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0, end],
        "y": [abs(mark.size)] * 2,
        "line": theme.line_plan() if mark.is_plan else theme.line_counterfactual(),
        "name": theme.escape_text(mark.words),
        "hoverinfo": "skip",
    }

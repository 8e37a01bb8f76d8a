"""Axes and marks that several charts share: money with round ticks, a range with room, a day marked by a line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from dashboard.figures import theme
from dashboard.format import MINUS, common_scale


def money_axis(low: float, high: float) -> dict[str, Any]:
    """Return a vertical axis of money in major units with round ticks in one unit (k, m or bn)."""
    ticks = round_ticks(low, high)
    scale = common_scale(ticks)
    unit = 10 ** scale.value[1]
    decimals = 0 if all(math.isclose(tick / unit, round(tick / unit), abs_tol=1e-9) for tick in ticks) else 1
    texts = [f"{tick / unit:.{decimals}f}{scale.letter}".replace("-", MINUS) if tick else "0" for tick in ticks]
    return theme.axis(
        range=[low, high],
        tickmode="array",
        tickvals=ticks,
        ticktext=texts,
        showline=False,
        showgrid=True,
        gridcolor=theme.GRID,
        zeroline=True,
        zerolinecolor=theme.AXIS,
    )


def round_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Return values 1, 2 or 5 times a power of ten apart within a range, zero among them if it lies inside."""
    span = (high - low) / max(count, 1)
    if span <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(span))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= span * (1 - 1e-9))
    return [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def padded_range(values: Iterable[float | None], *, is_zero_shown: bool = True) -> tuple[float, float]:
    """Return the range of the values that are there with some room; with zero in it unless told otherwise."""
    known = [value for value in values if value is not None]
    if is_zero_shown:
        known.append(0.0)
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    room = (high - low) * 0.06 or 1.0
    return (low if is_zero_shown and low == 0.0 else low - room), high + room


def mark_position(figure: theme.Figure, at: date | int, text: str) -> None:
    """Add a dotted vertical line with its word above the plot."""
    layout = figure["layout"]
    x = position_of(at)
    line = {
        "type": "line",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": theme.AXIS, "width": 1, "dash": "dot"},
    }
    word = {
        "x": x,
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "text": theme.escape_text(text),
        "showarrow": False,
        "font": {"size": 11, "color": theme.MUTED},
    }
    layout["shapes"] = [*layout.get("shapes", []), line]
    layout["annotations"] = [*layout.get("annotations", []), word]


def position_of(period: date | int) -> str | int:
    """Return where a period stands on a horizontal axis."""
    return period.isoformat() if isinstance(period, date) else int(period)


def finite_values(values: Iterable[float]) -> list[float | None]:
    """Return the values as floats, None where there is none: a gap stays a gap."""
    return [float(value) if math.isfinite(value) else None for value in values]


def date_axis(positions: Sequence[str | int]) -> dict[str, Any]:
    """Return a horizontal axis that ends where its data end; labels of series stand in the margin."""
    is_dated = bool(positions) and isinstance(positions[0], str)
    limits = [positions[0], positions[-1]] if positions else None
    return theme.axis(type="date" if is_dated else "linear", nticks=6, range=limits)


def period_axis(periods: Sequence[str]) -> dict[str, Any]:
    """Return a horizontal axis of fiscal periods, at most three of them named."""
    named = list(periods[:: max(1, -(-len(periods) // 3))])
    return theme.axis(type="category", tickmode="array", tickvals=named, tickangle=0, range=[-0.6, len(periods) - 0.4])

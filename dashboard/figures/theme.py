"""The notation of charts, after the International Business Communication Standards (IBCS).

A figure is a plain dict of traces and layout, made with the light colours below; `recolour` turns a finished figure
dark. The scenario shows by fill, never by hue: actual is solid ink, plan an outline, forecast a diagonal hatch, prior
year light grey. Favourable and adverse are the only two hues and mean nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Figure = dict[str, Any]
Trace = dict[str, Any]
Scheme = Literal["light", "dark"]

PAPER = "#FFFFFF"
TEXT = "#1F2933"
INK = "#2B3440"
MUTED = "#56616E"
AXIS = "#97A1AC"
GRID = "#E4E7EB"
PRIOR = "#A6A6A6"
COUNTERFACTUAL = "#6F7985"
BAND_80 = "#CDD2D8"
BAND_95 = "#E6E9ED"
FAVOURABLE = "#1B6CA8"
ADVERSE = "#B5470B"

#: Each light colour with its counterpart on dark paper.
DARK: Mapping[str, str] = {
    PAPER: "#161C26",
    TEXT: "#E8EDF3",
    INK: "#DCE2EA",
    MUTED: "#A7B1BE",
    AXIS: "#5D6877",
    GRID: "#27303D",
    PRIOR: "#757E8A",
    COUNTERFACTUAL: "#98A2AF",
    BAND_80: "#344052",
    BAND_95: "#252E3B",
    FAVOURABLE: "#6FB4E9",
    ADVERSE: "#F2955C",
}

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


def recolour(node: Any, scheme: Scheme) -> Any:
    """Return a figure (or any nest of dicts and lists) in the colours of a scheme; the input is left as it is."""
    if scheme == "light":
        return node
    if isinstance(node, str):
        return DARK.get(node, node)
    if isinstance(node, Mapping):
        return {key: recolour(value, scheme) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [recolour(value, scheme) for value in node]
    return node


def escape_text(text: str) -> str:
    """Return text that Plotly shows as it is: `<` and `&` are not markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def fill_actual() -> dict[str, Any]:
    """Marker of actual (AC): solid ink."""
    return {"color": INK, "line": {"color": INK, "width": 1.2}}


def fill_plan() -> dict[str, Any]:
    """Marker of plan (PL) and of the approved case: white with an ink outline."""
    return {"color": PAPER, "line": {"color": INK, "width": 1.4}}


def fill_forecast() -> dict[str, Any]:
    """Marker of forecast (FC): diagonal hatch."""
    return fill_hatched(INK)


def fill_prior() -> dict[str, Any]:
    """Marker of prior year (PY): solid light grey."""
    return {"color": PRIOR, "line": {"color": PRIOR, "width": 1.2}}


def fill_variance(is_favourable: bool) -> dict[str, Any]:
    """Marker of a variance."""
    colour = FAVOURABLE if is_favourable else ADVERSE
    return {"color": colour, "line": {"color": colour, "width": 1.2}}


def fill_hatched(colour: str = INK) -> dict[str, Any]:
    """Marker of what is not yet fact: forecast, or value of evidence grade E0 or E1."""
    return {
        "color": PAPER,
        "line": {"color": colour, "width": 1.2},
        "pattern": {"shape": "/", "fgcolor": colour, "bgcolor": PAPER, "size": 6, "solidity": 0.28},
    }


def fill_per_point(fills: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one marker that gives each bar of a trace its own fill."""
    patterns = [fill.get("pattern", {}) for fill in fills]
    return {
        # where each point has its colour, Plotly draws the lines of a pattern in that colour
        "color": [pattern.get("fgcolor", fill["color"]) for fill, pattern in zip(fills, patterns, strict=True)],
        "line": {
            "color": [fill["line"]["color"] for fill in fills],
            "width": [fill["line"]["width"] for fill in fills],
        },
        "pattern": {
            "shape": [pattern.get("shape", "") for pattern in patterns],
            "fgcolor": [pattern.get("fgcolor", INK) for pattern in patterns],
            "bgcolor": [pattern.get("bgcolor", PAPER) for pattern in patterns],
            "size": 6,
            "solidity": 0.28,
        },
    }


def line_actual() -> dict[str, Any]:
    """Line of actual."""
    return {"color": INK, "width": 2.2}


def line_plan() -> dict[str, Any]:
    """Line of plan or approved case: dotted."""
    return {"color": INK, "width": 1.6, "dash": "dot"}


def line_forecast() -> dict[str, Any]:
    """Line of forecast: dashed ink."""
    return {"color": INK, "width": 1.8, "dash": "dash"}


def line_counterfactual() -> dict[str, Any]:
    """Line of the counterfactual: dashed grey."""
    return {"color": COUNTERFACTUAL, "width": 1.8, "dash": "dash"}


def band(x: Sequence[Any], low: Sequence[Any], high: Sequence[Any], colour: str, name: str) -> list[Trace]:
    """Return two traces that shade between `low` and `high`; give `BAND_95` before `BAND_80`."""
    edge = {
        "type": "scatter",
        "mode": "lines",
        "line": {"color": colour, "width": 0},
        "hoverinfo": "skip",
        "name": name,
    }
    return [
        edge | {"x": list(x), "y": list(low)},
        edge | {"x": list(x), "y": list(high), "fill": "tonexty", "fillcolor": colour},
    ]


def direct_label(
    x: Any, y: Any, text: str, *, anchor: str = "left", is_strong: bool = False, **more: Any
) -> dict[str, Any]:
    """Return an annotation that names a series where it ends, in place of a legend."""
    shown = escape_text(text)
    return {
        "x": x, "y": y, "text": f"<b>{shown}</b>" if is_strong else shown, "showarrow": False, "xanchor": anchor,
        "font": {"size": 12, "color": TEXT if is_strong else MUTED}, "xshift": 6 if anchor == "left" else -6, **more,
    }  # fmt: skip


def axis(**more: Any) -> dict[str, Any]:
    """Return an axis: hairline, small muted ticks, no zero line of its own."""
    return {
        "showgrid": False, "zeroline": False, "showline": True, "linecolor": AXIS, "linewidth": 1, "ticks": "",
        "tickfont": {"size": 11, "color": MUTED}, "fixedrange": True, "automargin": True, "title": {"text": ""}, **more,
    }  # fmt: skip


def value_axis(**more: Any) -> dict[str, Any]:
    """Return the axis that values are read on: hairlines across, zero a little stronger."""
    return axis(showline=False, showgrid=True, gridcolor=GRID, zeroline=True, zerolinecolor=AXIS, **more)


def make_figure(traces: Sequence[Trace], *, height: int = 320, **layout: Any) -> Figure:
    """Return a figure of traces in the house layout; keywords replace parts of the layout.

    The title stands outside, in the card: message, subtitle and footer are text that a screen reader meets.
    """
    settled: dict[str, Any] = {
        "height": height, "margin": {"l": 8, "r": 16, "t": 12, "b": 8}, "showlegend": False,
        "font": {"family": FONT, "size": 12, "color": TEXT}, "paper_bgcolor": PAPER, "plot_bgcolor": PAPER,
        "hoverlabel": {"bgcolor": PAPER, "bordercolor": AXIS, "font": {"family": FONT, "size": 12, "color": TEXT}},
        "hovermode": "closest", "dragmode": False, "bargap": 0.38, "separators": ".,",
        "xaxis": axis(),
        "yaxis": value_axis(),
    }  # fmt: skip
    return {"data": list(traces), "layout": settled | layout}

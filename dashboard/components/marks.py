"""Small marks inside text and tables: interval bar and sparkline, in the colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes


def interval_bar(
    low: float, point: float, high: float, *, minimum: float, maximum: float, mark: float | None = None, label: str
) -> Component:
    """Return an interval on one line: band from low to high, tick at the point, dotted mark at the case.

    Parameters
    ----------
    low, point, high
        The interval.
    minimum, maximum
        Ends of the common scale; all bars that are compared share them.
    mark
        The case (plan), drawn dotted; None if there is none.
    label
        The interval in words, read out and shown on hover.
    """
    drawing = interval_svg(low, point, high, minimum=minimum, maximum=maximum, mark=mark)
    return html.Span(
        [html.Span(className=f"layer layer-{layer}", style=_mask(svg)) for layer, svg in drawing.items()],
        className="interval-bar",
        role="img",
        title=label,
        **attributes({"aria-label": label}),
    )


def interval_svg(
    low: float, point: float, high: float, *, minimum: float, maximum: float, mark: float | None
) -> dict[str, str]:
    """Return the layers of an interval bar as SVG, 200 by 20: axis, band, tick and, with a case, mark."""
    span = (maximum - minimum) or 1.0

    def place(value: float) -> float:
        return round(2 + 196 * min(1.0, max(0.0, (value - minimum) / span)), 2)

    left, right = place(low), place(high)
    layers = {
        "axis": '<rect x="0" y="9.5" width="200" height="1"/>'
        f'<rect x="{place(0.0) - 0.5}" y="5" width="1" height="10"/>',
        "band": f'<rect x="{left}" y="6.5" width="{max(right - left, 1):.2f}" height="7" rx="3.5"/>',
        "tick": f'<rect x="{place(point) - 1.25}" y="2" width="2.5" height="16"/>',
    }
    if mark is not None:
        x = place(mark) - 0.75
        layers["mark"] = "".join(f'<rect x="{x}" y="{y}" width="1.5" height="3"/>' for y in (1, 6, 11, 16))
    return layers


def sparkline(values: Sequence[float | None], *, label: str) -> Component:
    """Return a line without axes, gaps left open, its last value dotted; `label` says it in words."""
    return html.Span(
        className="sparkline",
        style=_mask(sparkline_svg(values), width=96, height=24),
        role="img",
        title=label,
        **attributes({"aria-label": label}),
    )


def sparkline_svg(values: Sequence[float | None], width: float = 96, height: float = 24) -> str:
    """Return the SVG of a sparkline: one polyline per run of present values."""
    known = [value for value in values if value is not None and isfinite(value)]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = (width - 8) / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    last = (0.0, 0.0)
    for i, value in enumerate(values):
        if value is None or not isfinite(value):
            runs.append([])
            continue
        last = (round(4 + i * step, 2), round(height - 4 - (height - 8) * (value - low) / span, 2))
        runs[-1].append(f"{last[0]},{last[1]}")
    lines = "".join(
        f'<polyline fill="none" stroke="black" stroke-width="1.5" points="{" ".join(run)}"/>' for run in runs if run
    )
    return f'{lines}<circle cx="{last[0]}" cy="{last[1]}" r="2.2"/>'


def _mask(svg: str, width: float = 200, height: float = 20) -> dict[str, str]:
    """Return a style that cuts a drawing out of the element's colour, so that it follows the scheme."""
    ratio = "none" if width == 200 else "xMidYMid meet"
    box = f'viewBox="0 0 {width:g} {height:g}" preserveAspectRatio="{ratio}"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{svg}</svg>'
    address = f'url("data:image/svg+xml,{quote(drawing)}")'
    return {"maskImage": address, "WebkitMaskImage": address}

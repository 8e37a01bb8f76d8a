"""Pictures of the record as SVG: dots on a line, so that what misses is seen at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

INK, MUTED, GRID, BAND, MISSED = "#2B3440", "#56616E", "#E4E7EB", "#EEF1F4", "#B5470B"
LEFT, WIDTH, ROW, TOP = 230, 860, 20, 44


@dataclass(frozen=True, slots=True)
class Dot:
    """One row: its label, value, interval, the text at its end, and whether it misses its bar."""

    label: str
    value: float
    low: float
    high: float
    text: str
    is_missed: bool = False


def draw_dots(
    title: str,
    dots: Sequence[Dot],
    *,
    axis: tuple[float, float],
    band: tuple[float, float] | None,
    ticks: Sequence[float],
) -> str:
    """Return rows of dots with their intervals over an axis in percent or times; `band` shades where they belong."""
    height = TOP + ROW * len(dots) + 30
    right = WIDTH - 110

    def x(value: float) -> float:
        share = (min(max(value, axis[0]), axis[1]) - axis[0]) / (axis[1] - axis[0])
        return round(LEFT + share * (right - LEFT), 1)

    bottom = TOP + ROW * len(dots)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="Inter, system-ui, sans-serif" font-size="12" role="img" aria-label="{escape(title)}">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#FFFFFF"/>',
        f'<text x="12" y="22" font-size="14" font-weight="600" fill="{INK}">{escape(title)}</text>',
    ]
    if band is not None:
        parts.append(
            f'<rect x="{x(band[0])}" y="{TOP - 8}" width="{x(band[1]) - x(band[0])}" '
            f'height="{bottom - TOP + 8}" fill="{BAND}"/>'
        )
    for tick in ticks:
        parts.append(f'<line x1="{x(tick)}" x2="{x(tick)}" y1="{TOP - 8}" y2="{bottom}" stroke="{GRID}"/>')
        parts.append(f'<text x="{x(tick)}" y="{bottom + 18}" text-anchor="middle" fill="{MUTED}">{tick:g}</text>')
    for i, dot in enumerate(dots):
        y, colour = TOP + ROW * i + 6, MISSED if dot.is_missed else INK
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end" fill="{INK}">{escape(dot.label)}</text>')
        parts.append(
            f'<line x1="{x(dot.low)}" x2="{x(dot.high)}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="1.4"/>'
        )
        parts.append(f'<circle cx="{x(dot.value)}" cy="{y}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{right + 12}" y="{y + 4}" fill="{MUTED}">{escape(dot.text)}</text>')
    return "\n".join([*parts, "</svg>", ""])

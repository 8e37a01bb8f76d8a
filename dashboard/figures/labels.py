"""Names of series where they end, kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures import theme

LINE_HEIGHT = 16.0


@dataclass(frozen=True, slots=True)
class EndLabel:
    """The name of a series at its last point; `y` in data units."""

    text: str
    x: Any
    y: float
    is_strong: bool = False


def place_end_labels(labels: Sequence[EndLabel], *, low: float, high: float, height: int) -> list[dict[str, Any]]:
    """Return annotations to the right of their points, moved apart where they would touch.

    Parameters
    ----------
    labels
        One per series.
    low, high
        Range of the vertical axis.
    height
        Pixels that the axis has.
    """
    per_pixel = (high - low) / max(height, 1) or 1.0
    placed: list[dict[str, Any]] = []
    last = float("-inf")
    for label in sorted(labels, key=lambda label: label.y):
        wanted = (label.y - low) / per_pixel
        at = max(wanted, last + LINE_HEIGHT)
        placed.append(
            theme.direct_label(label.x, label.y, label.text, is_strong=label.is_strong, yshift=round(at - wanted, 1))
        )
        last = at
    return placed

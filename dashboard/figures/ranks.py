"""Placebos in space: every unit's own statistic, ranked, the treated one in ink."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures import theme
from dashboard.figures.axes import padded_range
from dashboard.format import format_number, format_quantity
from models.domain.follow_up import UnitPlacebo

#: Up to so many units all are named; a row keeps room for its name.
NAMED = 48
ROW_HEIGHT = 20
CLOSE_HEIGHT = 14
DENSE_HEIGHT = 7


def rank_units(units: Sequence[UnitPlacebo]) -> list[UnitPlacebo]:
    """Return units by the size of their statistic, largest first; ties by name."""
    return sorted(units, key=lambda unit: (-abs(unit.statistic), unit.unit))


def draw_ranks(units: Sequence[UnitPlacebo], unit_of_measure: str) -> theme.Figure:
    """Return one dot per unit, largest statistic on top; where there are many, the treated that have room are named."""
    ranked = rank_units(units)
    low, high = padded_range(unit.statistic for unit in ranked)
    named = _named(ranked)
    zero = {"color": theme.AXIS, "width": 1}
    return theme.make_figure(
        [_dots(ranked, unit_of_measure, is_treated=is_treated) for is_treated in (False, True)],
        height=_row_height(len(ranked)) * max(len(ranked), 6) + 64,
        margin={"l": 8, "r": 16, "t": 8, "b": 30},
        shapes=[
            {"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1, "line": zero, "layer": "below"},
        ],
        xaxis=theme.axis(
            range=[low, high],
            nticks=6,
            showgrid=True,
            gridcolor=theme.GRID,
            title={"text": "effect over its standard error", "font": {"size": 11, "color": theme.MUTED}},
        ),
        yaxis=theme.axis(
            range=[len(ranked) - 0.3, -0.7],
            tickmode="array",
            tickvals=named,
            ticktext=[
                f"<b>{theme.escape_text(ranked[place].unit)}</b>"
                if ranked[place].is_treated
                else theme.escape_text(ranked[place].unit)
                for place in named
            ],
            showline=False,
        ),
    )


def _row_height(n: int) -> int:
    if n > NAMED:
        return DENSE_HEIGHT
    return CLOSE_HEIGHT if n > NAMED // 2 else ROW_HEIGHT


def _named(ranked: Sequence[UnitPlacebo]) -> list[int]:
    """Return the places that are named: no two so near that their names would overlap."""
    if len(ranked) <= NAMED:
        return list(range(len(ranked)))
    apart = CLOSE_HEIGHT // DENSE_HEIGHT
    named: list[int] = []
    for place, unit in enumerate(ranked):
        if unit.is_treated and (not named or place - named[-1] >= apart):
            named.append(place)
    return named


def _dots(ranked: Sequence[UnitPlacebo], unit_of_measure: str, *, is_treated: bool) -> theme.Trace:
    chosen = [(place, unit) for place, unit in enumerate(ranked) if unit.is_treated is is_treated]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [unit.statistic for _, unit in chosen],
        "y": [place for place, _ in chosen],
        "marker": {
            "size": 11 if is_treated else 8,
            "color": theme.INK if is_treated else theme.PAPER,
            "line": {"color": theme.INK if is_treated else theme.COUNTERFACTUAL, "width": 1.4},
        },
        "name": "treated" if is_treated else "as if treated",
        "customdata": [
            theme.escape_text(
                f"{unit.unit}: {format_quantity(unit.effect)} {unit_of_measure}, "
                f"{format_number(unit.statistic, 2)} standard errors"
            )
            for _, unit in chosen
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }

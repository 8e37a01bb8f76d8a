"""Projected against realised: cumulative benefit, approved case and cost, with the forecast as a fan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dashboard.figures import theme
from dashboard.figures.axes import date_axis, mark_position, money_axis, padded_range
from dashboard.figures.labels import EndLabel, place_end_labels
from dashboard.format import format_exact, format_money
from models.domain.money import Money, to_major
from models.domain.valuation import CumulativePoint

HEIGHT = 330
PLOT_HEIGHT = 280
LABEL_MARGIN = 104


def draw_cumulative(points: Sequence[CumulativePoint], currency: str, *, is_measured: bool = True) -> theme.Figure:
    """Return cumulative benefit against the approved case and cost; after as-of the forecast with bands 80 and 95 %.

    Parameters
    ----------
    points
        One per fiscal period, in order; those of the forecast last.
    currency
        Of the amounts.
    is_measured
        Whether there is a benefit to draw; without one, case and cost stand alone: missing is not zero.
    """
    past = [point for point in points if not point.is_forecast]
    ahead = [point for point in points if point.is_forecast]
    joined = [*past[-1:], *ahead] if ahead else []
    fields = ("projected_minor", "cost_minor", *(("benefit_minor", "low_minor", "high_minor") if is_measured else ()))
    low, high = padded_range(value for field in fields for value in _values(points, currency, field))
    figure = theme.make_figure(
        [
            *(_bands(points, currency) if is_measured else []),
            _line(points, "cost_minor", {"color": theme.AXIS, "width": 1.6}, "Cost", currency),
            _line(points, "projected_minor", theme.line_plan(), "Approved case", currency),
            *([_line(past, "benefit_minor", theme.line_actual(), "Realised", currency)] if is_measured else []),
            *([_line(joined, "benefit_minor", theme.line_forecast(), "Forecast", currency)] if is_measured else []),
        ],
        height=HEIGHT,
        margin={"l": 8, "r": LABEL_MARGIN, "t": 22, "b": 8},
        annotations=place_end_labels(
            _labels(past, ahead, currency, is_measured=is_measured), low=low, high=high, height=PLOT_HEIGHT
        ),
        xaxis=date_axis([_day(point) for point in points]),
        yaxis=money_axis(low, high),
    )
    if joined:
        mark_position(figure, joined[0].end_on - timedelta(days=1), "as of")
    return figure


def _labels(
    past: Sequence[CumulativePoint], ahead: Sequence[CumulativePoint], currency: str, *, is_measured: bool
) -> list[EndLabel]:
    last = next(iter([*ahead[-1:], *past[-1:]]), None)
    if last is None:
        return []
    end = _day(last)
    series = [("Cost", last.cost_minor, False)]
    if is_measured:
        series.append(("Forecast" if ahead else "Realised", last.benefit_minor, True))
    if last.projected_minor is not None:
        series.append(("Case", last.projected_minor, False))
    return [
        EndLabel(f"{name} {format_money(Money(amount, currency))}", end, float(to_major(amount, currency)), is_strong)
        for name, amount, is_strong in series
    ]


def _bands(points: Sequence[CumulativePoint], currency: str) -> list[theme.Trace]:
    x = [_day(point) for point in points]
    return [
        *theme.band(
            x, _values(points, currency, "low_minor"), _values(points, currency, "high_minor"), theme.BAND_95, "95 %"
        ),
        *theme.band(
            x,
            _values(points, currency, "low_80_minor"),
            _values(points, currency, "high_80_minor"),
            theme.BAND_80,
            "80 %",
        ),
    ]


def _line(points: Sequence[CumulativePoint], field: str, line: dict[str, Any], name: str, currency: str) -> theme.Trace:
    amounts = [getattr(point, field) for point in points]
    texts = ["n/a" if amount is None else format_exact(Money(amount, currency), currency) for amount in amounts]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [_day(point) for point in points],
        "y": _values(points, currency, field),
        "line": line,
        "name": name,
        "connectgaps": False,
        "hovertemplate": "%{customdata}<extra></extra>",
        "customdata": [f"{name}, {point.period}: {text}" for point, text in zip(points, texts, strict=True)],
    }


def _values(points: Sequence[CumulativePoint], currency: str, field: str) -> list[float | None]:
    amounts = [getattr(point, field) for point in points]
    return [None if amount is None else float(to_major(amount, currency)) for amount in amounts]


def _day(point: CumulativePoint) -> str:
    return (point.end_on - timedelta(days=1)).isoformat()

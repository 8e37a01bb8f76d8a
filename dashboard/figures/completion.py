"""The forecast at completion as a fan, with the approved case and what the owner forecasts beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate

from dashboard.figures import theme
from dashboard.figures.axes import money_axis, padded_range
from dashboard.figures.cumulative import draw_cumulative
from dashboard.format import format_exact
from models.domain.bridge import OwnerMonth
from models.domain.money import Money, to_major
from models.domain.valuation import CumulativePoint


def draw_completion(points: Sequence[CumulativePoint], owner: Sequence[OwnerMonth], currency: str) -> theme.Figure:
    """Return the cumulative fan with the owner's line from as-of on, dash-dotted because it is asserted (E0).

    Parameters
    ----------
    points
        Cumulative benefit, case and cost by fiscal period, those of the forecast last.
    owner
        What the owner forecasts by fiscal period; may be empty.
    """
    figure = draw_cumulative(points, currency)
    past = [point for point in points if not point.is_forecast]
    if not owner or not past:
        return figure
    last = past[-1]
    reached = list(accumulate((month.owner_minor for month in owner), initial=last.benefit_minor))
    ends = [last.end_on, *(month.end_on for month in owner)]
    days = [(end_on - timedelta(days=1)).isoformat() for end_on in ends]
    values = [float(to_major(minor, currency)) for minor in reached]
    names = [last.period, *(month.period for month in owner)]
    figure["data"].append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": days,
            "y": values,
            "line": {"color": theme.MUTED, "width": 1.6, "dash": "dashdot"},
            "marker": {"color": theme.PAPER, "size": 6, "line": {"color": theme.MUTED, "width": 1.4}},
            "name": "Owner (E0)",
            "hovertemplate": "%{customdata}<extra></extra>",
            "customdata": [
                f"Owner (E0), {name}: {format_exact(Money(minor, currency), currency)}"
                for name, minor in zip(names, reached, strict=True)
            ],
        }
    )
    low, high = padded_range(
        value for trace in figure["data"] for value in trace["y"] if isinstance(value, int | float)
    )
    label = theme.direct_label(days[-1], values[-1], "Owner (E0)", anchor="right", yshift=12)
    figure["layout"]["annotations"].append(label)
    figure["layout"]["yaxis"] = money_axis(low, high)
    return figure

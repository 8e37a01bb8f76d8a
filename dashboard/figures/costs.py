"""What was spent, by fiscal period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.figures import theme
from dashboard.figures.axes import money_axis, padded_range, period_axis
from dashboard.figures.labels import EndLabel, place_end_labels
from dashboard.format import format_exact, format_money
from models.domain.money import Money, to_major
from models.domain.valuation import CostCell

HEIGHT = 280
PLOT_HEIGHT = 240
FILLS = {"build": theme.INK, "run": theme.PRIOR}


def cost_by_period(costs: Sequence[CostCell]) -> dict[str, dict[str, int]]:
    """Return minor units by nature (build first) and fiscal period, every period of the costs in every nature."""
    periods = [period for _, period in sorted({(cell.start_on, cell.period) for cell in costs})]
    natures = sorted({cell.nature for cell in costs}, key=lambda nature: (nature != "build", nature))
    table = {nature: dict.fromkeys(periods, 0) for nature in natures}
    for cell in costs:
        table[cell.nature][cell.period] += cell.amount_minor
    return table


def draw_costs(costs: Sequence[CostCell], currency: str, links: Mapping[str, str]) -> theme.Figure:
    """Return cost by fiscal period as stacked columns: build in ink, run in grey; credits hang below zero.

    `links` leads from a fiscal period to the rows behind its column.
    """
    table = cost_by_period(costs)
    periods = list(next(iter(table.values()), {}))
    reached = dict.fromkeys(periods, 0.0)
    traces, labels = [], []
    for nature, amounts in table.items():
        values = [float(to_major(amount, currency)) for amount in amounts.values()]
        traces.append(
            {
                "type": "bar",
                "x": periods,
                "y": values,
                "name": nature,
                "marker": {"color": FILLS.get(nature, theme.BAND_80)},
                "customdata": [
                    [f"{period}, {nature}: {format_exact(Money(amount, currency), currency)}", links.get(period, "")]
                    for period, amount in amounts.items()
                ],
                "hovertemplate": "%{customdata[0]}<extra></extra>",
            }
        )
        reached = {period: reached[period] + value for period, value in zip(periods, values, strict=True)}
        total = format_money(Money(sum(amounts.values()), currency))
        labels.append(
            EndLabel(f"{nature} {total}", len(periods) - 0.6, reached[periods[-1]] - values[-1] / 2, nature == "build")
        )
    low, high = padded_range(reached.values())
    return theme.make_figure(
        traces,
        height=HEIGHT,
        barmode="relative",
        bargap=0.25,
        margin={"l": 8, "r": 96, "t": 12, "b": 8},
        annotations=place_end_labels(labels, low=low, high=high, height=PLOT_HEIGHT),
        xaxis=period_axis(periods),
        yaxis=money_axis(low, high),
    )

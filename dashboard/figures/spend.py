"""AI spend from providers' files: by fiscal period and category."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures import theme
from dashboard.figures.axes import money_axis, padded_range, period_axis
from dashboard.figures.labels import EndLabel, place_end_labels
from dashboard.format import format_exact, format_money, format_words
from models.domain.money import Money, to_major
from models.domain.spend import SpendCell

HEIGHT = 280
PLOT_HEIGHT = 240
_FILLS = (theme.INK, theme.PRIOR, theme.BAND_80)


def spend_by_period(cells: Sequence[SpendCell]) -> dict[str, dict[str, int]]:
    """Return minor units by category and fiscal period, every period of the cells in every category."""
    periods = [label for _, label in sorted({(cell.period.start_on, cell.label) for cell in cells})]
    categories = sorted({cell.category for cell in cells}, reverse=True)
    table = {category: dict.fromkeys(periods, 0) for category in categories}
    for cell in cells:
        table[cell.category][cell.label] += cell.amount_minor or 0
    return table


def draw_spend(cells: Sequence[SpendCell], currency: str) -> theme.Figure:
    """Return effective cost by fiscal period as stacked columns, one shade per category."""
    table = spend_by_period(cells)
    periods = list(next(iter(table.values()), {}))
    reached = dict.fromkeys(periods, 0.0)
    traces, labels = [], []
    for fill, (category, amounts) in zip(_FILLS * (1 + len(table) // len(_FILLS)), table.items(), strict=False):
        values = [float(to_major(amount, currency)) for amount in amounts.values()]
        name = format_words(category)
        traces.append(
            {
                "type": "bar",
                "x": periods,
                "y": values,
                "name": name,
                "marker": {"color": fill},
                "customdata": [
                    f"{period}, {name}: {format_exact(Money(amount, currency), currency)}"
                    for period, amount in amounts.items()
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            }
        )
        reached = {period: reached[period] + value for period, value in zip(periods, values, strict=True)}
        total = format_money(Money(sum(amounts.values()), currency))
        middle = reached[periods[-1]] - values[-1] / 2
        labels.append(EndLabel(f"{_short(name)} {total}", len(periods) - 0.6, middle, fill == theme.INK))
    low, high = padded_range(reached.values())
    return theme.make_figure(
        traces,
        height=HEIGHT,
        barmode="relative",
        bargap=0.25,
        margin={"l": 8, "r": 112, "t": 12, "b": 8},
        annotations=place_end_labels(labels, low=low, high=high, height=PLOT_HEIGHT),
        xaxis=period_axis(periods),
        yaxis=money_axis(low, high),
    )


def _short(name: str) -> str:
    """Return the first word of a category: there is little room beside the columns."""
    return name.split(" ", 1)[0]

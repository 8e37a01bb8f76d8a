"""The first picture of the portfolio: from what is claimed to what is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from dashboard.figures import theme
from dashboard.figures.bridge import draw_bridge
from dashboard.figures.unit import Unit, common_unit
from dashboard.figures.waterfall import Step
from dashboard.format import format_exact
from dashboard.ids import lineage_path
from models.domain.money import Money
from models.domain.valuation import Figures, MoneyInterval

Link = Callable[[str], str]


def figure_link(initiative: str | None = None, known_on: date | None = None) -> Link:
    """Return what gives the lineage address of a named figure, of the portfolio or of one initiative."""
    return lambda figure: lineage_path(figure, initiative=initiative, known_on=known_on)


def cascade_unit(figures: Figures) -> Unit:
    """Return the unit of the cascade."""
    return common_unit([figures.claimed, figures.measured.point, figures.invested])


def cascade_steps(figures: Figures, link: Link) -> list[Step]:
    """Return the bars claimed -> measured -> realised cashable -> tied out -> net, with what is lost between them."""
    measured, realised = figures.measured.point_minor, figures.realised.point_minor
    cashable, tied = figures.realised_cashable.point_minor, figures.tied_out.point_minor
    currency, unit = figures.claimed.currency, cascade_unit(figures)

    def change(label: str, amount_minor: int, figure: str, *, is_variance: bool = True) -> Step:
        return change_step(label, Money(amount_minor, currency), unit, link(figure), is_variance=is_variance)

    steps = [
        total_step("Claimed (E0)", figures.claimed, unit, link("claimed"), theme.fill_hatched()),
        change("not measured", measured - figures.claimed.amount_minor, "measured"),
        _interval("Measured", figures.measured, unit, link("measured")),
    ]
    if realised != measured:
        steps.append(change("not in production", realised - measured, "realised"))
    return [
        *steps,
        change("not cashable", cashable - realised, "realised"),
        _interval("Realised cashable", figures.realised_cashable, unit, link("realised_cashable")),
        change("not tied out", tied - cashable, "realised_cashable"),
        _interval("Tied out", figures.tied_out, unit, link("tied_out")),
        change("invested", -figures.invested.amount_minor, "invested", is_variance=False),
        _interval("Net", figures.net, unit, link("net")),
    ]


def draw_cascade(figures: Figures, link: Link) -> theme.Figure:
    """Return the cascade; claimed is hatched because nobody has measured it."""
    return draw_bridge(cascade_steps(figures, link))


def change_step(label: str, money: Money, unit: Unit, href: str, *, is_variance: bool = True) -> Step:
    """Return a change with its sign; favourable or adverse if it is a variance, grey if it is spending as such."""
    fill = theme.fill_variance(money.amount_minor > 0) if is_variance and money.amount_minor else theme.fill_prior()
    text = unit.variance(money) if is_variance else unit.number(money)
    hover = f"{label}: {format_exact(money, money.currency)}"
    return Step(label, float(money.major), "change", text, fill, hover=hover, href=href)


def total_step(label: str, money: Money, unit: Unit, href: str, fill: dict[str, object] | None = None) -> Step:
    """Return a total without an interval, in ink unless told otherwise."""
    hover = f"{label}: {format_exact(money, money.currency)}"
    filled = theme.fill_actual() if fill is None else fill
    return Step(label, float(money.major), "total", unit.number(money), filled, hover=hover, href=href)


def _interval(label: str, amount: MoneyInterval, unit: Unit, href: str) -> Step:
    low, point, high = (float(value) for value in (amount.low, amount.point, amount.high))
    exact = f"{format_exact(amount.point, amount.currency)} ({format_exact(amount.low)} to {format_exact(amount.high)})"
    text = unit.number(amount.point)
    return Step(label, point, "total", text, theme.fill_actual(), low, high, hover=f"{label}: {exact}", href=href)

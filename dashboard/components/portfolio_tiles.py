"""The figures of the sentence in tiles: what ties out, against case, net, returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import kpi_tile, tile_row
from dashboard.components.evidence import variance_text
from dashboard.components.marks import interval_bar
from dashboard.components.portfolio_words import discount_basis_text
from dashboard.format import (
    MISSING,
    format_date,
    format_exact,
    format_money,
    format_multiple,
    format_percent,
    format_probability,
    format_range,
    format_roi,
    format_tile,
    format_variance,
)
from models.domain.interval import Interval
from models.domain.money import Money
from models.domain.valuation import Figures, MoneyInterval, PublicationContext, RateOfReturn, RootStatus

Link = Callable[[str], str]


def figure_tiles(
    figures: Figures, context: PublicationContext, *, link: Link, to_date: str, to_horizon: str
) -> Component:
    """Return the tiles of a portfolio or an initiative.

    Parameters
    ----------
    figures
        The figures.
    context
        What is printed with them.
    link
        Lineage address of a named figure.
    to_date, to_horizon
        The fiscal years that an ROI to date, and one to the horizon, cover.
    """
    currency, basis = context.currency, discount_basis_text(context)
    return tile_row(
        [
            money_tile(
                "Tied out to the P&L",
                figures.tied_out,
                link("tied_out"),
                case=figures.case_to_date,
                level=context.level,
                note=_run_rate(figures),
            ),
            _rate_tile(figures),
            _net_tile(figures, currency, link),
            ratio_tile(
                "ROI to date",
                figures.roi_to_date,
                f"{to_date} · realised cashable · {basis}",
                f"benefit-cost ratio {_multiple(figures)}",
            ),
            ratio_tile(
                "ROI to horizon",
                figures.roi_horizon,
                f"{to_horizon} · with forecast · {basis}",
                _irr(figures.irr),
            ),
            _npv_tile(figures, currency),
        ]
    )


def unmeasured_tiles(figures: Figures, *, link: Link, status: str, measurable_from: date | None) -> Component:
    """Return the tiles where nothing is measured: spent, promised, claimed, and measurable from when."""
    return tile_row(
        [
            kpi_tile("Tied out to the P&L", MISSING, notes=[f"{status}; that is not zero"], is_main=True),
            _plain_tile("Invested to date", figures.invested, link("invested"), "build and run"),
            _plain_tile("Promised by now", figures.case_to_date, link("case"), "approved case, cashable classes"),
            _plain_tile("Claimed (E0)", figures.claimed, link("claimed"), "asserted, beside the total"),
            kpi_tile(
                "Measurable from",
                format_date(measurable_from) if measurable_from is not None else "no date yet",
                notes=["see below what would help"],
            ),
        ]
    )


def _plain_tile(label: str, amount: Money, href: str, note: str) -> Component:
    return kpi_tile(
        label,
        format_tile(amount, amount.currency),
        exact=format_exact(amount, amount.currency),
        notes=[note],
        href=href,
    )


def money_tile(
    label: str, amount: MoneyInterval, href: str, *, case: Money | None, level: float, note: str = ""
) -> Component:
    """Return the leading tile: amount, its interval on a line with the case dotted, both in words."""
    mark = float(case.major) if case is not None and case.amount_minor else None
    ends = [0.0, float(amount.low), float(amount.high), *([mark] if mark is not None else [])]
    room = (max(ends) - min(ends)) * 0.04 or 1.0
    words = format_range(amount.low, amount.point, amount.high, amount.currency)
    bar = interval_bar(
        float(amount.low),
        float(amount.point),
        float(amount.high),
        minimum=min(ends) - (room if min(ends) < 0 else 0.0),
        maximum=max(ends) + room,
        mark=mark,
        label=f"{words}, interval at {format_percent(level)}",
    )
    below = [html.Span(f"{format_money(amount.low)} to {format_money(amount.high)} at {format_percent(level)}")]
    if case is not None and case.amount_minor:
        below.append(html.Span(f"case to date {format_money(case)}"))
    notes: list[str | Component] = [bar, html.Div(below, className="tile-split"), *([note] if note else [])]
    return kpi_tile(
        label,
        format_tile(amount.point, amount.currency),
        exact=format_exact(amount.point, amount.currency),
        notes=notes,
        is_main=True,
        href=href,
    )


def _rate_tile(figures: Figures) -> Component:
    rate, overall = figures.realisation_rate, figures.realisation_rate_overall
    variance = figures.realised_cashable.point_minor - figures.case_like_for_like.amount_minor
    has_case = figures.case_like_for_like.amount_minor > 0
    notes: list[str | Component] = [
        f"{_percent_range(rate)}, like for like" if rate is not None else "no measured line has a case"
    ]
    if has_case:
        notes.append(variance_text(format_variance(Money(variance, figures.claimed.currency))))
    if overall is not None:
        notes.append(
            f"of all cases {format_percent(overall.point)} · P(met) {format_probability(figures.probability_case_met)}"
        )
    return kpi_tile("Realisation rate", format_percent(rate.point) if rate is not None else MISSING, notes=notes)


def _net_tile(figures: Figures, currency: str, link: Link) -> Component:
    net = figures.net
    return kpi_tile(
        "Net of invested",
        format_tile(net.point, currency),
        exact=format_exact(net.point, currency),
        href=link("net"),
        notes=[
            f"{format_money(net.low)} to {format_money(net.high)}",
            f"invested {format_money(figures.invested)} to date",
        ],
    )


def ratio_tile(label: str, ratio: Interval | None, basis: str, note: str) -> Component:
    """Return the tile of an ROI with its horizon and basis."""
    if ratio is None:
        return kpi_tile(label, MISSING, notes=[basis, "nothing was invested, or no benefit is measured"])
    exact = format_roi(ratio.point, *basis.split(" · ", 1))
    return kpi_tile(label, format_percent(ratio.point), exact=exact, notes=[_percent_range(ratio), basis, note])


def _npv_tile(figures: Figures, currency: str) -> Component:
    npv, chance = figures.npv_go_forward, figures.probability_of_payback
    since = figures.npv_since_approval
    notes = [
        f"P80 at least {format_money(figures.npv_go_forward_p80)}"
        if figures.npv_go_forward_p80 is not None
        else "no forecast",
        f"since approval {format_money(since.point)}" if since is not None else "since approval n/a",
        f"{_payback(figures)}; by horizon P {format_probability(chance)}",
    ]
    value = format_tile(npv.point, currency) if npv is not None else MISSING
    return kpi_tile(
        "Go-forward NPV", value, exact=format_exact(npv.point, currency) if npv is not None else "", notes=notes
    )


def _percent_range(interval: Interval) -> str:
    return f"{format_percent(interval.low)} to {format_percent(interval.high)}"


def _run_rate(figures: Figures) -> str:
    """Return the run-rate in words; it never adds to in-year figures."""
    rate = figures.run_rate
    return (
        f"run-rate of realised cashable {format_range(rate.low, rate.point, rate.high)} a year"
        if rate is not None
        else ""
    )


#: Above it a rate of return says only that little was paid in before much came back.
_HIGHEST_IRR = 10.0


def _irr(irr: RateOfReturn | None) -> str:
    """Return the IRR where it is the only one; otherwise that it is not, with the MIRR."""
    if irr is None or irr.status is RootStatus.NONE:
        return "no IRR"
    if irr.status is RootStatus.NOT_UNIQUE or irr.rate is None:
        return f"IRR not unique, MIRR {format_percent(irr.mirr)}"
    if irr.rate > _HIGHEST_IRR:
        return f"IRR above {format_percent(_HIGHEST_IRR)}"
    return f"IRR {format_percent(irr.rate)}"


def _payback(figures: Figures) -> str:
    return f"pays back {figures.payback.on:%b %Y}" if figures.payback.on is not None else "no payback"


def _multiple(figures: Figures) -> str:
    return format_multiple(figures.benefit_cost_ratio.point) if figures.benefit_cost_ratio is not None else MISSING

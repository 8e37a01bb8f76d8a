"""The portfolio: what is invested, what is realised, how it stands against case, what moves which P&L line."""

from __future__ import annotations

from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.bridge_cards import portfolio_bridge_card
from dashboard.components.cards import card, columns, page_head, provisional_pill, stack
from dashboard.components.downloads import button_link, download_link
from dashboard.components.effect_types import effects_card, present_values_card
from dashboard.components.pack_buttons import pack_buttons
from dashboard.components.portfolio_charts import cascade_card, grade_card, idle_card
from dashboard.components.portfolio_filters import PortfolioFilter, filter_bar, read_filter
from dashboard.components.portfolio_grid import initiatives_grid
from dashboard.components.portfolio_lists import held_card, not_measurable_card, over_claim_notices, zero_card
from dashboard.components.portfolio_matrix import matrix_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.portfolio_tiles import figure_tiles, unmeasured_tiles
from dashboard.components.portfolio_words import discount_basis_text, fiscal_span, portfolio_sentence, ranking_title
from dashboard.components.states import empty_state
from dashboard.components.views_card import views_card
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import format_percent, format_range, format_words
from dashboard.ids import PORTFOLIO, export_path
from dashboard.page import Page
from models.domain.people import Permission
from models.domain.valuation import InitiativeValuation, PortfolioSummary
from models.queries.portfolio import portfolio_summary
from models.store.unit_of_work import read


def draw_portfolio(business_unit: str = "", stage: str = "", grade: str = "", **filters: str) -> Component:
    """Return the page for the person who asks, with the filters of the address."""
    person, known_on = current_person(), known_on_of(filters)
    chosen = read_filter(business_unit, stage, grade)
    with read(current_store()) as session:
        whole = portfolio_summary(session, person, known_on=known_on)
        if whole is None:
            return nothing_valued(person)
        summary: PortfolioSummary | None = whole
        if chosen.is_set:
            keys = {ini.key for ini in whole.initiatives if chosen.keeps(ini)}
            summary = portfolio_summary(
                session, person, known_on=known_on, initiatives=keys, scope=chosen.in_words(whole.initiatives)
            )
    return render_portfolio(
        summary or whole,
        chosen,
        everything=whole.initiatives,
        known_on=known_on,
        may_open_ledger=person.may(Permission.VIEW_LEDGER),
    )


def render_portfolio(
    summary: PortfolioSummary,
    chosen: PortfolioFilter,
    *,
    everything: tuple[InitiativeValuation, ...],
    known_on: date | None,
    may_open_ledger: bool,
) -> Component:
    """Return the page.

    Parameters
    ----------
    summary
        The figures of the initiatives that pass the filters.
    chosen
        The filters of the address.
    everything
        All initiatives in the person's scope: what there is to filter by.
    known_on
        Date of knowledge in the address.
    may_open_ledger
        Whether the person's role includes the ledger.
    """
    reading = _reading(summary, chosen, everything, known_on, may_open_ledger)
    filters = filter_bar(chosen, everything, known_on=known_on, path=PORTFOLIO)
    if not summary.initiatives:
        return stack(
            page_head("No initiative passes these filters", chosen.in_words(everything)), filters, _nothing_kept()
        )
    figures = summary.figures
    return stack(
        page_head(
            portfolio_sentence(figures, summary.context),
            _subtitle(summary),
            marks=_marks(summary),
            actions=_packs(chosen, known_on),
        ),
        filters,
        _tiles(summary, reading),
        columns(cascade_card(figures, reading), portfolio_bridge_card(summary, reading), widths="1.35fr 1fr"),
        *over_claim_notices(summary.over_claims, summary.unshared, reading),
        not_measurable_card(summary.not_measurable, reading),
        columns(zero_card(summary.zero_possible, reading), held_card(summary.held_by_budget, reading)),
        matrix_card(summary.matrix, summary.unshared, reading),
        _ranking(summary, reading, chosen),
        views_card(summary.views, reading),
        columns(effects_card(figures, reading), present_values_card(figures, reading)),
        columns(idle_card(summary.spend_without_production, reading), grade_card(figures, reading)),
        _notes(summary),
    )


def _nothing_kept() -> Component:
    clear = button_link("Clear the filters", PORTFOLIO)
    return empty_state(
        "No initiative is left", "Choose another business unit, stage or grade, or clear the filters.", action=clear
    )


def _reading(
    summary: PortfolioSummary,
    chosen: PortfolioFilter,
    everything: tuple[InitiativeValuation, ...],
    known_on: date | None,
    may_open_ledger: bool,
) -> Reading:
    lines = {cell.pl_line: cell.pl_line_name for cell in summary.matrix}
    lines |= {link.pl_line: link.name for ini in everything for line in ini.lines for link in line.accounts}
    return Reading(
        summary.context,
        known_on,
        may_open_ledger,
        names={ini.key: ini.name for ini in summary.initiatives} | {each.key: each.name for each in summary.joints},
        lines=lines,
        filters=chosen.in_words(everything),
        asked=chosen.asked,
    )


def _packs(chosen: PortfolioFilter, known_on: date | None) -> list[Component]:
    filters = {"business_unit": chosen.business_unit, "stage": chosen.stage, "grade": chosen.grade}
    return pack_buttons(known_on=known_on, filters=filters)


def _tiles(summary: PortfolioSummary, reading: Reading) -> Component:
    if all(ini.grade is None for ini in summary.initiatives):
        dates = [line.why_not.from_on for line in summary.not_measurable if line.why_not.from_on is not None]
        return unmeasured_tiles(
            summary.figures, link=reading.figure_link(), status="not measured", measurable_from=min(dates, default=None)
        )
    points = [point for ini in summary.initiatives for point in ini.cumulative]
    to_date, to_horizon = (
        fiscal_span([point.period for point in points if is_whole or not point.is_forecast])
        for is_whole in (False, True)
    )
    return figure_tiles(
        summary.figures, summary.context, link=reading.figure_link(), to_date=to_date, to_horizon=to_horizon
    )


def _subtitle(summary: PortfolioSummary) -> str:
    context = summary.context
    count = len(summary.initiatives)
    rate = format_percent(context.discount_rate, 1)
    return (
        f"{count} initiative{'' if count == 1 else 's'} · realised value is accrual, before interest and "
        f"tax · NPV on cash, {rate} {discount_basis_text(context)}, "
        f"{format_words(context.timing)} · {format_words(context.rate_set)} rates"
    )


def _marks(summary: PortfolioSummary) -> list[Component]:
    is_provisional = summary.context.is_provisional or summary.context.is_policy_provisional
    return [provisional_pill()] if is_provisional else []


def _ranking(summary: PortfolioSummary, reading: Reading, chosen: PortfolioFilter) -> Component:
    export = export_path(
        "initiatives",
        known_on=reading.known_on,
        business_unit=chosen.business_unit,
        stage=chosen.stage,
        grade=chosen.grade,
    )
    return card(
        initiatives_grid(summary.initiatives, reading.currency, known_on=reading.known_on),
        title=ranking_title(summary.initiatives, summary.figures.tied_out),
        subtitle="Ranked by what ties out; band: interval, tick: realised cashable, dotted: case, like for "
        "like, on one scale. Select a name to open it",
        actions=[download_link("CSV", export)],
        footer=reading.source("estimates, approved cases, ledger"),
        name="ranking",
    )


def _notes(summary: PortfolioSummary) -> Component:
    bound = summary.figures.dependent_bound
    words = format_range(bound.low, bound.point, bound.high, bound.currency)
    points = [
        summary.context.dependence,
        f"If every source moved together, realised cashable would be {words}.",
        "Claims of owners and vendors (E0) stand beside the total, never in it.",
        "In-year, run-rate and full-year figures never add up together.",
        *summary.figures.reasons,
    ]
    return card(
        html.Ul([html.Li(point) for point in points if point], className="notes"),
        title="What these figures assume and leave out",
    )


PAGE = Page(
    PORTFOLIO,
    "Portfolio",
    Permission.VIEW_PORTFOLIO,
    draw_portfolio,
    navigation="Portfolio",
    group="Value",
    icon="grid",
)

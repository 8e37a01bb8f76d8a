"""All initiatives in a person's scope, ranked, and their server-made export."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash.development.base_component import Component

from dashboard.components.cards import card, page_head, stack
from dashboard.components.downloads import download_link
from dashboard.components.effect_types import full_year_basis
from dashboard.components.grids import RowSource
from dashboard.components.portfolio_filters import PortfolioFilter, filter_bar, read_filter
from dashboard.components.portfolio_grid import initiative_rows, initiatives_grid
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.portfolio_words import initiatives_title
from dashboard.components.states import empty_state
from dashboard.components.views_card import VIEW_COLUMNS, view_rows
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import format_date, format_words
from dashboard.ids import INITIATIVES, export_path, grid_rows_path
from dashboard.page import Export, ExportTable, GridRows, Page
from models.domain.people import Permission, Person
from models.domain.valuation import Figures, InitiativeValuation, MoneyInterval, PortfolioSummary
from models.domain.views import View, total_views
from models.queries.portfolio import portfolio_summary
from models.queries.publications import publication_version
from models.store.unit_of_work import read

COLUMNS = (
    "rank",
    "initiative",
    "name",
    "business_unit",
    "owner",
    "stage",
    "grade",
    "against_case",
    "currency",
    "invested",
    "claimed",
    "measured",
    "realised",
    "realised_cashable_low",
    "realised_cashable",
    "realised_cashable_high",
    "tied_out",
    "net",
    "case_to_date",
    "case_like_for_like",
    "realisation_rate",
    "roi_to_date",
    "in_year",
    "run_rate_a_year",
    "full_year",
    "full_year_basis",
    "ebitda_to_date",
    "ebit_to_date",
    "cash_to_date",
    "npv_since_approval",
    "npv_go_forward",
    "not_estimable",
    "as_of",
    "as_known_on",
    "rate_set",
)


def draw_initiatives(business_unit: str = "", stage: str = "", grade: str = "", **filters: str) -> Component:
    """Return the page for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    chosen = read_filter(business_unit, stage, grade)
    with read(current_store()) as session:
        summary = portfolio_summary(session, person, known_on=known_on)
    if summary is None:
        return nothing_valued(person)
    return render_initiatives(summary, chosen, known_on=known_on)


def render_initiatives(summary: PortfolioSummary, chosen: PortfolioFilter, *, known_on: date | None) -> Component:
    """Return the page: filters and the ranked grid."""
    kept = [ini for ini in summary.initiatives if chosen.keeps(ini)]
    currency = summary.context.currency
    export = export_path(
        "initiatives", known_on=known_on, business_unit=chosen.business_unit, stage=chosen.stage, grade=chosen.grade
    )
    body = (
        initiatives_grid(summary.initiatives, currency, known_on=known_on, source=_source(chosen, known_on))
        if kept
        else empty_state("No initiative passes these filters", "Choose another unit, stage or grade, or clear them.")
    )
    table = card(
        body,
        title="Ranked by what ties out",
        actions=[download_link("CSV", export)],
        name="ranking",
        subtitle="Band: interval, tick: realised cashable, dotted: case, like for like, on one scale. "
        "Select a name to open it",
        footer=f"As of {format_date(summary.context.as_of)} · {currency}, "
        f"{format_words(summary.context.rate_set)} rates",
    )
    return stack(
        page_head(initiatives_title(kept), chosen.in_words(summary.initiatives) or "All initiatives in your scope"),
        filter_bar(chosen, summary.initiatives, known_on=known_on, path=INITIATIVES),
        table,
    )


def _source(chosen: PortfolioFilter, known_on: date | None) -> RowSource:
    keep = {"business_unit": chosen.business_unit, "stage": chosen.stage, "grade": chosen.grade}
    return RowSource(grid_rows_path("initiatives", known_on=known_on), keep)


def rows_version(_person: Person, query: Mapping[str, str]) -> str:
    """Return what the rows are made from: the publication known on the day of the address."""
    with read(current_store()) as session:
        known_on = known_on_of(query)
        return f"{publication_version(session, known_on)} {known_on or ''}"


def build_rows(person: Person, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of all initiatives in the person's scope; the browser filters them."""
    known_on = known_on_of(query)
    with read(current_store()) as session:
        summary = portfolio_summary(session, person, known_on=known_on)
    if summary is None:
        return []
    return initiative_rows(summary.initiatives, summary.context.currency, known_on=known_on)


def export_initiatives(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the ranked initiatives with all digits, in the person's scope and the filters of the address."""
    chosen = read_filter(query.get("business_unit", ""), query.get("stage", ""), query.get("grade", ""))
    with read(current_store()) as session:
        summary = portfolio_summary(session, person, known_on=known_on_of(query))
    if summary is None:
        return ExportTable("tieout-initiatives", COLUMNS, [])
    kept = [ini for ini in summary.initiatives if chosen.keeps(ini)]
    rows = [_export_row(rank, ini, summary) for rank, ini in enumerate(kept, start=1)]
    return ExportTable(f"tieout-initiatives-{summary.context.as_of.isoformat()}", COLUMNS, rows)


def _export_row(rank: int, ini: InitiativeValuation, summary: PortfolioSummary) -> list[object]:
    figures, context, is_measured = ini.figures, summary.context, ini.grade is not None
    total = total_views(ini.views, context.currency, is_to_date=True)
    measured = [
        figures.measured.point,
        figures.realised.point,
        figures.realised_cashable.low,
        figures.realised_cashable.point,
        figures.realised_cashable.high,
        figures.tied_out.point,
        figures.net.point,
    ]
    return [
        rank,
        ini.key,
        ini.name,
        ini.business_unit_name,
        ini.owner_name,
        ini.stage.label if ini.stage is not None else None,
        ini.grade.label if ini.grade is not None else None,
        ini.case_mark.value,
        context.currency,
        figures.invested.major,
        figures.claimed.major,
        *(measured if is_measured else [None] * len(measured)),
        figures.case_to_date.major,
        figures.case_like_for_like.major,
        figures.realisation_rate.point if figures.realisation_rate is not None else None,
        figures.roi_to_date.point if figures.roi_to_date is not None and is_measured else None,
        *_effects(figures if is_measured else None),
        *(total.amount_of(view).major for view in View),
        *(None if npv is None or not is_measured else npv.point for npv in _present_values(figures)),
        ini.why_not.reason if ini.why_not is not None else None,
        context.as_of,
        context.as_known_on,
        context.rate_set,
    ]


def _present_values(figures: Figures) -> tuple[MoneyInterval | None, MoneyInterval | None]:
    return figures.npv_since_approval, figures.npv_go_forward


def _effects(figures: Figures | None) -> list[object]:
    """Return in-year, run-rate and full-year, each in its own column, and on what the last rests."""
    if figures is None:
        return [None] * 4
    effects = (figures.in_year, figures.run_rate_effect, figures.full_year)
    amounts = [None if effect is None else effect.amount.major for effect in effects]
    return [*amounts, full_year_basis(figures.full_year)]


def export_views(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return EBITDA, EBIT and cash by initiative and fiscal period with all digits, in the person's scope."""
    wanted = query.get("initiative", "")
    with read(current_store()) as session:
        summary = portfolio_summary(
            session, person, known_on=known_on_of(query), initiatives={wanted} if wanted else None
        )
    if summary is None:
        return ExportTable("tieout-views", VIEW_COLUMNS, [])
    currency = summary.context.currency
    rows = [row for ini in summary.initiatives for row in view_rows(ini.key, ini.views, currency)]
    rows += view_rows("(total)", summary.views, currency)
    return ExportTable(f"tieout-views-{summary.context.as_of.isoformat()}", VIEW_COLUMNS, rows)


PAGE = Page(
    INITIATIVES,
    "Initiatives",
    Permission.VIEW_PORTFOLIO,
    draw_initiatives,
    navigation="Initiatives",
    group="Value",
    icon="chart",
    exports=(
        Export("initiatives", Permission.VIEW_PORTFOLIO, export_initiatives),
        Export("views", Permission.VIEW_PORTFOLIO, export_views),
    ),
    grids=(GridRows("initiatives", Permission.VIEW_PORTFOLIO, rows_version, build_rows),),
)

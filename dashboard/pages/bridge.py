"""Why projected and realised differ: the bridges of the portfolio and of an initiative, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.bridge_charts import benefit_card, completion_card, cost_card
from dashboard.components.bridge_tables import completion_facts_card, notes_card, versions_list
from dashboard.components.bridge_words import benefit_title
from dashboard.components.cards import Crumb, page_head, provisional_pill, stack
from dashboard.components.downloads import download_link
from dashboard.components.portfolio_filters import PortfolioFilter, filter_bar, read_filter
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.states import empty_state
from dashboard.context import current_person, current_store, known_on_of
from dashboard.ids import BRIDGE, INITIATIVES, PORTFOLIO, address, export_path, initiative_path
from dashboard.page import Export, ExportTable, Page
from models.domain.bridge import Bridge
from models.domain.errors import NotFoundError
from models.domain.money import to_major
from models.domain.people import Permission, Person
from models.domain.valuation import PortfolioSummary
from models.queries.bridges import BridgeView, initiative_bridge, portfolio_bridge
from models.queries.portfolio import portfolio_summary
from models.store.unit_of_work import read

COLUMNS = ("side", "step", "key", "name", "amount", "currency", "as_of", "as_known_on", "scope")


def draw_portfolio_bridge(business_unit: str = "", stage: str = "", grade: str = "", **filters: str) -> Component:
    """Return the page of the portfolio for the person who asks, with the filters of the address."""
    person, known_on = current_person(), known_on_of(filters)
    chosen = read_filter(business_unit, stage, grade)
    found = filtered_bridge(person, chosen, known_on)
    if found is None:
        return nothing_valued(person)
    whole, view = found
    if not view.names:
        return _nothing_kept(chosen, whole, known_on)
    return render_portfolio_bridge(
        view, chosen, whole, known_on=known_on, may_open_ledger=person.may(Permission.VIEW_LEDGER)
    )


def filtered_bridge(
    person: Person, chosen: PortfolioFilter, known_on: date | None
) -> tuple[PortfolioSummary, BridgeView] | None:
    """Return everything in a person's scope and the bridge of what passes the filters; None before a publication."""
    with read(current_store()) as session:
        whole = portfolio_summary(session, person, known_on=known_on)
        if whole is None:
            return None
        keys = {ini.key for ini in whole.initiatives if chosen.keeps(ini)} if chosen.is_set else None
        scope = chosen.in_words(whole.initiatives) if chosen.is_set else None
        view = portfolio_bridge(session, person, known_on=known_on, initiatives=keys, scope=scope)
    return None if view is None else (whole, view)


def _nothing_kept(chosen: PortfolioFilter, whole: PortfolioSummary, known_on: date | None) -> Component:
    return stack(
        page_head("No initiative passes these filters", chosen.in_words(whole.initiatives)),
        filter_bar(chosen, whole.initiatives, known_on=known_on, path=BRIDGE),
        empty_state("No initiative is left", "Choose another business unit, stage or grade, or clear the filters."),
    )


def render_portfolio_bridge(
    view: BridgeView,
    chosen: PortfolioFilter,
    whole: PortfolioSummary,
    *,
    known_on: date | None,
    may_open_ledger: bool,
) -> Component:
    """Return the page of the portfolio."""
    words = chosen.in_words(whole.initiatives)
    reading = reading_of(view, known_on, may_open_ledger=may_open_ledger, filters=words, asked=chosen.asked)
    export = export_path("bridge", known_on=known_on, **chosen.asked)
    return stack(
        page_head(
            _title(view, reading),
            f"{len(view.names)} initiatives · the sum of their bridges; a step leads to the initiatives behind it",
            crumbs=[Crumb("Portfolio", address(PORTFOLIO, known_on=known_on))],
            marks=_marks(view),
            actions=[download_link("CSV", export)],
        ),
        filter_bar(chosen, whole.initiatives, known_on=known_on, path=BRIDGE),
        benefit_card(view, reading),
        cost_card(view, reading),
        completion_facts_card(view, reading),
        notes_card(view),
    )


def draw_initiative_bridge(key: str, **filters: str) -> Component:
    """Return the page of an initiative for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        view = initiative_bridge(session, person, key, known_on=known_on)
    return render_initiative_bridge(view, known_on=known_on, may_open_ledger=person.may(Permission.VIEW_LEDGER))


def render_initiative_bridge(view: BridgeView, *, known_on: date | None, may_open_ledger: bool) -> Component:
    """Return the page of an initiative."""
    reading = reading_of(view, known_on, may_open_ledger=may_open_ledger)
    crumbs = [
        Crumb("Portfolio", address(PORTFOLIO, known_on=known_on)),
        Crumb("Initiatives", address(INITIATIVES, known_on=known_on)),
        Crumb(view.name, initiative_path(view.initiative, known_on)),
    ]
    return stack(
        page_head(
            _title(view, reading),
            html.Span(
                [
                    dcc.Link(view.name, href=initiative_path(view.initiative, known_on)),
                    " · approved case to realised by cause; no order of causes is chosen, steps sum to the cent",
                ]
            ),
            crumbs=crumbs,
            marks=_marks(view),
            actions=[download_link("CSV", export_path("bridge", known_on=known_on, initiative=view.initiative))],
        ),
        benefit_card(view, reading),
        cost_card(view, reading),
        completion_card(view, reading),
        completion_facts_card(view, reading),
        *versions_list(view, known_on),
        notes_card(view),
    )


def reading_of(
    view: BridgeView,
    known_on: date | None,
    *,
    may_open_ledger: bool,
    filters: str = "",
    asked: Mapping[str, str] | None = None,
) -> Reading:
    """Return how a person reads a bridge."""
    names = {view.initiative: view.name} if view.initiative else dict(view.names)
    return Reading(view.context, known_on, may_open_ledger, names=names, lines={}, filters=filters, asked=asked or {})


def _title(view: BridgeView, reading: Reading) -> str:
    if view.bridge is None:
        return "No bridge was published by that day"
    title = benefit_title(view.bridge.benefit, reading.currency)
    return f"{view.name}: {title}" if view.initiative else title


def _marks(view: BridgeView) -> list[Component]:
    is_provisional = view.context.is_provisional or view.context.is_policy_provisional
    return [provisional_pill()] if is_provisional else []


def export_bridge(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every contribution to every step, with all digits."""
    known_on, initiative = known_on_of(query), query.get("initiative", "")
    chosen = read_filter(query.get("business_unit", ""), query.get("stage", ""), query.get("grade", ""))
    view: BridgeView | None
    if initiative:
        with read(current_store()) as session:
            view = initiative_bridge(session, person, initiative, known_on=known_on)
    else:
        found = filtered_bridge(person, chosen, known_on)
        view = None if found is None else found[1]
    if view is None or view.bridge is None:
        raise NotFoundError("no bridge was published by that day")
    names, context = dict(view.names), view.context
    rows = [
        [
            side,
            step,
            key,
            names.get(key, key),
            to_major(amount, context.currency),
            context.currency,
            context.as_of,
            context.as_known_on,
            context.scope,
        ]
        for side, bridge in (("benefit", view.bridge.benefit), ("cost", view.bridge.cost))
        for step, key, amount in exported_steps(bridge)
    ]
    return ExportTable(f"tieout-bridge-{initiative or 'portfolio'}-{context.as_of.isoformat()}", COLUMNS, rows)


def exported_steps(bridge: Bridge) -> list[tuple[str, str, int]]:
    """Return both ends of a bridge and every contribution between them."""
    steps = [(step.cause.value, part.key, part.amount_minor) for step in bridge.steps for part in step.contributions]
    return [("start", "", bridge.start_minor), *steps, ("end", "", bridge.end_minor)]


PAGE_PORTFOLIO = Page(
    BRIDGE,
    "Bridge",
    Permission.VIEW_PORTFOLIO,
    draw_portfolio_bridge,
    navigation="Bridge",
    group="Value",
    icon="bridge",
    exports=(Export("bridge", Permission.VIEW_INITIATIVE, export_bridge),),
)
PAGE_INITIATIVE = Page(
    f"{INITIATIVES}/<key>{BRIDGE}", "Bridge of an initiative", Permission.VIEW_INITIATIVE, draw_initiative_bridge
)

"""One step of a bridge: who contributes to it, and the rows that it compares."""

from __future__ import annotations

from datetime import date

from dash.development.base_component import Component

from dashboard.components.bridge_tables import step_card, step_title
from dashboard.components.cards import Crumb, page_head, stack
from dashboard.components.portfolio_filters import read_filter
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.source_rows import source_rows_card
from dashboard.context import current_person, current_store, known_on_of
from dashboard.ids import BRIDGE, INITIATIVES, bridge_path, initiative_path
from dashboard.page import Page
from dashboard.pages.bridge import filtered_bridge, reading_of
from models.domain.bridge import Cause
from models.domain.errors import InvalidInputError
from models.domain.people import Permission
from models.queries.bridges import BridgeView, StepView, bridge_step
from models.store.unit_of_work import read


def draw_initiative_step(key: str, step: str, **filters: str) -> Component:
    """Return a step of an initiative's bridge for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        found = bridge_step(session, person, key, step, known_on=known_on)
    return render_step(
        found,
        known_on=known_on,
        may_open_ledger=person.may(Permission.VIEW_LEDGER),
        may_open_extract=person.may(Permission.VIEW_EXTRACTS),
    )


def render_step(found: StepView, *, known_on: date | None, may_open_ledger: bool, may_open_extract: bool) -> Component:
    """Return the page of an initiative's step: contributions by line or category, then the rows."""
    view = found.view
    reading = reading_of(view, known_on, may_open_ledger=may_open_ledger)
    crumbs = [
        Crumb(view.name, initiative_path(view.initiative, known_on)),
        Crumb("Bridge", bridge_path(view.initiative, known_on=known_on)),
    ]
    return stack(
        page_head(step_title(view, found.cause, reading), found.cause.meaning, crumbs=crumbs),
        step_card(view, found.cause, reading),
        *(source_rows_card(table, may_open_extract=may_open_extract) for table in found.tables),
    )


def draw_portfolio_step(
    step: str, business_unit: str = "", stage: str = "", grade: str = "", **filters: str
) -> Component:
    """Return a step of the portfolio's bridge for the person who asks, with the filters of the address."""
    person, known_on = current_person(), known_on_of(filters)
    if step not in set(Cause):
        raise InvalidInputError(f"'{step}' is no step of a bridge")
    chosen = read_filter(business_unit, stage, grade)
    found = filtered_bridge(person, chosen, known_on)
    if found is None:
        return nothing_valued(person)
    whole, view = found
    reading = reading_of(
        view,
        known_on,
        may_open_ledger=person.may(Permission.VIEW_LEDGER),
        filters=chosen.in_words(whole.initiatives),
        asked=chosen.asked,
    )
    return render_portfolio_step(view, Cause(step), reading)


def render_portfolio_step(view: BridgeView, cause: Cause, reading: Reading) -> Component:
    """Return the page of a portfolio's step: contributions by initiative, each leading to its own step."""
    crumbs = [Crumb("Bridge", bridge_path(known_on=reading.known_on, **reading.asked))]
    subtitle = f"{cause.meaning} Filters: {reading.filters}." if reading.filters else cause.meaning
    return stack(page_head(step_title(view, cause, reading), subtitle, crumbs=crumbs), step_card(view, cause, reading))


PAGE_INITIATIVE = Page(
    f"{INITIATIVES}/<key>{BRIDGE}/<step>",
    "Step of an initiative's bridge",
    Permission.VIEW_LINEAGE,
    draw_initiative_step,
)
PAGE_PORTFOLIO = Page(f"{BRIDGE}/<step>", "Step of the bridge", Permission.VIEW_PORTFOLIO, draw_portfolio_step)

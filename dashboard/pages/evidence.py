"""The evidence: how each benefit line is known, and how much money rests on each grade."""

from __future__ import annotations

from datetime import date

from dash.development.base_component import Component

from dashboard.components.cards import card, columns, page_head, stack
from dashboard.components.downloads import button_link
from dashboard.components.evidence_lines import evidence_grid
from dashboard.components.portfolio_charts import grade_card
from dashboard.components.portfolio_lists import not_measurable_card, zero_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_states import nothing_valued
from dashboard.components.portfolio_words import evidence_title
from dashboard.context import current_person, current_store, known_on_of
from dashboard.ids import EVIDENCE, VALIDATION, address
from dashboard.page import Page
from models.domain.people import Permission
from models.domain.valuation import PortfolioSummary
from models.queries.portfolio import portfolio_summary
from models.store.unit_of_work import read


def draw_evidence(**filters: str) -> Component:
    """Return the page for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        summary = portfolio_summary(session, person, known_on=known_on)
    if summary is None:
        return nothing_valued(person)
    return render_evidence(summary, known_on=known_on, may_open_ledger=person.may(Permission.VIEW_LEDGER))


def render_evidence(summary: PortfolioSummary, *, known_on: date | None, may_open_ledger: bool) -> Component:
    """Return the page: split by grade, every line with its design and effect, what has none yet."""
    names = {ini.key: ini.name for ini in summary.initiatives}
    reading = Reading(summary.context, known_on, may_open_ledger, names=names, lines={})
    lines = [line for ini in summary.initiatives for line in ini.lines]
    return stack(
        page_head(
            evidence_title(lines, summary.zero_possible),
            "A grade is given by rule from design and checks, never typed; a failed check caps it",
            actions=[button_link("Can we believe it?", address(VALIDATION, known_on=known_on))],
        ),
        columns(grade_card(summary.figures, reading), zero_card(summary.zero_possible, reading)),
        card(
            evidence_grid(summary.initiatives, reading),
            title="Every benefit line with its design and effect",
            subtitle="Largest measured amount first; select a line for its checks, a design to look deeper, an amount "
            "for its rows",
            footer=reading.source("estimates"),
        ),
        not_measurable_card(summary.not_measurable, reading),
    )


PAGE = Page(
    EVIDENCE,
    "Evidence",
    Permission.VIEW_INITIATIVE,
    draw_evidence,
    navigation="Evidence",
    group="Value",
    icon="evidence",
)

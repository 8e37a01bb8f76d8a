"""One initiative: projected against realised, actual against counterfactual, cost, evidence, lineage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import Crumb, card, columns, page_head, pill, provisional_pill, stack
from dashboard.components.evidence import evidence_badge
from dashboard.components.initiative_charts import cost_card, cumulative_card, effect_card
from dashboard.components.initiative_evidence import evidence_card
from dashboard.components.initiative_lineage import lineage_card
from dashboard.components.initiative_lines import claims_card, hours_notices, lines_card, refusal_state
from dashboard.components.initiative_words import initiative_subtitle, initiative_title, unmeasured_words
from dashboard.components.portfolio_charts import gap_card
from dashboard.components.portfolio_grid import CASE_WORDS
from dashboard.components.portfolio_lists import held_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_tiles import figure_tiles, unmeasured_tiles
from dashboard.components.portfolio_words import fiscal_span
from dashboard.context import current_person, current_store, known_on_of
from dashboard.ids import INITIATIVES, PORTFOLIO, UPLOADS, address
from dashboard.page import Page
from models.domain.effect import EffectEstimate
from models.domain.people import Permission
from models.domain.valuation import InitiativeSummary, InitiativeValuation, LineValuation
from models.queries.portfolio import initiative_summary
from models.store.unit_of_work import read

#: At most so many benefit lines are drawn; a page holds eight charts.
DRAWN_LINES = 5


def draw_initiative(key: str, **filters: str) -> Component:
    """Return the page of an initiative for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        summary = initiative_summary(session, person, key, known_on=known_on)
    return render_initiative(
        summary,
        known_on=known_on,
        may_open_ledger=person.may(Permission.VIEW_LEDGER),
        may_upload=person.may(Permission.UPLOAD_EXTRACT),
    )


def render_initiative(
    summary: InitiativeSummary, *, known_on: date | None, may_open_ledger: bool, may_upload: bool
) -> Component:
    """Return the page.

    Parameters
    ----------
    summary
        The published valuation of the initiative and the estimates behind it.
    known_on
        Date of knowledge in the address.
    may_open_ledger, may_upload
        What the person's role includes.
    """
    ini = summary.initiative
    lines = {account.pl_line: account.name for line in ini.lines for account in line.accounts}
    reading = Reading(summary.context, known_on, may_open_ledger, names={ini.key: ini.name}, lines=lines)
    estimates = [
        (line, estimate)
        for line in ini.lines
        if isinstance(estimate := summary.effect_of(line.benefit_line), EffectEstimate)
    ]
    parts: list[Component] = [_head(summary, known_on), _tiles(ini, reading)]
    parts += _refusals(ini.lines, may_upload=may_upload)
    charts = [
        effect_card(line, estimate, reading, name=f"effect-{i}", go_live=ini.go_live_on)
        for i, (line, estimate) in enumerate(estimates[:DRAWN_LINES])
    ]
    if ini.grade is not None or ini.figures.case_to_date.amount_minor:
        charts.insert(1 if charts else 0, cumulative_card(ini, reading))
    parts += _in_pairs(charts)
    parts += hours_notices(ini.lines)
    if ini.lines:
        parts.append(lines_card(ini.lines, reading))
    has_gap = ini.grade is not None and ini.figures.case_to_date.amount_minor
    gap = [gap_card(ini.figures.gap, reading, initiative=ini.key)] if has_gap else []
    parts += _in_pairs([*gap, cost_card(ini, reading)])
    parts += _in_pairs([evidence_card(line, estimate, reading) for line, estimate in estimates])
    if summary.held_by_budget:
        parts.append(held_card(summary.held_by_budget, reading))
    parts.append(columns(claims_card(ini, reading), lineage_card(ini, reading)))
    parts += _notes(ini)
    return stack(*parts)


def _head(summary: InitiativeSummary, known_on: date | None) -> Component:
    ini = summary.initiative
    crumbs = [
        Crumb("Portfolio", address(PORTFOLIO, known_on=known_on)),
        Crumb("Initiatives", address(INITIATIVES, known_on=known_on)),
    ]
    marks = [
        pill(ini.stage.label if ini.stage is not None else "no stage"),
        pill(CASE_WORDS[ini.case_mark]),
        evidence_badge(ini.grade),
    ]
    if summary.context.is_provisional:
        marks.append(provisional_pill())
    words: list[str | Component] = [initiative_subtitle(ini)]
    if ini.description:
        words.append(html.Span(ini.description, className="description"))
    return page_head(initiative_title(ini, summary.context), words, crumbs=crumbs, marks=marks)


def _tiles(ini: InitiativeValuation, reading: Reading) -> Component:
    link = reading.figure_link(ini.key)
    if ini.grade is None:
        return unmeasured_tiles(
            ini.figures,
            link=link,
            status=unmeasured_words(ini),
            measurable_from=ini.why_not.from_on if ini.why_not is not None else None,
        )
    past = [point.period for point in ini.cumulative if not point.is_forecast]
    whole = [point.period for point in ini.cumulative]
    return figure_tiles(
        ini.figures, reading.context, link=link, to_date=fiscal_span(past), to_horizon=fiscal_span(whole)
    )


def _refusals(lines: Sequence[LineValuation], *, may_upload: bool) -> list[Component]:
    """Return a designed state for each line without an effect or without money."""
    return [
        card(
            refusal_state(line, line.why_not, uploads_href=UPLOADS if may_upload else ""),
            title=f"{line.name}: no figure, and why",
            subtitle=line.kpi_name,
        )
        for line in lines
        if line.why_not is not None
    ]


def _in_pairs(cards: Sequence[Component]) -> list[Component]:
    """Return cards two by two; a last one alone takes the whole width."""
    pairs = [cards[i : i + 2] for i in range(0, len(cards), 2)]
    return [columns(*pair) if len(pair) == 2 else pair[0] for pair in pairs]


def _notes(ini: InitiativeValuation) -> list[Component]:
    points = [*ini.figures.reasons, *(f"{line.name}: {note}" for line in ini.lines for note in line.notes)]
    if not points:
        return []
    return [
        card(
            html.Ul([html.Li(point) for point in points], className="notes"),
            title="What these figures assume and leave out",
        )
    ]


PAGE = Page(f"{INITIATIVES}/<key>", "Initiative", Permission.VIEW_INITIATIVE, draw_initiative)

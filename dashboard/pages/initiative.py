"""One initiative: projected against realised, actual against counterfactual, cost, evidence, lineage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.bridge_cards import bridge_card
from dashboard.components.cards import Crumb, card, columns, page_head, pill, provisional_pill, stack
from dashboard.components.downloads import button_link
from dashboard.components.effect_types import effects_card, present_values_card
from dashboard.components.evidence import evidence_badge
from dashboard.components.initiative_charts import cost_card, cumulative_card, effect_card
from dashboard.components.initiative_evidence import evidence_card
from dashboard.components.initiative_lineage import lineage_card
from dashboard.components.initiative_lines import claims_card, hours_notices, lines_card, refusal_state
from dashboard.components.initiative_shared import allocated_card, shared_notices
from dashboard.components.initiative_words import initiative_subtitle, initiative_title, unmeasured_words
from dashboard.components.pack_buttons import audit_pack_button, pack_buttons
from dashboard.components.periods_true_ups import true_ups_card
from dashboard.components.portfolio_grid import CASE_WORDS
from dashboard.components.portfolio_lists import held_card
from dashboard.components.portfolio_reading import Reading
from dashboard.components.portfolio_tiles import figure_tiles, unmeasured_tiles
from dashboard.components.portfolio_words import fiscal_span
from dashboard.components.views_card import views_card
from dashboard.context import current_person, current_store, known_on_of
from dashboard.ids import INITIATIVES, PORTFOLIO, UPLOADS, address, line_evidence_path, unit_economics_path
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
        may_audit=person.may(Permission.DOWNLOAD_AUDIT_PACK),
    )


def render_initiative(
    summary: InitiativeSummary,
    *,
    known_on: date | None,
    may_open_ledger: bool,
    may_upload: bool,
    may_audit: bool = False,
) -> Component:
    """Return the page.

    Parameters
    ----------
    summary
        The published valuation of the initiative and the estimates behind it.
    known_on
        Date of knowledge in the address.
    may_open_ledger, may_upload, may_audit
        What the person's role includes.
    """
    ini = summary.initiative
    lines = {account.pl_line: account.name for line in ini.lines for account in line.accounts}
    lines |= {test.pl_line: test.name for line in ini.lines for test in line.cash_tests}
    names = {**dict(summary.neighbours), ini.key: ini.name}
    reading = Reading(summary.context, known_on, may_open_ledger, names=names, lines=lines)
    estimates = [
        (line, estimate)
        for line in ini.lines
        if isinstance(estimate := summary.effect_of(line.benefit_line), EffectEstimate)
    ]
    parts: list[Component] = [_head(summary, known_on, may_audit=may_audit), _tiles(ini, reading)]
    parts += shared_notices(summary.shared, reading)
    parts += _refusals(ini.lines, known_on, may_upload=may_upload)
    charts = [
        effect_card(line, estimate, reading, name=f"effect-{i}", go_live=ini.go_live_on)
        for i, (line, estimate) in enumerate(estimates[:DRAWN_LINES])
    ]
    if ini.grade is not None or ini.figures.case_to_date.amount_minor:
        charts.insert(1 if charts else 0, cumulative_card(ini, reading))
    parts += _in_pairs(charts)
    parts += hours_notices(ini, reading)
    if ini.lines:
        parts.append(lines_card(ini.lines, reading))
    has_gap = ini.grade is not None and ini.figures.case_to_date.amount_minor
    gap = [bridge_card(ini, reading)] if has_gap else []
    parts += _in_pairs([*gap, cost_card(ini, reading)])
    parts += allocated_card(summary.allocated, ini.key, reading)
    parts += _in_pairs([evidence_card(line, estimate, reading) for line, estimate in estimates])
    if summary.true_ups:
        parts.append(true_ups_card(summary.true_ups, {}, {}, currency=reading.currency, is_short=True))
    parts.append(views_card(ini.views, reading, initiative=ini.key))
    if ini.grade is not None:
        parts.append(columns(effects_card(ini.figures, reading), present_values_card(ini.figures, reading)))
    if summary.held_by_budget:
        parts.append(held_card(summary.held_by_budget, reading))
    parts.append(columns(claims_card(ini, reading), lineage_card(ini, reading)))
    parts += _notes(ini)
    return stack(*parts)


def _head(summary: InitiativeSummary, known_on: date | None, *, may_audit: bool) -> Component:
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
    economics = button_link("Unit economics", unit_economics_path(ini.key, known_on=known_on))
    actions = [economics, *pack_buttons(known_on=known_on, initiative=ini.key)]
    if may_audit:
        actions.append(audit_pack_button(known_on=known_on, initiative=ini.key))
    return page_head(initiative_title(ini, summary.context), words, crumbs=crumbs, marks=marks, actions=actions)


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


def _refusals(lines: Sequence[LineValuation], known_on: date | None, *, may_upload: bool) -> list[Component]:
    """Return a designed state for each line without an effect or without money."""
    return [
        card(
            refusal_state(line, line.why_not, uploads_href=UPLOADS if may_upload else ""),
            title=f"{line.name}: no figure, and why",
            subtitle=line.kpi_name,
            actions=[
                button_link(
                    "Evidence",
                    line_evidence_path(line.initiative, line.benefit_line, known_on=known_on),
                )
            ],
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

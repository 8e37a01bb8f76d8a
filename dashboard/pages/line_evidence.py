"""The evidence of one benefit line, for those who look deeper: what happened, whether it holds, what could be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import Crumb, card, columns, page_head, stack
from dashboard.components.downloads import button_link, download_link
from dashboard.components.evidence import evidence_badge
from dashboard.components.evidence_checks import steps_list
from dashboard.components.evidence_export import EVENT_COLUMNS, PLACEBO_COLUMNS, event_rows, left_out_rows, placebo_rows
from dashboard.components.evidence_fitted import fitted_card, left_out_card
from dashboard.components.evidence_happened import happened_cards
from dashboard.components.evidence_holds import holds_cards
from dashboard.components.evidence_visible import visible_cards
from dashboard.components.evidence_words import evidence_page_title
from dashboard.components.initiative_words import DESIGN_WORDS
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state, notice, state
from dashboard.context import current_person, current_store, known_on_of
from dashboard.format import format_once_in
from dashboard.ids import (
    EVIDENCE,
    INITIATIVES,
    OVERLAPS,
    address,
    export_path,
    initiative_path,
    line_evidence_path,
    lineage_line_path,
)
from dashboard.page import Export, ExportTable, Page
from models.causal.raise_grade import what_would_raise
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.follow_up import FollowUp
from models.domain.joint import NOT_SEPARABLE
from models.domain.people import Permission, Person
from models.domain.valuation import InitiativeSummary, LineValuation
from models.domain.visibility import LineVisibility
from models.queries.portfolio import initiative_summary
from models.queries.visibility import line_visibility
from models.store.unit_of_work import read

#: The views of the page, by the name in the address.
PARTS: dict[str, str] = {
    "happened": "What happened",
    "holds": "Does it hold?",
    "visible": "What could be seen",
    "fitted": "How it was fitted",
}
#: What each view is for, for a reader without statistics.
LEADS: dict[str, str] = {
    "happened": "What the KPI did, what it would have done without the initiative, and how the difference grew.",
    "holds": "Attempts to prove the estimate wrong: other methods, dates and units where there is nothing to find "
    "(placebos), one unit left out at a time, a trend that goes on. They inform; grade and money rest on the estimate.",
    "visible": "How small an effect this KPI could show at all, judged by how much it moved before go-live. A smaller "
    "effect may be real and still not show.",
    "fitted": "For statisticians: design, units, noise, what was left out, and the table of the fit.",
}
#: How notes begin that speak of tests of the estimate; they stand with those.
_OF_TESTS = ("Placebo", "Leave one out", "Cross-checks", "Trend", "Other initiatives")
_OF_REFUSAL = "Nothing was estimated"


@dataclass(frozen=True, slots=True)
class LineEvidence:
    """What the page is drawn from: the initiative as published, a line of it, and what followed its estimate.

    `follow_up` is None while that is being computed, `visibility` (what could be seen, in money) with it.
    """

    summary: InitiativeSummary
    line: LineValuation
    follow_up: FollowUp | None = None
    visibility: LineVisibility | None = None


def draw_line_evidence(key: str, line: str, part: str = "", **filters: str) -> Component:
    """Return the page for the person who asks."""
    person, known_on = current_person(), known_on_of(filters)
    if part and part not in PARTS:
        raise InvalidInputError(f"part '{part}': choose one of {', '.join(PARTS)}")
    return render_line_evidence(
        load_line_evidence(person, key, line, known_on, part=part),
        part=part or "happened",
        known_on=known_on,
        may_open_ledger=person.may(Permission.VIEW_LEDGER),
        may_see_lineage=person.may(Permission.VIEW_LINEAGE),
    )


def load_line_evidence(
    person: Person, key: str, benefit_line: str, known_on: date | None, *, part: str = ""
) -> LineEvidence:
    """Return what is known of a line of an initiative, in the person's scope.

    What could be seen in money reads the panel again: it is made for the view that shows it, and for a refused line.

    Raises
    ------
    NotFoundError
        If there is no such line of no such initiative that the person may see.
    """
    with read(current_store()) as session:
        summary = initiative_summary(session, person, key, known_on=known_on)
        line = next((line for line in summary.initiative.lines if line.benefit_line == benefit_line), None)
        if line is None:
            raise NotFoundError(f"there is no benefit line {benefit_line}")
        follow_up, visibility = summary.follow_ups.get(benefit_line), None
        is_shown = part == "visible" or isinstance(summary.effect_of(benefit_line), NotEstimable)
        if is_shown and follow_up is not None and follow_up.detectable:
            visibility = line_visibility(session, person, benefit_line, known_on, follow_up)
    return LineEvidence(summary, line, follow_up, visibility)


def render_line_evidence(
    view: LineEvidence, *, part: str, known_on: date | None, may_open_ledger: bool, may_see_lineage: bool
) -> Component:
    """Return one view of the page, `part` of `PARTS`; of a line that cannot be estimated its refusal."""
    summary, line = view.summary, view.line
    ini, result = summary.initiative, summary.effect_of(line.benefit_line)
    reading = Reading(summary.context, known_on, may_open_ledger, names={ini.key: ini.name}, lines={})
    if not isinstance(result, EffectEstimate):
        return stack(
            _head(summary, line, None, known_on, may_see_lineage=may_see_lineage),
            *_refused(view, result, reading),
        )
    return stack(
        _head(summary, line, result, known_on, may_see_lineage=may_see_lineage),
        html.Div([_part_links(line, part, known_on), html.P(LEADS[part], className="muted")], className="part-head"),
        *_part(view, result, reading, part),
    )


def _head(
    summary: InitiativeSummary,
    line: LineValuation,
    estimate: EffectEstimate | None,
    known_on: date | None,
    *,
    may_see_lineage: bool,
) -> Component:
    ini = summary.initiative
    crumbs = [
        Crumb("Evidence", address(EVIDENCE, known_on=known_on)),
        Crumb(ini.name, initiative_path(ini.key, known_on)),
    ]
    actions: list[Component] = []
    if may_see_lineage:
        rows = lineage_line_path(line.benefit_line, known_on=known_on)
        actions.append(button_link("Rows behind it", rows))
    if estimate is None:
        title = f"{line.name}: not estimable, and why"
        return page_head(title, f"{ini.name} · {line.kpi_name}", crumbs=crumbs, actions=actions)
    for name, words in (("event-study", "Effect by period, CSV"), ("placebos", "Tests of it, CSV")):
        href = export_path(name, known_on=known_on, initiative=ini.key, line=line.benefit_line)
        actions.append(download_link(words, href))
    return page_head(
        evidence_page_title(line.name, estimate, line.unit_of_measure),
        f"{ini.name} · {line.kpi_name}, average effect per unit and period · {DESIGN_WORDS[estimate.design]}",
        crumbs=crumbs,
        marks=[evidence_badge(estimate.grade)],
        actions=actions,
    )


def _part_links(line: LineValuation, part: str, known_on: date | None) -> Component:
    """Return links that load the page anew: where only the query differs, Dash is slow to exchange long tables."""

    def shown(name: str, words: str) -> Component:
        asked = "" if name == "happened" else name
        href = line_evidence_path(line.initiative, line.benefit_line, part=asked, known_on=known_on)
        return html.A(words, href=href, **attributes({"aria-current": "page"} if name == part else {}))

    links = [shown(name, words) for name, words in PARTS.items()]
    return html.Nav(links, className="part-links", **attributes({"aria-label": "Views of the evidence"}))


def _part(view: LineEvidence, estimate: EffectEstimate, reading: Reading, part: str) -> Sequence[Component]:
    line, follow_up = view.line, view.follow_up
    if part == "fitted":
        return [fitted_card(line, estimate, reading), left_out_card(line, estimate, reading)]
    if part == "happened":
        cards = happened_cards(line, estimate, follow_up, reading, go_live=view.summary.initiative.go_live_on)
        return [*_in_pairs(cards), *_steps(estimate)]
    if follow_up is None:
        return [_computing(reading.known_on)]
    cards = (
        _in_pairs(holds_cards(line, estimate, follow_up, reading))
        if part == "holds"
        else visible_cards(line, estimate, follow_up, view.visibility, reading)
    )
    notes = [note for note in follow_up.notes if part == "holds" or not note.startswith(_OF_TESTS)]
    return [*_stale(follow_up, reading.known_on), *(cards or [_nothing(notes)]), *_notes(notes)]


def _steps(result: EffectEstimate | NotEstimable) -> list[Component]:
    is_refused = isinstance(result, NotEstimable)
    steps = what_would_raise(result)
    if isinstance(result, NotEstimable):  # the refusal stands above already
        steps = tuple(replace(step, reason="") if step.reason == result.reason else step for step in steps)
    body = steps_list(steps, without_grade="needed" if is_refused else "surer")
    title = "What would help" if is_refused else "What would raise the grade"
    subtitle = "Each grade is the best that the rules give once this step and those above it are taken"
    return [card(body, title=title, subtitle=subtitle)]


def _computing(known_on: date | None) -> Component:
    if known_on is not None:
        return card(
            empty_state("Not known yet on that day", "What follows the estimate was computed later, if at all.")
        )
    body = empty_state(
        "Being computed",
        "Placebos, other methods and limits of the trend follow the estimate as a job of their own. Grade and "
        "figures stand without them.",
    )
    return card(body)


def _nothing(notes: Sequence[str]) -> Component:
    why = "What this line's data do not admit is listed below." if notes else "This line's data do not admit it."
    return card(empty_state("Nothing of this could be tried", why))


def _stale(follow_up: FollowUp, known_on: date | None) -> list[Component]:
    """Return a notice where the estimate is newer than what followed it."""
    if follow_up.is_in_force:
        return []
    rest = "are being computed" if known_on is None else "were not known yet on that day"
    return [notice(f"These belong to the estimate before this one; those of this one {rest}.", title="Old.")]


def _notes(notes: Sequence[str]) -> list[Component]:
    if not notes:
        return []
    body = html.Ul([html.Li(note) for note in notes], className="notes")
    return [card(body, title="What was not tried, and why")]


def _refused(view: LineEvidence, result: NotEstimable | None, reading: Reading) -> Sequence[Component]:
    follow_up = view.follow_up
    if result is None:
        body = empty_state("Not estimated yet", "The estimate follows the posting of its rows by a minute or so.")
        return [card(body)]
    when = f" It can be measured {format_once_in(result.from_period)}." if result.from_period is not None else ""
    shared = result.rule == NOT_SEPARABLE
    overlaps = button_link("See the overlaps", address(OVERLAPS, known_on=reading.known_on)) if shared else None
    refusal = state("Not estimable", f"{result.reason.rstrip('.')}.{when}", icon="info", action=overlaps)
    parts: list[Component] = [card(refusal), *_steps(result)]
    if follow_up is None:
        so_far = "is being computed" if reading.known_on is None else "was not computed yet by that day"
        parts.append(notice(f"How small an effect this KPI could show {so_far}.", title="Later."))
        return parts
    notes = [note for note in follow_up.notes if not note.startswith(_OF_REFUSAL)]
    return [*parts, *visible_cards(view.line, None, follow_up, view.visibility, reading), *_notes(notes)]


def _in_pairs(cards: Sequence[Component]) -> list[Component]:
    """Return cards two by two; a last one alone takes the whole width."""
    pairs = [cards[i : i + 2] for i in range(0, len(cards), 2)]
    return [columns(*pair) if len(pair) == 2 else pair[0] for pair in pairs]


def export_event_study(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return the effect by age of the line in the address, in the person's scope."""
    view = _asked(person, query)
    result = view.summary.effect_of(view.line.benefit_line)
    return ExportTable(
        f"tieout-event-study-{view.line.benefit_line}",
        EVENT_COLUMNS,
        event_rows(view.line, result, view.summary.context),
    )


def export_placebos(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return placebos, cross-checks, weights, bounds and all that was left out of the line in the address."""
    view = _asked(person, query)
    context, result = view.summary.context, view.summary.effect_of(view.line.benefit_line)
    rows = [*placebo_rows(view.line, view.follow_up, context), *left_out_rows(view.line, result, context)]
    return ExportTable(f"tieout-placebos-{view.line.benefit_line}", PLACEBO_COLUMNS, rows)


def _asked(person: Person, query: Mapping[str, str]) -> LineEvidence:
    return load_line_evidence(person, query.get("initiative", ""), query.get("line", ""), known_on_of(query))


PAGE = Page(
    f"{INITIATIVES}/<key>{EVIDENCE}/<line>",
    "Evidence of a benefit line",
    Permission.VIEW_INITIATIVE,
    draw_line_evidence,
    exports=(
        Export("event-study", Permission.VIEW_INITIATIVE, export_event_study),
        Export("placebos", Permission.VIEW_INITIATIVE, export_placebos),
    ),
)

"""Can we believe it? How often our ranges contained a truth that was known, from the study stored with this version."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import columns, page_head, stack
from dashboard.components.downloads import button_link, download_link
from dashboard.components.states import empty_state, notice
from dashboard.components.validation_charts import (
    assumptions_card,
    coverage_card,
    guess_card,
    hundred_card,
    peers_card,
)
from dashboard.components.validation_checks import flags_card, limits_card, power_card, refusals_card
from dashboard.components.validation_words import head_note, headline
from dashboard.context import current_person
from dashboard.ids import EVIDENCE, VALIDATION, export_path
from dashboard.page import Export, ExportTable, Page
from models.causal import ENGINE_VERSION
from models.domain.people import Permission, Person
from models.queries.validation import ValidationView, validation_view

COLUMNS = (
    "family",
    "kind_of_data",
    "first_seed",
    "replicates",
    "estimated",
    "covered_95",
    "covered_cumulative_95",
    "covered_80",
    "covered_50",
    "width_over_oracle",
    "bias",
    "contradictions",
    "warned_before_go_live",
    "cpu_ms",
    "engine_version",
    "made_on",
)


def draw_validation(**_filters: str) -> Component:
    """Return the page; it is the same for everybody."""
    view = validation_view(current_person())
    if view is None:
        return empty_state(
            "No study is stored with this version",
            "Whoever runs Tieout can make one: make validate. A single kind of data is tried by tieout validate.",
        )
    return render_validation(view, may_see_evidence=current_person().may(Permission.VIEW_INITIATIVE))


def render_validation(view: ValidationView, *, may_see_evidence: bool) -> Component:
    """Return the page: our hundred, the multiplied hundred, kinds of data, other methods, alarms, refusals, limits."""
    link = button_link("Evidence of your initiatives", EVIDENCE) if may_see_evidence else None
    parts = [
        page_head(
            headline(view),
            head_note(view),
            actions=[each for each in (link, download_link("CSV", export_path("validation"))) if each is not None],
        )
    ]
    if view.is_other_engine:
        parts.append(
            notice(
                f"This study was made with engine version {view.record.engine_version}; figures now come from version "
                f"{ENGINE_VERSION}.",
                tone="warning",
            )
        )
    ours = hundred_card(view)
    if view.record.guesses:
        parts += [columns(ours, guess_card(view.record.guesses[0], view)), assumptions_card(view)]
    else:
        parts.append(ours)
    parts.append(coverage_card(view))
    if any(each.estimated for each in view.record.peers):
        parts.append(peers_card(view))
    if view.flags:
        parts.append(flags_card(view))
    if any(row.size_se >= 5.0 for row in view.power):
        parts.append(power_card(view))
    if view.record.refusals:
        parts.append(refusals_card(view))
    return stack(*parts, limits_card(view), _again())


def _again() -> Component:
    return notice(
        html.Span(
            [
                "Nobody has to take this on trust: ",
                html.Code("tieout validate --family ar_05 --seed 1"),
                " repeats any part of the study on your own machine.",
            ]
        )
    )


def export_validation(person: Person, _query: Mapping[str, str]) -> ExportTable:
    """Return every family of the stored study."""
    view = validation_view(person)
    families = () if view is None else view.record.families
    rows = [
        [
            each.family,
            each.group,
            each.first_seed,
            each.replicates,
            each.estimated,
            each.covered,
            each.covered_cumulative,
            *(level.covered for level in each.levels[1:3]),
            each.width_mean,
            each.bias,
            each.contradictions,
            each.warned,
            each.cpu_ms,
            None if view is None else view.record.engine_version,
            None if view is None else view.record.made_on,
        ]
        for each in families
    ]
    return ExportTable("tieout-validation", COLUMNS, rows)


PAGE = Page(
    VALIDATION,
    "Can we believe it?",
    Permission.VIEW_METHODS,
    draw_validation,
    navigation="Can we believe it?",
    group="Value",
    icon="check",
    exports=(Export("validation", Permission.VIEW_METHODS, export_validation),),
    has_strip=False,
)

"""The page of a line's evidence: every part drawn, said in a sentence, kept in a table, honest where there is none."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from dashboard.components import evidence_words as words
from dashboard.components.evidence_ages import age_points
from dashboard.components.evidence_checks import caps_table, check_list, steps_list
from dashboard.components.evidence_export import EVENT_COLUMNS, PLACEBO_COLUMNS, event_rows, left_out_rows, placebo_rows
from dashboard.figures import theme
from dashboard.figures.bounds import draw_bounds
from dashboard.figures.detectable import SizeMark, draw_detectable
from dashboard.figures.event_study import AgePoint, draw_event_study
from dashboard.figures.forest import ForestRow, draw_forest
from dashboard.figures.looks import draw_looks
from dashboard.figures.ranks import NAMED, draw_ranks, rank_units
from dashboard.figures.weights import SHOWN, draw_weights, weight_rows
from dashboard.pages.line_evidence import PARTS, LineEvidence, render_line_evidence
from models.causal.raise_grade import GradeStep
from models.domain.effect import CheckResult, CheckStatus, CohortEffect, Design, EventTime, EvidenceGrade
from models.domain.follow_up import FollowUp, Look, UnitPlacebo
from models.domain.interval import Interval
from tests.figures.specimen import make_initiative_summary
from tests.figures.specimen_effect import make_estimate
from tests.figures.specimen_follow_up import POINT, make_follow_up, make_visibility
from tests.figures.specimen_lines import make_context
from tests.figures.walk import components, graphs, hrefs, ids, text_of

KNOWN_ON = date(2026, 10, 12)
FOLLOW_UP = make_follow_up()
VISIBILITY = make_visibility(FOLLOW_UP)
ESTIMATE = make_estimate()
SUMMARY = make_initiative_summary("INI-01")
LINE = SUMMARY.initiative.lines[0]
SPACE = FOLLOW_UP.space_placebo
assert SPACE is not None
COHORTS = tuple(
    CohortEffect(day, ("S1", "S2"), Interval(POINT - 1, point, POINT + 1, 0.95), 40)
    for day, point in ((date(2025, 8, 4), -3.4), (date(2025, 11, 3), -2.9))
)
AGES = tuple(EventTime(age, Interval(-4.0, -3.0 if age >= 0 else 0.1, 1.0, 0.95), 8) for age in range(-5, 12))


def page(
    part: str = "happened",
    follow_up: FollowUp | None = FOLLOW_UP,
    key: str = "INI-01",
    known_on: date | None = KNOWN_ON,
) -> Component:
    summary = make_initiative_summary(key)
    view = LineEvidence(summary, summary.initiative.lines[0], follow_up, VISIBILITY if follow_up is FOLLOW_UP else None)
    return render_line_evidence(view, part=part, known_on=known_on, may_open_ledger=True, may_see_lineage=True)


VIEWS = {
    **{f"{part}, {state}": (part, follow_up, "INI-01") for part in PARTS for state, follow_up in
       (("all of it", FOLLOW_UP), ("nothing yet", None), ("nothing possible", FollowUp(notes=("Too short.",))))},
    "refused": ("happened", FollowUp(detectable=FOLLOW_UP.detectable), "INI-11"),
    "refused, nothing yet": ("happened", None, "INI-11"),
}  # fmt: skip


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_holds_what_every_page_must(name: str) -> None:
    shown = page(*VIEWS[name])
    assert len(to_json_plotly(shown)) > 800
    drawn = graphs(shown)
    assert len(drawn) <= 8
    for graph in drawn:
        go.Figure(graph.figure)
    assert [identifier for identifier, count in Counter(ids(shown)).items() if count > 1] == []
    assert sum(1 for part in components(shown) if type(part).__name__ == "H1") == 1
    cards = [part for part in components(shown) if getattr(part, "className", "") == "card figure-card"]
    assert len(cards) == len(drawn)
    for card in cards:
        assert any(type(part).__name__ == "Table" for part in components(card))
        assert "as of 30 Sep 2026" in text_of(card)
    assert not re.search(r"\bnan\b|None|inf\b", text_of(shown))
    assert [href for href in hrefs(shown) if "as_known_on=2026-10-12" not in href] == []


def test_every_part_of_a_follow_up_is_drawn_in_one_view_or_another() -> None:
    names = {graph.id for part in PARTS for graph in graphs(page(part))}
    assert names == {
        f"figure-{name}"
        for name in (
            "counterfactual", "event-study", "looks", "cross-checks", "placebo-time", "placebo-space", "leave-one-out",
            "donor-weights", "bounds-0", "bounds-1", "detectable",
        )
    }  # fmt: skip
    assert "would have noticed 0.0200" in text_of(page("holds"))
    assert "No other go-live date" in text_of(page("holds"))


def test_an_estimate_stands_without_what_follows_it() -> None:
    waiting = text_of(page("holds", None, known_on=None))
    assert "Being computed" in waiting
    assert "stand without them" in waiting
    assert "Not known yet on that day" in text_of(page("holds", None))
    assert {graph.id for graph in graphs(page("happened", None))} == {"figure-counterfactual", "figure-event-study"}
    old = text_of(page("holds", replace(FOLLOW_UP, is_in_force=False)))
    assert "the estimate before this one" in old
    none = text_of(page("holds", FollowUp(notes=("Too short.",))))
    assert "Nothing of this could be tried" in none
    assert "Too short." in none


def test_a_refused_line_shows_the_refusal_what_would_help_and_what_could_be_seen() -> None:
    shown = page("happened", FollowUp(detectable=FOLLOW_UP.detectable), "INI-11")
    text = text_of(shown)
    assert "1 month after go-live" in text
    assert "What would help" in text
    assert "shows once the period from 1 Nov 2026 is in" in text
    assert text.count("1 month after go-live") == 1  # the reason is told once
    assert [graph.id for graph in graphs(shown)] == ["figure-detectable"]
    assert "effect found" not in str(graphs(shown)[0].figure)


def test_rows_behind_it_are_offered_to_those_who_may_see_them() -> None:
    closed = render_line_evidence(
        LineEvidence(SUMMARY, LINE), part="fitted", known_on=None, may_open_ledger=False, may_see_lineage=False
    )
    assert not [href for href in hrefs(closed) if href.startswith("/lineage")]
    assert [href for href in hrefs(page("fitted")) if href.startswith("/lineage")]
    assert any(type(part).__name__ == "Pre" and "GLS" in part.children for part in components(closed))
    assert "missing" in text_of(closed)


def every_figure() -> dict[str, theme.Figure]:
    assert SPACE is not None
    relative = [bound for bound in FOLLOW_UP.trend_bounds if bound.restriction == "relative magnitude"]
    many = [UnitPlacebo(f"u{i}", 0.1 * i, 0.1 * i, is_treated=i == 50) for i in range(100)]
    return {
        "forest": draw_forest(
            [ForestRow("This", -4, -3, -2, is_main=True), ForestRow("that <b>", None, 1, None)], "min"
        ),
        "event study": draw_event_study(age_points(ESTIMATE), "min"),
        "few ages": draw_event_study([AgePoint(i, -1.0, 0.5 * i, 2.0) for i in range(-4, 6)], "min"),
        "no age": draw_event_study([], "min"),
        "ranks": draw_ranks(SPACE.units, "min"),
        "many ranks": draw_ranks(many, "min"),
        "weights": draw_weights(FOLLOW_UP.donor_weights),
        "bounds": draw_bounds(relative, 2.09, "min"),
        "looks": draw_looks(FOLLOW_UP.looks, "min"),
        "no look": draw_looks([Look(3, 1.0, float("-inf"), float("inf"), is_alarm=False)], "min"),
        "detectable": draw_detectable(
            FOLLOW_UP.detectable, "min", [SizeMark("effect found", -3.2), SizeMark("case promises", 3.3, is_plan=True)]
        ),
        "nothing detectable": draw_detectable(FOLLOW_UP.detectable[:1], "min"),
    }


@pytest.mark.parametrize("name", sorted(every_figure()))
def test_a_figure_is_valid_plain_and_dark_in_the_dark(name: str) -> None:
    figure = theme.recolour(every_figure()[name], "dark")
    go.Figure(figure)
    assert figure["layout"]["showlegend"] is False
    assert len({trace["name"] for trace in figure["data"]}) <= 7
    known = {*theme.DARK.values()}
    colours = {text for text in _strings(figure) if re.fullmatch("#[0-9A-Fa-f]{6}", text)}
    assert colours <= known
    assert "Infinity" not in to_json_plotly(figure)


def test_words_of_the_data_are_not_taken_for_markup() -> None:
    assert "that &lt;b&gt;" in every_figure()["forest"]["layout"]["yaxis"]["ticktext"]


def _strings(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _strings(value)]
    if isinstance(node, list | tuple):
        return [text for value in node for text in _strings(value)]
    return [node] if isinstance(node, str) else []


def test_the_ages_run_through_go_live_without_a_break_and_leave_gaps_open() -> None:
    points = age_points(ESTIMATE)
    before, after = [p for p in points if p.age < 0], [p for p in points if p.age >= 0]
    assert [p.age for p in after] == list(range(len(ESTIMATE.effect_periods)))
    assert [p.point for p in after] == [float(value) for value in ESTIMATE.effect_point]
    assert before[-1].age == -1
    assert -40 not in {p.age for p in before}  # week 30 of 70 is missing
    assert all(p.low is None for p in before)
    by_age = age_points(replace(ESTIMATE, event_study=AGES))
    assert [(p.age, p.low, p.point, p.high) for p in by_age] == [
        (e.age, e.effect.low, e.effect.point, e.effect.high) for e in AGES
    ]


def test_go_live_dates_stand_beside_the_average() -> None:
    estimate = replace(ESTIMATE, design=Design.STAGGERED, cohorts=COHORTS, event_study=AGES)
    effects = tuple(replace(effect, estimate=estimate) for effect in SUMMARY.effects)
    view = LineEvidence(replace(SUMMARY, effects=effects), LINE)
    shown = render_line_evidence(view, part="happened", known_on=None, may_open_ledger=True, may_see_lineage=True)
    assert "figure-cohorts" in ids(shown)
    assert words.cohorts_title(estimate) == "Both go-live dates agree with the average effect"
    far = replace(COHORTS[0], effect=Interval(1.0, 2.0, 3.0, 0.95))
    assert words.cohorts_title(replace(estimate, cohorts=(far, COHORTS[1]))).startswith("1 of 2 go-live dates")


def test_units_are_ranked_by_size_and_only_treated_ones_named_where_there_are_many() -> None:
    assert SPACE is not None
    ranked = rank_units(SPACE.units)
    assert ranked[0].is_treated
    sizes = [abs(unit.statistic) for unit in ranked]
    assert sizes == sorted(sizes, reverse=True)
    many = every_figure()["many ranks"]
    assert len(many["data"][0]["y"]) + 1 == 100 > NAMED
    assert many["layout"]["yaxis"]["ticktext"] == ["<b>u50</b>"]
    crowd = [UnitPlacebo(f"u{i}", float(i), float(i), is_treated=i >= 40) for i in range(60)]
    named = draw_ranks(crowd, "min")["layout"]["yaxis"]["tickvals"]
    assert 5 <= len(named) <= 20
    assert min(b - a for a, b in pairwise(named)) >= 2  # names need two of such rows


def test_all_that_was_left_out_is_in_the_download() -> None:
    rows = left_out_rows(LINE, ESTIMATE, make_context())
    assert len(rows) == len(ESTIMATE.left_out) > 0
    assert [row[PLACEBO_COLUMNS.index("note")] for row in rows] == [item.reason for item in ESTIMATE.left_out]
    assert {len(row) for row in rows} == {len(PLACEBO_COLUMNS)}
    assert left_out_rows(LINE, None, make_context()) == []


def test_notes_stand_with_what_they_speak_of() -> None:
    tests, other = "Placebo in time: the history is too short.", "Detectable effects: nothing was tried."
    noted = replace(FOLLOW_UP, notes=(tests, other))
    assert (tests in text_of(page("holds", noted)), other in text_of(page("holds", noted))) == (True, True)
    assert (tests in text_of(page("visible", noted)), other in text_of(page("visible", noted))) == (False, True)
    refused = FollowUp(notes=("Nothing was estimated: 1 month after go-live; 2 are needed.",))
    assert "Nothing was estimated" not in text_of(page("happened", refused, "INI-11"))


def test_weights_that_are_not_drawn_are_summed() -> None:
    methods, rows = weight_rows(FOLLOW_UP.donor_weights)
    assert methods == ["synthetic control", "synthetic DiD"]
    assert len(rows) == SHOWN + 1
    assert rows[0][0] == "C00"
    for i in range(2):
        assert sum(values[i] for _, values in rows) == pytest.approx(1.0)


def test_the_fan_marks_where_it_reaches_zero_and_only_within_what_was_tried() -> None:
    assert "reaches zero at 2.09" in str(every_figure()["bounds"])
    relative = [bound for bound in FOLLOW_UP.trend_bounds if bound.restriction == "relative magnitude"]
    assert "reaches zero" not in str(draw_bounds(relative, 9.0, "min"))
    assert "reaches zero" not in str(draw_bounds(relative, None, "min"))


def test_an_alarm_is_solid_and_the_first_is_named() -> None:
    figure = draw_looks(FOLLOW_UP.looks, "min")
    fills = next(trace for trace in figure["data"] if trace["name"] == "looks")["marker"]["color"]
    assert [fill == theme.INK for fill in fills] == [look.is_alarm for look in FOLLOW_UP.looks]
    assert sum(note["text"] == "first alarm" for note in figure["layout"]["annotations"]) == 1


def test_the_messages_say_what_the_figures_show() -> None:
    assert SPACE is not None
    assert words.time_placebo_title(FOLLOW_UP.time_placebos) == (
        "At 1 of 3 earlier dates an effect is found where there was nothing"
    )
    assert words.time_placebo_title(FOLLOW_UP.time_placebos[:1]) == (
        "At the earlier date, where there was nothing to find, nothing is found"
    )
    assert words.space_placebo_title(SPACE) == (
        "Of 22 units without the initiative none moved as much (p = 0.043, the smallest that they can give)"
    )
    several = replace(SPACE, units=(replace(SPACE.units[0], unit="also"), *SPACE.units))
    assert "none moved as much as the middle one of the treated (p" in words.space_placebo_title(several)
    moved = replace(SPACE, units=(replace(SPACE.units[0], statistic=1.0), *SPACE.units[1:]), p_value=0.5)
    assert re.match(
        r"\d+ of 22 units without the initiative moved as much \(p = 0.500\)", words.space_placebo_title(moved)
    )
    assert words.space_placebo_title(replace(SPACE, p_value=0.0001)).endswith(
        "(p < 0.001, the smallest that they can give)"
    )
    assert words.left_out_title(FOLLOW_UP.left_out_donors, ESTIMATE) == (
        "Whichever control unit is left out, the effect stays between −3.20 and −2.78"
    )
    hangs = (replace(FOLLOW_UP.left_out_donors[0], effect=Interval(-1.0, -0.4, 0.2, 0.95)),)
    assert words.left_out_title(hangs, ESTIMATE).startswith("Without C00 the effect cannot be told from zero")
    assert words.cross_check_title(FOLLOW_UP.cross_checks) == "2 of 3 other methods agree; two averages does not"
    assert words.cross_check_title(FOLLOW_UP.cross_checks[:2]) == "Both other methods agree with this estimate"
    assert words.weights_title(FOLLOW_UP.donor_weights) == "C00 and C01 carry 68 % of synthetic control"
    relative = [bound for bound in FOLLOW_UP.trend_bounds if bound.restriction == "relative magnitude"]
    assert words.bounds_title("relative magnitude", relative, 2.09) == (
        "The effect stands unless the trend goes beyond 2.09 times the largest change before go-live"
    )
    assert words.bounds_title("relative magnitude", relative, None).endswith(
        "up to 3.00 times the largest change before go-live"
    )
    unseen = [words.bounds_title(restriction, relative, 0.0) for restriction in ("smoothness", "relative magnitude")]
    assert all(title.startswith("The effect cannot be told from zero even if") for title in unseen)
    assert unseen[0] != unseen[1]  # two cards of one name are one landmark to a screen reader
    assert words.looks_title(FOLLOW_UP.looks).startswith("An effect could be called at look 5 of 9")
    silent = [replace(look, is_alarm=False) for look in FOLLOW_UP.looks]
    assert words.looks_title([*silent, FOLLOW_UP.looks[-1]]).endswith("the last one so far")
    assert words.looks_title(silent) == "9 looks, and none of them could call an effect"
    assert words.detectable_title(FOLLOW_UP, "min").startswith(
        "After 52 periods this KPI can show an effect of 0.430 min"
    )
    assert words.detectable_title(FollowUp(detectable=FOLLOW_UP.detectable[:1]), "min").startswith("No effect of a")
    points = age_points(ESTIMATE)
    assert re.match(
        r"The effect averages −\d\.\d+ min in the first 15 periods after go-live and −\d\.\d+ in the last 15",
        words.event_study_title(points, "min"),
    )


def test_a_promise_is_held_against_what_can_be_shown_in_money() -> None:
    assert words.promise_title(VISIBILITY) == (
        "The case promises EUR 1.2m a year; once the period from 27 Oct 2025 is in, this KPI can show EUR 860k a year "
        "or more"
    )
    unseen = replace(VISIBILITY, visible_from=None)
    lost = replace(VISIBILITY, case_year_minor=-23_400_000)
    assert words.promise_title(lost).startswith("The case expects to lose EUR 234k a year")
    assert words.promise_title(unseen).endswith("could not show it by itself at any horizon tried")
    assert words.promise_title(replace(VISIBILITY, case_year_minor=None)).startswith("No approved case")
    assert words.promise_title(replace(VISIBILITY, expected_effect=None)).endswith("has no money yet")
    text = text_of(page("visible"))
    assert "Worth a year, EUR" in text
    assert "859,785" in text
    labels = [note["text"] for note in graphs(page("visible"))[0].figure["layout"]["annotations"]]
    assert sorted(labels) == ["<b>case promises</b>", "effect found"]


def test_checks_come_failed_first_and_steps_say_grade_who_and_when() -> None:
    failed = CheckResult(
        "gaps", "Gaps in the data", CheckStatus.FAIL, "Half is missing.", "Load it.", grade_cap=EvidenceGrade.E2
    )
    text = text_of(check_list((*ESTIMATE.checks, failed)))
    places = [text.index(title) for title in ("Gaps in the data", "Concurrent events", "Trend before go-live")]
    assert places == sorted(places)
    assert "Caps the grade at E2." in text
    step = GradeStep("gaps", "Load it.", "Half is missing.", "Finance analyst", EvidenceGrade.E3, date(2026, 3, 2))
    said = text_of(steps_list((step,)))
    assert all(part in said for part in ("E3", "at best", "Load it.", "Who: Finance analyst", "from 2 Mar 2026"))
    assert text_of(steps_list(())) == "There is no higher grade."
    table = text_of(caps_table(Design.STAGGERED, "Staggered roll-out"))
    assert "Any other check fails E3" in table


def test_what_leaves_the_house_holds_every_part() -> None:
    context = make_context()
    rows = event_rows(LINE, ESTIMATE, context)
    assert {len(row) for row in rows} == {len(EVENT_COLUMNS)}
    assert len(rows) == len(age_points(ESTIMATE))
    parts = placebo_rows(LINE, FOLLOW_UP, context)
    assert {len(row) for row in parts} == {len(PLACEBO_COLUMNS)}
    assert len({row[1] for row in parts}) == 8
    assert placebo_rows(LINE, None, context) == []
    assert event_rows(LINE, SUMMARY.effect_of("nowhere"), context) == []

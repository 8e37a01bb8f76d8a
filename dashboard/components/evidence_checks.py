"""Checks as a list, what caps the grade, and the steps that would raise it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.evidence import GRADE_WORDS, check_mark, evidence_badge
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import format_once_in
from models.causal.checks.result import TITLES
from models.causal.grade import DESIGN_GRADE, FAILED_CHECK_CAP
from models.causal.raise_grade import GradeStep
from models.domain.effect import CheckResult, CheckStatus, Design, EvidenceGrade

_ORDER = (CheckStatus.FAIL, CheckStatus.REVIEW, CheckStatus.PASS)


def check_list(checks: Sequence[CheckResult]) -> Component:
    """Return the checks, failed first, then those to review: mark, title, what was found, what to do."""
    ranked = sorted(checks, key=lambda check: _ORDER.index(check.status))
    return html.Ul([_check_item(check) for check in ranked], className="check-list")


def _check_item(check: CheckResult) -> Component:
    words: list[Component] = [html.Strong(check.title), html.Span(check.sentence)]
    if check.recommendation and check.status is not CheckStatus.PASS:
        words.append(html.Span(check.recommendation, className="muted"))
    if check.grade_cap is not None:
        words.append(html.Span(f"Caps the grade at {check.grade_cap.label}.", className="muted"))
    return html.Li([check_mark(check.status), html.Div(words, className="check-words")])


def caps_table(design: Design, words: str) -> Component:
    """Return what each design can reach and what a failed check leaves of it, behind a disclosure."""
    rows: list[list[Cell]] = [
        [f"{words}: the best grade of this design", DESIGN_GRADE[design].label, GRADE_WORDS[DESIGN_GRADE[design]]]
    ]
    rows += [
        [f"{TITLES.get(key, key)} fails", cap.label, "at most"]
        for key, cap in FAILED_CHECK_CAP.items()
        if cap < DESIGN_GRADE[design]
    ]
    if design is Design.STAGGERED:
        rows.append(["Any other check fails", EvidenceGrade.E3.label, "at most"])
    columns = [Column("What"), Column("Grade"), Column("")]
    return html.Details(
        [
            html.Summary("How the grade is capped"),
            data_table(TableData("What caps the grade", columns, rows)),
            html.P("A check to review informs and lowers nothing.", className="muted"),
        ],
        className="chart-table",
    )


def steps_list(steps: Sequence[GradeStep], *, without_grade: str = "surer") -> Component:
    """Return the steps in order: the grade reached, what to do, who can, from when.

    `without_grade` stands where a step raises no grade by itself.
    """
    if not steps:
        return html.P("There is no higher grade.", className="muted")
    return html.Ol([_step_item(step, without_grade) for step in steps], className="step-list")


def _step_item(step: GradeStep, without_grade: str) -> Component:
    facts = [f"Who: {step.who}"]
    if step.from_period is not None:
        facts.append(f"shows {format_once_in(step.from_period)}")
    reach = (
        html.Div([evidence_badge(step.grade), html.Span("at best")], className="step-grade")
        if step.grade is not None
        else html.Div(html.Span(without_grade), className="step-grade")
    )
    more = [html.Span(text, className="muted") for text in (step.reason, " · ".join(facts)) if text]
    return html.Li([reach, html.Div([html.Span(step.action), *more], className="check-words")])

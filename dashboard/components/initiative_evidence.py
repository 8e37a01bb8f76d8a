"""Why an estimate has its grade: checks in words, what would raise it, what was left out."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.cards import card, facts_list
from dashboard.components.evidence import GRADE_WORDS, check_mark, evidence_badge
from dashboard.components.initiative_words import DESIGN_WORDS, what_would_raise
from dashboard.components.portfolio_reading import Reading
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import format_date, format_number, format_quantity_range
from models.domain.effect import CheckResult, CheckStatus, EffectEstimate, LeftOut
from models.domain.valuation import LineValuation

SHOWN_LEFT_OUT = 12


def evidence_card(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Component:
    """Return the grade of a benefit line with its checks, and what would make it higher."""
    grade = estimate.grade
    failed = sum(1 for check in estimate.checks if check.status is CheckStatus.FAIL)
    review = sum(1 for check in estimate.checks if check.status is CheckStatus.REVIEW)
    verdict = (
        f"{failed} of {len(estimate.checks)} checks failed"
        if failed
        else f"{review} to review"
        if review
        else f"all {len(estimate.checks)} checks passed"
    )
    rows: list[list[Cell]] = [_check_row(check) for check in estimate.checks]
    body = [
        html.P(estimate.grade_reason or line.grade_reason),
        data_table(
            TableData(f"Checks of {line.name}", [Column("Check"), Column("Result"), Column("What was found")], rows),
            name="checks",
        ),
        html.H3("What would raise the grade"),
        html.Ul([html.Li(advice) for advice in what_would_raise(estimate)], className="notes"),
        html.Details([html.Summary("How it was estimated"), _method(line, estimate)], className="chart-table"),
    ]
    return card(
        html.Div(body, className="evidence-body"),
        title=f"Evidence grade {grade.label}: {GRADE_WORDS[grade]}; {verdict}",
        subtitle=line.name,
        actions=[evidence_badge(grade)],
        footer=reading.source("estimate and its checks"),
    )


def _check_row(check: CheckResult) -> list[Cell]:
    parts: list[Component] = [html.Div(check.sentence)]
    if check.recommendation and check.status is not CheckStatus.PASS:
        parts.append(html.Div(check.recommendation, className="muted"))
    if check.grade_cap is not None:
        parts.append(html.Div(f"Caps the grade at {check.grade_cap.label}", className="muted"))
    return [check.title, check_mark(check.status), html.Div(parts)]


def _method(line: LineValuation, estimate: EffectEstimate) -> Component:
    average, total = estimate.average, estimate.cumulative
    forced = " (chosen by a person)" if estimate.is_design_forced else ""
    facts: list[tuple[str, str | Component]] = [
        ("Design", f"{DESIGN_WORDS[estimate.design]}{forced}: {estimate.design_reason}"),
        ("Average effect", format_quantity_range(average.low, average.point, average.high, line.unit_of_measure)),
        ("Cumulative effect", format_quantity_range(total.low, total.point, total.high, line.unit_of_measure)),
        ("p-value", format_number(estimate.p_value, 3)),
        ("Noise", estimate.noise_summary),
        ("Left out", _left_out(estimate.left_out)),
        ("Seed", str(estimate.seed)),
        *(("Note", note) for note in estimate.notes),
    ]
    return html.Div([facts_list(facts), html.Pre(estimate.statsmodels_table, className="mono gls", tabIndex=0)])


def _left_out(left_out: tuple[LeftOut, ...]) -> str:
    if not left_out:
        return "nothing"
    shown = [
        " ".join(part for part in (item.unit or "", _when(item), item.reason) if part)
        for item in left_out[:SHOWN_LEFT_OUT]
    ]
    more = len(left_out) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _when(item: LeftOut) -> str:
    if item.period is None:
        return ""
    return str(item.period) if isinstance(item.period, int) else format_date(item.period)

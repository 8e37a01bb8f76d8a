"""Why an estimate has its grade: design and checks in words, what would raise it, what was left out."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import Children, card, facts_list, pill
from dashboard.components.evidence import evidence_badge
from dashboard.components.evidence_checks import caps_table, check_list, steps_list
from dashboard.components.evidence_words import grade_title
from dashboard.components.initiative_words import DESIGN_WORDS
from dashboard.components.portfolio_reading import Reading
from dashboard.format import count_words, format_level, format_number, format_p_value, format_quantity_range
from dashboard.ids import VALIDATION, address, line_evidence_path
from models.causal import interval
from models.causal.looks import SINGLE_LOOK
from models.causal.raise_grade import what_would_raise
from models.domain.effect import EffectEstimate
from models.domain.valuation import LineValuation


def evidence_card(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Component:
    """Return the grade of a benefit line with its reason, design, checks, and what would make it higher."""
    deeper = line_evidence_path(line.initiative, line.benefit_line, known_on=reading.known_on)
    how = [
        html.P(estimate.grade_reason or line.grade_reason),
        facts_list(design_facts(line, estimate, reading)),
        html.P(single_look(reading), className="muted"),
        html.H3("What would raise the grade"),
        steps_list(what_would_raise(estimate)),
        html.Div(dcc.Link("Look deeper", href=deeper, className="button")),
    ]
    checks = [
        html.H3("Checks"),
        check_list(estimate.checks),
        caps_table(estimate.design, DESIGN_WORDS[estimate.design].capitalize()),
    ]
    halves = [html.Div(half, className="evidence-body") for half in (how, checks)]
    return card(
        html.Div(html.Div(halves, className="evidence-halves"), className="evidence-frame"),
        title=grade_title(estimate.grade, estimate.checks),
        subtitle=line.name,
        actions=[evidence_badge(estimate.grade)],
        footer=reading.source("estimate and its checks"),
    )


def single_look(reading: Reading) -> list[str | Component]:
    """Return what the headline interval is, and where it is shown how often such intervals hold the truth."""
    tried = dcc.Link("How often such intervals hold the truth", href=address(VALIDATION, known_on=reading.known_on))
    return [f"{SINGLE_LOOK} ", tried, "."]


def design_facts(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> list[tuple[str, Children]]:
    """Return design, units, effect at two levels and what was left out, as terms and words."""
    unit = line.unit_of_measure
    return [
        ("Design", _design(estimate)),
        ("Compared", _compared(estimate)),
        (f"Effect, {format_level(estimate.level)}", _effect(estimate, estimate.level, unit)),
        ("Effect, 80 %", _effect(estimate, 0.8, unit)),
        *_always_valid(estimate, unit),
        ("p-value", format_p_value(estimate.p_value)),
        ("Left out", _left_out(line, estimate, reading)),
    ]


def _design(estimate: EffectEstimate) -> Children:
    reason = estimate.design_reason.rstrip(".")
    words = f"{DESIGN_WORDS[estimate.design]}: {reason}"
    return [words, " ", pill("chosen by a person")] if estimate.is_design_forced else words


def _compared(estimate: EffectEstimate) -> str:
    treated = count_words(len(estimate.treated_units), "treated unit")
    if not estimate.control_units:
        after = "units not yet treated" if "stagger" in estimate.design.value else "their own past"
        return f"{treated} with {after}"
    return f"{treated} with {count_words(len(estimate.control_units), 'control unit')}"


def _effect(estimate: EffectEstimate, level: float, unit: str) -> str:
    average = interval(estimate, level)
    return f"{format_quantity_range(average.low, average.point, average.high, unit)} per unit and period"


def _always_valid(estimate: EffectEstimate, unit: str) -> list[tuple[str, Children]]:
    """Return the limits that hold at every look together, where the design gives them."""
    limits = estimate.always_valid
    if limits is None:
        return []
    words = format_quantity_range(limits.low, limits.point, limits.high, unit)
    return [("Effect, at all looks", f"{words}, {format_level(limits.level)} however often one looks")]


def _left_out(line: LineValuation, estimate: EffectEstimate, reading: Reading) -> Children:
    n = len(estimate.left_out)
    if n == 0:
        return "nothing"
    words = f"{format_number(n)} {'entry' if n == 1 else 'entries'}: see which and why"
    href = line_evidence_path(line.initiative, line.benefit_line, part="fitted", known_on=reading.known_on)
    return dcc.Link(words, href=href)

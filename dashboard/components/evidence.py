"""Marks of evidence: grade badges, states of ledger entries, check statuses, variances."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.format import Variance
from models.domain.effect import CheckStatus, EvidenceGrade

#: What each grade means, in words.
GRADE_WORDS: dict[EvidenceGrade, str] = {
    EvidenceGrade.E0: "asserted or modelled",
    EvidenceGrade.E1: "before and after",
    EvidenceGrade.E2: "interrupted time series",
    EvidenceGrade.E3: "comparison group",
    EvidenceGrade.E4: "staggered roll-out that passes its checks",
    EvidenceGrade.E5: "randomised",
}


def evidence_badge(grade: EvidenceGrade | None) -> Component:
    """Return the badge of a grade; E0 and E1 are hatched, None is `n/a`."""
    if grade is None:
        return html.Span("n/a", className="badge badge-none", title="Not estimable: there is no grade")
    tone = "hatched" if grade <= EvidenceGrade.E1 else "solid" if grade >= EvidenceGrade.E3 else "light"
    return html.Span(
        grade.label, className=f"badge badge-{tone}", title=f"Evidence grade {grade.label}: {GRADE_WORDS[grade]}"
    )


def check_mark(status: CheckStatus) -> Component:
    """Return the status of a check in its word."""
    return html.Span(status.value, className=f"check check-{status.value}")


def variance_text(variance: Variance) -> Component:
    """Return a variance with sign, arrow and F or A in its colour."""
    return html.Span(variance.text, className=f"variance {variance.tone}")

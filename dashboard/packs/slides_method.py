"""The last slide: what the words mean, what the grades mean, what the figures assume and leave out."""

from __future__ import annotations

from dashboard.components.evidence import GRADE_WORDS
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import Speaker, typed_words
from dashboard.packs.parts import Box, NotesPart, Slide, TablePart

_WORDS = (
    ("Claimed", "asserted by owners and vendors (E0); beside everything, never in it"),
    ("Measured", "effect against the counterfactual x value, whatever its sign or significance"),
    ("Realised", "measured, in production, accrual basis; realised cashable: its classes cashable and revenue"),
    ("Tied out", "realised cashable of grade E2 or better that the ledger supports: consistent with it, never proven"),
    ("Invested", "spend incurred to as-of, build at spend; net is tied out less invested"),
)
_LONGEST_REASONS = 7


def plan_method(content: PackContent, speaker: Speaker) -> Slide:
    """Return the appendix: method and grades."""
    figures = content.summary.figures
    grades = [(grade.label, words) for grade, words in GRADE_WORDS.items()]
    texts = [content.context.dependence, *figures.reasons][:_LONGEST_REASONS]
    said = [typed_words("assumption", text) for text in texts]
    half = Box(0.5, 1.75, 6.3, 2.6)
    return Slide(
        "Every figure is measured against a counterfactual, carries an interval and a grade, and is held to the P&L",
        "Method, evidence grades, and what the figures assume and leave out",
        [
            TablePart(half, ("Word", "Means"), _WORDS, (1.2, 5.1), frozenset({0, 1})),
            TablePart(Box(7.1, 1.75, 5.7, 2.6), ("Grade", "Rests on"), grades, (0.8, 4.9), frozenset({0, 1})),
            NotesPart(Box(0.5, 4.55, 12.3, 2.2), "Assumed and left out", texts, 10),
        ],
        [*said, *speaker.total("Initiative_count")],
        grade="E0 to E5, by rule from design and checks, never typed",
        source="the publication named in the footer",
    )

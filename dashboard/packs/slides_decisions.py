"""The slide of what waits for a decision: over-claims, unsigned overlaps, lines nobody can measure, idle spend."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from dashboard.components.portfolio_words import grade_title, join_words
from dashboard.format import format_cell, format_date
from dashboard.packs.board_words import decisions_title, short_name
from dashboard.packs.cells import Number, Sheet
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import Said, Speaker, derived, typed_words
from dashboard.packs.parts import Box, NotesPart, Slide, TablePart
from models.domain.money import to_major

#: Rows that fit a slide with two lines each; what is left out is counted and stands in the workbook.
MOST_ROWS = 9
_WIDE = Box(0.5, 1.75, 12.3, 4.95)
_LONGEST = 150

Row = tuple[str, str, str, str]
Found = tuple[Decimal, Row, list[Said]]


def plan_decisions(content: PackContent, speaker: Speaker) -> Slide:
    """Return what asks for a decision, each with its amount and the reason, the largest amount first."""
    summary = content.summary
    found = [
        *_over_claims(content, speaker),
        *_unsigned(content, speaker),
        *_idle(content, speaker),
        *_not_measurable(content, speaker),
    ]
    found.sort(key=lambda each: -each[0])
    counts = (len(summary.over_claims), len(summary.unshared), len(summary.not_measurable),
              len(summary.spend_without_production))  # fmt: skip
    shown, left_out = found[:MOST_ROWS], max(0, len(found) - MOST_ROWS)
    ledger = speaker.sheets.ledger
    said = [
        derived("over-claims", f"COUNTA({ledger.over_claims.column_range('pl_line')})", counts[0], Number.COUNT),
        derived("shared lines", f"COUNTA({ledger.unshared.column_range('fiscal_year')})", counts[1], Number.COUNT),
        *speaker.total("Not_measured_count", "Idle_count"),
        derived("left out", str(left_out), left_out, Number.COUNT),
        *(each for _, _, numbers in shown for each in numbers),
    ]
    rest = f"; {left_out} more in the workbook" if left_out else ""
    table = TablePart(
        _WIDE,
        ("Decide", "Which", "What was found", content.currency),
        [row for _, row, _ in shown],
        (1.7, 3.0, 6.1, 1.5),
        frozenset({0, 1, 2}),
    )
    return Slide(
        decisions_title(*counts),
        f"What waits for a decision, {content.currency}, to {content.context.as_of_period}{rest}",
        [table] if shown else [NotesPart(_WIDE, "Nothing waits for a decision", [])],
        said,
        grade=grade_title(summary.figures),
        source="estimates, approved cases, cost actuals, ledger",
    )


def _amount(amount: Decimal) -> str:
    return format_cell(amount, decimals=0)


def _short(text: str) -> str:
    """Return a reason that fits two lines of the table: its first sentences, whole words."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST].rsplit(' ', 1)[0]} …"


def _quoted(sheet: Sheet, key: str, place: int) -> Said:
    return Said(key, sheet.cell(key, place), sheet.value(key, place), kind="text")


def _over_claims(content: PackContent, speaker: Speaker) -> Iterator[Found]:
    sheet = speaker.sheets.ledger.over_claims
    for place, claim in enumerate(content.summary.over_claims):
        names, spelled = speaker.names_of(claim.initiatives)
        words = f"{claim.fiscal_year}: more is held against the line than it moved, by {join_words(names)}"
        excess = to_major(claim.excess_minor, content.currency)
        said = [derived("excess", sheet.cell("excess", place), excess), _quoted(sheet, "name", place)]
        said.append(typed_words("name as shown", short_name(claim.name)))
        said += spelled
        yield excess, ("Settle over-claim", short_name(claim.name), words, _amount(excess)), said


def _unsigned(content: PackContent, speaker: Speaker) -> Iterator[Found]:
    sheet = speaker.sheets.ledger.unshared
    for place, row in enumerate(content.summary.unshared):
        entries = to_major(row.entries_minor, content.currency)
        words = f"{row.fiscal_year}: {row.reason}"
        said = [derived("entries", sheet.cell("entries", place), entries), _quoted(sheet, "reason", place)]
        names, spelled = speaker.names_of(row.initiatives)
        yield entries, ("Sign sharing rule", join_words(names), _short(words), _amount(entries)), [*said, *spelled]


def _idle(content: PackContent, speaker: Speaker) -> Iterator[Found]:
    for idle in content.summary.spend_without_production:
        place = speaker.place(idle.initiative)
        first = speaker.sheets.initiatives.cell("first_spend_on", place)
        stage = idle.stage.label if idle.stage is not None else "no stage"
        words = f"{stage}; spends since {format_date(idle.first_spend_on)} ({idle.months} months), not in production"
        months = f"(YEAR(As_of)-YEAR({first}))*12+MONTH(As_of)-MONTH({first})+1"
        said = [
            *speaker.of(place, "invested", "first_spend_on"),
            *speaker.words_of(place, "name"),
            derived("months since first spend", months, idle.months, Number.COUNT),
        ]
        yield idle.invested.major, ("Start or stop", short_name(idle.name), words, _amount(idle.invested.major)), said


def _not_measurable(content: PackContent, speaker: Speaker) -> Iterator[Found]:
    sheet = speaker.sheets.not_measured
    for place, line in enumerate(content.summary.not_measurable):
        reason = _short(line.why_not.reason)
        which = f"{short_name(line.initiative_name)}: {short_name(line.line_name)}"
        promised = line.case_to_date.major
        said = [
            derived("promised", sheet.cell("promised", place), promised),
            Said("measurable from", sheet.cell("from_on", place), sheet.value("from_on", place), Number.DAY),
            *(_quoted(sheet, key, place) for key in ("name", "initiative_name", "reason")),
            typed_words("reason as shown", reason),
            typed_words("names as shown", which),
        ]
        yield promised, ("Make measurable", which, reason, _amount(promised)), said

"""The slides that look wider and ahead: realised against case, states and grades, the forecast by fiscal year."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from dashboard.components.evidence import GRADE_WORDS
from dashboard.components.portfolio_words import grade_title, initiatives_title
from dashboard.figures.unit import common_unit
from dashboard.format import MISSING
from dashboard.packs.board_words import forecast_title, scaled_format, short_name, states_title
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import LEVEL_OF_P80, Said, Speaker, derived
from dashboard.packs.parts import BarsPart, Box, NotesPart, Series, Slide
from dashboard.packs.slides_portfolio import SHOWN, WIDE
from models.domain.effect import EvidenceGrade
from models.domain.ledger import TieState
from models.domain.money import to_major


def plan_versus_case(content: PackContent, speaker: Speaker) -> Slide:
    """Return realised against case by initiative, case outlined, realised solid."""
    with_case = [
        (i, ini)
        for i, ini in enumerate(content.initiatives)
        if ini.grade is not None and ini.figures.case_like_for_like.amount_minor
    ][:SHOWN]
    case = [float(ini.figures.case_like_for_like.major) for _, ini in with_case]
    actual = [float(ini.figures.realised_cashable.point) for _, ini in with_case]
    unit = common_unit([Decimal(str(value)) for value in (*case, *actual)])
    keys = ("case_like_for_like", "realised_cashable")
    said = [each for i, _ in with_case
            for each in (*speaker.of(i, *keys), *speaker.words_of(i, "name"))]  # fmt: skip
    parts = [
        BarsPart(
            WIDE,
            [short_name(ini.name) for _, ini in with_case],
            [Series("Approved case (PL)", "plan", case), Series("Realised cashable (AC)", "actual", actual)],
            scaled_format(unit),
        )
    ]
    return Slide(
        initiatives_title(content.initiatives),
        f"Realised cashable (solid) against approved case (outlined), like for like, {unit.header(content.currency)}, "
        f"to {content.context.as_of_period}",
        parts if with_case else [NotesPart(WIDE, "No measured initiative has an approved case", [])],
        [*said, *speaker.total("Initiative_count", "Measured_count", "Tied_count")],
        grade=grade_title(content.summary.figures),
        source="estimates, approved cases",
    )


def plan_states(content: PackContent, speaker: Speaker) -> Slide:
    """Return realised value by state of its entries and by evidence grade."""
    figures = content.summary.figures
    states = sorted(
        (share for share in figures.by_tie_state if share.realised.amount_minor),
        key=lambda share: -share.realised.amount_minor,
    )
    grades = sorted((share for share in figures.by_grade), key=lambda share: -share.grade)
    unit = common_unit([*(share.realised.major for share in states), *(share.realised.major for share in grades)])
    by_state = BarsPart(
        Box(0.5, 1.75, 6.6, 4.95),
        [share.state.label for share in states],
        [
            Series(
                "Realised (AC)",
                "actual",
                [float(share.realised.major) for share in states],
                ["actual" if share.state is TieState.TIED_OUT else "prior" for share in states],
            )
        ],
        scaled_format(unit),
        is_horizontal=True,
    )
    by_grade = BarsPart(
        Box(7.3, 1.75, 5.5, 4.95),
        [f"{share.grade.label} {GRADE_WORDS[share.grade]}" for share in grades],
        [
            Series(
                "Realised (AC)",
                "actual",
                [float(share.realised.major) for share in grades],
                ["forecast" if share.grade <= EvidenceGrade.E1 else "actual" for share in grades],
            )
        ],
        scaled_format(unit),
        is_horizontal=True,
    )
    names = [f"State_{share.state.value}" for share in states] + [f"Grade_{share.grade.label}" for share in grades]
    return Slide(
        states_title(states, content.currency),
        f"Realised value by state of its entries (left) and by evidence grade (right), "
        f"{unit.header(content.currency)}, to {content.context.as_of_period}",
        [part for part in (by_state, by_grade) if part.categories],
        speaker.total(*names, "Realised"),
        grade=grade_title(figures),
        source="ledger entries, estimates",
    )


def plan_forecast(content: PackContent, speaker: Speaker) -> Slide:
    """Return realised and forecast by fiscal year against the approved cases."""
    figures = content.summary.figures
    years, said = _by_year(content, speaker)
    labels = sorted(years)
    values = [years[label] for label in labels]
    unit = common_unit([amount for row in values for amount in row])
    series = [
        Series("Realised cashable (AC)", "actual", [float(row[0]) for row in values]),
        Series("Forecast (FC)", "forecast", [float(row[1]) for row in values]),
    ]
    case = Series("Approved cases (PL)", "plan", [float(row[2]) for row in values])
    highest = max((float(max(row[0] + row[1], row[2])) for row in values), default=None)
    names = ("Forecast", "Realised_cashable", "Npv_go_forward", "Npv_go_forward_p80", "Forecast_cost")
    return Slide(
        forecast_title(figures, content.currency, labels[-1] if labels else MISSING),
        "Realised cashable and forecast (left) and approved cases (right) by fiscal year, "
        f"{unit.header(content.currency)}; each initiative to its own horizon",
        [
            BarsPart(Box(0.5, 1.75, 6.4, 4.95), labels, series, scaled_format(unit), is_stacked=True, highest=highest),
            BarsPart(Box(7.1, 1.75, 5.7, 4.95), labels, [case], scaled_format(unit), highest=highest),
        ],
        [*said, LEVEL_OF_P80, *speaker.total(*names), *speaker.limits("Forecast", "Npv_go_forward")],
        grade=grade_title(figures),
        source="estimates, approved cases, persistence assumption of the policy",
    )


Year = tuple[Decimal, Decimal, Decimal]


def _by_year(content: PackContent, speaker: Speaker) -> tuple[dict[str, Year], list[Said]]:
    """Return realised, forecast and promised by fiscal year, with the formulas that give them."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for ini in content.initiatives:
        before = 0
        for point in ini.cumulative:
            at = totals[point.period.split("-", maxsplit=1)[0]]
            at[1 if point.is_forecast else 0] += point.period_minor
            if point.projected_minor is not None:
                at[2] += point.projected_minor - before
                before = point.projected_minor
    years = {
        label: (to_major(a, content.currency), to_major(f, content.currency), to_major(p, content.currency))
        for label, (a, f, p) in totals.items()
    }
    case = speaker.sheets.inputs.case
    year, kind = case.column_range("fiscal_year"), case.column_range("kind")
    said = []
    for label, (actual, forecast, promised) in sorted(years.items()):
        where = f'{year},"{label}"'
        benefit = case.column_range("benefit")
        said += [
            derived(f"{label}, realised", f'SUMIFS({benefit},{where},{kind},"actual")', actual),
            derived(f"{label}, forecast", f'SUMIFS({benefit},{where},{kind},"forecast")', forecast),
            derived(f"{label}, promised", f"SUMIFS({case.column_range('promised')},{where})", promised),
        ]
    return years, said

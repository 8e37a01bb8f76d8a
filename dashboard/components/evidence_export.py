"""The evidence of a line as rows with all digits: the effect by age, and what followed the estimate."""

from __future__ import annotations

from dashboard.components.evidence_ages import age_points
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.follow_up import FollowUp
from models.domain.valuation import LineValuation, PublicationContext

EVENT_COLUMNS = (
    "benefit_line",
    "periods_since_go_live",
    "low",
    "effect",
    "high",
    "low_80",
    "high_80",
    "unit_of_measure",
    "level",
    "design",
    "grade",
    "as_of",
    "as_known_on",
)
PLACEBO_COLUMNS = (
    "benefit_line",
    "part",
    "what",
    "low",
    "point",
    "high",
    "p_value",
    "note",
    "unit_of_measure",
    "as_of",
    "as_known_on",
)


def event_rows(
    line: LineValuation, result: EffectEstimate | NotEstimable | None, context: PublicationContext
) -> list[list[object]]:
    """Return the effect by age; no row where there is no effect."""
    if not isinstance(result, EffectEstimate):
        return []
    tail = [
        line.unit_of_measure,
        result.level,
        result.design.value,
        result.grade.label,
        context.as_of,
        context.as_known_on,
    ]
    return [[line.benefit_line, p.age, p.low, p.point, p.high, p.low_80, p.high_80, *tail] for p in age_points(result)]


def placebo_rows(line: LineValuation, follow_up: FollowUp | None, context: PublicationContext) -> list[list[object]]:
    """Return what followed the estimate, part by part; no row where nothing has yet."""
    if follow_up is None:
        return []
    tail = [line.unit_of_measure, context.as_of, context.as_known_on]
    return [[line.benefit_line, *row, *tail] for row in (*_placebos(follow_up), *_others(follow_up))]


def left_out_rows(
    line: LineValuation, result: EffectEstimate | NotEstimable | None, context: PublicationContext
) -> list[list[object]]:
    """Return every entry that the estimate did not use, with its reason, in the columns of placebos."""
    if not isinstance(result, EffectEstimate):
        return []
    tail = [line.unit_of_measure, context.as_of, context.as_known_on]
    return [
        [
            line.benefit_line,
            "left out",
            f"{item.unit or 'all units'}, {'all periods' if item.period is None else item.period}",
            None,
            None,
            None,
            None,
            item.reason,
            *tail,
        ]
        for item in result.left_out
    ]


def _placebos(follow_up: FollowUp) -> list[list[object]]:
    rows: list[list[object]] = [
        ["placebo in time", p.go_live, p.effect.low, p.effect.point, p.effect.high, p.p_value, ""]
        for p in follow_up.time_placebos
    ]
    space = follow_up.space_placebo
    if space is not None:
        rows += [
            [
                "placebo in space",
                each.unit,
                None,
                each.effect,
                None,
                space.p_value if each.is_treated else None,
                f"{'treated' if each.is_treated else 'as if treated'}, statistic {each.statistic:.6g}",
            ]
            for each in space.units
        ]
    rows += [
        ["without one control unit", each.unit, each.effect.low, each.effect.point, each.effect.high, None, ""]
        for each in follow_up.left_out_donors
    ]
    return rows


def _others(follow_up: FollowUp) -> list[list[object]]:
    rows: list[list[object]] = [
        ["other estimator", each.method, each.low, each.point, each.high, None, each.sentence]
        for each in follow_up.cross_checks
    ]
    rows += [
        ["weight of a control unit", each.unit, None, each.weight, None, None, each.method]
        for each in follow_up.donor_weights
    ]
    rows += [
        ["bound", each.restriction, each.low, None, each.high, None, f"limit {each.limit:.6g}"]
        for each in follow_up.trend_bounds
    ]
    rows += [
        ["look", each.period, each.low, each.point, each.high, None, "alarm" if each.is_alarm else ""]
        for each in follow_up.looks
    ]
    rows += [
        ["smallest detectable effect", each.period, None, each.smallest_effect, None, None, f"power {each.power:.6g}"]
        for each in follow_up.detectable
    ]
    return rows

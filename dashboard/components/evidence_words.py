"""The sentences of the evidence page, each computed from the figures that stand below it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median

from dashboard.components.evidence import GRADE_WORDS
from dashboard.figures.event_study import AgePoint
from dashboard.figures.weights import weight_rows
from dashboard.format import (
    count_words,
    format_date,
    format_level,
    format_money,
    format_number,
    format_once_in,
    format_p_value,
    format_percent,
    format_quantity,
    format_quantity_range,
)
from models.domain.effect import CheckResult, CheckStatus, EffectEstimate, EvidenceGrade
from models.domain.follow_up import (
    CrossCheck,
    DonorWeight,
    FollowUp,
    LeftOutDonor,
    Look,
    PeriodKey,
    SpacePlacebo,
    TimePlacebo,
    TrendBound,
    TrendPower,
)
from models.domain.money import to_major
from models.domain.visibility import LineVisibility


def period_words(period: PeriodKey | None) -> str:
    """Return a period of a KPI as text: its first day, or its number."""
    if period is None:
        return ""
    return format_date(period) if isinstance(period, date) else str(period)


def p_words(p_value: float) -> str:
    """Return a p-value for a sentence: `p = 0.043`, `p < 0.001`."""
    text = format_p_value(p_value)
    return f"p < {text[1:]}" if text.startswith("<") else f"p = {text}"


def verdict_words(checks: Sequence[CheckResult]) -> str:
    """Return how the checks came out, in one phrase."""
    failed = sum(1 for check in checks if check.status is CheckStatus.FAIL)
    review = sum(1 for check in checks if check.status is CheckStatus.REVIEW)
    if failed:
        return f"{failed} of {count_words(len(checks), 'check')} failed"
    return f"{review} to review" if review else f"all {len(checks)} checks passed"


def grade_title(grade: EvidenceGrade, checks: Sequence[CheckResult]) -> str:
    """Return the message of the evidence card."""
    return f"Evidence grade {grade.label}: {GRADE_WORDS[grade]}; {verdict_words(checks)}"


def evidence_page_title(name: str, estimate: EffectEstimate, unit: str) -> str:
    """Return the message of the page: the effect with its limits, the grade, whether it can be told from zero."""
    average = estimate.average
    words = format_quantity_range(average.low, average.point, average.high, unit)
    verdict = "cannot be told from zero" if average.spans_zero else "can be told from zero"
    return f"{name}: {words}, which {verdict}; grade {estimate.grade.label}"


def event_study_title(points: Sequence[AgePoint], unit: str) -> str:
    """Return how the effect began and how it is now, a quarter of the periods after go-live each."""
    after = [point for point in points if point.age >= 0]
    if not after:
        return "No period after go-live is observed"
    n = max(1, len(after) // 4)
    first, last = _mean(after[:n]), _mean(after[-n:])
    begun = f"the first {count_words(n, 'period')}" if n > 1 else "the first period"
    ended = f"the last {n}" if n > 1 else "the last"
    if len(after) == 1:
        return f"The effect is {format_quantity(first)} {unit} in the only period observed after go-live"
    return (
        f"The effect averages {format_quantity(first)} {unit} in {begun} after go-live and "
        f"{format_quantity(last)} in {ended}"
    )


def _mean(points: Sequence[AgePoint]) -> float:
    return sum(point.point for point in points) / len(points)


def cohorts_title(estimate: EffectEstimate) -> str:
    """Return whether the go-live dates tell the same: how many intervals hold the average of all."""
    average = estimate.average.point
    holding = sum(1 for cohort in estimate.cohorts if cohort.effect.low <= average <= cohort.effect.high)
    n = len(estimate.cohorts)
    if holding == n:
        return f"{'Both' if n == 2 else f'All {n}'} go-live dates agree with the average effect"
    return f"{holding} of {n} go-live dates agree with the average effect"


def time_placebo_title(placebos: Sequence[TimePlacebo]) -> str:
    """Return how many dates without an initiative would have shown an effect."""
    found = [placebo for placebo in placebos if not placebo.effect.spans_zero]
    dates = "the earlier date" if len(placebos) == 1 else f"{len(placebos)} earlier dates"
    if not found:
        return f"At {dates}, where there was nothing to find, nothing is found"
    which = "an effect is" if len(found) == 1 else "effects are"
    return f"At {len(found)} of {count_words(len(placebos), 'earlier date')} {which} found where there was nothing"


def space_placebo_title(placebo: SpacePlacebo) -> str:
    """Return how many units without the initiative moved as much as the treated one (the middle one of several)."""
    treated = [abs(unit.statistic) for unit in placebo.units if unit.is_treated]
    others = [abs(unit.statistic) for unit in placebo.units if not unit.is_treated]
    donors, p = len(others), p_words(placebo.p_value)
    if not treated:
        return f"{count_words(donors, 'unit')} treated as if: {p}"
    before = sum(1 for size in others if size >= median(treated))
    as_much = "as much" if len(treated) == 1 else "as much as the middle one of the treated"
    if before == 0:
        at_best = ", the smallest that they can give" if placebo.p_value <= placebo.smallest_p * 1.0001 else ""
        return f"Of {count_words(donors, 'unit')} without the initiative none moved {as_much} ({p}{at_best})"
    return f"{before} of {count_words(donors, 'unit')} without the initiative moved {as_much} ({p})"


def left_out_title(left_out: Sequence[LeftOutDonor], estimate: EffectEstimate) -> str:
    """Return whether the effect hangs on one control unit."""
    points = [each.effect.point for each in left_out]
    span = f"{format_quantity(min(points))} and {format_quantity(max(points))}"
    turned = [each.unit for each in left_out if each.effect.spans_zero is not estimate.average.spans_zero]
    if turned:
        more = f" and {len(turned) - 1} more" if len(turned) > 1 else ""
        verdict = "could be told from zero" if estimate.average.spans_zero else "cannot be told from zero"
        return f"Without {turned[0]}{more} the effect {verdict}: it hangs on that unit"
    return f"Whichever control unit is left out, the effect stays between {span}"


def cross_check_title(checks: Sequence[CrossCheck]) -> str:
    """Return how many other methods agree."""
    agreeing = sum(1 for check in checks if check.agrees)
    if agreeing == len(checks):
        several = "Both" if len(checks) == 2 else f"All {len(checks)}"
        words = "The other method agrees" if len(checks) == 1 else f"{several} other methods agree"
        return f"{words} with this estimate"
    apart = next(check for check in checks if not check.agrees)
    return f"{agreeing} of {len(checks)} other methods agree; {apart.method} does not"


def weights_title(weights: Sequence[DonorWeight]) -> str:
    """Return whom the first synthetic comparison is mostly made of."""
    methods, rows = weight_rows(weights, shown=10**6)
    heavy = sorted(rows, key=lambda row: (-row[1][0], row[0]))[:2]
    share = sum(values[0] for _, values in heavy)
    names = " and ".join(unit for unit, _ in heavy)
    verb = "carries" if len(heavy) == 1 else "carry"
    return f"{names} {verb} {format_percent(share)} of {methods[0]}"


def bounds_title(restriction: str, bounds: Sequence[TrendBound], breakdown: float | None) -> str:
    """Return how much the trend may do before zero comes within the limits."""
    ordered = sorted(bounds, key=lambda bound: bound.limit)
    first = ordered[0]
    if breakdown == 0.0 or first.low <= 0.0 <= first.high:
        return f"The effect cannot be told from zero even if the trend does nothing; {_LIMITED_BY[restriction]}"
    if breakdown is None or breakdown > ordered[-1].limit:
        most = _limit_words(restriction, ordered[-1].limit)
        return f"The effect can be told from zero at every limit tried, up to {most}"
    return f"The effect stands unless the trend goes beyond {_limit_words(restriction, breakdown)}"


#: How a restriction limits the trend, so that two fans without an effect do not say the same.
_LIMITED_BY = {
    "relative magnitude": "limits by its changes before go-live",
    "smoothness": "limits by its change of slope",
}


def _limit_words(restriction: str, limit: float) -> str:
    if restriction == "relative magnitude":
        return f"{format_quantity(limit)} times the largest change before go-live"
    return f"a change of slope of {format_quantity(limit)} per period"


def bounds_subtitle(restriction: str, unit: str, span: int) -> str:
    """Return what the fan of a restriction shows; `span` is the number of periods of what the bounds compare."""
    spans = f"spans of {span} periods" if span > 1 else "periods"
    if restriction == "relative magnitude":
        return (
            f"Limits of the average effect, {unit}, if the trend after go-live changes between neighbouring {spans} by "
            "at most so many times the largest change before it"
        )
    return (
        f"Limits of the average effect, {unit}, if the slope of the trend changes between neighbouring {spans} by at "
        "most so much"
    )


def trend_power_sentence(power: TrendPower, estimate: EffectEstimate, unit: str) -> str:
    """Return what the trend check could see, and what it could have missed."""
    size = abs(estimate.average.point)
    share = f", {format_percent(abs(power.bias_most) / size)} of the effect found" if size > 0.0 else ""
    return (
        "Had the treated units drifted away from the others before go-live, the trend check would have noticed "
        f"{format_quantity(power.drift_half)} {unit} per period every second time, and "
        f"{format_quantity(power.drift_most)} four times in five. Such drifts, going on unnoticed, would add "
        f"{format_quantity(power.bias_half)} and {format_quantity(power.bias_most)} {unit} to the average effect"
        f"{share}."
    )


def looks_title(looks: Sequence[Look]) -> str:
    """Return when the effect could first be called with a right to look each month."""
    alarms = [look for look in looks if look.is_alarm]
    n = count_words(len(looks), "look")
    if not alarms:
        return f"{n}, and none of them could call an effect"
    at = 1 + next(i for i, look in enumerate(looks) if look.is_alarm)
    told = f"An effect could be called at look {at} of {len(looks)}, {format_once_in(alarms[0].period)}"
    if at == len(looks):
        return f"{told}: the last one so far"
    is_held = all(look.is_alarm for look in looks[at - 1 :])
    return f"{told}; it has {'held since' if is_held else 'not held at every later look'}"


def detectable_title(follow_up: FollowUp, unit: str) -> str:
    """Return how small an effect can be seen, and by when."""
    known = [effect for effect in follow_up.detectable if effect.smallest_effect is not None]
    if not known:
        return "No effect of a plausible size would be found within the periods tried"
    last = known[-1]
    size = format_quantity(abs(last.smallest_effect or 0.0))
    return (
        f"After {count_words(last.n_periods, 'period')} this KPI can show an effect of {size} {unit}"
        f" with a probability of {format_percent(last.power)}"
    )


def detectable_subtitle(follow_up: FollowUp, unit: str, level: float) -> str:
    """Return what the curve shows and how it was made."""
    n = max((effect.n_simulations for effect in follow_up.detectable), default=0)
    return (
        f"Smallest constant effect found at {format_level(level)}, {unit} per treated unit and period, by simulation "
        f"through the same engine ({format_number(n)} a point)"
    )


def promise_title(visibility: LineVisibility) -> str:
    """Return what the approved case promises against what the KPI can show, and by when."""
    once = "" if visibility.is_once else " a year"
    if visibility.case_year_minor is None:
        return "No approved case promises money on this line"
    amount = _amount(abs(visibility.case_year_minor), visibility.currency)
    verb = "promises" if visibility.case_year_minor > 0 else "expects to lose"
    promise = f"The case {verb} {amount}{once}"
    shown = next((one for one in visibility.benefits if one.period == visibility.visible_from), None)
    if visibility.expected_effect is None:
        return f"{promise}; what this KPI shows has no money yet"
    if visibility.visible_from is None or shown is None:
        return f"{promise}; this KPI could not show it by itself at any horizon tried"
    least = _amount(shown.year_minor or 0, visibility.currency)
    return f"{promise}; {format_once_in(visibility.visible_from)}, this KPI can show {least}{once} or more"


def _amount(minor: int, currency: str) -> str:
    return format_money(to_major(minor, currency), currency)

"""What follows an estimate as a later job: refits that inform, and never decide grade or money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from models.causal.comparison_series import comparison_series
from models.causal.cross_checks import cross_check
from models.causal.detectable import detectable_effects
from models.causal.joint_lines import LinePanel, Meeting
from models.causal.leave_one_out import leave_one_out
from models.causal.looks import monthly_looks
from models.causal.placebo_space import space_placebo
from models.causal.placebo_time import time_placebos
from models.causal.refit import FittedCase, fitted_case
from models.causal.study import Study
from models.causal.trend_bounds import TrendBounds, trend_bounds
from models.causal.trend_power import trend_power
from models.domain.effect import Design, EffectEstimate, NotEstimable
from models.domain.follow_up import FollowUp, TrendPower

_COMPARED = frozenset({Design.DIFFERENCE, Design.RANDOMISED, Design.STAGGERED})
#: Refusals after which there is no panel to look into.
_NO_PANEL = frozenset({"not_a_panel", "nothing_observed", "no_treated_unit", "constant_kpi"})
_ALONE = "Trend power and bounds: a series alone is held against its own trend, so that there is none to part from."
_NONE_UNTREATED = "Trend power and bounds: they need units that stay without the initiative."
_MEETING = (
    "Other initiatives are at work on the same units: what follows looks at the history before the first of them alone,"
    " since refits of one would take the effects of the others for its own."
)


@dataclass(frozen=True, slots=True)
class _Trend:
    power: TrendPower | None
    bounds: TrendBounds
    notes: tuple[str, ...]


def follow_up_line(
    panel: LinePanel, result: EffectEstimate | NotEstimable, *, level: float, expected_effect: float | None = None
) -> FollowUp:
    """Return all that follows the estimate of a benefit line.

    Parameters
    ----------
    expected_effect
        The effect per treated unit-period that is promised, None where none is known.
    """
    if panel.frame.empty:
        return FollowUp(notes=(f"Nothing was estimated: {panel.kpi_name} has no values.",))
    if panel.meeting is not None:
        return _follow_joint(panel, panel.meeting, result)
    return follow_up_estimate(
        panel.frame,
        panel.go_live,
        result,
        study=panel.study,
        level=level,
        seed=panel.seed,
        expected_effect=expected_effect,
    )


def follow_up_estimate(
    panel: pd.DataFrame,
    go_live: Mapping[Any, Any],
    result: EffectEstimate | NotEstimable,
    *,
    study: Study | None = None,
    level: float = 0.95,
    seed: int = 0,
    expected_effect: float | None = None,
) -> FollowUp:
    """Return all that follows an estimate; what the panel does not admit is an empty part with a note.

    Parameters
    ----------
    panel, go_live, study, level, seed
        As they were given to `estimate_effect`.
    result
        What it returned: of a refusal follow only those parts that need no estimate.
    expected_effect
        The effect per treated unit-period that is promised, None where none is known.
    """
    facts = study if study is not None else Study()
    if isinstance(result, NotEstimable):
        refused = FollowUp(notes=(f"Nothing was estimated: {result.reason}",))
        if result.rule in _NO_PANEL:
            return refused
        return _with_detectable(refused, panel, go_live, facts, level, seed, expected_effect)
    followed = _follow_fit(fitted_case(panel, go_live, facts, result, seed))
    followed = replace(followed, looks=monthly_looks(panel, go_live, study=facts, level=level))
    return _with_detectable(followed, panel, go_live, facts, level, seed, expected_effect)


def _follow_fit(case: FittedCase) -> FollowUp:
    in_time, time_notes = time_placebos(case)
    in_space = space_placebo(case)
    without_one, donor_notes = leave_one_out(case)
    crossed = cross_check(case)
    trend = _follow_trend(case)
    return FollowUp(
        time_placebos=in_time,
        space_placebo=in_space.placebo,
        left_out_donors=without_one,
        cross_checks=crossed.checks,
        donor_weights=crossed.weights,
        trend_power=trend.power,
        trend_bounds=trend.bounds.bounds,
        breakdown=trend.bounds.breakdown,
        bound_span=trend.bounds.span,
        notes=(*time_notes, *in_space.notes, *donor_notes, *crossed.notes, *trend.notes),
    )


def _follow_trend(case: FittedCase) -> _Trend:
    if case.estimate.design not in _COMPARED:
        return _Trend(None, TrendBounds(), (_ALONE,))
    series = comparison_series(case)
    if series is None:
        return _Trend(None, TrendBounds(), (_NONE_UNTREATED,))
    power, power_notes = trend_power(case, series)
    bounds = trend_bounds(series, case.level)
    return _Trend(power, bounds, (*power_notes, *bounds.notes))


def _with_detectable(
    followed: FollowUp,
    panel: pd.DataFrame,
    go_live: Mapping[Any, Any],
    study: Study,
    level: float,
    seed: int,
    expected_effect: float | None,
) -> FollowUp:
    detectable, visible_from = detectable_effects(
        panel, go_live, study=study, level=level, expected_effect=expected_effect, seed=seed
    )
    return replace(followed, detectable=detectable, visible_from=visible_from)


def _follow_joint(panel: LinePanel, meeting: Meeting, result: EffectEstimate | NotEstimable) -> FollowUp:
    """Return what follows where several initiatives meet: placebos in time before the first of them went live."""
    if isinstance(result, NotEstimable):
        return FollowUp(notes=(f"Nothing was estimated: {result.reason}",))
    first: dict[str, date] = {}
    for go_lives in meeting.go_lives.values():
        for unit, start in go_lives.items():
            first[unit] = min(start, first.get(unit, start))
    case = fitted_case(panel.frame, first, meeting.study, result, panel.seed)
    own = replace(case, rows=tuple(sorted({*case.treated, *case.controls})))
    in_time, notes = time_placebos(own)
    return FollowUp(time_placebos=in_time, notes=(_MEETING, *notes))

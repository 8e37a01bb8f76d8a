"""The effect by age of an estimate, before go-live too."""

from __future__ import annotations

import math

from dashboard.figures.event_study import AgePoint
from models.causal.timeline import build_timeline
from models.domain.effect import EffectEstimate

#: At least so many periods before go-live are shown, where there are so many.
SHOWN_BEFORE = 26


def age_points(estimate: EffectEstimate) -> tuple[AgePoint, ...]:
    """Return the effect by age: what the fit leaves over before go-live, the effect with its limits after.

    Where a design estimates by age, its placebos before go-live stand with their limits. A period that was not observed
    has no point.
    """
    if estimate.event_study:
        return tuple(
            AgePoint(each.age, each.effect.low, each.effect.point, each.effect.high) for each in estimate.event_study
        )
    if not estimate.effect_periods:
        return ()
    timeline = build_timeline(estimate.window_periods, None)
    start = timeline.position(estimate.effect_periods[0])
    shown = max(SHOWN_BEFORE, len(estimate.effect_periods))
    before = [
        AgePoint(at - start, None, float(observed - fitted), None)
        for period, observed, fitted in zip(
            estimate.window_periods, estimate.window_observed, estimate.window_counterfactual, strict=True
        )
        if -shown <= (at := timeline.position(period)) - start < 0 and math.isfinite(observed - fitted)
    ]
    after = [
        AgePoint(
            timeline.position(period) - start,
            float(estimate.effect_low[i]),
            float(estimate.effect_point[i]),
            float(estimate.effect_high[i]),
            float(estimate.effect_low_80[i]),
            float(estimate.effect_high_80[i]),
        )
        for i, period in enumerate(estimate.effect_periods)
    ]
    return (*before, *after)

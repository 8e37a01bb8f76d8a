"""What follows an estimate, made by hand: every part filled, limits that agree with the specimen's estimate."""

from __future__ import annotations

from datetime import date, timedelta

from models.domain.follow_up import (
    CrossCheck,
    DetectableEffect,
    DonorWeight,
    FollowUp,
    LeftOutDonor,
    Look,
    SpacePlacebo,
    TimePlacebo,
    TrendBound,
    TrendPower,
    UnitPlacebo,
)
from models.domain.interval import Interval
from models.domain.visibility import LineVisibility, VisibleBenefit

POINT, HALF = -3.2, 0.9


def make_follow_up() -> FollowUp:
    weeks = [date(2025, 9, 1) + timedelta(weeks=4 * i) for i in range(9)]
    spreads = [9.0 / (i + 1) ** 0.8 + 0.6 for i in range(9)]
    placebos = [(date(2024, 10, 7), -0.4, 0.41), (date(2025, 1, 6), 0.2, 0.77), (date(2025, 4, 7), 0.9, 0.03)]
    bounds = [("relative magnitude", limit, 1.1 * limit) for limit in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)]
    bounds += [("smoothness", limit, 55.0 * limit) for limit in (0.0, 0.01, 0.02, 0.05)]
    return FollowUp(
        time_placebos=tuple(
            TimePlacebo(day, Interval(point - 0.85, point, point + 0.85, 0.95), p) for day, point, p in placebos
        ),
        space_placebo=SpacePlacebo(
            (
                UnitPlacebo("S-01", POINT, -7.1, is_treated=True),
                *(
                    UnitPlacebo(f"C{i:02d}", 0.31 * (i % 5 - 2), 0.7 * (i % 5 - 2) + 0.05 * i, is_treated=False)
                    for i in range(22)
                ),
            ),
            1 / 23,
            1 / 23,
        ),
        left_out_donors=tuple(
            LeftOutDonor(
                f"C{i:02d}", Interval(POINT - HALF + 0.02 * i, POINT + 0.02 * i, POINT + HALF + 0.02 * i, 0.95)
            )
            for i in range(22)
        ),
        donor_weights=(
            *(DonorWeight("synthetic control", f"C{i:02d}", w) for i, w in enumerate((0.41, 0.27, 0.2, 0.12))),
            *(DonorWeight("synthetic DiD", f"C{i:02d}", 1 / 22) for i in range(22)),
        ),
        cross_checks=(
            CrossCheck("synthetic control", -3.0, None, None, agrees=True, sentence="It lies within the interval."),
            CrossCheck("synthetic DiD", -2.9, -4.2, -1.6, agrees=True, sentence="It lies within the interval."),
            CrossCheck("two averages", -1.1, -1.6, -0.6, agrees=False, sentence="It lies outside the interval."),
        ),
        trend_power=TrendPower(0.02, 0.035, 0.6, 1.1),
        trend_bounds=tuple(
            TrendBound(name, limit, POINT - HALF - more, POINT + HALF + more) for name, limit, more in bounds
        ),
        breakdown=(("relative magnitude", 2.09), ("smoothness", 0.042)),
        looks=tuple(
            Look(week, POINT, POINT - spread, POINT + spread, is_alarm=spread < -POINT)
            for week, spread in zip(weeks, spreads, strict=True)
        ),
        detectable=(
            DetectableEffect(2, weeks[0], None, 0.8, 400),
            *(DetectableEffect(n, weeks[1], 3.1 / n**0.5, 0.8, 400) for n in (4, 8, 13, 26, 52)),
        ),
        visible_from=weeks[2],
        notes=("No other go-live date is near enough for a placebo in 2024.",),
        bound_span=13,
    )


def make_visibility(follow_up: FollowUp) -> LineVisibility:
    """What the detectable effects are worth at EUR 1m a year for an effect of 1."""
    benefits = tuple(
        VisibleBenefit(
            one.n_periods,
            one.period if one.n_periods != 13 else date(2025, 10, 27),
            one.smallest_effect,
            None if one.smallest_effect is None else round(one.smallest_effect * 1_000_000) * 100,
            None if one.smallest_effect is None else round(one.smallest_effect * 1_000_000 * one.n_periods / 52) * 100,
        )
        for one in follow_up.detectable
    )
    return LineVisibility(
        "L-01", "contractors", "INI-01", "Handling time", "min", "EUR", 0.95, 0.8, 20.0, False, benefits,
        120_000_000, 1.2, date(2025, 10, 27), None,
    )  # fmt: skip

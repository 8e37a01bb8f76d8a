"""An estimate for the specimen: two and a half years of weeks, a treated mean below its counterfactual, one gap."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from models.domain.effect import CheckResult, CheckStatus, Design, EffectEstimate, EvidenceGrade, LeftOut, Mixture
from models.domain.interval import Interval

WEEKS = 130
BEFORE = 70


def make_estimate(*, average: float = -3.2, grade: EvidenceGrade = EvidenceGrade.E3) -> EffectEstimate:
    start = date(2024, 4, 1)
    days = tuple(start + timedelta(weeks=i) for i in range(WEEKS))
    without = 41 + 1.6 * np.sin(np.arange(WEEKS) / 8.3) + 0.02 * np.arange(WEEKS)
    wiggle = 0.7 * np.sin(np.arange(WEEKS) * 2.17)
    ramp = np.minimum(1.0, np.arange(1, WEEKS - BEFORE + 1) / 10)
    effect = average * ramp / ramp.mean()
    observed = without + wiggle
    observed[BEFORE:] += effect
    window = observed.copy()
    window[30] = np.nan
    n_after = WEEKS - BEFORE
    half = np.linspace(0.8, 1.9, n_after)
    return EffectEstimate(
        design=Design.DIFFERENCE,
        design_reason="One go-live date and 22 units that the initiative does not reach.",
        is_design_forced=False,
        level=0.95,
        average=Interval(average - 0.9, average, average + 0.9, 0.95),
        cumulative=Interval(-4900.0, -3840.0, -2760.0, 0.95),
        p_value=0.0004,
        grade=grade,
        grade_reason="A comparison group, and no check fails.",
        checks=(
            CheckResult(
                "pre_trend",
                "Trend before go-live",
                CheckStatus.PASS,
                "Treated and control units moved in parallel before go-live.",
                p_value=0.41,
            ),
            CheckResult(
                "concurrent_events",
                "Concurrent events",
                CheckStatus.REVIEW,
                "A tariff change fell within four weeks of go-live.",
                "Name the units that the tariff change reached, so that they can be left out.",
            ),
            CheckResult(
                "level_break",
                "Break before go-live",
                CheckStatus.PASS,
                "No break in level was found in the 70 weeks before go-live.",
            ),
        ),
        left_out=(LeftOut(None, days[30], "missing"),),
        mixture=Mixture(np.array([1.0]), np.array([average]), np.array([0.45]), np.array([120.0]), np.array([0])),
        shape_paths=np.ones((1, n_after)),
        effect_periods=days[BEFORE:],
        exposure=np.full(n_after, 20.0),
        treated_units=tuple(f"S{i:02d}" for i in range(20)),
        unit_exposure=np.ones((20, n_after)),
        control_units=tuple(f"C{i:02d}" for i in range(22)),
        observed=observed[BEFORE:],
        effect_low=effect - half,
        effect_point=effect,
        effect_high=effect + half,
        effect_low_80=effect - 0.65 * half,
        effect_high_80=effect + 0.65 * half,
        window_periods=days,
        window_observed=window,
        window_counterfactual=without,
        noise_summary="AR(1), rho 0.4",
        statsmodels_table="GLS Regression Results\n  effect  -3.2  0.45  -7.1  0.000",
        seed=7,
    )

"""One simulated panel through the front door, beside its truth."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import isfinite

from scipy.stats import norm

from models.causal.estimate import estimate_effect
from models.causal.families import draw_panel
from models.causal.mixture import interval
from models.causal.simulate import SimulatedPanel
from models.domain.effect import CheckStatus, EffectEstimate, NotEstimable
from models.domain.interval import Interval

#: Further levels at which coverage is counted.
FURTHER_LEVELS = (0.8, 0.5)
#: Checks that look at the time before go-live.
BEFORE_CHECKS = frozenset({"pre_trend", "level_break", "anticipation", "balance"})


@dataclass(frozen=True, slots=True)
class Replicate:
    """What came of one panel; `rule` is that of a refusal.

    `error` counts oracle standard errors or, where there is no oracle, half widths of the interval; `width` is in units
    of the KPI.
    """

    rule: str | None
    cpu_s: float
    covers: tuple[bool, ...] = ()
    covers_cumulative: bool = False
    contradictions: int = 0
    error: float = 0.0
    width_ratio: float | None = None
    width: float = 0.0
    checks: tuple[tuple[str, str], ...] = ()
    grade: str = ""


def run_replicate(family: str, seed: int, level: float) -> Replicate:
    """Return what the engine makes of one replicate of a family."""
    panel = draw_panel(family, seed)
    started = time.process_time()
    estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study, level=level)
    cpu_s = time.process_time() - started
    if isinstance(estimate, NotEstimable):
        return Replicate(estimate.rule, cpu_s)
    return _compare(panel, estimate, level, cpu_s)


def _compare(panel: SimulatedPanel, estimate: EffectEstimate, level: float, cpu_s: float) -> Replicate:
    average = estimate.average
    further = [interval(estimate, each) for each in FURTHER_LEVELS]
    has_oracle = isfinite(panel.oracle_se) and panel.oracle_se > 0.0
    unit = panel.oracle_se if has_oracle else average.width / 2.0
    return Replicate(
        rule=None,
        cpu_s=cpu_s,
        covers=tuple(_holds(each, panel.average) for each in (average, *further)),
        covers_cumulative=_holds(estimate.cumulative, panel.cumulative),
        contradictions=sum(
            (estimate.p_value < 1.0 - each.level) == each.spans_zero
            for each in (average, estimate.cumulative, *further)
        ),
        error=(average.point - panel.average) / unit,
        width_ratio=average.width / (2.0 * norm.ppf(0.5 + level / 2.0) * panel.oracle_se) if has_oracle else None,
        width=average.width,
        checks=tuple((each.key, each.status.value) for each in estimate.checks),
        grade=estimate.grade.label,
    )


def is_warned(replicate: Replicate) -> bool:
    """Tell whether a check on the time before go-live did not pass."""
    return any(key in BEFORE_CHECKS and status != CheckStatus.PASS for key, status in replicate.checks)


def _holds(found: Interval, truth: float) -> bool:
    return found.low <= truth <= found.high

"""Exactly the listed rules refuse, always: panels just below each rule, and panels that just suffice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models.causal.estimate import estimate_effect
from models.causal.joint import estimate_joint_effects
from models.causal.simulate import period_dates
from models.causal.study import Study
from models.domain.calendar import Frequency
from models.domain.effect import Design, NotEstimable
from models.domain.joint import NOT_SEPARABLE
from models.domain.validation import RefusalResult

_GoLive = dict[str, date]


@dataclass(frozen=True, slots=True)
class RefusalCase:
    """A panel by its counts of periods; `rule` is what must refuse it, empty if it has to be estimated."""

    rule: str
    before: int = 20
    after: int = 10
    controls: int = 0
    value: Callable[[np.ndarray], np.ndarray] = lambda noise: 100.0 + noise
    has_go_live: bool = True
    is_apart: bool = False
    design: Design | None = None
    is_joint: bool = False


def _nothing(noise: np.ndarray) -> np.ndarray:
    return np.full(noise.shape, np.nan)


def _constant(noise: np.ndarray) -> np.ndarray:
    return np.full(noise.shape, 7.0)


CASES: dict[str, RefusalCase] = {
    "only missing values": RefusalCase("nothing_observed", value=_nothing),
    "no go-live": RefusalCase("no_treated_unit", has_go_live=False),
    "a constant KPI": RefusalCase("constant_kpi", value=_constant),
    "11 periods before, no comparison": RefusalCase("too_few_before", before=11, after=10),
    "12 periods before, no comparison": RefusalCase("", before=12, after=10),
    "7 periods before, with a comparison": RefusalCase("too_few_before", before=7, controls=4),
    "8 periods before, with a comparison": RefusalCase("", before=8, controls=4),
    "1 period after": RefusalCase("too_few_after", after=1),
    "2 periods after": RefusalCase("", after=2),
    "17 periods in all, no comparison": RefusalCase("too_few_in_all", before=14, after=3),
    "18 periods in all, no comparison": RefusalCase("", before=15, after=3),
    "units that never meet in time": RefusalCase("no_overlap", controls=4, is_apart=True),
    "a difference asked for without a comparison": RefusalCase("design_not_possible", design=Design.DIFFERENCE),
    "two initiatives on the same day": RefusalCase(NOT_SEPARABLE, controls=4, is_joint=True),
}


def run_refusals(seeds: Sequence[int]) -> tuple[RefusalResult, ...]:
    """Return how often each case ended as it must."""
    return tuple(
        RefusalResult(name, case.rule, len(seeds), sum(_found_rule(case, seed) == case.rule for seed in seeds))
        for name, case in CASES.items()
    )


def _found_rule(case: RefusalCase, seed: int) -> str:
    """Return the rule that refused a replicate of a case, empty if it was estimated."""
    frame, go_live = _make(case, np.random.default_rng(seed))
    study = Study(frequency=Frequency.WEEK)
    if not case.is_joint:
        found = estimate_effect(frame, go_live, study=study, design=case.design)
        return found.rule if isinstance(found, NotEstimable) else ""
    joint = estimate_joint_effects(frame, {"first": go_live, "second": go_live}, study=study)
    if isinstance(joint, NotEstimable):
        return joint.rule
    return "" if all(group.is_separable for group in joint.groups) else NOT_SEPARABLE


def _make(case: RefusalCase, rng: np.random.Generator) -> tuple[pd.DataFrame, _GoLive]:
    n = case.before + case.after
    dates = period_dates(2 * n, Frequency.WEEK)
    parts = []
    for i in range(1 + case.controls):
        own = dates[n:] if case.is_apart and i else dates[:n]
        parts.append(pd.DataFrame({"unit": f"u{i}", "period": own, "value": case.value(rng.standard_normal(n))}))
    return pd.concat(parts, ignore_index=True), {"u0": dates[case.before]} if case.has_go_live else {}

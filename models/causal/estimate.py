"""The front door: from a panel and go-live dates to an effect, or to the reason why there is none to be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from models.causal.admit import admit_panel
from models.causal.design import DesignChoice, rank_designs
from models.causal.design_fit import DesignFit, assemble_estimate
from models.causal.difference import estimate_difference
from models.causal.interrupted import estimate_before_after, estimate_interrupted
from models.causal.panel import KpiPanel, read_panel
from models.causal.randomised import estimate_randomised
from models.causal.refuse import refuse_forced, refuse_panel, settle_waiting
from models.causal.staggered import estimate_staggered
from models.causal.study import Study
from models.domain.effect import Design, EffectEstimate, NotEstimable
from models.domain.errors import InvalidInputError

_ESTIMATORS: dict[Design, Callable[[KpiPanel, Study], DesignFit | NotEstimable]] = {
    Design.RANDOMISED: estimate_randomised,
    Design.STAGGERED: estimate_staggered,
    Design.DIFFERENCE: estimate_difference,
    Design.INTERRUPTED_SERIES: estimate_interrupted,
    Design.BEFORE_AFTER: estimate_before_after,
}


def estimate_effect(
    panel: pd.DataFrame,
    go_live: Mapping[Any, Any],
    *,
    study: Study | None = None,
    level: float = 0.95,
    design: Design | str | None = None,
    seed: int = 0,
) -> EffectEstimate | NotEstimable:
    """Estimate what changed on the treated units because of an initiative.

    Parameters
    ----------
    panel
        One row per unit and period: unit, period (date or whole number), value (missing allowed); optional weight
        (volume), numerator and denominator, covariates.
    go_live
        Unit to first treated period. Other units are controls.
    study
        Declared frequency, aggregation, events, what to leave out.
    level
        Level of the interval, between 0 and 1.
    design
        Forces a design; the result records it. None follows the ladder.
    seed
        Kept with the result: the draws are permuted by the caller's seed.

    Returns
    -------
    EffectEstimate or NotEstimable
        The average effect per treated unit-period (per unit of volume where the panel is weighted) over what was
        observed after go-live, with its distribution, checks and grade; or the rule that refused.

    Raises
    ------
    PanelError
        If the frame is not a KPI panel (a unit twice in a period, text or infinity for a value).
    InvalidInputError
        If `level` is not between 0 and 1 or `design` is no design.
    """
    if not 0.0 < level < 1.0:
        raise InvalidInputError(f"a level of {level} is not between 0 and 1")
    forced = _parse_design(design)
    facts = study if study is not None else Study()
    read = read_panel(panel, go_live, facts)
    refusal = refuse_panel(read) or refuse_forced(read, facts, forced)
    if refusal is not None:
        return settle_waiting(refusal, read, facts)
    read = admit_panel(read)
    return _first_that_fits(read, facts, rank_designs(read, facts, forced), level, seed)


def fit_design(panel: KpiPanel, study: Study, design: Design) -> DesignFit | NotEstimable:
    """Return the fit of one design on a panel that has been read, or the rule that refuses."""
    return _ESTIMATORS[design](panel, study)


def _first_that_fits(
    panel: KpiPanel, study: Study, choices: tuple[DesignChoice, ...], level: float, seed: int
) -> EffectEstimate | NotEstimable:
    """Return the estimate of the first design that fits; where none does, the refusal of the first."""
    refusals: list[NotEstimable] = []
    for choice in choices:
        fitted = fit_design(panel, study, choice.design)
        if not isinstance(fitted, NotEstimable):
            reason = choice.reason
            if refusals:
                reason += f" (a better design was refused: {refusals[0].reason})"
            return assemble_estimate(panel, fitted, reason=reason, is_forced=choice.is_forced, level=level, seed=seed)
        refusals.append(fitted)
        if fitted.rule == "no_overlap":
            break
    return settle_waiting(refusals[0], panel, study)


def _parse_design(design: Design | str | None) -> Design | None:
    if design is None:
        return None
    try:
        return Design(design)
    except ValueError as error:
        known = ", ".join(one.value for one in Design)
        raise InvalidInputError(f"'{design}' is no design; choose one of {known}") from error

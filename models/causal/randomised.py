"""Randomised units: chance alone parts the arms, so a unit's history is worth what it tells and no more (CUPED)."""

from __future__ import annotations

from models.causal.design_fit import DesignFit
from models.causal.difference import estimate_randomised_means
from models.causal.panel import KpiPanel
from models.causal.refuse import BEFORE_WITH_CONTROLS
from models.causal.staggered import fit_rollout, refuse_staggered
from models.causal.study import Study
from models.causal.support import find_support
from models.domain.effect import Design, NotEstimable

_MIN_PER_ARM = 3


def estimate_randomised(panel: KpiPanel, study: Study) -> DesignFit | NotEstimable:
    """Return the fit of units whose go-live was drawn at random; or the rule that refuses.

    With three units or more in each arm, or several dates in random order, GLS imputation with unit levels drawn
    together as far as their history fails to part them: the covariate of Deng, Xu, Kohavi and Walker (2013) with its
    coefficient averaged over what it may be. With fewer units, covariates or a declared constant effect, the
    difference of the arms' means.
    """
    support = find_support(panel, BEFORE_WITH_CONTROLS)
    n_treated = int(support.counted.any(axis=1).sum())
    n_beside = int((support.untreated.any(axis=1) & ~panel.is_treated_unit).sum())
    has_dates = len(set(panel.go_live[panel.is_treated_unit].tolist())) > 1
    is_enough = n_treated >= _MIN_PER_ARM and (n_beside >= _MIN_PER_ARM or has_dates)
    if not is_enough or panel.covariate_names or study.is_effect_constant:
        return estimate_randomised_means(panel, study)
    refusal = refuse_staggered(panel, support)
    return fit_rollout(panel, study, support, Design.RANDOMISED) if refusal is None else refusal

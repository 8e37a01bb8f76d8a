"""What a joint fit hands on: the joint distribution in place of a member's own, and a check that compares the two."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.causal.checks.result import make_check
from models.causal.design_fit import DesignFit
from models.causal.mixture import mixture_mean
from models.domain.effect import CheckResult, CheckStatus, Floats, Mixture, NotEstimable

_APART = 2.0


@dataclass(frozen=True, slots=True)
class JointFit:
    """Fits of members, in their order, and the correlation of their average effects (n_members, n_members)."""

    fits: tuple[DesignFit | NotEstimable, ...]
    correlation: Floats


def with_mixture(fitted: DesignFit, mixture: Mixture) -> DesignFit:
    """Return a fit with the joint distribution in place of its own, and a check that holds the two side by side."""
    return replace(
        fitted,
        mixture=mixture,
        checks=(*fitted.checks, _agreement(fitted.mixture, mixture)),
        offsets=None,
        residual=None,
        noise=None,
        period_moments=None,
    )


def _agreement(alone: Mixture, joint: Mixture) -> CheckResult:
    first, second = mixture_mean(alone), mixture_mean(joint)
    spread = max(_spread(alone), _spread(joint))
    apart = abs(first - second) / spread if spread > 0.0 else 0.0
    differs = round(apart, 9) > _APART
    return make_check(
        "joint_agreement",
        "differs" if differs else "agrees",
        CheckStatus.REVIEW if differs else CheckStatus.PASS,
        statistic=apart,
        alone=first,
        joint=second,
        apart=apart,
    )


def _spread(mixture: Mixture) -> float:
    weight, mean = mixture.weight / mixture.weight.sum(), mixture_mean(mixture)
    return float(np.sqrt(weight @ (mixture.scale**2 + (mixture.location - mean) ** 2)))

"""What changed because of the initiative, and how sure we are.

`estimate_effect` is the front door; statsmodels is imported nowhere else in Tieout.
"""

from models.causal.document import (
    estimate_from_document,
    estimate_to_document,
    joint_from_document,
    joint_to_document,
)
from models.causal.draws import average_draws, effect_draws
from models.causal.estimate import estimate_effect
from models.causal.joint import estimate_joint_effects
from models.causal.mixture import interval, mixture_cdf, mixture_quantile
from models.causal.study import Study, StudyEvent
from models.causal.visibility import Visibility, when_visible

#: Raised by hand when figures move; part of every estimate's fingerprint.
ENGINE_VERSION = 2

__all__ = [
    "ENGINE_VERSION",
    "Study",
    "StudyEvent",
    "Visibility",
    "average_draws",
    "effect_draws",
    "estimate_effect",
    "estimate_from_document",
    "estimate_joint_effects",
    "estimate_to_document",
    "interval",
    "joint_from_document",
    "joint_to_document",
    "mixture_cdf",
    "mixture_quantile",
    "when_visible",
]

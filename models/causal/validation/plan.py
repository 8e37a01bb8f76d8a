"""What the study runs: which families, how many replicates, which seeds."""

from __future__ import annotations

from functools import lru_cache

from models.causal.families import draw_panel
from models.causal.simulate_faults import FAULTS

#: Constants are tuned below; anybody's own runs start here; the report's seeds start at the last. They never meet.
TUNING_SEEDS_END = 500_000
TEST_SEED = 910_000
OWN_SEED = 1_000_000
REPORT_SEED = 2_000_000

REPLICATES = 2_000
DEAR_REPLICATES = 400
#: A fit of these takes longer than 40 ms of CPU, or its panel long to draw.
DEAR = frozenset(
    {
        "staggered_gaps",
        "daily",
        "daily_yearly",
        "two_alone_staggered",
        "unbalanced",
        "randomised_gaps_sizes",
        "rollout_outliers",
        "rollout_heavy_tails",
        "rollout_single_dates",
        "rollout_unbalanced",
        "rollout_50x156",
        "many_controls",
        "one_of_many",
    }
)
GROUPS = ("series alone", "comparison group", "staggered roll-out", "randomised")


def replicates_of(family: str, most: int = REPLICATES) -> int:
    """Return how many replicates the study takes of a family: fewer where a fit is dear or only flags are counted."""
    return min(most, DEAR_REPLICATES) if family in DEAR or family in FAULTS else most


@lru_cache(maxsize=512)
def group_of(family: str) -> str:
    """Return the group of GROUPS that a family belongs to, by what its panel admits."""
    panel = draw_panel(family, 0)
    starts = {start for start in panel.go_live.values() if start is not None}
    if panel.study.is_randomised:
        return GROUPS[3]
    if panel.frame["unit"].nunique() == len(panel.go_live) and len(starts) == 1:
        return GROUPS[0]
    return GROUPS[1] if len(starts) == 1 else GROUPS[2]

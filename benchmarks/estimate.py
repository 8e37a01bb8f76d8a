"""Milliseconds per estimate with caches warm: series, differences, a staggered roll-out of 50 units x 156 weeks."""

from __future__ import annotations

import statistics
import time

from models.causal import estimate_effect
from models.causal.simulate import FAMILIES, PanelRecipe, panel_family, simulate_family

REPEATS = 15


def main() -> None:
    """Print the median milliseconds of each case."""
    FAMILIES["staggered_50_x_156"] = panel_family(
        PanelRecipe(n_units=50, n_treated=40, n=156, go_live=60, waves=5, gap=15)
    )
    for family in ("ar_05", "monthly", "one_treated", "four_treated", "staggered_50_x_156"):
        panel = simulate_family(family, 1)
        seconds = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            estimate_effect(panel.frame, panel.go_live, study=panel.study)
            seconds.append(time.perf_counter() - started)
        print(f"{family:22s} {1000 * statistics.median(seconds[1:]):7.1f} ms")


if __name__ == "__main__":
    main()

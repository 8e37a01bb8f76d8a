"""Milliseconds of CPU per estimate with caches warm, as simulation and portfolios meet them.

    python benchmarks/estimate.py

Goals: a weekly series of 130 periods within 60 ms, a staggered roll-out of 50 units x 156 weeks within 45 ms.
"""

from __future__ import annotations

import statistics
import time

from models.causal import estimate_effect
from models.causal.simulate import FAMILIES, PanelRecipe, SimulatedPanel, panel_family, simulate_family

REPEATS = 15
OWN = {
    "own controls, 10 x 156": panel_family(PanelRecipe(n_units=10, n_treated=1, n=156, go_live=100)),
    "staggered, 50 x 156": panel_family(PanelRecipe(n_units=50, n_treated=40, n=156, go_live=60, waves=5, gap=15)),
}


def time_fit_ms(panel: SimulatedPanel) -> float:
    """Return the median CPU time of a fit, the first left out."""
    took = []
    for _ in range(REPEATS + 1):
        started = time.process_time()
        estimate_effect(panel.frame, panel.go_live, study=panel.study)
        took.append(1000 * (time.process_time() - started))
    return statistics.median(took[1:])


def main() -> None:
    """Print the median milliseconds of each case."""
    FAMILIES.update(OWN)
    for family in ("ar_05", "monthly", "one_treated", "four_treated", *OWN):
        print(f"{family:24s} {time_fit_ms(simulate_family(family, 1)):7.1f} ms")


if __name__ == "__main__":
    main()

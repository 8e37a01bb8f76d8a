"""Milliseconds of CPU per fit of ours beside the usual methods, on the same panels in one run, with ratios.

    python -m benchmarks.peers

The usual methods are those of the validation study (`benchmarks/validation`), where what they cover is measured. The
CausalImpact port runs where CAUSAL_IMPACT_PYTHON names an interpreter that has it.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable

from benchmarks.validation.peers import CYCLES, Peer
from benchmarks.validation.peers_panels import panel_peers
from benchmarks.validation.peers_series import series_peers
from models.causal import estimate_effect
from models.causal.simulate import SimulatedPanel, simulate_family

REPEATS, SEED = 7, 1
FAMILIES = ("ar_05", "seasonal", "monthly", "one_treated", "staggered")


def time_ms(work: Callable[[], object]) -> float:
    """Return the median CPU time of a few runs, the first left out."""
    took = []
    for _ in range(REPEATS + 1):
        started = time.process_time()
        work()
        took.append(1000 * (time.process_time() - started))
    return statistics.median(took[1:])


def time_peer(peer: Peer, family: str, panel: SimulatedPanel) -> float:
    """Return what a usual method takes: by its own account where it runs in a process of its own."""
    own = [peer.fit(panel, CYCLES.get(family, 0)).cpu_s for _ in range(2)]
    if own[-1] is not None:
        return 1000 * own[-1]
    return time_ms(lambda: peer.fit(panel, CYCLES.get(family, 0)))


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")  # what the usual methods warn of is not their speed
    for family in FAMILIES:
        panel = simulate_family(family, SEED)
        ours = time_ms(lambda panel=panel: estimate_effect(panel.frame, panel.go_live, study=panel.study))
        print(f"{family:64}{ours:9.1f} ms")
        for peer in (*series_peers(), *panel_peers()):
            if family in peer.families:
                took = time_peer(peer, family, panel)
                print(f"  {peer.name + ' (' + peer.package + ')':62}{took:9.1f} ms   x{took / ours:7.2f}")


if __name__ == "__main__":
    main()

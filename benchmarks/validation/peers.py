"""Other packages' usual methods on the replicates that the engine is judged on."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.causal import estimate_effect
from models.causal.families import draw_panel
from models.causal.simulate import SimulatedPanel
from models.causal.validation.digest import digest_family
from models.domain.effect import EffectEstimate
from models.domain.validation import PeerResult

LEVEL = 0.95
#: Length of the season that a peer is told of, where a family has one.
CYCLES = {"seasonal": 52, "monthly_seasonal": 12}


@dataclass(frozen=True, slots=True)
class PeerFit:
    """The 95 % interval of the average effect, and the CPU seconds it took (None: as measured around the call)."""

    low: float
    high: float
    cpu_s: float | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """A method of another package: its name for a reader, its package, the families it is tried on, replicates.

    `fit` takes a panel and the length of its season, 0 without one.
    """

    name: str
    package: str
    families: tuple[str, ...]
    replicates: int
    fit: Callable[[SimulatedPanel, int], PeerFit]


def run_peer(peer: Peer, family: str, seeds: Sequence[int]) -> PeerResult:
    """Return what a peer makes of the replicates of a family; one without a finite interval has failed."""
    covered, widths, over_oracle, ours, seconds, failed = 0, [], [], [], [], 0
    for seed in seeds:
        panel = draw_panel(family, seed)
        started = time.process_time()
        found = _try(peer, panel, CYCLES.get(family, 0))
        spent = time.process_time() - started
        if found is None or not math.isfinite(found.low + found.high):
            failed += 1
            continue
        seconds.append(found.cpu_s if found.cpu_s is not None else spent)
        covered += found.low <= panel.average <= found.high
        widths.append(found.high - found.low)
        if math.isfinite(panel.oracle_se):
            over_oracle.append(widths[-1] / (2.0 * norm.ppf(0.5 + LEVEL / 2.0) * panel.oracle_se))
        own = estimate_effect(panel.frame, panel.go_live, study=panel.study)
        if isinstance(own, EffectEstimate):
            ours.append(own.average.width)
    return PeerResult(
        peer=peer.name,
        package=peer.package,
        family=family,
        first_seed=seeds[0],
        replicates=len(seeds),
        failed=failed,
        covered=covered,
        width_mean=round(float(np.mean(over_oracle)), 3) if over_oracle else None,
        width_over_ours=round(float(np.mean(widths) / np.mean(ours)), 3) if ours else None,
        cpu_ms=round(1000.0 * float(np.median(seconds)), 1) if seconds else 0.0,
        digest=digest_family(family),
    )


def _try(peer: Peer, panel: SimulatedPanel, cycle: int) -> PeerFit | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return peer.fit(panel, cycle)
        except Exception as error:  # noqa: BLE001  # whatever a peer raises is a failed fit, counted and shown
            print(f"  {peer.name}: {type(error).__name__}: {error}")
            return None

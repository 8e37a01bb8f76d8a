"""All families of simulated panels on which the engine is held to account, by name."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

import numpy as np

from models.causal.simulate import FAMILIES, SimulatedPanel
from models.causal.simulate_calendar import CALENDAR_FAMILIES
from models.causal.simulate_faults import FAULT_FAMILIES
from models.causal.simulate_rollouts import ROLLOUT_FAMILIES
from models.causal.simulate_units import UNIT_FAMILIES
from models.domain.errors import NotFoundError

Maker = Callable[[np.random.Generator], SimulatedPanel]

#: Each module of families, under its name.
FAMILY_MODULES: dict[str, dict[str, Maker]] = {
    "simulate": FAMILIES,
    "simulate_calendar": CALENDAR_FAMILIES,
    "simulate_units": UNIT_FAMILIES,
    "simulate_rollouts": ROLLOUT_FAMILIES,
    "simulate_faults": FAULT_FAMILIES,
}
#: Name of each family and how a replicate is made.
ALL_FAMILIES: dict[str, Maker] = {
    name: maker for families in FAMILY_MODULES.values() for name, maker in families.items()
}


def draw_panel(family: str, seed: int) -> SimulatedPanel:
    """Return one replicate of a family; families do not share their random numbers at a seed.

    Raises
    ------
    NotFoundError
        If there is no such family.
    """
    if family not in ALL_FAMILIES:
        raise NotFoundError(f"there is no family '{family}'; there are {', '.join(ALL_FAMILIES)}")
    return ALL_FAMILIES[family](np.random.default_rng([seed, crc32(family.encode())]))


def module_of(family: str) -> str:
    """Return the name of the module that makes a family."""
    return next(module for module, families in FAMILY_MODULES.items() if family in families)

"""Figures that do not move unless ENGINE_VERSION is raised: change both here together, and say so in the changelog."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.causal import ENGINE_VERSION, effect_draws, estimate_effect
from models.domain.effect import EffectEstimate

GOLDEN_VERSION = 2
#: low, point and high of the average, and one figure of one draw.
GOLDEN: dict[str, tuple[float, float, float, float]] = {
    "series": (-0.9481847995, 0.2136772889, 1.624070411, 1.514268503),
    "one_treated": (-0.7172785979, 0.03392429644, 0.7967806834, 0.4066457049),
    "difference": (-0.1731223953, 0.4998260217, 1.174715788, 1.169334403),
    "staggered": (0.5765178261, 1.210925674, 1.842457364, 0.5103609986),
}


def _noise(unit, n):
    """Return a fixed series that looks like noise, without a random generator whose stream could change."""
    t = np.arange(1, n + 1)
    white = np.mod(np.sin(t * 12.9898 + unit * 78.233) * 43758.5453, 1.0) - 0.5
    out = np.zeros(n)
    for i in range(1, n):
        out[i] = 0.5 * out[i - 1] + white[i]
    return out


def _panel(n_units, n, starts):
    rows = []
    for i in range(n_units):
        start = starts.get(f"u{i}", n)
        value = 20.0 + i + 3.0 * _noise(i, n) + np.where(np.arange(n) >= start, 1.0, 0.0)
        rows.append(pd.DataFrame({"unit": f"u{i}", "period": np.arange(n), "value": value}))
    return pd.concat(rows, ignore_index=True), starts


CASES = {
    "series": _panel(1, 80, {"u0": 50}),
    "one_treated": _panel(10, 80, {"u0": 50}),
    "difference": _panel(6, 80, {"u0": 50, "u1": 50, "u2": 50}),
    "staggered": _panel(8, 60, {"u0": 30, "u1": 30, "u2": 40, "u3": 40}),
}


def test_the_golden_figures_belong_to_this_engine_version():
    assert ENGINE_VERSION == GOLDEN_VERSION
    assert set(GOLDEN) == set(CASES)


def _figures(case):
    frame, starts = CASES[case]
    estimate = estimate_effect(frame, starts)
    assert isinstance(estimate, EffectEstimate)
    drawn = float(effect_draws(estimate, 200, seed=7)[17, 3])
    return (estimate.average.low, estimate.average.point, estimate.average.high, drawn)


def _stored(case):
    """Return figures as they reach money: at 10 significant digits."""
    return [f"{figure:.10g}" for figure in _figures(case)]


@pytest.mark.parametrize("case", sorted(CASES))
def test_figures_do_not_move_within_an_engine_version(case):
    found = _figures(case)
    assert found == pytest.approx(GOLDEN[case], rel=1e-7), found


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="kernels are named for x86-64")
def test_figures_are_the_same_under_two_kernels():
    """OpenBLAS picks its kernels by processor; stored digits must not depend on which."""
    script = "import runpy, sys; m = runpy.run_path(sys.argv[1]); print([m['_stored'](case) for case in m['CASES']])"
    printed = []
    for kernel in ("Prescott", "Nehalem"):
        environment = {**os.environ, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1"}
        run = subprocess.run(
            [sys.executable, "-c", script, __file__],
            env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        )
        printed.append(run.stdout)
    assert printed[0] == printed[1]

"""Same panel, same seed, same cents: in any process, under any BLAS kernel, whatever the order of hashes.

Kernels sum in different orders, which moves the last bits of a float. Results hold 10 significant digits: what may move
is the tenth, where a figure happens to lie at its edge; words, verdicts, grades and money rounded to cents do not.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

FAMILIES = ["ar_05", "random_walk", "monthly_seasonal", "outliers", "one_treated", "two_treated_walk", "four_treated"]
FAMILIES += ["staggered", "staggered_gaps"]
#: Kernels that every x86-64 machine of the last ten years can run, with the seed of hashes beside.
KERNELS = {"Haswell": "1", "Nehalem": "2", "Prescott": "3"}
TENTH_DIGIT = 2e-9

FIT = """
import json, sys
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd

from models.causal import effect_draws, estimate_effect, estimate_joint_effects
from models.causal.document import estimate_to_document
from models.causal.simulate import simulate_family

UNIT_VALUE_MINOR = Fraction(1735)


def cents(estimate):
    point = [
        round(Fraction(str(effect)) * Fraction(str(volume)) * UNIT_VALUE_MINOR)
        for effect, volume in zip(estimate.effect_point.tolist(), estimate.exposure.tolist())
    ]
    draws = effect_draws(estimate, 500, seed=11) @ estimate.exposure * float(UNIT_VALUE_MINOR)
    return [*point, *(round(float(limit)) for limit in np.quantile(draws, [0.025, 0.5, 0.975]))]


def met():
    rng, periods = np.random.default_rng((4, 7)), [date(2022, 1, 3) + timedelta(weeks=t) for t in range(104)]
    noise = rng.normal(size=(12, 104)).cumsum(axis=1) * 0.1 + rng.normal(size=(12, 104))
    first, second = {u: 36 + 3 * u for u in range(8)}, {u: 60 + 2 * ((5 * u) % 8) for u in range(8)}
    for starts, effect in ((first, 2.0), (second, -1.5)):
        for u, at in starts.items():
            noise[u, at:] += effect
    frame = pd.DataFrame(
        {"unit": np.repeat([f"u{u}" for u in range(12)], 104), "period": periods * 12, "value": noise.ravel()}
    )
    go_lives = {n: {f"u{u}": periods[at] for u, at in s.items()} for n, s in (("A", first), ("B", second))}
    return [group.result for group in estimate_joint_effects(frame, go_lives).groups]


results = {}
for family in json.loads(sys.argv[1]):
    panel = simulate_family(family, 77)
    results[family] = estimate_effect(panel.frame, panel.go_live, study=panel.study, seed=5)
results |= {f"joint {i}": result for i, result in enumerate(met())}
print(json.dumps({key: [estimate_to_document(each), cents(each)] for key, each in results.items()}))
"""


def fit_under(kernel, hash_seed):
    """Fit all families in a process of its own; return its documents and cents, and the kernel that it ran."""
    environment = {
        **os.environ,
        "OPENBLAS_CORETYPE": kernel,
        "OPENBLAS_VERBOSE": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", FIT, json.dumps(FAMILIES)], env=environment, capture_output=True, text=True, check=True
    )
    *cores, told = done.stdout.strip().splitlines()
    return json.loads(told), " ".join([*cores, done.stderr])


@pytest.fixture(scope="module")
def fits():
    if platform.machine() not in {"x86_64", "AMD64"}:
        pytest.skip("these kernels are for x86-64")
    return {kernel: fit_under(kernel, seed) for kernel, seed in KERNELS.items()}


def moved(ours, theirs, path=""):
    """Return the places where two documents differ by more than the tenth digit of a number."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        return [place for key in ours for place in moved(ours[key], theirs[key], f"{path}.{key}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [
            place for i, pair in enumerate(zip(ours, theirs, strict=True)) for place in moved(*pair, f"{path}[{i}]")
        ]
    is_number = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (ours, theirs))
    if is_number and abs(ours - theirs) <= TENTH_DIGIT * max(abs(ours), abs(theirs)):
        return []
    return [] if ours == theirs else [(path, ours, theirs)]


def test_the_kernels_are_different_ones(fits):
    assert len({words for _, words in fits.values()}) == len(KERNELS)


def test_cents_are_the_same_under_every_kernel(fits):
    first, *rest = [found for found, _ in fits.values()]
    assert len(first) == len(FAMILIES) + 2
    for other in rest:
        assert {key: cents for key, (_, cents) in other.items()} == {key: cents for key, (_, cents) in first.items()}


def test_documents_are_the_same_to_the_tenth_digit(fits):
    first, *rest = [found for found, _ in fits.values()]
    for other in rest:
        for key, (document, _) in first.items():
            assert moved(document, other[key][0]) == [], key

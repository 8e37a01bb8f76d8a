"""Interval and p-value come of one distribution: they never contradict each other, at any level."""

import numpy as np
import pytest

from models.causal import estimate_effect, interval
from models.causal.families import ALL_FAMILIES
from models.domain.effect import EffectEstimate

#: p is stored with 10 digits: nearer to the level than this the two cannot be told apart.
EDGE = 1e-9


def contradicts(limits, p_value, level):
    return (limits.low > 0.0 or limits.high < 0.0) != (p_value < 1.0 - level) and abs(p_value - 1.0 + level) > EDGE


def contradictions(n_fits, seed):
    """Fit families drawn at random at levels drawn at random, and at levels a hair above and below 1 - p."""
    rng, found, fitted = np.random.default_rng((4, seed)), [], 0
    names = sorted(ALL_FAMILIES)
    while fitted < n_fits:
        name = names[int(rng.integers(len(names)))]
        panel = ALL_FAMILIES[name](rng)
        level = float(rng.choice([rng.uniform(0.5, 0.999), 0.8, 0.95, 0.999]))
        estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study, level=level)
        if not isinstance(estimate, EffectEstimate):
            continue
        fitted += 1
        p = estimate.p_value
        near = [each for each in (1.0 - p * (1.0 + 1e-6), 1.0 - p * (1.0 - 1e-6)) if 0.0 < each < 1.0]
        judged = [(estimate.average, level), *((interval(estimate, each), each) for each in near)]
        found += [(name, p, each) for limits, each in judged if contradicts(limits, p, each)]
    return found


def test_interval_and_p_never_contradict():
    assert contradictions(300, 1) == []


@pytest.mark.slow
def test_interval_and_p_never_contradict_in_ten_thousand_fits():
    assert contradictions(10_000, 2) == []

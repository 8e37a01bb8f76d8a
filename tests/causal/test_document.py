"""Documents of estimates are JSON and come back the same, bit by bit."""

import dataclasses
import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.causal import effect_draws, estimate_effect, estimate_from_document, estimate_to_document
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import IntegrityError


def assert_same(first, second):
    assert type(first) is type(second)
    for field in dataclasses.fields(first):
        mine, yours = getattr(first, field.name), getattr(second, field.name)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == yours.dtype
            np.testing.assert_array_equal(mine, yours)
        elif dataclasses.is_dataclass(mine):
            assert_same(mine, yours)
        else:
            assert mine == yours


def _round_trip(result):
    return estimate_from_document(json.loads(json.dumps(estimate_to_document(result), allow_nan=False)))


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(10, 70),
    go_live=st.integers(5, 60),
    n_controls=st.integers(0, 3),
    gaps=st.floats(0, 0.3),
    scale=st.sampled_from([1e-9, 1.0, 1e12]),
)
def test_the_round_trip_is_exact(seed, n, go_live, n_controls, gaps, scale):
    import pandas as pd

    rng = np.random.default_rng(seed)
    values = scale * rng.normal(10, 1, (n_controls + 1, n))
    values[rng.random(values.shape) < gaps] = np.nan
    units = np.repeat([f"u{i}" for i in range(n_controls + 1)], n)
    frame = pd.DataFrame({"unit": units, "period": np.tile(np.arange(n), n_controls + 1), "value": values.ravel()})
    result = estimate_effect(frame, {"u0": go_live})
    again = _round_trip(result)
    assert_same(result, again)
    if isinstance(result, EffectEstimate):
        assert np.isfinite([result.average.low, result.average.point, result.average.high, result.p_value]).all()
        np.testing.assert_array_equal(effect_draws(result, 100, seed=1), effect_draws(again, 100, seed=1))


def test_staggered_estimates_come_back_with_their_paths(panel):
    starts = {"u0": 40, "u1": 55}
    frame, periods = panel(n_units=6, starts=starts)
    result = estimate_effect(frame, {unit: periods[at] for unit, at in starts.items()})
    assert result.path_residual is not None
    assert_same(result, _round_trip(result))


def test_a_refusal_comes_back():
    refusal = NotEstimable("too_few_after", "One period.", "Wait.", date(2026, 11, 2))
    assert _round_trip(refusal) == refusal


@pytest.mark.parametrize(
    "document", [{}, {"kind": "guess"}, {"kind": "effect"}, {"kind": "not_estimable", "rule": "x"}]
)
def test_a_broken_document_is_an_error(document):
    with pytest.raises(IntegrityError):
        estimate_from_document(document)

"""What a history could tell, and when."""

import numpy as np
import pytest

from models.causal import when_visible
from models.domain.errors import InvalidInputError


def test_more_periods_tell_smaller_effects(weekly):
    frame, start = weekly(effect=0.0)
    found = when_visible(frame, {"A": start})
    assert np.isinf(found.smallest_effect[0])
    assert (np.diff(found.smallest_effect[1:]) <= 1e-12).all()
    assert found.from_period is None


def test_a_large_effect_is_visible_at_once_and_a_small_one_never(weekly):
    frame, start = weekly(effect=0.0)
    large = when_visible(frame, {"A": start}, expected_effect=-50.0)
    assert large.from_period == frame["period"][91]
    assert when_visible(frame, {"A": start}, expected_effect=0.01).from_period is None


def test_the_smallest_effect_is_that_of_known_noise(weekly):
    frame, start = weekly(effect=0.0, rho=0.0, n=400, go_live=300)
    found = when_visible(frame[:300], {"A": start}, horizon=100)
    alone = when_visible(
        frame.assign(unit="B").pipe(lambda b: b[:300]).pipe(lambda b: _with(frame[:300], b)), {"A": start}, horizon=100
    )
    assert found.smallest_effect[-1] > 2.8 * np.sqrt(1 / 300 + 1 / 100) * 0.9
    assert alone.smallest_effect.shape == (100,)


def _with(first, second):
    import pandas as pd

    rng = np.random.default_rng(0)
    return pd.concat([first, second.assign(value=rng.normal(size=len(second)))])


def test_too_short_a_history_is_an_error(weekly):
    frame, start = weekly(n=20, go_live=5)
    with pytest.raises(InvalidInputError, match="8 periods"):
        when_visible(frame, {"A": start})

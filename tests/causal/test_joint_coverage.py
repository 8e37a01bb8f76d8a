"""Both intervals of two initiatives that meet cover at their level; roll-outs too alike are never told apart.

Judged by a binomial bound, as tests/causal/test_coverage.py; seeds are apart from those on which the limit was set.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter
from scipy.stats import binom

from models.causal import estimate_joint_effects

REPORT_SEED = 730_000
PERIODS = [date(2022, 1, 3) + timedelta(weeks=t) for t in range(104)]
ORDER = [(5 * unit) % 12 for unit in range(12)]
#: First treated weeks of either initiative on 12 units, and the run-up of both effects in weeks.
ROLL_OUTS = {
    "staggered": ([40 + 3 * at for at in ORDER], [60 + 3 * at for at in ORDER], 1),
    "unlike": ([40 + 3 * at for at in ORDER], [93 - 3 * at for at in ORDER], 1),
    "two_dates": ([40] * 8 + [104] * 4, [60] * 8 + [104] * 4, 1),
    "two_dates_run_up": ([40] * 8 + [104] * 4, [60] * 8 + [104] * 4, 13),
}
EFFECTS = (1.0, -1.5)


def _panel(seed, starts, run_up=1):
    """Return frame, go-lives and the effects of either initiative (n_units, n_periods); noise AR(1) of .5."""
    rng, t = np.random.default_rng(seed), np.arange(104)
    noise = lfilter([1.0], [1.0, -0.5], rng.standard_normal((12, 204)), axis=1)[:, 100:]
    values = 50.0 + rng.normal(size=104).cumsum() * 0.3 + noise
    truths = [
        effect * np.clip((t - np.array(start)[:, None] + 1) / run_up, 0.0, 1.0)
        for effect, start in zip(EFFECTS, starts, strict=True)
    ]
    values += sum(truths)
    frame = pd.DataFrame(
        {"unit": np.repeat([f"u{i}" for i in range(12)], 104), "period": PERIODS * 12, "value": values.ravel()}
    )
    go_lives = {
        name: {f"u{i}": PERIODS[at] for i, at in enumerate(start) if at < 104}
        for name, start in zip("AB", starts, strict=True)
    }
    return frame, go_lives, truths


def _truth(effect, truth):
    rows = [int(unit[1:]) for unit in effect.treated_units]
    positions = [PERIODS.index(period) for period in effect.effect_periods]
    return (effect.unit_exposure * truth[np.ix_(rows, positions)]).sum() / effect.exposure.sum()


def _assert_covers(kind, replicates):
    first, second, run_up = ROLL_OUTS[kind]
    covered = np.zeros(2, dtype=int)
    for i in range(replicates):
        frame, go_lives, truths = _panel(REPORT_SEED + i, (first, second), run_up)
        joint = estimate_joint_effects(frame, go_lives)
        for j, group in enumerate(joint.groups):
            assert group.initiatives == ("AB"[j],)
            average = group.result.average
            covered[j] += average.low <= _truth(group.result, truths[j]) <= average.high
            assert (group.result.p_value < 0.05) == (not average.spans_zero)
    assert covered.min() >= binom.ppf(0.001, replicates, 0.93), f"{kind}: {covered} of {replicates}"


@pytest.mark.parametrize("kind", ["two_dates", "two_dates_run_up"])
def test_reduced_study(kind):
    _assert_covers(kind, 30)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(ROLL_OUTS))
def test_full_study(kind):
    _assert_covers(kind, 400)


@pytest.mark.parametrize("lag", [0, 1, 4])
def test_roll_outs_too_alike_are_one_joint_effect_that_covers_the_sum(lag):
    covered = 0
    for i in range(12):
        start = ROLL_OUTS["two_dates"][0]
        frame, go_lives, truths = _panel(REPORT_SEED + i, (start, [min(at + lag, 104) for at in start]))
        (group,) = estimate_joint_effects(frame, go_lives).groups
        assert group.initiatives == ("A", "B")
        average = group.result.average
        covered += average.low <= _truth(group.result, truths[0] + truths[1]) <= average.high
    assert covered >= binom.ppf(0.001, 12, 0.93)

"""Holds results against the bars, by binomial bounds: a bar is missed when chance does not explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.stats import beta, binom
from scipy.stats import t as student

from models.causal.simulate_faults import FAULTS, FaultKind
from models.causal.validation.plan import GROUPS
from models.domain.validation import FamilyResult, RefusalResult, ValidationRecord, Verdict, VerdictState

#: The probability with which a method that stands exactly at a bar is told to have missed it.
CHANCE = 0.01
FLOOR, CEILING = 0.93, 0.98
#: The least true coverage where less is promised; a wandering level is hard to tell from an effect.
FLOORS = {
    **dict.fromkeys(("random_walk", "rollout_walk"), 0.915),
    **dict.fromkeys(
        ("local_level", "level_noise", "level_noise_ar", "level_noise_monthly", "rollout_local_level"), 0.90
    ),
}
MOST_FLAGS = 0.025
#: The largest mean width over the oracle's by group, for every sound family whose oracle is known. The oracle knows
#: shape and covariance: no bar is lowered for families in which these are hard to find.
WIDTH_BARS = {"series alone": 1.20, "comparison group": 1.12, "staggered roll-out": 1.05, "randomised": 1.12}
FAMILY_WIDTH_BARS = {"ar_08": 1.30}
#: Flags that are right: the panels do have what the check looks for.
RIGHT_FLAGS = dict.fromkeys(
    ("outliers", "rollout_outliers", "heavy_tails", "unit_heavy_tails", "one_heavy_tails", "rollout_heavy_tails"),
    frozenset({"outliers"}),
)
TREND_POWER, BREAK_POWER = 0.95, 0.90


def judge_family(result: FamilyResult, chance: float = CHANCE) -> tuple[Verdict, ...]:
    """Return the verdict on every bar that holds for a family."""
    if result.family in FAULTS:
        return tuple(_judge_fault(result, chance))
    return tuple(_judge_sound(result, chance))


def judge_record(record: ValidationRecord, chance: float = CHANCE) -> tuple[Verdict, ...]:
    """Return all verdicts on a record: families, then refusals."""
    families = [verdict for result in record.families for verdict in judge_family(result, chance)]
    return (*families, *(judge_refusal(result) for result in record.refusals))


def new_misses(verdicts: Iterable[Verdict], record: ValidationRecord | None) -> tuple[Verdict, ...]:
    """Return the verdicts that miss a bar which the record does not say is missed."""
    told = () if record is None else judge_record(record)
    documented = {(each.family, each.criterion) for each in told if each.state is VerdictState.MISSED}
    return tuple(
        each
        for each in verdicts
        if each.state is VerdictState.MISSED and (each.family, each.criterion) not in documented
    )


def judge_refusal(result: RefusalResult) -> Verdict:
    """Return the verdict on a case of refusal: always, or it is missed."""
    state = VerdictState.MET if result.as_expected == result.replicates else VerdictState.MISSED
    expected = f"refused by {result.rule}" if result.rule else "estimated"
    return Verdict(result.case, expected, f"{result.as_expected} of {result.replicates}", "always", state)


def coverage_interval(covered: int, estimated: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson 1934)."""
    tail = (1.0 - level) / 2.0
    low = float(beta.ppf(tail, covered, estimated - covered + 1)) if covered else 0.0
    high = float(beta.ppf(1.0 - tail, covered + 1, estimated - covered)) if covered < estimated else 1.0
    return low, high


def level_bars(level: float, floor: float = FLOOR, ceiling: float = CEILING) -> tuple[float, float]:
    """Return the bars of coverage at another level: those at .95 moved in log odds by as much."""
    nominal = _logit(0.95)
    return _logistic(_logit(level) + _logit(floor) - nominal), _logistic(_logit(level) + _logit(ceiling) - nominal)


def _judge_sound(result: FamilyResult, chance: float) -> Iterator[Verdict]:
    floor = FLOORS.get(result.family, FLOOR)
    for each in result.levels:
        low, high = level_bars(each.level, floor)
        yield _between(result, f"coverage at {each.level:.0%}", each.covered, low, high, chance)
    low, high = level_bars(result.level, floor)
    yield _between(result, "coverage, cumulative", result.covered_cumulative, low, high, chance)
    yield _verdict(
        result, "contradictions of p and interval", str(result.contradictions), "0", result.contradictions == 0
    )
    refused = result.replicates - result.estimated
    yield _verdict(result, "refused", f"{refused} of {result.replicates}", "0", refused == 0)
    bar = FAMILY_WIDTH_BARS.get(result.family, WIDTH_BARS[result.group])
    if result.width_mean is not None:
        state = _state(result.width_mean <= bar, result.width_mean - _room(result, chance) <= bar)
        yield Verdict(result.family, "mean width over oracle", f"{result.width_mean:.3f}", f"at most {bar:.2f}", state)
    right = RIGHT_FLAGS.get(result.family, frozenset())
    for flags in result.flags:
        if flags.check not in right:
            yield _at_most(result, f"false flags, {flags.check}", flags.flagged, MOST_FLAGS, chance)


def _room(result: FamilyResult, chance: float) -> float:
    """Return how far the mean width may lie above its true mean by chance (Student); without limit for one estimate."""
    if result.width_se is None:
        return float("inf")
    return float(student.ppf(1.0 - chance, result.estimated - 1)) * result.width_se


def _judge_fault(result: FamilyResult, chance: float) -> Iterator[Verdict]:
    fault = FAULTS[result.family]
    yield _verdict(
        result, "contradictions of p and interval", str(result.contradictions), "0", result.contradictions == 0
    )
    bar = {FaultKind.TREND: TREND_POWER, FaultKind.BREAK: BREAK_POWER}.get(fault.kind)
    if bar is None or fault.size_se < 5.0:
        return
    n, count = result.estimated, result.warned
    state = _state(count >= bar * n, count >= binom.ppf(chance, n, bar))
    yield Verdict(result.family, "warned", _share(count, n), f"at least {bar:.0%}", state)


def _between(result: FamilyResult, what: str, count: int, low: float, high: float, chance: float) -> Verdict:
    n = result.estimated
    is_met = low * n <= count <= high * n
    is_possible = bool(binom.ppf(chance, n, low) <= count <= binom.ppf(1.0 - chance, n, high))
    return Verdict(result.family, what, _share(count, n), f"{low:.1%} to {high:.1%}", _state(is_met, is_possible))


def _at_most(result: FamilyResult, what: str, count: int, bar: float, chance: float) -> Verdict:
    n = result.estimated
    is_possible = bool(count <= binom.ppf(1.0 - chance, n, bar))
    return Verdict(result.family, what, _share(count, n), f"at most {bar:.1%}", _state(count <= bar * n, is_possible))


def _verdict(result: FamilyResult, what: str, shown: str, bar: str, is_met: bool) -> Verdict:
    return Verdict(result.family, what, shown, bar, VerdictState.MET if is_met else VerdictState.MISSED)


def _state(is_met: bool, is_possible: bool) -> VerdictState:
    if is_met:
        return VerdictState.MET
    return VerdictState.WITHIN_CHANCE if is_possible else VerdictState.MISSED


def _share(count: int, n: int) -> str:
    return f"{count / n:.1%} ({count} of {n})" if n else "none"


def _logit(p: float) -> float:
    return float(np.log(p / (1.0 - p)))


def _logistic(x: float) -> float:
    return float(1.0 / (1.0 + np.exp(-x)))


def pooled_coverage(record: ValidationRecord) -> dict[str, tuple[int, int]]:
    """Return (covered, estimated) over the sound families of each group, and of all under ""."""
    sums = {group: [0, 0] for group in ("", *GROUPS)}
    for result in record.families:
        if result.family not in FAULTS:
            for key in ("", result.group):
                sums[key][0] += result.covered
                sums[key][1] += result.estimated
    return {group: (covered, n) for group, (covered, n) in sums.items() if n}

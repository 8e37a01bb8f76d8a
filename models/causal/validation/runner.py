"""Runs families of simulated panels, over processes if asked, and sums up what came of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np

from models.causal.validation.digest import digest_family
from models.causal.validation.plan import group_of
from models.causal.validation.replicate import FURTHER_LEVELS, Replicate, is_warned, run_replicate
from models.domain.effect import CheckStatus
from models.domain.validation import CheckFlags, FamilyResult, LevelCoverage

_CHUNK = 20
#: Starts `run_chunk` somewhere and gives a future of its replicates.
Submit = Callable[[str, Sequence[int], float], "Future[tuple[Replicate, ...]]"]


def run_chunk(family: str, seeds: Sequence[int], level: float) -> tuple[Replicate, ...]:
    """Return what came of the replicates with these seeds, in their order."""
    return tuple(run_replicate(family, seed, level) for seed in seeds)


def run_family(family: str, seeds: Sequence[int], level: float = 0.95, *, submit: Submit | None = None) -> FamilyResult:
    """Return the result of a family on the replicates of these seeds.

    Parameters
    ----------
    submit
        Where chunks of replicates are run; in this process if None. The result does not depend on it, but for CPU time.
    """
    chunks = [seeds[i : i + _CHUNK] for i in range(0, len(seeds), _CHUNK)]
    if submit is None:
        parts = [run_chunk(family, chunk, level) for chunk in chunks]
    else:
        futures = [submit(family, chunk, level) for chunk in chunks]
        try:
            parts = [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
    return sum_up(family, [replicate for part in parts for replicate in part], seeds[0], level)


@contextmanager
def process_pool(workers: int) -> Iterator[Submit]:
    """Give a `submit` that runs chunks in so many processes."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield lambda family, seeds, level: pool.submit(run_chunk, family, seeds, level)


def sum_up(family: str, replicates: Sequence[Replicate], first_seed: int, level: float) -> FamilyResult:
    """Return the result of a family from its replicates."""
    found = [each for each in replicates if each.rule is None]
    ratios = np.array([each.width_ratio for each in found if each.width_ratio is not None])
    is_known = ratios.size > 0
    return FamilyResult(
        family=family,
        group=group_of(family),
        digest=digest_family(family),
        first_seed=first_seed,
        replicates=len(replicates),
        estimated=len(found),
        levels=tuple(
            LevelCoverage(each, sum(one.covers[i] for one in found)) for i, each in enumerate((level, *FURTHER_LEVELS))
        ),
        covered_cumulative=sum(each.covers_cumulative for each in found),
        contradictions=sum(each.contradictions for each in found),
        bias=round(float(np.mean([each.error for each in found])), 4) if found else 0.0,
        width_mean=round(float(ratios.mean()), 4) if is_known else None,
        width_median=round(float(np.median(ratios)), 4) if is_known else None,
        width_se=round(float(ratios.std(ddof=1) / np.sqrt(ratios.size)), 5) if ratios.size > 1 else None,
        flags=_count_flags(found),
        warned=sum(is_warned(each) for each in found),
        grades=tuple(sorted(Counter(each.grade for each in found).items())),
        refusals=tuple(sorted(Counter(each.rule for each in replicates if each.rule is not None).items())),
        cpu_ms=round(1000.0 * float(np.median([each.cpu_s for each in replicates])), 1),
    )


def _count_flags(found: Sequence[Replicate]) -> tuple[CheckFlags, ...]:
    counts: dict[str, Counter[str]] = {}
    for each in found:
        for key, status in each.checks:
            counts.setdefault(key, Counter())[status] += 1
    return tuple(
        CheckFlags(key, counts[key][CheckStatus.REVIEW.value], counts[key][CheckStatus.FAIL.value])
        for key in sorted(counts)
    )

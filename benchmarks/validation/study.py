"""The validation study in full: families, peers, the stored record, docs/methods/validation.md and its pictures.

    python -m benchmarks.validation.study [--replicates N] [--peer-replicates N] [--workers N] [--family F ...]
        [--record PATH] [--no-peers] [--page-only]

It goes on where it stopped: a family or peer is run again only when the engine, its recipe or its replicates changed.
For the CausalImpact port, name the interpreter of an environment that has pycausalimpact in CAUSAL_IMPACT_PYTHON.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from benchmarks.validation.page import write_page
from benchmarks.validation.peers import Peer, run_peer
from models.causal import ENGINE_VERSION
from models.causal.families import ALL_FAMILIES
from models.causal.validation.digest import digest_family
from models.causal.validation.judgement import judge_record
from models.causal.validation.plan import REPLICATES, REPORT_SEED, replicates_of
from models.causal.validation.record import read_record, stored_path, with_peer, write_record
from models.causal.validation.runner import process_pool
from models.causal.validation.study import StudyPlan, run_study
from models.causal.validation.tables import not_met_rows, text_table
from models.domain.validation import PeerResult, ValidationRecord

#: Before the workers start, so that each keeps to its core.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")


def main() -> None:
    """Run what the record lacks and write record, page and pictures."""
    wanted = _arguments()
    for name in THREADS:
        os.environ.setdefault(name, "1")
    with suppress(KeyboardInterrupt):
        if not wanted.page_only:
            _run(wanted)
    record = read_record(wanted.record)
    if record is None:
        print("nothing is recorded yet")
        return
    write_page(record)
    print(text_table(("family", "bar", "found", "verdict"), not_met_rows(judge_record(record))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.validation.study")
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--peer-replicates", type=int, default=400)
    parser.add_argument("--seed", type=int, default=REPORT_SEED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--family", action="append", choices=tuple(ALL_FAMILIES))
    parser.add_argument("--record", type=Path, default=stored_path())
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--page-only", action="store_true")
    return parser.parse_args()


def _run(wanted: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    families = wanted.family or tuple(ALL_FAMILIES)
    plan = StudyPlan(
        {family: replicates_of(family, wanted.replicates) for family in families},
        now.date(),
        ENGINE_VERSION,
        first_seed=wanted.seed,
        guess_replicates=min(1_000, wanted.replicates),
        refusal_replicates=min(100, wanted.replicates),
    )
    with process_pool(wanted.workers) as submit:
        record = run_study(plan, wanted.record, submit=submit, report=_say)
    if not wanted.no_peers:
        _run_peers(record, wanted)


def _run_peers(record: ValidationRecord, wanted: argparse.Namespace) -> None:
    """Run the peers that the record lacks, each family as one task over the processes."""
    tasks = {}
    for group in ("series", "panels"):
        for peer, family, replicates in peer_tasks(group):
            count = min(replicates, wanted.peer_replicates)
            if not any(_is_current(each, peer, family, wanted.seed, count) for each in record.peers):
                tasks[peer, family] = (group, count)
    families = {each.family for each in record.families}
    with ProcessPoolExecutor(wanted.workers, mp_context=get_context("spawn")) as pool:
        futures: dict[tuple[str, str], Future[PeerResult]] = {
            (peer, family): pool.submit(run_peer_task, group, peer, family, wanted.seed, count)
            for (peer, family), (group, count) in tasks.items()
            if family in families
        }
        for i, ((peer, family), future) in enumerate(futures.items(), start=1):
            result = future.result()
            record = with_peer(record, result)
            write_record(record, wanted.record)
            _say(f"[peers {i}/{len(futures)}] {peer}, {family}: {result.coverage:.1%} of {result.estimated} covered")
    known = {(peer, family) for group in ("series", "panels") for peer, family, _ in peer_tasks(group, is_all=True)}
    record = replace(record, peers=tuple(each for each in record.peers if (each.peer, each.family) in known))
    write_record(record, wanted.record)


def peer_tasks(group: str, *, is_all: bool = False) -> list[tuple[str, str, int]]:
    """Return (peer, family, replicates) of a group of peers; `is_all` with those that need another interpreter."""
    return [
        (peer.name, family, peer.replicates)
        for peer in _peers(group, is_all=is_all).values()
        for family in peer.families
    ]


def run_peer_task(group: str, peer: str, family: str, first_seed: int, replicates: int) -> PeerResult:
    """Return what a peer, by name, makes of a family."""
    return run_peer(_peers(group)[peer], family, range(first_seed, first_seed + replicates))


def _peers(group: str, *, is_all: bool = False) -> dict[str, Peer]:
    if group == "series":
        from benchmarks.validation.peers_series import series_peers  # noqa: PLC0415  # peers are slow to import

        return {peer.name: peer for peer in series_peers(is_all=is_all)}
    from benchmarks.validation.peers_panels import panel_peers  # noqa: PLC0415

    return {peer.name: peer for peer in panel_peers()}


def _is_current(result: PeerResult, peer: str, family: str, first_seed: int, replicates: int) -> bool:
    found = (result.peer, result.family, result.first_seed, result.replicates, result.digest)
    return found == (peer, family, first_seed, replicates, digest_family(family))


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()

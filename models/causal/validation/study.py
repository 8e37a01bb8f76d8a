"""The study: families one after the other, each kept as soon as it is done, none run again that nothing changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from models.causal.families import ALL_FAMILIES
from models.causal.validation.digest import digest_engine, digest_family
from models.causal.validation.guess import SCENARIOS, run_guess
from models.causal.validation.plan import REPORT_SEED
from models.causal.validation.record import read_record, with_family, with_guess, write_record
from models.causal.validation.refusals import run_refusals
from models.causal.validation.runner import Submit, run_family
from models.domain.validation import FamilyResult, ValidationRecord

GUESS_REPLICATES = 1_000
REFUSAL_REPLICATES = 100
LEVEL = 0.95

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """What a study runs: families with their replicates, from which seed, and when it is made."""

    replicates: dict[str, int]
    made_on: date
    engine_version: int
    first_seed: int = REPORT_SEED
    guess_replicates: int = GUESS_REPLICATES
    refusal_replicates: int = REFUSAL_REPLICATES


def run_study(plan: StudyPlan, path: Path, *, submit: Submit | None, report: Report) -> ValidationRecord:
    """Run what the record at `path` lacks, keep it there family by family, return the whole.

    Families that are not in the plan are left out of the record. An interruption keeps what is done.
    """
    empty = ValidationRecord(plan.engine_version, plan.made_on)
    record = replace(read_record(path) or empty, engine_version=plan.engine_version, made_on=plan.made_on)
    record = replace(record, families=tuple(each for each in record.families if each.family in plan.replicates))
    kept = {each.family for each in record.families if is_current(each, plan)}
    missing = [family for family in plan.replicates if family not in kept]
    report(f"{len(kept)} of {len(plan.replicates)} families are up to date")
    started, work_done = time.monotonic(), 0.0
    work = {family: _work_of(record, family, plan) for family in missing}
    for i, family in enumerate(missing, start=1):
        seeds = range(plan.first_seed, plan.first_seed + plan.replicates[family])
        result = run_family(family, seeds, LEVEL, submit=submit)
        record = in_order(with_family(record, result))
        write_record(record, path)
        work_done += work[family]
        left = (time.monotonic() - started) * (sum(work.values()) - work_done) / work_done
        report(f"[{i}/{len(missing)}] {sentence_of(result)}; about {left / 60:.0f} min left")
    record = _run_beside(record, plan, report)
    write_record(record, path)
    return record


def is_current(result: FamilyResult, plan: StudyPlan) -> bool:
    """Tell whether a kept result is what the plan would find again."""
    return (result.digest, result.first_seed, result.replicates) == (
        digest_family(result.family),
        plan.first_seed,
        plan.replicates[result.family],
    )


def in_order(record: ValidationRecord) -> ValidationRecord:
    """Return a record with its families in the order of ALL_FAMILIES."""
    order = {family: i for i, family in enumerate(ALL_FAMILIES)}
    return replace(record, families=tuple(sorted(record.families, key=lambda each: order[each.family])))


def sentence_of(result: FamilyResult) -> str:
    """Return a result in one line."""
    width = "" if result.width_mean is None else f", width {result.width_mean:.2f} x oracle"
    return (
        f"{result.family}: {result.coverage:.1%} of {result.estimated} covered{width}, "
        f"{result.warned} warned, {result.cpu_ms:.0f} ms"
    )


def _work_of(record: ValidationRecord, family: str, plan: StudyPlan) -> float:
    """Return about how much CPU a family takes, from its last run where there was one."""
    known = [each.cpu_ms for each in record.families if each.family == family]
    return plan.replicates[family] * (known[0] if known else 40.0)


def _run_beside(record: ValidationRecord, plan: StudyPlan, report: Report) -> ValidationRecord:
    engine = digest_engine()
    for scenario in SCENARIOS:
        wanted = (engine, plan.guess_replicates, plan.first_seed)
        if wanted not in {(e.digest, e.replicates, e.first_seed) for e in record.guesses if e.scenario == scenario}:
            seeds: Sequence[int] = range(plan.first_seed, plan.first_seed + plan.guess_replicates)
            record = with_guess(record, run_guess(scenario, seeds))
            report(f"usage multiplied by defaults, {scenario}: done")
    record = replace(record, guesses=tuple(each for each in record.guesses if each.scenario in SCENARIOS))
    report(f"refusals: {plan.refusal_replicates} replicates of each case")
    return replace(record, refusals=run_refusals(range(plan.first_seed, plan.first_seed + plan.refusal_replicates)))

"""The command that holds the engine to account on this machine: validate."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

from dashboard.cli.context import says_errors
from models.causal import ENGINE_VERSION
from models.causal.families import ALL_FAMILIES
from models.causal.simulate import FAMILIES
from models.causal.validation.judgement import judge_family, judge_refusal, new_misses, pooled_coverage
from models.causal.validation.plan import OWN_SEED
from models.causal.validation.record import read_stored_record
from models.causal.validation.refusals import run_refusals
from models.causal.validation.runner import process_pool, run_family
from models.causal.validation.tables import (
    FAMILY_COLUMNS,
    FAULT_COLUMNS,
    family_rows,
    fault_rows,
    not_met_rows,
    text_table,
)
from models.domain.errors import NotFoundError
from models.domain.validation import FamilyResult, Verdict, VerdictState

#: Few replicates are judged leniently: a method that stands exactly at a bar misses it once in a thousand runs.
CHANCE = 0.001
QUICK_REPLICATES = 20


@click.command()
@click.option("--family", "families", multiple=True, help="A family of simulated panels; may be given several times.")
@click.option(
    "--replicates", type=click.IntRange(min=1), help="Panels of each family; 20 without it, 200 of a --family."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=OWN_SEED,
    help="First seed, 1000000 without it; the record's own is 2000000.",
)
@click.option(
    "--level", type=click.FloatRange(0.01, 0.999), default=0.95, help="Level of the intervals, 0.95 without it."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, help="Processes, 2 without it; results do not depend on it."
)
@click.option("--list", "is_list", is_flag=True, help="Name the families and stop.")
@says_errors
def validate(
    families: tuple[str, ...], replicates: int | None, seed: int, level: float, workers: int, is_list: bool
) -> None:
    """Simulate panels whose true effect is known and count how often the intervals hold it.

    Without --family: a few panels of every core family, the rules that refuse, and what the stored record says. Exit
    status 1 if a bound fails beyond chance that the record does not say is missed.
    """
    if is_list:
        click.echo("\n".join(ALL_FAMILIES))
        return
    unknown = [family for family in families if family not in ALL_FAMILIES]
    if unknown:
        raise NotFoundError(f"there is no family '{unknown[0]}'; tieout validate --list names them")
    count = replicates or (200 if families else QUICK_REPLICATES)
    results = _run(families or tuple(FAMILIES), range(seed, seed + count), level, workers)
    verdicts = [verdict for each in results for verdict in judge_family(each, CHANCE)]
    for columns, rows in ((FAMILY_COLUMNS, family_rows(results, CHANCE)), (FAULT_COLUMNS, fault_rows(results))):
        if rows:
            click.echo(text_table(columns, rows))
    if not families:
        refusals = run_refusals(range(seed, seed + count))
        verdicts += [judge_refusal(each) for each in refusals]
        click.echo(f"refusals: {sum(each.as_expected for each in refusals)} of {count * len(refusals)} as they must be")
        click.echo(_stored_sentence())
    sys.exit(_say_missed(verdicts))


def _run(families: Iterable[str], seeds: Sequence[int], level: float, workers: int) -> list[FamilyResult]:
    if workers == 1 or len(seeds) * len(tuple(families)) < 40:
        return [run_family(family, seeds, level) for family in families]
    with process_pool(workers) as submit:
        return [run_family(family, seeds, level, submit=submit) for family in families]


def _say_missed(verdicts: Iterable[Verdict]) -> int:
    """Print the bars that are missed beyond chance; return the exit status."""
    missed = [each for each in verdicts if each.state is VerdictState.MISSED]
    if not missed:
        click.echo("no bound failed")
        return 0
    click.echo(text_table(("family", "bar", "found", "verdict"), not_met_rows(missed)))
    if new_misses(missed, read_stored_record()):
        return 1
    click.echo("the stored study says so of each")
    return 0


def _stored_sentence() -> str:
    record = read_stored_record()
    if record is None:
        return "no study is stored with this version"
    covered, n = pooled_coverage(record).get("", (0, 0))
    stale = "" if record.engine_version == ENGINE_VERSION else f"; the engine here is version {ENGINE_VERSION}"
    return (
        f"stored study of {record.made_on.isoformat()}, engine version {record.engine_version}{stale}: "
        f"{covered:,} of {n:,} intervals held the truth ({covered / n:.1%})"
    )

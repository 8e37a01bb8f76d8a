"""The stored study as the page on it shows it: nothing of it is a company's own, every role may see it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.causal import ENGINE_VERSION
from models.causal.simulate_faults import FAULTS
from models.causal.validation.judgement import (
    CEILING,
    FLOOR,
    MOST_FLAGS,
    judge_record,
    pooled_coverage,
)
from models.causal.validation.record import read_record, stored_path
from models.domain.people import Permission, Person, require
from models.domain.validation import FamilyResult, ValidationRecord, Verdict, VerdictState


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """The sound families of one kind of data: how many, how often their intervals held the truth, lowest first."""

    group: str
    covered: int
    estimated: int
    families: tuple[FamilyResult, ...]


@dataclass(frozen=True, slots=True)
class FlagRate:
    """How often a check did not pass on sound data: over all families, and in the family with most."""

    check: str
    flagged: int
    estimated: int
    worst_family: str
    worst_rate: float


@dataclass(frozen=True, slots=True)
class PowerRow:
    """How often a fault before go-live was warned of, by its size in oracle standard errors."""

    fault: str
    base: str
    size_se: float
    warned: int
    estimated: int


@dataclass(frozen=True, slots=True)
class ValidationView:
    """The study, summed up for a reader; `is_other_engine` tells that the engine running here is another version."""

    record: ValidationRecord
    is_other_engine: bool
    covered: int
    estimated: int
    groups: tuple[GroupCoverage, ...]
    flags: tuple[FlagRate, ...]
    power: tuple[PowerRow, ...]
    missed: tuple[Verdict, ...]
    n_verdicts: int
    n_contradictions: int
    bars: tuple[float, float]
    most_flags: float


def validation_view(person: Person, path: Path | None = None) -> ValidationView | None:
    """Return the stored study, None if none came with this version.

    Raises
    ------
    NotPermittedError
        If the person's role may not see methods.
    """
    require(person, Permission.VIEW_METHODS)
    where = path or stored_path()
    return _view(where, where.stat().st_mtime_ns) if where.exists() else None


@lru_cache(maxsize=4)
def _view(path: Path, _changed_at: int) -> ValidationView | None:
    record = read_record(path)
    if record is None or not any(each.family not in FAULTS and each.estimated for each in record.families):
        return None
    pooled = pooled_coverage(record)
    sound = [each for each in record.families if each.family not in FAULTS and each.estimated]
    verdicts = judge_record(record)
    return ValidationView(
        record=record,
        is_other_engine=record.engine_version != ENGINE_VERSION,
        covered=pooled[""][0],
        estimated=pooled[""][1],
        groups=tuple(
            GroupCoverage(group, *counts, tuple(sorted(_of_group(sound, group), key=lambda each: each.coverage)))
            for group, counts in pooled.items()
            if group
        ),
        flags=_flag_rates(sound),
        power=tuple(
            PowerRow(
                FAULTS[each.family].kind.value,
                FAULTS[each.family].base,
                FAULTS[each.family].size_se,
                each.warned,
                each.estimated,
            )
            for each in record.families
            if each.family in FAULTS and each.estimated
        ),
        missed=tuple(each for each in verdicts if each.state is VerdictState.MISSED),
        n_verdicts=len(verdicts),
        n_contradictions=sum(each.contradictions for each in record.families),
        bars=(FLOOR, CEILING),
        most_flags=MOST_FLAGS,
    )


def _of_group(sound: list[FamilyResult], group: str) -> list[FamilyResult]:
    return [each for each in sound if each.group == group]


def _flag_rates(sound: list[FamilyResult]) -> tuple[FlagRate, ...]:
    checks = sorted({flags.check for each in sound for flags in each.flags})
    rates = []
    for check in checks:
        looked = [each for each in sound if any(flags.check == check for flags in each.flags)]
        worst = max(looked, key=lambda each: each.flagged(check) / each.estimated)
        rates.append(
            FlagRate(
                check,
                sum(each.flagged(check) for each in looked),
                sum(each.estimated for each in looked),
                worst.family,
                worst.flagged(check) / worst.estimated,
            )
        )
    return tuple(sorted(rates, key=lambda rate: -rate.flagged / rate.estimated))

"""The record of the study as JSON: kept after every family, so that a study goes on where it stopped."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.domain.validation import (
    CheckFlags,
    FamilyResult,
    GuessResult,
    LevelCoverage,
    PeerResult,
    RefusalResult,
    ValidationRecord,
)


def stored_path() -> Path:
    """Return where the record that the product shows lies."""
    return Path(str(files("models.causal.validation").joinpath("record.json")))


def read_stored_record() -> ValidationRecord | None:
    """Return the record that came with this version, None if there is none."""
    return read_record(stored_path())


def read_record(path: Path) -> ValidationRecord | None:
    """Return a record, None if there is no such file."""
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return ValidationRecord(
        engine_version=told["engine_version"],
        made_on=date.fromisoformat(told["made_on"]),
        families=tuple(_family(each) for each in told["families"]),
        peers=tuple(PeerResult(**each) for each in told["peers"]),
        refusals=tuple(RefusalResult(**each) for each in told["refusals"]),
        guesses=tuple(GuessResult(**(each | {"assumptions": tuple(each["assumptions"])})) for each in told["guesses"]),
    )


def write_record(record: ValidationRecord, path: Path) -> None:
    """Write a record whole, one result per line: a stop in the middle leaves the one before."""
    lines = [f'"engine_version": {record.engine_version}', f'"made_on": "{record.made_on.isoformat()}"']
    for name in ("families", "peers", "refusals", "guesses"):
        rows = ",\n".join(json.dumps(asdict(each), ensure_ascii=False) for each in getattr(record, name))
        lines.append(f'"{name}": [\n{rows}\n]')
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    part.replace(path)


def with_family(record: ValidationRecord, result: FamilyResult) -> ValidationRecord:
    """Return a record in which a family's result takes the place of its former one."""
    others = [each for each in record.families if each.family != result.family]
    return replace(record, families=(*others, result))


def with_peer(record: ValidationRecord, result: PeerResult) -> ValidationRecord:
    """Return a record in which a peer's result on a family takes the place of its former one."""
    others = [each for each in record.peers if (each.peer, each.family) != (result.peer, result.family)]
    return replace(record, peers=(*others, result))


def with_guess(record: ValidationRecord, result: GuessResult) -> ValidationRecord:
    """Return a record in which a guess's result takes the place of its former one."""
    others = [each for each in record.guesses if each.scenario != result.scenario]
    return replace(record, guesses=(*others, result))


def _family(told: dict[str, Any]) -> FamilyResult:
    nested = {
        "levels": tuple(LevelCoverage(**each) for each in told["levels"]),
        "flags": tuple(CheckFlags(**each) for each in told["flags"]),
        "grades": tuple((label, count) for label, count in told["grades"]),
        "refusals": tuple((rule, count) for rule, count in told["refusals"]),
    }
    return FamilyResult(**(told | nested))

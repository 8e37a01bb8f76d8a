"""validate: a plain table, exit 1 when a bound fails, and what the stored study says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dashboard.cli import validate as command
from models.causal.families import ALL_FAMILIES
from models.causal.validation.runner import run_family
from models.domain.validation import ValidationRecord
from tests.cli.conftest import Run

MODULE = "dashboard.cli.validate"


@pytest.fixture
def module() -> Any:
    """The module of the command, whose name its command takes in the package."""
    import importlib

    return importlib.import_module(MODULE)


def test_a_family_is_tried_and_told_in_a_table(tieout: Run) -> None:
    told = tieout("validate", "--family", "four_treated", "--replicates", 3, "--seed", 940_000, "--workers", 1)
    assert told.exit_code == 0
    head, _, row, verdict = told.output.splitlines()
    assert head.split()[:3] == ["family", "design", "replicates"]
    assert row.split()[0] == "four_treated"
    assert verdict == "no bound failed"
    assert command.name == "validate"


def test_an_unsound_family_is_told_by_its_warnings(tieout: Run) -> None:
    told = tieout("validate", "--family", "trend_5se_four_treated", "--replicates", 3, "--workers", 1)
    assert "pre_trend" in told.output.splitlines()[0]


def test_a_bound_that_fails_is_status_1(tieout: Run, module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run_family("four_treated", range(940_000, 940_003))
    monkeypatch.setattr(module, "run_family", lambda *_a, **_k: replace(result, contradictions=1))
    told = tieout("validate", "--family", "four_treated", "--replicates", 3, "--workers", 1)
    assert told.exit_code == 1
    assert "contradictions of p and interval: 0" in told.output
    as_stored = ValidationRecord(2, date(2026, 11, 20), (replace(result, contradictions=1),))
    monkeypatch.setattr(module, "read_stored_record", lambda: as_stored)
    told = tieout("validate", "--family", "four_treated", "--replicates", 3, "--workers", 1)
    assert told.exit_code == 0
    assert told.output.splitlines()[-1] == "the stored study says so of each"


def test_without_a_family_the_rules_are_tried_and_the_stored_study_told(
    tieout: Run, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAMILIES", {"four_treated": ALL_FAMILIES["four_treated"]})
    monkeypatch.setattr(module, "read_stored_record", lambda: None)
    told = tieout("validate", "--replicates", 3, "--workers", 1)
    assert told.exit_code == 0
    assert "refusals: 42 of 42 as they must be" in told.output
    assert "no study is stored with this version" in told.output


def test_an_unknown_family_is_a_sentence_and_the_list_names_all(tieout: Run) -> None:
    assert tieout("validate", "--family", "nope").stderr == (
        "tieout: there is no family 'nope'; tieout validate --list names them\n"
    )
    assert tieout("validate", "--list").output.split() == list(ALL_FAMILIES)

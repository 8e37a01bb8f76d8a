"""Of several files or numbers, one that fails hides none of the others; before init, a command says what to run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main

PASSWORD = "a long password"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"TIEOUT_PERSON": None})


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEOUT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TIEOUT_DATABASE_URL", raising=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    assert run("init", "--organisation", "Example AG").exit_code == 0
    for key, role in (("ana", "finance_analyst"), ("cora", "controller")):
        assert run("user", "add", key, key.title(), "--role", role, "--password", PASSWORD).exit_code == 0
    people, units = tmp_path / "people.csv", tmp_path / "units.csv"
    people.write_text("person,name\nkim,Kim\n")
    units.write_text("unit,name,entity\nA,Depot,E\n")
    return str(people), str(units)


@pytest.mark.parametrize("arguments", [["report", "portfolio"], ["estimate"], ["value"], ["user", "list"]])
def test_before_init_a_command_says_what_to_run(arguments: list[str]) -> None:
    found = run(*arguments)
    assert found.exit_code == 1
    assert "tieout init" in found.output
    assert found.output.count("\n") == 1


def test_each_approval_is_told_whatever_became_of_the_others(files: tuple[str, str]) -> None:
    taken = run("ingest", *files, "--as", "ana", "--format", "json")
    numbers = [str(each["extract_id"]) for each in json.loads(taken.stdout)]
    assert (taken.exit_code, numbers) == (0, ["1", "2"])
    mixed = run("approve", "1", "999", "2", "--as", "cora")
    assert mixed.exit_code == 1
    assert "people.csv (extract 1): Posted." in mixed.output
    assert "999: there is no extract 999" in mixed.output
    assert "units.csv (extract 2): Posted." in mixed.output
    again = run("approve", "1", "999", "--as", "cora", "--format", "json")
    assert again.exit_code == 1
    assert [each["given"] for each in json.loads(again.stdout)] == ["1", "999"]
    assert all(each["error"] for each in json.loads(again.stdout))

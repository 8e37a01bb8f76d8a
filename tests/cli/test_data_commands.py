"""init, ingest, approve, refuse: status, text and JSON, nothing kept of a trial, errors as one sentence."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.conftest import Run, run_in

GOOD = "business_unit,name\nBU,Operations\nBX,Sales\n"
BAD = "business_unit,name,colour\nBU,,red\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "business_units.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "business_units_bad.csv"
    path.write_text(BAD)
    return path


def sentence(result: Result) -> str:
    """The one sentence that a failed command says."""
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("tieout: ")
    return line


def count(data_dir: Path, table: str) -> int:
    connection = sqlite3.connect(data_dir / "tieout.sqlite")
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def test_init_makes_a_database_once(tmp_path: Path) -> None:
    first = run_in(tmp_path, "init", "--organisation", "Example AG", TIEOUT_TIMEZONE="Europe/London")
    assert (first.exit_code, first.stderr) == (0, "")
    assert "tieout user add" in first.output
    assert run_in(tmp_path, "init", TIEOUT_TIMEZONE="Europe/London").exit_code == 0
    assert run_in(tmp_path, "db", "check").exit_code == 0


def test_a_good_file_waits_and_is_posted_by_another(tieout: Run, good: Path) -> None:
    sent = tieout("ingest", good, "--as", "ana")
    assert (sent.exit_code, sent.stderr) == (0, "")
    assert "2 rows = 2 new + 0 changed + 0 same + 0 bad" in sent.output
    assert "next: tieout approve 1" in sent.output
    posted = tieout("approve", 1, "--as", "cora", "--format", "json")
    (document,) = json.loads(posted.output)
    assert (posted.exit_code, document["state"], document["load_seq"]) == (0, "posted", 1)
    assert "does not await approval" in sentence(tieout("approve", 1, "--as", "cora"))
    again = tieout("ingest", good, "--as", "ana")
    assert again.exit_code == 0
    assert "These very bytes are extract 1, which is posted. Nothing was changed." in again.output


def test_the_uploader_does_not_approve(tieout: Run, good: Path) -> None:
    assert tieout("ingest", good, "--as", "carl").exit_code == 0
    assert "another person" in sentence(tieout("approve", 1, "--as", "carl"))
    assert "may not approve" in sentence(tieout("approve", 1, "--as", "ana"))
    assert "no extract 99" in sentence(tieout("approve", 99, "--as", "cora"))


def test_a_bad_file_lists_every_finding_and_is_status_1(tieout: Run, bad: Path) -> None:
    text = tieout("ingest", bad, "--as", "ana")
    assert text.exit_code == 1
    found = [line for line in text.output.splitlines() if line.startswith("  error ")]
    assert len(found) >= 2
    document = json.loads(tieout("ingest", bad, "--as", "ana", "--dry-run", "--format", "json").output)[0]
    errors = [finding for finding in document["findings"] if finding["severity"] == "error"]
    assert {"code", "place", "found", "allowed", "advice"} <= set(errors[0])
    assert all(finding[field] for finding in errors for field in ("code", "found", "allowed", "advice"))
    assert document["state"] is None


def test_several_files_are_one_status(tieout: Run, good: Path, bad: Path) -> None:
    answer = tieout("ingest", good, bad, "--as", "ana", "--format", "json")
    assert answer.exit_code == 1
    assert [document["state"] for document in json.loads(answer.output)] == ["awaiting_approval", "checked"]


def test_a_trial_keeps_nothing(tieout: Run, data_dir: Path, good: Path, bad: Path) -> None:
    def kept() -> list[Any]:
        tables = ("extracts", "findings", "loads", "audit_events", "jobs", "business_units")
        files = [path for path in (data_dir / "content").rglob("*") if path.is_file()]
        return [*(count(data_dir, table) for table in tables), files]

    before = kept()
    answer = tieout("ingest", good, "--as", "ana", "--dry-run")
    assert answer.exit_code == 0
    assert "dry run" in answer.output
    assert "2 new" in answer.output
    assert tieout("ingest", bad, "--as", "ana", "--dry-run").exit_code == 1
    assert kept() == before


def test_who_acts_must_be_somebody_who_may(tieout: Run, good: Path) -> None:
    assert "nobody" in sentence(tieout("ingest", good, "--as", "nobody"))
    assert "may not upload" in sentence(tieout("ingest", good, "--as", "eve"))
    assert "may not upload" in sentence(tieout("ingest", good, "--as", "adam"))
    assert tieout("ingest", good).exit_code == 2
    assert tieout("ingest", good, TIEOUT_PERSON="ana").exit_code == 0


def test_files_and_kinds_that_do_not_exist_are_wrong_usage(tieout: Run, good: Path) -> None:
    assert tieout("ingest", "no-such-file.csv", "--as", "ana").exit_code == 2
    assert tieout("ingest", good.parent, "--as", "ana").exit_code == 2
    assert tieout("ingest", good, "--as", "ana", "--kind", "no_such_kind").exit_code == 2
    other = good.with_name("of_no_contract.csv")
    other.write_text("one,two\n1,2\n")
    assert tieout("ingest", other, "--as", "ana", "--dry-run").exit_code == 1
    assert tieout("ingest", good, "--as", "ana", "--kind", "business_units").exit_code == 0


def test_a_refused_file_keeps_its_reason(tieout: Run, good: Path) -> None:
    tieout("ingest", good, "--as", "ana")
    assert tieout("refuse", 1, "--as", "cora").exit_code == 2
    assert "may not" in sentence(tieout("refuse", 1, "--as", "eve", "--reason", "no"))
    assert tieout("refuse", 1, "--as", "cora", "--reason", "wrong month").exit_code == 0
    assert "refused" in sentence(tieout("approve", 1, "--as", "cora"))


def test_settings_that_cannot_be_used_are_one_sentence(tieout: Run) -> None:
    assert "TIEOUT_PORT" in sentence(tieout("user", "list", TIEOUT_PORT="eight"))
    assert "TIEOUT_TIMEZONE" in sentence(tieout("init", TIEOUT_TIMEZONE="Mars/Olympus"))
    assert "cannot be made" in sentence(tieout("user", "list", TIEOUT_DATABASE_URL="sqlite:////proc/no/such.db"))
    assert "cannot be read" in sentence(tieout("user", "list", TIEOUT_DATABASE_URL="nonsense"))
    assert "not on mysql" in sentence(tieout("user", "list", TIEOUT_DATABASE_URL="mysql://localhost/x"))
    gone = tieout("user", "list", TIEOUT_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert "cannot be reached" in sentence(gone)


def test_a_database_without_tables_says_what_to_run(tmp_path: Path) -> None:
    assert "tieout init" in sentence(run_in(tmp_path, "user", "list"))
    checked = run_in(tmp_path, "db", "check")
    assert checked.exit_code == 1
    assert "tieout db upgrade" in checked.output

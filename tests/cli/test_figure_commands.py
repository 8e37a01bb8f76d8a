"""estimate, value, report: what they say, in every format, and what they say when there is nothing."""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run_in
from tests.cli.test_data_commands import sentence

REPORTS = ("portfolio", "evidence", "ledger")
#: A word that only this report holds.
WORDS = {"portfolio": "tied out", "evidence": "L-AP", "ledger": "contractors", "initiative": "Contractor hours"}


def test_nothing_to_measure_says_so(tieout: Run) -> None:
    assert tieout("estimate").exit_code == 0
    valued = tieout("value")
    assert valued.exit_code == 0
    assert "Nothing to value yet" in valued.output
    for what in REPORTS:
        for form in ("text", "json", "csv"):
            assert "nothing has been valued yet" in sentence(tieout("report", what, "--format", form))
    sentence(tieout("report", "initiative", "AP"))
    sentence(tieout("estimate", "L-AP"))


@pytest.mark.parametrize("what", [*REPORTS, "initiative"])
def test_a_report_in_every_format(valued: Path, what: str) -> None:
    key = ("AP",) if what == "initiative" else ()
    answers = {form: run_in(valued, "report", what, *key, "--format", form) for form in ("text", "json", "csv")}
    assert {answer.exit_code for answer in answers.values()} == {0}
    assert {answer.stderr for answer in answers.values()} == {""}
    document = json.loads(answers["json"].output)
    assert (document["currency"], document["as_of"]) == ("EUR", "2026-09-30")
    rows = list(csv.DictReader(io.StringIO(answers["csv"].output)))
    assert rows
    assert all(None not in row and None not in row.values() for row in rows)
    assert "2026-09-30" in answers["text"].output
    assert WORDS[what] in answers["text"].output


def test_unchanged_inputs_are_not_measured_again(valued: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(valued, folder)
    before = run_in(folder, "report", "portfolio", "--format", "json").output
    assert "unchanged" in run_in(folder, "estimate").output
    assert run_in(folder, "estimate", "L-AP").exit_code == 0
    assert "Nothing has changed" in run_in(folder, "value").output
    assert run_in(folder, "report", "portfolio", "--format", "json").output == before
    assert "no benefit line" in sentence(run_in(folder, "estimate", "NO-SUCH"))


def test_a_report_as_known_on_a_day(valued: Path) -> None:
    assert "nothing has been valued" in sentence(run_in(valued, "report", "portfolio", "--as-known-on", "2020-01-01"))
    now = run_in(valued, "report", "portfolio", "--format", "json", "--as-known-on", "2099-01-01")
    assert json.loads(now.output)["as_known_on"] == "2099-01-01"
    assert run_in(valued, "report", "portfolio", "--as-known-on", "yesterday").exit_code == 2


def test_a_report_keeps_to_the_scope_of_who_asks(valued: Path) -> None:
    seen = json.loads(run_in(valued, "report", "portfolio", "--as", "eve", "--format", "json").output)
    assert {row["key"] for row in seen["initiatives"]} == {"AP", "CO", "PI", "NE"}
    nothing = json.loads(run_in(valued, "report", "portfolio", "--as", "olaf", "--format", "json").output)
    assert nothing["initiatives"] == []
    assert Decimal(nothing["realised"]["point"]) == 0
    assert "may not" in sentence(run_in(valued, "report", "portfolio", "--as", "adam"))
    assert "may not" in sentence(run_in(valued, "report", "ledger", "--as", "olaf"))
    assert "nobody" in sentence(run_in(valued, "report", "portfolio", "--as", "nobody"))
    hidden = sentence(run_in(valued, "report", "initiative", "AP", "--as", "olaf"))
    assert hidden.replace("AP", "ZZ") == sentence(run_in(valued, "report", "initiative", "ZZ", "--as", "olaf"))


def test_wrong_usage_of_reports(valued: Path) -> None:
    assert run_in(valued, "report").exit_code == 2
    assert run_in(valued, "report", "nonsense").exit_code == 2
    assert run_in(valued, "report", "initiative").exit_code == 2
    assert run_in(valued, "report", "portfolio", "--format", "xml").exit_code == 2

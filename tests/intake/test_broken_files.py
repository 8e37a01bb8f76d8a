"""Every finding code has a file that shows it, and every broken file gives exactly the findings expected."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.catalogue import CATALOGUE
from ingest.check import CheckedExtract, check_bytes
from ingest.known import Known, known_from_frames
from ingest.limits import Limits
from models.domain.period_state import PeriodAction, PeriodBook, PeriodEvent, read_book
from models.domain.policy import INITIAL_POLICY
from sample_data.broken.make import write_files

FOLDER = Path(__file__).parents[2] / "sample_data" / "broken"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(EXPECTED["today"])


@pytest.fixture(scope="module")
def posted() -> CheckedExtract:
    """What is posted before the broken files come."""
    checked = check_bytes(known_from_frames({}, today=TODAY), FOLDER / EXPECTED["known"], EXPECTED["known"])
    assert checked.findings == ()
    return checked


def known_with(posted: CheckedExtract, book: PeriodBook) -> Known:
    return known_from_frames({part.kind: part.frame for part in posted.parts}, today=TODAY, book=book)


@pytest.fixture
def known(posted: CheckedExtract) -> Known:
    return known_with(posted, PeriodBook())


def book_with(**closed: str) -> PeriodBook:
    """Fiscal periods closed as a file expects it: one soft-closed, all to another locked."""
    calendar = INITIAL_POLICY.calendar
    actions = {"locked_to": PeriodAction.LOCK, "soft_closed": PeriodAction.SOFT_CLOSE}
    spans = {name: calendar.parse_label(label) for name, label in closed.items()}
    return read_book(
        PeriodEvent(
            number, number, span.start_on, span.end_on, actions[name], "cora", "", datetime(2026, 10, 1, tzinfo=UTC)
        )
        for number, (name, span) in enumerate(spans.items(), 1)
    )


def found_in(checked: CheckedExtract) -> list[str]:
    return sorted(f"{finding.code} {finding.place}" for finding in checked.findings)


@pytest.mark.parametrize("name", EXPECTED["files"])
def test_file_gives_exactly_the_findings_expected(name: str, posted: CheckedExtract) -> None:
    expected = EXPECTED["files"][name]
    closed = {state: expected[state] for state in ("locked_to", "soft_closed") if state in expected}
    checked = check_bytes(known_with(posted, book_with(**closed)), FOLDER / name, name)
    assert found_in(checked) == sorted(expected["findings"])
    assert expected["code"] in {finding.code for finding in checked.findings}
    assert all(counts.is_balanced for counts in checked.counts)
    for finding in checked.findings:
        assert "{" not in finding.sentence
        assert finding.found
        assert finding.allowed
        assert finding.advice.endswith(".")


def test_every_code_has_a_file() -> None:
    shown = {file["code"] for file in EXPECTED["files"].values()} | set(EXPECTED["made_in_test"])
    assert shown == set(CATALOGUE)


def test_committed_files_are_those_the_script_makes(tmp_path: Path) -> None:
    write_files(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {name: (FOLDER / name).read_bytes() for name in made}


TWO_ROWS = b"kpi,unit,period,value\ninvoices,0012,2026-06,7\ninvoices,NA,2026-06,7\n"


@pytest.mark.parametrize(("limits", "code"), [(Limits(file_bytes=10), "FILE-002"), (Limits(rows=1), "FILE-008")])
def test_limits_are_findings(limits: Limits, code: str, known: Known) -> None:
    checked = check_bytes(known, TWO_ROWS, "kpi_observations.csv", limits=limits)
    assert [finding.code for finding in checked.findings if finding.code != "CTRL-003"] == [code]
    assert not checked.parts


def test_a_file_is_refused_by_its_size_before_it_is_read(tmp_path: Path, known: Known) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    checked = check_bytes(known, path, path.name)
    assert [finding.code for finding in checked.findings] == ["FILE-002"]


def test_a_parser_that_exceeds_its_limits_is_stopped(known: Known) -> None:
    content = (FOLDER / "known.xlsx").read_bytes()
    checked = check_bytes(known, content, "known.xlsx", limits=Limits(child_bytes=60_000_000))
    assert [finding.code for finding in checked.findings] == ["BOOK-011"]

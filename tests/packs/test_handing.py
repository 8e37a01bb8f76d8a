"""Packs are reached by page and command line, by who may, and the audit log says that they left."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pptx import Presentation

from dashboard.cli import main
from models.domain.people import Person, Role
from models.queries.audit import AuditFilter, list_audit_events
from models.store.unit_of_work import read
from tests.journeys.company_site import ADMINISTRATOR, EXECUTIVE, OWNER, Site

AUDITOR = Person("tomasz.zielinski", "Tomasz", Role.AUDITOR)


def events_of(site: Site) -> list[dict[str, object]]:
    with read(site.store) as session:
        found = list_audit_events(session, AUDITOR, AuditFilter(action="download_pack"))
    return [{"person": event.person, "kind": event.subject_key, **event.detail} for event in found]


@pytest.mark.parametrize(("kind", "ending"), [("workbook", "xlsx"), ("board", "pptx")])
def test_a_person_downloads_and_it_is_recorded(own_company: Site, kind: str, ending: str) -> None:
    answer = own_company.visitor(EXECUTIVE).get(f"/packs/{kind}?grade=E3")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f"tieout-filtered-2026-09-30.{ending}")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert zipfile.is_zipfile(io.BytesIO(answer.data))
    (event,) = events_of(own_company)
    assert event["person"] == EXECUTIVE
    assert event["kind"] == kind
    assert event["filters"] == "grade E3"
    assert event["sha256"] == hashlib.sha256(answer.data).hexdigest()
    assert event["size_bytes"] == len(answer.data)


def test_pages_lead_to_the_packs_of_what_they_show(company: Site) -> None:
    visitor = company.visitor(EXECUTIVE)
    page = json.dumps(visitor.draw("/", "?grade=E3").json)
    assert "/packs/workbook?grade=E3" in page
    assert "/packs/board?grade=E3" in page
    key = company.report()["initiatives"][0]["key"]
    assert f"/packs/board?initiative={key}" in json.dumps(visitor.draw(f"/initiatives/{key}").json)


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [
        (ADMINISTRATOR, "/packs/workbook", 403),
        (EXECUTIVE, "/packs/nothing", 404),
        (EXECUTIVE, "/packs/board?initiative=NOBODY", 404),
        (EXECUTIVE, "/packs/board?grade=E9", 400),
        (EXECUTIVE, "/packs/board?as_known_on=yesterday", 400),
        (OWNER, "/packs/workbook?as_known_on=2020-01-01", 404),
        ("", "/packs/workbook", 303),
    ],
)
def test_what_cannot_be_had_says_so(company: Site, person: str, path: str, status: int) -> None:
    company.app.server.testing = False
    assert company.visitor(person).get(path).status_code == status


def test_the_command_line_writes_the_same_packs(own_company: Site, tmp_path: Path) -> None:
    environment = {"TIEOUT_DATA_DIR": str(own_company.data_dir), "TIEOUT_DATABASE_URL": "", "TIEOUT_PERSON": ""}

    def run(*arguments: str) -> object:
        result = CliRunner().invoke(main, ["pack", *arguments], env=environment)
        assert result.exit_code == 0, result.output
        return result

    book, deck = tmp_path / "book.xlsx", tmp_path / "deck.pptx"
    run("workbook", "--out", str(book), "--as", OWNER)
    run("board", "--out", str(deck), "--initiative", "SHIFT", "--as-known-on", "2026-10-08")
    assert "Control" in openpyxl.load_workbook(book).sheetnames
    assert Presentation(str(deck)).slides[0].shapes.title.text_frame.text.startswith("Shift planning")
    assert {event["person"] for event in events_of(own_company)} == {OWNER, "operator"}
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["book.xlsx", "deck.pptx"]


def test_a_pack_that_cannot_be_made_leaves_no_file(own_company: Site, tmp_path: Path) -> None:
    environment = {"TIEOUT_DATA_DIR": str(own_company.data_dir), "TIEOUT_DATABASE_URL": "", "TIEOUT_PERSON": ""}
    target = tmp_path / "never.xlsx"
    result = CliRunner().invoke(
        main, ["pack", "workbook", "--out", str(target), "--initiative", "NOBODY"], env=environment
    )
    assert result.exit_code == 1
    assert "there is no initiative NOBODY" in result.output
    assert not target.exists()
    assert events_of(own_company) == []

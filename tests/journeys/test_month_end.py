"""An analyst sends a bad workbook, then the good one; a controller approves; the worker runs; the portfolio moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from models.actions.people import person_of
from models.queries.extracts import list_extracts
from models.store.unit_of_work import read
from tests.journeys.company_site import (
    ANALYST,
    CONTROLLER,
    SAMPLE,
    Browsing,
    Site,
    settle,
    visit,
)

pytestmark = pytest.mark.browser
CORRECTED = SAMPLE / "company_corrections" / "payroll_FY26-P09_corrected.xlsx"


@pytest.fixture
def bad_workbook(tmp_path: Path) -> Path:
    """The corrected payroll with a number in another grammar, a branch that does not exist, and a value left out."""
    book = openpyxl.load_workbook(CORRECTED)
    sheet = book["kpi_observations"]
    sheet["D3"] = "25.531,14"
    sheet["B7"] = "DE99"
    sheet["D11"] = None
    path = tmp_path / "payroll_FY26-P09_first_try.xlsx"
    book.save(path)
    return path


def drop(page: Any, path: Path) -> None:
    visit(page, "/uploads")
    page.wait_for_selector(".drop-zone[data-ready]")
    page.set_input_files("#file-pick", path)
    page.wait_for_url("**/uploads/*")
    page.wait_for_selector("#extract-content h1")
    settle(page)


def findings_on(page: Any) -> dict[str, dict[str, str]]:
    """Findings by their place."""
    rows = page.locator(".grid-findings .ag-center-cols-container .ag-row").all()
    cells = [
        {cell.get_attribute("col-id"): cell.inner_text() for cell in row.locator(".ag-cell").all()} for row in rows
    ]
    return {row["place"]: row for row in cells}


def tied_out_on(page: Any) -> str:
    """All digits of the leading tile of the portfolio."""
    visit(page, "/")
    return str(page.locator(".tile-main .tile-value").get_attribute("title"))


def digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit() or sign in ".-")


def test_a_month_end_from_the_bad_file_to_the_moved_figure(
    own_site: Site, browsing: Browsing, bad_workbook: Path
) -> None:
    before = own_site.report()
    analyst = browsing.enter(own_site, ANALYST)
    shown = tied_out_on(analyst)
    assert digits(shown) == before["tied_out"]["point"]

    drop(analyst, bad_workbook)
    assert "keep this file from posting" in analyst.inner_text("h1")
    found = findings_on(analyst)
    number, branch, empty = (found[f"kpi_observations!{cell}"] for cell in ("D3", "B7", "D11"))
    assert "25.531,14" in number["found"]
    assert (number["severity"], number["suggestion"]) == ("error", "25531.14")
    assert "DE99" in branch["found"]
    for row in (number, branch, empty):
        assert row["allowed"]
        assert row["advice"]
        assert row["code"].count("-") == 1
    assert analyst.locator("button#extract-approve").count() == 0
    assert own_site.work() == []
    assert own_site.report() == before

    drop(analyst, CORRECTED)
    assert analyst.inner_text("h1") == "88 rows are ready and wait for a second person"
    assert analyst.locator("button#extract-approve").count() == 0
    analyst.wait_for_selector("#extract-changes h2:has-text('What it would restate')")
    assert analyst.locator("#extract-changes tbody tr").count() == 1
    assert own_site.work() == []
    waiting = analyst.url.removeprefix(own_site.address)

    controller = browsing.enter(own_site, CONTROLLER, waiting)
    controller.click("button#extract-approve")
    controller.wait_for_selector(".notice-success")
    assert controller.inner_text("h1") == "Posted: 1 of 88 rows changed what is known"
    assert tied_out_on(controller) == shown, "a posting moves nothing before the worker has measured it"

    said = own_site.work()
    assert any("unchanged" in sentence for sentence in said)
    after = own_site.report()
    moved = tied_out_on(controller)
    assert moved != shown
    assert digits(moved) == after["tied_out"]["point"] != before["tied_out"]["point"]
    assert after["publication"] > before["publication"]
    points = [{row["key"]: row["realised"] for row in report["initiatives"]} for report in (before, after)]
    assert {key for key in points[0] if points[0][key] != points[1][key]} == {"SHIFT"}

    visit(controller, "/?as_known_on=2026-10-08")
    assert controller.locator(".tile-main .tile-value").get_attribute("title") == shown


def test_the_same_workbook_again_changes_nothing_and_says_so(own_site: Site, browsing: Browsing) -> None:
    before = own_site.report()
    analyst = browsing.enter(own_site, ANALYST, "/uploads")
    drop(analyst, SAMPLE / "company" / "payroll_FY26-P09.xlsx")
    assert "received before" in analyst.inner_text("#extract-content .notice")
    with read(own_site.store) as session:
        listed = list_extracts(session, person_of(session, CONTROLLER))
    assert len([row for row in listed if row.filename == "payroll_FY26-P09.xlsx"]) == 1
    assert own_site.work() == []
    assert own_site.report() == before


def test_a_refused_file_posts_nothing_and_keeps_the_reason(own_site: Site, browsing: Browsing) -> None:
    before = own_site.report()
    analyst = browsing.enter(own_site, ANALYST, "/uploads")
    drop(analyst, SAMPLE / "company_corrections" / "link_overtime_account.xlsx")
    where = analyst.url.removeprefix(own_site.address)
    controller = browsing.enter(own_site, CONTROLLER, where)
    controller.fill("#extract-reason", "The budget holder has not signed yet")
    controller.click("button#extract-refuse")
    controller.wait_for_selector("#extract-content .notice:has-text('Refused')")
    assert controller.locator("button#extract-approve").count() == 0
    visit(analyst, where)
    assert "The budget holder has not signed yet" in analyst.inner_text("main")
    with analyst.expect_download() as download:
        analyst.click("text=Original file")
    sent = SAMPLE / "company_corrections" / "link_overtime_account.xlsx"
    assert Path(download.value.path()).read_bytes() == sent.read_bytes()
    assert own_site.work() == []
    assert own_site.report() == before

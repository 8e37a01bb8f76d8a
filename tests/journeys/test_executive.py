"""An executive reads the portfolio, opens an initiative, and reaches the cell behind a figure in three clicks."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.journeys.company_site import EXECUTIVE, SAMPLE, Site, settle

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def click(page: Any, selector: str) -> None:
    before = page.url
    page.locator(selector).first.click()
    page.wait_for_function("before => location.href !== before", arg=before)
    page.wait_for_selector("h1:not(.brand)")
    settle(page)


def facts_on(page: Any) -> dict[str, str]:
    terms, values = page.locator(".facts dt").all_inner_texts(), page.locator(".facts dd").all_inner_texts()
    return dict(zip(terms, values, strict=True))


def row_of_file(filename: str, place: str) -> Mapping[str, Any]:
    """Read a row of the sample company where the page says that it is."""
    path = SAMPLE / "company" / filename
    if path.suffix == ".xlsx":
        name, _, row_no = place.partition("!")
        sheet = openpyxl.load_workbook(path)[name]
        heads, cells = ([cell.value for cell in sheet[at]] for at in (1, int(row_no)))
        return dict(zip(heads, cells, strict=True))
    number = int(place.split()[1])
    if path.suffix == ".parquet":
        found: Mapping[str, Any] = pq.read_table(path).slice(number - 1, 1).to_pylist()[0]
        return found
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))[number - 2]


def unit_of(name: str) -> str:
    """Resolve the alias under which a file may name a branch."""
    book = openpyxl.load_workbook(SAMPLE / "company" / "01_master_data.xlsx")
    rows = book["unit_aliases"].iter_rows(values_only=True)
    heads = next(rows)
    aliases = [dict(zip(heads, row, strict=True)) for row in rows]
    return next((str(row["unit"]) for row in aliases if row["alias"] == name), name)


def assert_the_file_says_so(page: Any) -> str:
    """Compare the row on the page with the file of the sample company; return the file's name."""
    filename, _, place = page.inner_text("h1").partition(", ")
    shown, found = facts_on(page), row_of_file(filename, place)
    assert shown["File"] == filename
    assert shown["Place"] == place
    assert (shown["kpi"].lower(), shown["unit"]) == (found["kpi"], unit_of(found["unit"]))
    assert Decimal(shown["value"].replace(",", "")) == Decimal(str(found["value"]))
    return str(filename)


def test_from_the_portfolio_over_an_initiative_to_the_cell(enter: Open, site: Site) -> None:
    page = enter(EXECUTIVE)
    report = site.report()
    name = next(row["name"] for row in report["initiatives"] if row["key"] == "AP-MATCH")
    assert "ties out to the P&L" in page.inner_text("h1")
    click(page, f"#grid-portfolio a:has-text('{name}'), .grid a:has-text('{name}')")
    assert page.url.endswith("/initiatives/AP-MATCH")
    click(page, ".trail a:has-text('KPI rows of')")
    click(page, ".grid-rows-kpi_observations a[href^='/lineage/row/']")
    assert_the_file_says_so(page)


def test_from_a_tile_to_the_cell_of_a_workbook(enter: Open) -> None:
    page = enter(EXECUTIVE, "/initiatives/SHIFT")
    click(page, ".tile-main a.tile-link")
    click(page, ".grid-lineage a[href*='/lineage/line/']")
    row = page.locator(".grid-rows-kpi_observations a[href^='/lineage/row/']:has-text('!')")
    if row.count() == 0:  # the newest rows stand on the last page of the table
        page.click(".grid-rows-kpi_observations .ag-paging-button[aria-label='Last Page']")
        settle(page)
    click(page, ".grid-rows-kpi_observations a[href^='/lineage/row/']:has-text('!')")
    assert assert_the_file_says_so(page).endswith(".xlsx")


def test_every_tile_and_every_ranked_amount_leads_to_rows(enter: Open, site: Site) -> None:
    page = enter(EXECUTIVE)
    targets = page.eval_on_selector_all(
        "main a[href^='/lineage']", "links => [...new Set(links.map(link => link.getAttribute('href')))]"
    )
    figures = {"tied_out", "net"}
    assert figures <= {target.split("figure=")[1].split("&")[0] for target in targets if "figure=" in target}
    nothing = {
        f"/lineage?figure={figure}&initiative={row['key']}"
        for row in site.report()["initiatives"]
        for figure in ("tied_out", "realised_cashable")
        if row[figure] is not None and Decimal(row[figure]["point"]) == 0
    }
    visitor = site.visitor(EXECUTIVE)
    for target in targets:
        path, _, search = target.partition("?")
        text = json.dumps(visitor.draw(path, f"?{search}" if search else "").get_json())
        leads_on = any(f"/lineage/{part}/" in text for part in ("line", "row", "ledger"))
        assert leads_on is not (target in nothing), target
        assert leads_on or "Nothing is summed here" in text, target


def test_an_executive_decides_nothing_about_files(enter: Open, site: Site) -> None:
    page = enter(EXECUTIVE)
    links = page.eval_on_selector_all("nav a", "links => links.map(link => link.getAttribute('href'))")
    assert "/uploads" not in links
    assert "/audit" not in links
    page.goto("/uploads/1")
    page.wait_for_selector("text=Your role does not include this page")
    visitor = site.visitor(EXECUTIVE)
    headers = {"X-CSRFToken": visitor.token()}
    answer = visitor.client.post("/uploads/files?filename=costs.csv", data=b"a,b\n", headers=headers)
    assert answer.status_code == 403
    assert json.loads(answer.text)["message"]

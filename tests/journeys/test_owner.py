"""An initiative owner sees their own initiatives alone: pages, links, exports, ids in addresses, totals."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dashboard.pages import PAGES
from models.domain.people import ROLE_PERMISSIONS, Role
from tests.journeys.company_site import CONTROLLER, MANIFEST, OWNER, Site, run_tieout
from tests.journeys.walking import hrefs_in, text_of, walk

OWN = {
    entry["initiative"] for person in MANIFEST["people"] if person["person"] == OWNER for entry in person["initiatives"]
}
NOTHING_HERE = "There is nothing at this address"
SPLITS = ("by_grade", "by_class", "by_tie_state")


@pytest.fixture(scope="module")
def everything(site: Site) -> dict[str, Any]:
    """What somebody without bounds is told."""
    return site.report()


@pytest.fixture(scope="module")
def foreign(site: Site, everything: dict[str, Any]) -> re.Pattern[str]:
    """Names and keys of the initiatives and benefit lines of others."""
    words = {row[field] for row in everything["initiatives"] if row["key"] not in OWN for field in ("key", "name")}
    words |= {row["benefit_line"] for row in site.report("evidence")["lines"] if row["initiative"] not in OWN}
    return re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + r")(?![\w-])")


def test_no_page_that_a_link_leads_to_names_anything_of_others(site: Site, foreign: re.Pattern[str]) -> None:
    assert len(set(foreign.findall(text_of(site.visitor(CONTROLLER), "/")))) > 20
    visitor, visited, seen = site.visitor(OWNER), 0, ""
    for href, text in walk(visitor):
        found = foreign.search(text)
        assert found is None, (href, text[max(0, found.start() - 200) : found.end() + 50])
        assert "could not be drawn" not in text, href
        visited += 1
        seen += text if href.startswith("/initiatives") else ""
    assert visited > 30
    assert all(f'"/initiatives/{key}"' in seen for key in OWN)


def test_an_id_in_an_address_answers_like_one_that_does_not_exist(site: Site, everything: dict[str, Any]) -> None:
    visitor = site.visitor(OWNER)
    lines = {row["initiative"]: row["benefit_line"] for row in site.report("evidence")["lines"]}
    for key in (row["key"] for row in everything["initiatives"] if row["key"] not in OWN):
        for template, search in (
            ("/initiatives/{key}", ""),
            ("/lineage", "?figure=tied_out&initiative={key}"),
            ("/lineage/line/{line}", ""),
            ("/lineage/line/{line}", "?period=FY26-P09"),
            ("/lineage/costs/{key}", ""),
            ("/lineage/claims/{key}", ""),
            ("/lineage/case/{key}", ""),
        ):
            names = {"key": key, "line": lines.get(key, "none")}
            answer = text_of(visitor, template.format(**names), search.format(**names))
            missing = text_of(visitor, template.format(key="NO-SUCH", line="NO-SUCH"), search.format(key="NO-SUCH"))
            assert NOTHING_HERE in answer, (template, key)
            assert answer == missing, (template, key)


def test_rows_and_files_behind_figures_of_others_are_closed(site: Site, everything: dict[str, Any]) -> None:
    controller, owner = site.visitor(CONTROLLER), site.visitor(OWNER)
    for key in (row["key"] for row in everything["initiatives"]):
        text = text_of(controller, f"/lineage/costs/{key}")
        rows = [href for href in hrefs_in(text) if href.startswith("/lineage/row/")][:2]
        for href in rows:
            path, _, search = href.partition("?")
            is_closed = NOTHING_HERE in text_of(owner, path, f"?{search}")
            assert is_closed is (key not in OWN), href
    for extract_id in (1, 9, 36):
        for name in ("original", "findings.csv", "bad-rows"):
            assert owner.client.get(f"/files/{extract_id}/{name}").status_code == 403
    for path in ("/ledger", "/ledger/freight_out", "/uploads", "/uploads/1", "/audit", "/memberships", "/people"):
        assert "Your role does not include this page" in text_of(owner, path), path


def test_the_ledger_of_a_line_is_not_reached_by_its_rows(site: Site) -> None:
    text = text_of(site.visitor(OWNER), "/lineage/ledger/freight_out")
    assert NOTHING_HERE in text or "Your role does not include this page" in text


def test_exports_hold_own_initiatives_alone(site: Site, foreign: re.Pattern[str]) -> None:
    visitor, allowed = site.visitor(OWNER), set()
    exports = [export for page in PAGES for export in page.exports]
    assert len(exports) >= 4
    for export in exports:
        figures = ("realised", "tied_out", "net", "measured") if export.name == "lineage" else ("",)
        for figure in figures:
            answer = visitor.client.get(f"/exports/{export.name}.csv", query_string={"figure": figure})
            assert answer.status_code in {200, 403, 404}, export.name  # 404: it asks for an initiative
            assert foreign.search(answer.text) is None, export.name
            if answer.status_code == 200:
                allowed.add(export.name)
    held = {export.name for export in exports if export.permission in ROLE_PERMISSIONS[Role.INITIATIVE_OWNER]}
    assert {"initiatives", "lineage"} <= allowed <= held
    assert not {"ledger", "periods", "policies", "spend", "true-ups"} & allowed
    rows = csv.DictReader(io.StringIO(visitor.client.get("/exports/initiatives.csv").text.removeprefix("\ufeff")))
    assert {row["initiative"] for row in rows} == OWN
    for key in ("LOAD", "NO-SUCH"):
        answer = visitor.client.get("/exports/lineage.csv", query_string={"figure": "realised", "initiative": key})
        assert answer.status_code == 404


def test_rows_of_grids_hold_own_initiatives_alone(site: Site) -> None:
    controller, owner = site.visitor(CONTROLLER), site.visitor(OWNER)
    (address,) = {f"/grids/{grid.name}.json" for page in PAGES for grid in page.grids}
    whole, own = (visitor.client.get(address) for visitor in (controller, owner))
    assert len(whole.get_json()) == 24
    assert {row["initiative"]["href"] for row in own.get_json()} == {f"/initiatives/{key}" for key in OWN}
    tags = {"controller": whole.headers["ETag"], "owner": own.headers["ETag"]}
    assert tags["controller"] != tags["owner"]
    assert owner.client.get(address, headers={"If-None-Match": tags["owner"]}).status_code == 304
    borrowed = owner.client.get(address, headers={"If-None-Match": tags["controller"]})
    assert (borrowed.status_code, borrowed.data) == (200, own.data)
    assert site.visitor().client.get(address).status_code == 401


def test_totals_are_the_sum_of_own_initiatives(site: Site, everything: dict[str, Any]) -> None:
    done = run_tieout(site.data_dir, "report", "portfolio", "--as", OWNER, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert {row["key"] for row in report["initiatives"]} == OWN
    whole = {row["key"]: row for row in everything["initiatives"]}
    for name in ("measured", "realised", "realised_cashable", "tied_out"):
        points = [Decimal(whole[key][name]["point"]) for key in OWN if whole[key][name] is not None]
        assert Decimal(report[name]["point"]) == sum(points)
    for name in ("invested", "claimed", "case_to_date"):
        assert Decimal(report[name]) == sum(Decimal(whole[key][name]) for key in OWN)
    for name in SPLITS:
        assert sum(map(Decimal, report[name].values())) == Decimal(report["realised"]["point"])


def test_filters_tell_nothing_of_others(site: Site, foreign: re.Pattern[str], everything: dict[str, Any]) -> None:
    visitor = site.visitor(OWNER)
    for search in ("?business_unit=sales", "?stage=pilot", "?grade=E4", "?grade=E2", "?initiatives=LOAD"):
        for path in ("/", "/initiatives"):
            assert foreign.search(text_of(visitor, path, search)) is None, (path, search)
    other = next(row["key"] for row in everything["initiatives"] if row["key"] not in OWN)
    done = run_tieout(site.data_dir, "report", "initiative", other, "--as", OWNER)
    missing = run_tieout(site.data_dir, "report", "initiative", "NO-SUCH", "--as", OWNER)
    assert (done.returncode, missing.returncode) == (1, 1)
    assert done.stderr.replace(other, "NO-SUCH") == missing.stderr


@pytest.mark.browser
def test_an_owner_finds_their_own_in_a_browser(enter: Callable[..., Any], foreign: re.Pattern[str]) -> None:
    page = enter(OWNER)
    links = page.eval_on_selector_all("nav a", "links => links.map(link => link.getAttribute('href'))")
    assert set(links) == {"/", "/initiatives", "/bridge", "/evidence", "/validation", "/overlaps", "/rates", "/lineage"}
    assert foreign.search(page.inner_text("body")) is None
    page.click(".grid a[href='/initiatives/ROUTE']")
    page.wait_for_url("**/initiatives/ROUTE")
    page.wait_for_selector("h1")
    assert foreign.search(page.inner_text("body")) is None
    page.goto("/initiatives/LOAD")
    page.wait_for_selector(f"text={NOTHING_HERE}")

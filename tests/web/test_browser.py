"""The pages in a real browser: journeys, keyboard, phones, both schemes, no violation, a silent console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from dashboard.components.cards import stack
from dashboard.components.figure_card import figure_card
from dashboard.components.tables import Column, TableData
from dashboard.context import current_person
from dashboard.figures import theme
from dashboard.figures.waterfall import Step, waterfall_with_base
from dashboard.page import Page
from dashboard.pages import PAGES
from models.domain.people import Permission

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
GOOD = """kpi,name,unit_of_measure,aggregation,behaviour,frequency,better
AHT,Average handling time,min,mean,flow,week,lower
INV,Invoices matched,count,sum,flow,month,higher
"""
BAD = GOOD.replace("Invoices matched,count,sum", ",count,total")
#: A page and somebody who may see it.
VISITS = (
    ("cora", "/"),
    ("cora", "/initiatives"),
    ("cora", "/ledger"),
    ("cora", "/evidence"),
    ("ana", "/uploads"),
    ("cora", "/uploads/1"),
    ("cora", "/lineage"),
    ("cora", "/lineage/row/1?part=1&row=2"),
    ("audra", "/audit"),
    ("cora", "/memberships"),
    ("adam", "/people"),
    ("eve", "/account"),
    ("eve", "/uploads"),
    ("eve", "/nowhere"),
)


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def settle(page: Any) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(350)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A good and a bad extract to drop."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "kpis.csv").write_text(GOOD)
    (tmp_path / "files" / "kpis_bad.csv").write_text(BAD)
    return tmp_path / "files"


def upload(page: Any, path: Path) -> None:
    page.goto("/uploads")
    page.wait_for_selector(".drop-zone[data-ready]")
    page.set_input_files("#file-pick", path)
    page.wait_for_url("**/uploads/*")
    settle(page)


def test_a_bad_then_a_good_file_and_a_second_person(open_page: Open, files: Path) -> None:
    ana = open_page("ana", "/uploads")
    upload(ana, files / "kpis_bad.csv")
    assert "keep this file from posting" in ana.inner_text("h1")
    assert "line 3" in ana.inner_text(".grid-findings")
    upload(ana, files / "kpis.csv")
    assert ana.inner_text("h1") == "2 rows are ready and wait for a second person"
    assert ana.locator("button#extract-approve").count() == 0
    where = ana.url
    cora = open_page("cora", where.removeprefix(where.split("/uploads")[0]))
    cora.click("button#extract-approve")
    cora.wait_for_selector(".notice-success")
    assert cora.inner_text("h1") == "Posted: 2 of 2 rows changed what is known"
    with cora.expect_download() as download:
        cora.click("text=Original file")
    assert Path(download.value.path()).read_text() == GOOD


def test_somebody_not_signed_in_sees_nothing(browser: Any, address: str) -> None:
    page = browser.new_page()
    for path in ("/", "/uploads", "/audit", "/_dash-layout"):
        page.goto(address + path)
        text = page.inner_text("body")
        assert "Sign in" in text
        assert "Portfolio" not in text
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation(open_page: Open, files: Path, scheme: str) -> None:
    ana = open_page("ana", "/uploads", scheme=scheme)
    upload(ana, files / "kpis.csv")
    cora = open_page("cora", "/uploads/1")
    cora.click("button#extract-approve")
    cora.wait_for_selector(".notice-success")
    upload(ana, files / "kpis_bad.csv")
    assert violations(ana) == []
    pages: dict[str, Any] = {"ana": ana}
    for person, path in VISITS:
        page = pages.setdefault(person, None) or open_page(person, "/account", scheme=scheme)
        pages[person] = page
        page.goto(path)
        settle(page)
        assert violations(page) == [], (path, scheme)
        assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == scheme


def test_the_sign_in_page_has_no_accessibility_violation(browser: Any, address: str) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address + "/sign-in")
        assert violations(page) == []
        page.fill("#person", "cora")
        page.fill("#password", "not the password")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert violations(page) == []
        page.close()


def test_pages_fit_a_phone(open_page: Open) -> None:
    page = open_page("cora", "/account", width=390)
    for path in ("/", "/uploads", "/lineage", "/audit", "/memberships", "/account"):
        page.goto(path)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.click(".phone-navigation summary")
    assert violations(page) == []
    page.click(".phone-navigation a:has-text('Audit log')")
    page.wait_for_selector("h1:has-text('audit log')")
    assert page.locator(".phone-navigation[open]").count() == 0


def test_the_keyboard_alone_reaches_content_and_signs_out(open_page: Open) -> None:
    page = open_page("cora", "/account")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.focus(".account-menu summary")
    page.keyboard.press("Enter")
    page.focus(".account-menu button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")


def test_the_scheme_is_switched_and_kept(open_page: Open) -> None:
    page = open_page("cora", "/account")
    page.click("#scheme-toggle")
    page.wait_for_selector("html[data-mantine-color-scheme=dark]")
    page.goto("/audit")
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"


def test_filters_are_in_the_address(open_page: Open) -> None:
    page = open_page("audra", "/audit")
    page.click("#audit-action")
    page.click("[role=option]:has-text('add account')")
    page.wait_for_url("**/audit?action=add_account")
    settle(page)
    assert set(page.locator(".grid-audit [col-id=action].ag-cell").all_inner_texts()) == {"add account"}
    page.click("#audit-verify")
    page.wait_for_selector(".notice-success")


def test_an_administrator_adds_somebody_and_a_controller_lets_them_see(open_page: Open) -> None:
    adam = open_page("adam", "/people")
    adam.fill("#people-key", "new.owner")
    adam.fill("#people-name", "New Owner")
    adam.fill("#people-password", "correct horse battery")
    adam.click("#people-add")
    adam.wait_for_selector(".notice-success")
    adam.goto("/memberships")
    adam.fill("#member-initiative", "AI-1")
    adam.click("#member-propose")
    adam.wait_for_selector("text=Proposed:")
    assert adam.locator("button:has-text('Approve')").count() == 0
    cora = open_page("cora", "/memberships")
    assert "1 membership waits" in cora.inner_text("h1")
    cora.click("button:has-text('Approve')")
    cora.wait_for_selector("text=The membership is approved")
    assert open_page("new.owner", "/account").inner_text("h1") == "Your account"


def test_a_changed_password_ends_other_sessions_and_keeps_this_one(open_page: Open) -> None:
    here, there = open_page("eve", "/account"), open_page("eve", "/account")
    here.fill("#account-current", "correct horse battery")
    here.fill("#account-new", "a longer phrase yet")
    here.fill("#account-again", "a longer phrase yet")
    here.click("#account-change")
    here.wait_for_selector(".notice-success")
    here.goto("/account")
    assert here.inner_text("h1") == "Your account"
    there.goto("/account")
    assert "/sign-in" in there.url


def _draw_chart(**_: str) -> Any:
    steps = [
        Step("Claimed", 10.0, "total", "10m", theme.fill_hatched()),
        Step("gap", -4.0, "change", "−4m", theme.fill_variance(False)),
        Step("Net", 6.0, "total", "6m", low=5.0, high=7.0),
    ]
    table = TableData(
        "Cascade",
        [Column("Step"), Column("EUR m", is_numeric=True)],
        [("Claimed", "10"), ("=gap", "−4")],
        raw=[("Claimed", 10.0), ("=gap", -4.0)],
    )
    chart = figure_card(
        waterfall_with_base(steps),
        name="cascade",
        title="4m is not measured",
        subtitle="EUR m",
        footer=f"as of today, {current_person().key}",
        table=table,
        filters="all",
    )
    return stack(chart)


CHART = Page("/chart", "Chart", Permission.VIEW_PORTFOLIO, _draw_chart, has_strip=False)


@pytest.fixture
def app_with_chart(settings: Any, sqlite_only_store: Any, clock: Any) -> Dash:
    """The application with a page that holds a chart."""
    from dashboard.app import create_app

    return create_app(settings, sqlite_only_store, clock=clock, pages=(*PAGES, CHART))


@pytest.mark.usefixtures("address")
class TestChart:
    """A chart has its table one key away, and downloads that carry title, footer and filters."""

    @pytest.fixture
    def app(self, app_with_chart: Dash) -> Dash:
        return app_with_chart

    def test_its_table_opens_by_one_key(self, open_page: Open) -> None:
        page = open_page("cora", "/account")
        page.goto("/chart")
        page.wait_for_selector(".js-plotly-plot .bars")
        page.focus(".figure-card summary")
        assert not page.is_visible(".figure-card table")
        page.keyboard.press("t")
        assert page.is_visible(".figure-card table")
        assert violations(page) == []
        assert "finance" in page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name).join(' ')")

    def test_its_downloads_carry_the_message(self, open_page: Open) -> None:
        page = open_page("cora", "/account", scheme="dark")
        page.goto("/chart")
        page.wait_for_selector(".js-plotly-plot .bars")
        contents = {}
        for kind in ("csv", "svg", "png"):
            with page.expect_download() as download:
                page.click(f"[data-download={kind}]")
            contents[kind] = Path(download.value.path()).read_bytes()
            assert download.value.suggested_filename == f"tieout-cascade.{kind}"
        csv = contents["csv"].decode("utf-8-sig")
        assert "'=gap,-4" in csv
        for text in (csv, contents["svg"].decode()):
            assert "4m is not measured" in text
            assert "as of today, cora" in text
            assert "all" in text
        assert contents["png"].startswith(b"\x89PNG")
        assert (
            theme.DARK[theme.PAPER].lower() in contents["svg"].decode().lower()
            or "rgb(22, 28, 38)" in contents["svg"].decode()
        )

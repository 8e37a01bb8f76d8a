"""Every page on real data: no violation in either scheme, no complaint, no sideways scroll, keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.demo import PASSWORD
from dashboard.pages import PAGES
from tests.journeys.company_site import (
    ADMINISTRATOR,
    ANALYST,
    CONTROLLER,
    EXECUTIVE,
    OWNER,
    Browsing,
    Site,
    settle,
    violations,
    visit,
)

pytestmark = pytest.mark.browser
Open = Callable[..., Any]

#: A person and the addresses they look at; together every page there is, on figures, rows and files of the company.
VISITS: dict[str, tuple[str, ...]] = {
    CONTROLLER: (
        "/",
        "/?stage=pilot",
        "/?as_known_on=2026-08-31",
        "/?as_known_on=2026-01-01",
        "/initiatives",
        "/initiatives/SHIFT",
        "/initiatives/AP-MATCH",
        "/initiatives/MASON",
        "/initiatives/HIRE",
        "/initiatives/TWIN",
        "/initiatives/SHIFT/evidence/SHIFT-AGENCY",
        "/initiatives/AP-MATCH/evidence/AP-MATCH-HOURS?part=holds",
        "/initiatives/AP-MATCH/evidence/AP-MATCH-HOURS?part=fitted",
        "/initiatives/RETURN/evidence/RETURN-COST?part=visible",
        "/bridge",
        "/bridge?stage=pilot",
        "/bridge/effect_size",
        "/initiatives/ROUTE/bridge",
        "/initiatives/KILN/bridge/unit_value",
        "/initiatives/TWIN/bridge",
        "/initiatives/ROUTE/bridge/cost_fx",
        "/initiatives/AP-MATCH/case-bridge",
        "/initiatives/AP-MATCH/unit-economics",
        "/initiatives/HIRE/hours",
        "/evidence",
        "/validation",
        "/rates",
        "/overlaps",
        "/spend",
        "/periods",
        "/policy",
        "/ledger",
        "/ledger/freight_out",
        "/uploads",
        "/uploads/1",
        "/uploads/38",
        "/lineage",
        "/lineage?figure=tied_out",
        "/lineage?figure=claimed&initiative=LOAD",
        "/lineage/line/SHIFT-AGENCY",
        "/lineage/line/SHIFT-AGENCY?period=FY26-P09",
        "/lineage/costs/SHIFT",
        "/lineage/claims/SHIFT",
        "/lineage/case/SHIFT",
        "/lineage/ledger/freight_out",
        "/lineage/row/1?part=1&row=2",
        "/audit",
        "/memberships",
        "/account",
        "/nowhere",
    ),
    ANALYST: ("/uploads", "/people", "/overlaps", "/spend", "/periods", "/policy"),
    ADMINISTRATOR: ("/people", "/memberships"),
    OWNER: (
        "/",
        "/bridge",
        "/initiatives/ROUTE/bridge",
        "/initiatives/ROUTE",
        "/initiatives/TRACK",
        "/overlaps",
        "/rates",
    ),
    EXECUTIVE: ("/", "/bridge", "/spend", "/periods", "/policy"),
}


def template_of(path: str) -> str | None:
    """The page that an address belongs to."""
    parts = path.partition("?")[0].split("/")
    for page in PAGES:
        pattern = page.path.split("/")
        if len(pattern) == len(parts) and all(
            one.startswith("<") or one == other for one, other in zip(pattern, parts, strict=True)
        ):
            return page.path
    return None


def test_the_visits_cover_every_page() -> None:
    visited = {template_of(path) for paths in VISITS.values() for path in paths}
    assert {page.path for page in PAGES} <= visited


@pytest.mark.parametrize("person", VISITS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_violation_or_a_complaint(enter: Open, person: str, scheme: str) -> None:
    page = enter(person, "/account", scheme=scheme)
    for path in VISITS[person]:
        visit(page, path)
        assert "could not be drawn" not in page.inner_text("main"), path
        assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == scheme
        assert violations(page) == [], (path, scheme)


def test_no_page_scrolls_sideways_on_a_phone(enter: Open) -> None:
    page = enter(CONTROLLER, "/account", width=390)
    for path in VISITS[CONTROLLER]:
        visit(page, path)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (path, over)
    visit(page, "/")
    assert violations(page) == []


def focused(page: Any) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        "(() => { const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);"
        "return {text: one.innerText || one.getAttribute('aria-label') || '', href: one.getAttribute('href'),"
        "id: one.id, tag: one.tagName, isSeen: box.width > 0 && box.height > 0,"
        "ring: style.outlineStyle !== 'none' || style.boxShadow !== 'none'}; })()"
    )
    return found


def tab_to(
    page: Any, is_wanted: Callable[[dict[str, Any]], bool], *, key: str = "Tab", most: int = 60
) -> dict[str, Any]:
    """Press a key until the wanted element has the focus."""
    for _ in range(most):
        page.keyboard.press(key)
        found = focused(page)
        if is_wanted(found):
            return found
    raise AssertionError(f"{most} presses of {key} did not reach it; the focus is on {focused(page)}")


def test_signing_in_and_reading_by_keyboard_alone(site: Site, browsing: Browsing) -> None:
    page = browsing.blank(site)
    page.goto("/")
    page.wait_for_function("document.activeElement.id === 'person'")
    page.keyboard.type(CONTROLLER)
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.id === 'password'")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:not(.brand)")
    settle(page)

    page.keyboard.press("Tab")
    assert focused(page)["text"] == "Skip to content"
    link = tab_to(page, lambda found: found["href"] == "/ledger")
    assert link["isSeen"]
    assert link["ring"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/ledger")
    settle(page)
    tab_to(page, lambda found: found["href"] == "/", key="Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("location.pathname === '/'")
    settle(page)

    tile = tab_to(page, lambda found: "figure=tied_out" in (found["href"] or ""))
    assert tile["ring"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/lineage?figure=tied_out")
    settle(page)
    page.focus(".grid-lineage .ag-header-cell")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('col-id')") == "rows"


def test_the_data_of_a_chart_is_one_key_away(enter: Open) -> None:
    page = enter(EXECUTIVE)
    card = page.locator(".figure-card").first
    card.locator("summary").first.focus()
    assert card.locator("table").count() == 0 or not card.locator("table").first.is_visible()
    page.keyboard.press("t")
    assert card.locator("table").first.is_visible()
    assert violations(page) == []

"""Somebody who is not signed in sees nothing: no route, no callback, no page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.auth.denial import OPEN_PATHS
from dashboard.demo import PASSWORD
from models.actions.people import disable_account
from models.domain.people import OPERATOR
from tests.journeys.company_site import CONTROLLER, MANIFEST, MORNING, Browsing, Site, settle
from tests.journeys.walking import callback_request, walk

REAL = {"extract_id": 1, "name": "initiatives", "path": "initiatives/SHIFT", "filename": "grid.js"}
#: Words that only somebody signed in may read.
SECRETS = ("Varnholt", "realised", "contractor", "payroll", "Portfolio", "EUR")


def routes_of(site: Site) -> Iterator[tuple[str, str]]:
    """Every method and path of the server, with ids that exist."""
    rules = list(site.app.server.url_map.iter_rules())
    adapter = site.app.server.url_map.bind("localhost")
    for rule in rules:
        path = adapter.build(rule.endpoint, {name: REAL.get(name, "dash") for name in rule.arguments})
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            yield method, path


def assert_nothing_shown(text: str, where: Any) -> None:
    for word in SECRETS:
        assert word not in text, where


def test_every_route_is_closed(site: Site) -> None:
    visitor, routes = site.visitor(), set(routes_of(site))
    assert {("POST", "/uploads/files"), ("GET", "/files/1/original"), ("GET", "/exports/initiatives.csv")} <= routes
    assert len(routes) > 20
    for method, path in sorted(routes):
        for accept in ("text/html", "application/json", "*/*"):
            answer = visitor.client.open(path, method=method, headers={"Accept": accept}, buffered=True)
            if path in OPEN_PATHS:
                assert_nothing_shown(answer.text, path)
                continue
            assert answer.status_code in {303, 401}, (method, path)
            assert_nothing_shown(answer.text, path)


def test_every_page_that_a_controller_can_reach_is_closed(site: Site) -> None:
    visitor = site.visitor()
    hrefs = [href for href, _ in walk(site.visitor(CONTROLLER))]
    assert len(hrefs) > 60
    for href in hrefs:
        answer = visitor.get(href)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in"), href
        path, _, search = href.partition("?")
        drawn = visitor.draw(path, f"?{search}" if search else "")
        assert drawn.status_code == 401, href
        assert_nothing_shown(drawn.text, href)


def test_every_callback_is_closed(site: Site) -> None:
    visitor, outputs = site.visitor(), site.app.callback_map
    assert len(outputs) >= 8
    for output, entry in outputs.items():
        answer = visitor.call(*callback_request(output, entry, other=1))
        assert answer.status_code == 401, output
        assert json.loads(answer.text) == {"message": "Sign in first."}, output


def test_a_session_ends_when_its_person_signs_out_or_may_no_longer(own_site: Site) -> None:
    visitor = own_site.visitor(CONTROLLER)
    cookie = visitor.client.get_cookie("tieout_session")
    assert cookie is not None
    assert visitor.get("/initiatives/SHIFT").status_code == 200
    visitor.client.post("/sign-out", headers={"X-CSRFToken": visitor.token()})
    assert visitor.draw("/").status_code == 401

    other = own_site.visitor(CONTROLLER)
    assert other.draw("/").status_code == 200
    disable_account(own_site.store, key=CONTROLLER, by=OPERATOR, now=MORNING)
    assert other.draw("/").status_code == 401
    replayed = own_site.visitor()
    replayed.client.set_cookie("tieout_session", cookie.value)
    assert replayed.draw("/").status_code == 401
    assert own_site.visitor().sign_in(CONTROLLER, PASSWORD).status_code == 401


def test_a_wrong_password_says_the_same_for_everybody(site: Site) -> None:
    names = (MANIFEST["people"][0]["person"], "nobody.at.all")
    answers = [(name, site.visitor().sign_in(name, "not the password")) for name in names]
    assert [answer.status_code for _, answer in answers] == [401, 401]
    said = {re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text).replace(name, "") for name, answer in answers}
    assert len(said) == 1


@pytest.mark.browser
def test_a_browser_is_led_to_the_sign_in_page_and_back(site: Site, browsing: Browsing) -> None:
    page = browsing.blank(site)
    for path in ("/", "/initiatives/SHIFT", "/uploads/1", "/lineage/row/1?part=1&row=2", "/exports/initiatives.csv"):
        page.goto(path)
        assert "/sign-in" in page.url, path
        assert_nothing_shown(page.inner_text("body"), path)
    page.goto("/initiatives/SHIFT")
    page.fill("#person", CONTROLLER)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/initiatives/SHIFT")
    settle(page)
    page.click(".account-menu summary")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in")
    page.go_back()
    settle(page)
    assert "/sign-in" in page.url or "Sign in" in page.inner_text("body")
    assert_nothing_shown(page.inner_text("body"), "back")

"""What two people decide, in a browser: a lock, a policy, a sharing rule, a claim of spend; and packs that leave."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation

from models.actions.memberships import approve_membership, propose_membership
from models.actions.people import person_of
from models.domain.sharing import ShareRule
from models.queries.policies import list_policies
from models.store.unit_of_work import read
from tests.journeys.company_site import (
    ADMINISTRATOR,
    ANALYST,
    AUDITOR,
    CONTROLLER,
    EXECUTIVE,
    MORNING,
    OWNER,
    Browsing,
    Site,
    settle,
    visit,
)

pytestmark = pytest.mark.browser


def take_step(page: Any, button: str, reason: str = "") -> str:
    """Press the button of a period, say why in the dialog, confirm; return the answer."""
    page.click(f"button[aria-label='{button}']")
    page.wait_for_selector("#period-words:visible")
    if reason:
        page.fill("#period-reason", reason)
    page.click("#period-confirm")
    page.wait_for_selector("#periods-answer .notice")
    settle(page)
    return str(page.inner_text("#periods-answer"))


def test_an_analyst_closes_and_a_controller_locks_and_two_reopen(own_site: Site, browsing: Browsing) -> None:
    analyst = browsing.enter(own_site, ANALYST, "/periods")
    assert analyst.locator("button[aria-label='Lock FY26-P01']").count() == 0
    assert "soft-closed" in take_step(analyst, "Soft-close FY26-P01")
    controller = browsing.enter(own_site, CONTROLLER, "/periods")
    assert "FY26-P01 is locked on publication" in take_step(controller, "Lock FY26-P01")
    assert controller.inner_text("h1:not(.brand)") == "Locked to FY26-P01; FY26-P02 is next"
    visit(analyst, "/periods")
    assert "another person decides" in take_step(analyst, "Ask to reopen FY26-P01", "a late invoice")
    assert analyst.locator("button[aria-label='Reopen FY26-P01']").count() == 0
    visit(controller, "/periods")
    assert "asks to reopen it" in controller.inner_text("h1:not(.brand)")
    assert "say why" in take_step(controller, "Refuse FY26-P01").lower()
    assert "reopened" in take_step(controller, "Reopen FY26-P01")
    own_site.work()
    visit(controller, "/periods")
    assert controller.inner_text("h1:not(.brand)") == "Locked to FY25-P12; FY26-P01 is next"


def test_an_analyst_proposes_a_policy_with_its_effect_and_a_controller_approves(
    own_site: Site, browsing: Browsing
) -> None:
    before = own_site.report()
    analyst = browsing.enter(own_site, ANALYST, "/policy")
    analyst.fill("#policy-discount_rate", "0.12")
    analyst.click("#policy-preview")
    analyst.wait_for_selector("#policy-answer table")
    seen = analyst.inner_text("#policy-answer")
    assert "Go-forward NPV" in seen
    with read(own_site.store) as session:
        assert list_policies(session, person_of(session, ANALYST), known_on=None).waiting == ()
    analyst.click("#policy-propose")
    analyst.wait_for_selector("#policy-answer .notice-success a")
    where = analyst.get_attribute("#policy-answer .notice-success a", "href")
    visit(analyst, where)
    assert analyst.locator("button#extract-approve").count() == 0
    assert own_site.report() == before

    controller = browsing.enter(own_site, CONTROLLER, where)
    controller.wait_for_selector("text=Go-forward NPV")
    controller.click("button#extract-approve")
    controller.wait_for_selector(".notice-success")
    own_site.work()
    after = own_site.report()
    assert (before["policy_version"], after["policy_version"]) == (1, 2)
    assert after["tied_out"] == before["tied_out"]
    assert after["npv_go_forward"]["point"] != before["npv_go_forward"]["point"]
    visit(controller, "/policy")
    assert controller.inner_text("h1:not(.brand)").startswith("Policy version 2 is in force since")


def test_finance_and_the_owners_sign_a_sharing_rule(own_site: Site, browsing: Browsing) -> None:
    before = own_site.report()
    (joint,) = before["joint_effects"]
    with read(own_site.store) as session:
        people = {key: person_of(session, key) for key in (ADMINISTRATOR, CONTROLLER)}
    for initiative in joint["initiatives"]:
        if initiative not in own_site_initiatives(own_site):
            number = propose_membership(
                own_site.store,
                person=OWNER,
                initiative=initiative,
                from_on=MORNING.date(),
                reason="She answers for both",
                by=people[ADMINISTRATOR],
                now=MORNING,
            )
            approve_membership(own_site.store, number, by=people[CONTROLLER], now=MORNING)

    analyst = browsing.enter(own_site, ANALYST, "/overlaps")
    analyst.fill("#sharing-reason", "Both answer the same calls")
    analyst.click("#sharing-propose")
    analyst.wait_for_selector("#sharing-answer .notice-success")
    assert analyst.locator("main button:has-text('Sign for')").count() == 0
    controller = browsing.enter(own_site, CONTROLLER, "/overlaps")
    sign(controller, "for finance")
    owner = browsing.enter(own_site, OWNER, "/overlaps")
    for initiative in joint["initiatives"]:
        sign(owner, f"for {initiative}")
    assert "is in force" in owner.inner_text("#sharing-answer")
    own_site.work()
    after = own_site.report()
    assert after["realised"]["point"] == before["realised"]["point"]
    assert {row["key"]: row["realised"] for row in after["initiatives"]} != {
        row["key"]: row["realised"] for row in before["initiatives"]
    }
    assert ShareRule.EQUAL.label in controller_sees(controller)


def own_site_initiatives(site: Site) -> frozenset[str]:
    with read(site.store) as session:
        return person_of(session, OWNER).initiatives or frozenset()


def sign(page: Any, who: str) -> None:
    page.click(f"main button:has-text('Sign {who}')")
    page.wait_for_selector("#sharing-answer .notice-success")
    settle(page)


def controller_sees(page: Any) -> str:
    visit(page, "/overlaps")
    return str(page.inner_text("main"))


def test_an_analyst_claims_spend_that_nobody_registered(own_site: Site, browsing: Browsing) -> None:
    analyst = browsing.enter(own_site, ANALYST, "/spend")
    assert "nobody has registered" in analyst.inner_text("h1:not(.brand)")
    analyst.click("#claim-initiative")
    analyst.click("[role=option]:has-text('ROUTE')")
    analyst.click("#claim-spend")
    analyst.wait_for_selector("#claim-answer .notice-success a")
    where = analyst.get_attribute("#claim-answer .notice-success a", "href")
    controller = browsing.enter(own_site, CONTROLLER, where)
    controller.click("button#extract-approve")
    controller.wait_for_selector(".notice-success")
    own_site.work()
    visit(analyst, "/spend")
    assert "nobody has registered" not in analyst.inner_text("h1:not(.brand)")


def test_an_executive_opens_the_bridge_and_takes_the_board_pack(
    own_site: Site, browsing: Browsing, tmp_path: Path
) -> None:
    page = browsing.enter(own_site, EXECUTIVE)
    page.click("a:has-text('Open the bridge')")
    page.wait_for_url("**/bridge*")
    settle(page)
    assert "below case" in page.inner_text("h1:not(.brand)")
    visit(page, "/")
    with page.expect_download() as download:
        page.click("a[data-pack='Board pack']")
    path = tmp_path / "board.pptx"
    download.value.save_as(path)
    slides = Presentation(str(path)).slides
    assert len(slides) >= 3
    assert any("EUR" in shape.text_frame.text for shape in slides[0].shapes if shape.has_text_frame)


def test_an_auditor_takes_the_auditors_pack(own_site: Site, browsing: Browsing, tmp_path: Path) -> None:
    page = browsing.enter(own_site, AUDITOR, "/audit")
    with page.expect_download() as download:
        page.click('a[data-pack="Auditor\'s pack"]')
    path = tmp_path / "pack.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as pack:
        names = pack.namelist()
        assert pack.testzip() is None
    assert any(name.endswith(".py") for name in names)

"""An auditor reads everything and changes nothing: no button does, no route and no callback lets them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.pages import PAGES
from models.domain.people import ROLE_PERMISSIONS, Permission, Role
from tests.journeys.company_site import AUDITOR, MANIFEST, SAMPLE, Site, visit
from tests.journeys.walking import callback_request, text_of, walk

#: Buttons that change nothing but the auditor's own view or password, by id or else by text.
HARMLESS = {"Apply", "Show", "audit-verify", "account-change"}
#: What reading writes: who signed in when.
WRITTEN_BY_READING = {"audit_events", "accounts", "sqlite_sequence"}


def contents_of(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those that signing in writes; counts of the large ones."""
    connection = sqlite3.connect(site.data_dir / "tieout.sqlite")
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in set(names) - WRITTEN_BY_READING:
            (count,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            found[name] = connection.execute(f"SELECT * FROM {name}").fetchall() if count < 3000 else [(count,)]
        return found
    finally:
        connection.close()


def waiting_extract(site: Site) -> int:
    connection = sqlite3.connect(site.data_dir / "tieout.sqlite")
    try:
        (number,) = connection.execute("SELECT id FROM extracts WHERE state = 'awaiting_approval'").fetchone()
        return int(number)
    finally:
        connection.close()


@pytest.mark.browser
def test_no_page_offers_an_auditor_a_change(enter: Callable[..., Any], site: Site) -> None:
    page = enter(AUDITOR)
    held = ROLE_PERMISSIONS[Role.AUDITOR]
    paths = [page.path for page in PAGES if page.permission in held and "<" not in page.path]
    assert len(paths) >= 8
    for path in (*paths, f"/uploads/{waiting_extract(site)}", "/initiatives/SHIFT", "/uploads/1"):
        visit(page, path)
        assert page.locator(".drop-zone, input[type=file], .not-permitted").count() == 0, path
        shown = page.eval_on_selector_all(
            "main button, main [role=button], main input[type=submit]",
            "found => found.filter(one => one.offsetParent && "
            "!one.closest('.ag-root-wrapper, .figure-card, .mantine-PasswordInput-visibilityToggle'))"
            ".map(one => one.id || one.innerText || one.outerHTML)",
        )
        assert set(shown) <= HARMLESS, path


def test_an_auditor_reads_every_page_but_people(site: Site) -> None:
    visitor = site.visitor(AUDITOR)
    visited = [href for href, text in walk(visitor) if "could not be drawn" not in text]
    shapes = {href.split("/")[1].split("?")[0] for href in visited}
    assert {"", "initiatives", "ledger", "evidence", "uploads", "lineage", "audit"} <= shapes
    assert "Your role does not include this page" in text_of(visitor, "/people")
    original = visitor.get("/files/1/original")
    assert original.data == (SAMPLE / "company" / MANIFEST["loads"][0]["file"]).read_bytes()


def test_no_route_and_no_callback_lets_an_auditor_change_anything(own_site: Site) -> None:
    visitor, waiting = own_site.visitor(AUDITOR), waiting_extract(own_site)
    before = contents_of(own_site)
    headers = {"X-CSRFToken": visitor.token()}
    corrected: Path = SAMPLE / "company_corrections" / "payroll_FY26-P09_corrected.xlsx"
    sent = visitor.client.post(
        "/uploads/files?filename=payroll.xlsx", data=corrected.read_bytes(), headers=headers, buffered=True
    )
    assert sent.status_code == 403

    refused = set()
    for output, entry in own_site.app.callback_map.items():
        permission = getattr(entry.get("callback"), "permission", None)
        if permission is None or permission is Permission.MANAGE_OWN_ACCOUNT:
            continue
        pressed: dict[str, Any] = {"extract_approve": 1, "extract_number": waiting, "other": 1}
        answer = visitor.call(*callback_request(output, entry, **pressed))
        if permission not in ROLE_PERMISSIONS[Role.AUDITOR]:
            assert answer.status_code == 403, output
            refused.add(output.split("@")[0])
    assert len(refused) >= 2

    decide = own_site.app.callback_map["extract-content.children"]
    for button in ("extract_approve", "extract_refuse"):
        values: dict[str, Any] = {button: 1, "extract_number": waiting, "extract_reason": "no"}
        answer = visitor.call(*change_of(button, *callback_request("extract-content.children", decide, **values)))
        assert answer.status_code == 200
        assert "may not" in answer.text
    assert contents_of(own_site) == before
    assert own_site.work() == []


def change_of(button: str, output: str, outputs: Any, inputs: list[Any], state: list[Any]) -> tuple[Any, ...]:
    """Put the input that changed first, as the visitor names the first as the one that did."""
    pressed = button.replace("_", "-")
    return output, outputs, sorted(inputs, key=lambda one: one["id"] != pressed), state

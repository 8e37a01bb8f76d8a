"""Nobody reaches anything without a session; whoever has one keeps to the browser's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dash import Dash

from dashboard.auth.denial import OPEN_PATHS
from dashboard.pages import PAGES

SAMPLES = {"string": "x", "int": 1, "path": "x/y"}
Visitor = Any


def every_route(app: Dash) -> Iterator[tuple[str, str]]:
    """Every method and path that the server knows, with sample values for its variables."""
    with app.server.test_request_context():
        adapter = app.server.create_url_adapter(None) or app.server.url_map.bind("localhost")
        for rule in app.server.url_map.iter_rules():
            values = {
                name: 1 if type(converter).__name__ == "IntegerConverter" else "x"
                for name, converter in rule._converters.items()
            }
            path = adapter.build(rule.endpoint, values)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, path


def test_every_route_denies_by_default(app: Dash, visitor: Visitor) -> None:
    routes = list(every_route(app))
    assert {("GET", "/_dash-layout"), ("GET", "/_dash-dependencies"), ("POST", "/_dash-update-component")} <= set(
        routes
    )
    assert {
        ("POST", "/uploads/files"),
        ("GET", "/files/x/original"),
        ("GET", "/exports/x.csv"),
        ("POST", "/sign-out"),
    } <= set(routes)
    for method, path in routes:
        for accept in ("text/html", "application/json", ""):
            answer = visitor.client.open(path, method=method, headers={"Accept": accept}, buffered=True)
            if path in OPEN_PATHS:
                continue
            assert answer.status_code in {303, 401}, (method, path, answer.status_code)
            assert answer.status_code == 401 or answer.headers["Location"].startswith("/sign-in"), path
            assert len(answer.data) < 400


@pytest.mark.parametrize("path", [page.path.replace("<", "").replace(">", "") for page in PAGES])
def test_every_page_leads_to_the_sign_in_page(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


def test_only_the_sign_in_page_and_its_files_are_open(visitor: Visitor) -> None:
    for path in OPEN_PATHS:
        assert visitor.get(path).status_code == 200, path
    assert visitor.client.get("/assets/upload.js").status_code == 401
    assert visitor.client.get("/assets/vendor/plotly-finance-4.1.1.min.js").status_code == 401


def test_the_way_back_is_kept(visitor: Visitor) -> None:
    assert visitor.get("/lineage?figure=realised").headers["Location"] == "/sign-in?next=%2Flineage%3Ffigure%3Drealised"


def test_the_content_security_policy_is_exact(app: Dash, signed_in: Callable[[str], Visitor], visitor: Visitor) -> None:
    hashes = " ".join(app.csp_hashes())
    expected = (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
    assert len(app.csp_hashes()) >= 2
    for answer in (visitor.get("/sign-in"), visitor.get("/"), signed_in("cora").get("/account")):
        assert answer.headers["Content-Security-Policy"] == expected
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server-Timing" not in answer.headers


def test_every_inline_script_is_covered_by_a_hash(signed_in: Callable[[str], Visitor]) -> None:
    import base64
    import hashlib
    import re

    answer = signed_in("cora").get("/account")
    inline = re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    assert len(inline) >= 2
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert '<html lang="en">' in answer.text


def test_the_index_holds_no_page(signed_in: Callable[[str], Visitor]) -> None:
    text = signed_in("eve").get("/account").text
    assert "validation_layout" not in text
    assert "people-add" not in text
    assert "_pages_content" not in text


def test_cookies_are_kept_from_scripts_and_other_sites(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("cora")
    visitor.token()
    session, token = visitor.client.get_cookie("tieout_session"), visitor.client.get_cookie("_csrf_token")
    assert session.http_only
    assert session.same_site == token.same_site == "Lax"
    assert not token.http_only  # Dash reads it to send it back as a header


@pytest.mark.parametrize("path", ["/_dash-update-component", "/uploads/files?filename=a.csv", "/sign-out"])
def test_a_post_without_its_token_is_refused(signed_in: Callable[[str], Visitor], path: str) -> None:
    visitor = signed_in("ana")
    for headers in ({}, {"X-CSRFToken": "guessed"}):
        assert visitor.client.post(path, data=b"{}", headers=headers).status_code == 400
    assert visitor.get("/account").status_code == 200


def test_a_sign_in_form_without_its_token_is_refused(visitor: Visitor) -> None:
    answer = visitor.client.post("/sign-in", data={"person": "cora", "password": "correct horse battery"})
    assert answer.status_code in {303, 400}
    assert visitor.get("/account").status_code == 303


def test_https_is_insisted_on_where_it_is_in_front(settings: Any, sqlite_only_store: Any, clock: Any) -> None:
    from dashboard.app import create_app

    client = create_app(settings.replace(is_cookie_secure=True), sqlite_only_store, clock=clock).server.test_client()
    answer = client.get("/sign-in", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in answer.headers["Set-Cookie"]

"""The application over a store of its own, people who sign in, and a browser where there is one."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from dashboard.app import create_app
from dashboard.settings import Settings, read_settings
from models.store.engine import Store

PASSWORD = "correct horse battery"
START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = START
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> datetime:
        with self.lock:
            self.now += timedelta(milliseconds=1)
            return self.now

    def pass_by(self, **span: float) -> None:
        with self.lock:
            self.now += timedelta(**span)


@dataclass
class Visitor:
    """A browser without a screen: cookies, CSRF token, Dash's own requests."""

    client: FlaskClient

    def token(self) -> str:
        self.client.get("/account", headers={"Accept": "text/html"})
        cookie = self.client.get_cookie("_csrf_token")
        return cookie.decoded_value if cookie is not None else ""

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, headers={"Accept": "text/html"}, buffered=True, **options)

    def sign_in(self, person: str, password: str = PASSWORD, target: str = "") -> TestResponse:
        form = self.client.get("/sign-in", headers={"Accept": "text/html"}).text
        found = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert found is not None
        data = {"person": person, "password": password, "csrf_token": found[1], "next": target}
        return self.client.post("/sign-in", data=data)

    def call(
        self, output: str, outputs: Any, inputs: list[dict[str, Any]], state: list[dict[str, Any]] | None = None
    ) -> TestResponse:
        body = {
            "output": output,
            "outputs": outputs,
            "inputs": inputs,
            "state": state or [],
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"]
            if inputs and isinstance(inputs[0], dict)
            else [],
        }
        return self.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": self.token()})

    def draw(self, path: str, search: str = "") -> TestResponse:
        """Ask for a page as Dash does: its path is in the body of a POST."""
        outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
        inputs = [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": search},
        ]
        return self.call(".._pages_content.children..._pages_store.data..", outputs, inputs)


@pytest.fixture
def clock() -> Clock:
    """A clock that starts on 5 October 2026."""
    return Clock()


@pytest.fixture
def max_upload_mb() -> int:
    """The largest upload; a test may say another."""
    return 1


@pytest.fixture
def settings(tmp_path: Path, max_upload_mb: int) -> Settings:
    """Settings of a test installation."""
    variables = {
        "TIEOUT_DATA_DIR": tmp_path,
        "TIEOUT_SECRET_KEY": "for tests alone",
        "TIEOUT_MAX_UPLOAD_MB": max_upload_mb,
    }
    return read_settings({name: str(value) for name, value in variables.items()})


@pytest.fixture
def app(settings: Settings, sqlite_only_store: Store, clock: Clock) -> Dash:
    """The application."""
    made = create_app(settings, sqlite_only_store, clock=clock)
    made.server.testing = True
    return made


@pytest.fixture
def visitor(app: Dash) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app.server.test_client())


@pytest.fixture
def signed_in(app: Dash) -> Callable[[str], Visitor]:
    """Sign a person in: ana, cora, eve, olaf, audra, adam."""

    def enter(person: str) -> Visitor:
        visitor = Visitor(app.server.test_client())
        assert visitor.sign_in(person).status_code == 303
        return visitor

    return enter


@pytest.fixture
def address(app: Dash) -> Iterator[str]:
    """The address of a running server."""
    app.server.testing = False
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open a page as a person in a colour scheme and width; anything on the console fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def enter(person: str, path: str = "/", *, scheme: str = "light", width: int = 1440) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=address)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto("/sign-in?next=" + path)
        page.fill("#person", person)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("h1:not(.brand)")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert complaints == []

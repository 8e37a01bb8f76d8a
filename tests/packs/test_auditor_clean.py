"""The auditor's pack in an environment of its own: Python, NumPy, pandas, statsmodels, and what these require."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import venv
import zipfile
from datetime import date
from pathlib import Path

import pytest

from dashboard.packs.auditor import AuditRequest, hand_out_audit_pack
from models.actions.people import person_of
from models.store.unit_of_work import read
from tests.journeys.company_site import AUDITOR, Site
from tests.packs.making import NOW

ROOT = Path(__file__).parents[2]
NEEDED = frozenset(
    "numpy pandas scipy statsmodels patsy formulaic interface-meta narwhals packaging python-dateutil six tzdata"
    " typing-extensions wrapt".split()
)
pytestmark = pytest.mark.packaging


def locked(folder: Path) -> Path:
    """Return a requirements file of what is needed, with the versions and hashes of the lock."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements.lock").read_text("utf-8"))
    kept = [entry for entry in entries if entry.partition("==")[0].strip() in NEEDED]
    path = folder / "requirements.txt"
    path.write_text("\n".join(kept), "utf-8")
    return path


def test_the_script_agrees_in_an_environment_of_its_own(company: Site, tmp_path: Path) -> None:
    with read(company.store) as session:
        who = person_of(session, AUDITOR, date(2026, 10, 9))
    target = io.BytesIO()
    hand_out_audit_pack(company.store, who, AuditRequest(), target, now=NOW)
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path / "pack")
    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r")
    subprocess.run([*install, locked(tmp_path)], check=True, cwd=tmp_path)
    installed = subprocess.run([python, "-m", "pip", "list"], check=True, cwd=tmp_path, capture_output=True, text=True)
    for name in ("sqlalchemy", "dash", "pandera", "pyarrow", "tieout"):
        assert f"\n{name} " not in installed.stdout.lower()
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("TIEOUT_", "PYTHON"))}
    done = subprocess.run(
        [python, "recompute.py"],
        cwd=tmp_path / "pack",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"agrees: (\d+) of \1 figures", done.stdout.splitlines()[-1])
    assert sys.version.split()[0] in done.stdout

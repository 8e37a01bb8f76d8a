"""Lint, format, types and import directions hold over the whole tree."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COMMANDS = {
    "lint": ["ruff", "check", "--no-cache", "."],
    "format": ["ruff", "format", "--check", "--no-cache", "."],
    "types": ["mypy"],
    "import directions": ["lint-imports", "--no-cache"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_tree_is_clean(name: str) -> None:
    program, *arguments = COMMANDS[name]
    done = subprocess.run([BIN / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def test_no_module_grows_past_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for package in ("dashboard", "ingest", "models", "sample_data")
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert not long, "split these by noun"


def test_no_room_is_named_for_odds_and_ends() -> None:
    odd = {"utils.py", "helpers.py", "common.py", "base.py", "misc.py"}
    packages = ("dashboard", "ingest", "models", "sample_data")
    assert not [path for package in packages for path in (ROOT / package).rglob("*.py") if path.name in odd]

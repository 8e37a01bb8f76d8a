"""The wheel works where nothing else of ours is."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.packaging


def run(*command: str | Path, cwd: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_installs_and_runs_the_demo(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    listed = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            target = tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", cwd=tree)
    (wheel,) = (tmp_path / "dist").glob("*.whl")

    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    run(*pip, "--no-deps", wheel, cwd=tmp_path)

    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIEOUT_")}
    environment["PYTHONPATH"] = ""
    tieout = tmp_path / "clean" / "bin" / "tieout"
    shown = run(tieout, "demo", "--no-serve", cwd=tmp_path, environment=environment)
    assert "sign in" in shown.lower()
    report = json.loads(run(tieout, "report", "portfolio", "--format", "json", cwd=tmp_path, environment=environment))
    assert float(report["realised"]["point"]) > 0
    assert len(report["initiatives"]) == 24

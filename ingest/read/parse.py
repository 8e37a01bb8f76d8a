"""Have a file parsed by a process of its own, within limits of memory and time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest.limits import Limits


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the process left: its description, and a way to its tables; or why it was stopped."""

    meta: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    stopped: str = ""


def parse_apart(form: str, content: bytes, limits: Limits) -> Parsed:
    """Parse `content` as `form` (xlsx or parquet) in a child process.

    A parser that crashes, hangs or asks for too much memory is stopped, and the reason returned.
    """
    with tempfile.TemporaryDirectory(prefix="tieout-read-") as name:
        folder = Path(name)
        source = folder / f"source.{form}"
        source.write_bytes(content)
        limits_text = [str(limits.child_bytes), str(limits.child_s)]
        command = [sys.executable, "-m", "ingest.read.child", form, str(source), str(folder), *limits_text]
        path = os.pathsep.join(entry for entry in sys.path if entry) or os.curdir
        try:
            done = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
                command,
                env={"PYTHONPATH": path, "LC_ALL": "C.UTF-8"},
                capture_output=True,
                check=False,
                timeout=limits.child_s,
            )
        except subprocess.TimeoutExpired:
            return Parsed({}, {}, f"took longer than {limits.child_s} seconds")
        if done.returncode:
            return Parsed({}, {}, _explain(done.returncode, done.stderr))
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        tables = {path.name: _read_arrow(path) for path in sorted(folder.glob("*.arrow"))}
        return Parsed(meta, tables)


def _read_arrow(path: Path) -> pa.Table:
    """Read a table wholly into memory: its folder is about to go."""
    return pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()


def _explain(code: int, errors: bytes) -> str:
    """Say in words how the process ended."""
    if code < 0:
        if -code == signal.SIGXCPU:
            return "needed more computing time than allowed"
        return f"broke the parser ({signal.Signals(-code).name})"
    if b"MemoryError" in errors:
        return "needed more memory than allowed"
    lines = errors.decode("utf-8", errors="replace").strip().splitlines()
    return f"failed: {lines[-1][:200] if lines else 'no reason given'}"

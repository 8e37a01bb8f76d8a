"""An unpacked auditor's pack, altered at will, and its script run where only what it may import can be imported."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What a clean environment has: NumPy, pandas, statsmodels and what these require.
ALLOWED = tuple(
    "numpy pandas scipy statsmodels patsy formulaic interface_meta narwhals packaging dateutil six pytz tzdata"
    " typing_extensions wrapt".split()
)

_CLEAN = """
import sys, sysconfig, importlib.abc, os
allowed, folder, arguments = set(sys.argv[1].split(",")), os.path.realpath(sys.argv[2]), sys.argv[3:]
library = {name for name in sys.stdlib_module_names} | {"recompute", "models"}

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        head = name.partition(".")[0]
        if head in library or head in allowed or head.startswith(("_sysconfigdata", "__editable__")):
            return None
        raise ModuleNotFoundError(f"{name} is not there", name=name)

def no_network(event, given):
    if event.startswith(("socket.", "http.", "urllib.", "subprocess.", "os.system")):
        raise PermissionError(f"{event} in a place without network")

sys.meta_path.insert(0, Refuse())
sys.addaudithook(no_network)
import runpy
sys.argv = [os.path.join(folder, "recompute.py"), *arguments]
code = 0
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    code = int(end.code or 0)
strange = [
    (name, module.__file__)
    for name, module in list(sys.modules.items())
    if name.partition(".")[0] in ("models", "recompute") and getattr(module, "__file__", None)
    and not os.path.realpath(module.__file__).startswith(folder + os.sep)
]
print("FOREIGN", strange) if strange else None
sys.exit(9 if strange else code)
"""


@dataclass(frozen=True)
class Unpacked:
    """A folder into which a pack was unpacked."""

    folder: Path

    def copy_to(self, folder: Path) -> Unpacked:
        """Return a copy to be altered."""
        shutil.copytree(self.folder, folder)
        return Unpacked(folder)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script with nothing of this project in reach, from another folder."""
        kept = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder.parent), **environment}
        command = [sys.executable, "-I", "-c", _CLEAN, ",".join(ALLOWED), str(self.folder), *arguments]
        return subprocess.run(
            command, cwd=self.folder.parent, env=kept, capture_output=True, text=True, check=False, timeout=600
        )

    def document(self, name: str) -> Any:
        """Return a JSON member."""
        return json.loads((self.folder / name).read_bytes())

    def change(self, name: str, edit: Callable[[str], str]) -> None:
        """Alter a member and enter its new hash into the manifest, as a forger would."""
        path = self.folder / name
        before = path.read_text("utf-8")
        after = edit(before)
        assert after != before
        path.write_text(after, "utf-8", newline="")
        manifest = self.document("MANIFEST.json")
        content = path.read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        (self.folder / "MANIFEST.json").write_text(json.dumps(manifest), "utf-8")

    def change_json(self, name: str, edit: Callable[[Any], None]) -> None:
        """Alter a JSON member and its hash."""

        def edited(text: str) -> str:
            document = json.loads(text)
            edit(document)
            return json.dumps(document, ensure_ascii=False)

        self.change(name, edited)

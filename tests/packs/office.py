"""LibreOffice as an independent reader: it recalculates a workbook whose stored results were taken away."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from pathlib import Path

_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>"""


def forget_results(content: bytes) -> bytes:
    """Return a workbook whose formulas have no stored result."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in packed.namelist():
            data = packed.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(r"(<f>[^<]*</f>)<v>[^<]*</v>", r"\1", data.decode())
                data = re.sub(r' t="(?:str|b|e)"(><f>)', r"\1", text).encode()
            made.writestr(name, data)
    return out.getvalue()


def recalculate(program: str, content: bytes, folder: Path) -> bytes:
    """Return the workbook as LibreOffice computes and saves it, from its inputs alone."""
    profile, source = folder / "profile", folder / "pack.xlsx"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS, "utf-8")
    source.write_bytes(forget_results(content))
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "xlsx",
    ]
    done = subprocess.run(
        [*command, "--outdir", str(folder / "out"), str(source)],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    made = folder / "out" / "pack.xlsx"
    assert made.exists(), done.stderr + done.stdout
    return made.read_bytes()

"""Parse a workbook or a Parquet file in a process of its own, so that what breaks the parser breaks nothing else.

Run as `python -m ingest.read.child FORMAT FILE FOLDER MEMORY_BYTES CPU_SECONDS`; writes `meta.json` and one Arrow file
per table into the folder. It imports nothing of Tieout but the two parsers, to start fast.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Set the limits, parse, and leave the result in the folder."""
    form, source, folder, memory_bytes, cpu_s = arguments
    meta: object
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s), int(cpu_s)))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory_bytes), int(memory_bytes)))
    if form == "xlsx":
        from ingest.read.child_workbook import parse_workbook  # noqa: PLC0415 - only what is needed is loaded

        meta = parse_workbook(Path(source), Path(folder))
    else:
        from ingest.read.child_parquet import parse_parquet  # noqa: PLC0415 - only what is needed is loaded

        meta = parse_parquet(Path(source), Path(folder))
    (Path(folder) / "meta.json").write_text(json.dumps(meta), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

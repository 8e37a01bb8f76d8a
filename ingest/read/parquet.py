"""Read a Parquet file: every value as its canonical text, then the same path as any other table."""

from __future__ import annotations

import pyarrow as pa

from ingest.findings import Place, make_finding
from ingest.limits import Limits
from ingest.read.parse import parse_apart
from ingest.read.reading import FileReading
from ingest.read.sheets import Grid, read_grid
from models.domain.extract import ExtractKind

_MAGIC = b"PAR1"


def read_parquet(content: bytes, kind: ExtractKind | None, limits: Limits) -> FileReading:
    """Read a Parquet file under the contract that its name or header gives."""
    if not content.endswith(_MAGIC):
        return FileReading("parquet", (), (make_finding("PARQ-001", Place(), {"found": "its end is missing"}),))
    parsed = parse_apart("parquet", content, limits)
    if parsed.stopped.startswith("failed"):
        return FileReading("parquet", (), (make_finding("PARQ-001", Place(), {"found": parsed.stopped}),))
    if parsed.stopped:
        allowed = f"{limits.child_s} seconds and {limits.child_bytes // 1_000_000_000} GB of memory"
        return FileReading(
            "parquet", (), (make_finding("BOOK-011", Place(), {"found": parsed.stopped, "allowed": allowed}),)
        )
    kind_name = kind.value if kind else ""
    findings = [
        make_finding(problem["code"], Place(kind_name, column=problem["column"]), {"found": problem["found"]})
        for problem in parsed.meta["problems"]
    ]
    table = parsed.tables[parsed.meta["file"]]
    columns = [_one(column) for column in table.columns]
    names = tuple(parsed.meta["names"])
    grid = Grid("", names, tuple(columns[0::2]), tuple(columns[1::2]), 1, is_workbook=False)
    text_table, more = read_grid(grid, kind, limits)
    return FileReading("parquet", (text_table,) if text_table else (), (*findings, *more))


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return pa.concat_arrays(combined.chunks) if isinstance(combined, pa.ChunkedArray) else combined

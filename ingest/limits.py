"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a received file; what exceeds one is a finding, never a crash.

    Parameters
    ----------
    file_bytes
        Size of the file as received.
    rows, columns, cell_chars
        Size of one table and of one cell.
    object_chars
        Length of a cell that holds a JSON object: the tags of a charge, or its custom columns together.
    focus_columns
        Columns of a FOCUS file, which has 50 of its own and as many custom ones as its maker likes.
    header_bytes
        Length of the first line of a text file.
    line_bytes
        Length of one line of a text file.
    zip_entries, zip_bytes, zip_ratio
        Entries, unpacked bytes, and unpacked over packed bytes of a workbook's archive.
    child_bytes, child_s
        Memory and seconds of the process that parses workbooks and Parquet files.
    findings_each
        Findings listed one by one per code and column; the rest are counted in one more.
    """

    file_bytes: int = 500_000_000
    rows: int = 3_000_000
    columns: int = 100
    cell_chars: int = 4_000
    object_chars: int = 40_000
    focus_columns: int = 400
    header_bytes: int = 16_384
    line_bytes: int = 4_000_000
    zip_entries: int = 2_000
    zip_bytes: int = 2_000_000_000
    zip_ratio: int = 250
    child_bytes: int = 4_000_000_000
    child_s: int = 120
    findings_each: int = 200


LIMITS = Limits()

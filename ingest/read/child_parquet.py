"""The parsing side of a Parquet file: every value becomes its canonical text."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.read.child_workbook import plain_number


def parse_parquet(source: Path, folder: Path) -> dict[str, object]:
    """Write a Parquet file as texts `c0`.. and whether the column held numbers `n0`.."""
    file = pq.ParquetFile(source)
    table = file.read()
    names, arrays, problems = [], [], []
    for number, name in enumerate(table.column_names):
        column = _plain(table.column(number))
        if not _is_readable(column.type):
            problems.append({"code": "PARQ-002", "column": name, "found": str(column.type)})
            column = pa.chunked_array([pa.nulls(len(column), pa.string())])
        is_number = (
            pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
        )
        arrays += [_texts(column), pa.array([is_number] * len(column), pa.bool_())]
        names += [f"c{number}", f"n{number}"]
    written = pa.table(dict(zip(names, arrays, strict=True)))
    with pa.OSFile(str(folder / "0.arrow"), "wb") as sink, pa.ipc.new_file(sink, written.schema) as writer:
        writer.write_table(written)
    return {"names": table.column_names, "rows": table.num_rows, "file": "0.arrow", "problems": problems}


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    if pa.types.is_map(column.type):  # tags of a FOCUS file
        objects = [None if pairs is None else json.dumps(dict(pairs)) for pairs in column.to_pylist()]
        return pa.chunked_array([pa.array(objects, pa.string())])
    return column


def _is_readable(kind: pa.DataType) -> bool:
    checks = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_null,
    )
    return any(check(kind) for check in checks)


def _texts(column: pa.ChunkedArray) -> pa.StringArray:
    """Return a column as text, missing as empty."""
    if (
        pa.types.is_string(column.type)
        or pa.types.is_large_string(column.type)
        or pa.types.is_string_view(column.type)
        or pa.types.is_integer(column.type)
    ):
        texts = column.cast(pa.string())
    else:
        encoded = pc.dictionary_encode(column).combine_chunks()
        encoded = encoded if isinstance(encoded, pa.DictionaryArray) else pa.concat_arrays(encoded.chunks)
        words = pa.array([_text(value) for value in encoded.dictionary.to_pylist()], pa.string())
        texts = words.take(encoded.indices)
    filled = pc.fill_null(texts, "")
    return (
        pa.concat_arrays(filled.chunks)
        if isinstance(filled, pa.ChunkedArray) and filled.num_chunks
        else pa.array(filled, pa.string())
    )


def _text(value: object) -> str:
    """Return a value as canonical text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        is_day = value.tzinfo is None and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)

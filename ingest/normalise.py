"""A cast table in the exact columns of its fact table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.cast import CastTable
from ingest.contracts import ColumnSpec, ColumnType
from ingest.tables import Mask
from models.store.merge import NormalisedPart
from models.store.tables import FACT_TABLES


def normalise_frame(cast: CastTable, keep: Mask) -> pd.DataFrame:
    """Return the kept rows in the columns of the fact table.

    Text is str or None ('' for an optional part of the key), dates are `datetime.date` or None, decimals canonical text
    beside a float, money whole minor units, whole numbers and flags nullable; then `is_retracted` and `row_no`.

    Parameters
    ----------
    cast
        A cast table of n rows.
    keep
        Which of them; length n.
    """
    columns: dict[str, object] = {}
    for spec in cast.table.contract.columns:
        if spec.name != "retract":
            columns.update(_store_column(cast, spec, keep))
    columns["is_retracted"] = cast.retracted()[keep]
    columns["row_no"] = cast.table.row_numbers[keep]
    return pd.DataFrame(columns)


def order_by_key(part: NormalisedPart) -> NormalisedPart:
    """Return a part whose rows stand in the order of their key, in which a database takes them up fastest."""
    frame = part.frame
    names = FACT_TABLES[part.kind].key_names
    codes = [pd.factorize(frame[name], sort=True)[0] for name in names if name in frame]
    ordered = frame.take(np.lexsort(codes[::-1])) if len(frame) else frame
    return NormalisedPart(part.kind, part.part_no, part.sheet, ordered.reset_index(drop=True))


def normalise_part(cast: CastTable, part_no: int, keep: Mask) -> NormalisedPart:
    """Return the kept rows as a part that can be posted."""
    return NormalisedPart(cast.table.kind, part_no, cast.table.sheet, normalise_frame(cast, keep))


def _store_column(cast: CastTable, spec: ColumnSpec, keep: Mask) -> dict[str, object]:
    """Return the stored columns of one column of the contract."""
    name = spec.name
    if name in cast.words:
        missing = "" if spec.is_key else None
        return {name: pd.Series(cast.words[name].objects(missing)[keep], dtype=object)}
    if name in cast.spans:
        spans = cast.spans[name]
        return {"start_on": _dates(spans.starts[keep]), "end_on": _dates(spans.ends[keep])}
    if spec.type is ColumnType.DECIMAL:
        floats = np.asarray(cast.columns[name], dtype=np.float64)[keep]
        return {name: _texts(cast.exact[name], keep), f"{name}_float": floats}
    if spec.type is ColumnType.MONEY:
        absent = np.isnan(np.asarray(cast.columns[name], dtype=np.float64))
        return {f"{name}_minor": pd.arrays.IntegerArray(cast.minor[name][keep], absent[keep])}
    if spec.type is ColumnType.DATE:
        return {name: _dates(np.asarray(cast.columns[name], dtype="datetime64[ns]")[keep])}
    return {name: pd.Series(cast.columns[name])[keep].reset_index(drop=True)}


def _texts(exact: pa.StringArray, keep: Mask) -> pd.Series[str]:
    """Canonical texts; None where missing."""
    if pc.max(pc.binary_length(exact)).as_py() in {0, None}:
        return pd.Series(np.full(int(keep.sum()), None, dtype=object))
    values = exact.filter(pa.array(keep)).to_numpy(zero_copy_only=False)
    values[values == ""] = None
    return pd.Series(values, dtype=object)


def _dates(days: NDArray[np.datetime64]) -> pd.Series[Any]:
    """Days as `datetime.date`; None where missing. Each distinct day is made once."""
    distinct, inverse = np.unique(days, return_inverse=True)
    made = np.empty(len(distinct), dtype=object)
    made[:] = [None if np.isnat(day) else day.astype("datetime64[D]").item() for day in distinct]
    return pd.Series(made[inverse], dtype=object)

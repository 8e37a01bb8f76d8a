"""Columns of words as dictionary codes: what repeats is judged once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.tables import Fault, Rows, TextTable

T = TypeVar("T", bound=np.generic)

#: Gives the words of a case from the text of its cell.
Words = Callable[[str], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words.

    Parameters
    ----------
    codes
        Position in `texts` of each row, -1 where missing; length n.
    texts
        The distinct texts.
    """

    codes: NDArray[np.int32]
    texts: tuple[str, ...]

    def take(self, values: NDArray[T], missing: object) -> NDArray[T]:
        """Spread one value per distinct text over the rows."""
        filled = np.append(values, np.array([missing], dtype=values.dtype))
        return filled[self.codes]

    def rows_where(self, is_bad: NDArray[np.bool_]) -> Rows:
        """Rows whose text is marked."""
        if not is_bad.any():
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(self.take(is_bad, missing=False)).astype(np.int64)

    def without(self, is_bad: NDArray[np.bool_]) -> Coded:
        """Return the column with marked texts missing."""
        if not is_bad.any():
            return self
        kept = self.take(~is_bad, missing=False).astype(bool)
        return Coded(np.where(kept, self.codes, -1).astype(np.int32), self.texts)

    def categorical(self) -> pd.Categorical:
        """Return the column for a frame."""
        return pd.Categorical.from_codes(self.codes, categories=pd.Index(self.texts, dtype=object), validate=False)

    def objects(self, missing: object = None) -> NDArray[np.object_]:
        """Return the texts of the rows."""
        values = np.empty(len(self.texts) + 1, dtype=object)
        values[:-1] = self.texts
        values[-1] = missing
        return values[self.codes]

    def text(self, row: int) -> str:
        """Text of a row; empty if missing."""
        code = int(self.codes[row])
        return self.texts[code] if code >= 0 else ""


def code_column(table: TextTable, name: str) -> Coded:
    """Encode a column; a column that the file does not have is missing throughout."""
    if name not in table.columns:
        return Coded(np.full(table.rows, -1, dtype=np.int32), ())
    encoded = pc.dictionary_encode(table.columns[name])
    codes = np.asarray(encoded.indices, dtype=np.int32)
    texts = encoded.dictionary.to_pylist()
    if "" not in texts:
        return Coded(codes, tuple(texts))
    empty = texts.index("")
    shifted = np.where(codes > empty, codes - 1, codes)
    return Coded(np.where(codes == empty, -1, shifted).astype(np.int32), tuple(texts[:empty] + texts[empty + 1 :]))


def fault_texts(code: str, name: str, coded: Coded, is_bad: NDArray[np.bool_], words: Words) -> list[Fault]:
    """Make the fault of all rows whose text is marked; none if no text is."""
    rows = coded.rows_where(is_bad)
    return (
        [Fault(code, name, rows, lambda row: {"text": coded.text(row), **words(coded.text(row))})] if len(rows) else []
    )

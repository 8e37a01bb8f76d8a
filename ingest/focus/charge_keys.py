"""The key of a charge: the specification gives none, so it is made from what identifies it (decision 0018)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_SEPARATOR = "\x1f"
_HEX_DIGITS = 24


def name_charges(identity: Sequence[pa.StringArray], content: Sequence[pa.StringArray]) -> pa.StringArray:
    """Return a name for each of n charges: a digest of what identifies it, and its number among those that are alike.

    Parameters
    ----------
    identity
        Columns of length n that identify a charge and stay when it is restated.
    content
        All else that tells charges of one identity apart; orders them, so that their order in the file is no change.
    """
    joined = pc.binary_join_element_wise(*identity, _SEPARATOR).to_pylist()
    codes, distinct = pd.factorize(np.asarray(joined, dtype=object))
    digests = np.array([_digest(text) for text in distinct], dtype=object)
    numbers = np.ones(len(codes), dtype=np.int64)
    alike = np.flatnonzero(np.bincount(codes, minlength=len(distinct))[codes] > 1) if len(codes) else codes
    if len(alike):
        told = pc.binary_join_element_wise(*content, _SEPARATOR).take(pa.array(alike)).to_pylist()
        frame = pd.DataFrame({"code": codes[alike], "content": told}).sort_values(["code", "content"], kind="stable")
        numbers[alike[frame.index.to_numpy()]] = frame.groupby("code").cumcount().to_numpy() + 1
    return pa.array([f"{digests[c]}-{n}" for c, n in zip(codes.tolist(), numbers.tolist(), strict=True)], pa.string())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HEX_DIGITS]

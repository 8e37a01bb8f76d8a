"""What amounts of the books must hold: one currency per entity, usually."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.known import Known
from ingest.tables import Fault


def check_currency_mix(cast: CastTable, _known: Known) -> list[Fault]:
    """Flag entities whose amounts stand in more than one currency."""
    entity, money = cast.words["entity"], cast.words["currency"]
    usable = (entity.codes >= 0) & (money.codes >= 0)
    pairs = np.unique(np.column_stack([entity.codes[usable], money.codes[usable]]), axis=0)
    mixed = {
        code: group["money"].tolist()
        for code, group in pd.DataFrame(pairs, columns=["entity", "money"]).groupby("entity")
    }
    mixed = {code: codes for code, codes in mixed.items() if len(codes) > 1}
    rows = np.array(sorted(int(np.flatnonzero(usable & (entity.codes == code))[0]) for code in mixed), dtype=np.int64)

    def words(row: int) -> Mapping[str, object]:
        currencies = sorted(money.texts[code] for code in mixed[int(entity.codes[row])])
        return {"text": entity.text(row), "found": ", ".join(currencies)}

    return [Fault("CUR-001", "currency", rows, words)] if len(rows) else []

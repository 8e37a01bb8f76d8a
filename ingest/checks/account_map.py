"""What the account map must hold: each account leads to one P&L line on any day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Fault
from models.domain.extract import ExtractKind

_KEY = ["account", "from_on"]


def check_map_overlaps(cast: CastTable, known: Known) -> list[Fault]:
    """Require that mappings of an account do not overlap, posted rows counted unless restated.

    A mapping holds from its first day to the day before `to_on`, without one until the next of the account begins.
    """
    usable = ~cast.bad_rows()
    rows = normalise_frame(cast, usable)
    rows["row"] = np.flatnonzero(usable)
    posted = known.posted(ExtractKind.ACCOUNT_MAP)
    if len(posted):
        touched = posted[posted["account"].isin(rows["account"])]
        rows = pd.concat(
            [touched[[*_KEY, "pl_line", "to_on"]].assign(is_retracted=False, row=-1), rows], ignore_index=True
        )
        rows = rows.drop_duplicates(_KEY, keep="last")
    rows = rows[~rows["is_retracted"].astype(bool)]
    broken: dict[int, Mapping[str, object]] = {}
    for account, held in _by_account(rows).items():
        for before, after in pairwise(held):
            if before.to_on is None or before.to_on <= after.from_on:
                continue
            words = {
                "text": account,
                "found": f"{before.pl_line} from {before.from_on} until before {before.to_on} and to {after.pl_line}",
                "date": str(after.from_on),
            }
            broken.update({each.row: words for each in (before, after) if each.row >= 0})
    return [Fault("MAP-001", "from_on", np.array(sorted(broken), dtype=np.int64), broken.__getitem__)] if broken else []


class _Mapping(NamedTuple):
    """A mapping of an account; `row` is its place in the file, -1 where it is posted."""

    from_on: date
    to_on: date | None
    pl_line: str
    row: int


def _by_account(rows: pd.DataFrame) -> dict[str, list[_Mapping]]:
    found: dict[str, list[_Mapping]] = {}
    columns = (rows[name].tolist() for name in ("account", "from_on", "to_on", "pl_line", "row"))
    for account, from_on, to_on, pl_line, row in zip(*columns, strict=True):
        until = to_on if isinstance(to_on, date) else None
        found.setdefault(str(account), []).append(_Mapping(from_on, until, str(pl_line), int(row)))
    return {account: sorted(held, key=lambda each: each.from_on) for account, held in found.items()}

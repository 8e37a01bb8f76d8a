"""What is known when a file is checked: posted facts, overlaid by the parts of the same file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from models.domain.calendar import CalendarPattern, FiscalCalendar, WeekStart
from models.domain.extract import ExtractKind
from models.domain.period_state import PeriodBook
from models.domain.policy import INITIAL_POLICY, Policy
from models.store.tables import FACT_TABLES

Where = Mapping[str, Collection[object]]

#: Loads the current rows of a kind, retracted ones left out, all or where columns hold one of given values.
Loader = Callable[[ExtractKind, Where | None], pd.DataFrame]


class Known:
    """Current facts, read once per kind when first asked for, and what the file itself brings.

    Parameters
    ----------
    load
        Reads the posted rows of a kind.
    policy
        The policy that holds.
    today
        Day of the check, in the organisation's time zone; None leaves the checks for periods to come out.
    book
        Which fiscal periods are closed; none of them without it.
    """

    __slots__ = ("_incoming", "_load", "_posted", "book", "policy", "today")

    def __init__(
        self,
        load: Loader,
        policy: Policy = INITIAL_POLICY,
        today: date | None = None,
        book: PeriodBook | None = None,
    ) -> None:
        self._load = load
        self.book = book or PeriodBook()
        self._posted: dict[ExtractKind, pd.DataFrame] = {}
        self._incoming: dict[ExtractKind, list[pd.DataFrame]] = {}
        self.policy = policy
        self.today = today

    def posted(self, kind: ExtractKind) -> pd.DataFrame:
        """Rows that are posted and current."""
        if kind not in self._posted:
            self._posted[kind] = self._load(kind, None)
        return self._posted[kind]

    def posted_where(self, kind: ExtractKind, where: Where) -> pd.DataFrame:
        """Rows that are posted and current, where columns hold one of the given values."""
        return self._load(kind, where)

    def add(self, kind: ExtractKind, frame: pd.DataFrame) -> None:
        """Overlay the rows of a part of the file that is being checked."""
        self._incoming.setdefault(kind, []).append(frame)
        if kind is ExtractKind.POLICIES and len(frame):
            self.policy = policy_with_calendar(self.policy, frame)

    def values(self, kind: ExtractKind, column: str) -> frozenset[str]:
        """Texts of a column, posted or in the same file."""
        found: set[str] = set()
        for frame in self._frames(kind):
            rows = frame if "is_retracted" not in frame else frame[~frame["is_retracted"].astype(bool)]
            found.update(rows[column].dropna().unique().tolist())
        return frozenset(found)

    def latest(
        self, kind: ExtractKind, keys: tuple[str, ...], columns: tuple[str, ...]
    ) -> dict[tuple[object, ...], tuple[object, ...]]:
        """Return values of columns by key; the file's rows take precedence over posted ones."""
        found: dict[tuple[object, ...], tuple[object, ...]] = {}
        for frame in self._frames(kind):
            rows = zip(*(frame[name].tolist() for name in (*keys, *columns)), strict=True)
            retracted = frame["is_retracted"].tolist() if "is_retracted" in frame else [False] * len(frame)
            for row, is_retracted in zip(rows, retracted, strict=True):
                if is_retracted:
                    found.pop(row[: len(keys)], None)
                else:
                    found[row[: len(keys)]] = row[len(keys) :]
        return found

    def _frames(self, kind: ExtractKind) -> list[pd.DataFrame]:
        posted = self.posted(kind)
        return [frame for frame in (posted, *self._incoming.get(kind, [])) if len(frame)]


def known_from_frames(
    frames: Mapping[ExtractKind, pd.DataFrame],
    policy: Policy = INITIAL_POLICY,
    today: date | None = None,
    book: PeriodBook | None = None,
) -> Known:
    """Make knowledge of frames that hold columns of the fact tables; what is not given is empty or missing."""

    def load(kind: ExtractKind, where: Where | None) -> pd.DataFrame:
        fact = FACT_TABLES[kind]
        frame = frames.get(kind, pd.DataFrame()).reindex(columns=[*fact.key_names, *fact.value_names])
        for name, wanted in (where or {}).items():
            frame = frame[frame[name].isin(list(wanted))] if len(frame) else frame
        return frame

    return Known(load, policy, today, book)


def policy_with_calendar(policy: Policy, frame: pd.DataFrame) -> Policy:
    """Take over what checks need of the last policy of a file: calendar and currency."""
    row = frame.sort_values("version").iloc[-1]
    if row[["fiscal_start_month", "calendar_pattern", "is_year_named_by_end", "reporting_currency"]].isna().any():
        return policy
    if (
        row["calendar_pattern"] not in {pattern.value for pattern in CalendarPattern}
        or not 1 <= row["fiscal_start_month"] <= 12
    ):
        return policy
    calendar = FiscalCalendar(
        int(row["fiscal_start_month"]),
        CalendarPattern(row["calendar_pattern"]),
        bool(row["is_year_named_by_end"]),
        WeekStart(row["week_starts_on"]) if row["week_starts_on"] in set(WeekStart) else WeekStart.MONDAY,
    )
    return replace(policy, version=int(row["version"]), calendar=calendar, reporting_currency=row["reporting_currency"])

"""True-ups: what a later re-estimate says of locked periods, posted in the first period that is not locked.

The locked amounts stand; the difference is an entry of its own, per benefit line, cost category or P&L line, with its
causes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TrueUpKind(StrEnum):
    """What moved after the lock."""

    BENEFIT = "benefit"
    COST = "cost"
    BOOKS = "books"


class TrueUpCause(StrEnum):
    """Why a locked amount would be another today."""

    KPI_RESTATED = "kpi_restated"
    KPI_LATER = "kpi_later"
    ENGINE = "engine"
    UNIT_VALUE = "unit_value"
    EXCHANGE_RATE = "exchange_rate"
    POLICY = "policy"
    ROLL_OUT = "roll_out"
    STAGE = "stage"
    SHARING_RULE = "sharing_rule"
    COST_ROWS = "cost_rows"
    BOOK_ROWS = "book_rows"
    REESTIMATE = "reestimate"

    @property
    def label(self) -> str:
        """Restated KPI rows, later KPI rows, ..."""
        return _CAUSE_WORDS[self]


_CAUSE_WORDS = {
    TrueUpCause.KPI_RESTATED: "restated KPI rows",
    TrueUpCause.KPI_LATER: "later KPI rows, which move the counterfactual",
    TrueUpCause.ENGINE: "a new version of the estimation",
    TrueUpCause.UNIT_VALUE: "another unit value, class or account",
    TrueUpCause.EXCHANGE_RATE: "other exchange rates",
    TrueUpCause.POLICY: "a new policy version",
    TrueUpCause.ROLL_OUT: "other roll-out dates",
    TrueUpCause.STAGE: "another stage of the initiative",
    TrueUpCause.SHARING_RULE: "a sharing rule",
    TrueUpCause.COST_ROWS: "cost rows posted since",
    TrueUpCause.BOOK_ROWS: "P&L rows posted since",
    TrueUpCause.REESTIMATE: "a new valuation of the same facts",
}


@dataclass(frozen=True, slots=True)
class TrueUpReason:
    """A cause with the numbers of the sequence (extracts, decisions) that brought it; none for a new version."""

    cause: TrueUpCause
    load_seqs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TrueUp:
    """One difference between locked and re-estimated, minor units.

    `start_on` to `end_on` spans the locked periods that moved. `posted_on` is the first day of the period it is posted
    in; None while every period to as-of is locked (pending), and always for books, which their own period corrects.
    `subject` is the benefit line, cost category or P&L line.
    """

    kind: TrueUpKind
    initiative: str
    subject: str
    name: str
    start_on: date
    end_on: date
    first_period: str
    last_period: str
    posted_on: date | None
    posted_period: str
    currency: str
    amount_minor: int
    realised_minor: int
    reasons: tuple[TrueUpReason, ...] = ()
    since_seq: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether it waits for a period that is not locked."""
        return self.posted_on is None and self.kind is not TrueUpKind.BOOKS

    @property
    def net_minor(self) -> int:
        """What it adds to benefits less costs: a cost counts against."""
        return -self.amount_minor if self.kind is TrueUpKind.COST else self.amount_minor

    @property
    def span(self) -> str:
        """FY26-P01 to FY26-P03, or the one period."""
        return (
            self.first_period if self.first_period == self.last_period else f"{self.first_period} to {self.last_period}"
        )

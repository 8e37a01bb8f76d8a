"""What proves a ledger: control totals of the books, identities of its sums, the age of what is open, claims beside.

All amounts are integer minor units of the publication's currency, but for control totals, which stand in the currency
of the books as posted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.domain.money import to_major

#: Last age of each bucket in fiscal periods; what is older falls into one more.
AGE_LIMITS = (3, 6, 12)
AGE_LABELS = ("0-3", "4-6", "7-12", "over 12")


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """The P&L rows of an entity in a fiscal period against the trial balance that was posted for them.

    Sums are under the sign convention of the rows. `other_currencies` are currencies of rows in which the trial balance
    states nothing.
    """

    entity: str
    start_on: date
    period: str
    scenario: str
    currency: str
    rows_minor: int
    row_count: int
    stated_minor: int
    stated_count: int
    other_currencies: tuple[str, ...] = ()

    @property
    def difference_minor(self) -> int:
        """Rows less trial balance."""
        return self.rows_minor - self.stated_minor

    @property
    def agrees(self) -> bool:
        """Whether sum, row count and currency are those of the trial balance."""
        return not self.difference_minor and self.row_count == self.stated_count and not self.other_currencies

    @property
    def sentence(self) -> str:
        """What was found, with both sums and their difference."""
        rows, stated, difference = (
            to_major(amount, self.currency) for amount in (self.rows_minor, self.stated_minor, self.difference_minor)
        )
        text = (
            f"The P&L rows of {self.entity} in {self.period} do not agree to the trial balance: they sum to "
            f"{self.currency} {rows}, it says {stated}, difference {difference}"
        )
        if self.row_count != self.stated_count:
            text += f"; {self.row_count} rows, it says {self.stated_count}"
        if self.other_currencies:
            text += f"; rows in {', '.join(self.other_currencies)} are in no trial balance"
        return f"{text}."


@dataclass(frozen=True, slots=True)
class AgeRow:
    """What of an initiative waits in a state, by age in fiscal periods from the period of posting to as-of.

    `amounts_minor` run over the buckets of `AGE_LABELS`; `state` is the value of a `TieState`.
    """

    initiative: str
    state: str
    oldest_period: str
    amounts_minor: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        """Sum over all ages."""
        return sum(self.amounts_minor)


@dataclass(frozen=True, slots=True)
class ClaimBeside:
    """What somebody claims (E0) of an initiative, on the P&L line of the benefit line that the claim names.

    `pl_line` is empty where the claim names no benefit line, or one that reaches no P&L line. Never summed with
    entries.
    """

    claimant: str
    initiative: str
    benefit_line: str
    pl_line: str
    entity: str
    cost_centre: str
    fiscal_year: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Two sums that must be the same, each made from its own records."""

    left: str
    right: str
    left_minor: int
    right_minor: int

    @property
    def difference_minor(self) -> int:
        """Left less right: 0 where the ledger is sound."""
        return self.left_minor - self.right_minor


def age_bucket(age: int) -> int:
    """Return the place of an age in fiscal periods among `AGE_LABELS`."""
    return next((place for place, limit in enumerate(AGE_LIMITS) if age <= limit), len(AGE_LIMITS))

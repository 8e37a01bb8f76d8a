"""The ledger: what a P&L line moved, what is held against it, and what is left.

All amounts are integer minor units of the publication's currency, in profit terms (favourable is positive).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain.effect import EvidenceGrade
from models.domain.measure import BenefitClass


class TieState(StrEnum):
    """The state of an entry: a realised amount held against a P&L line."""

    TIED_OUT = "tied_out"
    LOCATED_NOT_SUPPORTED = "located_not_supported"
    DRIVERS_MISSING = "drivers_missing"
    LEDGER_OPEN = "ledger_open"
    TOO_SMALL_TO_SEE = "too_small_to_see"
    OVERLAP_OPEN = "overlap_open"
    UNLOCATED = "unlocated"
    NON_CASH = "non_cash"
    BALANCE_SHEET = "balance_sheet"

    @property
    def label(self) -> str:
        """The state in words."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    TieState.TIED_OUT: "tied out",
    TieState.LOCATED_NOT_SUPPORTED: "located, not supported",
    TieState.DRIVERS_MISSING: "located, drivers missing",
    TieState.LEDGER_OPEN: "ledger open",
    TieState.TOO_SMALL_TO_SEE: "too small to see in this line",
    TieState.OVERLAP_OPEN: "overlap open",
    TieState.UNLOCATED: "unlocated",
    TieState.NON_CASH: "non-cash",
    TieState.BALANCE_SHEET: "balance sheet",
}


class LedgerComponent(StrEnum):
    """The rows between reference and actual, in the order in which they are shown and flexed."""

    REFERENCE = "reference"
    EMBEDDED = "embedded"  # benefits (and costs) that the reference already holds, added back
    VOLUME = "volume"
    PRICE = "price"
    FX = "fx"
    MIX = "mix"
    WAGE = "wage"
    SCOPE = "scope"
    RECLASSIFICATION = "reclassification"
    OTHER_PROGRAMMES = "other_programmes"
    INITIATIVE = "initiative"
    RUN_COST = "run_cost"
    BUILD_COST = "build_cost"
    COST_TO_ACHIEVE = "cost_to_achieve"
    AMORTISATION = "amortisation"
    UNEXPLAINED = "unexplained"
    ACTUAL = "actual"

    @property
    def label(self) -> str:
        """The row in words."""
        return _COMPONENT_LABELS.get(self, self.value.replace("_", " "))

    @property
    def is_flex(self) -> bool:
        """Whether the row belongs to the flexed reference."""
        return self in _FLEX


_COMPONENT_LABELS = {
    LedgerComponent.EMBEDDED: "already in the reference, added back",
    LedgerComponent.FX: "FX",
    LedgerComponent.WAGE: "wage inflation",
}
_FLEX = frozenset(
    {
        LedgerComponent.REFERENCE,
        LedgerComponent.EMBEDDED,
        LedgerComponent.VOLUME,
        LedgerComponent.PRICE,
        LedgerComponent.FX,
        LedgerComponent.MIX,
        LedgerComponent.WAGE,
        LedgerComponent.SCOPE,
        LedgerComponent.RECLASSIFICATION,
        LedgerComponent.OTHER_PROGRAMMES,
    }
)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of a cell; `initiative` is empty unless the row belongs to one."""

    component: LedgerComponent
    initiative: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LedgerCell:
    """One P&L line and fiscal period: rows before ACTUAL sum to it exactly.

    `reference_scenario` is `budget <version>` or `prior year`, empty where there is none (then `rows` is empty but for
    the actual). `unexplained_low_minor` and `unexplained_high_minor` mirror the interval of the initiatives.
    """

    start_on: date
    end_on: date
    period: str
    reference_scenario: str
    is_closed: bool
    rows: tuple[LedgerRow, ...]
    unexplained_low_minor: int | None
    unexplained_high_minor: int | None

    def amount_of(self, component: LedgerComponent) -> int:
        """Sum of the rows of a component."""
        return sum(row.amount_minor for row in self.rows if row.component is component)

    @property
    def flexed_reference_minor(self) -> int:
        """Reference with everything that is not an initiative's doing."""
        return sum(row.amount_minor for row in self.rows if row.component.is_flex)


@dataclass(frozen=True, slots=True)
class LineTest:
    """What a line supports in one fiscal year to date.

    Entries R, movement M beyond the flex in their direction, noise s: R < 2s is too small to see; otherwise short = R
    if M <= 0, else max(0, R - M - 2s); supported = R - short. `noise_minor` is None where it is not known.
    """

    fiscal_year: str
    first_period: str
    last_period: str
    n_periods: int
    entries_minor: int
    movement_minor: int | None
    noise_minor: int | None
    noise_periods: int
    short_minor: int
    supported_minor: int
    state: TieState
    initiatives: tuple[str, ...]
    is_unshared: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A P&L line of an entity (empty: the group, after eliminations) with its cells and tests.

    The line with the empty key is the whole mapped P&L; it carries the costs that name no line.
    """

    pl_line: str
    name: str
    kind: str
    entity: str
    cells: tuple[LedgerCell, ...]
    tests: tuple[LineTest, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A realised amount of a benefit line in one fiscal year, held against a P&L line (empty where there is none).

    `tied_minor` is the part that is tied out; the rest has `state` (TIED_OUT where nothing is left). On an unshared
    short line the parts are not known until a rule is signed: `tied_minor` is 0 and the state OVERLAP_OPEN.
    """

    initiative: str
    benefit_line: str
    benefit_class: BenefitClass
    grade: EvidenceGrade
    pl_line: str
    entity: str
    fiscal_year: str
    amount_minor: int
    tied_minor: int
    state: TieState
    reason: str


@dataclass(frozen=True, slots=True)
class UnsharedRow:
    """Entries of several initiatives on one short line: one row until a sharing rule is signed."""

    pl_line: str
    entity: str
    fiscal_year: str
    initiatives: tuple[str, ...]
    entries_minor: int
    tied_minor: int
    short_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class OverClaim:
    """Entries beyond the movement left after the flex, named with their initiatives; never scaled."""

    pl_line: str
    name: str
    entity: str
    fiscal_year: str
    entries_minor: int
    movement_minor: int
    excess_minor: int
    initiatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldByBudget:
    """What of a benefit the budget already holds, fiscal year to date: it shows no variance."""

    initiative: str
    benefit_line: str
    pl_line: str
    fiscal_year: str
    amount_minor: int
    budget_version: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole ledger of a publication.

    `entries` sum to realised, whatever their state; `unshared` says for short lines of several initiatives what they
    support together. `unlocated_cost_minor` is cost that names no P&L line (on the whole P&L only).
    """

    lines: tuple[LedgerLine, ...]
    entries: tuple[Entry, ...]
    unshared: tuple[UnsharedRow, ...]
    over_claims: tuple[OverClaim, ...]
    held_by_budget: tuple[HeldByBudget, ...]
    unlocated_cost_minor: int
    reasons: tuple[str, ...]

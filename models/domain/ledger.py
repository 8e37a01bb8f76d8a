"""The ledger: what a P&L line moved, what is held against it, and what is left.

All amounts are integer minor units of the publication's currency, in profit terms (favourable is positive).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.domain.effect import EvidenceGrade
from models.domain.ledger_kinds import LedgerComponent, LedgerLevel, TieState
from models.domain.ledger_proof import AgeRow, ClaimBeside, ControlTotal, Identity
from models.domain.measure import BenefitClass
from models.domain.policy import LedgerBasis

__all__ = [
    "CONSISTENT",
    "OPEN_LEDGER",
    "AgeRow",
    "ClaimBeside",
    "ClaimingEntry",
    "ControlTotal",
    "Entry",
    "EntryPart",
    "HeldByBudget",
    "Identity",
    "Ledger",
    "LedgerCell",
    "LedgerComponent",
    "LedgerLevel",
    "LedgerLine",
    "LedgerRow",
    "LineTest",
    "OverClaim",
    "TieState",
    "UnsharedRow",
    "check_identities",
    "total_by_state",
]

#: Why an amount is tied out.
CONSISTENT = "Consistent with what the line moved beyond its flexed reference."
#: Why an amount waits, where it is not for a control total that differs.
OPEN_LEDGER = "The ledger of these periods is open."


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
    the actual). `unexplained_low_minor` and `unexplained_high_minor` mirror the interval of the initiatives. `control`
    says why nothing can tie out in the cell: its rows do not agree to the trial balance; empty where nothing speaks
    against it.
    """

    start_on: date
    end_on: date
    period: str
    reference_scenario: str
    is_closed: bool
    rows: tuple[LedgerRow, ...]
    unexplained_low_minor: int | None
    unexplained_high_minor: int | None
    control: str = ""

    def amount_of(self, component: LedgerComponent) -> int:
        """Sum of the rows of a component."""
        return sum(row.amount_minor for row in self.rows if row.component is component)

    @property
    def flexed_reference_minor(self) -> int:
        """Reference with everything that is not an initiative's doing."""
        return sum(row.amount_minor for row in self.rows if row.component.is_flex)

    @property
    def moved_minor(self) -> int:
        """What the line moved beyond its flexed reference and the costs of initiatives that stand on it."""
        costs = sum(row.amount_minor for row in self.rows if row.component.is_cost)
        return self.amount_of(LedgerComponent.ACTUAL) - self.flexed_reference_minor - costs


@dataclass(frozen=True, slots=True)
class LineTest:
    """What a line supports in one fiscal year to date.

    Entries R, movement M beyond the flex and the costs located there in their direction, noise s: R < 2s is too small
    to see; otherwise short = R if M <= 0, else max(0, R - M - 2s); supported = R - short. `noise_minor` is None where
    it is not known.
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
    """A P&L line with its cells and tests: of a cost centre, an entity (empty: all), or the group (both empty).

    The line with the empty key is the whole mapped P&L; it carries the costs that name no line. A roll-up sums the
    cells of its parts, to the cent, and is tested nowhere: entries are held against the parts.
    """

    pl_line: str
    name: str
    kind: str
    entity: str
    cells: tuple[LedgerCell, ...]
    tests: tuple[LineTest, ...]
    cost_centre: str = ""
    is_roll_up: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """P&L line, entity, cost centre."""
        return self.pl_line, self.entity, self.cost_centre

    @property
    def level(self) -> LedgerLevel:
        """How finely it is looked at."""
        if not self.pl_line:
            return LedgerLevel.WHOLE
        if self.cost_centre:
            return LedgerLevel.COST_CENTRE
        return LedgerLevel.ENTITY if self.entity else LedgerLevel.GROUP


@dataclass(frozen=True, slots=True)
class EntryPart:
    """An amount of an entry in one state, with its reason."""

    state: TieState
    amount_minor: int
    reason: str


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
    cost_centre: str = ""

    @property
    def parts(self) -> tuple[EntryPart, ...]:
        """The tied-out part and the rest under its state; they sum to the entry."""
        rest = self.amount_minor - self.tied_minor
        if self.state is TieState.TIED_OUT:
            return (EntryPart(self.state, self.amount_minor, self.reason),)
        tied = EntryPart(TieState.TIED_OUT, self.tied_minor, CONSISTENT) if self.tied_minor else None
        return tuple(part for part in (tied, EntryPart(self.state, rest, self.reason)) if part)


@dataclass(frozen=True, slots=True)
class UnsharedRow:
    """What a short line of several initiatives supports and no signed rule gives to one of them.

    Without a rule `entries_minor` are all entries of the line and the rest stays OVERLAP_OPEN. Where a signed rule
    leaves a part to nobody, the row is that part and `rest_state` is LOCATED_NOT_SUPPORTED.
    """

    pl_line: str
    entity: str
    fiscal_year: str
    initiatives: tuple[str, ...]
    entries_minor: int
    tied_minor: int
    short_minor: int
    reason: str
    cost_centre: str = ""
    rest_state: TieState = TieState.OVERLAP_OPEN


@dataclass(frozen=True, slots=True)
class ClaimingEntry:
    """What one initiative holds against an over-claimed line."""

    initiative: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OverClaim:
    """Entries beyond the movement left after the flex, named with each initiative's own; never scaled."""

    pl_line: str
    name: str
    entity: str
    fiscal_year: str
    entries_minor: int
    movement_minor: int
    excess_minor: int
    initiatives: tuple[str, ...]
    cost_centre: str = ""
    entries: tuple[ClaimingEntry, ...] = ()

    @property
    def is_double_count(self) -> bool:
        """Whether several initiatives claim the movement, so that part of it may be counted twice."""
        return len(self.initiatives) > 1


@dataclass(frozen=True, slots=True)
class HeldByBudget:
    """What of a benefit the budget already holds, fiscal year to date: it shows no variance."""

    initiative: str
    benefit_line: str
    pl_line: str
    fiscal_year: str
    amount_minor: int
    budget_version: str
    entity: str = ""
    cost_centre: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The whole ledger of a publication.

    `entries` sum to realised, whatever their state; `unshared` says for short lines of several initiatives what they
    support together. `unlocated_cost_minor` is cost that names no P&L line (on the whole P&L only; negative, in profit
    terms). `basis` says whether rows between entities are in it; `ageing` sums to what is unlocated and ledger open;
    `claims` stand beside and are never added.
    """

    lines: tuple[LedgerLine, ...]
    entries: tuple[Entry, ...]
    unshared: tuple[UnsharedRow, ...]
    over_claims: tuple[OverClaim, ...]
    held_by_budget: tuple[HeldByBudget, ...]
    unlocated_cost_minor: int
    reasons: tuple[str, ...]
    basis: LedgerBasis = LedgerBasis.AFTER_ELIMINATIONS
    controls: tuple[ControlTotal, ...] = ()
    ageing: tuple[AgeRow, ...] = ()
    claims: tuple[ClaimBeside, ...] = ()

    @property
    def disagreements(self) -> tuple[ControlTotal, ...]:
        """Entities and periods whose P&L rows do not agree to their trial balance."""
        return tuple(control for control in self.controls if not control.agrees)


def total_by_state(entries: Iterable[Entry], unshared: Iterable[UnsharedRow]) -> dict[TieState, int]:
    """Sum entries by state: what unshared rows tie out moves there from the state of their entries' rest."""
    totals: dict[TieState, int] = defaultdict(int)
    for entry in entries:
        for part in entry.parts:
            totals[part.state] += part.amount_minor
    for row in unshared:
        totals[TieState.TIED_OUT] += row.tied_minor
        totals[row.rest_state] -= row.tied_minor
    return {state: totals[state] for state in TieState if totals[state]}


def check_identities(ledger: Ledger, realised_minor: int, cashable_minor: int, tied_minor: int) -> tuple[Identity, ...]:
    """Hold the sums of the ledger against the figures of the publication, which are summed by initiative."""
    states = total_by_state(ledger.entries, ledger.unshared)
    cashable = [entry for entry in ledger.entries if entry.benefit_class.is_cashable]
    located = sum(entry.amount_minor for entry in cashable if entry.pl_line)
    unlocated = sum(entry.amount_minor for entry in cashable if not entry.pl_line)
    waiting = {TieState.UNLOCATED: 0, TieState.LEDGER_OPEN: 0}
    for row in ledger.ageing:
        waiting[TieState(row.state)] += row.total_minor
    by_state = total_by_state(ledger.entries, ())
    return (
        Identity("entries by state", "realised", sum(states.values()), realised_minor),
        Identity("located + unlocated", "realised cashable", located + unlocated, cashable_minor),
        Identity("tied out in the ledger", "tied out", states.get(TieState.TIED_OUT, 0), tied_minor),
        *(
            Identity(f"{state.label} by age", f"{state.label} entries", amount, by_state.get(state, 0))
            for state, amount in waiting.items()
        ),
    )

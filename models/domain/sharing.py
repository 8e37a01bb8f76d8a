"""Nothing counted twice: rules by which initiatives share what cannot be told apart, and what of it is shared.

Amounts are integer minor units of the publication's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.domain.benefit_line import LineValuation, WhyNot
from models.domain.effect import EvidenceGrade
from models.domain.errors import InvalidInputError
from models.domain.interval import Interval
from models.domain.measure import BenefitClass

_LEDGER_PREFIX = "ledger:"
_SEPARATOR = "|"

#: P&L line, entity, cost centre, fiscal year: what a sharing rule of a short P&L line is about.
LedgerSubject = tuple[str, str, str, str]


class SubjectKind(StrEnum):
    """What a rule shares out."""

    JOINT_EFFECT = "joint_effect"
    LEDGER_LINE = "ledger_line"

    @property
    def label(self) -> str:
        """The kind in words."""
        return "joint effect" if self is SubjectKind.JOINT_EFFECT else "short P&L line"


class ShareRule(StrEnum):
    """By what something is shared out."""

    EQUAL = "equal"
    CASE_WEIGHTED = "case_weighted"
    USAGE = "usage"

    @property
    def label(self) -> str:
        """The rule in words."""
        return _RULE_LABELS[self]


_RULE_LABELS = {
    ShareRule.EQUAL: "equal parts",
    ShareRule.CASE_WEIGHTED: "by what the cases promised",
    ShareRule.USAGE: "by usage",
}


class SignedAs(StrEnum):
    """In which capacity somebody signs."""

    FINANCE = "finance"
    OWNER = "owner"


class SharingState(StrEnum):
    """How far a rule has come."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SharingSignature:
    """A signature under a rule, or a refusal of it; `initiative` is empty for finance."""

    load_seq: int
    signed_as: SignedAs
    initiative: str
    person: str
    is_agreed: bool
    reason: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class SharingRule:
    """A proposed rule with its signatures as known; in force once finance and an owner of every initiative signed."""

    id: int
    load_seq: int
    subject_kind: SubjectKind
    subject: str
    initiatives: tuple[str, ...]
    rule: ShareRule
    valid_from_on: date
    reason: str
    proposed_by: str
    proposed_at: datetime
    signatures: tuple[SharingSignature, ...]

    @property
    def missing(self) -> tuple[tuple[SignedAs, str], ...]:
        """Who has not signed yet: finance, and owners by initiative."""
        wanted = [(SignedAs.FINANCE, ""), *((SignedAs.OWNER, key) for key in self.initiatives)]
        signed = {(each.signed_as, each.initiative) for each in self.signatures if each.is_agreed}
        return tuple(each for each in wanted if each not in signed)

    @property
    def state(self) -> SharingState:
        """Whether it waits, holds, or was refused."""
        if any(not each.is_agreed for each in self.signatures):
            return SharingState.REFUSED
        return SharingState.PROPOSED if self.missing else SharingState.IN_FORCE

    @property
    def signed_seq(self) -> int:
        """The number of the sequence that the last signature took; of the proposal before any."""
        return max((each.load_seq for each in self.signatures), default=self.load_seq)


def rule_in_force(rules: tuple[SharingRule, ...], on: date) -> SharingRule | None:
    """Return the rule that holds on a day: among those valid by then, the one signed last, in whatever order given."""
    valid = [rule for rule in rules if rule.state is SharingState.IN_FORCE and rule.valid_from_on <= on]
    return max(valid, key=lambda rule: rule.signed_seq, default=None)


def ledger_subject(pl_line: str, entity: str, cost_centre: str, fiscal_year: str) -> str:
    """Return the key of a short P&L line in one fiscal year, as a rule names it."""
    return _LEDGER_PREFIX + _SEPARATOR.join((pl_line, entity, cost_centre, fiscal_year))


def read_ledger_subject(subject: str) -> LedgerSubject:
    """Return P&L line, entity, cost centre and fiscal year of a key.

    Raises
    ------
    InvalidInputError
        If it is no such key.
    """
    parts = subject.removeprefix(_LEDGER_PREFIX).split(_SEPARATOR)
    if not subject.startswith(_LEDGER_PREFIX) or len(parts) != len(("line", "entity", "cost centre", "year")):
        raise InvalidInputError(f"'{subject}' names no P&L line of a fiscal year")
    return parts[0], parts[1], parts[2], parts[3]


@dataclass(frozen=True, slots=True)
class SharedAmount:
    """An amount of a joint effect that a rule gave to an initiative."""

    initiative: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SharedPosting:
    """The money of a joint effect in a fiscal period: what each initiative has, and what stays unshared.

    The parts and `unshared_minor` sum to `measured_minor` exactly. `rule_id` is None where no rule applies, with the
    reason why in `reason`.
    """

    start_on: date
    end_on: date
    period: str
    measured_minor: int
    shares: tuple[SharedAmount, ...]
    unshared_minor: int
    rule_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class JointRow:
    """A joint effect in money: one row of all its initiatives, with what a signed rule has given to each.

    `unshared` is what stays unshared, described as a benefit line under the key of the joint effect; None where nothing
    is left or there is no money at all, which `why_not` explains. `effect` and `grade` are of the joint effect whole.
    `sentence` says what keeps the initiatives from being told apart.
    """

    key: str
    name: str
    kpi: str
    kpi_name: str
    unit_of_measure: str
    lines: tuple[str, ...]
    initiatives: tuple[str, ...]
    estimate_id: int | None
    grade: EvidenceGrade | None
    effect: Interval | None
    benefit_class: BenefitClass | None
    sentence: str
    why_not: WhyNot | None
    unshared: LineValuation | None
    postings: tuple[SharedPosting, ...]
    notes: tuple[str, ...]

    @property
    def measured_minor(self) -> int:
        """The whole joint effect, shared or not."""
        return sum(posting.measured_minor for posting in self.postings)

    @property
    def unshared_minor(self) -> int:
        """What no rule has given to an initiative."""
        return sum(posting.unshared_minor for posting in self.postings)

    def shared_minor(self, initiative: str) -> int:
        """Return what rules have given to an initiative."""
        return sum(each.amount_minor for p in self.postings for each in p.shares if each.initiative == initiative)


@dataclass(frozen=True, slots=True)
class SharedStanding:
    """How an initiative stands to a joint effect it has a part in.

    `others` (names) and `unshared_minor` are told only to who may see all its initiatives; otherwise empty and None.
    `own_minor` is what signed rules have given to the initiative.
    """

    joint_key: str
    kpi_name: str
    lines: tuple[str, ...]
    n_initiatives: int
    others: tuple[str, ...]
    unshared_minor: int | None
    own_minor: int
    is_measured: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class AllocatedCost:
    """What an initiative bears of a platform's cost in a fiscal period, by an approved driver.

    `quantity` of `total_quantity` are the initiative's and all users' use of the platform, as posted. For who may not
    see the other side, its key and the total are empty.
    """

    platform: str
    initiative: str
    start_on: date
    end_on: date
    period: str
    category: str
    nature: str
    recurrence: str
    treatment: str
    source_reference: str
    driver: str
    quantity: str
    total_quantity: str
    amount_minor: int


class RemovalStep(StrEnum):
    """Why the portfolio's net changes when an initiative is taken out."""

    OWN = "own"
    RETURNED = "returned"
    FREED = "freed"
    TOO_SMALL = "too_small"
    OWN_COST = "own_cost"
    PLATFORM_COST = "platform_cost"

    @property
    def label(self) -> str:
        """The step in words."""
        return _STEP_LABELS[self]


_STEP_LABELS = {
    RemovalStep.OWN: "its own tied out value",
    RemovalStep.RETURNED: "joint effects go back to the others",
    RemovalStep.FREED: "others on short lines now tie out",
    RemovalStep.TOO_SMALL: "the rest is too small to see",
    RemovalStep.OWN_COST: "its own cost falls away",
    RemovalStep.PLATFORM_COST: "platform cost others must bear",
}


@dataclass(frozen=True, slots=True)
class RemovalRow:
    """One step of a bridge with what it consists of: (what, amount), the amounts summing to `amount_minor`."""

    step: RemovalStep
    amount_minor: int
    items: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class RemovalBridge:
    """Net of the portfolio (tied out less invested) with an initiative, without it, and every step between.

    The steps sum exactly to `without_minor - with_minor`. `vanished` are over-claims that are none without it: P&L
    line, fiscal year and the excess that goes.
    """

    initiative: str
    with_minor: int
    without_minor: int
    rows: tuple[RemovalRow, ...]
    vanished: tuple[tuple[str, str, int], ...]

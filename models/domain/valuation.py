"""What the initiatives are worth: the figures of a publication, per line, initiative and portfolio.

Words as in docs/methods/money.md. `*_minor` are integer minor units of the publication's currency. Every figure
belongs to a `PublicationContext`, which says as of which day, in which currency, at which rates and level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.domain.benefit_line import AccountLink, HoursChain, LineStatus, LineValuation, Posting, WhyNot
from models.domain.bridge import InitiativeBridge, OwnerMonth
from models.domain.effect import EffectEstimate, EvidenceGrade, NotEstimable
from models.domain.figures import (
    ClaimantShare,
    ClassShare,
    Figures,
    GapBridge,
    GradeShare,
    MoneyInterval,
    Payback,
    RateOfReturn,
    RootStatus,
    TieShare,
)
from models.domain.follow_up import FollowUp
from models.domain.ledger import HeldByBudget, Identity, Ledger, OverClaim, UnsharedRow
from models.domain.measure import Stage
from models.domain.money import Money
from models.domain.sharing import AllocatedCost, JointRow, SharedStanding
from models.domain.true_up import TrueUp
from models.domain.views import ViewCell

__all__ = [
    "AccountLink",
    "CaseMark",
    "ClaimRow",
    "ClaimantShare",
    "ClassShare",
    "CostCell",
    "CumulativePoint",
    "Figures",
    "FileCount",
    "GapBridge",
    "GradeShare",
    "HoursChain",
    "IdleSpend",
    "InitiativeSummary",
    "InitiativeValuation",
    "LedgerView",
    "LineEffect",
    "LineStatus",
    "LineValuation",
    "MatrixCell",
    "MoneyInterval",
    "NotMeasurable",
    "Payback",
    "PortfolioSummary",
    "PortfolioValuation",
    "Posting",
    "PublicationContext",
    "RateOfReturn",
    "RootStatus",
    "TieShare",
    "WhyNot",
    "ZeroPossible",
]


@dataclass(frozen=True, slots=True)
class CumulativePoint:
    """Cumulative benefit (realised cashable) and cost at the end of a fiscal period; forecast after as-of.

    `projected_minor` and `projected_cost_minor` are the approved case (None without one); limits are at the level
    of the publication and at 80 %. `period_minor` is the benefit of the period alone.
    """

    start_on: date
    end_on: date
    period: str
    is_forecast: bool
    projected_minor: int | None
    projected_cost_minor: int | None
    benefit_minor: int
    low_minor: int
    high_minor: int
    low_80_minor: int
    high_80_minor: int
    cost_minor: int
    period_minor: int


@dataclass(frozen=True, slots=True)
class CostCell:
    """Cost of an initiative in a fiscal period by category, nature and treatment (actual, incurred).

    `allocated_from` is the shared platform whose cost it was, empty for a cost of its own.
    """

    start_on: date
    end_on: date
    period: str
    category: str
    nature: str
    recurrence: str
    treatment: str
    amount_minor: int
    allocated_from: str = ""


class CaseMark(StrEnum):
    """How realised cashable stands against the case, like for like, told from its interval."""

    AHEAD = "ahead"
    ON_CASE = "on_case"
    BEHIND = "behind"
    NO_CASE = "no_case"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A figure that somebody asserts (grade E0), to date."""

    claimant: str
    benefit_line: str
    statement: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class InitiativeValuation:
    """An initiative with its figures, lines and series.

    `grade` is the lowest of its measured lines, None where none is measured; then `why_not` says why.
    """

    key: str
    name: str
    description: str
    owner: str
    owner_name: str
    business_unit: str
    business_unit_name: str
    delivery_model: str
    archetype: str
    stage: Stage | None
    stage_from_on: date | None
    approved_on: date | None
    case_version: int | None
    case_go_live_on: date | None
    go_live_on: date | None
    first_spend_on: date | None
    horizon_on: date | None
    discount_rate: Decimal | None
    grade: EvidenceGrade | None
    why_not: WhyNot | None
    case_mark: CaseMark
    figures: Figures
    lines: tuple[LineValuation, ...]
    cumulative: tuple[CumulativePoint, ...]
    costs: tuple[CostCell, ...]
    claims: tuple[ClaimRow, ...]
    has_been_in_production: bool = False
    views: tuple[ViewCell, ...] = ()
    bridge: InitiativeBridge | None = None  # None in publications made before bridges
    owner_forecast: tuple[OwnerMonth, ...] = ()

    @property
    def is_spend_without_production(self) -> bool:
        """Whether money is spent and nothing is or was in production."""
        in_production = self.has_been_in_production or (self.stage is not None and self.stage.is_in_production)
        return self.figures.invested.amount_minor > 0 and not in_production


@dataclass(frozen=True, slots=True)
class PublicationContext:
    """What is printed with every figure: as of, as known on, currency, rates, level, basis.

    `load_seq` is the publication's number, `input_seq` the last load that it saw. `scope` says in words whose
    initiatives are in it ("all initiatives", "3 initiatives of which you are a member", a filter).
    """

    load_seq: int
    input_seq: int
    as_of: date
    as_of_period: str
    as_of_basis: str  # "last closed period" or "last KPI period"
    as_known_on: date
    currency: str
    level: float
    rate_set: str
    horizon_on: date | None
    first_spend_on: date | None
    discount_rate: Decimal
    discount_basis: str
    timing: str
    policy_version: int
    is_policy_provisional: bool  # no approved policy: the initial assumptions hold
    is_provisional: bool  # facts that nobody has approved yet are in it
    computed_at: datetime
    n_draws: int
    engine_version: int
    dependence: str  # what the portfolio interval assumes, in a sentence
    scope: str = "all initiatives"


@dataclass(frozen=True, slots=True)
class NotMeasurable:
    """A benefit line that cannot be measured or valued yet, and when it will be."""

    initiative: str
    initiative_name: str
    benefit_line: str
    line_name: str
    why_not: WhyNot
    case_to_date: Money


@dataclass(frozen=True, slots=True)
class ZeroPossible:
    """A measured line whose interval spans zero."""

    initiative: str
    initiative_name: str
    benefit_line: str
    line_name: str
    measured: MoneyInterval


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Entries of an initiative on a P&L line (empty key: unlocated, or a class that reaches no line), to date."""

    pl_line: str
    pl_line_name: str
    initiative: str
    entries_minor: int
    tied_minor: int


@dataclass(frozen=True, slots=True)
class IdleSpend:
    """Spend of an initiative that is not in production."""

    initiative: str
    name: str
    stage: Stage | None
    invested: Money
    first_spend_on: date | None
    months: int


@dataclass(frozen=True, slots=True)
class FileCount:
    """Files of the as-of period: approved by a second person, posted at all, expected."""

    approved: int
    posted: int
    expected: int


@dataclass(frozen=True, slots=True)
class PortfolioValuation:
    """A published valuation: what is stored, whole."""

    context: PublicationContext
    figures: Figures
    initiatives: tuple[InitiativeValuation, ...]
    ledger: Ledger
    joints: tuple[JointRow, ...] = ()
    allocated: tuple[AllocatedCost, ...] = ()
    true_ups: tuple[TrueUp, ...] = ()


@dataclass(frozen=True, slots=True)
class PortfolioSummary:
    """The portfolio page: the published figures in a person's scope.

    `initiatives` are ranked by tied out, then realised cashable, then key. `period_state` is that of the as-of period;
    `files` is None where nothing is expected.
    """

    context: PublicationContext
    period_state: str
    files: FileCount | None
    figures: Figures
    initiatives: tuple[InitiativeValuation, ...]
    not_measurable: tuple[NotMeasurable, ...]
    zero_possible: tuple[ZeroPossible, ...]
    held_by_budget: tuple[HeldByBudget, ...]
    over_claims: tuple[OverClaim, ...]
    unshared: tuple[UnsharedRow, ...]
    matrix: tuple[MatrixCell, ...]
    spend_without_production: tuple[IdleSpend, ...]
    joints: tuple[JointRow, ...] = ()
    views: tuple[ViewCell, ...] = ()
    true_ups: tuple[TrueUp, ...] = ()


@dataclass(frozen=True, slots=True)
class LineEffect:
    """The published estimate of a benefit line; None where none has been made."""

    benefit_line: str
    estimate: EffectEstimate | NotEstimable | None


@dataclass(frozen=True, slots=True)
class InitiativeSummary:
    """The initiative page: its published valuation and the estimates behind it.

    `neighbours` are (key, name) of the initiatives on the other side of an allocation that the person may see.
    `follow_ups` maps benefit lines to what followed their estimates, so far as it is computed.
    """

    context: PublicationContext
    period_state: str
    initiative: InitiativeValuation
    effects: tuple[LineEffect, ...]
    held_by_budget: tuple[HeldByBudget, ...]
    shared: tuple[SharedStanding, ...] = ()
    allocated: tuple[AllocatedCost, ...] = ()
    true_ups: tuple[TrueUp, ...] = ()
    neighbours: tuple[tuple[str, str], ...] = ()
    follow_ups: Mapping[str, FollowUp] = field(default_factory=dict)

    def effect_of(self, benefit_line: str) -> EffectEstimate | NotEstimable | None:
        """Return the estimate of one of its lines."""
        return next((effect.estimate for effect in self.effects if effect.benefit_line == benefit_line), None)


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger page: every P&L line with its cells, entries and tests; `by_tie_state` sums to `realised`.

    `identities` hold the sums of the ledger against the figures; their differences are shown, also where they are 0.
    """

    context: PublicationContext
    period_state: str
    ledger: Ledger
    realised: MoneyInterval
    by_tie_state: tuple[TieShare, ...]
    initiative_names: tuple[tuple[str, str], ...]  # (key, name)
    identities: tuple[Identity, ...] = ()

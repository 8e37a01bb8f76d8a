"""The overlaps page: what nobody can tell apart, the rules that share it, shared platforms, in a person's scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.domain.errors import NotFoundError, NotPermittedError
from models.domain.ledger import UnsharedRow
from models.domain.people import Permission, Person
from models.domain.sharing import (
    AllocatedCost,
    JointRow,
    RemovalBridge,
    SharedStanding,
    SharingRule,
    SharingState,
    SignedAs,
    SubjectKind,
    ledger_subject,
    read_ledger_subject,
)
from models.domain.valuation import PublicationContext
from models.queries.knowledge import known_seq
from models.queries.people import account_names
from models.queries.portfolio import portfolio_summary
from models.queries.publications import load_publication
from models.queries.sharing import load_sharing_rules, owns
from models.queries.sharing_scope import allocated_to_tell, may_see_all, standings_of
from models.value.removal import removal_bridge

_ELSEWHERE = "an initiative that you may not see"


@dataclass(frozen=True, slots=True)
class SignatureView:
    """Who has signed or refused, in which capacity."""

    side: str
    person: str
    is_agreed: bool
    reason: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class RuleView:
    """A sharing rule as a person may know it; `subject` is empty for who may not see all its initiatives.

    `my_sides` are the sides on which this person may answer it now: (capacity, initiative). Who proposed it may refuse
    it as finance, not sign it: `may_sign_as_finance`.
    """

    id: int
    state: SharingState
    subject_kind: SubjectKind
    subject: str
    title: str
    rule: str
    valid_from_on: date
    reason: str
    proposed_by: str
    proposed_at: datetime
    initiatives: tuple[str, ...]
    signatures: tuple[SignatureView, ...]
    missing: tuple[str, ...]
    my_sides: tuple[tuple[SignedAs, str], ...]
    may_sign_as_finance: bool


@dataclass(frozen=True, slots=True)
class OverlapsView:
    """All overlaps in a person's scope.

    `standings` are joint effects of which the person sees some initiatives only: by initiative, without amounts.
    `waiting` are the subjects about which a rule waits for signatures. `initiatives` are (key, name), all in scope.
    """

    context: PublicationContext
    joints: tuple[JointRow, ...]
    standings: tuple[tuple[str, SharedStanding], ...]
    unshared: tuple[UnsharedRow, ...]
    rules: tuple[RuleView, ...]
    allocated: tuple[AllocatedCost, ...]
    initiatives: tuple[tuple[str, str], ...]
    lines: Mapping[str, str]
    may_propose: bool
    may_remove: bool

    @property
    def names(self) -> dict[str, str]:
        """Names by key, of initiatives and joint effects."""
        return {**dict(self.initiatives), **{joint.key: joint.name for joint in self.joints}}

    @property
    def waiting(self) -> frozenset[str]:
        """Subjects about which a rule waits for signatures."""
        return frozenset(rule.subject for rule in self.rules if rule.state is SharingState.PROPOSED)

    def rule_of(self, subject: str) -> RuleView | None:
        """Return the rule about a subject that was proposed last."""
        return next((rule for rule in self.rules if rule.subject == subject), None)


def overlaps_view(session: Session, person: Person, *, known_on: date | None) -> OverlapsView | None:
    """Return the overlaps as published by the end of a day, with the rules of that day; None before any publication.

    Raises
    ------
    NotPermittedError
        If the person's role neither sees the ledger nor signs sharing rules.
    """
    if not (person.may(Permission.VIEW_LEDGER) or person.may(Permission.SIGN_SHARING)):
        raise NotPermittedError(f"{person.name} may not see overlaps")
    summary = portfolio_summary(session, person, known_on=known_on)
    publication = load_publication(session, known_on)
    if summary is None or publication is None:
        return None
    valuation = publication.valuation
    initiatives = tuple(sorted((each.key, each.name) for each in summary.initiatives))
    lines = {line.pl_line: line.name for line in valuation.ledger.lines if line.pl_line}
    hidden = tuple(
        (key, standing)
        for key, _ in initiatives
        for standing in standings_of(valuation, person, key)
        if not standing.joint_key
    )
    rules = load_sharing_rules(session, known_seq(session, known_on))
    desk = _Desk(session, person, dict(initiatives), lines, valuation.joints, is_today=known_on is None)
    return OverlapsView(
        context=summary.context,
        joints=summary.joints,
        standings=hidden,
        unshared=summary.unshared,
        rules=tuple(desk.view_of(rule) for rule in reversed(rules) if any(person.may_see(k) for k in rule.initiatives)),
        allocated=allocated_to_tell(valuation, person),
        initiatives=initiatives,
        lines=lines,
        may_propose=person.may(Permission.PROPOSE_SHARING) and known_on is None,
        may_remove=person.initiatives is None,
    )


def subject_of(row: UnsharedRow) -> str:
    """Return the key under which a rule names an unshared row of the ledger."""
    return ledger_subject(row.pl_line, row.entity, row.cost_centre, row.fiscal_year)


def place_of_subject(subject: str, lines: Mapping[str, str]) -> str:
    """Return in words the P&L line, entity, cost centre and fiscal year that a rule is about."""
    pl_line, entity, cost_centre, year = read_ledger_subject(subject)
    return " ".join(part for part in (lines.get(pl_line, pl_line), entity, cost_centre, year) if part)


def removal_view(session: Session, person: Person, initiative: str, *, known_on: date | None) -> RemovalBridge:
    """Return what the portfolio would be without an initiative, as published by the end of a day.

    Raises
    ------
    NotPermittedError
        If the person does not see every initiative: the bridge tells of all of them.
    NotFoundError
        If there is no such initiative, or nothing has been published.
    """
    if person.initiatives is not None or not person.may(Permission.VIEW_LEDGER):
        raise NotPermittedError(f"{person.name} does not see the whole portfolio")
    publication = load_publication(session, known_on)
    if publication is None:
        raise NotFoundError("nothing has been valued yet")
    return removal_bridge(publication, initiative)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What it takes to tell a person of rules."""

    session: Session
    person: Person
    names: Mapping[str, str]
    lines: Mapping[str, str]
    joints: tuple[JointRow, ...]
    is_today: bool

    def view_of(self, rule: SharingRule) -> RuleView:
        """Return a rule as the person may know it."""
        is_open = may_see_all(self.person, rule.initiatives)
        people = account_names(self.session)
        return RuleView(
            id=rule.id,
            state=rule.state,
            subject_kind=rule.subject_kind,
            subject=rule.subject if is_open else "",
            title=self._title(rule),
            rule=rule.rule.label,
            valid_from_on=rule.valid_from_on,
            reason=rule.reason,
            proposed_by=people.get(rule.proposed_by, rule.proposed_by),
            proposed_at=rule.proposed_at,
            initiatives=tuple(key for key in rule.initiatives if self.person.may_see(key)),
            signatures=tuple(
                SignatureView(
                    self._side(each.signed_as, each.initiative),
                    people.get(each.person, each.person) if self._is_told(each.initiative) else "",
                    each.is_agreed,
                    each.reason if self._is_told(each.initiative) else "",
                    each.signed_at,
                )
                for each in rule.signatures
            ),
            missing=tuple(self._side(side, key) for side, key in rule.missing),
            my_sides=self._my_sides(rule) if self.is_today else (),
            may_sign_as_finance=rule.proposed_by != self.person.key,
        )

    def _title(self, rule: SharingRule) -> str:
        n = len(rule.initiatives)
        if rule.subject_kind is SubjectKind.LEDGER_LINE:
            return f"{place_of_subject(rule.subject, self.lines)}, held against by {n} initiatives"
        joint = next((joint for joint in self.joints if joint.key == rule.subject), None)
        return joint.name if joint else f"Joint effect of {n} initiatives"

    def _is_told(self, initiative: str) -> bool:
        return not initiative or self.person.may_see(initiative)

    def _side(self, signed_as: SignedAs, initiative: str) -> str:
        if signed_as is SignedAs.FINANCE:
            return "finance"
        name = self.names.get(initiative, initiative) if self.person.may_see(initiative) else _ELSEWHERE
        return f"owner of {name}"

    def _my_sides(self, rule: SharingRule) -> tuple[tuple[SignedAs, str], ...]:
        """Return the sides on which the person may answer; the action checks again."""
        person = self.person
        if rule.state is not SharingState.PROPOSED or not person.may(Permission.SIGN_SHARING):
            return ()
        answered = {each.signed_as for each in rule.signatures if each.person == person.key}
        sides = []
        for side, key in rule.missing:
            if side is SignedAs.FINANCE:
                is_mine = person.initiatives is None and SignedAs.OWNER not in answered
            else:
                is_mine = SignedAs.FINANCE not in answered and owns(self.session, person, key)
            if is_mine:
                sides.append((side, key))
        return tuple(sides)

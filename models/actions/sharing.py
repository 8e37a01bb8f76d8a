"""How initiatives share what cannot be told apart: proposed by one, signed by finance and an owner of every initiative.

Each step takes a number of the sequence, so that what was known on a day includes the rules of that day; with the last
signature the portfolio is valued anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.actions.jobs import JobKind, enqueue
from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind
from models.domain.joint import JOINT_PREFIX
from models.domain.people import Permission, Person, require
from models.domain.sharing import ShareRule, SharingRule, SharingState, SignedAs, SubjectKind, ledger_subject
from models.queries.knowledge import facts, known_seq
from models.queries.publications import load_publication
from models.queries.sharing import load_sharing_rules, owns
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.sequence import LoadKind, take_load_seq
from models.store.tables import SharingRuleRow, SharingSignatureRow
from models.store.unit_of_work import write
from models.value.publication import Publication


@dataclass(frozen=True, slots=True)
class SigningOutcome:
    """Where a rule stands after a signature or refusal."""

    rule_id: int
    state: SharingState
    missing: tuple[tuple[SignedAs, str], ...]


def propose_sharing_rule(
    store: Store,
    *,
    subject_kind: SubjectKind,
    subject: str,
    rule: ShareRule,
    valid_from_on: date,
    reason: str,
    by: Person,
    now: datetime,
) -> int:
    """Propose how the initiatives of a joint effect, or of a short P&L line, share it; returns the rule's number.

    Raises
    ------
    NotPermittedError
        If `by` may not propose.
    NotFoundError
        If the last valuation has no such unshared row that `by` may see.
    InvalidInputError
        If no reason is given or it names an initiative, or use is asked for on a P&L line, which has no use.
    ConflictError
        If a rule about it waits for signatures already.
    """
    require(by, Permission.PROPOSE_SHARING)
    if not reason.strip():
        raise InvalidInputError("say why this rule is fair")
    if subject_kind is SubjectKind.LEDGER_LINE and rule is ShareRule.USAGE:
        raise InvalidInputError("use is counted of a KPI, not of a P&L line: share it equally or by the cases")
    with write(store, person=by.key, now=now) as uow:
        # The number comes first: it waits for whoever else proposes, whose proposal is then seen.
        load_seq = take_load_seq(uow, LoadKind.DECISION).load_seq
        known = [rule for rule in load_sharing_rules(uow.session, load_seq) if rule.subject == subject]
        initiatives = _initiatives_of(load_publication(uow.session, None), subject_kind, subject)
        if not initiatives and known:  # a line that a rule has shared is no unshared row any more
            initiatives = known[-1].initiatives
        # Who does not see every initiative of it must not learn that there is such a row.
        if not initiatives or not all(by.may_see(key) for key in initiatives):
            raise NotFoundError("there is no such unshared row")
        _require_anonymous(reason, initiatives, uow.session)
        if any(each.state is SharingState.PROPOSED for each in known):
            raise ConflictError("a rule about it waits for signatures already; sign or refuse that one first")
        row = SharingRuleRow(
            load_seq=load_seq,
            subject_kind=subject_kind.value,
            subject=subject,
            initiatives=canonical_json(list(initiatives)),
            rule=rule.value,
            valid_from_on=valid_from_on,
            reason=reason.strip(),
            proposed_by=by.key,
            proposed_at=now,
        )
        uow.session.add(row)
        uow.session.flush()
        detail = {
            "load_seq": row.load_seq,
            "subject": subject,
            "initiatives": list(initiatives),
            "rule": rule.value,
            "valid_from_on": valid_from_on.isoformat(),
            "reason": row.reason,
        }
        uow.audit("propose_sharing_rule", "sharing_rule", str(row.id), detail)
        return row.id


def _require_anonymous(reason: str, initiatives: Sequence[str], session: Session) -> None:
    """Check that a reason names none of the initiatives: each owner reads it, also who may not know of the others."""
    frame = facts(session, ExtractKind.INITIATIVES, known_seq(session), where={"initiative": list(initiatives)})
    names = [str(name) for name in frame["name"]]
    is_key_named = any(re.search(rf"(?<!\w){re.escape(key)}(?!\w)", reason) for key in initiatives)
    if is_key_named or any(name.casefold() in reason.casefold() for name in names):
        raise InvalidInputError(
            "every owner reads the reason, also who may not know of the others: name no initiative in it"
        )


def _initiatives_of(publication: Publication | None, kind: SubjectKind, subject: str) -> tuple[str, ...]:
    """Return whose row it is, as last valued; empty where there is none."""
    if publication is None:
        return ()
    valuation = publication.valuation
    if kind is SubjectKind.JOINT_EFFECT:
        return next((joint.initiatives for joint in valuation.joints if joint.key == subject), ())
    for row in valuation.ledger.unshared:
        if ledger_subject(row.pl_line, row.entity, row.cost_centre, row.fiscal_year) == subject:
            if any(key.startswith(JOINT_PREFIX) for key in row.initiatives):
                raise InvalidInputError(
                    "a joint effect is held against this line: sign the rule about that effect first"
                )
            return tuple(sorted(row.initiatives))
    return ()


def sign_sharing_rule(
    store: Store, rule_id: int, *, signed_as: SignedAs, initiative: str = "", by: Person, now: datetime
) -> SigningOutcome:
    """Sign a rule as finance, or as an owner of one of its initiatives; the last signature puts it in force.

    Raises
    ------
    NotFoundError
        If there is no such rule that `by` may know of.
    NotPermittedError, NotApprovableError
        If `by` is neither finance nor an owner, or as finance proposed the rule, or has signed on the other side.
    ConflictError
        If it is signed on that side, in force or refused already.
    """
    return _answer(store, rule_id, signed_as, initiative, is_agreed=True, reason="", by=by, now=now)


def refuse_sharing_rule(
    store: Store, rule_id: int, *, signed_as: SignedAs, initiative: str = "", reason: str, by: Person, now: datetime
) -> SigningOutcome:
    """Refuse a rule that waits, in the capacity in which one would sign it; it stays, refused, with the reason.

    Raises
    ------
    InvalidInputError
        If no reason is given; the others as for signing.
    """
    if not reason.strip():
        raise InvalidInputError("say why the rule is refused")
    return _answer(store, rule_id, signed_as, initiative, is_agreed=False, reason=reason.strip(), by=by, now=now)


def _answer(
    store: Store,
    rule_id: int,
    signed_as: SignedAs,
    initiative: str,
    *,
    is_agreed: bool,
    reason: str,
    by: Person,
    now: datetime,
) -> SigningOutcome:
    require(by, Permission.SIGN_SHARING)
    with write(store, person=by.key, now=now) as uow:
        # The number comes first: it waits for whoever else signs, whose signature is then seen.
        load_seq = take_load_seq(uow, LoadKind.DECISION).load_seq
        rule = _open_rule(uow.session, rule_id, by)
        key = initiative if signed_as is SignedAs.OWNER else ""
        _require_capacity(uow.session, rule, signed_as, key, by, is_agreed=is_agreed)
        uow.session.add(
            SharingSignatureRow(
                load_seq=load_seq,
                rule_id=rule_id,
                signed_as=signed_as.value,
                initiative=key,
                person=by.key,
                is_agreed=is_agreed,
                reason=reason,
                signed_at=now,
            )
        )
        uow.session.flush()
        after = _find_rule(load_sharing_rules(uow.session, load_seq), rule_id)
        detail = {"load_seq": load_seq, "signed_as": signed_as.value, "initiative": key, "reason": reason}
        action = "sign_sharing_rule" if is_agreed else "refuse_sharing_rule"
        uow.audit(action, "sharing_rule", str(rule_id), {**detail, "state": after.state.value})
        if after.state is SharingState.IN_FORCE:
            enqueue(uow, JobKind.ESTIMATE_PORTFOLIO, "portfolio")
        return SigningOutcome(rule_id, after.state, after.missing)


def _find_rule(rules: Sequence[SharingRule], rule_id: int) -> SharingRule:
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise NotFoundError(f"there is no sharing rule {rule_id}")
    return found


def _open_rule(session: Session, rule_id: int, by: Person) -> SharingRule:
    rule = _find_rule(load_sharing_rules(session, known_seq(session)), rule_id)
    if not any(by.may_see(key) for key in rule.initiatives):
        raise NotFoundError(f"there is no sharing rule {rule_id}")
    if rule.state is not SharingState.PROPOSED:
        words = "in force" if rule.state is SharingState.IN_FORCE else "refused"
        raise ConflictError(f"sharing rule {rule_id} is {words} already")
    return rule


def _require_capacity(
    session: Session, rule: SharingRule, signed_as: SignedAs, initiative: str, by: Person, *, is_agreed: bool
) -> None:
    """Check that a person may answer on this side, and that nobody has yet."""
    if signed_as is SignedAs.FINANCE:
        if by.initiatives is not None:
            raise NotPermittedError(f"{by.name} does not sign for finance")
        if by.key == rule.proposed_by and is_agreed:
            raise NotApprovableError("finance signs a rule that somebody else proposed")
    else:
        if initiative not in rule.initiatives or not by.may_see(initiative):
            raise NotFoundError(f"the rule is about no initiative {initiative} of yours")
        if not owns(session, by, initiative):
            raise NotPermittedError(f"{by.name} is not an owner of {initiative}")
    if any(each.signed_as is signed_as and each.initiative == initiative for each in rule.signatures):
        raise ConflictError("this side has signed already")
    other = SignedAs.OWNER if signed_as is SignedAs.FINANCE else SignedAs.FINANCE
    if any(each.signed_as is other and each.person == by.key for each in rule.signatures):
        raise NotApprovableError("nobody signs for finance and as an owner")

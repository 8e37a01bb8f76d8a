"""What is shared, as known: sharing rules with their signatures, and the drivers by which use is counted."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.domain.joint import KnownJoint
from models.domain.people import Person
from models.domain.sharing import ShareRule, SharingRule, SharingSignature, SharingState, SignedAs, SubjectKind
from models.queries.knowledge import facts, known_seq
from models.store.tables import SharingRuleRow, SharingSignatureRow
from models.value.allocate import PlatformUse
from models.value.facts import InitiativeFacts
from models.value.sharing import JointClaim, SharedEffects


def load_sharing_rules(session: Session, seq: int) -> tuple[SharingRule, ...]:
    """Return every rule proposed by `seq` with the signatures given by then, in order of its proposal."""
    signed: dict[int, list[SharingSignature]] = defaultdict(list)
    signatures = select(SharingSignatureRow).where(SharingSignatureRow.load_seq <= seq)
    for row in session.scalars(signatures.order_by(SharingSignatureRow.load_seq)):
        signed[row.rule_id].append(_signature(row))
    rules = select(SharingRuleRow).where(SharingRuleRow.load_seq <= seq).order_by(SharingRuleRow.load_seq)
    return tuple(sharing_rule(row, signed[row.id]) for row in session.scalars(rules))


def sharing_rule(row: SharingRuleRow, signatures: Iterable[SharingSignature]) -> SharingRule:
    """Return the record of a stored rule."""
    return SharingRule(
        id=row.id,
        load_seq=row.load_seq,
        subject_kind=SubjectKind(row.subject_kind),
        subject=row.subject,
        initiatives=tuple(json.loads(row.initiatives)),
        rule=ShareRule(row.rule),
        valid_from_on=row.valid_from_on,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        signatures=tuple(signatures),
    )


def _signature(row: SharingSignatureRow) -> SharingSignature:
    return SharingSignature(
        load_seq=row.load_seq,
        signed_as=SignedAs(row.signed_as),
        initiative=row.initiative,
        person=row.person,
        is_agreed=row.is_agreed,
        reason=row.reason,
        signed_at=row.signed_at,
    )


def load_platform_uses(session: Session, seq: int) -> tuple[PlatformUse, ...]:
    """Return who used which shared platform how much, by fiscal period."""
    frame = facts(session, ExtractKind.ALLOCATION_DRIVERS, seq, where={"purpose": "platform_cost"})
    columns = (frame[name] for name in ("subject", "initiative", "start_on", "driver", "quantity"))
    return tuple(
        PlatformUse(str(platform), str(initiative), start_on, str(driver), Decimal(quantity))
        for platform, initiative, start_on, driver, quantity in zip(*columns, strict=True)
    )


def _load_usage(session: Session, seq: int) -> dict[str, dict[date, dict[str, Fraction]]]:
    """Return use of shared effects by KPI, fiscal period and initiative."""
    frame = facts(session, ExtractKind.ALLOCATION_DRIVERS, seq, where={"purpose": "joint_effect"})
    usage: dict[str, dict[date, dict[str, Fraction]]] = defaultdict(lambda: defaultdict(dict))
    columns = (frame[name] for name in ("subject", "initiative", "start_on", "quantity"))
    for kpi, initiative, start_on, quantity in zip(*columns, strict=True):
        usage[str(kpi)][start_on][str(initiative)] = Fraction(quantity)
    return {kpi: dict(periods) for kpi, periods in usage.items()}


def load_shared_effects(
    session: Session,
    seq: int,
    initiatives: Sequence[InitiativeFacts],
    joints: Sequence[KnownJoint],
    sentences: Mapping[str, str],
) -> SharedEffects:
    """Return all that is shared: joint effects with the rules about them, use, and the rules of short P&L lines.

    Parameters
    ----------
    sentences
        By benefit line, why it cannot be told apart.
    """
    rules = load_sharing_rules(session, seq)
    kpis = {line.key: line.kpi.key for initiative in initiatives for line in initiative.lines}
    claims = tuple(
        JointClaim(
            key=joint.joint_key,
            kpi=kpis.get(joint.lines[0], ""),
            lines=joint.lines,
            initiatives=joint.initiatives,
            sentence=sentences.get(joint.lines[0], ""),
            rules=tuple(
                rule
                for rule in rules
                if rule.subject_kind is SubjectKind.JOINT_EFFECT and rule.subject == joint.joint_key
            ),
        )
        for joint in joints
    )
    lines = tuple(rule for rule in rules if rule.subject_kind is SubjectKind.LEDGER_LINE)
    return SharedEffects(claims, _load_usage(session, seq) if claims else {}, lines)


def rule_identities(shared: SharedEffects) -> list[list[object]]:
    """Return what identifies the rules in force: each by its number and that of its last signature."""
    rules = [*shared.ledger_rules, *(rule for claim in shared.joints for rule in claim.rules)]
    held = (rule for rule in rules if rule.state is SharingState.IN_FORCE)
    return [["sharing_rule", *pair] for pair in sorted((rule.id, rule.signed_seq) for rule in held)]


def owns(session: Session, person: Person, initiative: str) -> bool:
    """Tell whether a person is an owner of an initiative: an approved member of it, or its owner as posted."""
    if person.initiatives is not None:
        return initiative in person.initiatives
    frame = facts(session, ExtractKind.INITIATIVES, known_seq(session), where={"initiative": initiative})
    return bool((frame["owner"] == person.key).any())

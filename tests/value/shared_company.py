"""Two initiatives that nobody can tell apart, a third on their P&L line, and a platform that two of them use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np

from models.domain.benefit_line import WhyNot
from models.domain.joint import joint_key
from models.domain.measure import Stage
from models.domain.people import OPERATOR
from models.domain.sharing import (
    AllocatedCost,
    ShareRule,
    SharingRule,
    SharingSignature,
    SignedAs,
    SubjectKind,
    ledger_subject,
)
from models.domain.valuation import PortfolioValuation, PublicationContext
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.sequence import LoadKind, take_load_seq
from models.store.tables import PublicationRow
from models.store.unit_of_work import write
from models.value.document import to_document
from models.value.draws import N_DRAWS, permuted_probabilities
from models.value.facts import AccountWeight, InitiativeFacts, StageFrom
from models.value.portfolio import PortfolioWorth, value_everything
from models.value.publication import Publication
from models.value.sharing import JointClaim, SharedEffects
from models.value.weigh import LineEffect, PortfolioInputs
from tests.value.builders import make_case, make_initiative, make_line, unit_value
from tests.value.golden import AS_OF, build_cost, cost_of, golden_inputs

JOINT = joint_key(("L-C", "L-D"))
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def signed_rule(
    rule: ShareRule,
    *,
    rule_id: int = 1,
    subject: str = JOINT,
    initiatives: tuple[str, ...] = ("C", "D"),
    valid_from_on: date = date(2025, 1, 1),
    kind: SubjectKind = SubjectKind.JOINT_EFFECT,
    seq: int = 100,
) -> SharingRule:
    """A rule that finance and every owner have signed."""
    sides = [(SignedAs.FINANCE, ""), *((SignedAs.OWNER, key) for key in initiatives)]
    signatures = tuple(
        SharingSignature(seq + i, side, key, f"person-{i}", True, "", NOW) for i, (side, key) in enumerate(sides)
    )
    return SharingRule(
        rule_id, seq - 1, kind, subject, initiatives, rule, valid_from_on, "agreed", "analyst", NOW, signatures
    )


def line_rule(rule: ShareRule, initiatives: tuple[str, ...], year: str = "FY26") -> SharingRule:
    """A signed rule about the staff line."""
    subject = ledger_subject("staff", "", "", year)
    return signed_rule(rule, rule_id=7, subject=subject, initiatives=initiatives, kind=SubjectKind.LEDGER_LINE)


def shared_inputs(
    rules: Sequence[SharingRule] = (),
    *,
    usage: dict[date, dict[str, Fraction]] | None = None,
    line_rules: Sequence[SharingRule] = (),
    is_value_agreed: bool = True,
) -> PortfolioInputs:
    """The golden company with C and D, whose roll-outs coincide, beside A and B."""
    plain = golden_inputs()
    staff = (AccountWeight("staff", "", "", date(2024, 1, 1), Decimal(1)),)
    template = next(line for initiative in plain.initiatives for line in initiative.lines if line.key == "L-A")
    kpi = replace(template.kpi, key="J", name="Handling time")
    more: list[InitiativeFacts] = []
    effects = dict(plain.effects)
    for key, promised in (("C", 600_000), ("D", 200_000)):
        value = "20.01" if is_value_agreed or key == "C" else "25"
        line = replace(
            make_line(kpi=kpi, values=[unit_value(value, low="18", high="22")], accounts=staff),
            key=f"L-{key}",
            initiative=key,
        )
        case = make_case([promised] * 30, go_live=date(2025, 9, 1), horizon=date(2028, 6, 30))
        case = replace(case, cells=tuple(replace(cell, line=line.key) for cell in case.cells))
        months = plain.policy.calendar.periods_between(date(2025, 8, 1), AS_OF)
        more.append(
            make_initiative(
                case,
                key=key,
                name=f"Initiative {key}",
                go_live_on=date(2025, 10, 6),
                lines=(line,),
                stages=(StageFrom(date(2025, 10, 1), Stage.PRODUCTION),),
                costs=(build_cost(months[0]), *(cost_of(month) for month in months[1:])),
                claims=(),
            )
        )
        effects[line.key] = WhyNot("not_separable", "2 initiatives share it.", "Sign a sharing rule.")
    known = plain.effects["L-A"]
    assert isinstance(known, LineEffect)
    effects[JOINT] = replace(known, brief=replace(known.brief, estimate_id=99), seed=41)
    claim = JointClaim(JOINT, "J", ("L-C", "L-D"), ("C", "D"), "Their roll-outs coincide.", tuple(rules))
    return replace(
        plain,
        initiatives=(*plain.initiatives, *more),
        effects=effects,
        shared=SharedEffects((claim,), {"J": usage} if usage else {}, tuple(line_rules)),
    )


def draw_shared(line: str, seed: int) -> np.ndarray:
    """Straight paths about the points of the golden company."""
    spread = (permuted_probabilities(N_DRAWS, seed) - 0.5) * 3.0
    path = np.array([-(7.123456789 + 0.01 * i) for i in range(52)])
    return np.asarray(path[None, :] + spread[:, None] * (2.0 if line == "L-B" else 1.0))


def value_shared(inputs: PortfolioInputs) -> PortfolioWorth:
    return value_everything(inputs, draw_shared)


def publish(inputs: PortfolioInputs, allocated: tuple[AllocatedCost, ...] = (), load_seq: int = 1) -> Publication:
    """A published valuation of the company."""
    worth = value_shared(inputs)
    context = PublicationContext(
        load_seq=load_seq,
        input_seq=1,
        as_of=AS_OF,
        as_of_period="FY26-P09",
        as_of_basis="last closed period",
        as_known_on=date(2026, 10, 5),
        currency="EUR",
        level=0.95,
        rate_set="budget",
        horizon_on=None,
        first_spend_on=None,
        discount_rate=Decimal("0.08"),
        discount_basis="pre-tax nominal",
        timing="mid period",
        policy_version=1,
        is_policy_provisional=False,
        is_provisional=False,
        computed_at=NOW,
        n_draws=inputs.n_draws,
        engine_version=1,
        dependence="",
    )
    valuation = PortfolioValuation(
        context, worth.figures, worth.initiatives, worth.ledger, joints=worth.joints, allocated=allocated
    )
    return Publication(valuation, inputs.policy, worth.grid, worth.parts)


def store_publication(store: Store, publication: Publication, now: datetime) -> int:
    """Store a publication whole, without the estimates that it rests on; returns its number."""
    with write(store, person=OPERATOR, now=now) as uow:
        seq = take_load_seq(uow, LoadKind.PUBLICATION).load_seq
        context = replace(publication.valuation.context, load_seq=seq, input_seq=seq)
        valuation = replace(publication.valuation, context=context)
        uow.session.add(
            PublicationRow(
                load_seq=seq,
                as_of=context.as_of,
                input_seq=seq,
                fingerprint=f"of {seq}",
                policy_version=context.policy_version,
                level=context.level,
                rate_set=context.rate_set,
                currency=context.currency,
                computed_at=now,
                document=canonical_json(to_document(replace(publication, valuation=valuation))),
            )
        )
        return seq

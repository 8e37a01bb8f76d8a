"""Value the portfolio: read what is known, compute outside any transaction, publish once per fingerprint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from models.causal import ENGINE_VERSION
from models.domain.errors import ConflictError
from models.domain.figures import MoneyInterval
from models.domain.people import OPERATOR
from models.domain.valuation import PortfolioValuation, PublicationContext
from models.queries.true_ups import Today, explain_true_ups
from models.queries.valuation_inputs import ValuationTask, read_task, standing_locks, task_fingerprint
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.repositories.publications import add_publication, find_publication, last_published_input_seq
from models.store.sequence import LoadKind, lock_posting, take_load_seq
from models.store.unit_of_work import UnitOfWork, read, write
from models.value.document import to_document
from models.value.portfolio import PortfolioWorth, value_everything
from models.value.publication import Publication

_MOST_ATTEMPTS = 3
_DEPENDENCE = (
    "Lines that share a KPI and treated units, a joint fit, a unit-value source or the persistence assumption move "
    "together; "
    "all other sources are taken as independent. The fully dependent bound is printed beside."
)


@dataclass(frozen=True, slots=True)
class PublicationOutcome:
    """What became of a valuation: newly published, unchanged, or nothing to value yet."""

    load_seq: int | None
    is_new: bool
    as_of: date | None
    realised: MoneyInterval | None
    sentence: str


def value_portfolio(store: Store, *, now: datetime, person: str = OPERATOR) -> PublicationOutcome:
    """Publish the valuation of everything known now, unless it is the one published last.

    as_of is the last day of the last fiscal period with closed actuals; where no books are posted, of the last fiscal
    period that KPIs cover; never a day to come. Locked periods keep what was locked; where one is locked or reopened
    while this computes, it is computed again.

    Raises
    ------
    ConflictError
        If a benefit line with locked amounts has no place any more, or periods are locked and reopened all the time.
    """
    for _ in range(_MOST_ATTEMPTS):
        with read(store) as session:
            task = read_task(session, now)
            known = None if isinstance(task, str) else find_publication(session, task_fingerprint(task))
        if isinstance(task, str):
            return PublicationOutcome(None, False, None, None, task)
        if known is not None:
            return PublicationOutcome(
                known, False, task.inputs.as_of, None, "Nothing has changed since the last valuation."
            )
        worth = value_everything(task.inputs, task.effects.draw)
        outcome = _publish(store, task, _explained(store, task, worth), now, person)
        if outcome is not None:
            return outcome
    raise ConflictError("not published: periods were locked or reopened again and again while it was computed")


def _explained(store: Store, task: ValuationTask, worth: PortfolioWorth) -> PortfolioWorth:
    """Return a valuation whose true-ups name their causes."""
    book = task.inputs.locked
    if book is None or not worth.true_ups:
        return worth
    lines = [line for initiative in worth.initiatives for line in initiative.lines]
    today = Today(
        initiatives=task.inputs.initiatives,
        estimate_ids={
            **{line.benefit_line: line.estimate_id for line in lines if line.estimate_id is not None},
            **{joint.key: joint.estimate_id for joint in worth.joints if joint.estimate_id is not None},
        },
        joint_kpis={joint.key: joint.kpi for joint in worth.joints},
        policy_version=task.inputs.policy.version,
        engine_version=ENGINE_VERSION,
        currency=task.inputs.policy.reporting_currency,
    )
    with read(store) as session:
        return replace(worth, true_ups=explain_true_ups(session, worth.true_ups, book, today, task.input_seq))


def _publish(
    store: Store, task: ValuationTask, worth: PortfolioWorth, now: datetime, person: str
) -> PublicationOutcome | None:
    """Store a valuation; None where other periods are locked by now than it was computed with."""
    realised, fingerprint = worth.figures.realised, task_fingerprint(task)
    with write(store, person=person, now=now) as uow:
        lock_posting(uow)
        known = find_publication(uow.session, fingerprint)
        if known is not None:  # another worker was faster
            return PublicationOutcome(known, False, task.inputs.as_of, realised, "Already published by another worker.")
        if last_published_input_seq(uow.session) > task.input_seq:
            return PublicationOutcome(
                None, False, None, None, "Not published: another worker has valued what was posted since."
            )
        if standing_locks(uow.session) != task.locks:
            return None
        load_seq = _store(uow, task, worth, now)
        published = {"load_seq": load_seq, "fingerprint": fingerprint, "as_of": task.inputs.as_of.isoformat()}
        uow.audit("publish_valuation", "portfolio", str(load_seq), published)
    label = task.inputs.policy.calendar.label(task.inputs.policy.calendar.period_of(task.inputs.as_of))
    n_measured = sum(initiative.grade is not None for initiative in worth.initiatives)
    sentence = (
        f"Valued {len(worth.initiatives)} initiatives as of {task.inputs.as_of} ({label}), {n_measured} measured; "
        f"published as number {load_seq}."
    )
    return PublicationOutcome(load_seq, True, task.inputs.as_of, realised, sentence)


def _store(uow: UnitOfWork, task: ValuationTask, worth: PortfolioWorth, now: datetime) -> int:
    load_seq = take_load_seq(uow, LoadKind.PUBLICATION).load_seq
    context = _context(task, worth, load_seq, now)
    valuation = PortfolioValuation(
        context,
        worth.figures,
        worth.initiatives,
        worth.ledger,
        joints=worth.joints,
        allocated=task.allocated,
        true_ups=worth.true_ups,
    )
    publication = Publication(valuation, task.inputs.policy, worth.grid, worth.parts)
    document = canonical_json(to_document(publication))
    add_publication(
        uow.session, valuation, task.inputs.policy.calendar, fingerprint=task_fingerprint(task), document=document
    )
    return load_seq


def _context(task: ValuationTask, worth: PortfolioWorth, load_seq: int, now: datetime) -> PublicationContext:
    policy, as_of = task.inputs.policy, task.inputs.as_of
    spends = [i.first_spend_on for i in worth.initiatives if i.first_spend_on is not None]
    horizons = [i.horizon_on for i in worth.initiatives if i.horizon_on is not None]
    return PublicationContext(
        load_seq=load_seq,
        input_seq=task.input_seq,
        as_of=as_of,
        as_of_period=policy.calendar.label(policy.calendar.period_of(as_of)),
        as_of_basis=task.as_of_basis,
        as_known_on=task.as_known_on,
        currency=policy.reporting_currency,
        level=policy.interval_level,
        rate_set=policy.rate_set.value,
        horizon_on=max(horizons, default=None),
        first_spend_on=min(spends, default=None),
        discount_rate=policy.discount_rate,
        discount_basis=policy.discount_basis.label,
        timing=policy.timing.value.replace("_", " "),
        policy_version=policy.version,
        is_policy_provisional=task.is_policy_provisional,
        is_provisional=bool(task.provisional),
        computed_at=now,
        n_draws=task.inputs.n_draws,
        engine_version=ENGINE_VERSION,
        dependence=_DEPENDENCE,
    )

"""Value the portfolio: read what is known, compute outside any transaction, publish once per fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from models.causal import ENGINE_VERSION
from models.domain.figures import MoneyInterval
from models.domain.people import OPERATOR
from models.domain.policy import Policy
from models.domain.valuation import PortfolioValuation, PublicationContext
from models.queries.books import closed_periods, last_closed_day, load_books
from models.queries.effects import KnownEffects, line_effects, load_known_effects
from models.queries.initiative_facts import load_hours, load_initiatives
from models.queries.knowledge import knowledge_day, policy_standing, provisional_loads
from models.queries.rates import load_rates
from models.store.audit import canonical_json
from models.store.engine import Store
from models.store.repositories.publications import (
    add_publication,
    find_publication,
    input_identities,
    last_input_seq,
    last_kpi_day,
    last_published_input_seq,
)
from models.store.sequence import LoadKind, lock_posting, take_load_seq
from models.store.unit_of_work import UnitOfWork, read, write
from models.value import VALUE_VERSION
from models.value.describe import hours_chain
from models.value.document import to_document
from models.value.draws import N_DRAWS
from models.value.portfolio import PortfolioInputs, PortfolioWorth, value_everything
from models.value.publication import Publication

_DEPENDENCE = (
    "Lines that share a KPI and treated units, a unit-value source or the persistence assumption move together; "
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


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be valued, and all that decides the result."""

    inputs: PortfolioInputs
    effects: KnownEffects
    input_seq: int
    as_of_basis: str
    is_policy_provisional: bool
    is_provisional: bool
    as_known_on: date
    fingerprint: str


def value_portfolio(store: Store, *, now: datetime, person: str = OPERATOR) -> PublicationOutcome:
    """Publish the valuation of everything known now, unless it is the one published last.

    as_of is the last day of the last fiscal period with closed actuals; where no books are posted, of the last fiscal
    period that KPIs cover; never a day to come.
    """
    with read(store) as session:
        task = _read_task(session, now)
        known = find_publication(session, task.fingerprint) if isinstance(task, _Task) else None
    if isinstance(task, str):
        return PublicationOutcome(None, False, None, None, task)
    if known is not None:
        return PublicationOutcome(
            known, False, task.inputs.as_of, None, "Nothing has changed since the last valuation."
        )
    worth = value_everything(task.inputs, task.effects.draw)
    return _publish(store, task, worth, now, person)


def _read_task(session: Session, now: datetime) -> _Task | str:
    """Return what is to be valued, or in a sentence why there is nothing yet."""
    seq = last_input_seq(session)
    standing = policy_standing(session, seq)
    policy = standing.policy
    known_on = knowledge_day(session, now)
    closed_on = last_closed_day(session, seq, known_on, policy.calendar)
    as_of = closed_on or _last_covered_day(last_kpi_day(session, seq, known_on), policy)
    if as_of is None:
        return "Nothing to value yet: neither closed actuals nor KPI observations are posted."
    rates = load_rates(session, seq, policy.reporting_currency)
    initiatives = load_initiatives(session, seq, policy, rates, as_of)
    if not initiatives:
        return "Nothing to value yet: no initiative is posted."
    effects = load_known_effects(session, seq)
    books = load_books(session, seq, policy, rates, initiatives, as_of)
    hours = load_hours(session, seq, as_of).by_line
    chains = {line: hours_chain(stages) for line, stages in hours.items()}
    inputs = PortfolioInputs(
        policy=policy,
        rates=rates,
        as_of=as_of,
        initiatives=initiatives,
        effects=line_effects(session, seq, initiatives, effects),
        books=books.lines,
        book_reasons=books.reasons,
        closed_periods=closed_periods(books),
        hours={line: chain for line, chain in chains.items() if chain is not None},
        n_draws=N_DRAWS,
    )
    provisional = provisional_loads(session, seq)
    return _Task(
        inputs=inputs,
        effects=effects,
        input_seq=seq,
        as_of_basis="last closed period" if closed_on else "last period covered by KPIs",
        is_policy_provisional=standing.is_provisional,
        is_provisional=bool(provisional),
        as_known_on=known_on,
        fingerprint=_fingerprint(input_identities(session, seq), policy, provisional, as_of),
    )


def _last_covered_day(kpi_day: date | None, policy: Policy) -> date | None:
    """Return the last day of the last fiscal period that ends by a day."""
    if kpi_day is None:
        return None
    period = policy.calendar.period_of(kpi_day)
    return kpi_day if period.last_on == kpi_day else period.start_on - timedelta(days=1)


def _fingerprint(identities: list[list[object]], policy: Policy, provisional: frozenset[int], as_of: date) -> str:
    """Return the SHA-256 over all that decides a valuation: files, estimates, policy, approvals, versions, as-of."""
    decides = {
        "engine": ENGINE_VERSION,
        "value": VALUE_VERSION,
        "inputs": identities,
        "policy": policy.version,
        "provisional": sorted(provisional),
        "as_of": as_of.isoformat(),
    }
    return hashlib.sha256(canonical_json(decides).encode()).hexdigest()


def _publish(store: Store, task: _Task, worth: PortfolioWorth, now: datetime, person: str) -> PublicationOutcome:
    realised = worth.figures.realised
    with write(store, person=person, now=now) as uow:
        lock_posting(uow)
        known = find_publication(uow.session, task.fingerprint)
        if known is not None:  # another worker was faster
            return PublicationOutcome(known, False, task.inputs.as_of, realised, "Already published by another worker.")
        if last_published_input_seq(uow.session) > task.input_seq:
            return PublicationOutcome(
                None, False, None, None, "Not published: another worker has valued what was posted since."
            )
        load_seq = _store(uow, task, worth, now)
        published = {"load_seq": load_seq, "fingerprint": task.fingerprint, "as_of": task.inputs.as_of.isoformat()}
        uow.audit("publish_valuation", "portfolio", str(load_seq), published)
    label = task.inputs.policy.calendar.label(task.inputs.policy.calendar.period_of(task.inputs.as_of))
    n_measured = sum(initiative.grade is not None for initiative in worth.initiatives)
    sentence = (
        f"Valued {len(worth.initiatives)} initiatives as of {task.inputs.as_of} ({label}), {n_measured} measured; "
        f"published as number {load_seq}."
    )
    return PublicationOutcome(load_seq, True, task.inputs.as_of, realised, sentence)


def _store(uow: UnitOfWork, task: _Task, worth: PortfolioWorth, now: datetime) -> int:
    load_seq = take_load_seq(uow, LoadKind.PUBLICATION).load_seq
    context = _context(task, worth, load_seq, now)
    valuation = PortfolioValuation(context, worth.figures, worth.initiatives, worth.ledger)
    publication = Publication(valuation, task.inputs.policy, worth.grid, worth.parts)
    document = canonical_json(to_document(publication))
    add_publication(
        uow.session, valuation, task.inputs.policy.calendar, fingerprint=task.fingerprint, document=document
    )
    return load_seq


def _context(task: _Task, worth: PortfolioWorth, load_seq: int, now: datetime) -> PublicationContext:
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
        is_provisional=task.is_provisional,
        computed_at=now,
        n_draws=task.inputs.n_draws,
        engine_version=ENGINE_VERSION,
        dependence=_DEPENDENCE,
    )

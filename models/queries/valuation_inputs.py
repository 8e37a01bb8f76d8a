"""What a valuation starts from: everything known now, or the same under another policy that is only being looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from models.causal import ENGINE_VERSION
from models.domain.benefit_line import WhyNot
from models.domain.calendar import is_same_period
from models.domain.policy import Policy
from models.domain.sharing import AllocatedCost
from models.queries.books import closed_periods, last_closed_day, load_books
from models.queries.cut_facts import load_hours
from models.queries.effects import KnownEffects, line_effects, load_known_effects
from models.queries.initiative_facts import load_initiatives
from models.queries.joints import joint_line_effects, load_joint_effects
from models.queries.knowledge import knowledge_day, policy_standing, provisional_loads
from models.queries.publications import numbered_publication
from models.queries.rates import load_rates
from models.queries.sharing import load_platform_uses, load_shared_effects, rule_identities
from models.queries.true_ups import load_locked_book
from models.store.audit import canonical_json
from models.store.repositories.periods import period_book
from models.store.repositories.publications import input_identities, last_input_seq, last_kpi_day
from models.value import VALUE_VERSION
from models.value.allocate import PlatformUse, allocate_costs
from models.value.draws import N_DRAWS
from models.value.facts import InitiativeFacts
from models.value.locked_book import LockedBook
from models.value.weigh import PortfolioInputs


@dataclass(frozen=True, slots=True)
class ValuationTask:
    """What is to be valued, and all that decides the result.

    `locks` are the locks in force: first day, publication. `posted` are the initiatives before the cost of platforms
    was allocated by their `uses`.
    """

    inputs: PortfolioInputs
    effects: KnownEffects
    input_seq: int
    as_of_basis: str
    is_policy_provisional: bool
    as_known_on: date
    identities: tuple[tuple[object, ...], ...]
    provisional: frozenset[int]
    allocated: tuple[AllocatedCost, ...]
    locks: tuple[tuple[str, int], ...]
    posted: tuple[InitiativeFacts, ...]
    uses: tuple[PlatformUse, ...]


def task_fingerprint(task: ValuationTask) -> str:
    """Return the SHA-256 over all that decides a valuation: files, estimates, policy, approvals, locks, as-of."""
    decides = {
        "engine": ENGINE_VERSION,
        "value": VALUE_VERSION,
        "inputs": [list(identity) for identity in task.identities],
        "policy": task.inputs.policy.version,
        "provisional": sorted(task.provisional),
        "as_of": task.inputs.as_of.isoformat(),
        "locks": [list(lock) for lock in task.locks],
    }
    return hashlib.sha256(canonical_json(decides).encode()).hexdigest()


def read_task(session: Session, now: datetime, *, policy: Policy | None = None) -> ValuationTask | str:
    """Return what is to be valued, or in a sentence why there is nothing yet.

    Parameters
    ----------
    policy
        Takes the place of the one in force, to see what it would change.
    """
    return read_task_at(session, last_input_seq(session), knowledge_day(session, now), policy=policy)


def read_task_at(session: Session, seq: int, known_on: date, *, policy: Policy | None = None) -> ValuationTask | str:
    """Return what was to be valued at a number of the sequence and a day of knowledge, as `read_task`."""
    standing = policy_standing(session, seq)
    policy = policy or standing.policy
    locked = load_locked_book(session, seq)
    if locked is not None and (problem := _misfit(locked, policy, session, seq)):
        return problem
    closed_on = last_closed_day(session, seq, known_on, policy.calendar)
    as_of = closed_on or _last_covered_day(last_kpi_day(session, seq, known_on), policy)
    if as_of is None:
        return "Nothing to value yet: neither closed actuals nor KPI observations are posted."
    rates = load_rates(session, seq, policy.reporting_currency)
    posted = load_initiatives(session, seq, policy, rates, as_of)
    if not posted:
        return "Nothing to value yet: no initiative is posted."
    uses = load_platform_uses(session, seq)
    allocation = allocate_costs(posted, uses, calendar=policy.calendar, as_of=as_of)
    initiatives = allocation.initiatives
    effects = load_known_effects(session, seq)
    books = load_books(session, seq, policy, rates, initiatives, as_of)
    by_line = line_effects(session, seq, initiatives, effects)
    joints = load_joint_effects(session, effects, seq)
    reasons = {line: effect.reason for line, effect in by_line.items() if isinstance(effect, WhyNot)}
    shared = load_shared_effects(session, seq, initiatives, joints, reasons)
    inputs = PortfolioInputs(
        policy=policy,
        rates=rates,
        as_of=as_of,
        initiatives=initiatives,
        effects={**by_line, **joint_line_effects(session, seq, initiatives, joints)},
        books=books.lines,
        book_reasons=books.reasons,
        closed_periods=closed_periods(books),
        hours=load_hours(session, seq, as_of),
        n_draws=N_DRAWS,
        shared=shared,
        locked=locked,
    )
    return ValuationTask(
        inputs=inputs,
        effects=effects,
        input_seq=seq,
        as_of_basis="last closed period" if closed_on else "last period covered by KPIs",
        is_policy_provisional=standing.is_provisional,
        as_known_on=known_on,
        identities=tuple(tuple(each) for each in (*input_identities(session, seq), *rule_identities(shared))),
        provisional=provisional_loads(session, seq),
        allocated=allocation.costs,
        locks=standing_locks(session, seq),
        posted=tuple(posted),
        uses=uses,
    )


def standing_locks(session: Session, seq: int | None = None) -> tuple[tuple[str, int], ...]:
    """Return the locks in force at `seq` (now if None): first day of the period and number of the publication."""
    return tuple((lock.start_on.isoformat(), lock.publication_seq or 0) for lock in period_book(session, seq).locks)


def _misfit(locked: LockedBook, policy: Policy, session: Session, seq: int) -> str:
    """Say why a policy cannot stand beside what is locked; empty where it can."""
    if policy.reporting_currency != locked.currency:
        return (
            f"Not valued: periods are locked in {locked.currency} and policy version {policy.version} reports in "
            f"{policy.reporting_currency}; reopen them first."
        )
    for lock in period_book(session, seq).locks:
        then = numbered_publication(session, lock.publication_seq or 0).policy.calendar
        if not is_same_period(then, policy.calendar, lock.start_on):
            return (
                f"Not valued: the period from {lock.start_on} is locked as {then.label(then.period_of(lock.start_on))} "
                f"and is another by the fiscal calendar of policy version {policy.version}; reopen it first."
            )
    return ""


def _last_covered_day(kpi_day: date | None, policy: Policy) -> date | None:
    """Return the last day of the last fiscal period that ends by a day."""
    if kpi_day is None:
        return None
    period = policy.calendar.period_of(kpi_day)
    return kpi_day if period.last_on == kpi_day else period.start_on - timedelta(days=1)

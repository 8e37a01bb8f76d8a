"""What stands in locked periods, and why today's figures say otherwise: which extracts, versions and decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.domain.people import Person
from models.domain.true_up import TrueUp, TrueUpCause, TrueUpKind, TrueUpReason
from models.queries.publications import numbered_publication
from models.store.repositories.periods import period_book
from models.store.tables import FACT_TABLES, ExtractRow, SharingRuleRow, SharingSignatureRow
from models.value.facts import InitiativeFacts
from models.value.locked_book import LockedBook, locked_book

_Loads = Mapping[tuple[str, ...], frozenset[int]]


def load_locked_book(session: Session, seq: int) -> LockedBook | None:
    """Return what stands in the periods that are locked as known at `seq`; None while none is."""
    book = period_book(session, seq)
    if book.last_lock is None or book.locked_to is None or book.last_lock.publication_seq is None:
        return None
    publication = numbered_publication(session, book.last_lock.publication_seq)
    return locked_book(publication.valuation, book.locked_to, publication.policy.calendar)


@dataclass(frozen=True, slots=True)
class Today:
    """What a valuation used: its initiatives, the estimate of each line, the KPI of each joint effect, its versions."""

    initiatives: Sequence[InitiativeFacts]
    estimate_ids: Mapping[str, int]
    joint_kpis: Mapping[str, str]
    policy_version: int
    engine_version: int
    currency: str


def explain_true_ups(
    session: Session, true_ups: Iterable[TrueUp], book: LockedBook, today: Today, seq: int
) -> tuple[TrueUp, ...]:
    """Return true-ups with their causes: all that changed since the lock and can have moved them, not apportioned."""
    changes = _Changes(session, book.input_seq, seq)
    kpis: dict[str, tuple[str, ...]] = {key: (kpi,) for key, kpi in today.joint_kpis.items()}
    kpis |= {line.key: (line.kpi.key, line.driver_kpi) for each in today.initiatives for line in each.lines}
    return tuple(
        true_up if true_up.reasons else replace(true_up, reasons=_reasons(true_up, book, today, kpis, changes))
        for true_up in true_ups
    )


@dataclass
class _Changes:
    """Which loads after one number of the sequence touched what; each table is asked once, when first needed."""

    session: Session
    after: int
    to: int
    known: dict[tuple[str, ...], _Loads] = field(default_factory=dict)

    def loads(self, kind: ExtractKind, *columns: str, superseding: bool = False) -> _Loads:
        """Return the loads that brought (or superseded) rows of a kind, by the values of columns."""
        key = (kind.value, str(superseding), *columns)
        if key not in self.known:
            table = FACT_TABLES[kind].table
            load = table.c.superseded_by if superseding else table.c.load_seq
            query = select(*(table.c[name] for name in columns), load).distinct()
            found: dict[tuple[str, ...], set[int]] = defaultdict(set)
            for *values, number in self.session.execute(query.where(load > self.after, load <= self.to)):
                found[tuple(str(value) for value in values)].add(int(number))
            self.known[key] = {values: frozenset(numbers) for values, numbers in found.items()}
        return self.known[key]

    @cached_property
    def sharing(self) -> tuple[tuple[str, str, int], ...]:
        """Subject, initiatives and number of each signature since."""
        rows = self.session.execute(
            select(SharingRuleRow.subject, SharingRuleRow.initiatives, SharingSignatureRow.load_seq)
            .join(SharingSignatureRow, SharingSignatureRow.rule_id == SharingRuleRow.id)
            .where(SharingSignatureRow.load_seq > self.after, SharingSignatureRow.load_seq <= self.to)
        )
        return tuple((row[0], row[1], row[2]) for row in rows)


def _reasons(
    true_up: TrueUp, book: LockedBook, today: Today, kpis: Mapping[str, tuple[str, ...]], changes: _Changes
) -> tuple[TrueUpReason, ...]:
    found: list[TrueUpReason | None]
    if true_up.kind is TrueUpKind.BENEFIT:
        found = _benefit_reasons(true_up, book, today, kpis.get(true_up.subject, ()), changes)
    elif true_up.kind is TrueUpKind.COST:
        found = [
            _reason(TrueUpCause.COST_ROWS, changes.loads(ExtractKind.COSTS, "initiative").get((true_up.initiative,))),
            _any(TrueUpCause.EXCHANGE_RATE, changes.loads(ExtractKind.FX_RATES, "rate_set")),
        ]
    else:
        rows = changes.loads(ExtractKind.PL_ROWS, "start_on")
        within = {day: loads for day, loads in rows.items() if str(true_up.start_on) <= day[0] < str(true_up.end_on)}
        found = [
            _any(TrueUpCause.BOOK_ROWS, within),
            _any(TrueUpCause.BOOK_ROWS, changes.loads(ExtractKind.ACCOUNT_MAP, "pl_line")),
            _any(TrueUpCause.EXCHANGE_RATE, changes.loads(ExtractKind.FX_RATES, "rate_set")),
        ]
    if book.policy_version != today.policy_version:
        found.append(TrueUpReason(TrueUpCause.POLICY, ()))
    kept = tuple(reason for reason in found if reason is not None)
    return kept or (TrueUpReason(TrueUpCause.REESTIMATE),)


def _benefit_reasons(
    true_up: TrueUp, book: LockedBook, today: Today, kpis: Sequence[str], changes: _Changes
) -> list[TrueUpReason | None]:
    found: list[TrueUpReason | None] = []
    locked = book.lines.get(true_up.subject)
    estimate_id = today.estimate_ids.get(true_up.subject)
    if locked is None or locked.estimate_id is None or locked.estimate_id != estimate_id:
        found += _estimate_reasons(true_up.initiative, kpis, book, today, changes)
    found.append(
        _reason(
            TrueUpCause.UNIT_VALUE, changes.loads(ExtractKind.BENEFIT_LINES, "benefit_line").get((true_up.subject,))
        )
    )
    found.append(
        _reason(
            TrueUpCause.STAGE, changes.loads(ExtractKind.INITIATIVE_STAGES, "initiative").get((true_up.initiative,))
        )
    )
    if locked is None or locked.currency != today.currency:
        found.append(_any(TrueUpCause.EXCHANGE_RATE, changes.loads(ExtractKind.FX_RATES, "rate_set")))
    signed = [
        load_seq
        for subject, initiatives, load_seq in changes.sharing
        if subject == true_up.subject or f'"{true_up.initiative}"' in initiatives
    ]
    found.append(_reason(TrueUpCause.SHARING_RULE, signed))
    return found


def _estimate_reasons(
    initiative: str, kpis: Sequence[str], book: LockedBook, today: Today, changes: _Changes
) -> list[TrueUpReason | None]:
    restated: set[int] = set()
    later: set[int] = set()
    for kpi in filter(None, kpis):
        restated |= changes.loads(ExtractKind.KPI_OBSERVATIONS, "kpi", superseding=True).get((kpi,), frozenset())
        later |= changes.loads(ExtractKind.KPI_OBSERVATIONS, "kpi").get((kpi,), frozenset())
    return [
        _reason(TrueUpCause.KPI_RESTATED, restated),
        _reason(TrueUpCause.KPI_LATER, later - restated),
        _reason(TrueUpCause.ROLL_OUT, changes.loads(ExtractKind.ROLLOUTS, "initiative").get((initiative,))),
        TrueUpReason(TrueUpCause.ENGINE) if book.engine_version != today.engine_version else None,
    ]


def _reason(cause: TrueUpCause, loads: Collection[int] | None) -> TrueUpReason | None:
    return TrueUpReason(cause, tuple(sorted(loads))) if loads else None


def _any(cause: TrueUpCause, loads: _Loads) -> TrueUpReason | None:
    return _reason(cause, {number for numbers in loads.values() for number in numbers})


def true_ups_in_scope(true_ups: Sequence[TrueUp], person: Person) -> tuple[TrueUp, ...]:
    """Return the true-ups of initiatives that a person may see; those of the books only for who sees everything."""
    return tuple(
        each
        for each in true_ups
        if (person.may_see(each.initiative) if each.initiative else person.initiatives is None)
    )


def extracts_of(session: Session, true_ups: Sequence[TrueUp]) -> tuple[tuple[int, int, str], ...]:
    """Return the extracts that true-ups name: number of the sequence, extract, file name."""
    loads = sorted({load for each in true_ups for reason in each.reasons for load in reason.load_seqs})
    query = select(ExtractRow.load_seq, ExtractRow.id, ExtractRow.filename).where(ExtractRow.load_seq.in_(loads))
    return tuple((row[0], row[1], row[2]) for row in session.execute(query) if row[0] is not None)

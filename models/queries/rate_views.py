"""What the published money would be at budget, actual or constant rates, from the native amounts that are stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.domain.money import Money
from models.domain.people import Permission, Person, require
from models.domain.policy import RateSet
from models.domain.rate_view import NativeRow, RateAmounts, RateBasis, RateView
from models.domain.valuation import LineValuation
from models.queries.knowledge import facts
from models.queries.portfolio import portfolio_summary
from models.queries.publications import load_publication
from models.queries.rates import load_rates
from models.queries.spend import counted_cells
from models.value.amortise import IMPAIRMENT
from models.value.publication import Publication
from models.value.rate_basis import BasisTranslator, NativeAmount

_Key = tuple[str, str]  # initiative, currency


@dataclass(slots=True)
class _Native:
    """Native amounts of an initiative in one currency by fiscal period."""

    realised: list[NativeAmount] = field(default_factory=list)
    cashable: list[NativeAmount] = field(default_factory=list)
    invested: list[NativeAmount] = field(default_factory=list)


def rate_view(session: Session, person: Person, *, known_on: date | None) -> RateView | None:
    """Return the money of a publication at every basis, in the person's scope; None where nothing was published.

    Costs stand with the initiative that posted them, before platforms are shared out. What initiatives share and no
    rule has given to one of them stands in a row of its own.

    Raises
    ------
    NotPermittedError
        If the person's role does not see portfolios.
    """
    require(person, Permission.VIEW_PORTFOLIO)
    publication = load_publication(session, known_on)
    summary = portfolio_summary(session, person, known_on=known_on, publication=publication)
    if publication is None or summary is None:
        return None
    context = summary.context
    native = _costs(session, publication, frozenset(initiative.key for initiative in summary.initiatives))
    bearers = [(initiative.key, initiative.lines) for initiative in summary.initiatives]
    bearers += [(joint.key, (joint.unshared,)) for joint in summary.joints if joint.unshared is not None]
    _add_benefits(native, bearers)
    translator = BasisTranslator(
        load_rates(session, context.input_seq, context.currency),
        RateSet(context.rate_set),
        publication.policy.calendar.period_of(context.as_of).start_on,
    )
    joints = {joint.key: joint.name for joint in summary.joints}
    names = {initiative.key: initiative.name for initiative in summary.initiatives} | joints
    order = sorted(native, key=lambda key: (key[0] in joints, key))
    rows = tuple(_row(key, names[key[0]], native[key], translator, context.currency) for key in order)
    totals = tuple((basis, _total(rows, basis, context.currency)) for basis in RateBasis)
    return RateView(context, rows, totals, tuple(translator.missing))


def _add_benefits(native: dict[_Key, _Native], bearers: Iterable[tuple[str, Sequence[LineValuation]]]) -> None:
    """Add what was realised, by initiative; what stays unshared under its joint effect."""
    for bearer, lines in bearers:
        for line in lines:
            for posting in line.postings:
                cashable = posting.realised_minor if line.benefit_class.is_cashable else posting.evidenced_minor
                into = native[bearer, line.currency]
                into.realised.append(
                    (posting.start_on, _part(posting.native_minor, posting.realised_minor, posting.measured_minor))
                )
                into.cashable.append((posting.start_on, _part(posting.native_minor, cashable, posting.measured_minor)))


def _costs(session: Session, publication: Publication, keys: frozenset[str]) -> dict[_Key, _Native]:
    """Return what some initiatives spent to as-of, with nothing realised yet."""
    native: dict[_Key, _Native] = defaultdict(_Native)
    context = publication.valuation.context
    frame = facts(session, ExtractKind.COSTS, context.input_seq, where={"status": "actual"})
    names = ("initiative", "currency", "treatment", "start_on", "end_on", "amount_minor")
    for key, currency, treatment, start_on, end_on, amount in zip(*(frame[name] for name in names), strict=True):
        if key in keys and treatment != IMPAIRMENT and end_on - timedelta(days=1) <= context.as_of:
            native[str(key), str(currency)].invested.append((start_on, int(amount)))
    for key, cells in counted_cells(session, context.input_seq, publication.policy, context.as_of).items():
        for cell in cells if key in keys else ():
            if cell.period.last_on <= context.as_of:
                native[key, cell.key.currency].invested.append((cell.period.start_on, cell.native_minor))
    return native


def _part(native_minor: int, part_minor: int, whole_minor: int) -> int:
    """Return the native amount of a part of what was posted; the whole of it where it is the whole."""
    if part_minor == whole_minor:
        return native_minor
    return round(Fraction(native_minor * part_minor, whole_minor)) if whole_minor else 0


def _row(key: _Key, name: str, native: _Native, translator: BasisTranslator, reporting: str) -> NativeRow:
    initiative, currency = key

    def at(basis: RateBasis) -> RateAmounts:
        found = (
            translator.total(side, currency, basis) for side in (native.realised, native.cashable, native.invested)
        )
        return RateAmounts(*(None if amount is None else Money(amount, reporting) for amount in found))

    realised, cashable, invested = (
        Money(sum(amount for _, amount in side), currency)
        for side in (native.realised, native.cashable, native.invested)
    )
    return NativeRow(initiative, name, realised, cashable, invested, tuple((basis, at(basis)) for basis in RateBasis))


def _total(rows: Iterable[NativeRow], basis: RateBasis, currency: str) -> RateAmounts:
    sides: dict[str, int | None] = {"realised": 0, "cashable": 0, "invested": 0}
    for row in rows:
        amounts = row.amounts_at(basis)
        for name, so_far in sides.items():
            value: Money | None = getattr(amounts, name)
            sides[name] = None if so_far is None or value is None else so_far + value.amount_minor
    return RateAmounts(*(None if total is None else Money(total, currency) for total in sides.values()))

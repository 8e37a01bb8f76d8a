"""AI spend as known: charges by initiative, provider, month and category; invoices agreed; what nobody registered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
from sqlalchemy.orm import Session

from models.domain.extract import ExtractKind
from models.domain.money import to_minor
from models.domain.people import Permission, Person, require
from models.domain.policy import Policy
from models.domain.spend import Charge, InvoiceAgreement, MatchBy, SpendCell, SpendState, SpendView, UnclaimedSpend
from models.queries.knowledge import current_policy, facts, known_seq, last_posted_at, organisation, publication_known
from models.queries.rates import Translator, load_rates
from models.queries.spend_charges import read_charges, read_mappings
from models.value.facts import CostFacts
from models.value.spend_cells import NativeCell, group_of, sum_cells
from models.value.spend_map import SpendMap, ways_to_match


@dataclass(frozen=True, slots=True)
class KnownSpend:
    """Everything posted of charges as known at a number: charges, whose they are, what cost rows have booked."""

    charges: tuple[Charge, ...]
    spend_map: SpendMap
    booked: frozenset[tuple[str, str]]
    names: dict[str, str]


def load_spend(session: Session, seq: int) -> KnownSpend:
    """Return the charges that were current at `seq`."""
    frame = facts(session, ExtractKind.FOCUS_COSTS, seq)
    spend_map, names = load_spend_map(session, seq)
    return KnownSpend(tuple(read_charges(frame)), spend_map, _booked(session, seq, frame), names)


def load_spend_map(session: Session, seq: int) -> tuple[SpendMap, dict[str, str]]:
    """Return whose charges are whose as known at `seq`, and the names of initiatives by key."""
    initiatives = facts(session, ExtractKind.INITIATIVES, seq)
    names = {str(key): str(name) for key, name in zip(initiatives["initiative"], initiatives["name"], strict=True)}
    return SpendMap(read_mappings(facts(session, ExtractKind.SPEND_MAPPINGS, seq)), names), names


def _booked(session: Session, seq: int, frame: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Return (invoice, currency) of the invoices that actual cost rows name."""
    if frame.empty or frame["invoice"].isna().all():
        return frozenset()
    costs = facts(session, ExtractKind.COSTS, seq, where={"status": "actual"})
    return frozenset(zip(costs["source_reference"], costs["currency"], strict=True))


def counted_cells(session: Session, seq: int, policy: Policy, as_of: date) -> dict[str, list[NativeCell]]:
    """Return by initiative the cells of charges that count in its cost, to as-of."""
    spend = load_spend(session, seq)
    found: dict[str, list[NativeCell]] = defaultdict(list)
    for cell in sum_cells(spend.charges, spend.spend_map, calendar=policy.calendar, booked=spend.booked, as_of=as_of):
        if cell.key.state is SpendState.COUNTED:
            found[cell.key.initiative].append(cell)
    return dict(found)


def cell_costs(
    cells: Iterable[NativeCell], translator: Translator, rate_ratio: Callable[[str, date], Fraction]
) -> Iterator[CostFacts]:
    """Yield the costs that cells of an initiative are, translated; what has no rate is left to the translator.

    `rate_ratio` gives, for a currency and a fiscal period, the rate of reports over that of the held case.
    """
    for cell in cells:
        amount = _translated(cell, translator)
        if amount is not None:
            yield _cost(cell, amount, rate_ratio(cell.key.currency, cell.period.start_on))


def _translated(cell: NativeCell, translator: Translator) -> int | None:
    what = f"Charges of {cell.key.provider} in {cell.period.start_on:%Y-%m}"
    return translator.translate(cell.native_minor, cell.key.currency, cell.period.start_on, what)


def _cost(cell: NativeCell, amount_minor: int, rate_ratio: Fraction) -> CostFacts:
    return CostFacts(
        category=cell.key.category,
        nature=cell.key.nature,
        recurrence="recurring" if cell.key.nature == "run" else "one_off",
        treatment="opex",
        status="actual",
        period=cell.period,
        cash_on=None,
        in_service_on=None,
        useful_life_months=None,
        amount_minor=amount_minor,
        source_reference=f"charges of {cell.key.provider}",
        pl_line=cell.key.pl_line,
        cost_centre=cell.key.cost_centre,
        rate_ratio=rate_ratio,
    )


def spend_view(session: Session, person: Person, *, known_on: date | None) -> SpendView | None:
    """Return AI spend as known on a day; None where no charge has been posted.

    Raises
    ------
    NotPermittedError
        If the person's role does not see the spend of all initiatives.
    """
    require(person, Permission.VIEW_SPEND)
    seq = known_seq(session, known_on)
    spend = load_spend(session, seq)
    if not spend.charges:
        return None
    policy = current_policy(session, seq)
    publication = publication_known(session, seq)
    last = max(charge.end_on for charge in spend.charges) - timedelta(days=1)
    as_of = publication.as_of if publication is not None else policy.calendar.period_of(last).last_on
    translator = Translator(load_rates(session, seq, policy.reporting_currency), policy.rate_set, as_of)
    native = sum_cells(spend.charges, spend.spend_map, calendar=policy.calendar, booked=spend.booked, as_of=as_of)
    cells = tuple(_cell(cell, policy, _translated(cell, translator)) for cell in native)
    posted_at = last_posted_at(session)
    today = organisation(session).day_of(posted_at) if posted_at is not None else as_of
    return SpendView(
        as_of=as_of,
        as_of_period=policy.calendar.label(policy.calendar.period_of(as_of)),
        as_known_on=known_on or today,
        currency=policy.reporting_currency,
        rate_set=policy.rate_set.value,
        cells=cells,
        invoices=tuple(_invoices(session, seq, spend)),
        unclaimed=tuple(_unclaimed(spend, native, cells)),
        initiative_names=tuple(sorted(spend.names.items())),
        reasons=tuple(dict.fromkeys(translator.untranslated)),
    )


def _cell(cell: NativeCell, policy: Policy, amount_minor: int | None) -> SpendCell:
    key = cell.key
    is_left_out = amount_minor is None and key.state is SpendState.COUNTED
    return SpendCell(
        initiative=key.initiative,
        provider=key.provider,
        category=key.category,
        nature=key.nature,
        state=SpendState.UNTRANSLATED if is_left_out else key.state,
        period=cell.period,
        label=policy.calendar.label(cell.period),
        native_minor=cell.native_minor,
        currency=key.currency,
        amount_minor=amount_minor,
        n_charges=cell.n_charges,
        pl_line=key.pl_line,
        cost_centre=key.cost_centre,
    )


def _invoices(session: Session, seq: int, spend: KnownSpend) -> Iterator[InvoiceAgreement]:
    """Yield every invoice that charges name, with its total where it has come."""
    billed: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    providers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for charge in spend.charges:
        if charge.invoice:
            key = (charge.invoice, charge.currency)
            billed[key] += Fraction(charge.billed)
            counts[key] += 1
            providers[key].add(charge.provider)
    if not billed:
        return
    rows = facts(session, ExtractKind.INVOICES, seq, where={"invoice": sorted({invoice for invoice, _ in billed})})
    totals = dict(
        zip(zip(rows["invoice"], rows["currency"], strict=True), rows["total_minor"].astype(int), strict=True)
    )
    came_in: dict[str, list[str]] = defaultdict(list)
    for invoice, currency in sorted(totals):
        came_in[invoice].append(currency)
    for key in sorted(billed, key=lambda key: (sorted(providers[key]), key)):
        invoice, currency = key
        total = totals.get(key)
        yield InvoiceAgreement(
            provider=", ".join(sorted(providers[key])),
            invoice=invoice,
            currency=currency,
            billed_minor=to_minor(billed[key], currency),
            total_minor=None if total is None else int(total),
            n_charges=counts[key],
            is_booked=key in spend.booked,
            came_in=tuple(came_in[invoice]) if total is None else (),
        )


def _unclaimed(spend: KnownSpend, native: Iterable[NativeCell], cells: Iterable[SpendCell]) -> Iterator[UnclaimedSpend]:
    """Yield what nobody registered, the largest first: cells gathered over months and categories."""
    sums: dict[tuple[str, tuple[str, ...], str], list[tuple[int, int | None]]] = defaultdict(list)
    for cell, shown in zip(native, cells, strict=True):
        if shown.state is SpendState.UNCLAIMED:
            sums[cell.key.provider, cell.key.group, cell.key.currency].append((cell.native_minor, shown.amount_minor))
    charges: dict[tuple[str, tuple[str, ...], str], list[Charge]] = defaultdict(list)
    for charge in spend.charges:
        key = (charge.provider, group_of(charge.marks), charge.currency)
        if key in sums:
            charges[key].append(charge)
    found = [_group(key, amounts, charges[key]) for key, amounts in sums.items()]
    yield from sorted(found, key=lambda group: (-(group.amount_minor or group.native_minor), group.provider))


def _group(
    key: tuple[str, tuple[str, ...], str], amounts: list[tuple[int, int | None]], charges: list[Charge]
) -> UnclaimedSpend:
    provider, (service, sub_account, tags), currency = key
    resources = {charge.marks.resource for charge in charges}
    ways = [way for way in ways_to_match(charges[0].marks) if way[0] is not MatchBy.RESOURCE or len(resources) == 1]
    translated = [amount for _, amount in amounts if amount is not None]
    return UnclaimedSpend(
        provider=provider,
        service=service,
        sub_account=sub_account,
        tags=tags,
        first_on=min(charge.marks.start_on for charge in charges),
        last_on=max(charge.end_on for charge in charges) - timedelta(days=1),
        n_charges=len(charges),
        native_minor=sum(amount for amount, _ in amounts),
        currency=currency,
        amount_minor=sum(translated) if len(translated) == len(amounts) else None,
        ways=tuple(ways),
    )

"""From charges to amounts by fiscal period: split by days exactly, rounded once per cell.

A cell is one initiative, provider, category, nature, state, currency and fiscal period (for what nobody registered also
service, sub-account and tags). A charge is spread evenly over the days of its period; nothing is rounded before the
cell, so that a later month never moves an earlier one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple

from models.domain.calendar import FiscalCalendar, Period
from models.domain.money import to_minor
from models.domain.spend import Charge, ChargeMarks, Registration, SpendState
from models.value.spend_map import SpendMap

#: Service categories (FOCUS) that are software or inference; all others are cloud.
_SOFTWARE = frozenset({"AI and Machine Learning", "Business Applications", "Developer Tools"})
#: Tags that tell groups of unregistered charges apart, at most so many characters of them.
_TAG_CHARS = 500
#: Significant digits of a sum: more than any amounts of 24 digits before and after the point can fill.
_DIGITS = 80
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """What a cell sums over; `group` is (service, sub-account, tags) where nobody registered it, else empty."""

    initiative: str
    provider: str
    category: str
    nature: str
    state: SpendState
    start_on: date
    currency: str
    pl_line: str
    cost_centre: str
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NativeCell:
    """The effective cost of a cell in its own currency, minor units, and the charges that touch it."""

    key: CellKey
    period: Period
    native_minor: int
    n_charges: int


def category_of(service_category: str) -> str:
    """Return the cost category of a service category."""
    return "software_and_inference" if service_category in _SOFTWARE else "cloud"


def share_by_days(first: date, end_on: date, calendar: FiscalCalendar) -> list[tuple[Period, Fraction]]:
    """Return the fiscal periods of the days [first, end_on) with the share of them in each; the shares sum to 1."""
    last, days = end_on - timedelta(days=1), (end_on - first).days
    held = calendar.period_of(first)
    if last < held.end_on:
        return [(held, Fraction(1))]
    return [
        (period, Fraction((min(period.end_on, end_on) - max(period.start_on, first)).days, days))
        for period in calendar.periods_between(first, last)
    ]


def sum_cells(
    charges: Iterable[Charge],
    spend_map: SpendMap,
    *,
    calendar: FiscalCalendar,
    booked: Collection[tuple[str, str]],
    as_of: date,
) -> list[NativeCell]:
    """Return the cells of charges, in order of their keys.

    Parameters
    ----------
    booked
        (invoice, currency) of invoices that a cost row names: the cost row counts, their charges do not.
    as_of
        Periods that end after it are not counted yet.
    """
    exact: dict[CellKey, Fraction] = defaultdict(Fraction)
    counts: dict[CellKey, int] = defaultdict(int)
    periods: dict[date, Period] = {}
    for like, (amount, n_charges) in _gather(charges, spend_map, booked).items():
        for period, share in share_by_days(like.first_on, like.end_on, calendar):
            key = _key(like, _state(like, period, as_of), period)
            exact[key] += Fraction(amount) * share
            counts[key] += n_charges
            periods[period.start_on] = period
    return [
        NativeCell(key, periods[key.start_on], to_minor(exact[key], key.currency), counts[key]) for key in sorted(exact)
    ]


class _Alike(NamedTuple):
    """What charges have in common that go the same way."""

    registration: Registration | None
    is_booked: bool
    provider: str
    service_category: str
    first_on: date
    end_on: date
    currency: str
    group: tuple[str, ...]


def _gather(
    charges: Iterable[Charge], spend_map: SpendMap, booked: Collection[tuple[str, str]]
) -> dict[_Alike, tuple[Decimal, int]]:
    """Sum charges that are alike, exactly, and count them."""
    registrations: dict[ChargeMarks, Registration | None] = {}
    sums: dict[_Alike, tuple[Decimal, int]] = {}
    with localcontext(prec=_DIGITS):
        for charge in charges:
            if not charge.effective:  # paid ahead for later charges, which bear it
                continue
            marks = charge.marks
            if marks not in registrations:
                registrations[marks] = spend_map.registration(marks)
            registration = registrations[marks]
            like = _Alike(
                registration,
                bool(charge.invoice) and (charge.invoice, charge.currency) in booked,
                charge.provider,
                charge.service_category,
                marks.start_on,
                charge.end_on,
                charge.currency,
                group_of(marks) if registration is None else (),
            )
            amount, count = sums.get(like, (_NOTHING, 0))
            sums[like] = amount + charge.effective, count + 1
    return sums


def _state(like: _Alike, period: Period, as_of: date) -> SpendState:
    if like.is_booked:
        return SpendState.BOOKED
    if like.registration is None:
        return SpendState.UNCLAIMED
    return SpendState.LATER if period.last_on > as_of else SpendState.COUNTED


def _key(like: _Alike, state: SpendState, period: Period) -> CellKey:
    registration = like.registration
    return CellKey(
        initiative=registration.initiative if registration else "",
        provider=like.provider,
        category=category_of(like.service_category),
        nature=registration.nature if registration else "",
        state=state,
        start_on=period.start_on,
        currency=like.currency,
        pl_line=registration.pl_line if registration else "",
        cost_centre=registration.cost_centre if registration else "",
        group=like.group if state is SpendState.UNCLAIMED else (),
    )


def group_of(marks: ChargeMarks) -> tuple[str, str, str]:
    """Return service, sub-account and tags of a charge that nobody registered."""
    tags = ", ".join(f"{name}={value}" for name, value in marks.tags)
    return marks.service, marks.sub_account, tags[:_TAG_CHARS]

"""Locked periods keep what was locked; what today's estimate says otherwise posts in the first period that is not.

Per benefit line the locked amounts replace the estimated ones and their difference is added to that period, so that the
total is the estimated one. Draws are shifted with the points: deviations stay what they are. While every period to
as-of is locked there is no place to post; the difference is then pending and in no total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeVar

from models.domain.benefit_line import Posting
from models.domain.calendar import FiscalCalendar, Period
from models.domain.errors import ConflictError
from models.domain.true_up import TrueUp, TrueUpKind
from models.value.hours_to_cash import CashEvidence, CashPart
from models.value.locked_book import LockedBook, LockedLine
from models.value.monetise import DrawRecipe, LineMoney, ValueBand
from models.value.realise import LineWorth
from models.value.run_rate import RunRate

_Value = TypeVar("_Value")
_NO_BAND = ValueBand(0.0, None, None, 0)


def open_period(book: LockedBook, calendar: FiscalCalendar, as_of: date) -> Period | None:
    """Return the first fiscal period after the locked ones if it is over by as-of; None while all are locked."""
    period = calendar.period_of(book.to_on + timedelta(days=1))
    return period if period.last_on <= as_of else None


@dataclass(frozen=True, slots=True)
class HeldLines:
    """The worth of every line as it stands posted, and what is trued up of locked periods."""

    worths: Mapping[str, tuple[LineWorth, ...]]
    true_ups: tuple[TrueUp, ...]


def hold_lines(
    worths: Mapping[str, Sequence[LineWorth]], book: LockedBook, calendar: FiscalCalendar, as_of: date
) -> HeldLines:
    """Return every line with its locked amounts, and the differences that are trued up.

    Raises
    ------
    ConflictError
        If a line with locked amounts is no longer there, or is of another class.
    """
    target = open_period(book, calendar, as_of)
    _require_places(worths, book)
    held: dict[str, tuple[LineWorth, ...]] = {}
    found: list[TrueUp] = []
    for key, lines in worths.items():
        kept = []
        for line in lines:
            standing, true_up = _hold_line(line, book, calendar, target)
            kept.append(standing)
            found += [true_up] if true_up is not None else []
        held[key] = tuple(kept)
    return HeldLines(held, tuple(found))


def _require_places(worths: Mapping[str, Sequence[LineWorth]], book: LockedBook) -> None:
    classes = {worth.facts.key: worth.facts.benefit_class for lines in worths.values() for worth in lines}
    for key, line in sorted(book.lines.items()):
        if not any(posting.measured_minor or posting.realised_minor for posting in line.postings):
            continue
        if key not in classes:
            raise ConflictError(
                f"{line.name} has amounts in locked periods and is no longer posted: post it again, or reopen them"
            )
        if classes[key] is not line.benefit_class:
            raise ConflictError(
                f"{line.name} is locked as {line.benefit_class.label} and now {classes[key].label}: start a new "
                "benefit line instead, or reopen the periods"
            )


@dataclass(frozen=True, slots=True)
class _Amounts:
    """The native, measured, realised amount of a fiscal period, and what of it is evidenced as cash."""

    native: int = 0
    measured: int = 0
    realised: int = 0
    cash: int = 0

    def __add__(self, other: _Amounts) -> _Amounts:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return _Amounts(*(one + another for one, another in pairs))

    def __sub__(self, other: _Amounts) -> _Amounts:
        pairs = zip(astuple(self), astuple(other), strict=True)
        return _Amounts(*(one - another for one, another in pairs))


_NOTHING = _Amounts()


def _hold_line(
    worth: LineWorth, book: LockedBook, calendar: FiscalCalendar, target: Period | None
) -> tuple[LineWorth, TrueUp | None]:
    locked = book.lines.get(worth.facts.key)
    today = _estimated(worth)
    before = _posted(locked, worth, calendar)
    past = sorted({month for month in (*today, *before) if month.last_on <= book.to_on})
    if not past:
        return worth, None
    moved = [month for month in past if today.get(month, _NOTHING).measured != _estimated_then(locked, month)]
    due = sum((today.get(month, _NOTHING) - before.get(month, _NOTHING) for month in past), _NOTHING)
    standing = {month: before.get(month, _NOTHING) for month in past}
    standing |= {month: amounts for month, amounts in today.items() if month.last_on > book.to_on}
    correction = due if target is not None else _NOTHING
    if target is not None and due != _NOTHING:
        standing[target] = standing.get(target, _NOTHING) + due
    if standing == today:
        return worth, None
    is_moved = bool(due.measured or due.realised)
    true_up = _true_up_of(worth, due, moved or past, target, book, calendar) if is_moved else None
    corrected = {target: correction} if target is not None else {}
    return _standing_worth(worth, locked, today, standing, corrected, calendar, past), true_up


def _estimated(worth: LineWorth) -> dict[Period, _Amounts]:
    money = worth.money
    if money is None:
        return {}
    return {
        month: _Amounts(native, measured, realised, cash)
        for month, native, measured, realised, cash in zip(
            money.fiscal,
            money.native_minor,
            money.amount_minor,
            worth.realised_minor,
            worth.cash.by_period(len(money.fiscal)),
            strict=True,
        )
    }


def _posted(locked: LockedLine | None, worth: LineWorth, calendar: FiscalCalendar) -> dict[Period, _Amounts]:
    """Return what was locked; native amounts only where the line still has the currency that it had."""
    if locked is None:
        return {}
    is_same = worth.money is None or worth.money.currency == locked.currency
    return {
        calendar.period_of(posting.start_on): _Amounts(
            posting.native_minor if is_same else 0,
            posting.measured_minor,
            posting.realised_minor,
            posting.evidenced_minor,
        )
        for posting in locked.postings
    }


def _estimated_then(locked: LockedLine | None, month: Period) -> int:
    """Return what was estimated of a period at the last lock, before what it was locked at and true-ups it took."""
    found = next((p for p in locked.postings if p.start_on == month.start_on), None) if locked else None
    if found is None:
        return 0
    return found.measured_minor if found.estimated_minor is None else found.estimated_minor


def _true_up_of(
    worth: LineWorth,
    due: _Amounts,
    moved: Sequence[Period],
    target: Period | None,
    book: LockedBook,
    calendar: FiscalCalendar,
) -> TrueUp:
    return TrueUp(
        kind=TrueUpKind.BENEFIT,
        initiative=worth.facts.initiative,
        subject=worth.facts.key,
        name=worth.facts.name,
        start_on=moved[0].start_on,
        end_on=moved[-1].end_on,
        first_period=calendar.label(moved[0]),
        last_period=calendar.label(moved[-1]),
        posted_on=target.start_on if target else None,
        posted_period=calendar.label(target) if target else "",
        currency=book.currency,
        amount_minor=due.measured,
        realised_minor=due.realised,
        since_seq=book.input_seq,
    )


def _standing_worth(
    worth: LineWorth,
    locked: LockedLine | None,
    today: Mapping[Period, _Amounts],
    standing: Mapping[Period, _Amounts],
    corrected: Mapping[Period, _Amounts],
    calendar: FiscalCalendar,
    past: Sequence[Period],
) -> LineWorth:
    """Return a line as it stands posted: money, what of it is realised, draws shifted along."""
    fiscal = tuple(sorted(standing))
    amounts = [standing[month] for month in fiscal]
    shift = tuple((standing[month] - today.get(month, _NOTHING)).measured for month in fiscal)
    money = LineMoney(
        fiscal,
        worth.money.currency if worth.money else locked.currency if locked else "",
        tuple(each.native for each in amounts),
        tuple(each.measured for each in amounts),
        _recipe(worth, locked, fiscal, shift),
        unit_minor=_by_month(worth.money, worth.money.unit_minor, fiscal, Fraction(0)) if worth.money else (),
        financing_minor=_by_month(worth.money, worth.money.financing_minor, fiscal, 0) if worth.money else (),
    )
    flags = dict(zip(worth.money.fiscal, worth.in_production, strict=True)) if worth.money else {}
    run_rate = worth.run_rate
    if isinstance(run_rate, RunRate) and worth.money is not None:
        weights = dict(zip(worth.money.fiscal, run_rate.weights, strict=True))
        run_rate = replace(run_rate, weights=tuple(weights.get(month, 0.0) for month in fiscal))
    received = _received(locked, calendar, past)
    return replace(
        worth,
        grade=worth.grade if worth.grade is not None else locked.grade if locked else None,
        money=money,
        in_production=tuple(flags.get(month, False) for month in fiscal),
        run_rate=run_rate,
        posted_realised=tuple(each.realised for each in amounts),
        estimate=worth.money or LineMoney((), money.currency, (), (), money.recipe),
        cash=_cash(worth, standing, fiscal),
        true_up_minor=tuple(corrected.get(month, _NOTHING).measured + received.get(month, 0) for month in fiscal),
    )


def _by_month(
    money: LineMoney, values: Sequence[_Value], fiscal: Sequence[Period], nothing: _Value
) -> tuple[_Value, ...]:
    """Return values over the posted periods; empty stays empty."""
    known = dict(zip(money.fiscal, values, strict=True)) if values else {}
    return tuple(known.get(month, nothing) for month in fiscal) if known else ()


def _cash(worth: LineWorth, standing: Mapping[Period, _Amounts], fiscal: Sequence[Period]) -> CashEvidence:
    """Return the cash of the posted periods; a difference stands on the account that holds the period's first part."""
    place = {month: number for number, month in enumerate(fiscal)}
    months = worth.money.fiscal if worth.money else ()
    parts = [replace(part, place=place[months[part.place]]) for part in worth.cash.parts]
    today = CashEvidence(tuple(parts)).by_period(len(fiscal))
    for number, month in enumerate(fiscal):
        difference = standing[month].cash - today[number]
        if not difference:
            continue
        at = next((i for i, part in enumerate(parts) if part.place == number), None)
        if at is not None:
            parts[at] = replace(parts[at], amount_minor=parts[at].amount_minor + difference)
        else:
            parts.append(CashPart(number, parts[0].account if parts else ("", "", ""), difference))
    return replace(worth.cash, parts=tuple(part for part in parts if part.amount_minor))


def _received(locked: LockedLine | None, calendar: FiscalCalendar, past: Sequence[Period]) -> dict[Period, int]:
    """Return what locked periods hold of true-ups of still earlier ones."""
    postings: tuple[Posting, ...] = locked.postings if locked else ()
    found = {calendar.period_of(posting.start_on): posting.true_up_minor for posting in postings}
    return {month: found.get(month, 0) for month in past}


def _recipe(
    worth: LineWorth, locked: LockedLine | None, fiscal: tuple[Period, ...], shift: tuple[int, ...]
) -> DrawRecipe:
    """Return the recipe over the posted periods; a line that is estimated no more has no draws but its shift."""
    starts = tuple(month.start_on for month in fiscal)
    if worth.money is None:
        estimate_id = (locked.estimate_id if locked else None) or 0
        return DrawRecipe(worth.facts.key, estimate_id, 0, 0, starts, (), (_NO_BAND,) * len(fiscal), shift_minor=shift)
    recipe = worth.money.recipe
    place = {start: f for f, start in enumerate(starts)}
    bands = dict(zip(recipe.start_ons, recipe.bands, strict=True))
    return replace(
        recipe,
        start_ons=starts,
        cells=tuple((t, place[recipe.start_ons[f]], weight) for t, f, weight in recipe.cells),
        bands=tuple(bands.get(start, _NO_BAND) for start in starts),
        shift_minor=shift,
    )

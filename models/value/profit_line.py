"""The cells of the ledger: what a P&L line was expected to be without the initiatives, and what it was.

Everything is in profit terms (favourable positive), minor units of the reporting currency, on one basis (after
eliminations, or stand-alone): rows that do not belong to it are left out before they come here. Flexing is sequential
in a fixed order (volume, price, FX, mix, wage, scope, reclassification; `models.value.flex`), so that the rows of a
cell add exactly. A line is looked at as finely as the benefits held against it are placed; coarser levels are sums.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from models.domain.calendar import FiscalCalendar, Period
from models.domain.ledger import ControlTotal, LedgerComponent, LedgerRow
from models.domain.policy import LedgerBasis
from models.value.flex import flex_steps
from models.value.line_reference import Reference, ReferencePart, choose_reference


class LineKey(NamedTuple):
    """A P&L line of an entity (empty: the group) and cost centre (empty: all of the entity)."""

    pl_line: str
    entity: str = ""
    cost_centre: str = ""


#: What reaches no P&L line, and the sum of all lines.
WHOLE_PL = LineKey("")
_ONE = Fraction(1)
_FLEX_ORDER = (
    LedgerComponent.VOLUME,
    LedgerComponent.PRICE,
    LedgerComponent.FX,
    LedgerComponent.MIX,
    LedgerComponent.WAGE,
    LedgerComponent.SCOPE,
    LedgerComponent.RECLASSIFICATION,
)


@dataclass(frozen=True, slots=True)
class LineAmount:
    """What one scenario says of a P&L line of an entity (and cost centre, where looked at so) in a fiscal period.

    `fx_factor` is amount over the same amount at the scenario's own (budget) rates; 1 where they are the same.
    `currency` is the one in which it is posted; empty where nothing is to be restated.
    """

    pl_line: str
    entity: str
    period: Period
    scenario: str
    version: str
    amount_minor: int
    is_closed: bool
    fx_factor: Fraction = Fraction(1)
    cost_centre: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class LineRate:
    """The rate at which amounts in a currency are translated in a fiscal period."""

    currency: str
    start_on: date
    rate: Fraction


@dataclass(frozen=True, slots=True)
class LineName:
    """A P&L line, its name and kind."""

    pl_line: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class LineDriver:
    """What moves a line besides initiatives: a factor on the reference, or an amount in profit terms."""

    pl_line: str
    entity: str
    start_on: date
    kind: LedgerComponent
    factor: Fraction | None
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class ProgrammeAmount:
    """What another programme moved on a line, in profit terms."""

    pl_line: str
    entity: str
    start_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FlexedCell:
    """A line and period before initiatives: flex rows and actual; no rows where there is no reference.

    `costs` are the initiatives' costs that stand on the line. `control` says why the period cannot tie out: rows do not
    agree to the trial balance, or the books of an entity are awaited; else it is empty.
    """

    period: Period
    reference_scenario: str
    rows: tuple[LedgerRow, ...]
    actual_minor: int
    is_closed: bool
    costs: tuple[LedgerRow, ...] = ()
    control: str = ""

    @property
    def has_reference(self) -> bool:
        """Whether there is anything to hold the actual against."""
        return bool(self.rows)

    @property
    def is_settled(self) -> bool:
        """Whether the books of the period are closed and agree to their control totals."""
        return self.is_closed and not self.control

    @property
    def flexed_minor(self) -> int:
        """The flexed reference."""
        return sum(row.amount_minor for row in self.rows)

    @property
    def moved_minor(self) -> int:
        """What the line moved beyond its flexed reference and the costs that stand on it."""
        return self.actual_minor - self.flexed_minor - sum(row.amount_minor for row in self.costs)


@dataclass(frozen=True, slots=True)
class ProfitLines:
    """All that the books say, and how finely each line is looked at.

    `by_entity` are the lines whose every link to a benefit names an entity, `by_cost_centre` those of them whose every
    link names a cost centre too; the others are looked at for the group.
    """

    names: Mapping[str, LineName]
    amounts: tuple[LineAmount, ...]
    drivers: tuple[LineDriver, ...]
    programmes: tuple[ProgrammeAmount, ...]
    by_entity: frozenset[str]
    by_cost_centre: frozenset[str] = frozenset()
    controls: tuple[ControlTotal, ...] = ()
    basis: LedgerBasis = LedgerBasis.AFTER_ELIMINATIONS
    rates: tuple[LineRate, ...] = ()

    def key_of(self, pl_line: str, entity: str, cost_centre: str) -> LineKey:
        """Return where an amount of a line is looked at."""
        if pl_line not in self.by_entity:
            return LineKey(pl_line)
        return LineKey(pl_line, entity, cost_centre if pl_line in self.by_cost_centre else "")


Posted = dict[LineKey, dict[Period, dict[str, list[LineAmount]]]]
#: Whether the books of an entity are closed, by fiscal period in which it has posted any.
BooksOf = Mapping[str, Mapping[Period, bool]]


def line_keys(books: ProfitLines) -> frozenset[LineKey]:
    """Return the lines of the ledger: those with actuals, at the level at which they are looked at.

    A cost centre of which only a budget or a prior year is posted is a line too: nothing was booked there.
    """
    posted = _post(books)
    with_actuals = {
        key.pl_line for key, periods in posted.items() if any("actual" in each for each in periods.values())
    }
    return frozenset(key for key in posted if key.pl_line in with_actuals)


def build_cells(
    books: ProfitLines,
    embedded: Mapping[tuple[LineKey, date, str], int],
    calendar: FiscalCalendar,
    costs: Mapping[tuple[LineKey, date], Sequence[LedgerRow]] | None = None,
) -> dict[LineKey, list[FlexedCell]]:
    """Return the flexed cells of every line with actuals, by period.

    Parameters
    ----------
    embedded
        What the reference already holds of the initiatives, by line, first day of the period and reference
        (`budget` or `prior_year`), favourable positive: it is added back (with its sign turned).
    costs
        Rows of the initiatives' costs by line and first day of the period.
    """
    posted, books_of = _post(books), _closed_books(books)
    drivers, programmes = _index_drivers(books.drivers), _index_programmes(books)
    broken = {(c.entity, c.start_on, c.scenario): c.sentence for c in books.controls if not c.agrees}
    rates = {(each.currency, each.start_on): each.rate for each in books.rates}
    cells: dict[LineKey, list[FlexedCell]] = {}
    for key in sorted(posted):
        found = []
        for period in sorted({*posted[key], *books_of.get(key.entity, {})}):
            actual = posted[key].get(period, {}).get("actual", [])
            reference = choose_reference(posted[key], key, period, calendar, rates)
            if not actual and not (reference.parts and period in books_of.get(key.entity, {})):
                continue
            held = embedded.get((key, period.start_on, reference.kind), 0)
            rows = _flex(reference, -held, key, period.start_on, drivers) if reference.parts else []
            if rows and (moved := programmes.get((key, period.start_on), 0)):
                rows.append(LedgerRow(LedgerComponent.OTHER_PROGRAMMES, "", moved))
            entities = {amount.entity for amount in actual} | ({key.entity} if key.entity else set())
            awaited = _awaited(reference.entities - entities, key, period, books_of, drivers)
            found.append(
                FlexedCell(
                    period,
                    reference.scenario.replace("_", " "),
                    tuple(rows),
                    sum(amount.amount_minor for amount in actual),
                    _is_closed(actual, key, period, books_of) and not awaited,
                    tuple((costs or {}).get((key, period.start_on), ())) if rows else (),
                    _control_of({"actual": entities, reference.kind: reference.entities}, period, broken)
                    or (f"The books of {' and '.join(awaited)} are not closed in these periods." if awaited else ""),
                )
            )
        if found:
            cells[key] = found
    return cells


def _post(books: ProfitLines) -> Posted:
    """Group amounts by line, period and scenario."""
    posted: Posted = {}
    for amount in books.amounts:
        key = books.key_of(amount.pl_line, amount.entity, amount.cost_centre)
        by_scenario = posted.setdefault(key, {}).setdefault(amount.period, {})
        by_scenario.setdefault(amount.scenario, []).append(amount)
    return posted


def _closed_books(books: ProfitLines) -> dict[str, dict[Period, bool]]:
    """Return the periods in which an entity has actuals at all, and whether all of them are closed.

    A line of such an entity without an actual was booked with nothing.
    """
    found: dict[str, dict[Period, bool]] = defaultdict(dict)
    for amount in books.amounts:
        if amount.scenario == "actual":
            periods = found[amount.entity]
            periods[amount.period] = periods.get(amount.period, True) and amount.is_closed
    return found


def _is_closed(actual: Sequence[LineAmount], key: LineKey, period: Period, books_of: BooksOf) -> bool:
    return all(amount.is_closed for amount in actual) if actual else books_of[key.entity][period]


def _awaited(
    silent: Iterable[str], key: LineKey, period: Period, books_of: BooksOf, drivers: Drivers
) -> tuple[str, ...]:
    """Return the entities whose books the cell still waits for: planned for on the line, and not closed.

    An entity with closed books and no row booked nothing; one that a scope driver of the period takes out, or that has
    never posted books, is not waited for.
    """
    return tuple(
        entity
        for entity in sorted(silent)
        if entity in books_of
        and not books_of[entity].get(period, False)
        and LedgerComponent.SCOPE not in drivers.get((key.pl_line, entity, period.start_on), {})
    )


def _control_of(books: Mapping[str, Iterable[str]], period: Period, broken: Mapping[tuple[str, date, str], str]) -> str:
    """Return why the cell cannot tie out: the first of its books that does not agree to the trial balance."""
    if not broken:
        return ""
    for scenario, entities in books.items():
        for entity in sorted(entities):
            if (sentence := broken.get((entity, period.start_on, scenario))) is not None:
                return sentence
    return ""


def _flex(
    reference: Reference,
    added_back: int,
    key: LineKey,
    start_on: date,
    drivers: Drivers,
) -> list[LedgerRow]:
    """Return the rows from reference to flexed reference: each entity by its own drivers, else by the group's."""
    moved: dict[LedgerComponent, int] = defaultdict(int)
    group = drivers.get((key.pl_line, "", start_on), {})
    # What is added back has no entity of its own on a group line; it follows the drivers of the line that it is on.
    held = ReferencePart(key.entity, Fraction(added_back), reference.held_factor)
    for part in (*reference.parts, held):
        factors = _factors(drivers.get((key.pl_line, part.entity, start_on), {}), group, part.fx_factor)
        if part.base and factors:
            steps = flex_steps(part.base, [_ONE] * len(factors), list(factors.values()))
            for kind, step in zip(factors, steps, strict=True):
                moved[kind] += step
    if not key.cost_centre:
        for placed_on in reference.entities | {key.entity}:
            for kind, driver in drivers.get((key.pl_line, placed_on, start_on), {}).items():
                moved[kind] += driver.amount_minor or 0
    rows = [LedgerRow(LedgerComponent.REFERENCE, "", sum(round(part.base) for part in reference.parts))]
    if added_back:
        rows.append(LedgerRow(LedgerComponent.EMBEDDED, "", added_back))
    rows.extend(LedgerRow(kind, "", moved[kind]) for kind in _FLEX_ORDER if moved.get(kind))
    return rows


def _factors(
    own: Mapping[LedgerComponent, LineDriver], group: Mapping[LedgerComponent, LineDriver], fx_factor: Fraction
) -> dict[LedgerComponent, Fraction]:
    """Return the factors that move a part, in the order of the flex."""
    factors = {kind: driver.factor for kind, driver in group.items() if driver.factor is not None}
    factors.update({kind: driver.factor for kind, driver in own.items() if driver.factor is not None})
    if fx_factor != 1:
        factors[LedgerComponent.FX] = fx_factor * factors.get(LedgerComponent.FX, 1)
    if len(factors) > 1:
        return {kind: factors[kind] for kind in _FLEX_ORDER if kind in factors}
    return factors


#: Drivers by P&L line, entity and first day of the period.
Drivers = Mapping[tuple[str, str, date], Mapping[LedgerComponent, LineDriver]]


def _index_drivers(drivers: Iterable[LineDriver]) -> Drivers:
    found: dict[tuple[str, str, date], dict[LedgerComponent, LineDriver]] = defaultdict(dict)
    for driver in drivers:
        found[driver.pl_line, driver.entity, driver.start_on][driver.kind] = driver
    return dict(found)


def _index_programmes(books: ProfitLines) -> dict[tuple[LineKey, date], int]:
    """Sum other programmes by ledger line; a group amount cannot be placed on a line that is looked at more finely."""
    totals: dict[tuple[LineKey, date], int] = defaultdict(int)
    for programme in books.programmes:
        key = books.key_of(programme.pl_line, programme.entity, "")
        totals[key, programme.start_on] += programme.amount_minor
    return dict(totals)

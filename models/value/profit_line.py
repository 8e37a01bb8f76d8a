"""The cells of the ledger: what a P&L line was expected to be without the initiatives, and what it was.

Everything is in profit terms (favourable positive), minor units of the reporting currency, after eliminations: rows
with a partner entity are left out before they come here. Flexing is sequential in a fixed order (volume, price, FX,
mix, wage, scope, reclassification), each step rounded once, so that the rows of a cell add exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from models.domain.calendar import FiscalCalendar, Period
from models.domain.ledger import LedgerComponent, LedgerRow

LineKey = tuple[str, str]  # P&L line, entity ('' = the group)
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
    """What one scenario says of a P&L line of an entity in a fiscal period.

    `fx_factor` is amount over the same amount at the scenario's own (budget) rates; 1 where they are the same.
    """

    pl_line: str
    entity: str
    period: Period
    scenario: str
    version: str
    amount_minor: int
    is_closed: bool
    fx_factor: Fraction = Fraction(1)


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
    """A line and period before initiatives: flex rows and actual; no rows where there is no reference."""

    period: Period
    reference_scenario: str
    rows: tuple[LedgerRow, ...]
    actual_minor: int
    is_closed: bool

    @property
    def has_reference(self) -> bool:
        """Whether there is anything to hold the actual against."""
        return bool(self.rows)

    @property
    def flexed_minor(self) -> int:
        """The flexed reference."""
        return sum(row.amount_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class ProfitLines:
    """All that the books say, and how finely each line is looked at.

    `by_entity` are the lines whose every link to a benefit names an entity; the others are looked at for the group.
    """

    names: Mapping[str, LineName]
    amounts: tuple[LineAmount, ...]
    drivers: tuple[LineDriver, ...]
    programmes: tuple[ProgrammeAmount, ...]
    by_entity: frozenset[str]


def line_keys(books: ProfitLines) -> frozenset[LineKey]:
    """Return the lines of the ledger: those with actuals, by entity or for the group."""
    actual = (amount for amount in books.amounts if amount.scenario == "actual")
    return frozenset((amount.pl_line, amount.entity if amount.pl_line in books.by_entity else "") for amount in actual)


def build_cells(
    books: ProfitLines, embedded: Mapping[tuple[LineKey, date, str], int], calendar: FiscalCalendar
) -> dict[LineKey, list[FlexedCell]]:
    """Return the flexed cells of every line with actuals, by period.

    Parameters
    ----------
    embedded
        What the reference already holds of the initiatives, by line, first day of the period and reference
        (`budget` or `prior_year`), favourable positive: it is added back (with its sign turned).
    """
    grouped: dict[tuple[LineKey, Period], dict[str, list[LineAmount]]] = defaultdict(lambda: defaultdict(list))
    for amount in books.amounts:
        key = (amount.pl_line, amount.entity if amount.pl_line in books.by_entity else "")
        grouped[key, amount.period][amount.scenario].append(amount)
    drivers = _index_drivers(books.drivers)
    programmes = _index_programmes(books)
    cells: dict[LineKey, list[FlexedCell]] = defaultdict(list)
    for (key, period), scenarios in sorted(grouped.items(), key=lambda item: (item[0][0], item[0][1].start_on)):
        actual = scenarios.get("actual", [])
        if not actual:
            continue
        name, reference = _choose_reference(scenarios, grouped, key, period, calendar)
        held = embedded.get((key, period.start_on, name.split(" ")[0]), 0)
        rows = _flex(reference, -held, key, period.start_on, drivers) if reference else []
        if rows and (moved := programmes.get((key, period.start_on), 0)):
            rows.append(LedgerRow(LedgerComponent.OTHER_PROGRAMMES, "", moved))
        cells[key].append(
            FlexedCell(
                period,
                name.replace("_", " ") if reference else "",
                tuple(rows),
                sum(amount.amount_minor for amount in actual),
                all(amount.is_closed for amount in actual),
            )
        )
    return dict(cells)


def _choose_reference(
    scenarios: Mapping[str, list[LineAmount]],
    grouped: Mapping[tuple[LineKey, Period], Mapping[str, list[LineAmount]]],
    key: LineKey,
    period: Period,
    calendar: FiscalCalendar,
) -> tuple[str, list[LineAmount]]:
    """Return the budget of the greatest version, else the prior year as posted, else the actuals of a year before.

    A reference that lacks an entity which has actuals is none: the two sides would not have the same scope.
    """
    entities = {amount.entity for amount in scenarios["actual"]}
    budget = scenarios.get("budget", [])
    version = max((amount.version for amount in budget), default="")
    candidates = [(f"budget {version}".strip(), [amount for amount in budget if amount.version == version])]
    candidates.append(("prior_year", list(scenarios.get("prior_year", []))))
    fiscal_year, number = calendar.locate(period.start_on)
    before = grouped.get((key, calendar.period(fiscal_year - 1, number)), {})
    candidates.append(("prior_year", list(before.get("actual", []))))
    for name, amounts in candidates:
        if amounts and entities <= {amount.entity for amount in amounts}:
            return name, amounts
    return "", []


def _flex(
    reference: list[LineAmount],
    added_back: int,
    key: LineKey,
    start_on: date,
    drivers: Mapping[tuple[str, str, date, LedgerComponent], LineDriver],
) -> list[LedgerRow]:
    """Return the rows from reference to flexed reference: each entity by its own drivers, else by the group's."""
    pl_line, entity = key
    moved: dict[LedgerComponent, int] = defaultdict(int)
    # What is added back has no entity of its own on a group line; it follows the drivers of the line that it is on.
    parts = [(round(amount.amount_minor / amount.fx_factor), amount.entity, amount.fx_factor) for amount in reference]
    total = sum(part for part, _, _ in parts)
    for start, part_entity, fx_factor in [*parts, (added_back, entity, Fraction(1))]:
        running = start
        for kind in _FLEX_ORDER:
            factor = _factor(drivers, pl_line, part_entity, start_on, kind)
            if kind is LedgerComponent.FX:
                factor *= fx_factor
            if factor == 1:
                continue
            step = round(running * (factor - 1))
            running += step
            moved[kind] += step
    for placed_on in {part_entity for _, part_entity, _ in parts} | {entity}:
        for kind in _FLEX_ORDER:
            driver = drivers.get((pl_line, placed_on, start_on, kind))
            if driver is not None and driver.amount_minor is not None:
                moved[kind] += driver.amount_minor
    rows = [LedgerRow(LedgerComponent.REFERENCE, "", total)]
    if added_back:
        rows.append(LedgerRow(LedgerComponent.EMBEDDED, "", added_back))
    rows.extend(LedgerRow(kind, "", moved[kind]) for kind in _FLEX_ORDER if moved[kind])
    return rows


def _factor(
    drivers: Mapping[tuple[str, str, date, LedgerComponent], LineDriver],
    pl_line: str,
    entity: str,
    start_on: date,
    kind: LedgerComponent,
) -> Fraction:
    for place in (entity, ""):
        driver = drivers.get((pl_line, place, start_on, kind))
        if driver is not None and driver.factor is not None:
            return driver.factor
    return Fraction(1)


def _index_drivers(drivers: Iterable[LineDriver]) -> dict[tuple[str, str, date, LedgerComponent], LineDriver]:
    return {(driver.pl_line, driver.entity, driver.start_on, driver.kind): driver for driver in drivers}


def _index_programmes(books: ProfitLines) -> dict[tuple[LineKey, date], int]:
    """Sum other programmes by ledger line; a group amount cannot be placed on a line that is looked at by entity."""
    totals: dict[tuple[LineKey, date], int] = defaultdict(int)
    for programme in books.programmes:
        key = (programme.pl_line, programme.entity if programme.pl_line in books.by_entity else "")
        totals[key, programme.start_on] += programme.amount_minor
    return dict(totals)

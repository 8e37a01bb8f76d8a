"""The sheets of inputs: what the publication posted, typed once, each row with the number of its initiative.

Formulas join by that number (`No`), not by key: numbers match exactly, where text matches by case, wildcard and
number-like spelling as the spreadsheet sees fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed
from dashboard.packs.content import JOINT, SHARED, PackContent
from models.domain.benefit_line import LineValuation, Posting
from models.domain.figures import Figures
from models.domain.money import to_major
from models.domain.valuation import CumulativePoint, InitiativeValuation

AS_OF = "As_of"
ACTUAL, FORECAST = "actual", "forecast"
CASHABLE = ("cashable", "revenue")

_WHO = (Column("no", "No", Number.COUNT, 6), Column("initiative", "Initiative", width=16))
_WHEN = (
    Column("period", "Fiscal period", width=12),
    Column("start_on", "First day", Number.DAY, 13),
    Column("last_on", "Last day", Number.DAY, 13),
)
POSTINGS = (
    *_WHO,
    Column("benefit_line", "Benefit line", width=18),
    Column("name", "Name", width=34),
    Column("class", "Benefit class", width=18),
    Column("grade", "Grade", width=8),
    *_WHEN,
    Column("native", "Native amount", Number.CENTS, 16),
    Column("native_currency", "Native currency", width=10),
    Column("measured", "Measured", Number.CENTS, 16),
    Column("in_production", "In production (1 = yes)", Number.COUNT, 12),
    Column("locked", "Posted otherwise where locked", Number.CENTS, 16),
    Column("evidenced", "Cash evidenced of another class", Number.CENTS, 16),
    Column("realised", "Realised", Number.CENTS, 16),
    Column("cashable", "Realised cashable", Number.CENTS, 16),
)
COSTS = (
    *_WHO,
    *_WHEN,
    Column("category", "Category", width=24),
    Column("nature", "Nature", width=10),
    Column("recurrence", "Recurrence", width=12),
    Column("treatment", "Treatment", width=12),
    Column("allocated_from", "Allocated from", width=16),
    Column("amount", "Cost incurred", Number.CENTS, 16),
)
CLAIMS = (
    *_WHO,
    Column("claimant", "Claimant", width=14),
    Column("benefit_line", "Benefit line", width=18),
    Column("statement", "What is claimed", width=50),
    Column("amount", "Claimed to date", Number.CENTS, 16),
)
CASE = (
    *_WHO,
    *_WHEN,
    Column("kind", "Kind", width=10),
    Column("fiscal_year", "Fiscal year", width=10),
    Column("promised", "Promised benefit", Number.CENTS, 16),
    Column("promised_cost", "Approved cost", Number.CENTS, 16),
    Column("benefit", "Realised cashable or forecast", Number.CENTS, 18),
    Column("cost", "Cost incurred or forecast", Number.CENTS, 18),
    Column("benefit_cumulative", "Cumulative benefit", Number.CENTS, 18),
    Column("low", "Low", Number.CENTS, 16),
    Column("high", "High", Number.CENTS, 16),
    Column("cost_cumulative", "Cumulative cost", Number.CENTS, 16),
    Column("promised_cumulative", "Cumulative promised benefit", Number.CENTS, 16),
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The input sheets, and where each initiative's rows begin and end on them (places counted from zero)."""

    postings: Sheet
    costs: Sheet
    claims: Sheet
    case: Sheet
    case_places: dict[str, tuple[int, int]]
    posting_places: dict[str, tuple[int, int]]  # by benefit line


def build_inputs(content: PackContent) -> Inputs:
    """Return the input sheets of a pack."""
    unit = f"{content.currency}, major units with all digits"
    posting_rows, places, by_period = _postings(content)
    cost_rows, cost_by_period = _costs(content)
    case_rows, case_places = _case(content, by_period, cost_by_period)
    return Inputs(
        Sheet("Postings", "Postings: measured money by benefit line and fiscal period", unit, POSTINGS, posting_rows),
        Sheet("Costs", "Cost incurred to as-of, build at spend", unit, COSTS, cost_rows),
        Sheet("Claims", "Claims (E0): asserted by owners and vendors, beside all else", unit, CLAIMS, _claims(content)),
        Sheet("Case", "Approved case against realised and forecast, cashable classes, by fiscal period", unit, CASE,
              case_rows),
        case_places,
        places,
    )  # fmt: skip


def last_day(day: date) -> date:
    """Return the last day of a period that ends before a day."""
    return day - timedelta(days=1)


def _postings(
    content: PackContent,
) -> tuple[list[list[Cell]], dict[str, tuple[int, int]], dict[tuple[str, date], list[int]]]:
    rows: list[list[Cell]] = []
    places: dict[str, tuple[int, int]] = {}
    by_period: dict[tuple[str, date], list[int]] = {}
    for number, key, line in content.lines():
        if not line.postings:
            continue
        places[line.benefit_line] = (len(rows), len(rows) + len(line.postings) - 1)
        for posting in line.postings:
            by_period.setdefault((key, posting.start_on), []).append(len(rows))
            rows.append(_posting_row(content.currency, number, key, line, posting, FIRST_ROW + len(rows)))
    return rows, places, by_period


def _posting_row(currency: str, number: int, key: str, line: LineValuation, posting: Posting, row: int) -> list[Cell]:
    def major(amount_minor: int) -> Decimal:
        return to_major(amount_minor, currency)

    is_cashable = line.benefit_class.value in CASHABLE
    is_on = posting.realised_minor != 0 or posting.measured_minor == 0
    locked = posting.realised_minor - (posting.measured_minor if is_on else 0)
    cash = posting.realised_minor if is_cashable else posting.evidenced_minor
    native = line.currency or currency
    return [
        number,
        key,
        line.benefit_line,
        line.name,
        Typed(line.benefit_class.value),
        Typed(line.grade.label if line.grade is not None else "n/a"),
        posting.period,
        Typed(posting.start_on),
        Typed(last_day(posting.end_on)),
        Typed(to_major(posting.native_minor, native)),
        native,
        Typed(major(posting.measured_minor)),
        Typed(int(is_on)),
        Typed(major(locked)),
        Typed(major(0 if is_cashable else posting.evidenced_minor)),
        Formula(f"L{row}*M{row}+N{row}", major(posting.realised_minor)),
        Formula(f'IF(OR(E{row}="cashable",E{row}="revenue"),P{row},O{row})', major(cash)),
    ]


def _costs(content: PackContent) -> tuple[list[list[Cell]], dict[tuple[str, date], list[int]]]:
    rows: list[list[Cell]] = []
    by_period: dict[tuple[str, date], list[int]] = {}
    for number, ini in enumerate(content.initiatives, start=1):
        for cost in ini.costs:
            by_period.setdefault((ini.key, cost.start_on), []).append(len(rows))
            amount = Typed(to_major(cost.amount_minor, content.currency))
            words = (cost.category, cost.nature, cost.recurrence, cost.treatment, cost.allocated_from)
            rows.append(
                [number, ini.key, cost.period, Typed(cost.start_on), Typed(last_day(cost.end_on)), *words, amount]
            )
    return rows, by_period


def _claims(content: PackContent) -> list[list[Cell]]:
    """Return what is claimed; what owner and vendor claim for the same period counts once, as a row of its own."""
    rows: list[list[Cell]] = []
    for number, ini in enumerate(content.initiatives, start=1):
        for claim in ini.claims:
            amount = Typed(to_major(claim.amount_minor, content.currency))
            rows.append([number, ini.key, claim.claimant, claim.benefit_line, claim.statement, amount])
        twice = ini.figures.claimed.amount_minor - sum(claim.amount_minor for claim in ini.claims)
        if twice:
            words = "claimed by several for the same period: the larger counts once"
            rows.append([number, ini.key, "counted once", "", words, Typed(to_major(twice, content.currency))])
    return rows


def _case(
    content: PackContent,
    by_period: dict[tuple[str, date], list[int]],
    cost_by_period: dict[tuple[str, date], list[int]],
) -> tuple[list[list[Cell]], dict[str, tuple[int, int]]]:
    rows: list[list[Cell]] = []
    places: dict[str, tuple[int, int]] = {}
    for number, ini in enumerate(content.initiatives, start=1):
        if not ini.cumulative:
            continue
        places[ini.key] = (len(rows), len(rows) + len(ini.cumulative) - 1)
        for i, (before, point) in enumerate(zip((None, *ini.cumulative), ini.cumulative, strict=False)):
            linked = by_period.get((ini.key, point.start_on), []), cost_by_period.get((ini.key, point.start_on), [])
            rows.append(_case_row(content, number, ini, before, point, FIRST_ROW + len(rows), linked, is_first=i == 0))
        rows += _beyond(content.currency, number, ini.key, ini.figures, ini.cumulative)
    rows += _joint_rows(content)
    return rows, places


def _beyond(
    currency: str, number: int, key: str, figures: Figures, points: Sequence[CumulativePoint]
) -> list[list[Cell]]:
    """Return what the figures count beyond the last period of the path, such as decommissioning after the horizon."""
    ahead = [point for point in points if point.is_forecast]
    past_cost = max((point.cost_minor for point in points if not point.is_forecast), default=0)
    benefit = figures.forecast.point_minor if figures.forecast is not None else 0
    rest = benefit - sum(point.period_minor for point in ahead)
    rest_cost = figures.forecast_cost.amount_minor - (ahead[-1].cost_minor - past_cost if ahead else 0)
    if not rest and not rest_cost:
        return []
    return [_rest_row(currency, number, key, "after the horizon", points[-1].end_on, rest, rest_cost)]


def _rest_row(currency: str, number: int, key: str, words: str, day: date, benefit: int, cost: int) -> list[Cell]:
    amounts = (Typed(to_major(benefit, currency)), Typed(to_major(cost, currency)))
    missing: list[Cell] = [Typed(None)] * 5
    return [number, key, words, Typed(day), Typed(day), Typed(FORECAST), "beyond", Typed(None), Typed(None), *amounts,
            *missing]  # fmt: skip


def _joint_rows(content: PackContent) -> list[list[Cell]]:
    """Return what joint effects are forecast to bring as long as they stay unshared."""
    figures = content.summary.figures
    named = sum(ini.figures.forecast.point_minor for ini in content.initiatives if ini.figures.forecast is not None)
    rest = (figures.forecast.point_minor if figures.forecast is not None else 0) - named
    if not rest:
        return []
    day = content.context.horizon_on or content.context.as_of
    return [_rest_row(content.currency, SHARED, JOINT, "to the horizon", day, rest, 0)]


def _case_row(
    content: PackContent,
    number: int,
    ini: InitiativeValuation,
    before: CumulativePoint | None,
    point: CumulativePoint,
    row: int,
    linked: tuple[list[int], list[int]],
    *,
    is_first: bool,
) -> list[Cell]:
    def major(amount: int | None) -> Typed:
        return Typed(None if amount is None else to_major(amount, content.currency))

    cost = point.cost_minor - (before.cost_minor if before else 0)
    is_measured = ini.grade is not None
    limits = (point.low_minor, point.high_minor) if is_measured else (None, None)
    return [
        number,
        ini.key,
        point.period,
        Typed(point.start_on),
        Typed(last_day(point.end_on)),
        Formula(f'IF(E{row}<={AS_OF},"{ACTUAL}","{FORECAST}")', FORECAST if point.is_forecast else ACTUAL),
        point.period.split("-", maxsplit=1)[0],
        major(_step(point.projected_minor, before.projected_minor if before else None)),
        major(_step(point.projected_cost_minor, before.projected_cost_minor if before else None)),
        _past_or_typed(point, "Postings!Q", linked[0], point.period_minor, content.currency),
        _past_or_typed(point, "Costs!K", linked[1], cost, content.currency),
        _running(row, "J", "L", point.benefit_minor, content.currency, is_first=is_first),
        *(major(limit) for limit in limits),
        _running(row, "K", "O", point.cost_minor, content.currency, is_first=is_first),
        _running(row, "H", "P", point.projected_minor, content.currency, is_first=is_first),
    ]


def _step(now: int | None, before: int | None) -> int | None:
    return None if now is None else now - (before or 0)


def _past_or_typed(point: CumulativePoint, column: str, places: Sequence[int], amount: int, currency: str) -> Cell:
    """Return the sum of the rows behind a past period, and what was forecast for one that lies ahead."""
    value = to_major(amount, currency)
    if point.is_forecast:
        return Typed(value)
    return Formula("+".join(f"{column}{FIRST_ROW + place}" for place in places) or "0", value, is_link=bool(places))


def _running(row: int, of: str, at: str, amount: int | None, currency: str, *, is_first: bool) -> Cell:
    if amount is None:
        return Typed(None)
    return Formula(f"{of}{row}" if is_first else f"{at}{row - 1}+{of}{row}", to_major(amount, currency))

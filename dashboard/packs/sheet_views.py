"""The sheet of the three views: the same money as EBITDA, EBIT and cash, by initiative and fiscal period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed
from dashboard.packs.content import JOINT, SHARED, PackContent
from dashboard.packs.sheet_inputs import ACTUAL, AS_OF, FORECAST, Inputs, last_day
from models.domain.money import to_major
from models.domain.valuation import InitiativeValuation
from models.domain.views import CASH_BASIS, View, ViewCell

VIEWS = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("period", "Fiscal period", width=12),
    Column("start_on", "First day", Number.DAY, 13),
    Column("last_on", "Last day", Number.DAY, 13),
    Column("kind", "Kind", width=10),
    Column("fiscal_year", "Fiscal year", width=10),
    Column("benefit", "Realised cashable or forecast", Number.CENTS, 18),
    Column("benefit_cash", "The same when it is cash", Number.CENTS, 18),
    Column("opex", "Cost expensed by accrual", Number.CENTS, 16),
    Column("amortisation", "Amortisation and impairment", Number.CENTS, 16),
    Column("capitalised", "Capitalised", Number.CENTS, 16),
    Column("paid", "Cost paid", Number.CENTS, 16),
    Column("release", "Working capital released", Number.CENTS, 16),
    Column("ebitda", "EBITDA", Number.CENTS, 16),
    Column("ebit", "EBIT", Number.CENTS, 16),
    Column("cash", "Cash", Number.CENTS, 16),
)


def build_views(content: PackContent, inputs: Inputs) -> Sheet | None:
    """Return the sheet; None for a publication from before the views were made, or without any amount."""
    if not content.summary.views:
        return None
    rows: list[list[Cell]] = []
    for number, ini in enumerate(content.initiatives, start=1):
        linked = _path_cells(ini, inputs)
        for cell in ini.views:
            rows.append(
                _row(content.currency, (number, ini.key), cell, linked.get(cell.start_on), FIRST_ROW + len(rows))
            )
    for cell in _joint_cells(content.summary.views, content.initiatives):
        rows.append(_row(content.currency, (SHARED, JOINT), cell, _joint_sum(cell, inputs, FIRST_ROW + len(rows)),
                         FIRST_ROW + len(rows)))  # fmt: skip
    return Sheet(
        "Views",
        "EBITDA, EBIT and cash: the same benefits and costs, seen at different times",
        f"{content.currency}; realised to as-of, forecast after it; costs are positive; {CASH_BASIS}",
        VIEWS,
        rows,
    )


def _path_cells(ini: InitiativeValuation, inputs: Inputs) -> dict[date, str]:
    """Return where the sheet of the case already gives the benefit of a period."""
    if ini.key not in inputs.case_places:
        return {}
    first = inputs.case_places[ini.key][0]
    known = {cell.start_on: cell.benefit_minor for cell in ini.views}
    return {
        point.start_on: inputs.case.cell("benefit", first + i)
        for i, point in enumerate(ini.cumulative)
        if known.get(point.start_on) == point.period_minor
    }


def _joint_cells(views: Sequence[ViewCell], initiatives: Sequence[InitiativeValuation]) -> list[ViewCell]:
    """Return what joint effects bring by period as long as they stay unshared: the whole less every initiative."""
    own: dict[date, int] = defaultdict(int)
    for ini in initiatives:
        for cell in ini.views:
            own[cell.start_on] += cell.benefit_minor
    found = []
    for cell in views:
        rest = cell.benefit_minor - own[cell.start_on]
        if rest:
            found.append(ViewCell(cell.start_on, cell.end_on, cell.period, cell.is_forecast, rest, rest))
    return found


def _joint_sum(cell: ViewCell, inputs: Inputs, row: int) -> str | None:
    """Return what was posted of joint effects in a past period."""
    if cell.is_forecast:
        return None
    postings = inputs.postings
    where = f"{postings.column_range('no')},{SHARED},{postings.column_range('start_on')},D{row}"
    return f"SUMIFS({postings.column_range('cashable')},{where})"


def _row(currency: str, who: tuple[int, str], cell: ViewCell, benefit: str | None, row: int) -> list[Cell]:
    def major(amount_minor: int) -> Typed:
        return Typed(to_major(amount_minor, currency))

    gained = to_major(cell.benefit_minor, currency)
    is_cash_alike = cell.benefit_cash_minor == cell.benefit_minor
    results = {view: to_major(cell.amount_of(view), currency) for view in View}
    return [
        *who,
        cell.period,
        Typed(cell.start_on),
        Typed(last_day(cell.end_on)),
        Formula(f'IF(E{row}<={AS_OF},"{ACTUAL}","{FORECAST}")', FORECAST if cell.is_forecast else ACTUAL),
        cell.period.split("-", maxsplit=1)[0],
        Typed(gained) if benefit is None else Formula(benefit, gained, is_link=True),
        Formula(f"H{row}", gained) if is_cash_alike else major(cell.benefit_cash_minor),
        *(
            major(amount)
            for amount in (
                cell.opex_minor,
                cell.amortisation_minor,
                cell.capitalised_minor,
                cell.paid_minor,
                cell.release_minor,
            )
        ),
        Formula(f"H{row}-J{row}", results[View.EBITDA]),
        Formula(f"O{row}-K{row}", results[View.EBIT]),
        Formula(f"I{row}+N{row}-M{row}", results[View.CASH]),
    ]

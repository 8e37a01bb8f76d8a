"""Totals of the first sheet that look over spans and from other sides: effects, completion, views, true-ups."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.components.effect_types import full_year_basis
from dashboard.packs.cells import Formula, Number, Sheet, Value
from dashboard.packs.content import PackContent
from dashboard.packs.sheet_estimates import words_of
from dashboard.packs.sheet_initiatives import Sources
from dashboard.packs.sheet_inputs import ACTUAL
from dashboard.packs.summary_lines import Line, ends_of, limits, named_lines
from models.domain.money import to_major
from models.domain.true_up import TrueUpKind
from models.domain.views import CASH_BASIS, View, ViewTotals, total_views
from models.queries.bridges import sum_completion

TO_DATE, TO_HORIZON = "to_date", "to_horizon"
_WORDS = {TO_DATE: "to date", TO_HORIZON: "to the horizon, with forecast"}


def effect_lines(content: PackContent, sources: Sources) -> Iterator[Line]:
    """Yield in-year and full-year effect; the run-rate stands with the returns, and none of them add up."""
    figures, views = content.summary.figures, sources.views
    year, full = figures.in_year, figures.full_year
    if views is not None:
        label = year.fiscal_year if year is not None else ""
        benefit = f'SUMIFS({views.column_range("benefit")},{views.column_range("fiscal_year")},"{label}")'
        point = Formula(benefit if year is not None else '"n/a"', year.amount.major if year else None, is_link=True)
        ends = limits(sources.estimates, "in_year", ends_of(year.interval if year else None))
        yield Line("In_year", f"{words_of('in_year')} {label}".strip(), point, *ends,
                   "realised cashable of the fiscal year to as-of, and its forecast to the year's end")  # fmt: skip
    amount = Formula(sources.estimates.cell("full_year", 0), full.amount.major if full else None, is_link=True)
    ends = limits(sources.estimates, "full_year", ends_of(full.interval if full else None))
    yield Line("Full_year", words_of("full_year"), amount, *ends,
               f"{full_year_basis(full)}; in-year, run-rate and full-year effect are never added")  # fmt: skip


def completion_lines(content: PackContent, initiatives: Sheet, sources: Sources) -> Iterator[Line]:
    """Yield what is expected at completion against the whole case, and what owners expect beside."""
    figures = content.summary.figures
    done = sum_completion(content.initiatives, figures)

    def total(sheet: Sheet, key: str) -> str:
        return f"SUM({sheet.column_range(key)})"

    yield from named_lines(
        ("Case_to_horizon", "Case to horizon", total(initiatives, "case_to_horizon"), figures.case_to_horizon.major,
         "promised benefit of the cashable classes, each case to its own horizon"),
    )  # fmt: skip
    found = done.at_completion
    point = Formula('IF(ISTEXT(Forecast),"n/a",Realised_cashable+Forecast)', found.point if found else None)
    ends = limits(sources.estimates, "at_completion", ends_of(found))
    yield Line("At_completion", words_of("at_completion"), point, *ends, "realised cashable and its forecast")
    planned = figures.case_cost_to_horizon
    cost = to_major(done.cost_at_completion_minor, content.currency)
    yield from named_lines(
        ("Case_cost_to_horizon", "Approved cost to horizon",
         total(initiatives, "case_cost_to_horizon") if planned is not None else '"n/a"',
         planned.major if planned is not None else None, "each case to its own horizon"),
        ("Cost_at_completion", "Cost at completion", "Invested+Forecast_cost", cost, "invested and forecast cost"),
    )  # fmt: skip
    if done.owner:
        owner, less = (to_major(each, content.currency) for each in (done.owner_minor, done.owner_difference_minor))
        yield from named_lines(
            ("Owner_forecast", "Owners' forecasts (E0)", total(sources.owners, "owner"), owner,
             "of the periods that owners forecast; beside the model, in no figure"),
            ("Owner_less_model", "Owners less model, same periods", total(sources.owners, "difference"), less, ""),
        )  # fmt: skip


def view_totals(content: PackContent, span: str) -> ViewTotals:
    """Return the views of the whole pack to date or to the horizon."""
    return total_views(content.summary.views, content.currency, is_to_date=span == TO_DATE)


def view_lines(content: PackContent, sources: Sources) -> Iterator[Line]:
    """Yield EBITDA, EBIT and cash to date and to the horizon, each with what it is made of."""
    sheet = sources.views
    if sheet is None:
        return
    for span in (TO_DATE, TO_HORIZON):
        totals = view_totals(content, span)
        for view in View:
            name = view_name(view.value, span)
            yield from named_lines(
                (name, f"{view.label[:1].upper()}{view.label[1:]}, {_WORDS[span]}", _summed(sheet, view.value, span),
                 totals.amount_of(view).major, _BASIS[view]),
            )  # fmt: skip
        for key, words, value in view_parts(content, span):
            yield from named_lines(
                (view_name(key, span), f"  {words}, {_WORDS[span]}", _summed(sheet, key, span), value, "")
            )
    yield Line("", "", "")


def view_parts(content: PackContent, span: str) -> list[tuple[str, str, Value]]:
    """Return what the views are made of: column, words, amount."""
    cells = [cell for cell in content.summary.views if span == TO_HORIZON or not cell.is_forecast]
    amounts = {
        "benefit": ("realised cashable", sum(cell.benefit_minor for cell in cells)),
        "opex": ("cost expensed by accrual", sum(cell.opex_minor for cell in cells)),
        "amortisation": ("amortisation and impairment", sum(cell.amortisation_minor for cell in cells)),
        "capitalised": ("capitalised", sum(cell.capitalised_minor for cell in cells)),
        "paid": ("cost paid", sum(cell.paid_minor for cell in cells)),
        "release": ("working capital released", sum(cell.release_minor for cell in cells)),
    }
    return [(key, words, to_major(amount, content.currency)) for key, (words, amount) in amounts.items()]


def view_name(key: str, span: str) -> str:
    """Return the name of a total of the views."""
    return f"View_{key}_{span}"


def _summed(sheet: Sheet, key: str, span: str) -> str:
    amounts = sheet.column_range(key)
    return f"SUM({amounts})" if span == TO_HORIZON else f'SUMIFS({amounts},{sheet.column_range("kind")},"{ACTUAL}")'


_BASIS = {
    View.EBITDA: "realised cashable less cost expensed by accrual",
    View.EBIT: "EBITDA less amortisation of capitalised cost from in-service, and impairment",
    View.CASH: f"benefits and working capital released, less cost when it is paid; {CASH_BASIS}",
}


def true_up_lines(content: PackContent, sources: Sources) -> Iterator[Line]:
    """Yield true-ups by kind and how many wait for an open period."""
    sheet, amounts = sources.true_ups, dict.fromkeys(TrueUpKind, 0)
    for each in content.summary.true_ups:
        amounts[each.kind] += each.amount_minor
    for kind, minor in amounts.items():
        text = f'SUMIFS({sheet.column_range("amount")},{sheet.column_range("kind")},"{kind.value}")'
        yield from named_lines(
            (f"True_ups_{kind.value}", f"True-ups of locked periods, {kind.value}", text,
             to_major(minor, content.currency), _KINDS[kind]),
        )  # fmt: skip
    pending = sum(1 for each in content.summary.true_ups if each.is_pending)
    text = f"SUM({sheet.column_range('is_pending')})"
    counted = Formula(text, pending, is_link=True, number=Number.COUNT)
    yield Line("True_ups_pending", "True-ups that wait for an open period", counted)
    count = Formula(
        f"COUNT({sheet.column_range('amount')})", len(content.summary.true_ups), is_link=True, number=Number.COUNT
    )
    yield Line("True_ups_count", "True-ups", count)


_KINDS = {
    TrueUpKind.BENEFIT: "posted once, in the first period that is not locked; in realised already",
    TrueUpKind.COST: "more cost is positive; in invested already",
    TrueUpKind.BOOKS: "the locked ledger stays; in no figure",
}

"""The control sheet: row counts, sums and cross-foots against what was published; every difference is 0."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed, Value, rounded
from dashboard.packs.content import PackContent
from dashboard.packs.summary_effects import TO_DATE, TO_HORIZON, view_name, view_totals
from dashboard.packs.workbook_sheets import Sheets
from models.domain.ledger import LedgerComponent
from models.domain.money import to_major
from models.domain.views import View

CONTROL = (
    Column("check", "Check", width=64),
    Column("computed", "This workbook", Number.CENTS, 20),
    Column("expected", "As published", Number.CENTS, 20),
    Column("difference", "Difference", Number.CENTS, 16),
    Column("source", "Source", width=60),
)
NAME = "Control_difference"


def build_control(content: PackContent, sheets: Sheets) -> Sheet:
    """Return the control sheet; its first row is the sum of all differences."""
    checks = [*_counts(content, sheets), *_sums(content), *_cross_foots(content, sheets)]
    last = FIRST_ROW + len(checks)
    total = Formula(f"SUMPRODUCT(ABS(D{FIRST_ROW + 1}:D{last}))", 0)
    currency = content.currency
    rows: list[list[Cell]] = [["All differences together", total, Typed(0), _difference(FIRST_ROW, currency), ""]]
    for words, text, expected, source in checks:
        row = FIRST_ROW + len(rows)
        number = Number.COUNT if isinstance(expected, int) else None
        rows.append(
            [words, Formula(text, expected, is_link=True, number=number), Typed(expected, number),
             _difference(row, currency), source]
        )  # fmt: skip
    title = "Control: counts, sums and cross-foots; every difference is 0"
    return Sheet("Control", title, f"{content.currency}, and numbers of rows", CONTROL, rows)


def _difference(row: int, currency: str) -> Formula:
    return Formula(rounded(f"N(B{row})-N(C{row})", currency), 0)


Check = tuple[str, str, Value, str]


def _counts(content: PackContent, sheets: Sheets) -> Iterator[Check]:
    inputs, ledger, initiatives = sheets.inputs, sheets.ledger, sheets.initiatives
    postings = sum(len(line.postings) for _, _, line in content.lines())
    entries = sum(len(line.entries) for _, _, line in content.lines())
    costs = sum(len(ini.costs) for ini in content.initiatives)
    points = sum(len(ini.cumulative) for ini in content.initiatives)
    kinds = inputs.case.column_range("benefit_cumulative")
    published = f"publication {content.context.load_seq}"
    for sheet, key, count in (
        (initiatives, "no", len(content.initiatives)),
        (inputs.postings, "no", postings),
        (inputs.costs, "no", costs),
        (ledger.entries, "no", entries),
    ):
        yield f"Rows on {sheet.name}", f"COUNT({sheet.column_range(key)})", count, published
    yield "Periods on Case", f"COUNT({kinds})", points, published
    sources, summary = sheets.sources, content.summary
    yield (
        f"Rows on {sources.true_ups.name}",
        f"COUNT({sources.true_ups.column_range('amount')})",
        len(summary.true_ups),
        published,
    )
    if sources.views is not None:
        known = sum(len(ini.views) for ini in content.initiatives)
        own = f'COUNTIF({sources.views.column_range("no")},">0")'
        yield f"Rows of initiatives on {sources.views.name}", own, known, published
    if ledger.cells is not None and content.ledger is not None:
        cells = sum(len(line.cells) for line in content.ledger.lines)
        yield "Rows on Ledger", f"COUNT({ledger.cells.column_range('actual')})", cells, published


def _sums(content: PackContent) -> Iterator[Check]:
    figures = content.summary.figures
    source = "the figures on the page of the same scope and filters"
    for name, value in (
        ("Claimed", figures.claimed.major),
        ("Measured", figures.measured.point),
        ("Realised", figures.realised.point),
        ("Realised_cashable", figures.realised_cashable.point),
        ("Tied_out", figures.tied_out.point),
        ("Invested", figures.invested.major),
        ("Net", figures.net.point),
        ("Case_to_date", figures.case_to_date.major),
        ("Case_like_for_like", figures.case_like_for_like.major),
        ("Short", figures.gap.short.major),
        ("Forecast_cost", figures.forecast_cost.major),
    ):
        yield f"{name.replace('_', ' ')}, total", name, value, source
    if figures.forecast is not None:
        yield "Forecast, total", "Forecast", figures.forecast.point, source
    if figures.at_completion is not None:
        yield "At completion, total", "At_completion", figures.at_completion.point, source
    for span in (TO_DATE, TO_HORIZON) if content.summary.views else ():
        totals = view_totals(content, span)
        for view in View:
            name = view_name(view.value, span)
            yield f"{view.label} {span.replace('_', ' ')}, total", name, totals.amount_of(view).major, source


def _parts(content: PackContent, sheets: Sheets) -> Iterator[Check]:
    """Yield sums over lines that are not sums themselves: a roll-up and the whole P&L hold the same amounts again."""
    cells, held = sheets.ledger.cells, sheets.ledger.held
    if cells is None or held is None or content.ledger is None:
        return
    parts = [line for line in content.ledger.lines if line.pl_line and not line.is_roll_up]
    for words, sheet, key, component in (
        ("Actual", cells, "actual", LedgerComponent.ACTUAL),
        ("Held by initiatives", held, "amount", LedgerComponent.INITIATIVE),
    ):
        where = f'{sheet.column_range("is_roll_up")},0,{sheet.column_range("pl_line")},"?*"'
        total = sum(cell.amount_of(component) for line in parts for cell in line.cells)
        text = f"SUMIFS({sheet.column_range(key)},{where})"
        yield f"{words}, lines that are no sums", text, to_major(total, content.currency), sheet.name


def _cross_foots(content: PackContent, sheets: Sheets) -> Iterator[Check]:
    figures, inputs, ledger = content.summary.figures, sheets.inputs, sheets.ledger
    realised, cashable = figures.realised.point, figures.realised_cashable.point
    yield "Entries sum to realised", f"SUM({ledger.entries.column_range('amount')})", realised, "Entries, Postings"
    for words, prefix, names in (
        ("grade", "Grade", [share.grade.label for share in figures.by_grade]),
        ("class", "Class", [share.benefit_class.value for share in figures.by_class]),
        ("state", "State", [share.state.value for share in figures.by_tie_state]),
    ):
        text = "+".join(f"{prefix}_{name}" for name in names) or "0"
        yield f"Realised by {words} sums to realised", text, realised, "Summary"
    past = f'SUMIFS({inputs.case.column_range("benefit")},{inputs.case.column_range("kind")},"actual")'
    joint = f"SUMIFS({inputs.postings.column_range('cashable')},{inputs.postings.column_range('no')},0)"
    yield "Past periods of the path and joint effects sum to realised cashable", f"{past}+{joint}", cashable, "Case"
    spent = f'SUMIFS({inputs.case.column_range("cost")},{inputs.case.column_range("kind")},"actual")'
    yield "Past cost of the path sums to invested", spent, figures.invested.major, "Case, Costs"
    if ledger.cells is not None:
        text = f"SUMPRODUCT(ABS({ledger.cells.column_range('difference')}))"
        yield "Ledger: unexplained as computed less as published, all cells", text, 0, "Ledger"
        yield from _parts(content, sheets)
    views = sheets.sources.views
    if views is not None:
        past = f'SUMIFS({views.column_range("benefit")},{views.column_range("kind")},"actual")'
        yield "Past benefit of the views sums to realised cashable", past, cashable, "Views"
        cash, ebit, release, capitalised, amortised = (
            view_name(key, TO_DATE) for key in ("cash", "ebit", "release", "capitalised", "amortisation")
        )
        link = f"{cash}-{ebit}-{release}+{capitalised}-{amortised}"
        timing = view_totals(content, TO_DATE).timing.major
        yield "Cash less EBIT less release plus book value: what is accrued and not yet paid", link, timing, "Views"
    if sheets.bridges is not None:
        text = f"SUMSQ({sheets.bridges.sums.column_range('difference')})"
        yield "Bridges: steps less their ends", text, 0, "Bridge, Bridge causes"

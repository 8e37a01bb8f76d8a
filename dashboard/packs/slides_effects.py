"""The slides of spans and sides: three views, three effects, what is expected at completion, what was trued up."""

from __future__ import annotations

from decimal import Decimal

from dashboard.components.bridge_words import completion_cost_title, completion_title
from dashboard.components.effect_types import effects_title, full_year_basis
from dashboard.components.portfolio_words import grade_title
from dashboard.components.views_card import views_title
from dashboard.figures.unit import Unit, common_unit
from dashboard.format import MISSING, Amount, format_cell
from dashboard.packs.board_words import scaled_format, settling_title, short_name
from dashboard.packs.cells import Number
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import Said, Speaker, derived, typed_words
from dashboard.packs.parts import BarsPart, Box, NotesPart, Part, Series, Slide, TablePart
from dashboard.packs.slides_portfolio import WIDE
from dashboard.packs.summary_effects import TO_DATE, TO_HORIZON, view_name, view_totals
from models.domain.bridge import Completion
from models.domain.interval import MoneyInterval
from models.domain.money import to_major
from models.domain.views import View
from models.queries.bridges import sum_completion

#: True-ups and joint effects that fit a slide; the others are counted and stand in the workbook.
MOST_ROWS = 12
_PARTS = ("benefit", "opex", "amortisation", "capitalised", "paid", "release")


def plan_effects(content: PackContent, speaker: Speaker) -> list[Slide]:
    """Return the slides; a publication from before these figures has none of theirs."""
    slides = [_plan_views(content, speaker)] if content.summary.views else []
    if content.summary.figures.in_year is not None or content.summary.figures.full_year is not None:
        slides.append(_plan_spans(content, speaker))
    slides.append(_plan_completion(content, speaker))
    if content.summary.true_ups or content.joint_lines:
        slides.append(_plan_settling(content, speaker))
    return slides


def _plan_views(content: PackContent, speaker: Speaker) -> Slide:
    totals = {span: view_totals(content, span) for span in (TO_DATE, TO_HORIZON)}
    amounts = {span: [totals[span].amount_of(view).major for view in View] for span in totals}
    unit = common_unit([amount for column in amounts.values() for amount in column])
    labels = [f"{view.label[:1].upper()}{view.label[1:]}" for view in View]
    shown = (
        (TO_DATE, "To date (AC)", "actual", 0.5),
        (TO_HORIZON, "To the horizon, with forecast (FC)", "forecast", 4.5),
    )
    charts: list[Part] = []
    known = [float(amount) for column in amounts.values() for amount in column]
    lowest, highest = min(known), max(known)
    for span, name, scenario, left in shown:
        charts.append(NotesPart(Box(left, 1.75, 3.8, 0.3), name, (), 10))
        series = [Series(name, scenario, [float(amount) for amount in amounts[span]])]
        charts.append(
            BarsPart(Box(left, 2.1, 3.8, 4.6), labels, series, scaled_format(unit), highest=highest, lowest=lowest)
        )
    names = [view_name(key, span) for span in totals for key in (*(view.value for view in View), *_PARTS)]
    costs = [view_name(key, span) for span in totals for key in ("opex", "amortisation", "paid")]
    said = [*speaker.total(*names), *(_negative(speaker, name) for name in costs)]
    book = derived("book value", f"{view_name('capitalised', TO_DATE)}-{view_name('amortisation', TO_DATE)}",
                   totals[TO_DATE].book_value.major)  # fmt: skip
    return Slide(
        views_title(totals[TO_DATE]),
        f"Realised cashable less cost by accrual, after amortisation, and when paid, {unit.header(content.currency)}, "
        f"to {content.context.as_of_period} and to the horizon",
        [*charts, _views_table(speaker, unit)],
        [*said, book],
        grade=grade_title(content.summary.figures),
        source="postings, cost actuals, commitments",
    )


def _negative(speaker: Speaker, name: str) -> Said:
    value = speaker.sheets.summary.values[name]
    return derived(f"{name}, as a cost", f"-{name}", -value if isinstance(value, Decimal) else value)


def _views_table(speaker: Speaker, unit: Unit) -> TablePart:
    values = speaker.sheets.summary.values
    rows = []
    for key, words, sign in (
        ("benefit", "Realised cashable", 1),
        ("opex", "Cost expensed", -1),
        ("ebitda", "EBITDA", 1),
        ("amortisation", "Amortisation", -1),
        ("ebit", "EBIT", 1),
        ("paid", "Cost paid", -1),
        ("release", "Working capital released", 1),
        ("cash", "Cash", 1),
    ):
        found = (values[view_name(key, span)] for span in (TO_DATE, TO_HORIZON))
        cells = [format_cell(each * sign, unit.scale, unit.decimals) for each in found if isinstance(each, Decimal)]
        rows.append((words, *cells))
    return TablePart(Box(8.6, 1.75, 4.2, 4.95), ("Adds up", "To date", "To horizon"), rows, (2.1, 1.0, 1.1))


def _plan_spans(content: PackContent, speaker: Speaker) -> Slide:
    figures = content.summary.figures
    year, rate, full = figures.in_year, figures.run_rate_effect, figures.full_year
    label = f"In-year {year.fiscal_year}" if year is not None else "In-year"
    what = (
        "realised cashable of the fiscal year to as-of, and its forecast to the year's end",
        "mean of the last periods with a closed ledger, seasonally adjusted, recurring, over a year",
        full_year_basis(full),
    )
    rows = [
        (name, words, *_interval_cells(effect.amount.major if effect else None, effect.interval if effect else None))
        for name, effect, words in zip((label, "Run-rate, a year", "Full-year"), (year, rate, full), what, strict=True)
    ]
    for words, value, why in (
        ("NPV since approval", figures.npv_since_approval, "judges the decision then taken"),
        ("Go-forward NPV", figures.npv_go_forward, "judges stop, fix or scale now"),
    ):
        rows.append((words, why, *_interval_cells(value.point if value else None, value)))
    names = ("In_year", "Run_rate", "Full_year", "Npv_since_approval", "Npv_go_forward")
    heads = ("Figure", "What it is", content.currency, "Low", "High")
    return Slide(
        effects_title(figures),
        f"Effects over three spans and two present values, {content.currency}, to {content.context.as_of_period}; "
        "none of them adds to another",
        [TablePart(WIDE, heads, rows, (2.3, 5.2, 1.6, 1.6, 1.6), frozenset({0, 1}), 12)],
        [*speaker.total(*names), *speaker.limits(*(n for n in names if n in speaker.sheets.summary.values)),
         typed_words("what it rests on", full_year_basis(full))],
        grade=grade_title(figures),
        source="postings, run-rate, forecast",
    )  # fmt: skip


def _interval_cells(amount: Amount, interval: MoneyInterval | None) -> tuple[str, str, str]:
    ends = (interval.low, interval.high) if interval is not None else (None, None)
    return format_cell(amount), format_cell(ends[0]), format_cell(ends[1])


def _plan_completion(content: PackContent, speaker: Speaker) -> Slide:
    figures, currency = content.summary.figures, content.currency
    done = sum_completion(content.initiatives, figures)
    found, planned = done.at_completion, done.case_cost_minor
    case, cost = (to_major(amount, currency) for amount in (done.case_minor, done.cost_at_completion_minor))
    unit = common_unit([case, found.point if found else None, cost])
    realised = figures.realised_cashable.point
    ahead = found.point - realised if found is not None else Decimal(0)
    benefit = BarsPart(
        Box(0.5, 1.75, 5.6, 4.95),
        ["Case to horizon", "At completion"],
        [
            Series("Approved cases (PL)", "plan", [float(case), None]),
            Series("Realised cashable (AC)", "actual", [None, float(realised)]),
            Series("Forecast (FC)", "forecast", [None, float(ahead)]),
        ],
        scaled_format(unit),
        is_stacked=True,
    )
    names = ("Case_to_horizon", "At_completion", "Case_cost_to_horizon", "Cost_at_completion", "Realised_cashable",
             "Forecast", "Invested", "Forecast_cost", "Owner_forecast", "Owner_less_model")  # fmt: skip
    said = [*speaker.total(*names), *speaker.limits("At_completion"), *_shares(done)]
    return Slide(
        completion_title(done, currency),
        f"Benefit at completion, {unit.header(currency)}, realised and forecast against the whole case, each to its "
        "own horizon; owners' forecasts (E0) stand beside",
        [
            benefit,
            _completion_table(done, currency, planned),
            NotesPart(Box(6.5, 5.3, 6.3, 0.6), completion_cost_title(done, currency), (), 12),
        ],
        said,
        grade=grade_title(figures),
        source="estimates, approved cases, persistence assumption of the policy",
    )


def _shares(done: Completion) -> list[Said]:
    """Return what the messages compare: benefit and cost at completion with what was approved."""
    said = []
    if done.at_completion is not None and done.case_minor > 0:
        share = done.at_completion.point_minor / done.case_minor - 1.0
        said.append(derived("benefit against case", "At_completion/Case_to_horizon-1", share, Number.PERCENT))
    if done.case_cost_minor and done.case_cost_minor > 0:
        share = done.cost_at_completion_minor / done.case_cost_minor - 1.0
        said.append(
            derived("cost against approved", "Cost_at_completion/Case_cost_to_horizon-1", share, Number.PERCENT)
        )
    return said


def _completion_table(done: Completion, currency: str, planned: int | None) -> TablePart:
    def amount(minor: int | None) -> str:
        return format_cell(None if minor is None else to_major(minor, currency))

    found = done.at_completion
    point, low, high = _interval_cells(found.point if found else None, found)
    rows = [
        ("Case to horizon", amount(done.case_minor)),
        ("At completion", point),
        ("  low", low),
        ("  high", high),
        ("Approved cost to horizon", amount(planned)),
        ("Cost at completion", amount(done.cost_at_completion_minor)),
        ("Owners' forecasts (E0)", amount(done.owner_minor) if done.owner else MISSING),
        ("Owners less model, same periods", amount(done.owner_difference_minor) if done.owner else MISSING),
    ]
    return TablePart(Box(6.5, 1.75, 6.3, 3.3), ("Figure", currency), rows, (4.0, 2.3), frozenset({0}), 12)


def _plan_settling(content: PackContent, speaker: Speaker) -> Slide:
    """Return what nobody owns alone yet, and what later knowledge says of locked periods."""
    summary, currency = content.summary, content.currency
    rows: list[tuple[str, str, str, str]] = []
    said: list[Said] = [*speaker.total("True_ups_count", "True_ups_pending", "True_ups_benefit", "True_ups_cost")]
    for joint in summary.joints:
        if joint.unshared is None:
            continue
        amount = to_major(joint.unshared_minor, currency)
        names, spelled = speaker.names_of(joint.initiatives)
        rows.append(
            ("Joint, unshared", short_name(joint.name), f"of {', '.join(names)}", format_cell(amount, decimals=2))
        )
        postings = speaker.sheets.inputs.postings
        text = (
            f"SUMIFS({postings.column_range('measured')},{postings.column_range('no')},0,"
            f'{postings.column_range("benefit_line")},"{joint.key}")'
        )
        said += [derived("joint, unshared", text, amount), typed_words("name", short_name(joint.name)), *spelled]
    sheet = speaker.sheets.sources.true_ups
    ranked = sorted(enumerate(summary.true_ups), key=lambda pair: -abs(pair[1].amount_minor))
    for place, each in ranked[: max(0, MOST_ROWS - len(rows))]:
        reasons = "; ".join(reason.cause.label for reason in each.reasons)
        rows.append(
            (
                "True-up",
                short_name(each.name),
                f"{each.span}: {reasons}",
                format_cell(to_major(each.amount_minor, currency), decimals=2),
            )
        )
        said.append(derived(each.name, sheet.cell("amount", place), to_major(each.amount_minor, currency)))
        said.append(Said("name", sheet.cell("name", place), each.name, kind="text"))
        said.append(typed_words("name as shown", short_name(each.name)))
    left_out = len(summary.true_ups) + sum(1 for joint in summary.joints if joint.unshared is not None) - len(rows)
    said.append(derived("left out", str(left_out), left_out, Number.COUNT))
    rest = f"; {left_out} more in the workbook" if left_out else ""
    heads = ("What", "Which", "Of what, and why", currency)
    return Slide(
        settling_title(summary, currency),
        f"What several initiatives have together, and what is trued up of locked periods, {currency}{rest}",
        [TablePart(WIDE, heads, rows, (1.6, 3.6, 5.3, 1.8), frozenset({0, 1, 2}))],
        said,
        grade=grade_title(summary.figures),
        source="joint estimates, locked valuations and what was posted since",
    )

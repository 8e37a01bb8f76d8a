"""The first sheet: as of when and for whom, then every total as a formula, by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dashboard.format import format_words
from dashboard.packs.cells import FIRST_ROW, Column, Formula, Number, Sheet, Typed, Value
from dashboard.packs.content import PackContent
from dashboard.packs.sheet_estimates import words_of
from dashboard.packs.sheet_initiatives import Sources
from dashboard.packs.sheet_inputs import AS_OF
from dashboard.packs.summary_effects import completion_lines, effect_lines, true_up_lines, view_lines
from dashboard.packs.summary_lines import Line, limits
from models.domain.ledger import TieState

SUMMARY = (
    Column("figure", "Figure", width=46),
    Column("point", "Point", Number.MONEY, 18),
    Column("low", "Low", Number.MONEY, 16),
    Column("high", "High", Number.MONEY, 16),
    Column("basis", "What it is", width=100),
)
_PERCENT = Number.PERCENT


@dataclass(frozen=True, slots=True)
class Summary:
    """The sheet, where each named total stands, and what it gives."""

    sheet: Sheet
    names: dict[str, str]
    values: dict[str, Value]

    def limit_value(self, name: str, end: str) -> Value:
        """Return what stands at the low or high limit of a named total."""
        return self.sheet.value(end, int(self.names[name].rsplit("$", 1)[1]) - FIRST_ROW)

    def limit(self, name: str, end: str) -> str:
        """Return the address of the low or high limit of a named total."""
        return self.names[name].removeprefix("=").replace("$B$", "$C$" if end == "low" else "$D$")


def build_summary(content: PackContent, initiatives: Sheet, sources: Sources, not_measured: Sheet) -> Summary:
    """Return the first sheet with its names."""
    lines = [
        *_context_lines(content),
        Line("", "", ""),
        *_cascade_lines(content, initiatives, sources),
        Line("", "", ""),
        *_case_lines(content, initiatives, sources),
        Line("", "", ""),
        *_return_lines(content, initiatives, sources),
        Line("", "", ""),
        *effect_lines(content, sources),
        Line("", "", ""),
        *completion_lines(content, initiatives, sources),
        Line("", "", ""),
        *view_lines(content, sources),
        *true_up_lines(content, sources),
        Line("", "", ""),
        *_split_lines(content, sources),
        Line("", "", ""),
        *_count_lines(content, initiatives, not_measured),
    ]
    rows = [[line.words, line.point, line.low, line.high, line.basis] for line in lines]
    sheet = Sheet("Summary", content.title, f"{content.currency}; every total below is a formula", SUMMARY, rows, False)
    names = {line.name: f"=Summary!$B${FIRST_ROW + i}" for i, line in enumerate(lines) if line.name}
    values = {line.name: line.point.value for line in lines if line.name and isinstance(line.point, Formula | Typed)}
    return Summary(sheet, names, values)


def _context_lines(content: PackContent) -> list[Line]:
    context = content.context
    standing = "provisional: rests on facts or assumptions that nobody has approved yet"
    is_provisional = context.is_provisional or context.is_policy_provisional
    words = {
        "As of period": f"{context.as_of_period} ({context.as_of_basis})",
        "Period state": content.period_words,
        "Currency": context.currency,
        "Rate set": format_words(context.rate_set),
        "Scope": content.scope,
        "Filters": content.filters,
        "Made for": f"{content.person_name}, {content.role}",
        "Standing": standing if is_provisional else "approved",
    }
    rate = Typed(context.discount_rate, _PERCENT)
    return [
        Line(AS_OF, "As of", Typed(context.as_of, Number.DAY), basis="the last day counted"),
        Line("As_known_on", "As known on", Typed(context.as_known_on, Number.DAY), basis="the date of knowledge"),
        Line("Interval_level", "Level of intervals", Typed(context.level, _PERCENT)),
        Line("Discount_rate", "Discount rate", rate, basis=f"{context.discount_basis}, {context.timing}"),
        Line("Policy_version", "Policy version", Typed(context.policy_version, Number.COUNT)),
        Line("Publication", "Publication", Typed(context.load_seq, Number.PLAIN), basis="its number in the sequence"),
        *(Line("", name, text) for name, text in words.items()),
        *([Line("", "Ledger", content.no_ledger)] if content.no_ledger else []),
    ]


def _cascade_lines(content: PackContent, initiatives: Sheet, sources: Sources) -> Iterator[Line]:
    figures = content.summary.figures

    def total(key: str) -> str:
        return f"SUM({initiatives.column_range(key)})"

    def line(key: str, text: str, basis: str, *, is_link: bool = True) -> Line:
        interval = getattr(figures, key)
        low, high = limits(sources.estimates, key, (interval.low, interval.high))
        point = Formula(text, interval.point, is_link=is_link)
        return Line(key.capitalize(), words_of(key), point, low, high, basis)

    yield Line("Claimed", "Claimed (E0)", Formula(total("claimed"), figures.claimed.major, is_link=True),
               basis="asserted by owners and vendors; beside what follows, never in it")  # fmt: skip
    for key, column, basis in (
        ("measured", "measured", "effect of E1 to E5 x value, whatever its sign; joint effects once"),
        ("realised", "realised", "measured, in production, every class that has money"),
        ("realised_cashable", "cashable", "classes cashable and revenue, and cash that was evidenced of others"),
    ):
        yield line(key, f"SUM({sources.inputs.postings.column_range(column)})", basis)
    tied = (f"SUM({sheet.column_range('tied')})" for sheet in (sources.ledger.entries, sources.ledger.unshared))
    yield line("tied_out", "+".join(tied), "grade E2 or better and consistent with the ledger")
    yield Line("Invested", "Invested", Formula(total("invested"), figures.invested.major, is_link=True),
               basis="spend incurred to as-of, build at spend")  # fmt: skip
    yield line("net", "Tied_out-Invested", "tied out less invested", is_link=False)
    bound = figures.dependent_bound
    low, high = limits(sources.estimates, "dependent_bound", (bound.low, bound.high))
    yield Line("", words_of("dependent_bound"), Formula("Realised_cashable", bound.point), low, high,
               "limits of realised cashable if every source moved together")  # fmt: skip


def _case_lines(content: PackContent, initiatives: Sheet, sources: Sources) -> Iterator[Line]:
    gap, figures = content.summary.figures.gap, content.summary.figures

    def total(key: str) -> str:
        return f"SUM({initiatives.column_range(key)})"

    yield Line("Case_to_date", "Case to date", Formula(total("case_to_date"), gap.case_to_date.major, is_link=True),
               basis="promised benefit of the cashable classes by as-of")  # fmt: skip
    yield Line("Case_like_for_like", "Case, like for like",
               Formula(total("case_like_for_like"), figures.case_like_for_like.major, is_link=True),
               basis="measured lines to their last measured fiscal period")  # fmt: skip
    yield Line("Late_recoverable", "Late, recoverable within the horizon",
               Formula(total("late_recoverable"), gap.late_recoverable.major, is_link=True))  # fmt: skip
    yield Line("Not_yet_evidenced", "Not yet evidenced",
               Formula("Case_to_date-Case_like_for_like", gap.not_yet_evidenced.major))  # fmt: skip
    yield Line("Short", "Short", Formula("Case_to_date-Tied_out-Late_recoverable-Not_yet_evidenced", gap.short.major),
               basis="the rest; negative where more ties out than was promised")  # fmt: skip
    spent = Formula(sources.estimates.cell("case_cost_to_date", 0), figures.case_cost_to_date.major, is_link=True)
    yield Line("Approved_cost", "Approved cost to date", spent)
    yield Line("Case_gap", "Case to date less tied out", Formula("Case_to_date-Tied_out", gap.gap.major))


def _return_lines(content: PackContent, initiatives: Sheet, sources: Sources) -> Iterator[Line]:
    figures, none = content.summary.figures, '"n/a"'

    def ratio(name: str, key: str, text: str, number: Number = _PERCENT) -> Line:
        found = getattr(figures, key)
        low, high = (found.low, found.high) if found else (None, None)
        low_cell, high_cell = (
            Formula(sources.estimates.cell(f"{key}_{end}", 0), value, is_link=True, number=number)
            for end, value in (("low", low), ("high", high))
        )
        point = Formula(text, found.point if found else None, number=number)
        return Line(name, words_of(key), point, low_cell, high_cell)

    def linked(name: str, key: str) -> Line:
        found = getattr(figures, key)
        point = Formula(sources.estimates.cell(key, 0), found.point if found else None, is_link=True)
        ends = limits(sources.estimates, key, (found.low, found.high) if found else (None, None))
        return Line(name, words_of(key), point, *ends)

    yield ratio("Realisation_rate", "realisation_rate",
                f"IF(Case_like_for_like>0,Realised_cashable/Case_like_for_like,{none})")  # fmt: skip
    is_none = f"COUNT({initiatives.column_range('measured')})=0"
    yield ratio("Realisation_rate_overall", "realisation_rate_overall",
                f"IF(OR({is_none},Case_to_date<=0),{none},Realised_cashable/Case_to_date)")  # fmt: skip
    yield linked("Run_rate", "run_rate")
    yield from _forecast_lines(content, initiatives, sources)
    yield ratio("Roi_to_date", "roi_to_date",
                f"IF(OR({is_none},Invested<=0),{none},(Realised_cashable-Invested)/Invested)")  # fmt: skip
    has_no_rate = f"OR(ISTEXT(Forecast),Invested+Forecast_cost<=0),{none}"
    yield ratio("Roi_horizon", "roi_horizon", f"IF({has_no_rate},"
                "(Realised_cashable+Forecast-Invested-Forecast_cost)/(Invested+Forecast_cost))")  # fmt: skip
    yield ratio("Benefit_cost_ratio", "benefit_cost_ratio",
                f"IF({has_no_rate},(Realised_cashable+Forecast)/(Invested+Forecast_cost))",
                Number.MULTIPLE)  # fmt: skip
    yield linked("Npv_since_approval", "npv_since_approval")
    yield linked("Npv_go_forward", "npv_go_forward")
    safe = figures.npv_go_forward_p80
    at_least = sources.estimates.cell("npv_go_forward_p80", 0)
    yield Line("Npv_go_forward_p80", "Go-forward NPV, 80 % chance of at least",
               Formula(at_least, safe.major if safe else None, is_link=True))  # fmt: skip
    for key, words in (("probability_case_met", "P(case met)"), ("probability_of_payback", "P(payback by horizon)")):
        value = getattr(figures, key)
        yield Line(key.capitalize(), words,
                   Formula(sources.estimates.cell(key, 0), value, is_link=True, number=_PERCENT))  # fmt: skip


def _forecast_lines(content: PackContent, initiatives: Sheet, sources: Sources) -> Iterator[Line]:
    figures = content.summary.figures
    case = sources.inputs.case
    where = f'SUMIFS({case.column_range("benefit")},{case.column_range("kind")},"forecast")'
    is_none = f"ISTEXT({sources.estimates.cell('run_rate', 0)})"
    ahead = figures.forecast
    ends = limits(sources.estimates, "forecast", (ahead.low, ahead.high) if ahead else (None, None))
    point = Formula(f'IF({is_none},"n/a",{where})', figures.forecast.point if figures.forecast else None,
                    is_link=True)  # fmt: skip
    yield Line("Forecast", "Forecast to horizon", point, *ends, "realised cashable still to come, each to its horizon")
    spent = Formula(f"SUM({initiatives.column_range('forecast_cost')})", figures.forecast_cost.major, is_link=True)
    yield Line("Forecast_cost", "Forecast cost", spent)


def _split_lines(content: PackContent, sources: Sources) -> Iterator[Line]:
    postings, entries, unshared = sources.inputs.postings, sources.ledger.entries, sources.ledger.unshared
    figures = content.summary.figures
    realised = postings.column_range("realised")
    for grade in figures.by_grade:
        label = grade.grade.label
        text = f'SUMIFS({realised},{postings.column_range("grade")},"{label}")'
        yield Line(f"Grade_{label}", f"Realised, grade {label}", Formula(text, grade.realised.major, is_link=True))
    where, evidenced = postings.column_range("class"), postings.column_range("evidenced")
    for each in figures.by_class:
        name = each.benefit_class.value
        cash = f"+SUM({evidenced})" if name == "cashable" else f'-SUMIFS({evidenced},{where},"{name}")'
        text = f'SUMIFS({realised},{where},"{name}"){cash}'
        words = f"Realised, {each.benefit_class.label}"
        yield Line(f"Class_{name}", words, Formula(text, each.realised.major, is_link=True))
    values = {share.state: share.realised.major for share in figures.by_tie_state}
    for tie in TieState:
        text = _state_formula(tie, entries, unshared)
        yield Line(f"State_{tie.value}", f"Realised, {tie.label}", Formula(text, values.get(tie, 0), is_link=True))


def _state_formula(tie: TieState, entries: Sheet, unshared: Sheet) -> str:
    """Return what is in a state: the rest of entries; entries of unshared rows leave it, what is short comes back."""
    text = f'SUMIFS({entries.column_range("rest")},{entries.column_range("state")},"{tie.label}")'
    tied, short = unshared.column_range("tied"), unshared.column_range("short")
    text += f'-SUMIFS({unshared.column_range("entries")},{unshared.column_range("rest_state")},"{tie.label}")'
    text += f'+SUMIFS({short},{unshared.column_range("counted_as")},"{tie.label}")'
    return f"{text}+SUM({entries.column_range('tied')})+SUM({tied})" if tie is TieState.TIED_OUT else text


def _count_lines(content: PackContent, initiatives: Sheet, not_measured: Sheet) -> Iterator[Line]:
    summary = content.summary
    tied = sum(1 for ini in content.initiatives if ini.figures.tied_out.point_minor > 0)
    idle, spent = initiatives.column_range("idle"), initiatives.column_range("invested")
    counts = (
        ("Initiative_count", "Initiatives", f"COUNT({initiatives.column_range('no')})", len(content.initiatives)),
        ("Measured_count", "Initiatives measured", f"COUNT({initiatives.column_range('measured')})",
         sum(1 for ini in content.initiatives if ini.grade is not None)),
        ("Tied_count", "Initiatives that tie out", f'COUNTIF({initiatives.column_range("tied_out")},">0")', tied),
        ("Not_measured_count", "Benefit lines not measurable yet",
         f"COUNTA({not_measured.column_range('benefit_line')})", len(summary.not_measurable)),
        ("Idle_count", "Initiatives with spend and no production", f"SUM({idle})",
         len(summary.spend_without_production)),
    )  # fmt: skip
    for name, words, text, value in counts:
        yield Line(name, words, Formula(text, value, is_link=True, number=Number.COUNT))
    promised = sum((line.case_to_date.major for line in summary.not_measurable), start=0)
    yield Line("Not_measured_case", "Promised by lines not measurable yet",
               Formula(f"SUM({not_measured.column_range('promised')})", promised, is_link=True))  # fmt: skip
    invested = sum((each.invested.major for each in summary.spend_without_production), start=0)
    yield Line("Idle_spend", "Spent without production",
               Formula(f"SUMIFS({spent},{idle},1)", invested, is_link=True))  # fmt: skip

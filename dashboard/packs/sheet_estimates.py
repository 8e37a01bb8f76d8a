"""What comes from draws or from an estimate and cannot be summed: limits, probabilities, present values, reasons."""

from __future__ import annotations

from dashboard.packs.cells import Cell, Column, Number, Sheet, Typed, Value
from dashboard.packs.content import PackContent
from models.domain.figures import Figures, MoneyInterval
from models.domain.horizon import SpannedEffect
from models.domain.interval import Interval
from models.domain.money import Money
from models.domain.valuation import InitiativeValuation

#: Intervals of money whose point is a formula elsewhere: only the limits are typed.
LIMITS = ("measured", "realised", "realised_cashable", "tied_out", "net", "forecast", "dependent_bound",
          "at_completion", "in_year")  # fmt: skip
#: Money that comes from draws or factors as a whole.
WHOLE = ("run_rate", "full_year", "npv_since_approval", "npv_go_forward")
RATIOS = ("roi_to_date", "roi_horizon", "benefit_cost_ratio", "realisation_rate", "realisation_rate_overall")
_WORDS = {
    "realised_cashable": "Realised cashable",
    "tied_out": "Tied out",
    "dependent_bound": "Fully dependent bound",
    "run_rate": "Run-rate, a year",
    "in_year": "In-year effect",
    "full_year": "Full-year effect",
    "at_completion": "At completion",
    "npv_since_approval": "NPV since approval",
    "npv_go_forward": "Go-forward NPV",
    "roi_to_date": "ROI to date",
    "roi_horizon": "ROI to horizon",
    "benefit_cost_ratio": "Benefit-cost ratio",
    "realisation_rate": "Realisation rate, like for like",
    "realisation_rate_overall": "Realisation rate, overall",
}


def words_of(key: str) -> str:
    """Return the words of a figure."""
    return _WORDS.get(key, key.replace("_", " ").capitalize())


def _columns() -> tuple[Column, ...]:
    found = [Column("no", "No (0 = all)", Number.COUNT, 8), Column("initiative", "Initiative", width=16)]
    found += [Column(f"{key}_{end}", f"{words_of(key)}, {end}", Number.MONEY) for key in LIMITS
              for end in ("low", "high")]  # fmt: skip
    found += [Column(f"{key}{end}", f"{words_of(key)}{end.replace('_', ', ')}", Number.MONEY) for key in WHOLE
              for end in ("", "_low", "_high")]  # fmt: skip
    for key in RATIOS:
        number = Number.MULTIPLE if key == "benefit_cost_ratio" else Number.PERCENT
        found += [Column(f"{key}_{end}", f"{words_of(key)}, {end}", number) for end in ("low", "high")]
    return (
        *found,
        Column("npv_go_forward_p80", "Go-forward NPV, 80 % chance of at least", Number.MONEY),
        Column("probability_case_met", "P(case met)", Number.PERCENT),
        Column("probability_of_payback", "P(payback by horizon)", Number.PERCENT),
        Column("payback_years", "Payback, years", Number.YEARS),
        Column("payback_on", "Payback on", Number.DAY),
        Column("irr", "IRR", Number.PERCENT),
        Column("case_like_for_like", "Case, like for like", Number.CENTS),
        Column("late_recoverable", "Late, recoverable within the horizon", Number.CENTS),
        Column("case_cost_to_date", "Approved cost to date", Number.CENTS),
    )


ESTIMATES = _columns()


def build_estimates(content: PackContent) -> Sheet:
    """Return the sheet: first the whole pack, then each initiative."""
    rows = [_row(0, "all of this pack", content.summary.figures, is_measured=True)]
    rows += [
        _row(number, ini.key, ini.figures, is_measured=ini.grade is not None)
        for number, ini in enumerate(content.initiatives, start=1)
    ]
    level = f"{content.context.level:.0%}"
    return Sheet(
        "Estimates",
        "Estimates: limits, probabilities and present values, typed because they come from draws and never add",
        f"{content.currency}; limits at {level}; {content.context.n_draws:,} draws, engine "
        f"{content.context.engine_version}, policy {content.context.policy_version}",
        ESTIMATES,
        rows,
    )


def _row(number: int, key: str, figures: Figures, *, is_measured: bool) -> list[Cell]:
    values = _values(figures, is_measured=is_measured)
    return [number, key, *(Typed(values[column.key]) for column in ESTIMATES[2:])]


def _values(figures: Figures, *, is_measured: bool) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key in LIMITS:
        interval = interval_of(figures, key)
        known = interval if is_measured else None
        values[f"{key}_low"], values[f"{key}_high"] = (known.low, known.high) if known else (None, None)
    for key in WHOLE:
        money = interval_of(figures, key)
        ends = (money.point, money.low, money.high) if money else (None, None, None)
        values[key], values[f"{key}_low"], values[f"{key}_high"] = ends
    for key in RATIOS:
        ratio: Interval | None = getattr(figures, key)
        values[f"{key}_low"], values[f"{key}_high"] = (ratio.low, ratio.high) if ratio else (None, None)
    return values | _single_values(figures)


def interval_of(figures: Figures, key: str) -> MoneyInterval | None:
    """Return a figure with its limits; effects over a span carry them beside their amount."""
    found: MoneyInterval | SpannedEffect | None = getattr(figures, key)
    return found if found is None or isinstance(found, MoneyInterval) else found.interval


def _single_values(figures: Figures) -> dict[str, Value]:
    safe: Money | None = figures.npv_go_forward_p80
    return {
        "npv_go_forward_p80": safe.major if safe else None,
        "probability_case_met": figures.probability_case_met,
        "probability_of_payback": figures.probability_of_payback,
        "payback_years": figures.payback.years,
        "payback_on": figures.payback.on,
        "irr": figures.irr.rate if figures.irr else None,
        "case_like_for_like": figures.case_like_for_like.major,
        "late_recoverable": figures.gap.late_recoverable.major,
        "case_cost_to_date": figures.case_cost_to_date.major,
    }


NOT_MEASURED = (
    Column("initiative", "Initiative", width=16),
    Column("initiative_name", "Name", width=30),
    Column("benefit_line", "Benefit line", width=18),
    Column("name", "Line", width=34),
    Column("reason", "Why there is no figure", width=70),
    Column("help", "What would help", width=70),
    Column("from_on", "Measurable from", Number.DAY, 14),
    Column("promised", "Case to date", Number.CENTS, 16),
)


def build_not_measured(content: PackContent) -> Sheet:
    """Return what cannot be measured or valued yet."""
    rows: list[list[Cell]] = [
        [
            line.initiative,
            line.initiative_name,
            line.benefit_line,
            line.line_name,
            line.why_not.reason,
            line.why_not.what_would_help,
            Typed(line.why_not.from_on),
            Typed(line.case_to_date.major),
        ]
        for line in content.summary.not_measurable
    ]
    title = "Not measurable yet: missing is not zero, these lines count nowhere"
    return Sheet("Not measured", title, content.currency, NOT_MEASURED, rows)


def grade_text(ini: InitiativeValuation) -> str:
    """Return the grade of an initiative, `n/a` where nothing is measured."""
    return ini.grade.label if ini.grade is not None else "n/a"

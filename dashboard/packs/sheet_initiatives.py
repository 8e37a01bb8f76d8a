"""One row for each initiative, every figure a formula over the sheets of inputs."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.components.effect_types import full_year_basis
from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed, Value
from dashboard.packs.content import PackContent
from dashboard.packs.initiative_sides import side_formulas, side_values
from dashboard.packs.sheet_estimates import grade_text
from dashboard.packs.sheet_inputs import ACTUAL, FORECAST, Inputs
from dashboard.packs.sheet_ledger import LedgerSheets
from models.domain.figures import Figures
from models.domain.interval import Interval
from models.domain.true_up import TrueUp
from models.domain.valuation import InitiativeValuation

_MONEY, _RATE = Number.MONEY, Number.PERCENT
INITIATIVES = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("name", "Name", width=32),
    Column("business_unit", "Business unit", width=20),
    Column("owner", "Owner", width=20),
    Column("stage", "Stage", width=12),
    Column("grade", "Grade", width=8),
    Column("case_mark", "Against case", width=14),
    Column("idle", "Spend without production (1 = yes)", Number.COUNT, 12),
    Column("claimed", "Claimed (E0)", _MONEY),
    Column("measured", "Measured", _MONEY),
    Column("measured_low", "Measured, low", _MONEY),
    Column("measured_high", "Measured, high", _MONEY),
    Column("realised", "Realised", _MONEY),
    Column("realised_cashable", "Realised cashable", _MONEY),
    Column("realised_cashable_low", "Realised cashable, low", _MONEY),
    Column("realised_cashable_high", "Realised cashable, high", _MONEY),
    Column("tied_out", "Tied out", _MONEY),
    Column("tied_out_low", "Tied out, low", _MONEY),
    Column("tied_out_high", "Tied out, high", _MONEY),
    Column("invested", "Invested", _MONEY),
    Column("net", "Net", _MONEY),
    Column("case_to_date", "Case to date", _MONEY),
    Column("case_like_for_like", "Case, like for like", _MONEY),
    Column("late_recoverable", "Late, recoverable", _MONEY),
    Column("not_yet_evidenced", "Not yet evidenced", _MONEY),
    Column("short", "Short", _MONEY),
    Column("variance", "Realised cashable less case, like for like", _MONEY),
    Column("realisation_rate", "Realisation rate, like for like", _RATE),
    Column("realisation_rate_overall", "Realisation rate, overall", _RATE),
    Column("run_rate", "Run-rate, a year", _MONEY),
    Column("in_year", "In-year effect", _MONEY),
    Column("full_year", "Full-year effect", _MONEY),
    Column("full_year_basis", "Full-year effect rests on", width=44),
    Column("forecast", "Forecast to horizon", _MONEY),
    Column("forecast_cost", "Forecast cost", _MONEY),
    Column("case_to_horizon", "Case to horizon", _MONEY),
    Column("at_completion", "At completion", _MONEY),
    Column("at_completion_low", "At completion, low", _MONEY),
    Column("at_completion_high", "At completion, high", _MONEY),
    Column("case_cost_to_horizon", "Approved cost to horizon", _MONEY),
    Column("cost_at_completion", "Cost at completion", _MONEY),
    Column("owner_forecast", "Owner's forecast (E0)", _MONEY),
    Column("owner_difference", "Owner less model, same periods", _MONEY),
    Column("ebitda", "EBITDA to date", _MONEY),
    Column("ebit", "EBIT to date", _MONEY),
    Column("cash", "Cash to date", _MONEY),
    Column("true_ups", "True-ups of locked periods, net of cost", _MONEY),
    Column("roi_to_date", "ROI to date", _RATE),
    Column("roi_horizon", "ROI to horizon", _RATE),
    Column("benefit_cost_ratio", "Benefit-cost ratio", Number.MULTIPLE),
    Column("npv_since_approval", "NPV since approval", _MONEY),
    Column("npv_go_forward", "Go-forward NPV", _MONEY),
    Column("npv_go_forward_p80", "Go-forward NPV, P80", _MONEY),
    Column("probability_case_met", "P(case met)", _RATE),
    Column("probability_of_payback", "P(payback)", _RATE),
    Column("payback_on", "Pays back on", Number.DAY),
    Column("go_live_on", "Go-live", Number.DAY),
    Column("first_spend_on", "First spend", Number.DAY),
    Column("approved_on", "Approved on", Number.DAY),
    Column("stage_from_on", "In this stage since", Number.DAY),
    Column("why_not", "Why there is no figure", width=60),
)
#: Columns that stand on the sheet of estimates under the same key.
_LINKED = (
    "measured_low", "measured_high", "realised_cashable_low", "realised_cashable_high", "tied_out_low", "tied_out_high",
    "case_like_for_like", "late_recoverable", "run_rate", "npv_since_approval", "npv_go_forward", "npv_go_forward_p80",
    "probability_case_met", "probability_of_payback", "payback_on", "full_year", "at_completion_low",
    "at_completion_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sources:
    """The sheets that the formulas read."""

    inputs: Inputs
    ledger: LedgerSheets
    estimates: Sheet
    views: Sheet | None
    owners: Sheet
    true_ups: Sheet


def build_initiatives(content: PackContent, sources: Sources) -> Sheet:
    """Return the sheet of initiatives."""
    rows = [_row(ini, place, sources, content.summary.true_ups) for place, ini in enumerate(content.initiatives)]
    title = "Initiatives: claimed, measured, realised, tied out, against cost and case"
    return Sheet("Initiatives", title, f"{content.currency}, to {content.context.as_of_period}", INITIATIVES, rows)


def _row(ini: InitiativeValuation, place: int, sources: Sources, true_ups: tuple[TrueUp, ...]) -> list[Cell]:
    cells: dict[str, Cell] = {
        "no": place + 1,
        "initiative": ini.key,
        "name": ini.name,
        "business_unit": ini.business_unit_name or ini.business_unit,
        "owner": ini.owner_name or ini.owner,
        "stage": ini.stage.label if ini.stage is not None else "no stage",
        "grade": Typed(grade_text(ini)),
        "case_mark": ini.case_mark.value.replace("_", " "),
        "idle": Typed(int(ini.is_spend_without_production)),
        "go_live_on": Typed(ini.go_live_on),
        "first_spend_on": Typed(ini.first_spend_on),
        "approved_on": Typed(ini.approved_on),
        "stage_from_on": Typed(ini.stage_from_on),
        "full_year_basis": full_year_basis(ini.figures.full_year),
        "why_not": ini.why_not.reason if ini.why_not is not None else "",
    }
    has_views = sources.views is not None
    values = initiative_values(ini) | side_values(ini, true_ups, has_views=has_views)
    formulas = _formulas(FIRST_ROW + place, place, sources) | side_formulas(ini, LETTERS, FIRST_ROW + place, sources)
    cells |= {key: Formula(text, values[key], is_link=is_link) for key, (text, is_link) in formulas.items()}
    return [cells[column.key] for column in INITIATIVES]


def _formulas(row: int, place: int, sources: Sources) -> dict[str, tuple[str, bool]]:
    """Return the formula of each figure, and whether it reads another sheet."""
    at = {column.key: f"{LETTERS[column.key]}{row}" for column in INITIATIVES}
    none, no, unmeasured = '"n/a"', f"$A{row}", f'$G{row}="n/a"'
    inputs, entries = sources.inputs, sources.ledger.entries

    def total(sheet: Sheet, key: str, *conditions: str) -> str:
        where = ",".join((sheet.column_range("no"), no, *conditions))
        return f"SUMIFS({sheet.column_range(key)},{where})"

    kind = inputs.case.column_range("kind")
    past, ahead = (f'{kind},"{word}"' for word in (ACTUAL, FORECAST))
    spent, gained = f"({at['invested']}+{at['forecast_cost']})", f"({at['realised_cashable']}+{at['forecast']})"
    no_rate = f"OR(ISTEXT({at['run_rate']}),{spent}<=0)"
    found = {key: (sources.estimates.cell(key, place + 1), True) for key in _LINKED}
    for key, sheet, of in (
        ("measured", inputs.postings, "measured"),
        ("realised", inputs.postings, "realised"),
        ("realised_cashable", inputs.postings, "cashable"),
        ("tied_out", entries, "tied"),
    ):
        found[key] = (f"IF({unmeasured},{none},{total(sheet, of)})", True)
    return found | {
        "claimed": (total(inputs.claims, "amount"), True),
        "invested": (total(inputs.costs, "amount"), True),
        "case_to_date": (total(inputs.case, "promised", past), True),
        "forecast": (f"IF(ISTEXT({at['run_rate']}),{none},{total(inputs.case, 'benefit', ahead)})", True),
        "forecast_cost": (total(inputs.case, "cost", ahead), True),
        "net": (f"IF({unmeasured},{none},{at['tied_out']}-{at['invested']})", False),
        "not_yet_evidenced": (f"{at['case_to_date']}-{at['case_like_for_like']}", False),
        "short": (
            f"{at['case_to_date']}-N({at['tied_out']})-{at['late_recoverable']}-{at['not_yet_evidenced']}", False,
        ),
        "variance": (f"IF({unmeasured},{none},{at['realised_cashable']}-{at['case_like_for_like']})", False),
        "realisation_rate": (_ratio(at["realised_cashable"], at["case_like_for_like"], unmeasured), False),
        "realisation_rate_overall": (_ratio(at["realised_cashable"], at["case_to_date"], unmeasured), False),
        "roi_to_date": (
            _ratio(f"({at['realised_cashable']}-{at['invested']})", at["invested"], unmeasured), False,
        ),
        "roi_horizon": (f"IF({no_rate},{none},({gained}-{spent})/{spent})", False),
        "benefit_cost_ratio": (f"IF({no_rate},{none},{gained}/{spent})", False),
    }  # fmt: skip


def _ratio(part: str, base: str, unmeasured: str) -> str:
    return f'IF(OR({unmeasured},{base}<=0),"n/a",{part}/{base})'


LETTERS = {column.key: Sheet("Initiatives", "", "", INITIATIVES, ()).letter(column.key) for column in INITIATIVES}


def initiative_values(ini: InitiativeValuation) -> dict[str, Value]:
    """Return what the formulas of an initiative give: the published figures, None where there is none."""
    figures, is_measured = ini.figures, ini.grade is not None
    values: dict[str, Value] = {
        "claimed": figures.claimed.major,
        "invested": figures.invested.major,
        "case_to_date": figures.case_to_date.major,
        "case_like_for_like": figures.case_like_for_like.major,
        "late_recoverable": figures.gap.late_recoverable.major,
        "not_yet_evidenced": figures.not_yet_evidenced.major,
        "short": figures.gap.short.major,
        "forecast_cost": figures.forecast_cost.major,
        "probability_case_met": figures.probability_case_met,
        "probability_of_payback": figures.probability_of_payback,
        "payback_on": figures.payback.on,
        "npv_go_forward_p80": figures.npv_go_forward_p80.major if figures.npv_go_forward_p80 else None,
    }
    for key in ("measured", "realised", "realised_cashable", "tied_out", "net"):
        interval = getattr(figures, key)
        values[key] = interval.point if is_measured else None
        values[f"{key}_low"], values[f"{key}_high"] = (interval.low, interval.high) if is_measured else (None, None)
    for key in ("run_rate", "forecast", "npv_since_approval", "npv_go_forward"):
        money = getattr(figures, key)
        values[key] = money.point if money is not None else None
    return values | _ratios(figures, is_measured=is_measured)


def _ratios(figures: Figures, *, is_measured: bool) -> dict[str, Value]:
    def point(ratio: Interval | None) -> float | None:
        return ratio.point if ratio is not None and is_measured else None

    difference = figures.realised_cashable.point - figures.case_like_for_like.major
    return {
        "variance": difference if is_measured else None,
        "realisation_rate": point(figures.realisation_rate),
        "realisation_rate_overall": point(figures.realisation_rate_overall),
        "roi_to_date": point(figures.roi_to_date),
        "roi_horizon": point(figures.roi_horizon),
        "benefit_cost_ratio": point(figures.benefit_cost_ratio),
    }

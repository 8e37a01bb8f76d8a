"""The approved cases: what was promised, by line and fiscal period, and what the budget already holds of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from models.domain.calendar import Frequency, Period, add_months
from sample_data.benefit_lines import LINE_OF
from sample_data.company import REPORTING_CURRENCY
from sample_data.kpis import KPI_OF
from sample_data.line_spec import LineSpec
from sample_data.money import fiscal_label
from sample_data.promises import (
    KILN_BUDGET_YEAR,
    KILN_IN_BUDGET_EUR,
    LAST_BUDGET_MONTH,
    CaseSpec,
    Promise,
    horizon_month,
    last_benefit_month,
    months_between,
    plan_spend,
)
from sample_data.spend import booked_months

_RAMP_MONTHS = 3
_DAYS_PER_YEAR = 365


def case_cells(case: CaseSpec) -> dict[str, str]:
    """Return the head of a case."""
    last = add_months(horizon_month(case), 1)
    return {
        "initiative": case.initiative,
        "version": str(case.version),
        "approved_on": case.approved_on.isoformat(),
        "go_live_on": case.go_live_on.isoformat(),
        "horizon_on": date.fromordinal(last.toordinal() - 1).isoformat(),
        "discount_rate": "0.08",
        "discount_basis": "pre_tax_nominal",
        "rate_set": case.rate_set,
        "price_basis": "nominal",
        "currency": REPORTING_CURRENCY,
        "note": case.note,
    }


def _volume(line: LineSpec) -> float:
    return KPI_OF[line.kpi].volume or 1.0


def case_line_cells(case: CaseSpec) -> list[dict[str, str]]:
    """Return the lines of a case: each promised benefit, each planned category of cost."""
    head = {"initiative": case.initiative, "version": str(case.version)}
    rows = []
    for promise in case.promises:
        line = LINE_OF[promise.line]
        kpi = KPI_OF[line.kpi]
        rows.append(
            {
                **head,
                "line": promise.line,
                "side": "benefit",
                "baseline": _baseline_text(kpi.level * (1.0 + promise.baseline_error)),
                "reach_units": str(promise.reach_units),
                "reach_volume": f"{_yearly_volume(promise):.0f}" if kpi.volume else "",
                "effect_basis": promise.effect_basis,
                "unit_value": _unit_value_text(promise),
                "nature": "",
            }
        )
    blank = {"baseline": "", "reach_units": "", "reach_volume": "", "effect_basis": "", "unit_value": ""}
    rows.extend(
        {**head, "line": category, "side": "cost", **blank, "nature": nature}
        for category, nature in sorted({(spend.stream.category, spend.stream.nature) for spend in plan_spend(case)})
    )
    return rows


def _baseline_text(level: float) -> str:
    return f"{level:g}" if level < 1e5 else f"{level:.0f}"


def _unit_value_text(promise: Promise) -> str:
    line = LINE_OF[promise.line]
    return f"{float(line.value) * (1.0 + promise.value_error):.6g}" if promise.value_error else line.unit_value


def _yearly_volume(promise: Promise) -> float:
    """Return the volume of all units that a promise was to reach in a year."""
    kpi = KPI_OF[LINE_OF[promise.line].kpi]
    return kpi.volume * promise.reach_units * (_DAYS_PER_YEAR / 7 if kpi.frequency is Frequency.WEEK else 12)


def promised_amount(promise: Promise, month: date, go_live_on: date) -> tuple[float, float]:
    """Return (effect per unit-period, amount in EUR) that a case promised for a month, ramped over three months."""
    line = LINE_OF[promise.line]
    kpi = KPI_OF[line.kpi]
    elapsed = (month.year - go_live_on.year) * 12 + month.month - go_live_on.month
    if elapsed < 0:
        return 0.0, 0.0
    effect = promise.effect * min(1.0, (elapsed + 1) / _RAMP_MONTHS)
    if line.benefit_class.value == "working_capital":
        step = promise.effect / _RAMP_MONTHS if elapsed < _RAMP_MONTHS else 0.0
        return effect, step * kpi.better.sign * promise.reach_units * float(line.value)
    days = Period(month, add_months(month, 1), Frequency.MONTH).days
    periods = days / 7.0 if kpi.frequency is Frequency.WEEK else 1.0
    return effect, kpi.better.sign * effect * promise.reach_units * periods * _volume(line) * float(line.value)


def _budget_version(month: date) -> str:
    return f"B{month.year % 100:02d}"


def case_period_cells(case: CaseSpec) -> list[dict[str, str]]:
    """Return what a case promised and planned by line and fiscal period."""
    return [*_benefit_cells(case), *_cost_cells(case)]


def _period_cells(
    case: CaseSpec, line: str, month: date, effect: str, amount: float, in_budget: float
) -> dict[str, str]:
    return {
        "initiative": case.initiative,
        "version": str(case.version),
        "line": line,
        "period": fiscal_label(month),
        "effect": effect,
        "amount": f"{amount:.2f}",
        "currency": REPORTING_CURRENCY,
        "in_budget_amount": f"{in_budget:.2f}" if in_budget else "",
        "budget_version": _budget_version(month) if in_budget else "",
    }


def _benefit_cells(case: CaseSpec) -> list[dict[str, str]]:
    rows = []
    for promise in case.promises:
        for month in months_between(case.go_live_on, last_benefit_month(case)):
            effect, amount = promised_amount(promise, month, case.go_live_on)
            is_held = case.initiative == "KILN" and month.year == KILN_BUDGET_YEAR
            text = f"{effect / (1.0 + promise.value_error):.6f}".rstrip("0").rstrip(".")
            held = float(KILN_IN_BUDGET_EUR) if is_held else 0.0
            rows.append(_period_cells(case, promise.line, month, text, round(amount, -1), held))
    return rows


def _cost_cells(case: CaseSpec) -> list[dict[str, str]]:
    """Return planned spend by category and month; the budgets hold it, a capitalised build as amortisation."""
    planned: dict[tuple[str, date], float] = defaultdict(float)
    held: dict[tuple[str, date], float] = defaultdict(float)
    for spend in plan_spend(case):
        planned[spend.stream.category, spend.month] += spend.amount_eur
        for month, amount in booked_months(spend.stream, spend.month, spend.amount_eur):
            if month <= LAST_BUDGET_MONTH:
                held[spend.stream.category, month] += amount
    return [
        _period_cells(case, category, month, "", planned[category, month], held[category, month])
        for category, month in sorted({*planned, *held})
    ]

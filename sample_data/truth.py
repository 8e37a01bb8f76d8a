"""What was planted, and what should therefore come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.domain.calendar import period_label
from models.domain.measure import Behaviour
from sample_data.benefit_lines import BENEFIT_LINES
from sample_data.company import AS_OF, GROUP_NAME, REPORTING_CURRENCY
from sample_data.effects import MONTHS, MeasuredKpi, PlantedMoney
from sample_data.line_spec import LineSpec
from sample_data.observations import is_reported
from sample_data.rollouts import rollouts_of
from sample_data.series import Floats
from sample_data.shared import NOT_SEPARABLE, tell_joint_effects, tell_platforms


@dataclass(frozen=True, slots=True)
class Expected:
    """What an honest measurement should say of a line: design and grade, or the rule that refuses; and the tie-out."""

    design: str
    grade: str
    tie_state: str
    story: str


_DIFFERENCE, _STAGGERED, _SERIES = ("difference", "E3"), ("staggered", "E4"), ("interrupted_series", "E2")
_TIED, _SMALL, _NONE = "tied_out", "too_small_to_see", ""

EXPECTED: dict[str, Expected] = {
    "AP-MATCH-HOURS": Expected(
        *_STAGGERED, _TIED, "Rolled out branch by branch; the contract staff line fell accordingly."
    ),
    "MASON-HOURS": Expected(
        *_DIFFERENCE, _TIED, "Tens of thousands of hours; cash is only the overtime that was cut and seen to fall."
    ),
    "MASON-OVERTIME": Expected(
        *_DIFFERENCE, _TIED, "Only once the overtime account is linked, and only what moved there."
    ),
    "STOCK-FC-STOCK": Expected(*_DIFFERENCE, "balance_sheet", "Cash released once, never run-rate."),
    "KEEP-REVENUE": Expected(*_DIFFERENCE, _TIED, "Revenue rose."),
    "KEEP-DISCOUNTS": Expected(*_DIFFERENCE, _TIED, "The discounts given cost more than the contribution kept."),
    "ROUTE-KM": Expected(*_DIFFERENCE, "located_not_supported", "Counts partly the same euro as load building."),
    "LOAD-FREIGHT": Expected(
        *_DIFFERENCE, "located_not_supported", "Counts partly the same euro as route optimisation."
    ),
    "KILN-ENERGY": Expected(*_STAGGERED, _TIED, "The FY26 budget already holds EUR 31,000 a month of it."),
    "QUOTE-PROJECTS": Expected(
        *_DIFFERENCE, _TIED, "Looks good in EBITDA; amortisation of the build takes most of it in EBIT."
    ),
    "TENDER-PAGES": Expected(
        "not_estimable", "no_treated_unit", _NONE, "Nineteen months of pilot, spend, nobody in production."
    ),
    "VOICE-CREDITS": Expected(*_DIFFERENCE, _TIED, "Harms: more wrong orders, more credit notes."),
    "YARD-EYE-DAMAGE": Expected(
        *_DIFFERENCE, _SMALL, "Before/after looks a success; yards without cameras improved equally."
    ),
    "CREDIT-LOSSES": Expected(*_DIFFERENCE, _SMALL, "A small saving that cannot be told from zero."),
    "PRICE-MARGIN": Expected(*_DIFFERENCE, _SMALL, "The largest gain, lost in the noise of the largest line."),
    "SEARCH-REVENUE": Expected(
        *_STAGGERED, _TIED, "Web shop revenue by region; the owner claims revenue, not contribution."
    ),
    "SHIFT-AGENCY": Expected(*_DIFFERENCE, _TIED, "Sound; one payroll cell of September is mistyped."),
    "FLEET-REPAIRS": Expected(*_STAGGERED, _TIED, "Modest and real."),
    "RETURN-COST": Expected("not_estimable", "too_few_after", _NONE, "Too recent."),
    "TRACK-NPS": Expected(*_DIFFERENCE, _NONE, "Better, in points; no money."),
    "HIRE-DAYS": Expected("not_estimable", "too_few_before", _NONE, "Recorded only since it went live."),
    "TARIFF-LINES": Expected(*_SERIES, _NONE, "Cost avoidance: the brokers' budget was not cut."),
    "IT-DESK-SUPPORT": Expected(*_SERIES, _TIED, "One desk, no comparison."),
    "COPY-AGENCIES": Expected(*_SERIES, _TIED, "Three teams on one day, no comparison."),
    "SHELF-HOURS": Expected(*_DIFFERENCE, _SMALL, "Stopped; next to nothing."),
    "TRACK-CALLS": Expected("not_estimable", NOT_SEPARABLE, _NONE, "Shares one effect with the voice bot."),
    "VOICE-CALLS": Expected("not_estimable", NOT_SEPARABLE, _NONE, "Shares one effect with delivery messages."),
    "TWIN-DOWNTIME": Expected("not_estimable", "no_treated_unit", _NONE, "An approved idea."),
}


def _average(line: LineSpec, kpi: MeasuredKpi) -> float:
    """Return the planted effect per unit-period (weighted by volume) over the reported whole periods after go-live."""
    base = kpi.base
    rollouts = rollouts_of(line.initiative)
    total = weight = 0.0
    for i, unit in enumerate(base.units):
        if unit not in rollouts:
            continue
        rollout = rollouts[unit]
        for t, period in enumerate(base.periods):
            is_live = period.start_on >= rollout.go_live_on and (
                rollout.ended_on is None or period.end_on <= rollout.ended_on
            )
            if is_live and is_reported(kpi, period):
                total += float(kpi.effects[line.key][i, t] * base.volume_actual[i, t])
                weight += float(base.volume_actual[i, t])
    return total / weight if weight else 0.0


def _by_period(amounts: Floats) -> dict[str, str]:
    sums = amounts.sum(axis=0)
    return {
        f"FY{month.start_on.year % 100:02d}-P{month.start_on.month:02d}": f"{sums[i]:.2f}"
        for i, month in enumerate(MONTHS)
        if month.last_on <= AS_OF and abs(sums[i]) >= 0.005
    }


def _tell_line(line: LineSpec, kpi: MeasuredKpi, money: PlantedMoney) -> dict[str, Any]:
    expected = EXPECTED[line.key]
    by_period = _by_period(money.amounts)
    to_date = sum((float(amount) for amount in by_period.values()), 0.0)
    outcome = "not_estimable_rule" if expected.design == "not_estimable" else "grade"
    rollouts = rollouts_of(line.initiative)
    measured = [rollout for unit, rollout in rollouts.items() if unit in kpi.base.units]
    first_on = min((rollout.go_live_on for rollout in measured), default=None)
    return {
        "initiative": line.initiative,
        "benefit_class": line.benefit_class.value,
        "kpi": line.kpi,
        "effect_after_ramp": f"{line.effect:g}",
        "ramp_periods": line.ramp_periods,
        "average_effect": f"{_average(line, kpi):.6g}",
        "units": sorted(unit for unit in rollouts if unit in kpi.base.units),
        "first_go_live_on": first_on.isoformat() if first_on else None,
        "is_stock": kpi.base.spec.behaviour is Behaviour.STOCK,
        "worth_to_date": f"{to_date:.2f}",
        "worth_by_period": by_period,
        "moved_in_ledger_to_date": f"{to_date * line.ledger_share:.2f}" if line.accounts else "0.00",
        "expected": {
            "design": expected.design,
            outcome: expected.grade,
            "tie_state": expected.tie_state or None,
            "story": expected.story,
        },
    }


def tell_truth(seed: int, kpis: dict[str, MeasuredKpi], money: dict[str, PlantedMoney]) -> dict[str, Any]:
    """Return the planted effects and what should come out of each, ready for JSON; money in EUR at budget rates."""
    weeks = next(iter(kpis.values())).base.periods
    return {
        "company": GROUP_NAME,
        "seed": seed,
        "as_of": AS_OF.isoformat(),
        "currency": REPORTING_CURRENCY,
        "last_week": period_label([week for week in weeks if week.last_on <= AS_OF][-1]),
        "benefit_lines": {line.key: _tell_line(line, kpis[line.kpi], money[line.key]) for line in BENEFIT_LINES},
        "joint_effects": tell_joint_effects(money),
        "platforms": tell_platforms(),
    }

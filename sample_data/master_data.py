"""Master data as extract rows: policy, people, units, KPIs, initiatives, benefit lines, and the files expected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from models.domain.calendar import add_months
from sample_data.benefit_lines import BENEFIT_LINES
from sample_data.company import BRANCHES, BUSINESS_UNITS, ENTITIES, PEOPLE, REPORTING_CURRENCY, SITES, cost_centre
from sample_data.effects import PROGRAMME_EFFECT, PROGRAMME_FROM, PROGRAMME_KEY, PROGRAMME_KPI, MeasuredKpi
from sample_data.initiatives import INITIATIVE_OF, INITIATIVES
from sample_data.kpis import KPIS
from sample_data.line_spec import LineSpec
from sample_data.money import fiscal_label, to_native
from sample_data.rollouts import ROLLOUTS, Rollout

Rows = list[dict[str, str]]
#: Known under this key until it was renamed in the payroll system.
ALIAS, ALIAS_UNIT, ALIAS_FROM, ALIAS_TO = "BR-STOKE", "UK13", date(2015, 1, 1), date(2026, 8, 1)
#: Month in which the last period counted is expected, and closed.
_EXPECTED_MONTH = date(2026, 9, 1)
_LINES_VALID_FROM = "2024-01-01"


def policy_rows() -> Rows:
    """Return the one policy: EUR, calendar months, 8 % pre-tax nominal, budget rates."""
    return [
        {
            "version": "1",
            "effective_on": "2024-01-01",
            "reporting_currency": REPORTING_CURRENCY,
            "fiscal_start_month": "1",
            "calendar_pattern": "monthly",
            "is_year_named_by_end": "yes",
            "horizon_months": "36",
            "discount_rate": "0.08",
            "discount_basis": "pre_tax_nominal",
            "timing": "mid_period",
            "interval_level": "0.95",
            "rate_set": "budget",
            "persistence_rate": "0.88",
            "persistence_low": "0.70",
            "persistence_high": "0.97",
            "auto_post_kinds": "",
            "payback_horizon_months": "36",
        }
    ]


def business_unit_rows() -> Rows:
    """Return the business units."""
    return [{"business_unit": key, "name": name, "parent": parent} for key, name, parent in BUSINESS_UNITS]


def people_rows() -> Rows:
    """Return the people; a row here gives nobody a sign-in."""
    return [
        {"person": key, "name": name, "email": f"{key}@varnholt.example", "business_unit": unit}
        for key, name, unit, _ in PEOPLE
    ]


def unit_rows() -> Rows:
    """Return the sites and teams that KPIs are measured at."""
    return [
        {
            "unit": site.key,
            "name": site.name,
            "entity": site.entity,
            "cost_centre": site.cost_centre,
            "business_unit": site.business_unit,
            "opened_on": site.opened_on.isoformat(),
        }
        for site in SITES
    ]


def alias_rows() -> Rows:
    """Return the one alias: a branch renamed in the payroll system in August 2026."""
    return [{"alias": ALIAS, "from_on": ALIAS_FROM.isoformat(), "unit": ALIAS_UNIT, "to_on": ALIAS_TO.isoformat()}]


def kpi_rows() -> Rows:
    """Return the KPIs."""
    return [
        {
            "kpi": kpi.key,
            "name": kpi.name,
            "unit_of_measure": kpi.unit_of_measure,
            "aggregation": kpi.aggregation.value,
            "behaviour": kpi.behaviour.value,
            "frequency": kpi.frequency.value,
            "better": kpi.better.value,
        }
        for kpi in KPIS
    ]


def initiative_rows() -> Rows:
    """Return the initiatives."""
    return [
        {
            "initiative": item.key,
            "name": item.name,
            "business_unit": item.business_unit,
            "owner": item.owner,
            "delivery_model": item.delivery_model,
            "archetype": item.archetype,
            "description": item.description,
            "approved_on": item.approved_on.isoformat(),
        }
        for item in INITIATIVES
    ]


def stage_rows() -> Rows:
    """Return the dated stages of the initiatives."""
    return [
        {"initiative": item.key, "from_on": from_on.isoformat(), "stage": stage}
        for item in INITIATIVES
        for stage, from_on in item.stages
    ]


def benefit_line_cells(line: LineSpec) -> dict[str, str]:
    """Return the cells of a benefit line."""
    owner = INITIATIVE_OF[line.initiative].owner
    has_money = bool(line.unit_value)
    return {
        "benefit_line": line.key,
        "valid_from_on": _LINES_VALID_FROM,
        "initiative": line.initiative,
        "name": line.name,
        "benefit_class": line.benefit_class.value,
        "kpi": line.kpi,
        "driver_kpi": "",
        "unit_value": line.unit_value,
        "currency": REPORTING_CURRENCY if has_money else "",
        "unit_value_low": line.low,
        "unit_value_high": line.high,
        "unit_value_source": line.source,
        "unit_value_owner": "marta.kowalczyk" if has_money else "",
        "owner": owner,
        "financing_rate": line.financing_rate,
        "is_unmet_demand_approved": "no" if line.benefit_class.value == "released_capacity" else "",
    }


#: Entity and cost centre of benefits that lie in one of each: their P&L lines are looked at so finely.
PLACES = {
    "IT-DESK-SUPPORT": ("0100", cost_centre("0100", "900")),
    "TARIFF-LINES": ("0200", cost_centre("0200", "900")),
}


def benefit_line_account_rows(lines: tuple[LineSpec, ...]) -> Rows:
    """Return the P&L lines of benefit lines with their signed weights."""
    return [
        {
            "benefit_line": line.key,
            "pl_line": pl_line,
            "entity": entity,
            "cost_centre": centre,
            "valid_from_on": _LINES_VALID_FROM,
            "weight": weight,
        }
        for line in lines
        for entity, centre in [PLACES.get(line.key, ("", ""))]
        for pl_line, weight in line.accounts
    ]


def linked_lines() -> tuple[LineSpec, ...]:
    """Return the benefit lines known at first: all but the copilot's overtime."""
    return tuple(line for line in BENEFIT_LINES if line.is_linked)


def rollout_cells(rollout: Rollout) -> dict[str, str]:
    """Return the cells of a roll-out."""
    ended_on = rollout.ended_on.isoformat() if rollout.ended_on else ""
    return {
        "initiative": rollout.initiative,
        "unit": rollout.unit,
        "go_live_on": rollout.go_live_on.isoformat(),
        "ended_on": ended_on,
    }


def rollout_rows() -> Rows:
    """Return all roll-outs."""
    return [rollout_cells(rollout) for rollout in ROLLOUTS]


def programme_rows() -> Rows:
    """Return the company's own packaging programme: at every branch, though only yards record breakage."""
    return [
        {
            "programme": PROGRAMME_KEY,
            "unit": unit,
            "name": "New packaging, less breakage",
            "start_on": PROGRAMME_FROM.isoformat(),
            "end_on": "",
        }
        for unit in BRANCHES
    ]


def programme_amount_rows(kpis: dict[str, MeasuredKpi]) -> Rows:
    """Return what the packaging programme saves on breakage, in profit terms, by entity and period."""
    units = kpis[PROGRAMME_KPI].base.units
    entity_of = {site.key: site.entity for site in SITES}
    rows = []
    month = PROGRAMME_FROM.replace(day=1)
    while month <= _EXPECTED_MONTH:
        days = (add_months(month, 1) - month).days
        for entity in ENTITIES:
            count = sum(entity_of[unit] == entity.key for unit in units)
            amount = to_native(-PROGRAMME_EFFECT * count * days / 7.0, entity.key, month.year, Decimal(10))
            rows.append(
                {
                    "programme": PROGRAMME_KEY,
                    "pl_line": "write_offs",
                    "entity": entity.key,
                    "period": fiscal_label(month),
                    "amount": f"{amount:.2f}",
                    "currency": entity.currency,
                }
            )
        month = add_months(month, 1)
    return rows


def expected_rows() -> Rows:
    """Return the twelve files expected for the last period counted."""
    period = fiscal_label(_EXPECTED_MONTH)
    entities = [entity.key for entity in ENTITIES]
    wanted = [
        *(("pl_rows", entity, "2026-10-07", "ines.albrecht") for entity in entities),
        *(("trial_balances", entity, "2026-10-07", "ines.albrecht") for entity in entities),
        ("kpi_observations", "", "2026-10-06", "george.pearce"),
        ("costs", "", "2026-10-07", "ines.albrecht"),
        ("fx_rates", "", "2026-10-05", "george.pearce"),
        ("hours", "", "2026-10-09", "george.pearce"),
        ("claims", "", "2026-10-12", "ines.albrecht"),
        ("invoices", "", "2026-10-12", "ines.albrecht"),
    ]
    return [
        {"extract_kind": kind, "entity": entity, "period": period, "due_on": due_on, "owner": owner}
        for kind, entity, due_on, owner in wanted
    ]

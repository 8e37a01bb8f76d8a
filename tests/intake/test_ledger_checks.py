"""Files of the books against each other: trial balances, P&L rows and the dated account map."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pytest

from ingest.check import CheckedExtract, check_bytes
from ingest.known import known_from_frames
from models.domain.extract import ExtractKind, Severity
from sample_data.broken.packing import Cell, Sheet, pack_workbook
from tests.intake.small_company import TODAY, codes

MAP = pd.DataFrame(
    {"account": ["6100"], "from_on": [date(2020, 1, 1)], "pl_line": ["RENT"], "to_on": [None], "kind": ["opex"]}
)
ROW = {
    "entity": "UK",
    "cost_centre": "C",
    "account": "6100",
    "start_on": date(2026, 5, 1),
    "end_on": date(2026, 6, 1),
    "scenario": "actual",
    "scenario_version": "",
    "partner_entity": "",
    "amount_minor": 10_000,
    "currency": "GBP",
}
BALANCE = {
    "entity": "UK",
    "start_on": date(2026, 5, 1),
    "end_on": date(2026, 6, 1),
    "scenario": "actual",
    "control_sum_minor": 10_000,
    "row_count": 1,
    "currency": "GBP",
}
HEAD = "entity,cost_centre,account,period,scenario,basis,ledger_status,sign_convention,amount,currency"
BOOKED = "UK,C,6100,FY26-P05,actual,periodic,closed,costs_positive,{amount},GBP"
STATED = "entity,period,control_sum,row_count,currency"


def check(content: str | bytes, name: str, **frames: list[dict[str, object]]) -> CheckedExtract:
    known: Mapping[ExtractKind, pd.DataFrame] = {
        ExtractKind.ACCOUNT_MAP: MAP,
        **{ExtractKind(kind): pd.DataFrame(rows) for kind, rows in frames.items()},
    }
    data = content.encode() if isinstance(content, str) else content
    return check_bytes(known_from_frames(known, today=TODAY), data, name)


def warnings_of(checked: CheckedExtract) -> list[str]:
    return [finding.found for finding in checked.findings if finding.code == "CTRL-005"]


@pytest.mark.parametrize(
    ("line", "warned"),
    [
        ("UK,FY26-P05,100.00,1,GBP", ""),
        ("UK,FY26-P05,90.00,1,GBP", "they sum to GBP 100.00, it says 90.00, difference 10.00"),
        ("UK,FY26-P05,100.00,2,GBP", "1 rows, it says 2"),
        ("UK,FY26-P05,100.00,1,EUR", "rows in GBP are in no trial balance"),
        ("UK,FY26-P06,90.00,1,GBP", ""),
        ("DE,FY26-P05,90.00,1,EUR", ""),
    ],
)
def test_a_trial_balance_is_held_against_posted_rows_where_there_are_any(line: str, warned: str) -> None:
    found = warnings_of(check(f"{STATED}\n{line}\n", "trial_balances.csv", pl_rows=[ROW]))
    assert (len(found), warned in "".join(found)) == (int(bool(warned)), True)


def test_rows_are_held_against_a_posted_trial_balance_and_stand_in_place_of_posted_rows() -> None:
    restated = check(
        f"{HEAD}\n{BOOKED.format(amount='70.00')}\n", "pl_rows.csv", pl_rows=[ROW], trial_balances=[BALANCE]
    )
    (warning,) = warnings_of(restated)
    assert "difference -30.00" in warning
    assert not restated.has_errors
    same = check(f"{HEAD}\n{BOOKED.format(amount='100.00')}\n", "pl_rows.csv", pl_rows=[ROW], trial_balances=[BALANCE])
    assert warnings_of(same) == []
    budget = BOOKED.replace("actual", "budget").format(amount="1.00")
    assert warnings_of(check(f"{HEAD}\n{budget}\n", "pl_rows.csv", pl_rows=[ROW], trial_balances=[BALANCE])) == []


def test_both_in_one_workbook_are_held_against_each_other() -> None:
    def sheet(name: str, *lines: str) -> Sheet:
        rows: list[list[Cell]] = [[cell or None for cell in line.split(",")] for line in lines]
        return Sheet(name, rows)

    book = pack_workbook(
        [
            sheet("pl_rows", HEAD, BOOKED.format(amount="70.00")),
            sheet("trial_balances", STATED, "UK,FY26-P05,70.00,1,GBP"),
        ]
    )
    assert warnings_of(check(book, "restatement.xlsx", pl_rows=[ROW], trial_balances=[BALANCE])) == []


@pytest.mark.parametrize(
    ("lines", "is_refused"),
    [
        (["6100,2026-01-01,AGENCY,opex,-1,"], False),
        (["6100,2020-01-01,RENT,opex,-1,2026-01-01", "6100,2026-01-01,AGENCY,opex,-1,"], False),
        (["6100,2020-01-01,RENT,opex,-1,2026-01-02", "6100,2026-01-01,AGENCY,opex,-1,"], True),
        (["6100,2020-01-01,AGENCY,opex,-1,"], False),
        (["6200,2020-01-01,AGENCY,opex,-1,", "6200,2019-01-01,AGENCY,opex,-1,2020-06-01"], True),
    ],
)
def test_an_account_leads_to_one_line_on_any_day(lines: list[str], is_refused: bool) -> None:
    checked = check("account,from_on,pl_line,kind,sign,to_on\n" + "\n".join(lines) + "\n", "account_map.csv")
    assert ("MAP-001" in codes(checked)) is is_refused
    assert checked.has_errors is is_refused
    severities = {finding.severity for finding in checked.findings if finding.code == "MAP-001"}
    assert severities <= {Severity.ERROR}

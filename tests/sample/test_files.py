"""The committed files: reproduced byte for byte, whole, and consistent with one another."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from models.domain.extract import ExtractKind
from sample_data.adjust import misreport_payroll
from sample_data.focus import invoice_rows
from sample_data.generate import (
    COMMITTED_SEED,
    COMPANY_FOLDER,
    CORRECTIONS_FOLDER,
    TRUTH_FILE,
    Company,
    generate_company,
    write_all,
)

MAX_BYTES = 8_000_000
K = ExtractKind
KEYS = {
    K.KPI_OBSERVATIONS: ("kpi", "unit", "period"),
    K.PL_ROWS: ("entity", "cost_centre", "account", "period", "scenario", "scenario_version"),
    K.COSTS: ("initiative", "category", "source_reference", "period"),
    K.CLAIMS: ("initiative", "claimant", "purpose", "benefit_line", "period", "source_reference"),
    K.HOURS: ("benefit_line", "unit", "period", "stage"),
    K.LINE_DRIVERS: ("pl_line", "entity", "period", "kind"),
    K.APPROVED_CASE_PERIODS: ("initiative", "version", "line", "period"),
    K.INVOICES: ("invoice",),
    K.FX_RATES: ("currency", "base", "period", "rate_set"),
    K.ROLLOUTS: ("initiative", "unit"),
}


@pytest.fixture(scope="module")
def company() -> Company:
    return generate_company(COMMITTED_SEED)


def read_sheet(path: Path, sheet: str) -> list[dict[str, str]]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    header = [str(cell) for cell in rows[0]]
    return [dict(zip(header, map(str, row), strict=True)) for row in rows[1:]]


def read_csv(name: str) -> list[dict[str, str]]:
    with (COMPANY_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_committed_files_reproduce_byte_for_byte(company: Company, tmp_path: Path) -> None:
    write_all(company, tmp_path)
    for folder in (COMPANY_FOLDER, CORRECTIONS_FOLDER):
        written = sorted(path.name for path in (tmp_path / folder.name).iterdir())
        assert written == sorted(path.name for path in folder.iterdir())
        for name in written:
            assert (tmp_path / folder.name / name).read_bytes() == (folder / name).read_bytes(), name
    assert (tmp_path / TRUTH_FILE.name).read_bytes() == TRUTH_FILE.read_bytes()


def test_another_seed_gives_other_numbers(company: Company) -> None:
    other = generate_company(COMMITTED_SEED + 1).frames[K.KPI_OBSERVATIONS]
    mine = company.frames[K.KPI_OBSERVATIONS]
    assert list(other["period"]) == list(mine["period"])
    assert (other["value"] != mine["value"]).mean() > 0.5


def test_manifest_names_every_file_and_two_people() -> None:
    manifest = json.loads((COMPANY_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    files = [load["file"] for load in manifest["loads"]]
    present = [path.name for path in COMPANY_FOLDER.iterdir() if not path.name.endswith(".control.csv")]
    assert sorted([*files, "manifest.json"]) == sorted(present)
    assert sum(path.stat().st_size for path in COMPANY_FOLDER.iterdir()) < MAX_BYTES
    roles = {person["person"]: person["role"] for person in manifest["people"]}
    assert set(roles.values()) == {
        "finance_analyst",
        "controller",
        "executive",
        "initiative_owner",
        "auditor",
        "administrator",
    }
    uploads = [load["uploaded_at"] for load in manifest["loads"]]
    assert uploads == sorted(uploads)
    for load in manifest["loads"]:
        assert roles[load["uploader"]] == "finance_analyst"
        if load["approver"]:
            assert roles[load["approver"]] == "controller"
            assert load["approved_at"] > load["uploaded_at"]
    assert [load["file"] for load in manifest["loads"] if load["approver"] is None] == ["hours_FY26-P09.csv"]


def test_business_keys_are_unique(company: Company) -> None:
    for kind, key in KEYS.items():
        assert not company.frames[kind].duplicated(list(key)).any(), kind


def test_size_of_the_company(company: Company) -> None:
    frames = company.frames
    assert len(frames[K.INITIATIVES]) == 24
    assert (frames[K.UNITS]["business_unit"] == "BRANCHES").sum() >= 40
    assert set(frames[K.PL_ROWS]["currency"]) == {"EUR", "GBP", "PLN"}
    weeks = frames[K.KPI_OBSERVATIONS]["period"]
    assert weeks[weeks.str.contains("W")].nunique() > 156
    budget = frames[K.PL_ROWS]
    assert budget[budget["scenario"] == "budget"]["period"].nunique() == 36


def test_trial_balances_agree_with_the_rows_as_loaded() -> None:
    for month in ("FY26-P07", "FY26-P08", "FY26-P09"):
        balances = {
            row["entity"]: row for row in read_sheet(COMPANY_FOLDER / f"month_end_{month}.xlsx", "trial_balances")
        }
        for entity, balance in balances.items():
            rows = read_csv(f"pl_rows_{entity}_{month}.csv")
            total = sum(Decimal(row["amount"]) for row in rows)
            assert Decimal(balance["control_sum"]).quantize(Decimal("0.01")) == total
            assert int(float(balance["row_count"])) == len(rows)


def test_invoices_agree_with_the_costs_they_are_behind(company: Company) -> None:
    costs = company.frames[K.COSTS]
    by_reference = {
        (row.source_reference, row.currency): Decimal(str(row.amount))
        for row in costs.itertuples()
        if row.status == "actual"
    }
    invoices = company.frames[K.INVOICES]
    assert len(invoices) > 300
    of_charges = {row["invoice"] for row in invoice_rows()}
    for row in invoices[~invoices["invoice"].isin(of_charges)].itertuples():
        assert by_reference[row.invoice, row.currency] == Decimal(str(row.total))


def test_payroll_correction_changes_one_cell(company: Company) -> None:
    loaded = read_sheet(COMPANY_FOLDER / "payroll_FY26-P09.xlsx", "kpi_observations")
    corrected = read_sheet(CORRECTIONS_FOLDER / "payroll_FY26-P09_corrected.xlsx", "kpi_observations")
    different = [(a, b) for a, b in zip(loaded, corrected, strict=True) if a != b]
    assert len(different) == 1
    before, after = different[0]
    ((key, wrong),) = misreport_payroll(company).first.items()
    assert (before["kpi"], before["unit"], before["period"]) == key
    assert float(before["value"]) == float(wrong)
    assert sorted(before["value"].replace(".", "")) == sorted(after["value"].replace(".", ""))
    assert float(before["value"]) - float(after["value"]) > 12_000


def test_restatement_changes_what_august_said_first() -> None:
    first = {
        (row["kpi"], row["unit"], row["period"]): float(row["value"] or 0)
        for row in read_csv("kpi_observations_weekly_FY26-P08.csv")
    }
    path = COMPANY_FOLDER / "restatement_0200_FY26-P08.xlsx"
    restated = read_sheet(path, "kpi_observations")
    assert len(restated) == 9
    for row in restated:
        assert float(row["value"]) > first[row["kpi"], row["unit"], row["period"]]
    (ledger,) = read_sheet(path, "pl_rows")
    (loaded,) = [
        row
        for row in read_csv("pl_rows_0200_FY26-P08.csv")
        if (row["cost_centre"], row["account"]) == (ledger["cost_centre"], ledger["account"])
    ]
    assert Decimal(ledger["amount"]) - Decimal(loaded["amount"]) == Decimal("9850.00")


def test_alias_is_used_before_its_end_only() -> None:
    july = {row["unit"] for row in read_sheet(COMPANY_FOLDER / "payroll_FY26-P07.xlsx", "kpi_observations")}
    august = {row["unit"] for row in read_sheet(COMPANY_FOLDER / "payroll_FY26-P08.xlsx", "kpi_observations")}
    assert july - august == {"BR-STOKE"}
    assert august - july == {"UK13"}


def test_parquet_holds_exact_decimals(company: Company) -> None:
    table = pq.read_table(COMPANY_FOLDER / "04_kpi_observations_weekly_to_FY26-P06.parquet")
    expected = company.frames[K.KPI_OBSERVATIONS]
    row = table.slice(0, 1).to_pylist()[0]
    first = expected[
        (expected["kpi"] == row["kpi"]) & (expected["unit"] == row["unit"]) & (expected["period"] == row["period"])
    ]
    assert row["value"] == Decimal(str(first["value"].iloc[0]))

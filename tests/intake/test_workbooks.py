"""Workbooks and Parquet files: places are cells, numbers are exact, and what breaks a parser breaks nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ingest.check import CheckedExtract
from ingest.limits import Limits
from ingest.read.child_workbook import plain_number
from models.domain.extract import ExtractKind
from sample_data.broken.packing import Cell, Raw, Sheet, pack_archive, pack_workbook
from tests.intake.small_company import codes

Check = Callable[..., CheckedExtract]
HEADER: list[Cell] = ["kpi", "unit", "period", "value"]


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_sheets_are_parts_in_the_order_of_contracts(check: Check) -> None:
    content = workbook(
        kpi_observations=[HEADER, ["new_kpi", "S9", "2026-08", 1.5]],
        kpis=[
            ["kpi", "name", "unit_of_measure", "aggregation", "behaviour", "frequency", "better"],
            ["new_kpi", "New", "x", "sum", "flow", "month", "higher"],
        ],
        units=[["unit", "name", "entity"], ["S9", "Nine", "E1"]],
    )
    checked = check(content, "any name.xlsx")
    assert codes(checked) == []
    assert [part.kind for part in checked.parts] == [ExtractKind.UNITS, ExtractKind.KPIS, ExtractKind.KPI_OBSERVATIONS]
    assert [part.part_no for part in checked.parts] == [1, 2, 3]


def test_an_only_sheet_takes_the_kind_given_or_that_of_its_header(check: Check) -> None:
    content = workbook(Sheet1=[HEADER, ["sums", "0012", "2026-08", 1]])
    assert codes(check(content, "x.xlsx", kind=ExtractKind.KPI_OBSERVATIONS)) == []
    assert codes(check(content, "x.xlsx")) == []
    assert codes(check(content, "x.xlsx", kind=ExtractKind.COSTS)) == ["FILE-009"]


def test_places_are_cells(check: Check) -> None:
    content = workbook(
        kpi_observations=[
            ["value", "period", "unit", "kpi"],
            [None, None, None, None],
            ["1.200,50", "2026-08", "S1", "sums"],
        ]
    )
    (finding,) = (item for item in check(content, "x.xlsx").findings if item.code == "CELL-002")
    assert finding.place == "kpi_observations!A3"
    assert finding.suggestion == "1200.50"


def test_types_of_cells_become_canonical_text(check: Check) -> None:
    content = workbook(
        kpi_observations=[
            [*HEADER, "is_provisional"],
            ["sums", "S1", date(2026, 8, 1), 0.1, True],
            ["sums", "S1", datetime(2026, 7, 1), 1e-7, False],  # noqa: DTZ001 - a cell has no zone
            ["sums", "S1", "2026-06", 1234567, None],
        ]
    )
    checked = check(content, "x.xlsx")
    assert codes(checked) == []
    frame = checked.parts[0].frame
    assert frame["value"].tolist() == ["0.1", "0.0000001", "1234567"]
    assert frame["start_on"].tolist() == [date(2026, 8, 1), date(2026, 7, 1), date(2026, 6, 1)]
    assert frame["is_provisional"].tolist() == [True, False, pd.NA]
    assert frame["row_no"].tolist() == [2, 3, 4]


def test_a_date_that_starts_no_period_is_found(check: Check) -> None:
    content = workbook(kpi_observations=[HEADER, ["sums", "S1", date(2026, 8, 15), 1]])
    assert codes(check(content, "x.xlsx")) == ["KPI-001"]


def test_numbers_of_keys_are_whole_and_told(check: Check) -> None:
    content = workbook(kpi_observations=[HEADER, ["sums", 12, "2026-08", 1]])
    checked = check(content, "x.xlsx")
    assert codes(checked) == ["CELL-016", "REF-001"]
    assert [finding.suggestion for finding in checked.findings if finding.code == "REF-001"] == ["0012"]


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_float_denotes_it(number: float) -> None:
    text = plain_number(number)
    assert float(text) == number
    assert "e" not in text
    assert Decimal(text) == Decimal(repr(number))


def test_digits_beyond_a_float_are_found(check: Check) -> None:
    long = Raw("", "<v>0.12345678901234567891</v>")
    checked = check(pack_workbook([Sheet("kpi_observations", [HEADER, ["sums", "S1", "2026-08", long]])]), "x.xlsx")
    assert codes(checked) == ["CELL-014"]
    assert checked.counts[0].bad == 1


def test_findings_of_one_cell_spare_the_other_rows(check: Check) -> None:
    error = Raw('t="e"', "<v>#REF!</v>")
    rows: list[list[Cell]] = [HEADER, ["sums", "S1", "2026-08", error], ["sums", "NA", "2026-08", 2]]
    checked = check(pack_workbook([Sheet("kpi_observations", rows)]), "x.xlsx")
    assert codes(checked) == ["BOOK-006"]
    assert (checked.counts[0].rows_in, checked.counts[0].new, checked.counts[0].bad) == (2, 1, 1)


def test_formulas_with_values_are_read(check: Check) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("kpi_observations")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["sums", "S1", "2026-08"])
        sheet.write_formula(1, 3, "=40+2", None, 42)
        sheet.write_string(2, 0, "sums")
        sheet.write_string(2, 1, "NA")
        sheet.write_formula(2, 2, '="2026-"&"08"', None, "2026-08")
        sheet.write_number(2, 3, 7)
    checked = check(buffer.getvalue(), "x.xlsx")
    assert codes(checked) == []
    assert checked.parts[0].frame["value"].tolist() == ["42", "7"]


def test_formulas_are_told_from_their_neighbours(check: Check) -> None:
    rows: list[list[Cell]] = [
        HEADER,
        ["sums", "S1", "2026-08", Raw("", "<f>1+1</f><v>2</v>")],
        ["sums", "NA", "2026-08", Raw("", "<f>2+2</f><v></v>")],
    ]
    checked = check(pack_workbook([Sheet("kpi_observations", rows)]), "x.xlsx")
    assert [(finding.code, finding.cell) for finding in checked.findings if finding.code == "BOOK-007"] == [
        ("BOOK-007", "D3")
    ]


@pytest.mark.parametrize("at", [0, 4, 100, 600, -30, -5])
def test_a_cut_workbook_is_refused(at: int, check: Check) -> None:
    content = workbook(kpi_observations=[HEADER, ["sums", "S1", "2026-08", 1]])
    checked = check(content[:at], "x.xlsx", kind=ExtractKind.KPI_OBSERVATIONS)
    assert checked.has_errors
    assert checked.parts == () or all(len(part.frame) == 0 for part in checked.parts)


def test_far_rows_are_refused_in_bounded_memory(check: Check) -> None:
    stray = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    content = pack_workbook([Sheet("kpi_observations", [HEADER, ["sums", "S1", "2026-08", 1]], stray=stray)])
    assert codes(check(content, "x.xlsx")) == ["BOOK-005"]


def test_many_entries_are_refused(check: Check) -> None:
    content = pack_archive({f"xl/{at}.xml": b"" for at in range(30)})
    assert codes(check(content, "x.xlsx", limits=Limits(zip_entries=20))) == ["BOOK-002"]


def test_archives_that_are_no_workbooks_are_refused(check: Check) -> None:
    assert codes(check(pack_archive({"a.txt": b"x"}), "x.zip")) == ["FILE-003"]
    assert codes(check(pack_archive({"xl/workbook.bin": b"x"}), "x.xlsb")) == ["FILE-003"]


def test_a_lying_size_does_not_unpack_the_bomb(check: Check) -> None:
    content = bytearray(pack_archive({"xl/workbook.xml": b" " * 3_000_000}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.infolist()[0].file_size
    content = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert codes(check(bytes(content), "x.xlsx"))[0] in {"BOOK-001", "BOOK-002", "BOOK-011"}


def parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def test_parquet_takes_the_same_path(check: Check) -> None:
    frame = pd.DataFrame(
        {
            "kpi": pd.Categorical(["sums", "sums", "sums"]),
            "unit": ["0012", "NA", "null"],
            "period": ["2026-08"] * 3,
            "value": [Decimal("1.50"), Decimal("-0.00"), Decimal("12345678901234567890.12")],
            "is_provisional": [True, False, None],
        }
    )
    checked = check(parquet(frame), "kpi_observations.parquet")
    assert codes(checked) == []
    assert checked.parts[0].frame["value"].tolist() == ["1.5", "0", "12345678901234567890.12"]
    assert checked.parts[0].frame["unit"].tolist() == ["0012", "NA", "null"]
    assert checked.parts[0].frame["row_no"].tolist() == [1, 2, 3]


def test_parquet_dates_floats_and_missing_values(check: Check) -> None:
    frame = pd.DataFrame(
        {"initiative": ["INV", "INV"], "unit": ["0012", "NA"], "go_live_on": [pd.Timestamp("2026-01-05"), pd.NaT]}
    )
    checked = check(parquet(frame), "rollouts.parquet")
    assert codes(checked) == ["CELL-001"]
    assert checked.parts[0].frame["go_live_on"].tolist() == [date(2026, 1, 5)]
    infinite = pd.DataFrame({"kpi": ["sums"], "unit": ["NA"], "period": ["2026-08"], "value": [float("inf")]})
    assert codes(check(parquet(infinite), "kpi_observations.parquet")) == ["CELL-002"]


def test_the_control_sheet_states_and_compares(check: Check) -> None:
    content = workbook(
        kpi_observations=[HEADER, ["sums", "S1", "2026-08", 1.5], ["sums", "NA", "2026-08", 2.25]],
        Control=[
            ["part", "item", "value"],
            ["kpi_observations", "rows", 2],
            ["kpi_observations", "sum:value", 3.75],
            ["", "source_report", "Monthly KPIs"],
            ["", "run_at", "2026-09-02T06:00:00+02:00"],
        ],
    )
    checked = check(content, "x.xlsx")
    assert checked.findings == ()
    assert checked.control is not None
    assert checked.control.source_report == "Monthly KPIs"
    assert str(checked.control.run_at) == "2026-09-02 06:00:00+02:00"


def test_a_control_beside_the_file_finds_what_was_cut(check: Check) -> None:
    text = "kpi,unit,period,value\nsums,S1,2026-08,10.5\nsums,NA,2026-08,2\nsums,0012,2026-08,3\n"
    control = b"part,item,value\n,rows,3\n,sum:value,15.5\n"
    assert check(text, control=control).findings == ()
    lines = text.splitlines(keepends=True)
    start = len("".join(lines[:1]))
    for at in range(start, len(text) - 1):
        assert check(text[:at], control=control).has_errors or at == len(text) - 1


def test_a_cut_file_without_control_is_refused_or_flagged(check: Check) -> None:
    text = "kpi,unit,period,value\nsums,S1,2026-08,10.5\nsums,NA,2026-08,2\nsums,0012,2026-08,3\n"
    for at in range(len(text)):
        checked = check(text[:at])
        flagged = {"FILE-006", "CTRL-003"} & {finding.code for finding in checked.findings}
        assert checked.has_errors or flagged
        assert text[:at].endswith("\n") or checked.has_errors or "FILE-006" in flagged


def test_dates_counted_from_1904_are_the_dates_shown(check: Check) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.title = "rollouts"
    sheet.append(["initiative", "unit", "go_live_on"])
    sheet.append(["INV", "S1", date(2026, 3, 2)])
    buffer = io.BytesIO()
    book.save(buffer)
    checked = check(buffer.getvalue(), "x.xlsx")
    assert codes(checked) == []
    assert checked.parts[0].frame["go_live_on"].tolist() == [date(2026, 3, 2)]

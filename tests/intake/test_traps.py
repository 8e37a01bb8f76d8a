"""What popular readers corrupt silently is kept exactly, or found."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.check import CheckedExtract, check_bytes
from ingest.grammar import canonical_numbers, minor_units
from ingest.limits import LIMITS
from ingest.read.csv_text import read_text
from models.domain.extract import ExtractKind
from models.domain.money import to_minor
from tests.intake.small_company import codes, make_known

Check = Callable[..., CheckedExtract]
HEADER = "kpi,unit,period,value\n"
RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_keys_stay_what_they_are(check: Check) -> None:
    checked = check(HEADER + "sums,0012,2026-08,1\nsums,NA,2026-08,2\nsums,null,2026-08,3\n")
    assert codes(checked) == []
    assert checked.parts[0].frame["unit"].tolist() == ["0012", "NA", "null"]


@pytest.mark.parametrize(
    "cell",
    [
        "1,234",
        "1234,56",
        "1.234,50",
        "1 234.5",
        "inf",
        "-inf",
        "nan",
        "NaN",
        "1e400",
        "1e5",
        "+5",
        "0x1F",
        "1_000",
        "٣",
        ".5",
        "5.",
        "--5",
        "5-",
        "(5)",
        "1.2.3",
        "€5",
        "5%",
    ],
)
def test_what_is_no_plain_number_is_found(cell: str, check: Check) -> None:
    checked = check(f'{HEADER}sums,0012,2026-08,"{cell}"\n')
    assert codes(checked) == ["CELL-002"]
    assert len(checked.parts[0].frame) == 0


def test_an_unquoted_group_sign_never_shifts_columns(check: Check) -> None:
    checked = check("kpi,unit,period,value,count\nsums,0012,2026-08,1,234\n")
    assert codes(checked) == ["KPI-003"]  # the KPI takes no count: the second half of 1,234 is seen
    assert codes(check(HEADER + "sums,0012,2026-08,1,234\n")) == ["LINE-001"]


@pytest.mark.parametrize(
    "cell",
    [
        "03/04/2024",
        "3.4.2024",
        "20240403",
        "2024-4-3",
        "2024-02-30",
        "24-04-03",
        "2024-04-03T00:00:00",
        "2024-W14-3",
        "0001-01-01",
    ],
)
def test_dates_are_never_guessed(cell: str, check: Check) -> None:
    assert codes(check(f"initiative,unit,go_live_on\nINV,0012,{cell}\n", "rollouts.csv")) == ["CELL-004"]


@pytest.mark.parametrize(
    ("cell", "kpi"),
    [
        ("2026-W20", "sums"),
        ("2026-05-01", "sums"),
        ("2026-Q2", "sums"),
        ("2026", "sums"),
        ("2026-13", "sums"),
        ("2026-05", "weekly"),
        ("2025-W53", "weekly"),
        ("FY26-P05", "sums"),
    ],
)
def test_periods_fit_the_kpi(cell: str, kpi: str, check: Check) -> None:
    assert codes(check(f"{HEADER}{kpi},0012,{cell},1\n")) == ["KPI-001"]


def test_the_53rd_week_is_a_week(check: Check) -> None:
    checked = check(HEADER + "weekly,0012,2020-W53,1\n")
    assert codes(checked) == []
    assert str(checked.parts[0].frame["start_on"][0]) == "2020-12-28"


@pytest.mark.parametrize("cell", ["1.500", "12.000", "-1.250"])
def test_a_point_before_three_digits_is_in_doubt(cell: str, check: Check) -> None:
    cost = "initiative,category,source_reference,period,nature,recurrence,treatment,status,amount,currency\n"
    row = f"INV,cloud,V1,FY26-P08,run,recurring,opex,actual,{cell},EUR\n"
    assert codes(check(cost + row, "costs.csv")) == ["CELL-017"]
    assert codes(check(f"{HEADER}sums,0012,2026-08,{cell}\n")) == ["CELL-018"]
    assert codes(check(f"{HEADER}sums,0012,2026-08,{cell}\nsums,NA,2026-08,0.5\n")) == []


@pytest.mark.parametrize("encoding", ["cp1252", "cp852", "latin-1", "utf-32"])
def test_other_encodings_are_asked_for(encoding: str, check: Check) -> None:
    checked = check("unit,name,entity\nS9,Zürich,CH1\n".encode(encoding), "units.csv")
    assert codes(checked) == ["FILE-004"]
    assert checked.parts == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_encodings_are_read(encoding: str, check: Check) -> None:
    checked = check("unit,name,entity\nS9,Zürich,CH1\n".encode(encoding), "units.csv")
    assert codes(checked) == []
    assert checked.parts[0].frame["name"].tolist() == ["Zürich"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_delimiters_follow_from_the_header(delimiter: str, ending: str, check: Check) -> None:
    text = (HEADER + "sums,0012,2026-08,1.5\n").replace(",", delimiter).replace("\n", ending)
    checked = check(text)
    assert codes(checked) == []
    assert checked.parts[0].frame["value"].tolist() == ["1.5"]


def test_columns_stand_in_any_order(check: Check) -> None:
    checked = check("value,period,kpi,unit\n7,2026-08,sums,NA\n")
    assert checked.parts[0].frame[["kpi", "unit", "value"]].to_numpy().tolist() == [["sums", "NA", "7"]]


PLAIN = st.from_regex(r"-?[0-9]{1,24}(\.[0-9]{1,24})?", fullmatch=True).filter(str.isascii)


@RELAXED
@given(st.lists(PLAIN, min_size=1, max_size=30))
def test_a_number_is_the_decimal_of_its_text(texts: list[str]) -> None:
    canonical = canonical_numbers(pa.array(texts)).to_pylist()
    assert [Decimal(text) for text in canonical] == [Decimal(text) for text in texts]
    assert all(text == format(Decimal(text), "f") for text in canonical)
    assert canonical == canonical_numbers(pa.array(canonical)).to_pylist()
    by_value = {Decimal(text) for text in texts}
    assert len(set(canonical)) == len(by_value)


@RELAXED
@given(st.lists(PLAIN, min_size=1, max_size=30), st.sampled_from([("JPY", 0), ("EUR", 2), ("KWD", 3)]))
def test_minor_units_are_exact_or_refused(texts: list[str], currency: tuple[str, int]) -> None:
    code, exponent = currency
    minor, fits = minor_units(canonical_numbers(pa.array(texts)), exponent)
    for text, units, is_fit in zip(texts, minor.tolist(), fits.tolist(), strict=True):
        scaled = Decimal(text).scaleb(exponent)
        is_exact = scaled == scaled.to_integral_value() and abs(Decimal(text)) < 10**15
        assert is_fit == is_exact
        assert not is_fit or units == scaled == to_minor(Decimal(text), code)


@RELAXED
@given(st.lists(PLAIN, min_size=1, max_size=20))
def test_the_frame_holds_the_decimal_of_the_file(texts: list[str]) -> None:
    rows = "".join(f"sums,S1,{2000 + at // 12}-{at % 12 + 1:02d},{text}\n" for at, text in enumerate(texts))
    checked = check_bytes(make_known(), (HEADER + rows).encode(), "kpi_observations.csv")
    assert not checked.has_errors
    frame = checked.parts[0].frame
    assert [Decimal(text) for text in frame["value"]] == [Decimal(text) for text in texts]
    assert frame["value_float"].tolist() == [float(text) for text in texts]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('",;\n\t'), max_size=12)


@RELAXED
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=15))
def test_quoted_text_comes_through_with_its_line(rows: list[tuple[str, str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["unit", "name", "entity"])
    lines, line = [], 2
    for row in rows:
        lines.append(line)
        writer.writerow(row)
        line += 1 + sum(cell.count("\n") for cell in row)
    reading = read_text(out.getvalue().encode(), ExtractKind.UNITS, LIMITS)
    assert reading.table is not None
    assert reading.findings == ()
    kept = [(row, line) for row, line in zip(rows, lines, strict=True) if any(row)]
    texts = [reading.table.columns[name].to_pylist() for name in ("unit", "name", "entity")]
    assert list(zip(*texts, strict=True)) == [row for row, _ in kept]
    assert reading.table.row_numbers.tolist() == [line for _, line in kept]


@RELAXED
@given(st.lists(st.sampled_from(["sums,S1,{},1", "", "sums,S1,{},1,2", "sums,S1", ",,,"]), min_size=1, max_size=25))
def test_every_line_is_read_or_named(kinds: list[str]) -> None:
    lines = [kind.format(f"{2000 + at // 12}-{at % 12 + 1:02d}") for at, kind in enumerate(kinds)]
    reading = read_text((HEADER + "\n".join(lines) + "\n").encode(), ExtractKind.KPI_OBSERVATIONS, LIMITS)
    assert reading.table is not None
    good = [at for at, kind in enumerate(kinds, start=2) if kind == "sums,S1,{},1"]
    ragged = [at for at, kind in enumerate(kinds, start=2) if kind in {"sums,S1,{},1,2", "sums,S1"}]
    assert reading.table.row_numbers.tolist() == good
    assert [finding.line for finding in reading.findings if finding.code == "LINE-001"] == ragged
    assert reading.table.blank_rows == kinds.count(",,,")

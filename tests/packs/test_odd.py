"""Odd publications: names that look like formulas or markup, other currencies, nothing measured, a locked period."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from pptx import Presentation

from dashboard.packs.agree import find_mismatches
from dashboard.packs.cells import FIRST_ROW
from dashboard.packs.content import PackContent, PackRequest
from models.domain.figures import Figures
from models.store.audit import canonical_json
from models.value.document import from_document, to_document
from tests.packs.making import Packs, cents

Make = Callable[[PackContent], Packs]
NAMES = (
    "=1+1",
    "+5 % uplift",
    "-3.5m saved",
    "@SUM(A1)",
    "{=1+1}",
    "🤖 café",
    "N" * 200,
    '</a:t><x>&amp;"',
    "two\nlines",
    "24",
    "2",
    "'quoted",
    "a \x01 b \x0b c",
    "https://example.org/x",
)


@pytest.fixture(scope="module")
def make(whole: Packs, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Make packs of a content."""
    return lambda content: Packs(content, whole.program, tmp_path_factory.mktemp("odd"))


def agree(packs: Packs) -> None:
    found = find_mismatches(io.BytesIO(packs.board), io.BytesIO(packs.recalculated))
    assert [each.sentence for each in found] == []
    assert packs.named("Control_difference") == 0
    errors = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in packs.computed
        for row in sheet.iter_rows(min_row=FIRST_ROW)
        for cell in row
        if isinstance(cell.value, str) and re.fullmatch(r"#[A-Z/0]+[!?]?|Err:\d+", cell.value)
    ]
    assert errors == []


@pytest.fixture(scope="module")
def oddly_named(whole: Packs, make: Make) -> Packs:
    """The whole with names that nobody should give."""
    summary = whole.content.summary
    named = tuple(replace(ini, name=NAMES[i]) if i < len(NAMES) else ini for i, ini in enumerate(summary.initiatives))
    return make(replace(whole.content, summary=replace(summary, initiatives=named)))


def test_odd_names_agree_and_break_nothing(oddly_named: Packs) -> None:
    agree(oddly_named)


def test_no_name_is_run_in_the_sheets_behind_charts(oddly_named: Packs) -> None:
    with zipfile.ZipFile(io.BytesIO(oddly_named.board)) as deck:
        sheets = [deck.read(name) for name in deck.namelist() if name.endswith(".xlsx")]
    texts = []
    for blob in sheets:
        with zipfile.ZipFile(io.BytesIO(blob)) as book:
            assert "<f" not in book.read("xl/worksheets/sheet1.xml").decode()
            assert "hyperlink" not in book.read("xl/worksheets/sheet1.xml").decode()
            texts.append(
                book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else ""
            )
    assert any("=1+1" in text for text in texts)


def test_a_long_name_is_shortened_in_tables_and_whole_in_the_title(oddly_named: Packs) -> None:
    deck = Presentation(io.BytesIO(oddly_named.board))
    cells = [cell.text for slide in deck.slides for shape in slide.shapes if shape.has_table
             for row in shape.table.rows for cell in row.cells]  # fmt: skip
    assert not any("N" * 60 in text for text in cells)
    assert any("N" * 50 in text for text in cells)
    assert any("N" * 200 in slide.shapes.title.text_frame.text for slide in deck.slides)


@pytest.mark.parametrize(("code", "digits"), [("KWD", 3), ("JPY", 0)])
def test_amounts_have_the_digits_of_their_currency(whole: Packs, make: Make, code: str, digits: int) -> None:
    content = whole.content
    summary = json.loads(canonical_json(to_document(content.summary)).replace('"EUR"', f'"{code}"'))
    other = from_document(type(content.summary), summary)
    packs = make(replace(content, summary=other, economics=()))
    agree(packs)
    stored = packs.named("Invested")
    assert round(stored * 10**digits) == content.summary.figures.invested.amount_minor
    formats = {cell.number_format for row in packs.written["Postings"].iter_rows(min_row=FIRST_ROW) for cell in row}
    assert ('#,##0.000_);(#,##0.000);"-"_)' if digits else '#,##0_);(#,##0);"-"_)') in formats
    assert '#,##0.00_);(#,##0.00);"-"_)' not in formats


def test_a_locked_period_is_under_every_sheet_and_slide(whole: Packs, make: Make) -> None:
    packs = make(replace(whole.content, summary=replace(whole.content.summary, period_state="locked")))
    label = packs.content.context.as_of_period
    for slide in Presentation(io.BytesIO(packs.board)).slides:
        assert f"{label}, locked" in next(shape.text_frame.text for shape in slide.shapes if shape.name == "footer")
    for sheet in packs.written:
        assert f"{label}, locked" in sheet["A3"].value
    assert {each.name: each.value for each in packs.written.custom_doc_props}["Period state"] == "locked"


@pytest.fixture(scope="module")
def unmeasured(content_of: Callable[..., PackContent], whole: Packs, make: Make) -> Packs:
    """The pack of an initiative of which nothing is measured."""
    key = next(ini.key for ini in whole.content.initiatives if ini.grade is None and not ini.figures.tied_out.point)
    return make(content_of("henrik.osterloh", PackRequest(initiative=key)))


def test_where_nothing_is_measured_there_is_no_zero_in_place_of_it(unmeasured: Packs) -> None:
    agree(unmeasured)
    (row,) = unmeasured.rows("Initiatives")
    for head in ("Measured", "Realised cashable", "Tied out", "In-year effect", "Run-rate, a year", "At completion"):
        assert row[head] == "n/a", head
    assert cents(row["Invested"]) == unmeasured.content.initiatives[0].figures.invested.amount_minor


def test_sheets_and_names_are_such_as_excel_takes(whole: Packs) -> None:
    known = {
        "SUM", "SUMIFS", "SUMPRODUCT", "SUMSQ", "IF", "OR", "ISTEXT", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "ABS",
        "ROUND", "N", "MIN", "YEAR", "MONTH",
    }  # fmt: skip
    used: set[str] = set()
    for sheet in whole.written:
        assert len(sheet.title) <= 31
        for row in sheet.iter_rows(min_row=FIRST_ROW):
            for cell in row:
                if cell.data_type == "f":
                    assert len(str(cell.value)) < 8192
                    used |= set(re.findall(r"([A-Z]+)\(", re.sub(r'"[^"]*"', "", str(cell.value))))
    assert used <= known, used - known
    for name in whole.written.defined_names:
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name)
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", name)
    with zipfile.ZipFile(io.BytesIO(whole.workbook)) as packed:
        styles = packed.read("xl/styles.xml").decode()
    count = re.search(r'<cellXfs count="(\d+)"', styles)
    assert count is not None
    assert int(count[1]) < 200


def test_the_publication_of_an_earlier_version_still_makes_packs(whole: Packs, make: Make) -> None:
    summary = whole.content.summary

    def plain(figures: Figures) -> Figures:
        return replace(figures, in_year=None, full_year=None, at_completion=None, case_cost_to_horizon=None)

    initiatives = tuple(
        replace(ini, views=(), bridge=None, owner_forecast=(), figures=plain(ini.figures))
        for ini in summary.initiatives
    )
    old = replace(summary, initiatives=initiatives, views=(), true_ups=(), figures=plain(summary.figures))
    packs = make(replace(whole.content, summary=old, economics=()))
    agree(packs)
    assert "Views" not in packs.written.sheetnames

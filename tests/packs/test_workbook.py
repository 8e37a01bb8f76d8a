"""Recalculated by LibreOffice from its inputs alone, the workbook says what the pages say, to the cent."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from dashboard.packs.cells import INPUT_INK, INPUT_PAPER, LINK_INK
from models.domain.figures import Figures
from tests.packs.making import Packs, cents
from tests.packs.office import forget_results, recalculate

INTERVALS = ("measured", "realised", "realised_cashable", "tied_out", "net")


def test_every_named_total_equals_the_page(packs: Packs) -> None:
    figures = packs.content.summary.figures
    for key in INTERVALS:
        interval = getattr(figures, key)
        found = [cents(packs.named(key.capitalize(), column)) for column in "BCD"]
        assert found == [interval.point_minor, interval.low_minor, interval.high_minor], key
    for name, money in (
        ("Claimed", figures.claimed),
        ("Invested", figures.invested),
        ("Case_to_date", figures.case_to_date),
        ("Case_like_for_like", figures.case_like_for_like),
        ("Late_recoverable", figures.gap.late_recoverable),
        ("Not_yet_evidenced", figures.gap.not_yet_evidenced),
        ("Short", figures.gap.short),
        ("Forecast_cost", figures.forecast_cost),
    ):
        assert cents(packs.named(name)) == money.amount_minor, name


def test_every_ratio_and_split_equals_the_page(packs: Packs) -> None:
    figures = packs.content.summary.figures
    for key in ("roi_to_date", "roi_horizon", "benefit_cost_ratio", "realisation_rate", "realisation_rate_overall"):
        ratio, found = getattr(figures, key), packs.named(key.capitalize())
        assert (found == pytest.approx(ratio.point, rel=1e-12)) if ratio is not None else found == "n/a", key
    for share in figures.by_grade:
        assert cents(packs.named(f"Grade_{share.grade.label}")) == share.realised.amount_minor
    for each in figures.by_class:
        assert cents(packs.named(f"Class_{each.benefit_class.value}")) == each.realised.amount_minor
    for state in figures.by_tie_state:
        assert cents(packs.named(f"State_{state.state.value}")) == state.realised.amount_minor


def test_every_initiative_row_equals_its_page(packs: Packs) -> None:
    rows = {row["Initiative"]: row for row in packs.rows("Initiatives")}
    assert set(rows) == {ini.key for ini in packs.content.initiatives}
    for ini in packs.content.initiatives:
        figures, row = ini.figures, rows[ini.key]
        expected = _expected(figures, is_measured=ini.grade is not None)
        assert {head: cents(row[head]) for head in expected} == expected, ini.key


def _expected(figures: Figures, *, is_measured: bool) -> dict[str, int | None]:
    measured = {
        "Measured": figures.measured.point_minor,
        "Realised": figures.realised.point_minor,
        "Realised cashable": figures.realised_cashable.point_minor,
        "Tied out": figures.tied_out.point_minor,
        "Tied out, low": figures.tied_out.low_minor,
        "Tied out, high": figures.tied_out.high_minor,
        "Net": figures.net.point_minor,
    }
    return {
        "Claimed (E0)": figures.claimed.amount_minor,
        "Invested": figures.invested.amount_minor,
        "Case to date": figures.case_to_date.amount_minor,
        "Case, like for like": figures.case_like_for_like.amount_minor,
        "Not yet evidenced": figures.not_yet_evidenced.amount_minor,
        "Short": figures.gap.short.amount_minor,
        "Forecast cost": figures.forecast_cost.amount_minor,
        "Forecast to horizon": figures.forecast.point_minor if figures.forecast is not None else None,
        **{head: amount if is_measured else None for head, amount in measured.items()},
    }


def test_every_ledger_cell_adds_up_to_its_actual(packs: Packs) -> None:
    ledger = packs.content.ledger
    if ledger is None:
        assert "Ledger" not in packs.computed.sheetnames
        assert "Held" not in packs.computed.sheetnames
        return
    rows = packs.rows("Ledger")
    cells = [(line, cell) for line in ledger.lines for cell in line.cells]
    assert len(rows) == len(cells)
    for row, (line, cell) in zip(rows, cells, strict=True):
        assert (row["P&L line"] or "", row["Fiscal period"]) == (line.pl_line, cell.period)
        assert row["Difference"] == 0
        if cell.reference_scenario:
            assert cents(row["Flexed reference"]) == cell.flexed_reference_minor
            assert cents(row["Unexplained"]) == sum(r.amount_minor for r in cell.rows if r.component == "unexplained")


def test_the_control_sheet_finds_no_difference(packs: Packs) -> None:
    rows = packs.rows("Control")
    assert len(rows) > 20
    assert {row["Difference"] for row in rows} == {0}
    assert packs.named("Control_difference") == 0


def test_a_changed_input_moves_the_totals_and_the_control_says_so(whole: Packs) -> None:
    book = openpyxl.load_workbook(io.BytesIO(whole.workbook))
    cell = book["Postings"]["L6"]
    assert book["Postings"]["L5"].value == "Measured"
    cell.value = float(cell.value) + 100.25
    target = io.BytesIO()
    book.save(target)
    folder = whole.folder / "changed"
    folder.mkdir()
    again = openpyxl.load_workbook(io.BytesIO(recalculate(whole.program(), target.getvalue(), folder)), data_only=True)
    where = whole.written.defined_names["Measured"].attr_text.split("!")[1].replace("$", "")
    before = whole.content.summary.figures.measured.point_minor
    assert cents(again["Summary"][where].value) == before + 10_025
    assert again["Control"]["B6"].value > 100


def test_what_is_stored_for_readers_that_do_not_compute_is_what_is_computed(packs: Packs) -> None:
    stored = openpyxl.load_workbook(io.BytesIO(packs.workbook), data_only=True)
    for sheet in stored:
        for mine, computed in zip(sheet.iter_rows(), packs.computed[sheet.title].iter_rows(), strict=False):
            for a, b in zip(mine, computed, strict=False):
                if isinstance(a.value, int | float) and isinstance(b.value, int | float):
                    assert a.value == pytest.approx(b.value, rel=1e-9, abs=1e-6), (sheet.title, a.coordinate)
                else:
                    assert (a.value or None) == (b.value or None), (sheet.title, a.coordinate)


def test_recalculation_starts_from_nothing_stored(whole: Packs) -> None:
    with zipfile.ZipFile(io.BytesIO(forget_results(whole.workbook))) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "</f></c>" in text
    assert "</f><v>" not in text


def test_inputs_calculations_and_links_look_different(whole: Packs) -> None:
    for sheet in whole.written:
        for row in sheet.iter_rows(min_row=6):
            for cell in row:
                colour = str(cell.font.color.rgb) if cell.font.color is not None else ""
                is_formula = cell.data_type == "f"
                is_input = colour.endswith(INPUT_INK.removeprefix("#"))
                assert not (is_formula and is_input), (sheet.title, cell.coordinate)
                if is_input:
                    assert str(cell.fill.fgColor.rgb).endswith(INPUT_PAPER.removeprefix("#"))
                if is_formula and "!" in str(cell.value):
                    assert colour.endswith(LINK_INK.removeprefix("#")), (sheet.title, cell.coordinate, cell.value)


def test_every_total_on_the_first_two_sheets_is_a_formula(whole: Packs) -> None:
    names = whole.written.defined_names
    typed = {"As_of", "As_known_on", "Interval_level", "Discount_rate", "Policy_version", "Publication"}
    for name in set(names) - typed:
        sheet, where = names[name].attr_text.split("!")
        if sheet == "Summary":
            assert whole.written[sheet][where.replace("$", "")].data_type == "f", name
    heads = [cell.value for cell in whole.written["Initiatives"][5]]
    for cell in whole.written["Initiatives"][6]:
        if cell.number_format.startswith(("#,##0", "0.0")) and heads[cell.column - 1] not in {
            "No",
            "Spend without production (1 = yes)",
        }:
            assert cell.data_type == "f", heads[cell.column - 1]


def test_text_is_never_taken_for_a_formula_and_formats_keep_numbers(whole: Packs) -> None:
    formats = {cell.number_format for sheet in whole.written for row in sheet.iter_rows(min_row=6) for cell in row}
    assert '#,##0_);(#,##0);"-"_)' in formats
    assert '0.0%_);(0.0%);"-"_)' in formats
    for sheet in whole.written:
        for row in sheet.iter_rows(min_row=6, max_row=60):
            for cell in row:
                if cell.data_type == "s":
                    assert not str(cell.value).startswith(("=", "+", "-", "@")), (sheet.title, cell.coordinate)


def test_the_file_says_what_it_is(packs: Packs) -> None:
    content, book = packs.content, packs.written
    custom = {each.name: each.value for each in book.custom_doc_props}
    assert custom["Filters"] == content.filters
    assert custom["Scope"] == content.scope
    assert custom["Permissions"] == content.role
    assert custom["As of"] == content.context.as_of.isoformat()
    assert content.filters in str(book.properties.subject)
    assert content.period_words in str(book.properties.subject)
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.freeze_panes is not None
        assert "$5" in str(sheet.print_title_rows)


def test_lineage_leads_to_files_sheets_and_rows(whole: Packs) -> None:
    rows = whole.rows("Lineage")
    costs = [row for row in rows if row["Sheet"] == "Costs"]
    assert len(costs) >= sum(len(ini.costs) for ini in whole.content.initiatives)
    with_file = [row for row in costs if row["File"]]
    assert len(with_file) > 0.8 * len(costs)  # the others are charges of invoices, mapped by tag: their page shows them
    assert all(row["Rows in the file"] for row in with_file)
    covered = {
        number for row in rows if row["Sheet"] == "Postings" for number in range(row["First row"], row["Last row"] + 1)
    }
    assert covered == set(range(6, 6 + len(whole.rows("Postings"))))
    assert all(str(row["Page that shows the rows"]).startswith("/lineage/") for row in costs)

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from dash import html

from dashboard.components.cards import Crumb, kpi_tile, page_head, pill
from dashboard.components.evidence import GRADE_WORDS, check_mark, evidence_badge, variance_text
from dashboard.components.extracts import describe_extract, extract_steps
from dashboard.components.figure_card import figure_card
from dashboard.components.grids import grid
from dashboard.components.marks import interval_bar, interval_svg, sparkline, sparkline_svg
from dashboard.components.shell import has_heading, navigation_groups, page_frame
from dashboard.components.source_rows import format_value, place_text
from dashboard.components.states import empty_state, notice
from dashboard.components.tables import Column, TableData, data_table
from dashboard.figures.theme import make_figure
from dashboard.format import format_variance
from dashboard.ids import address, filtered, initiative_path, lineage_line_path, lineage_path
from dashboard.pages import PAGES
from models.domain.effect import CheckStatus, EvidenceGrade
from models.domain.people import Person, Role


def props(component: Any) -> dict[str, Any]:
    found: dict[str, Any] = component.to_plotly_json()["props"]
    return found


@pytest.mark.parametrize("grade", list(EvidenceGrade))
def test_weak_evidence_is_hatched(grade: EvidenceGrade) -> None:
    badge = props(evidence_badge(grade))
    assert badge["children"] == grade.label
    assert ("hatched" in badge["className"]) is (grade <= EvidenceGrade.E1)
    assert GRADE_WORDS[grade] in badge["title"]


def test_no_grade_is_not_a_grade() -> None:
    assert props(evidence_badge(None))["children"] == "n/a"
    assert [props(check_mark(status))["children"] for status in CheckStatus] == ["pass", "review", "fail"]


def test_a_variance_has_its_words_and_its_colour() -> None:
    shown = props(variance_text(format_variance(-5_000)))
    assert (shown["children"], shown["className"]) == ("▼ −5.0k A", "variance adverse")


def test_an_interval_lies_on_the_common_scale() -> None:
    layers = interval_svg(2.0, 5.0, 8.0, minimum=0.0, maximum=10.0, mark=10.0)
    assert 'x="41.2"' in layers["band"]
    assert 'width="117.60"' in layers["band"]
    assert 'x="98.75"' in layers["tick"]
    assert 'x="197.25"' in layers["mark"]
    assert "mark" not in interval_svg(2.0, 5.0, 8.0, minimum=0.0, maximum=10.0, mark=None)
    beyond = interval_svg(-50.0, 5.0, 50.0, minimum=0.0, maximum=10.0, mark=None)
    assert 'x="2.0"' in beyond["band"]


def test_marks_say_in_words_what_they_draw() -> None:
    bar = props(interval_bar(1, 2, 3, minimum=0, maximum=4, label="2 (1 to 3)"))
    line = props(sparkline([1, 2, 3], label="rising"))
    assert bar["role"] == line["role"] == "img"
    assert (bar["aria-label"], line["aria-label"]) == ("2 (1 to 3)", "rising")
    assert "<svg" in unquote(line["style"]["maskImage"])


def test_a_gap_in_a_sparkline_stays_a_gap() -> None:
    assert sparkline_svg([1.0, 2.0, None, 3.0, float("nan"), 4.0]).count("<polyline") == 3
    assert sparkline_svg([None, None]) == ""
    assert "12.0" in sparkline_svg([5.0]) or "20.0" in sparkline_svg([5.0])


def test_tables_have_headings_for_columns_and_rows() -> None:
    data = TableData("What it holds", [Column("Line"), Column("EUR k", is_numeric=True)], [("a", "1"), ("b", None)])
    scroller = props(data_table(data))
    assert (scroller["role"], scroller["tabIndex"], scroller["aria-label"]) == ("region", 0, "What it holds")
    caption, head, body = props(scroller["children"])["children"]
    assert props(caption)["children"] == "What it holds"
    assert [props(cell)["scope"] for cell in props(props(head)["children"])["children"]] == ["col", "col"]
    last = props(props(body)["children"][1])["children"]
    assert props(last[0])["scope"] == "row"
    assert props(last[1])["children"] == "n/a"


def test_a_figure_card_carries_title_footer_filters_and_raw_data() -> None:
    table = TableData("Data", [Column("Step"), Column("EUR", is_numeric=True)], [("a", "1k")], raw=[("a", 1234.5)])
    card = props(
        figure_card(
            make_figure([]), name="n", title="Message", subtitle="What", footer="Source", table=table, filters="all"
        )
    )
    assert card["data-footer"] == "Source · all"
    assert card["data-table"] == '{"columns":["Step","EUR"],"rows":[["a",1234.5]]}'
    assert card["aria-labelledby"] == "title-n"


def test_a_page_always_has_one_heading() -> None:
    assert has_heading(page_head("Message", crumbs=[Crumb("Up", "/")], marks=[pill("x")]))
    assert not has_heading(empty_state("Nothing", "yet"))
    framed = props(page_frame(empty_state("Nothing", "yet"), title="Portfolio", strip=None))
    assert isinstance(framed["children"][0], html.H1)
    assert props(framed["children"][0])["children"] == "Portfolio"
    assert not isinstance(props(page_frame(page_head("M"), title="T", strip=None))["children"][0], html.H1)


def test_the_navigation_is_grouped_in_order() -> None:
    groups = navigation_groups(PAGES, Person("c", "C", Role.CONTROLLER))
    assert [heading for heading, _ in groups] == ["Value", "Books", "Data", "Governance"]
    assert groups[0][1][0].navigation == "Portfolio"
    owner = [
        page.path for _, pages in navigation_groups(PAGES, Person("o", "O", Role.INITIATIVE_OWNER)) for page in pages
    ]
    assert "/ledger" not in owner
    assert "/uploads" not in owner


def test_a_tile_links_to_the_rows_behind_it() -> None:
    label, value, note = props(
        kpi_tile("Realised", "EUR 1.2m", exact="EUR 1,234,567.00", notes=["x"], href="/lineage")
    )["children"]
    assert props(label)["children"] == "Realised"
    assert props(value)["href"] == "/lineage"
    assert props(props(value)["children"])["title"] == "EUR 1,234,567.00"
    assert props(note)["children"] == "x"


def test_a_grid_is_a_named_region() -> None:
    shown = props(grid("x", [{"field": "a", "flex": 1}], [{"a": 1}], label="Things", page_size=5))
    table = props(shown["children"])
    assert shown["aria-label"] == "Things"
    assert table["id"] == "grid-x"
    assert table["dashGridOptions"]["paginationPageSize"] == 5
    assert table.get("columnSize") is None
    assert "enableEnterpriseModules" not in table


def test_errors_are_announced_and_notes_are_polite() -> None:
    assert props(notice("x", tone="error"))["role"] == "alert"
    assert props(notice("x"))["role"] == "status"


def test_addresses_keep_filters_and_the_date_of_knowledge() -> None:
    from datetime import date

    assert address("/x", known_on=date(2026, 10, 5), period="") == "/x?as_known_on=2026-10-05"
    assert initiative_path("A/B ?") == "/initiatives/A%2FB%20%3F"
    assert lineage_path("realised", initiative="AI-1") == "/lineage?figure=realised&initiative=AI-1"
    assert lineage_line_path("L", "FY26-P03") == "/lineage/line/L?period=FY26-P03"
    assert filtered("/audit", {"from": "2026-10-05", "to": None}) == "/audit?from=2026-10-05"


def test_values_stand_as_in_the_file() -> None:
    from decimal import Decimal

    assert [format_value(value) for value in (None, True, Decimal("10.50"), "0012", 7)] == [
        "",
        "yes",
        "10.50",
        "0012",
        "7",
    ]
    assert [place_text(name, sheet, 27) for name, sheet in (("a.xlsx", "Data"), ("a.csv", ""), ("a.Parquet", ""))] == [
        "Data!27",
        "line 27",
        "row 27",
    ]


def test_the_message_of_an_extract_follows_its_state() -> None:
    from datetime import UTC, datetime

    from models.domain.extract import ExtractKind, ExtractState, PartCounts
    from models.queries.extracts import ExtractPart, ExtractSummary

    def summary(state: ExtractState, *, errors: int = 0, is_provisional: bool = False, new: int = 2) -> ExtractSummary:
        at = datetime(2026, 10, 5, tzinfo=UTC)
        part = ExtractPart(1, ExtractKind.KPIS, "", PartCounts(2, new, 0, 2 - new, 0))
        return ExtractSummary(
            1,
            "kpis.csv",
            "0" * 64,
            10,
            "kpis",
            "csv",
            state,
            is_provisional,
            "ana",
            "Ana",
            at,
            at,
            "cora",
            "Cora",
            at,
            None,
            1,
            at,
            (part,),
            errors,
            0,
        )

    assert (
        describe_extract(summary(ExtractState.CHECKED, errors=1))
        == "1 error keeps this file from posting; nothing was changed"
    )
    assert describe_extract(summary(ExtractState.REFUSED)) == "Refused by Cora: nothing was posted"
    assert describe_extract(summary(ExtractState.POSTED, new=0)) == "Posted: all 2 rows said what was known already"
    assert describe_extract(summary(ExtractState.RECEIVED)) == "Received; not checked yet"
    now = [
        props(item).get("className")
        for item in props(extract_steps(summary(ExtractState.AWAITING_APPROVAL)))["children"]
    ]
    assert now == ["is-done", "is-done", "is-now", None]
    open_step = [
        props(item).get("className")
        for item in props(extract_steps(summary(ExtractState.POSTED, is_provisional=True)))["children"]
    ]
    assert open_step == ["is-done", "is-done", "is-now", "is-done"]

"""Every number on every slide is in the workbook of the same scope; one that is not is found, wherever it hides."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from pptx import Presentation
from pptx.oxml.ns import qn

from dashboard.packs.agree import Mismatch, find_mismatches, read_slide
from tests.packs.making import Packs

Spoil = Callable[[Any], int]


def compare(packs: Packs, board: bytes) -> list[Mismatch]:
    return find_mismatches(io.BytesIO(board), io.BytesIO(packs.recalculated))


def test_no_number_on_a_slide_is_missing_in_the_workbook(packs: Packs) -> None:
    assert [mismatch.sentence for mismatch in compare(packs, packs.board)] == []


def test_the_slides_do_say_numbers(whole: Packs) -> None:
    slides = list(Presentation(io.BytesIO(whole.board)).slides)
    assert len(slides) >= len(whole.content.initiatives) + 8
    texts = [read_slide(slide, i) for i, slide in enumerate(slides, start=1)]
    tokens = sum(character.isdigit() for found in texts for _, text in found.pieces for character in text)
    values = sum(len(found.chart_values) for found in texts)
    assert tokens > 5_000
    assert values > 2_000


def spoil_title(slides: Any) -> int:
    run = slides[0].shapes.title.text_frame.paragraphs[0].runs[0]
    run.text = run.text.replace("EUR ", "EUR 7", 1)
    return 1


def spoil_cell(slides: Any) -> int:
    table = next(shape.table for shape in slides[0].shapes if shape.has_table)
    table.cell(2, 1).text = "987.6m (4.8m to 5.8m)"
    return 1


def spoil_chart_cache(slides: Any) -> int:
    chart = next(shape.chart for shape in slides[0].shapes if shape.has_chart)
    value = next(node for cache in chart._chartSpace.iter(qn("c:numCache")) for node in cache.iter(qn("c:v")))
    value.text = "123456.78"
    return 1


def spoil_chart_sign(slides: Any) -> int:
    for number, slide in enumerate(slides, start=1):
        for shape in slide.shapes:
            if shape.has_chart and "Base" not in [series.name for series in shape.chart.plots[0].series]:
                cache = next(shape.chart._chartSpace.iter(qn("c:numCache")))
                value = next(node for node in cache.iter(qn("c:v")))
                value.text = f"-{value.text}"
                return number
    raise AssertionError("there is no chart of bars")


def spoil_chart_sheet(slides: Any) -> int:
    part = next(shape.chart for shape in slides[0].shapes if shape.has_chart).part.chart_workbook.xlsx_part
    book = openpyxl.load_workbook(io.BytesIO(part.blob))
    book.worksheets[0]["B2"] = 123456.78
    target = io.BytesIO()
    book.save(target)
    part._blob = target.getvalue()
    return 1


def spoil_chart_label(slides: Any) -> int:
    chart = next(shape.chart for shape in slides[0].shapes if shape.has_chart)
    label = next(node for node in chart._chartSpace.iter(qn("a:t")) if node.text)
    label.text = "987.6"
    return 1


def spoil_sign(slides: Any) -> int:
    chart = next(shape.chart for shape in slides[0].shapes if shape.has_chart)
    label = next(node for node in chart._chartSpace.iter(qn("a:t")) if "−" in str(node.text))
    label.text = str(label.text).replace("−", "+")
    return 1


def spoil_footer_date(slides: Any) -> int:
    footer = next(shape for shape in slides[2].shapes if shape.name == "footer")
    run = footer.text_frame.paragraphs[0].runs[0]
    run.text = run.text.replace("as of 3", "as of 2")
    return 3


def spoil_period(slides: Any) -> int:
    subtitle = next(shape for shape in slides[0].shapes if shape.name == "subtitle")
    run = subtitle.text_frame.paragraphs[0].runs[0]
    run.text = f"{run.text}, FY19-P03"
    return 1


def spoil_slide_number(slides: Any) -> int:
    shape = next(shape for shape in slides[1].shapes if shape.name == "slide number")
    next(shape.text_frame._txBody.iter(qn("a:t"))).text = "4711"
    return 2


def spoil_notes(slides: Any) -> int:
    slides[1].notes_slide.notes_text_frame.text = "We saved EUR 123.4m."
    return 2


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_title,
        spoil_cell,
        spoil_chart_cache,
        spoil_chart_sign,
        spoil_chart_sheet,
        spoil_chart_label,
        spoil_sign,
        spoil_footer_date,
        spoil_period,
        spoil_slide_number,
        spoil_notes,
    ],
)
def test_a_wrong_number_is_found_wherever_it_hides(whole: Packs, spoil: Spoil) -> None:
    deck = Presentation(io.BytesIO(whole.board))
    slide = spoil(list(deck.slides))
    target = io.BytesIO()
    deck.save(target)
    found = compare(whole, target.getvalue())
    assert found, spoil.__name__
    assert {mismatch.slide for mismatch in found} == {slide}


def test_a_number_of_another_slide_does_not_count(whole: Packs) -> None:
    deck = Presentation(io.BytesIO(whole.board))
    slides = list(deck.slides)
    last = whole.content.initiatives[-1].figures.invested
    run = slides[0].shapes.title.text_frame.paragraphs[0].runs[0]
    run.text = f"{run.text} {last.major:,}"
    target = io.BytesIO()
    deck.save(target)
    assert [mismatch.slide for mismatch in compare(whole, target.getvalue())] == [1]

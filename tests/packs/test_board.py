"""The board pack is native, marked as IBCS asks, and says the sentences of the pages."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from pptx import Presentation
from pptx.enum.dml import MSO_FILL
from pptx.util import Emu

from dashboard.components.bridge_words import benefit_title, cost_title
from dashboard.components.initiative_words import initiative_title
from dashboard.components.portfolio_words import initiatives_title, portfolio_sentence, ranking_title
from dashboard.packs.marks import INK, PAPER, PRIOR
from models.queries.bridges import sum_initiatives
from tests.packs.making import Packs


def slides_of(packs: Packs) -> list[Any]:
    return list(Presentation(io.BytesIO(packs.board)).slides)


def titles_of(packs: Packs) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in slides_of(packs)]


def test_titles_are_the_sentences_of_the_pages(whole: Packs) -> None:
    content, titles = whole.content, titles_of(whole)
    figures = content.summary.figures
    assert titles[0] == portfolio_sentence(figures, content.context)
    bridge = sum_initiatives(content.initiatives, figures)
    assert bridge is not None
    assert benefit_title(bridge.benefit, content.currency) in titles
    assert cost_title(bridge.cost, content.currency) in titles
    assert ranking_title(content.initiatives, figures.tied_out) in titles
    assert initiatives_title(content.initiatives) in titles
    assert {initiative_title(ini, content.context) for ini in content.initiatives} <= set(titles)


def test_charts_are_native_and_carry_their_data(whole: Packs) -> None:
    with zipfile.ZipFile(io.BytesIO(whole.board)) as packed:
        names = packed.namelist()
    assert not [name for name in names if name.startswith("ppt/media/")]
    charts = [shape.chart for slide in slides_of(whole) for shape in slide.shapes if shape.has_chart]
    assert len(charts) > len(whole.content.initiatives)
    assert len([name for name in names if name.startswith("ppt/embeddings/")]) == len(charts)


def test_scenarios_show_by_fill(whole: Packs) -> None:
    fills: dict[str, set[Any]] = {}
    for slide in slides_of(whole):
        for shape in slide.shapes:
            if shape.has_chart and shape.chart.plots[0].__class__.__name__ == "BarPlot":
                for series in shape.chart.plots[0].series:
                    fill = series.format.fill
                    colour = fill.fore_color.rgb if fill.type == MSO_FILL.SOLID else fill.type
                    fills.setdefault(series.name, set()).add(colour)
    assert fills["Realised cashable (AC)"] == {INK}
    assert fills["Approved case (PL)"] == {PAPER}
    assert fills["Forecast (FC)"] == {MSO_FILL.PATTERNED}
    assert fills["Base"] == {MSO_FILL.BACKGROUND}
    assert fills["Prior"] == {PRIOR}


def test_every_slide_says_when_for_whom_and_in_what_state(packs: Packs) -> None:
    content = packs.content
    for number, slide in enumerate(slides_of(packs), start=1):
        footer = next(shape.text_frame.text for shape in slide.shapes if shape.name == "footer")
        for words in (
            content.context.as_of_period,
            content.period_words,
            "as known on",
            content.currency,
            "rates",
            "grade",
            f"filters: {content.filters}",
            f"scope: {content.scope}",
        ):
            assert words in footer, (number, words)
        page = next(shape.text_frame for shape in slide.shapes if shape.name == "slide number")
        assert page.text == str(number)


def test_nothing_stands_outside_a_slide_and_no_parts_overlap(packs: Packs) -> None:
    deck = Presentation(io.BytesIO(packs.board))
    for number, slide in enumerate(deck.slides, start=1):
        boxes = []
        for shape in slide.shapes:
            left, top = Emu(shape.left), Emu(shape.top)
            right, bottom = left + shape.width, top + shape.height
            assert left >= 0
            assert top >= 0
            assert right <= deck.slide_width, (number, shape.name)
            assert bottom <= deck.slide_height, (number, shape.name)
            if shape.has_chart or shape.has_table:
                boxes.append((left, top, right, bottom))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], number


def test_a_single_initiative_has_its_slide_and_bridges_alone(single: Packs) -> None:
    titles = titles_of(single)
    assert titles[0] == initiative_title(single.content.initiatives[0], single.content.context)
    assert len(titles) < 10

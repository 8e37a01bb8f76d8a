"""The board pack: native slides, each a message over charts that carry their data."""

from __future__ import annotations

from typing import IO, Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.format import format_percent
from dashboard.packs.charts import draw_bars_part, draw_bridge_part, draw_lines_part
from dashboard.packs.clean import clean_text
from dashboard.packs.content import PackContent
from dashboard.packs.marks import ADVERSE, FAVOURABLE, FONT, HAIRLINE, INK, MUTED, add_child
from dashboard.packs.parts import BarsPart, Box, BridgePart, LinesPart, NotesPart, Part, Slide, TablePart
from dashboard.packs.slides import plan_slides
from dashboard.packs.workbook import pack_footer
from dashboard.packs.workbook_sheets import build_sheets

WIDTH, HEIGHT = 13.333, 7.5
_TITLE_ONLY = 5
#: Up to so many letters a title has this size; a message is never cut.
_TITLE_SIZES = ((150, 24), (210, 20), (260, 17), (340, 14))
_LONGEST_PROPERTY = 255
_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


def write_board(content: PackContent, target: IO[bytes]) -> None:
    """Write the board pack to a file that is open for writing."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for number, planned in enumerate(plan_slides(content, build_sheets(content)), start=1):
        _draw_slide(deck, planned, number, content)
    _describe(deck, content)
    deck.save(target)


def _draw_slide(deck: Any, planned: Slide, number: int, content: PackContent) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    _write_title(slide, planned.title)
    _write_text(slide, Box(0.5, 1.36, 12.3, 0.32), planned.subtitle, size=12, colour=MUTED, name="subtitle")
    for part in planned.parts:
        _draw_part(slide, part)
    level = format_percent(content.context.level)
    footer = " · ".join(
        text
        for text in (
            f"Source: {planned.source}" if planned.source else "",
            f"grade: {planned.grade}",
            f"intervals at {level}",
            pack_footer(content),
        )
        if text
    )
    _write_text(slide, Box(0.5, 6.82, 11.6, 0.5), footer, size=8.5, colour=MUTED, name="footer")
    _write_number(slide, number)


def _draw_part(slide: Any, part: Part) -> None:
    if isinstance(part, BridgePart):
        draw_bridge_part(slide, part)
    elif isinstance(part, BarsPart):
        draw_bars_part(slide, part)
    elif isinstance(part, LinesPart):
        draw_lines_part(slide, part)
    elif isinstance(part, TablePart):
        _draw_table(slide, part)
    else:
        _draw_notes(slide, part)


def _write_title(slide: Any, title: str) -> None:
    holder = slide.shapes.title
    holder.left, holder.top, holder.width, holder.height = Inches(0.5), Inches(0.3), Inches(12.3), Inches(1.05)
    frame = holder.text_frame
    frame.text, frame.word_wrap, frame.vertical_anchor = clean_text(title), True, MSO_ANCHOR.BOTTOM
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    size = next((size for longest, size in _TITLE_SIZES if len(title) <= longest), 12)
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    font = paragraph.runs[0].font
    font.size, font.name, font.bold, font.color.rgb = Pt(size), FONT, True, INK


def _write_text(
    slide: Any, box: Box, text: str, *, size: float, colour: Any, name: str = "", is_bold: bool = False
) -> Any:
    shape = slide.shapes.add_textbox(Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height))
    if name:
        shape.name = name
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    run = frame.paragraphs[0].add_run()
    run.text = clean_text(text)
    run.font.size, run.font.name, run.font.bold, run.font.color.rgb = Pt(size), FONT, is_bold, colour
    return frame


def _write_number(slide: Any, number: int) -> None:
    """Write the number of the slide as a field, which follows when slides are moved."""
    frame = _write_text(slide, Box(12.2, 6.82, 0.63, 0.3), "", size=8.5, colour=MUTED, name="slide number")
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT
    element = paragraph._p  # noqa: SLF001  # python-pptx has no name for fields
    for run in list(element):
        element.remove(run)
    field = add_child(element, "a:fld", id="{6A1E9A2C-7D3B-4F0E-9C55-0B1B6B7C4D21}", type="slidenum")
    add_child(field, "a:rPr", lang="en-GB", sz="850")
    add_child(field, "a:t").text = str(number)


def _draw_notes(slide: Any, part: NotesPart) -> None:
    frame = _write_text(slide, part.box, part.heading, size=part.size_pt + 1, colour=INK, is_bold=True)
    for line in part.lines:
        paragraph = frame.add_paragraph()
        paragraph.space_before = Pt(4)
        run = paragraph.add_run()
        run.text = clean_text(line)
        run.font.size, run.font.name, run.font.color.rgb = Pt(part.size_pt), FONT, INK


def _draw_table(slide: Any, part: TablePart) -> None:
    rows, box = [part.heads, *part.rows], part.box
    row_height = min(0.34, box.height / max(len(rows), 1))
    where = (Inches(box.left), Inches(box.top), Inches(sum(part.widths)), Inches(row_height * len(rows)))
    table = slide.shapes.add_table(len(rows), len(part.heads), *where).table
    style = table._tbl.tblPr  # noqa: SLF001  # the style of a table has no name in python-pptx
    style.find(qn("a:tableStyleId")).text = _PLAIN_TABLE
    table.first_row, table.horz_banding = True, False
    for i, width in enumerate(part.widths):
        table.columns[i].width = Inches(width)
    for row_no, row in enumerate(rows):
        table.rows[row_no].height = Inches(row_height)
        for i, text in enumerate(row):
            _write_cell(table.cell(row_no, i), text, part, i, is_head=row_no == 0)


def _write_cell(cell: Any, text: str, part: TablePart, column: int, *, is_head: bool) -> None:
    cell.margin_left = cell.margin_right = Inches(0.05)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if is_head else MSO_ANCHOR.MIDDLE
    frame = cell.text_frame
    frame.word_wrap = True
    paragraph = frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT if column in part.word_columns else PP_ALIGN.RIGHT
    run = paragraph.add_run()
    run.text = clean_text(text)
    is_variance = text.startswith(("▲", "▼"))
    colour = FAVOURABLE if text.startswith("▲") else ADVERSE if is_variance else MUTED if is_head else INK
    run.font.size, run.font.name, run.font.bold = Pt(part.size_pt), FONT, is_head
    run.font.color.rgb = colour
    _rule_below(cell)


def _rule_below(cell: Any) -> None:
    """Draw a hairline below a cell."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001  # borders have no name in python-pptx
    line = add_child(properties, "a:lnB", w="6350")
    add_child(add_child(line, "a:solidFill"), "a:srgbClr", val=str(HAIRLINE))


def _describe(deck: Any, content: PackContent) -> None:
    """Put what the file is into its properties."""
    properties = deck.core_properties
    title, subject, name = (
        clean_text(text)[:_LONGEST_PROPERTY] for text in (content.title, pack_footer(content), content.person_name)
    )
    properties.title, properties.subject = title, subject
    properties.author, properties.category = name, "Tieout board pack"
    properties.comments = f"Permissions: {content.role}. Policy version {content.context.policy_version}."
    properties.keywords = ""
    properties.last_modified_by = name
    properties.created = properties.modified = content.made_at.replace(tzinfo=None)

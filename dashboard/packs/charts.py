"""Native charts with their data: bridges as stacked bars, columns, bars and lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from dashboard.figures.bridge import bridge_spans
from dashboard.figures.waterfall import Step
from dashboard.packs.chart_data import InertChartData
from dashboard.packs.clean import clean_text
from dashboard.packs.marks import (
    ADVERSE,
    FAVOURABLE,
    FONT,
    HAIRLINE,
    INK,
    MUTED,
    PAPER,
    add_child,
    draw_line,
    paint,
    scenario_of,
)
from dashboard.packs.parts import BarsPart, Box, BridgePart, LinesPart

#: Room beside the longest bar for its amount, as a part of what is drawn.
_ROOM = 0.24

#: Decimals kept of a level: the most that a currency has.
_DIGITS = 4

#: What is read aloud in place of a chart.
_SPOKEN = "A chart that carries its data; its message is the title of the slide."


def draw_bridge_part(slide: Any, part: BridgePart) -> None:
    """Draw a bridge: an invisible base, one series for each fill, and a series that carries the amounts."""
    spans = bridge_spans(part.steps)
    data = InertChartData(number_format="#,##0.00")
    data.categories = [clean_text(step.label) for step in part.steps]
    base, pieces = _stack(part.steps, spans)
    data.add_series("Base", base)
    for name, values in pieces.items():
        data.add_series(name.capitalize(), values)
    data.add_series("Amount", [abs(step.amount) for step in part.steps])
    chart = _add(slide, XL_CHART_TYPE.BAR_STACKED, part.box, data)
    chart.has_legend = False
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 55, 100
    series = list(plot.series)
    paint(series[0], "none")
    for one, name in zip(series[1:-1], pieces, strict=True):
        paint(one, name.split(" ", maxsplit=1)[0])
    paint(series[-1], "none")
    _label_steps(series[-1], part.steps)
    low = min(0.0, *(min(span) for span in spans))
    high = max(0.0, *(max(span) for span in spans))
    _style_axes(chart, low - (high - low) * 0.02, high + (high - low) * _ROOM, is_horizontal=True)


def _stack(
    steps: Sequence[Step], spans: Sequence[tuple[float, float]]
) -> tuple[list[float | None], dict[str, list[float | None]]]:
    """Return the invisible base of each bar (none on zero), and its pieces by scenario; a bar across zero has two."""
    base: list[float | None] = []
    pieces: dict[str, list[float | None]] = {}
    for i, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        scenario, low, high = scenario_of(dict(step.fill)), min(start, end), max(start, end)
        crosses = low < 0 < high
        base.append(0.0 if crosses else low if low >= 0 else high)
        parts = ((scenario, high), (f"{scenario} below zero", low)) if crosses else ((scenario, high - low),)
        if high <= 0 and not crosses:
            parts = ((scenario, low - high),)
        for name, value in parts:
            pieces.setdefault(name, [None] * len(steps))[i] = round(value, _DIGITS)
    return [round(value, _DIGITS) if value else None for value in base], pieces


def _label_steps(series: Any, steps: Sequence[Step]) -> None:
    """Write each amount beside its bar, in the words of the page."""
    for i, step in enumerate(steps):
        label = series.points[i].data_label
        frame = label.text_frame
        frame.text = step.text
        label.position = XL_LABEL_POSITION.INSIDE_BASE
        run = frame.paragraphs[0].runs[0]
        run.font.size, run.font.name, run.font.bold = Pt(11), FONT, step.kind == "total"
        scenario = scenario_of(dict(step.fill))
        run.font.color.rgb = {"favourable": FAVOURABLE, "adverse": ADVERSE}.get(scenario, INK)


def draw_bars_part(slide: Any, part: BarsPart) -> None:
    """Draw columns or bars with their amounts as native labels."""
    data = InertChartData(number_format=part.number_format)
    data.categories = [clean_text(label) for label in part.categories]
    for one in part.series:
        data.add_series(one.name, [None if part.is_stacked and not value else value for value in one.values])
    chart = _add(slide, _kind(part), part.box, data)
    plot = chart.plots[0]
    plot.gap_width = 45 if len(part.series) == 1 or part.is_stacked else 60
    plot.overlap = 100 if part.is_stacked else 0
    for one, drawn in zip(part.series, plot.series, strict=True):
        paint(drawn, one.scenario)
        for i, scenario in enumerate(one.points):
            paint(drawn.points[i], scenario)
        _label_values(drawn, part, one.scenario)
    _legend(chart, has_legend=len(part.series) > 1)
    numbers = [value for one in part.series for value in one.values if value is not None]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    low, high = min(low, part.lowest or 0.0), max(high, part.highest or 0.0)
    room = (high - low) * 0.12 or 1.0
    _style_axes(chart, low - (room if low < 0 else 0), high + room, is_horizontal=part.is_horizontal)


def _kind(part: BarsPart) -> Any:
    if part.is_horizontal:
        return XL_CHART_TYPE.BAR_CLUSTERED
    return XL_CHART_TYPE.COLUMN_STACKED if part.is_stacked else XL_CHART_TYPE.COLUMN_CLUSTERED


def _label_values(series: Any, part: BarsPart, scenario: str) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = part.number_format, False
    labels.font.size, labels.font.name = Pt(9 if len(part.categories) * len(part.series) > 16 else 10), FONT
    labels.font.color.rgb = INK
    if not part.is_stacked:
        labels.position = XL_LABEL_POSITION.OUTSIDE_END
        return
    labels.position = XL_LABEL_POSITION.INSIDE_END if scenario == "actual" else XL_LABEL_POSITION.CENTER
    if scenario == "actual":
        labels.font.color.rgb = PAPER
    else:
        _paper_behind(labels)


def _paper_behind(labels: Any) -> None:
    """Put paper behind labels that stand on a hatch."""
    element = labels._element  # noqa: SLF001  # python-pptx has no name for the box of a label
    shape = add_child(element, "c:spPr")
    add_child(add_child(shape, "a:solidFill"), "a:srgbClr", val=str(PAPER))
    element.find(qn("c:numFmt")).addnext(shape)


def draw_lines_part(slide: Any, part: LinesPart) -> None:
    """Draw lines over fiscal periods, a legend above them and the unit on the axis."""
    data = InertChartData(number_format="#,##0.00")
    data.categories = [clean_text(label) for label in part.categories]
    for one in part.series:
        data.add_series(one.name, list(one.values))
    chart = _add(slide, XL_CHART_TYPE.LINE, part.box, data)
    for one, drawn in zip(part.series, chart.plots[0].series, strict=True):
        draw_line(drawn, one.scenario)
    _legend(chart, has_legend=True)
    _style_axes(chart, None, None, is_horizontal=False)
    values = chart.value_axis
    values.visible, values.has_major_gridlines = True, True
    values.major_gridlines.format.line.color.rgb = HAIRLINE
    values.format.line.fill.background()
    values.tick_labels.font.size, values.tick_labels.font.name = Pt(10), FONT
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = part.number_format, False
    _thin_labels(chart, len(part.categories))


def _thin_labels(chart: Any, count: int) -> None:
    """Write every so many labels, so that they do not run into each other."""
    axis = chart.category_axis._element  # noqa: SLF001  # python-pptx has no name for it
    skip = max(1, -(-count // 7))
    for tag in ("c:tickLblSkip", "c:tickMarkSkip"):
        axis.find(qn("c:noMultiLvlLbl")).addprevious(add_child(axis, tag, val=str(skip)))


def _add(slide: Any, kind: Any, box: Box, data: InertChartData) -> Any:
    where = (Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height))
    frame = slide.shapes.add_chart(kind, *where, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", _SPOKEN)  # noqa: SLF001  # alternative text has no name
    chart = frame.chart
    chart.font.size, chart.font.name = Pt(11), FONT
    chart.has_title = False
    return chart


def _legend(chart: Any, *, has_legend: bool) -> None:
    chart.has_legend = has_legend
    if has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
        chart.legend.font.size, chart.legend.font.name = Pt(10), FONT


def _style_axes(chart: Any, low: float | None, high: float | None, *, is_horizontal: bool) -> None:
    categories, values = chart.category_axis, chart.value_axis
    categories.reverse_order = is_horizontal
    categories.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    categories.major_tick_mark = XL_TICK_MARK.NONE
    categories.format.line.color.rgb = MUTED
    categories.tick_labels.font.size, categories.tick_labels.font.name = Pt(10.5 if is_horizontal else 9.5), FONT
    categories.has_major_gridlines = False
    values.visible, values.has_major_gridlines = False, False
    if low is not None and high is not None:
        values.minimum_scale, values.maximum_scale = low, high or 1.0

"""The notation of charts in slides (IBCS): scenario by fill, favourable and adverse the only two hues."""

from __future__ import annotations

from typing import Any

from pptx.dml.color import RGBColor
from pptx.dml.fill import FillFormat
from pptx.enum.dml import MSO_LINE, MSO_PATTERN
from pptx.oxml.ns import qn
from pptx.util import Pt

from dashboard.figures import theme

FONT = "Arial"
INK, MUTED, PAPER, HAIRLINE = (RGBColor.from_string(c.removeprefix("#")) for c in
                               (theme.INK, theme.MUTED, theme.PAPER, theme.GRID))  # fmt: skip
PRIOR = RGBColor.from_string(theme.PRIOR.removeprefix("#"))
FAVOURABLE = RGBColor.from_string(theme.FAVOURABLE.removeprefix("#"))
ADVERSE = RGBColor.from_string(theme.ADVERSE.removeprefix("#"))

_SOLID = {"actual": INK, "prior": PRIOR, "favourable": FAVOURABLE, "adverse": ADVERSE, "plan": PAPER}


def add_child(parent: Any, tag: str, **attributes: str) -> Any:
    """Append an element that python-pptx has no name for; return it."""
    made = parent.makeelement(qn(tag), attributes)
    parent.append(made)
    return made


def scenario_of(fill: object) -> str:
    """Return the scenario that a marker of the page's figures stands for."""
    marker: dict[str, Any] = fill if isinstance(fill, dict) else {}
    if "pattern" in marker:
        return "forecast"
    named = {theme.INK: "actual", theme.PAPER: "plan", theme.PRIOR: "prior", theme.FAVOURABLE: "favourable",
             theme.ADVERSE: "adverse"}  # fmt: skip
    return named.get(str(marker.get("color")), "actual")


def paint(series: Any, scenario: str) -> None:
    """Fill the bars of a series as its scenario asks: solid, outlined, hatched, or not at all."""
    fill: FillFormat = series.format.fill
    line = series.format.line
    if scenario == "none":
        fill.background()
        line.fill.background()
        return
    if scenario == "forecast":
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb, fill.back_color.rgb = INK, PAPER
    else:
        fill.solid()
        fill.fore_color.rgb = _SOLID[scenario]
    line.width = Pt(1)
    line.color.rgb = INK if scenario in {"plan", "forecast"} else _SOLID[scenario]
    if hasattr(series, "values"):
        forbid_inversion(series)


def forbid_inversion(series: Any) -> None:
    """Keep negative bars in the fill of their series: spreadsheets turn them white otherwise."""
    element = series._element  # noqa: SLF001  # python-pptx has no name for it
    for old in element.findall(qn("c:invertIfNegative")):
        element.remove(old)
    made = add_child(element, "c:invertIfNegative", val="0")
    properties = element.find(qn("c:spPr"))
    if properties is not None:
        properties.addnext(made)


def draw_line(series: Any, scenario: str) -> None:
    """Draw the line of a series as its scenario asks: ink, thin ink, dashed ink, grey."""
    line = series.format.line
    line.color.rgb = PRIOR if scenario == "prior" else INK
    line.width = Pt({"actual": 2.75, "forecast": 2.25, "plan": 1.25, "prior": 1.75}[scenario])
    if scenario == "forecast":
        line.dash_style = MSO_LINE.DASH
    series.smooth = False
    series.marker.style = None
    _without_marker(series)


def _without_marker(series: Any) -> None:
    marker = series._element.get_or_add_marker()  # noqa: SLF001  # python-pptx has no name for "no marker at all"
    for child in list(marker):
        marker.remove(child)
    add_child(marker, "c:symbol", val="none")

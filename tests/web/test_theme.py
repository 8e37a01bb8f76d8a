from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.figures import theme
from dashboard.figures.waterfall import Step, waterfall_with_base

CSS = Path(__file__).parents[2] / "dashboard" / "assets" / "tieout.css"
STEPS = (
    Step("Claimed", 10.0, "total", "10", theme.fill_hatched()),
    Step("not <measured>", -4.0, "change", "−4", theme.fill_variance(False), href="/lineage"),
    Step("gain", 1.0, "change", "+1", theme.fill_variance(True)),
    Step("Measured", 7.0, "total", "7", low=5.0, high=9.0),
)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["TEXT", "INK", "MUTED", "FAVOURABLE", "ADVERSE"])
def test_text_and_variances_contrast_above_five(name: str) -> None:
    colour = getattr(theme, name)
    assert contrast(colour, theme.PAPER) > 5
    assert contrast(theme.DARK[colour], theme.DARK[theme.PAPER]) > 5


def test_each_colour_has_one_meaning_and_a_dark_counterpart() -> None:
    names = [
        "PAPER",
        "TEXT",
        "INK",
        "MUTED",
        "AXIS",
        "GRID",
        "PRIOR",
        "COUNTERFACTUAL",
        "BAND_80",
        "BAND_95",
        "FAVOURABLE",
        "ADVERSE",
    ]
    colours = [getattr(theme, name) for name in names]
    assert len(set(colours)) == len(names) == len(theme.DARK)
    assert set(theme.DARK) == set(colours)
    assert (theme.INK, theme.FAVOURABLE, theme.ADVERSE, theme.PRIOR) == ("#2B3440", "#1B6CA8", "#B5470B", "#A6A6A6")


def test_recolouring_leaves_the_input_and_reaches_everything() -> None:
    figure = waterfall_with_base(STEPS)
    before = repr(figure)
    dark = theme.recolour(figure, "dark")
    assert repr(figure) == before
    assert theme.recolour(figure, "light") is figure
    assert not set(re.findall(r"#[0-9A-F]{6}", repr(dark))) & (set(theme.DARK) - set(theme.DARK.values()))


def test_the_waterfall_is_a_valid_figure_whose_bars_meet() -> None:
    figure = waterfall_with_base(STEPS)
    valid: Any = go.Figure(figure)
    bars = next(trace for trace in figure["data"] if trace["type"] == "bar")
    assert len(valid.data) == len(figure["data"])
    assert list(zip(bars["base"], bars["y"], strict=True)) == [(0.0, 10.0), (10.0, -4.0), (6.0, 1.0), (0.0, 7.0)]
    whisker = figure["data"][-1]["error_y"]
    assert (whisker["array"], whisker["arrayminus"]) == ([2.0], [2.0])
    assert bars["customdata"][1][1] == "/lineage"
    assert "<measured>" not in repr(figure)
    assert bars["marker"]["pattern"]["shape"] == ["/", "", "", ""]


def test_a_waterfall_below_zero_keeps_its_labels_inside() -> None:
    figure = waterfall_with_base(
        [Step("a", 1.0, "total", "1"), Step("b", -5.0, "change", "−5"), Step("c", -4.0, "total", "−4")]
    )
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < -4.0
    assert high > 1.0


def test_bands_and_labels_are_valid() -> None:
    traces = [
        *theme.band([1, 2], [0, 1], [2, 3], theme.BAND_95, "95 %"),
        {"type": "scatter", "x": [1, 2], "y": [1, 2], "line": theme.line_actual()},
    ]
    figure = theme.make_figure(traces, annotations=[theme.direct_label(2, 2, "Actual <b>", is_strong=True)])
    assert len(go.Figure(figure).data) == 3
    assert figure["layout"]["annotations"][0]["text"] == "<b>Actual &lt;b&gt;</b>"


def test_the_style_sheet_uses_the_same_two_hues() -> None:
    style = CSS.read_text()
    for colour in (theme.FAVOURABLE, theme.ADVERSE, theme.DARK[theme.FAVOURABLE], theme.DARK[theme.ADVERSE]):
        assert colour.lower() in style

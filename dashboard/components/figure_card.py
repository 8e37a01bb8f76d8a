"""A chart with its message, its table and its downloads."""

from __future__ import annotations

from typing import Any

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import Children
from dashboard.components.tables import TableData, data_table
from dashboard.figures.theme import Figure

CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
}


def figure_card(
    figure: Figure,
    *,
    name: str,
    title: str,
    subtitle: str,
    footer: str,
    table: TableData,
    filters: str = "",
    marks: Children = None,
    height: int | None = None,
) -> Component:
    """Return a card with a chart.

    Parameters
    ----------
    figure
        Plain dict from `theme.make_figure`, in light colours; the page guard recolours it.
    name
        Unique on the page; the id of the graph is `figure-<name>`, and the name of downloaded files.
    title
        The message, a sentence computed from the data.
    subtitle
        What, unit, period.
    footer
        Source, grade, as-of, currency, rate set.
    table
        The data of the chart. It opens with the key `t` while the card has focus, or by its button, and is the CSV.
    filters
        The filters in words, printed with the downloads.
    marks
        Badges beside the title.
    height
        Pixels; that of the figure if None.
    """
    tall = height or figure["layout"].get("height", 320)
    graph = dcc.Graph(
        id=f"figure-{name}",
        figure=figure,
        config=CONFIG,  # type: ignore[arg-type]  # a plain dict is taken
        style={"height": f"{tall}px"},
        responsive=True,
    )
    head = [
        html.Div(
            [html.H2(title, className="card-title", id=f"title-{name}"), html.P(subtitle, className="card-subtitle")]
        ),
        html.Div(marks, className="card-actions"),
    ]
    return html.Section(
        [
            html.Div(head, className="card-head"),
            html.Div(
                graph,
                role="img",
                className="chart",
                **attributes({"aria-label": f"Chart: {title}. Its data are in the table below."}),
            ),
            html.Details([html.Summary("Table"), data_table(table)], className="chart-table"),
            html.Div([html.P(footer, className="card-footer"), _downloads(name)], className="chart-foot"),
        ],
        className="card figure-card",
        **attributes(
            {
                "aria-labelledby": f"title-{name}",
                "data-figure": name,
                "data-footer": " · ".join(part for part in (footer, filters) if part),
                "data-subtitle": subtitle,
                "data-table": orjson.dumps(_raw_table(table)).decode(),
            }
        ),
    )


def _downloads(name: str) -> Component:
    buttons = [
        html.Button(
            kind.upper(),
            className="link-button",
            type="button",
            **attributes({"data-download": kind, "aria-label": f"Download {name} as {kind.upper()}"}),
        )
        for kind in ("png", "svg", "csv")
    ]
    return html.Div(buttons, className="downloads")


def _raw_table(table: TableData) -> dict[str, Any]:
    rows = (
        table.raw
        if table.raw is not None
        else [[cell if isinstance(cell, str) else None for cell in row] for row in table.rows]
    )
    return {"columns": [column.label for column in table.columns], "rows": [list(row) for row in rows]}

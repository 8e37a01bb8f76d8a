"""Amounts side by side: bars from zero with their words on the left and their amount at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.figures import theme
from dashboard.figures.bridge import LABEL_WIDTH, label_room, wrap_label
from dashboard.format import format_exact, format_money, format_percent
from models.domain.effect import EvidenceGrade
from models.domain.money import Money
from models.domain.valuation import Figures, IdleSpend, TieShare

ROW_HEIGHT = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its words, amount, the text at its end and the rows behind it."""

    label: str
    amount: float
    text: str
    fill: Mapping[str, Any] = field(default_factory=theme.fill_actual)
    hover: str = ""
    href: str = ""


def draw_bars(bars: Sequence[Bar], *, row_height: int = ROW_HEIGHT, label_width: int = LABEL_WIDTH) -> theme.Figure:
    """Return horizontal bars from zero, first on top, each labelled at its end."""
    rows = [str(i) for i in range(len(bars))]
    low, high = min([0.0, *(bar.amount for bar in bars)]), max([0.0, *(bar.amount for bar in bars)])
    room = (high - low) or 1.0
    return theme.make_figure(
        [
            {
                "type": "bar",
                "orientation": "h",
                "y": rows,
                "x": [bar.amount for bar in bars],
                "width": 0.58,
                "name": "amounts",
                "marker": theme.fill_per_point([bar.fill for bar in bars]),
                "customdata": [[theme.escape_text(bar.hover or f"{bar.label}: {bar.text}"), bar.href] for bar in bars],
                "hovertemplate": "%{customdata[0]}<extra></extra>",
            }
        ],
        height=row_height * max(len(bars), 1) + 20,
        margin={"l": 8, "r": label_room([bar.text for bar in bars]), "t": 6, "b": 6},
        annotations=[
            {
                "x": max(bar.amount, 0.0),
                "y": row,
                "xanchor": "left",
                "xshift": 7,
                "showarrow": False,
                "text": theme.escape_text(bar.text),
                "font": {"size": 12, "color": theme.TEXT},
            }
            for row, bar in zip(rows, bars, strict=True)
        ],
        xaxis=theme.axis(visible=False, range=[low - room * 0.02, high or room]),
        yaxis=theme.axis(
            type="category",
            autorange="reversed",
            tickmode="array",
            tickvals=rows,
            ticktext=[wrap_label(bar.label, label_width) for bar in bars],
            tickfont={"size": 12, "color": theme.TEXT},
            showline=False,
        ),
        shapes=[
            {
                "type": "line",
                "x0": 0,
                "x1": 0,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": theme.AXIS, "width": 1},
            }
        ],
    )


def grade_bars(figures: Figures, words: Mapping[EvidenceGrade, str], href: str, claimed_href: str) -> list[Bar]:
    """Return realised value by evidence grade, best first, and what is only asserted beside it at the end.

    Grades E0 and E1 are hatched. Percentages are of realised; asserted figures have none, because they are not in it.
    """
    total = figures.realised.point_minor
    bars = [
        Bar(
            f"{share.grade.label} {words[share.grade]}",
            float(share.realised.major),
            _share_text(share.realised, total),
            theme.fill_hatched() if share.grade <= EvidenceGrade.E1 else theme.fill_actual(),
            hover=f"{share.grade.label}: {format_exact(share.realised, share.realised.currency)} realised",
            href=href,
        )
        for share in sorted(figures.by_grade, key=lambda share: -share.grade)
        if share.grade is not EvidenceGrade.E0
    ]
    claimed = figures.claimed
    asserted = Bar(
        "E0 asserted, beside the total",
        float(claimed.major),
        f"{format_money(claimed)} · not in it",
        theme.fill_hatched(),
        hover=f"Claimed by owners and vendors: {format_exact(claimed, claimed.currency)}",
        href=claimed_href,
    )
    return [*bars, asserted]


def tie_bars(shares: Sequence[TieShare], total_minor: int, href: str) -> list[Bar]:
    """Return realised value by the state of its entries, states without money left out; tied out is ink."""
    return [
        Bar(
            share.state.label,
            float(share.realised.major),
            _share_text(share.realised, total_minor),
            theme.fill_actual() if share.state.value == "tied_out" else theme.fill_prior(),
            hover=f"{share.state.label}: {format_exact(share.realised, share.realised.currency)}",
            href=href,
        )
        for share in shares
        if share.realised.amount_minor
    ]


def idle_bars(spend: Sequence[IdleSpend], links: Mapping[str, str]) -> list[Bar]:
    """Return what was spent on initiatives that are not in production, largest first."""
    ranked = sorted(spend, key=lambda idle: (-idle.invested.amount_minor, idle.initiative))
    return [
        Bar(
            idle.name,
            float(idle.invested.major),
            f"{format_money(idle.invested)} · {_stage_text(idle)}",
            theme.fill_actual(),
            hover=f"{idle.name}: {format_exact(idle.invested, idle.invested.currency)} spent",
            href=links.get(idle.initiative, ""),
        )
        for idle in ranked
    ]


def _stage_text(idle: IdleSpend) -> str:
    stage = idle.stage.label if idle.stage is not None else "no stage"
    return f"{stage}, {idle.months} {'month' if idle.months == 1 else 'months'}"


def _share_text(amount: Money, total_minor: int) -> str:
    text = format_money(amount)
    return f"{text} · {format_percent(amount.amount_minor / total_minor)}" if total_minor > 0 else text

"""On the page of an initiative: what it shares with others, and the platform cost that it bears or passes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.components.cards import card
from dashboard.components.overlaps import standing_text
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import notice, sentence_case
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import Scale, format_cell, format_money, format_words
from dashboard.ids import OVERLAPS, address, lineage_costs_path
from models.domain.money import Money, to_major
from models.domain.sharing import AllocatedCost, SharedStanding


def shared_notices(standings: Sequence[SharedStanding], reading: Reading) -> list[Component]:
    """Return a notice per joint effect in which the initiative has a part."""
    where = dcc.Link("See the overlaps.", href=address(OVERLAPS, known_on=reading.known_on))
    return [
        notice(html.Span([sentence_case(standing_text(each, reading)), " ", where]), tone="warning", title="Shared.")
        for each in standings
    ]


def allocated_card(rows: Sequence[AllocatedCost], initiative: str, reading: Reading) -> list[Component]:
    """Return platform cost that an initiative bears of others or passes on to others; nothing where there is none."""
    if not rows:
        return []
    totals: dict[tuple[bool, str, str, str, str], int] = defaultdict(int)
    for row in rows:
        is_borne = row.initiative == initiative
        other = row.platform if is_borne else row.initiative
        totals[is_borne, other, row.category, row.treatment, row.driver] += row.amount_minor
    heads = [
        *(Column(name) for name in ("Direction", "Initiative", "Category", "Treatment", "Driver", "Rows")),
        Column(f"To date, {reading.currency}", is_numeric=True),
    ]
    body: list[list[Cell]] = [
        [
            "allocated from" if is_borne else "passed on to",
            reading.initiative(other),
            format_words(category),
            treatment,
            driver,
            _rows_link(initiative if not is_borne else other, reading),
            format_cell(to_major(amount, reading.currency), Scale.ONE, 2),
        ]
        for (is_borne, other, category, treatment, driver), amount in sorted(totals.items(), reverse=True)
    ]
    return [
        card(
            data_table(
                TableData(allocated_title(rows, initiative, reading.currency), heads, body), name="listing-wide"
            ),
            title=allocated_title(rows, initiative, reading.currency),
            subtitle="Shared platforms: split by the posted driver of each fiscal period, to the cent",
            footer=reading.source("cost actuals and allocation drivers"),
        )
    ]


def allocated_title(rows: Sequence[AllocatedCost], initiative: str, currency: str) -> str:
    """Return the message of the card."""
    borne = Money(sum(row.amount_minor for row in rows if row.initiative == initiative), currency)
    passed = Money(sum(row.amount_minor for row in rows if row.platform == initiative), currency)
    parts = []
    if borne.amount_minor:
        parts.append(f"{format_money(borne, currency)} of its cost is allocated from shared platforms")
    if passed.amount_minor:
        parts.append(f"{format_money(passed, currency)} of its cost is passed on to who uses it")
    return "; ".join(parts) or "Its platform cost nets to nothing"


def _rows_link(platform: str, reading: Reading) -> Component | str:
    """Return the way to the cost and driver rows of a platform."""
    if not platform:
        return "-"
    return dcc.Link("cost and drivers", href=lineage_costs_path(platform, known_on=reading.known_on))

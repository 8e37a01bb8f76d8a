"""Lineage of views, owners' forecasts, true-ups and unit economics: the page that shows what is behind each block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from dashboard.ids import (
    initiative_path,
    lineage_claims_path,
    lineage_costs_path,
    lineage_line_path,
    unit_economics_path,
)
from dashboard.packs.cells import FIRST_ROW, Cell
from dashboard.packs.content import JOINT, PackContent
from dashboard.packs.sheet_initiatives import Sources
from models.domain.true_up import TrueUp, TrueUpKind


def side_rows(content: PackContent, sources: Sources) -> Iterator[list[Cell]]:
    """Yield a row for each block of input rows on these sheets."""
    known_on = content.context.as_known_on
    if sources.views is not None:
        for key, first, last in _blocks(sources.views.rows):
            address = "" if key == JOINT else initiative_path(key, known_on)
            what = f"EBITDA, EBIT and cash of {key}: cost by treatment and payment, amortisation"
            yield ["Views", first, last, what, "", "", "", "", address]
    for key, first, last in _blocks(sources.owners.rows):
        address = lineage_claims_path(key, known_on=known_on)
        yield ["Owner forecast", first, last, f"forecast of the owner of {key}", "", "", "", "", address]
    for i, each in enumerate(content.summary.true_ups):
        what = f"{each.name}, {each.span}"
        yield ["True-ups", FIRST_ROW + i, FIRST_ROW + i, what, "", "", "", "", _true_up_address(content, each)]
    place = FIRST_ROW
    for economics in content.economics:
        if economics.outcomes:
            last, address = (
                place + len(economics.outcomes) - 1,
                unit_economics_path(economics.initiative, known_on=known_on),
            )
            yield ["Unit economics", place, last, f"outcomes of {economics.name}", "", "", "", "", address]
        place += len(economics.outcomes)


def _blocks(rows: Sequence[Sequence[Cell]]) -> Iterator[tuple[str, int, int]]:
    """Yield the key of each initiative with its first and last row."""
    place = FIRST_ROW
    for key, group in groupby(rows, key=lambda row: str(row[1])):
        count = len(list(group))
        yield key, place, place + count - 1
        place += count


def _true_up_address(content: PackContent, each: TrueUp) -> str:
    known_on = content.context.as_known_on
    if each.kind is TrueUpKind.BENEFIT:
        return lineage_line_path(each.subject, known_on=known_on)
    return lineage_costs_path(each.initiative, known_on=known_on) if each.kind is TrueUpKind.COST else ""

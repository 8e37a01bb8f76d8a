"""Findings of benefit classes: cuts that make hours and avoided cost cash, and contribution on one line alone."""

from __future__ import annotations

from ingest.catalogue.entry import Entry
from models.domain.extract import Severity

ENTRIES = (
    Entry(
        "BEN-004",
        Severity.ERROR,
        "Cut for a line that needs none",
        "{line} is of class {found}",
        "cuts are accepted for released capacity and cost avoidance; the other classes are cash by themselves or never",
        "Name the benefit line whose hours, or avoided cost, are behind the cut.",
    ),
    Entry(
        "BEN-005",
        Severity.WARNING,
        "Cut accepted by the owner of the initiative",
        "{text}, who accepted it, owns {initiative}",
        "the holder of the budget accepts a cut, not the owner of the initiative that asks for it",
        "Have the holder of the budget accept it, or confirm that the owner holds that budget.",
    ),
    Entry(
        "BEN-006",
        Severity.ERROR,
        "Cut of nothing",
        "the cut for {line} is zero or below",
        "an accepted cut is a positive amount",
        "Correct the amount; withdraw a cut by retracting its row.",
    ),
    Entry(
        "BEN-007",
        Severity.NOTE,
        "Revenue on one P&L line alone",
        "{line} is of class revenue and shows on one P&L line",
        "contribution needs two or more signed lines: what is earned and what it costs",
        "Add the lines that bear its cost of sales with negative weights; until then its contribution rests on the "
        "unit value alone, and the page says so.",
    ),
    Entry(
        "BEN-008",
        Severity.ERROR,
        "Cut accepted on a day to come",
        "the cut for {line} is accepted on {found}",
        "a cut is accepted by the day on which its file is sent: {allowed}",
        "Correct the day, or send the cut once the holder of the budget has accepted it.",
    ),
)

"""The slides of a board pack, planned as records with the numbers that each says."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.packs.content import PackContent
from dashboard.packs.numbers import Speaker
from dashboard.packs.parts import Slide
from dashboard.packs.slides_bridge import plan_bridges
from dashboard.packs.slides_decisions import plan_decisions
from dashboard.packs.slides_effects import plan_effects
from dashboard.packs.slides_initiative import plan_initiative
from dashboard.packs.slides_method import plan_method
from dashboard.packs.slides_outlook import plan_forecast, plan_states, plan_versus_case
from dashboard.packs.slides_portfolio import plan_headline, plan_ranking
from dashboard.packs.workbook_sheets import Sheets

#: At most so many initiatives have a slide of their own, the first of the ranking; the table says what is left out.
MOST_INITIATIVES = 50


def plan_slides(content: PackContent, sheets: Sheets) -> Sequence[Slide]:
    """Return the slides of a pack: the portfolio first, then each initiative, then the method."""
    speaker = Speaker(content, sheets)
    slides: list[Slide] = []
    if not content.initiative:
        slides += [
            plan_headline(content, speaker),
            *plan_bridges(content, speaker),
            plan_ranking(content, speaker),
            plan_versus_case(content, speaker),
            plan_states(content, speaker),
            plan_forecast(content, speaker),
            *plan_effects(content, speaker),
            plan_decisions(content, speaker),
        ]
    slides += [plan_initiative(content, speaker, place) for place in range(len(content.initiatives))[:MOST_INITIATIVES]]
    if content.initiative:
        slides += [*plan_bridges(content, speaker), *plan_effects(content, speaker)]
    return [*slides, plan_method(content, speaker)]

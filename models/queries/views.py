"""EBITDA, EBIT and cash of a scope: the stored views of its initiatives, and joint effects that it holds whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.domain.valuation import InitiativeValuation
from models.domain.views import ViewCell, add_views
from models.value.parts import InitiativePart
from models.value.publication import Publication


def views_of(publication: Publication, initiatives: Sequence[InitiativeValuation]) -> tuple[ViewCell, ...]:
    """Return the views of several initiatives by fiscal period; effects that they share are in, once."""
    keys = frozenset(initiative.key for initiative in initiatives)
    joints = [part for part in publication.parts_within(keys) if part.owners]
    return add_views([*(initiative.views for initiative in initiatives), *_shared(publication, joints)])


def _shared(publication: Publication, parts: Iterable[InitiativePart]) -> Iterable[tuple[ViewCell, ...]]:
    """Return the benefit of joint effects: they have no cost of their own."""
    grid, calendar = publication.grid, publication.policy.calendar
    for part in parts:
        yield tuple(
            ViewCell(
                start_on=period.start_on,
                end_on=period.end_on,
                period=calendar.label(period),
                is_forecast=i >= grid.n_past,
                benefit_minor=amount,
                benefit_cash_minor=amount,
            )
            for i, (period, amount) in enumerate(zip(grid.periods, part.totals.benefit_path, strict=True))
            if amount
        )

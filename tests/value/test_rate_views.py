"""Other exchange rates hold the whole of what is published, also what no rule has given to one initiative."""

from __future__ import annotations

from datetime import datetime

import pytest

from dashboard.pages.rates import render_rates
from models.domain.people import Person, Role
from models.domain.rate_view import RateBasis
from models.queries import portfolio
from models.queries.portfolio import portfolio_summary
from models.queries.rate_views import rate_view
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.value.shared_company import JOINT, draw_shared, publish, store_publication
from tests.value.test_removal import allocated_inputs

AUDITOR = Person("audra", "Audra", Role.AUDITOR)
OWNER_OF_C = Person("olaf", "Olaf Owner", Role.INITIATIVE_OWNER, frozenset({"C"}))


class Drawn:
    """The draws that the publication was made from, without stored estimates."""

    draw = staticmethod(draw_shared)


@pytest.fixture
def company(store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(portfolio, "load_effects_by_id", lambda _session, _ids: Drawn())
    inputs, allocated = allocated_inputs()
    store_publication(store, publish(inputs, allocated), now)
    return store


def test_an_unshared_effect_is_in_the_totals_in_a_row_of_its_own(company: Store) -> None:
    with read(company) as session:
        view = rate_view(session, AUDITOR, known_on=None)
        summary = portfolio_summary(session, AUDITOR, known_on=None)
        of_one = rate_view(session, OWNER_OF_C, known_on=None)
    assert view is not None
    assert summary is not None
    assert of_one is not None
    (joint,) = (row for row in view.rows if row.initiative == JOINT)
    (published,) = (each.unshared for each in summary.joints if each.key == JOINT)
    assert published is not None
    assert joint.realised.amount_minor == published.realised.point_minor > 0
    here = joint.amounts_at(RateBasis.BUDGET)
    assert (here.realised, here.cashable) == (joint.realised, joint.cashable)
    assert "/overlaps" in str(render_rates(view, RateBasis.CONSTANT, known_on=None))
    assert JOINT not in {row.initiative for row in of_one.rows}

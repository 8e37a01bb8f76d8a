"""What followed estimates as people read it: in their scope, as known on a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.actions.estimates import estimate_all
from models.actions.follow_ups import compute_follow_ups
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.errors import NotFoundError
from models.domain.extract import ExtractKind
from models.domain.people import Person
from models.queries.portfolio import initiative_summary
from models.store.unit_of_work import read
from tests.conftest import part_of, post_parts, sqlite_store
from tests.value.company import company_rows


@pytest.fixture
def company(sqlite_template, tmp_path):
    """A valued company on which the line L-AP is followed up."""
    with sqlite_store(sqlite_template, tmp_path) as opened:
        send(opened, company_rows())
        estimate_all(opened, now=NOW)
        value_portfolio(opened, now=NOW)
        compute_follow_ups(opened, now=FOLLOWED, benefit_lines=["L-AP"])
        yield opened


NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
FOLLOWED, LATER = NOW + timedelta(days=2), NOW + timedelta(days=4)


def send(store, rows, now=NOW):
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
    post_parts(store, parts, ana, cora, now)


def seen_by(store, who, benefit_line="L-AP", known_on=None, initiative="AP"):
    person = who if isinstance(who, Person) else person_of_store(store, who)
    with read(store) as session:
        return initiative_summary(session, person, initiative, known_on=known_on).follow_ups.get(benefit_line)


def person_of_store(store, key):
    with read(store) as session:
        return person_of(session, key, NOW.date())


def test_a_follow_up_is_read_as_known_on_a_day(company):
    found = seen_by(company, "cora")
    assert found.is_in_force
    assert found.time_placebos
    assert seen_by(company, "cora", known_on=NOW.date()) is None
    assert seen_by(company, "cora", known_on=FOLLOWED.date()) == found
    assert seen_by(company, "cora", "L-CO", initiative="CO") is None


def test_who_may_not_see_the_initiative_learns_nothing_of_its_lines(company):
    olaf = person_of_store(company, "olaf")
    for initiative in ("AP", "NONE"):
        with pytest.raises(NotFoundError, match=f"no initiative {initiative}"):
            seen_by(company, olaf, initiative=initiative)
    member = replace(olaf, initiatives=frozenset({"AP"}))
    assert seen_by(company, member) == seen_by(company, "cora")


def test_what_followed_an_overtaken_estimate_says_so(company):
    before = seen_by(company, "cora")
    rows = company_rows()[ExtractKind.KPI_OBSERVATIONS]
    row = next(row for row in rows if row["kpi"] == "K-HOURS")
    send(company, {ExtractKind.KPI_OBSERVATIONS: [row | {"value": "991.5", "value_float": 991.5}]}, LATER)
    estimate_all(company, now=LATER)
    value_portfolio(company, now=LATER)
    assert seen_by(company, "cora") == replace(before, is_in_force=False)
    compute_follow_ups(company, now=LATER, benefit_lines=["L-AP"])
    assert seen_by(company, "cora").is_in_force
    assert seen_by(company, "cora", known_on=FOLLOWED.date()) == before

"""When a valuation is published, and as of which day: whatever the clock, the workers and the rows of tomorrow do."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.actions import valuations
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.queries.knowledge import known_seq, publication_known
from models.store.tables import PublicationRow
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts, sqlite_store
from tests.value.company import AS_OF, company_rows

AFTER = NOW + timedelta(days=1)


@pytest.fixture
def company(sqlite_template, tmp_path):
    with sqlite_store(sqlite_template, tmp_path) as opened:
        send(opened, company_rows())
        estimate_all(opened, now=NOW)
        yield opened


def send(store, rows, now=NOW):
    with read(store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, kind_rows, part_no=number) for number, (kind, kind_rows) in enumerate(rows.items(), 1)]
    post_parts(store, parts, ana, cora, now)


def actual_of(day, template):
    return {**template, "start_on": day, "end_on": date(day.year + (day.month == 12), day.month % 12 + 1, 1)}


def test_a_period_called_closed_before_it_is_over_does_not_move_as_of(company):
    rows = company_rows()[ExtractKind.PL_ROWS]
    template = next(row for row in rows if row["scenario"] == "actual")
    send(company, {ExtractKind.PL_ROWS: [actual_of(date(2039, 1, 1), template)]})
    assert value_portfolio(company, now=NOW).as_of == AS_OF
    later = datetime(2039, 2, 1, 12, tzinfo=UTC)
    assert value_portfolio(company, now=later).as_of == date(2039, 1, 31)


def test_a_clock_set_back_moves_neither_as_of_nor_the_date_of_knowledge(company):
    first = value_portfolio(company, now=NOW)
    again = value_portfolio(company, now=NOW - timedelta(days=3000))
    assert (again.is_new, again.as_of) == (False, first.as_of)
    send(company, {ExtractKind.BUSINESS_UNITS: [{"business_unit": "new", "name": "New"}]}, NOW - timedelta(days=3000))
    moved = value_portfolio(company, now=NOW - timedelta(days=3000))
    assert (moved.is_new, moved.as_of) == (True, first.as_of)
    with read(company) as session:
        row = publication_known(session, known_seq(session))
        assert f'"as_known_on":"{NOW.date()}"' in row.document.replace(" ", "")


def test_a_slow_worker_does_not_publish_over_a_later_valuation(company, monkeypatch):
    compute = valuations.value_everything

    def overtaken(*args):
        worth = compute(*args)
        monkeypatch.undo()
        send(company, {ExtractKind.BUSINESS_UNITS: [{"business_unit": "new", "name": "New"}]})
        assert value_portfolio(company, now=AFTER).is_new
        return worth

    monkeypatch.setattr(valuations, "value_everything", overtaken)
    slow = value_portfolio(company, now=AFTER)
    assert not slow.is_new
    assert "since" in slow.sentence
    with read(company) as session:
        assert session.query(PublicationRow).count() == 1

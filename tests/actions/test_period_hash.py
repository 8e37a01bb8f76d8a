"""What the hash of a lock is over: every figure of both reports, and nothing that a later version may add."""

from __future__ import annotations

import pytest

from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.actions.valuations import value_portfolio
from models.queries import locked_content
from models.queries.locked_content import FIELDS, KEYED, LEFT_OUT, content_hash
from models.queries.publications import load_publication
from models.queries.report import report_document
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts
from tests.value.company import company_rows


@pytest.fixture
def company(sqlite_only_store):
    with read(sqlite_only_store) as session:
        ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
    parts = [part_of(kind, rows, part_no=number) for number, (kind, rows) in enumerate(company_rows().items(), 1)]
    post_parts(sqlite_only_store, parts, ana, cora, NOW)
    estimate_all(sqlite_only_store, now=NOW)
    value_portfolio(sqlite_only_store, now=NOW)
    return sqlite_only_store


def names_in(value, *, is_keyed=False):
    if isinstance(value, dict):
        for name, each in value.items():
            if not is_keyed:
                yield name
            yield from names_in(each, is_keyed=name in KEYED)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each)


def test_every_field_of_the_reports_is_hashed_or_left_out_knowingly(company):
    with read(company) as session:
        publication = load_publication(session, None)
        found = set()
        for what in ("portfolio", "ledger"):
            found |= set(names_in(report_document(session, what, publication=publication)))
    assert found <= FIELDS | LEFT_OUT, sorted(found - FIELDS - LEFT_OUT)


def test_a_field_that_a_later_version_adds_does_not_move_the_hash(company, monkeypatch):
    with read(company) as session:
        publication = load_publication(session, None)
        before = content_hash(session, publication)
        known = locked_content.report_document
        monkeypatch.setattr(
            locked_content, "report_document", lambda *args, **given: {**known(*args, **given), "invented_later": 1}
        )
        assert content_hash(session, publication) == before


def test_the_hash_does_not_depend_on_the_day_it_is_taken(company):
    with read(company) as session:
        publication = load_publication(session, None)
        assert content_hash(session, publication) == content_hash(session, load_publication(session, NOW.date()))
